"""The sandbox in which templates are read and rendered: plain values, few filters, bounded work.

Values are never compiled, and what a render may cost is bounded in steps and characters, never in seconds, so
that every machine stops at the same place: each turn of a loop, each call and each filter is a step, and so
are every 256 characters that one of them handles; no text, list or number grows past its limit on the way.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any

from jinja2 import DictLoader, Undefined, nodes
from jinja2.exceptions import TemplateRuntimeError, UndefinedError
from jinja2.runtime import Context, StrictUndefined, markup_join
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace, missing
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from autoflow.language.templates.filters import COUNTED, JOINED, template_filters

MOST_TEXT = 1_000_000  # characters of one text, the mail itself included
MOST_ITEMS = 10_000  # of one list
MOST_STEPS = 200_000  # of one render
MOST_RANGE = 1_000
MOST_BITS = 256  # of a whole number
_CHARACTERS_A_STEP = 256

# Characters for private use, around the values in HTML where whoever renders asks for that.
OPENS, CLOSES = "\ue000", "\ue001"

# Text's own methods that neither format nor repeat: what else one would call is a filter.
_TEXT_METHODS = frozenset(
    (
        "capitalize",
        "endswith",
        "isalpha",
        "isdigit",
        "lower",
        "split",
        "startswith",
        "strip",
        "title",
        "upper",
    )
)


class TooMuch(Exception):
    """A render asked for more work, or for something larger, than one mail may."""


class Work:
    """What one render may still spend, and the values it was given (to name what is missing).

    While `marks` is set, every value shown in HTML stands between `OPENS` and `CLOSES`.
    """

    __slots__ = ("left", "marks", "values")

    def __init__(self, values: Mapping[str, object], steps: int = MOST_STEPS) -> None:
        self.left = steps
        self.values = values
        self.marks = False


_work: ContextVar[Work | None] = ContextVar("autoflow_render_work", default=None)


def spend(size: int = 0) -> None:
    """Count a step and what `size` characters cost; raises `TooMuch` when the render has used up its own."""
    work = _work.get()
    if work is not None:
        work.left -= 1 + size // _CHARACTERS_A_STEP
        if work.left < 0:
            raise TooMuch("it takes more steps than one mail may")


def run(root: Callable[[Context], Iterator[str]], context: Context, work: Work) -> str:
    """The text that a compiled template yields; raises `TooMuch`, or whatever the template raises."""
    token = _work.set(work)
    try:
        return _concat(root(context))
    finally:
        _work.reset(token)


def _concat(parts: Iterable[str]) -> str:
    size = 0
    kept: list[str] = []
    for part in parts:
        size += len(part)
        if size > MOST_TEXT:
            raise TooMuch(f"it makes a text of more than {MOST_TEXT:,} characters")
        kept.append(part)
    return "".join(kept)


def _limited(value: Any) -> Any:
    """`value`, if one mail may hold it."""
    if isinstance(value, str):
        spend(len(value))
        if len(value) > MOST_TEXT:
            raise TooMuch(f"it makes a text of more than {MOST_TEXT:,} characters")
    elif isinstance(value, (list, tuple)):
        spend(len(value))
        if len(value) > MOST_ITEMS:
            raise TooMuch(f"it makes a list of more than {MOST_ITEMS:,} entries")
    elif isinstance(value, int) and value.bit_length() > MOST_BITS:
        raise TooMuch("it makes a number that is too large")
    return value


def _marked(value: Any) -> Any:
    work = _work.get()
    if work is None or not work.marks or hasattr(value, "__html__"):
        return value
    return Markup(f"{OPENS}{escape(value)}{CLOSES}")  # noqa: S704 - escaped, between two marks


def _bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)  # which keeps Jinja's marks for what the filter is passed
    def filter_within_bounds(*args: Any, **kwargs: Any) -> Any:
        spend()
        for arg in args:
            if isinstance(arg, (str, list)):
                spend(len(arg))
        return _limited(function(*args, **kwargs))

    return filter_within_bounds


def _counted(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        spend()
        yield item


def _range(*args: int) -> range:
    numbers = range(*args)
    if len(numbers) > MOST_RANGE:
        raise TooMuch(f"range() may count to at most {MOST_RANGE:,}")
    return numbers


def _path(values: Mapping[str, object], owner: object, name: str) -> str:
    """The dotted path of what is missing: `contact.first_name` for `first_name` of the contact's mapping."""
    stack: list[tuple[str, object]] = list(values.items())
    while stack:
        path, value = stack.pop()
        if value is owner:
            return f"{path}.{name}"
        if isinstance(value, dict):
            stack += [(f"{path}.{key}", inner) for key, inner in value.items()]
        elif isinstance(value, list):
            stack += [(path, inner) for inner in value]
    return name


class MissingValueError(UndefinedError):
    """A template showed or worked with a value that is not there; the message is its dotted path."""


