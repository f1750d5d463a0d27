"""What the fields of a kind ask for, taken from its annotations once."""

from __future__ import annotations

import dataclasses
import sys
import types
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from autoflow.kinds.base import Kind
from autoflow.kinds.fields import (
    Assignments,
    ClockSpan,
    Name,
    Operators,
    Payload,
    Properties,
    PropertyPath,
    TypeOf,
)

_GOES_FIRST = (Name, PropertyPath)  # what others are checked against


@dataclass(slots=True, eq=False, repr=False)
class Spec:
    """One field: `key` is how it is written, `base` its type without None and marks, `mark` how it is read."""

    name: str
    key: str
    base: Any
    mark: object
    required: bool

    @property
    def several(self) -> bool:
        """Whether it takes a list."""
        return get_origin(self.base) is tuple and not isinstance(
            self.mark, (Assignments, ClockSpan, Payload, Properties)
        )


_hints: dict[tuple[str, str], Any] = {}
_known: dict[type[Kind], tuple[Spec, ...]] = {}


def specs_of(kind: type[Kind]) -> tuple[Spec, ...]:
    """The fields of a kind; names of events and attributes first, since operators and `where` need them."""
    if kind not in _known:
        _known[kind] = _read_specs(kind)
    return _known[kind]


def _read_specs(kind: type[Kind]) -> tuple[Spec, ...]:
    fields = [field for field in dataclasses.fields(kind) if field.init]  # type: ignore[arg-type]
    found = [_spec(field, _hint(kind, field.name)) for field in fields]
    return tuple(sorted(found, key=lambda spec: not isinstance(spec.mark, _GOES_FIRST)))


def written_keys(kind: type[Kind]) -> tuple[str, ...]:
    """The keys that may be written, in the order of the kind's file."""
    order = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    written = [spec for spec in specs_of(kind) if not isinstance(spec.mark, (Operators, TypeOf))]
    return tuple(spec.key for spec in sorted(written, key=lambda spec: order.index(spec.name)))


def short_field(kind: type[Kind]) -> Spec | None:
    """The field that a bare value behind the word fills: `short`, or the one named as the word."""
    name = kind.short or kind.word
    return next((spec for spec in specs_of(kind) if spec.name == name), None)


def _hint(kind: type[Kind], name: str) -> Any:
    """What `typing.get_type_hints` gives for one field, at a fifth of its cost: `check` starts with this."""
    owner = next(each for each in kind.__mro__ if name in vars(each).get("__annotations__", ()))
    written = owner.__annotations__[name]
    if not isinstance(written, str):
        return written
    at = (owner.__module__, written)
    if at not in _hints:
        _hints[at] = eval(written, vars(sys.modules[owner.__module__]))  # noqa: S307 - our own annotations
    return _hints[at]


def _spec(field: dataclasses.Field[Any], hint: Any) -> Spec:
    mark: object = None
    if get_origin(hint) is Annotated:
        hint, mark = get_args(hint)[:2]
    if get_origin(hint) in {Union, types.UnionType}:
        hint = next(part for part in get_args(hint) if part is not types.NoneType)
    required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    return Spec(field.name, field.name.rstrip("_"), hint, mark, required)
