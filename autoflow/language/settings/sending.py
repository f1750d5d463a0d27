"""Who may get mail, and when it may go: `sending` of the project and of a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, cast

from autoflow.kinds.limits import Limit, LimitOn, mail_limit
from autoflow.language import scalars
from autoflow.language.definitions import RecipeSending
from autoflow.language.more_fields import parsed
from autoflow.language.scalars import attempt
from autoflow.language.settings.declared import DAY
from autoflow.language.settings.filling import Filling
from autoflow.language.settings.settings import Consent
from autoflow.language.source import Report
from autoflow.language.yaml.nodes import Entry, Node
from autoflow.language.yaml.nodes import Mapping as MappingNode
from autoflow.model.clock_times import ClockWindow, parse_clock
from autoflow.model.durations import Duration

MOST_MAILS = 100
_KEYS = ("consent", "late_after", "quiet_hours", "at_most")
_RECIPE_KEYS = ("quiet_hours", "if_quiet", "at_most", "if_over", "hold_up_to")
_CONSENT = (
    "It is whoever gave consent (required), bought as well (customers), or did not unsubscribe (not_refused)."
)
_OR = ("wait", "skip")
_QUIET = 'quiet_hours: {from: "21:00", to: "08:00"}'


class Sending(NamedTuple):
    """The project's section, with a default for what it does not say."""

    consent: Consent | None = None
    late_after: Duration = DAY
    quiet_hours: ClockWindow | None = None
    at_most: LimitOn | None = None


def read_sending(node: Node, filling: Filling) -> Sending:
    """What autoflow.yaml says under `sending`."""
    report = filling.report
    entries = scalars.section(node, report, '"sending"', _KEYS)
    consent: Consent | None = None
    late_after = DAY
    if "consent" in entries:
        words = ("required", "customers", "not_refused")
        value = entries["consent"].value
        read = attempt(lambda: scalars.one_of(value, report, '"consent"', words, _CONSENT), "")
        consent = cast("Consent", read) if read else "required"
    if "late_after" in entries:
        late = entries["late_after"].value
        late_after = attempt(lambda: scalars.duration(late, report, '"late_after"'), DAY)
    quiet, limit = entries.get("quiet_hours"), entries.get("at_most")
    return Sending(
        consent,
        late_after,
        attempt(lambda: read_quiet_hours(quiet.value, report), None) if quiet else None,
        attempt(lambda: read_mail_limit(limit.value, report), None) if limit else None,
    )


def read_quiet_hours(node: Node, report: Report) -> ClockWindow:
    """`{from: "21:00", to: "08:00"}`: on the contact's clock, over midnight where the first is the later one."""
    entries = _both(node, report, "quiet_hours", ("from", "to"), _QUIET)
    begins, ends = scalars.each(
        (entries[key] for key in ("from", "to")), lambda entry: _clock(entry, report), report
    )
    if begins == ends:
        message = "Quiet hours that end when they begin would never let a mail go."
        report.fail("value", entries["to"].value.span, message, f"For example {_QUIET}.")
    return ClockWindow(begins, ends)


def read_mail_limit(node: Node, report: Report) -> LimitOn:
    """`{emails: 4, per: 7 days}`: at most so much marketing mail for a contact, in any window of that length."""
    entries = _both(node, report, "at_most", ("emails", "per"), "at_most: {emails: 4, per: 7 days}")
    emails, per = entries["emails"].value, entries["per"].value
    most = attempt(lambda: scalars.whole_number(emails, report, '"emails"', 1, MOST_MAILS), 0)
    window = scalars.duration(per, report, '"per"')
    return mail_limit(Limit(most, window)) if most else report.give_up()


def _both(node: Node, report: Report, what: str, keys: tuple[str, str], example: str) -> Mapping[str, Entry]:
    """The entries of a mapping that must have both keys."""
    scalars.refuse_reported(node, report)
    if not isinstance(node, MappingNode):
        message = f'"{what}" is written with "{keys[0]}" and "{keys[1]}".'
        report.fail("value", node.span, message, f"For example {example}.")
    entries = scalars.section(node, report, f'"{what}"', keys)
    if scalars.strangers(node, entries):
        report.give_up()  # one of them may be meant, and is reported
    for key in keys:
        if key not in entries:
            report.fail("missing-key", node.span, f'"{what}" needs "{key}".', f"For example {example}.")
    return entries


def _clock(entry: Entry, report: Report) -> int:
    key = entry.key.text
    return parsed(entry.value, report, f'"{key}"', parse_clock, f'{key}: "21:00", and 00:00 for midnight')


def read_recipe_sending(node: Node, report: Report) -> RecipeSending:
    """What a recipe says under `sending`; with defaults for what could not be read."""
    entries = scalars.section(node, report, '"sending"', _RECIPE_KEYS)
    usual = RecipeSending()
    quiet, limit, hold = (entries.get(key) for key in ("quiet_hours", "at_most", "hold_up_to"))
    return RecipeSending(
        attempt(lambda: read_quiet_hours(quiet.value, report), None) if quiet else None,
        _wait_or_skip(entries.get("if_quiet"), report),
        attempt(lambda: read_mail_limit(limit.value, report), None) if limit else None,
        _wait_or_skip(entries.get("if_over"), report),
        attempt(lambda: scalars.duration(hold.value, report, '"hold_up_to"'), usual.hold_up_to)
        if hold
        else usual.hold_up_to,
    )


def _wait_or_skip(entry: Entry | None, report: Report) -> Literal["wait", "skip"]:
    if entry is None:
        return "wait"
    what = f'"{entry.key.text}"'
    return cast(
        "Literal['wait', 'skip']", attempt(lambda: scalars.one_of(entry.value, report, what, _OR), "wait")
    )
