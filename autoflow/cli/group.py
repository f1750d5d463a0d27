"""`autoflow`: the group of all commands, found by name and imported when called."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import click

from autoflow import __version__
from autoflow.cli.mistakes import tell, tell_error
from autoflow.cli.state import AS_JSON, State
from autoflow.model.problems import AutoflowError, did_you_mean


class _Command(NamedTuple):
    """Where a command stands below `autoflow.cli`, and what it does, for the list of all."""

    module: str
    says: str


_SECTIONS = {
    "Begin": {
        "init": _Command("init", "makes a small workspace in a folder"),
        "recipes": _Command("recipes", "lists starter recipes, or shows one"),
        "add": _Command("add", "copies a starter recipe into the workspace, as a draft"),
        "demo": _Command("demo", "lives through a year of a made-up shop"),
    },
    "Write": {
        "check": _Command("check.check", "looks for mistakes, and tells how to mend them"),
        "explain": _Command(
            "explain.explain", "reads a recipe or segment back in plain English, or draws it"
        ),
        "preview": _Command("preview", "shows a mail as somebody would get it"),
        "kinds": _Command("kinds", "lists the words of the language, each with an example"),
        "schema": _Command("schema", "tells editors what may be written"),
        "fmt": _Command("fmt", "puts files into one shape"),
    },
    "Try before anybody gets a mail": {
        "test": _Command("test", "runs the tests of recipes"),
        "simulate": _Command("simulate.simulate", "plays recipes over what your customers have done"),
        "pressure": _Command("pressure.pressure", "tells how much mail people get from all recipes together"),
        "plan": _Command("plan.plan", "tells what an apply would change, and whom it moves"),
    },
    "Let it run": {
        "import": _Command("importing", "brings in what happened, from a file"),
        "track": _Command("track", "records one event"),
        "enter": _Command("enter", "puts contacts into a recipe by hand"),
        "apply": _Command("plan.apply", "puts the files in force"),
        "run": _Command("run", "runs the engine until you stop it"),
        "retry": _Command("retry", "tries contacts again over whom the engine stumbled"),
    },
    "Change it, and take it back": {
        "versions": _Command("versions", "tells what was in force when, and who applied it"),
        "rollback": _Command("rollback", "puts what was in force before back in force"),
        "pause": _Command("pause", "stops recipes at once, with everybody where he is"),
        "drain": _Command("drain", "lets those under way go on, and nobody in"),
        "resume": _Command("resume", "lets recipes go on that were paused or drained"),
    },
    "Look": {
        "status": _Command("status", "tells how far the engine is, and what is stopped"),
        "segments": _Command("segments.segments", "tells how large segments are, and why"),
        "guide": _Command("guide.guide", "writes a page about all segments for everybody in the company"),
        "contact": _Command("contact", "tells everything about one contact, or erases people"),
        "why": _Command("why.why", "tells why somebody got a recipe or a mail, or did not"),
        "outbox": _Command("outbox", "lists what has not gone out, or not for certain"),
        "tasks": _Command("tasks", "lists what recipes ask of colleagues"),
    },
}
COMMANDS = {name: each for section in _SECTIONS.values() for name, each in section.items()}
_INTERRUPTED = 130


class Cli(click.Group):
    """Ends with status 1 and a plain sentence on stderr for whatever a user can have done wrong."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which one meets them."""
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What each does in half a line, by what one wants to do; no command is imported for that."""
        width = max(map(len, COMMANDS))
        for heading, section in _SECTIONS.items():
            with formatter.section(heading):
                formatter.write_dl([(f"{name:{width}}", each.says) for name, each in section.items()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"autoflow.cli.{COMMANDS[cmd_name].module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called, or a did-you-mean."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = did_you_mean(args[0], COMMANDS)
            hint = f'Did you mean "{near}"?' if near else "autoflow --help lists them."
            raise click.UsageError(f'There is no command "{args[0]}". {hint}', ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what ends it is told, and its status is 1."""
        try:
            return super().invoke(ctx)
        except AutoflowError as error:
            tell_error(error, as_json=bool(ctx.meta.get(AS_JSON)))
        except BrokenPipeError:  # whoever read our output has seen enough
            sys.stderr.close()
        except OSError as error:
            tell(f"{error.filename or 'A file'}: {error.strerror or error}.")
        return 1

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command line and end the process: commands return their exit status, or None for 0."""
        try:
            status = super().main(*args, **{**extra, "standalone_mode": False})
        except click.ClickException as error:
            error.show()
            status = 1
        except click.Abort:
            click.echo("Interrupted.", err=True)
            status = _INTERRUPTED
        sys.exit(status if isinstance(status, int) else 0)


@click.group(cls=Cli, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", message="autoflow %(version)s")
@click.option(
    "-C",
    "folder",
    metavar="DIR",
    default=Path(),
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The workspace, where it is not the current folder.",
)
@click.pass_context
def cli(ctx: click.Context, folder: Path) -> None:
    """Marketing automation as code: recipes and segments in YAML, checked, simulated and run.

    `autoflow init my-shop` makes a workspace to begin with; `autoflow COMMAND --help` tells more of each command.
    """
    if ctx.obj is None:
        ctx.obj = State()
    ctx.obj.folder = folder