class Missing(StrictUndefined):
    """A value that is not there.

    Strict: to show it, loop over it or reckon with it is an error. But as in a condition of a recipe, a test
    of it merely fails (`{% if contact.company %}`, `{% if contact.plan == "pro" %}`), and what it might hold
    is as missing as itself.
    """

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: type[TemplateRuntimeError] = MissingValueError,
    ) -> None:
        super().__init__(hint, obj, name, exc)

    @property
    def _undefined_message(self) -> str:
        if self._undefined_hint:
            return self._undefined_hint
        work = _work.get()
        name = str(self._undefined_name)
        return _path(work.values, self._undefined_obj, name) if work else name

    def __bool__(self) -> bool:  # type: ignore[override]
        return False

    def __eq__(self, other: object) -> bool:  # type: ignore[override]
        return type(self) is type(other)

    def __ne__(self, other: object) -> bool:  # type: ignore[override]
        return not self == other

    def __hash__(self) -> int:  # type: ignore[override]
        return id(type(self))


class _Bounding(NodeTransformer):
    """Puts the counters where Jinja offers no hook of its own."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - named by Jinja
        self.generic_visit(node)
        node.iter = _filter(node.iter, COUNTED)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802 - named by Jinja
        self.generic_visit(node)
        return _filter(nodes.List(node.nodes, lineno=node.lineno), JOINED)


def _filter(node: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja with plain values only; make one with `environment`."""

    intercepted_binops = frozenset(["+", "*", "**", "%"])
    concat = staticmethod(_concat)

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,  # noqa: FBT001, FBT002 - Jinja's signature
    ) -> str:
        bounded = _Bounding().visit(source)
        bounded.set_environment(self)
        return super()._generate(bounded, name, filename, defer_init)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A mapping has its keys alone: `event.items` is what the event says, never a method."""
        if isinstance(obj, dict):
            value = obj.get(attribute)
            return self.undefined(obj=obj, name=attribute) if value is None else value
        return obj if isinstance(obj, Undefined) else super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """As `getattr`, for `event["items"]`, and the entries of lists."""
        if isinstance(obj, dict):
            value = obj.get(argument) if isinstance(argument, (str, int)) else None
            return self.undefined(obj=obj, name=str(argument)) if value is None else value
        return obj if isinstance(obj, Undefined) else super().getitem(obj, argument)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Of plain values none but a few methods of text; of Jinja's own what its sandbox allows."""
        if isinstance(obj, str):
            return attr in _TEXT_METHODS
        if isinstance(obj, (int, float, list, tuple)):
            return False
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """Text does not format: a width could make it any length."""

    def call(self, context: Context, obj: Any, *args: Any, **kwargs: Any) -> Any:
        """A step, whatever is called."""
        spend()
        return _limited(super().call(context, obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """The operators that could make something huge, checked before they do."""
        if operator == "%" and isinstance(left, str):
            raise TooMuch("“%” does not format text here: join the parts with “~”")
        if operator == "*":
            _check_repeated(left, right)
            _check_repeated(right, left)
        if operator == "**" and isinstance(left, int) and isinstance(right, int):
            _limited(1 << min(left.bit_length() * max(right, 0), MOST_BITS + 1))
        return _limited(super().call_binop(context, operator, left, right))


def _check_repeated(part: Any, times: Any) -> None:
    if isinstance(part, (str, list, tuple)) and isinstance(times, int) and len(part) * times > MOST_ITEMS:
        raise TooMuch(f"it repeats something to more than {MOST_ITEMS:,} characters or entries")


def environment(sources: Mapping[str, str], *, currency: str = "GBP", timezone: str = "UTC") -> Sandbox:
    """A sandbox that sees `sources` (name → Jinja source) and nothing else.

    Names that end in `.html` are escaped, all others are plain text. `currency` (an ISO 4217 code) is what
    the filter `money` shows, `timezone` (an IANA name) the zone of the filter `date`.
    """
    env = Sandbox(
        loader=DictLoader(dict(sources)),
        undefined=Missing,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        auto_reload=False,
        optimized=False,
        cache_size=-1,
        finalize=_marked,
    )
    env.globals = {"range": _range, "namespace": Namespace}
    kept = {name: _bounded(env.filters[name]) for name in _JINJA_FILTERS}
    own = {name: _bounded(function) for name, function in template_filters(currency, timezone).items()}
    env.filters = {**kept, **own, COUNTED: _counted, JOINED: _bounded(markup_join)}
    return env


# Left out: what formats or pads to any length, what knows chance or Python's objects, and `safe`, for a
# contact's data could bring its own markup.
_JINJA_FILTERS = (  # noqa: SIM905 - a list of words
    "abs capitalize count dictsort e escape first float groupby int items last length list lower map max min "
    "reject rejectattr reverse select selectattr sort string striptags sum title trim truncate unique upper "
    "urlencode wordcount"
).split()
FILTER_NAMES = frozenset(_JINJA_FILTERS) | frozenset(template_filters("GBP", "UTC"))
