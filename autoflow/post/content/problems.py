"""Why one mail could not be made, in words for whoever wrote the template."""

from __future__ import annotations

from types import TracebackType

from jinja2.exceptions import SecurityError, TemplateRuntimeError

from autoflow.language.templates.sandbox import MissingValueError, TooMuch
from autoflow.language.templates.templates import Template
from autoflow.model.problems import AutoflowError

# What a template can raise by reckoning with values that do not fit.
WORKING_ERRORS = (
    TemplateRuntimeError,
    TooMuch,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


class RenderError(AutoflowError):
    """One mail cannot be made from its values; others may well be.

    `file` and `line` tell where in the workspace (0 where no line is to blame), `variable` what was missing.
    """

    def __init__(
        self, message: str, fix: str = "", *, file: str = "", line: int = 0, variable: str | None = None
    ) -> None:
        super().__init__(message, fix)
        self.file = file
        self.line = line
        self.variable = variable

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return where + super().__str__()


def explained(error: Exception, template: Template) -> RenderError:
    """The same in a marketer's words, with the line of the template that it came from."""
    source, line = _place(error.__traceback__)
    file = template.file_of(source or f"{template.name}.html")
    if isinstance(error, MissingValueError):
        path = str(error.message)
        fix = f"Give it a stand-in, as in  {{{{ {path} | default('…') }}}}"
        return RenderError(f"“{path}” has no value here.", fix, file=file, line=line, variable=path)
    if isinstance(error, SecurityError):
        return RenderError("This cannot be used in a template.", file=file, line=line)
    if isinstance(error, TooMuch):
        return RenderError(f"The mail is too large or too much work: {error}.", file=file, line=line)
    if isinstance(error, RecursionError):
        return RenderError("A macro calls itself without end.", file=file, line=line)
    if isinstance(error, TemplateRuntimeError):
        return RenderError(f"{error}.", file=file, line=line)
    message = "This cannot be worked out with the values of this contact."
    return RenderError(message, "Text and numbers may be mixed up here.", file=file, line=line)


def _place(traceback: TracebackType | None) -> tuple[str, int]:
    """Source and line of the innermost frame that a template was compiled to."""
    place = ("", 0)
    while traceback is not None:
        compiled = traceback.tb_frame.f_globals.get("__jinja_template__")
        if compiled is not None:
            place = (compiled.name, compiled.get_corresponding_lineno(traceback.tb_lineno))
        traceback = traceback.tb_next
    return place
