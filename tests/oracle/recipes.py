"""A recipe's file as plain values: its triggers, its settings, its steps with those nested in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.oracle import timing
from tests.oracle.clocks import Window
from tests.oracle.reading import listed, read_yaml

FIRST_TIME_ONLY = {"segment_entered", "contact_created"}


@dataclass(frozen=True)
class Trigger:
    """`name` tells it from all others of the workspace; `id` is what `entered_by` asks for."""

    word: str
    argument: Any
    id: str
    name: str


@dataclass(frozen=True)
class Step:
    """`argument` in one form for each word; the steps nested in it are steps already."""

    id: str
    word: str
    argument: Any


@dataclass(frozen=True)
class Part:
    """Of a split: the buckets up to `until`, of ten thousand, that no part before it has."""

    until: int
    holdout: bool
    steps: list[Step]


@dataclass(frozen=True)
class Sending:
    """What a recipe says about its mails, or the project about all."""

    quiet: Window | None = None
    cap: tuple[int, timing.Span] | None = None
    if_quiet: str = "wait"
    if_over: str = "wait"
    hold_up_to: str = "3 days"


@dataclass(frozen=True)
class Recipe:
    id: str
    triggers: list[Trigger]
    steps: list[Step]
    conditions: list[Any]
    keep_while: list[Any]
    goal: list[Any]
    exit: list[Any]
    status: str
    priority: int
    per: str | None
    reentry: str
    while_running: str = "ignore"
    sending: Sending = field(default_factory=Sending)


def read_recipe(name: str, text: Any) -> Recipe:
    written = read_yaml(text)
    triggers = [_trigger(each, f"{name}/{number}") for number, each in enumerate(listed(written["trigger"]))]
    first_time_only = all(trigger.word in FIRST_TIME_ONLY for trigger in triggers)
    per = written.get("per")
    return Recipe(
        id=name,
        triggers=triggers,
        steps=read_steps(written["actions"]),
        conditions=listed(written.get("conditions")),
        keep_while=listed(written.get("keep_while")),
        goal=listed(written.get("goal")),
        exit=listed(written.get("exit")),
        status=written.get("status", "live"),
        priority=written.get("priority", 0),
        per=per.removeprefix("event.") if per else None,
        reentry=written.get("reentry", "never" if first_time_only else "always"),
        while_running=written.get("while_running", "ignore"),
        sending=read_sending(written.get("sending", {})),
    )


def read_sending(written: Mapping[str, Any]) -> Sending:
    quiet, cap = written.get("quiet_hours"), written.get("at_most")
    return Sending(
        quiet=(quiet["from"], quiet["to"]) if quiet else None,
        cap=(int(cap["emails"]), timing.span(cap["per"])) if cap else None,
        if_quiet=written.get("if_quiet", "wait"),
        if_over=written.get("if_over", "wait"),
        hold_up_to=written.get("hold_up_to", "3 days"),
    )


def _trigger(written: Any, name: str) -> Trigger:
    written = {written: None} if isinstance(written, str) else written
    ((word, argument),) = ((word, argument) for word, argument in written.items() if word != "id")
    return Trigger(word, argument, written.get("id", word), name)


# ------------------------------------------------------------------ steps

_SHORT = {
    "add_tag": "tag",
    "remove_tag": "tag",
    "send_email": "template",
    "add_to_audience": "audience",
    "remove_from_audience": "audience",
    "wait": "duration",
    "exit": "reason",
    "notify_sales": "message",
    "set_stage": "stage",
    "give_consent": "topic",
    "withdraw_consent": "topic",
    "create_task": "title",
    "record_event": "name",
    "enter_recipe": "recipe",
}
_TARGETS = {
    **_SHORT,
    "notify_sales": "channel",
    "adjust_score": "score",
    "webhook": "to",
    "wait_for": "event",
}
_LONG = {"adjust_score", "webhook", "wait_for"}
_NESTED = ("then", "otherwise", "skipped")


def read_steps(written: Any) -> list[Step]:
    return [_step(each) for each in listed(written)]


def inside(steps: list[Step]) -> Iterator[Step]:
    """These steps and all that are nested in them."""
    for step in steps:
        yield step
        for nested in _nested(step):
            yield from inside(nested)


def _nested(step: Step) -> list[list[Step]]:
    if step.word == "choose":
        return [steps for _, steps in step.argument]
    if step.word == "split":
        return [part.steps for part in step.argument["parts"]]
    return [step.argument[key] for key in _NESTED if isinstance(step.argument.get(key), list)]


def _step(written: Any) -> Step:
    written = {written: None} if isinstance(written, str) else written
    ((word, argument),) = ((word, argument) for word, argument in written.items() if word != "id")
    if word == "choose":
        argument = [branch for each in listed(argument) for branch in _branches(each)]
    elif word == "split":
        argument = _split(argument)
    elif word == "set_attribute":
        argument = {"values": argument.get("values", argument)}
    else:
        argument = _mapping(word, argument)
    return Step(written.get("id") or f"{word}:{_target(word, argument)}".removesuffix(":"), word, argument)


def _mapping(word: str, argument: Any) -> dict[str, Any]:
    if word not in _SHORT.keys() | _LONG:
        raise ValueError(f"no such action: {word}")
    if not isinstance(argument, Mapping):
        argument = {} if argument is None else {_SHORT[word]: argument}
    return {key: read_steps(value) if key in _NESTED else value for key, value in argument.items()}


def _target(word: str, argument: Any) -> str:
    if word == "set_attribute":
        return ",".join(argument["values"])
    if word == "notify_sales":
        return str(argument.get("channel", "sales"))
    if word not in _TARGETS or word == "create_task":
        return ""
    if word == "wait":
        return _length(argument)
    return str(argument.get(_TARGETS[word]) or ("conditions" if word == "wait_for" else ""))


def _length(wait: Mapping[str, Any]) -> str:
    if "until" in wait:
        by_date = "{{" in wait["until"]
        return "until its time" if by_date else f"until {timing.reading(wait['until']):%H:%M}"
    return "as long as it says" if "{{" in wait["duration"] else str(timing.span(wait["duration"]))


def _branches(written: Mapping[str, Any]) -> Iterator[tuple[list[Any], list[Step]]]:
    """(what must hold, the steps); `otherwise`, on its own or beside an `if`, always holds."""
    if "if" in written:
        yield listed(written["if"]), read_steps(written["actions"])
    if "otherwise" in written:
        yield [], read_steps(written["otherwise"])


def _split(written: Any) -> dict[str, Any]:
    parts = written["parts"] if isinstance(written, Mapping) else written
    draw = written.get("draw", "") if isinstance(written, Mapping) else ""
    others = [part for part in parts if not part.get("holdout")]
    share, read = Decimal(0), []
    for part in parts:
        share += Decimal(str(part["percent"]))
        walked = part.get("actions") or (others[0]["actions"] if part.get("holdout") and others else [])
        read.append(Part(int(share * 100), bool(part.get("holdout")), read_steps(walked)))
    return {"draw": draw, "parts": read}
