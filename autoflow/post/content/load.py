"""Templates compiled once, for as many mails as there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import jinja2

from autoflow.language.templates.sandbox import Work, run
from autoflow.language.templates.templates import Template, TemplateProblem, environment
from autoflow.post.content.problems import WORKING_ERRORS, explained


@dataclass(frozen=True)
class CompiledTemplate:
    """A template ready to be rendered again and again; made by `compile_template`."""

    template: Template
    language: str
    subject: jinja2.Template
    preheader: jinja2.Template
    html: jinja2.Template
    text: jinja2.Template | None

    def run(
        self, part: jinja2.Template, values: Mapping[str, object], work: Work, *, marks: bool = False
    ) -> str:
        """The text of one part, its values marked if asked; raises `RenderError` where they do not carry it."""
        work.marks = marks
        try:
            said = run(part.root_render_func, part.new_context(dict(values)), work)
        except WORKING_ERRORS as error:
            raise explained(error, self.template) from error
        # Half a surrogate pair, which JSON may hold, is no text that could be sent.
        return said.lstrip("\n").encode("utf-8", "replace").decode()


@lru_cache(maxsize=256)
def compile_template(
    template: Template, *, currency: str = "GBP", timezone: str = "UTC", language: str = "en"
) -> CompiledTemplate:
    """Compile a template for a project's currency (ISO 4217), time zone (IANA) and language (BCP 47).

    The last few hundred are kept. Raises `TemplateProblem` for what only compiling finds.
    """
    env = environment(template.sources, currency=currency, timezone=timezone)
    name = template.name
    try:
        return CompiledTemplate(
            template=template,
            language=language,
            subject=env.get_template(f"{name}.subject"),
            preheader=env.get_template(f"{name}.preheader"),
            html=env.get_template(f"{name}.html"),
            text=env.get_template(f"{name}.txt") if template.text is not None else None,
        )
    except jinja2.TemplateSyntaxError as error:
        file = template.file_of(error.name or f"{name}.html")
        raise TemplateProblem(file, error.lineno, 1, error.message or "It breaks off.") from error
