"""Email templates as files: front matter, HTML, an optional text part, and the layouts they use.

Reads and judges; nothing is compiled or rendered here, and nothing but Jinja and YAML is imported.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from autoflow.language.templates.family import FOLDER, LINK, Family, TemplateProblem, UnknownName, root_of
from autoflow.language.templates.names import ROOTS
from autoflow.language.templates.sandbox import Sandbox, environment
from autoflow.model.problems import did_you_mean

__all__ = [
    "ROOTS",
    "Sandbox",
    "Template",
    "TemplateProblem",
    "UnknownName",
    "email_names",
    "environment",
    "read_template",
    "template_problems",
    "unknown_names",
]

_NAME = re.compile(r"[a-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Template:
    """One email, read and found sound.

    `version` names everything that the mail depends on, layouts included. `reads` holds the dotted paths that
    it reads (`contact.first_name`), or a shorter one where that cannot be told (`contact`). `sources` is what
    `environment` compiles: NAME.html, the layouts, and as `NAME.subject`, `NAME.preheader` and `NAME.txt` the
    plain texts; each keeps the line numbers of its file. `lacking_link` are the files of a marketing mail, NAME.html
    and NAME.txt, whose part of it does not show everybody how to unsubscribe, and whether it does so at times.
    """

    name: str
    subject: str
    preheader: str
    klass: Literal["marketing", "transactional"]
    topic: str
    html: str
    text: str | None
    version: str
    reads: frozenset[str]
    sources: Mapping[str, str] = field(repr=False, compare=False)
    unknown: tuple[UnknownName, ...] = ()
    lacking_link: tuple[tuple[str, bool], ...] = field(default=(), compare=False)

    def file_of(self, source: str) -> str:
        """The path in the workspace of one of `sources`."""
        inside = {f"{self.name}.subject", f"{self.name}.preheader"}
        return f"{FOLDER}/{self.name}.html" if source in inside else f"{FOLDER}/{source}"


def read_template(name: str, sources: Mapping[str, str]) -> Template:
    """Read the email `name` from `sources` (file name in `templates/` → its text).

    Raises the first `TemplateProblem` in reading order; `template_problems` lists all of them.
    """
    template, problems = _read(name, sources)
    if template is None:
        raise problems[0]
    return template


def template_problems(name: str, sources: Mapping[str, str]) -> list[TemplateProblem]:
    """Everything that keeps the email `name` from being read, in the order of files and lines."""
    return _read(name, sources)[1]


def unknown_names(template: Template) -> list[UnknownName]:
    """What it reads beside the names that every template is given; rendering such a mail would fail."""
    return list(template.unknown)


def email_names(sources: Mapping[str, str]) -> list[str]:
    """The emails among the files of `templates/`: those that end in .html and do not begin with `_`."""
    return sorted(name[:-5] for name in sources if name.endswith(".html") and not name.startswith("_"))


def _read(name: str, sources: Mapping[str, str]) -> tuple[Template | None, list[TemplateProblem]]:
    main = f"{name}.html"
    if main not in sources or not _NAME.fullmatch(name):
        return None, [_not_there(name, sources)]
    walk = Family(name, sources)
    if walk.problems:
        return None, sorted(
            walk.problems, key=lambda problem: (problem.file != f"{FOLDER}/{main}", problem.line)
        )
    subject, preheader, klass, topic = (
        walk.front.fields.get(key, ("", 0))[0] for key in ("subject", "preheader", "class", "topic")
    )
    digest = hashlib.sha256()
    for source, text in sorted(walk.texts.items()):
        digest.update(f"{len(source)}:{source}:{len(text)}:{text}".encode("utf-8", "surrogatepass"))
    return Template(
        name=name,
        subject=subject,
        preheader=preheader,
        klass="transactional" if klass == "transactional" else "marketing",
        topic=topic,
        html=walk.front.body,
        text=walk.texts.get(f"{name}.txt"),
        version=digest.hexdigest()[:12],
        reads=_narrowed({path for path, _, _ in walk.reads if root_of(path) in ROOTS}),
        sources=walk.prepared,
        unknown=tuple(walk.unknown()),
        lacking_link=() if klass == "transactional" else tuple(_lacking_link(name, walk)),
    ), []


def _lacking_link(name: str, walk: Family) -> Iterator[tuple[str, bool]]:
    """The parts that some or all get without the link to unsubscribe, and whether it is there for others.

    In a comment of HTML it is not there.
    """
    for ending in ("html", "txt"):
        if f"{name}.{ending}" not in walk.texts:
            continue
        found = [
            at_times
            for source, at_times in walk.links
            if source.endswith(f".{ending}") and LINK in re.sub(r"(?s)<!--.*?-->", "", walk.prepared[source])
        ]
        if all(found):
            yield f"{name}.{ending}", bool(found)


def _narrowed(paths: set[str]) -> frozenset[str]:
    """Without the paths of which a shorter one is read as well."""
    return frozenset(
        path for path in paths if not any(path.startswith(f"{other}.") for other in paths if other != path)
    )


def _not_there(name: str, sources: Mapping[str, str]) -> TemplateProblem:
    file = f"{FOLDER}/{name}.html"
    if f"{name}.mjml" in sources:
        message = "Templates in MJML are not supported yet."
        return TemplateProblem(f"{FOLDER}/{name}.mjml", 1, 1, message, f"Compile it to {file}.")
    if not _NAME.fullmatch(name):
        message = f'"{name}" is no name for a template.'
        return TemplateProblem(file, 1, 1, message, "Use up to 64 of the characters a-z 0-9 _ -")
    near = did_you_mean(name, email_names(sources))
    return TemplateProblem(
        file, 1, 1, f'There is no template called "{name}".', f'Did you mean "{near}"?' if near else ""
    )
