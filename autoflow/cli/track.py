"""`autoflow track`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from autoflow.cli.output import clean, note, say
from autoflow.cli.pairs import split, value
from autoflow.cli.state import State, pass_state
from autoflow.model.problems import AutoflowError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoflow.language.settings.declared import Declared
    from autoflow.language.settings.settings import Settings
    from autoflow.store.database import Database

_IDENTIFY = "identify"


@click.command()
@click.argument("who")
@click.argument("event")
@click.argument("values", metavar="[KEY=VALUE]...", nargs=-1)
@pass_state
def command(state: State, who: str, event: str, values: tuple[str, ...]) -> None:
    """Record that WHO did EVENT just now.

    WHO is a user id, known or new, or the email address of a known contact. Values are read by the types that
    autoflow.yaml declares. EVENT may be `identify`: then the values are attributes.

    \b
        autoflow track ana@shop.example purchased order_id=A1 total=24.50
        autoflow track 4711 page_visited path=/products/x200
        autoflow track 4711 identify plan=pro
    """  # noqa: D301 - the sign is click's: keep these lines
    from autoflow.model.event import IDENTIFY, Incoming
    from autoflow.store.log import append
    from autoflow.store.wake import ring

    settings = state.settings
    name = IDENTIFY if event == _IDENTIFY else _event(event, settings)
    properties = _values(values, event, settings)
    with state.store(create=True) as database:
        user, anonymous, new = _who(database, who)
        applied = database.one("SELECT 1 FROM release") is not None
        append(database, [Incoming(name, user, anonymous, properties)], state.project.clock.now())
        ring(database)
    if new:
        note(f"{clean(who)} was not known before and is a contact now.")
    if not applied:
        note(
            "No files are in force yet, so this counts and starts nothing: `autoflow apply` puts them in force."
        )
    say(f"Recorded: {clean(who)} {event}.")


def _who(database: Database, who: str) -> tuple[str | None, str | None, bool]:
    """The user id, or the anonymous id of a visitor who has none, and whether the contact is new."""
    from autoflow.store.reports import find_contact

    name = who.strip()
    if not name or not name.isprintable() or len(name) > 255:
        raise AutoflowError("A user id is one line of at most 255 characters.")
    if database.one("SELECT 1 FROM identity WHERE name = ?", f"u:{name}") is not None:
        return name, None, False
    if "@" not in name and database.one("SELECT 1 FROM identity WHERE name = ?", f"a:{name}") is None:
        return name, None, True
    contact = find_contact(database, name)
    key = database.one("SELECT key FROM contact WHERE id = ?", contact)
    assert key is not None
    kind, _, identifier = str(key[0]).partition(":")
    return (identifier, None, False) if kind == "u" else (None, identifier, False)


def _event(event: str, settings: Settings) -> str:
    if event.startswith("$") or not event.strip() or not event.isprintable():
        raise AutoflowError(
            f'"{clean(event)}" cannot be an event.', "Names that begin with $ are autoflow's own."
        )
    if event not in settings.events:
        near = did_you_mean(event, settings.events)
        hint = f' Did you mean "{near}"?' if near else ""
        note(f'autoflow.yaml declares no event "{event}"; it is kept all the same.{hint}')
    return event


def _values(pairs: tuple[str, ...], event: str, settings: Settings) -> dict[str, Any]:
    declared = _declared(event, settings)
    found: dict[str, Any] = {}
    for pair in pairs:
        key, text = split(pair)
        if declared and key not in declared:
            near = did_you_mean(key, declared)
            hint = f' Did you mean "{near}"?' if near else ""
            note(f'autoflow.yaml declares no "{clean(key)}" for {event}; it is kept as text.{hint}')
        found[key] = value(key, text, declared.get(key), settings.timezone)
    return found


def _declared(event: str, settings: Settings) -> Mapping[str, Declared]:
    if event == _IDENTIFY:
        return settings.attributes
    return settings.events[event].properties if event in settings.events else {}
