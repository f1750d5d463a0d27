"""`autoflow`: the group of all commands, found by name and imported when called."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from autoflow import __version__
from autoflow.cli.mistakes import tell, tell_error
from autoflow.cli.state import AS_JSON, State
from autoflow.model.problems import AutoflowError, did_you_mean

COMMANDS = {
    "init": "init",
    "recipes": "recipes",
    "add": "add",
    "check": "check.check",
    "explain": "explain.explain",
    "test": "test",
    "simulate": "simulate.simulate",
    "pressure": "pressure.pressure",
    "plan": "plan.plan",
    "apply": "plan.apply",
    "import": "importing",
    "track": "track",
    "enter": "enter",
    "run": "run",
    "retry": "retry",
    "versions": "versions",
    "rollback": "rollback",
    "pause": "pause",
    "drain": "drain",
    "resume": "resume",
    "status": "status",
    "segments": "segments.segments",
    "guide": "guide.guide",
    "contact": "contact",
    "why": "why.why",
    "outbox": "outbox",
    "tasks": "tasks",
    "preview": "preview",
    "kinds": "kinds",
    "schema": "schema",
    "fmt": "fmt",
    "demo": "demo",
}
_INTERRUPTED = 130


class Cli(click.Group):
    """Ends with status 1 and a plain sentence on stderr for whatever a user can have done wrong."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which one meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"autoflow.cli.{COMMANDS[cmd_name]}").command
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
    """Marketing automation as code: recipes and segments in YAML, checked, simulated and run."""
    if ctx.obj is None:
        ctx.obj = State()
    ctx.obj.folder = folder
