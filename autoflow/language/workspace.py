"""A workspace's files read into everything that they say, and into everything that is wrong with them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from autoflow.language.definitions import Workspace
from autoflow.language.handing import with_handed
from autoflow.language.lints.crosscheck import check_circles, check_recipes
from autoflow.language.lints.entry import Facts, check_entries, check_segments
from autoflow.language.lints.filling import check_audiences, check_tags
from autoflow.language.lints.loops import check_recipe_loops, check_tag_loops
from autoflow.language.lints.mail import check_mail, template_warnings
from autoflow.language.lints.missing import check_missing, missing_in_mail
from autoflow.language.names import SETTINGS_FILE, Names
from autoflow.language.owners import NOBODY, OWNERS_FILE, read_owners
from autoflow.language.recipe import ReadRecipe, read_recipe
from autoflow.language.scalars import NAME, slug
from autoflow.language.segment import ReadSegment, read_segment
from autoflow.language.settings.reader import ReadSettings, read_settings
from autoflow.language.settings.settings import Settings
from autoflow.language.slips.elsewhere import meant
from autoflow.language.slips.strays import is_stray, stray_problem, strays
from autoflow.language.source import FIRST, Report, Source, Span
from autoflow.language.templates.templates import (
    Template,
    TemplateProblem,
    email_names,
    read_template,
    template_problems,
)
from autoflow.language.yaml.nodes import no_text
from autoflow.model.problems import AutoflowError, Problem, did_you_mean

_FOLDERS = {
    "recipes": (".yaml", ".yml"),
    "segments": (".yaml", ".yml"),
    "templates": (".html", ".htm", ".txt", ".mjml"),
}
_MOST_BYTES = 4_000_000  # of one file; what is longer is refused by its reader for its length


def load_sources(folder: Path) -> dict[str, str]:
    """The files of a workspace: path (relative, with forward slashes) → text.

    Bytes that are not UTF-8 come as lone surrogates, which `read_workspace` reports. Raises `AutoflowError`
    where there is no workspace, where a file cannot be read, and for a link that leads out of the folder.
    """
    root = folder.resolve()
    if not (root / SETTINGS_FILE).is_file():
        shown = "this folder" if folder == Path() else str(folder)
        fix = "autoflow init DIR makes a workspace, and autoflow -C DIR uses one elsewhere."
        raise AutoflowError(f"There is no {SETTINGS_FILE} in {shown}.", fix)
    paths = [path for path in (root / SETTINGS_FILE, root / OWNERS_FILE) if path.is_file()]
    for name, endings in _FOLDERS.items():
        if (root / name).is_dir():
            paths += sorted(
                Path(entry.path)
                for entry in os.scandir(root / name)
                if entry.name.endswith(endings)
                and not entry.name.startswith(".")
                and not Path(entry.path).is_dir()
            )
    paths += strays(root)
    return {path.relative_to(root).as_posix(): load_file(path, root) for path in paths}


def load_file(path: Path, root: Path) -> str:
    """The text of a file of the workspace in `root`, as `load_sources` gives it; raises `AutoflowError`."""
    shown = path.relative_to(root).as_posix()
    if not path.is_file():
        what = "a link that leads nowhere" if path.is_symlink() else "no file"
        raise AutoflowError(f"{shown} is {what}.", "Remove it, or put the file itself there.")
    if not path.resolve().is_relative_to(root):
        raise AutoflowError(
            f"{shown} is a link that leads out of the workspace.", "Put the file itself there."
        )
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "surrogateescape")
    except OSError as error:
        raise AutoflowError(f"{shown} cannot be read: {error.strerror}.") from error


class Read(NamedTuple):
    """A workspace, and what reading each recipe and each segment gave, places included."""

    workspace: Workspace
    recipes: Mapping[str, ReadRecipe]
    segments: Mapping[str, ReadSegment]


def read_workspace(sources: Mapping[str, str], environment: Mapping[str, str]) -> Workspace:
    """Read all files at once; `environment` gives the variables that autoflow.yaml names.

    Never raises for what the files hold. Problems are sorted by file and place; what could be read is there
    beside them.
    """
    return read_with_places(sources, environment).workspace


def read_with_places(sources: Mapping[str, str], environment: Mapping[str, str]) -> Read:
    """The same with the places of everything, for who has more to say about them."""
    problems = [stray_problem(path, sources[path]) for path in sources if is_stray(path)]
    sources = {path: text for path, text in sources.items() if not is_stray(path)}
    settings = _settings(sources, environment)
    files = {folder: _named(folder, sources, problems) for folder in ("recipes", "segments")}
    letters, unreadable = _template_sources(sources, problems)
    names = Names(
        settings=settings.settings,
        segments=frozenset(files["segments"]),
        templates=frozenset(email_names(letters)),
        recipes=frozenset(files["recipes"]),
        declared=settings.declared,
    )
    _check_mirrors(settings, names)
    names = with_handed(files["recipes"], names)
    segments = {name: read_segment(name, text, names) for name, text in files["segments"].items()}
    recipes = {name: read_recipe(name, text, names) for name, text in files["recipes"].items()}
    templates = _templates(letters, unreadable, names, problems)
    check_circles(segments)
    check_recipes(recipes)
    check_audiences(recipes, segments, settings.settings)
    check_tags(recipes, segments)
    check_mail(recipes, templates, settings)
    readable = {name: read.segment for name, read in segments.items() if read.segment is not None}
    facts = Facts(readable)
    check_segments(segments, facts)
    check_entries(recipes, facts, settings.settings)
    sent = check_missing(recipes, facts, names)
    check_tag_loops(recipes, readable)
    check_recipe_loops(recipes)
    for template in templates.values():
        problems += template_warnings(template, recipes, names, sources)
        problems += missing_in_mail(template, sent, sources)
    owners, owned = read_owners(sources[OWNERS_FILE]) if OWNERS_FILE in sources else (NOBODY, None)
    problems += owned.problems if owned is not None else ()
    reports = (settings.report, *(each.report for each in segments.values()))
    for report in (*reports, *(each.report for each in recipes.values())):
        problems += report.problems
    workspace = Workspace(
        settings=settings.settings,
        recipes={name: read.recipe for name, read in recipes.items() if read.recipe is not None},
        segments=readable,
        templates=templates,
        sources=dict(sources),
        owners=owners,
        problems=tuple(sorted(dict.fromkeys(problems))),
    )
    return Read(workspace, recipes, segments)


def _settings(sources: Mapping[str, str], environment: Mapping[str, str]) -> ReadSettings:
    if SETTINGS_FILE in sources:
        return read_settings(sources[SETTINGS_FILE], environment)
    report = Report(Source(SETTINGS_FILE, ""))
    fix = "Write one, with a line such as  name: My shop  or let  autoflow init DIR  make a whole workspace."
    report.add("no-settings", FIRST, f"There is no {SETTINGS_FILE}.", fix)
    return ReadSettings(Settings(), report, declared=False)


def _check_mirrors(settings: ReadSettings, names: Names) -> None:
    """An audience that is always equal to a segment needs that segment."""
    for mirror in settings.mirrors:
        if mirror.segment not in names.segments:
            settings.report.add("unknown-name", mirror.place, *names.missing("segment", mirror.segment))


def _named(folder: str, sources: Mapping[str, str], problems: list[Problem]) -> dict[str, str]:
    """The files of a folder by the names of what they hold; files with other names are reported."""
    found: dict[str, str] = {}
    for path in sorted(sources):
        if not path.startswith(f"{folder}/") or is_stray(path):
            continue
        stem, _, ending = path.removeprefix(f"{folder}/").rpartition(".")
        if ending == "yaml" and NAME.fullmatch(stem):
            found[stem] = sources[path]
            continue
        what = folder.removesuffix("s")
        message = f"A {what}'s file is called NAME.yaml, with small letters, digits, - and _."
        fix = f"Rename it to {folder}/{slug(stem)}.yaml."
        problems.append(Source(path, "").problem("file-name", FIRST, message, fix))
    return found


def _template_sources(
    sources: Mapping[str, str], problems: list[Problem]
) -> tuple[dict[str, str], frozenset[str]]:
    """The files of `templates/` by their names there, and the names of those that are no text, which is reported."""
    found: dict[str, str] = {}
    unreadable: set[str] = set()
    for path in sorted(sources):
        if not path.startswith("templates/"):
            continue
        text = sources[path]
        strange = re.search("[\x00\ud800-\udfff]", text)
        if strange is not None:
            span, said = Span(*strange.span()), no_text(text, strange[0])
            problems.append(Source(path, text).problem("not-text", span, *said))
            text = text.encode("utf-8", "replace").decode()
            unreadable.add(path.removeprefix("templates/"))
        found[path.removeprefix("templates/")] = text
    return found, frozenset(unreadable)


def _templates(
    sources: Mapping[str, str], unreadable: frozenset[str], known: Names, problems: list[Problem]
) -> dict[str, Template]:
    found: dict[str, Template] = {}
    names = email_names(sources)
    for name in names:
        if f"{name}.html" in unreadable:
            continue
        try:
            found[name] = read_template(name, sources)
        except TemplateProblem:
            problems += (mistake.as_problem() for mistake in template_problems(name, sources))
        else:
            problems += _unknown_roots(found[name], known)
    problems += _orphans(sources, names)
    return found


def _unknown_roots(template: Template, names: Names) -> Iterator[Problem]:
    roots = ("contact", "event", "recipe", "segments", "tags", "now", "sender", "unsubscribe_url")
    for unknown in template.unknown:
        known = (*roots, *(f"contact.{name}" for name in names.settings.attributes))
        near = meant(unknown.name, known, "root")
        if unknown.name in names.settings.attributes:
            near = f"contact.{unknown.name}"
        fix = f'Did you mean "{near}"?' if near else f"A template sees {', '.join(roots)}."
        message = f'A template is given nothing called "{unknown.name}".'
        width = len(unknown.name)
        yield Problem(
            unknown.file, unknown.line, unknown.column, "unknown-variable", message, fix, "error", width
        )


def _orphans(sources: Mapping[str, str], names: list[str]) -> Iterator[Problem]:
    """Text parts without a mail, and formats that are not read."""
    for file in sorted(sources):
        stem, _, ending = file.rpartition(".")
        if stem.startswith("_") or stem in names:
            continue
        if ending == "mjml":
            message, fix = "Templates in MJML are not read.", f"Compile it to templates/{stem}.html."
        elif ending == "htm":
            message, fix = "A template's file is called NAME.html.", f"Rename it to templates/{stem}.html."
        elif ending == "txt":
            near = did_you_mean(stem, names)
            message = f"There is no templates/{stem}.html for this text part."
            fix = f"Did you mean templates/{near}.txt?" if near else "Write one, or remove this file."
        else:
            continue
        yield Source(f"templates/{file}", "").problem("file-name", FIRST, message, fix)
