"""autoflow.yaml read into `Settings`; each larger section has a reader of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeVar

from autoflow.language import scalars
from autoflow.language.names import SETTINGS_FILE
from autoflow.language.scalars import attempt
from autoflow.language.scope import Scope
from autoflow.language.settings import basics
from autoflow.language.settings.channels import Channels, read_channels
from autoflow.language.settings.computed import read_computed
from autoflow.language.settings.declarations import DeclaredReader
from autoflow.language.settings.declared import ATTRIBUTES, EVENTS
from autoflow.language.settings.event_tests import scope_of
from autoflow.language.settings.filling import Filling
from autoflow.language.settings.scores import read_scores
from autoflow.language.settings.sending import Sending, read_sending
from autoflow.language.settings.settings import Settings
from autoflow.language.settings.standing import Mirror, read_mirrors, read_stages
from autoflow.language.source import FIRST, Report, Source, Span, Unreadable
from autoflow.language.yaml.nodes import Entry, Node, Scalar, read_yaml
from autoflow.model.problems import Problem

T = TypeVar("T")
SETTINGS_KEYS = (
    *("name", "timezone", "language", "currency", "store", "sender", "channels", "attributes", "events"),
    *("scores", "stages", "audiences", "sending", "unsubscribe", "traces"),
)


@dataclass(eq=False, repr=False)
class ReadSettings:
    """The settings, filled up with defaults where something could not be read, and what is wrong.

    `declared` says whether everything is there that it declares by name; `sending` is where `sending` stands,
    `mirrors` where each segment is named that an audience mirrors.
    """

    settings: Settings
    report: Report
    declared: bool
    sending: Span = FIRST
    mirrors: tuple[Mirror, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The mistakes, in the order in which they stand."""
        return tuple(sorted(self.report.problems))


def read_settings(text: str, environment: Mapping[str, str]) -> ReadSettings:
    """Read autoflow.yaml; `environment` gives the variables that it names."""
    report = Report(Source(SETTINGS_FILE, text))
    root = read_yaml(report)
    if root is None:
        return ReadSettings(Settings(), report, declared=False)
    try:
        entries = scalars.section(root, report, SETTINGS_FILE, SETTINGS_KEYS)
    except Unreadable:
        return ReadSettings(Settings(), report, declared=False)
    reading = _Reading(Filling(report, environment), entries)
    settings = reading.read()
    sending = entries["sending"].key.span if "sending" in entries else root.span
    complete = reading.declared.complete and report.meant.isdisjoint({"attributes", "events"})
    return ReadSettings(settings, report, complete, sending, tuple(reading.mirrors.values()))


class _Reading:
    """The sections of autoflow.yaml put together."""

    def __init__(self, filling: Filling, entries: Mapping[str, Entry]) -> None:
        self.report = filling.report
        self.filling = filling
        self.entries = entries
        self.declared = DeclaredReader(self.report)
        self.mirrors: Mapping[str, Mirror] = {}

    def read(self) -> Settings:
        """Everything, with a default for what is missing or wrong."""
        usual = Settings()
        channels = self.part("channels", read_channels, Channels())
        sending = self.part("sending", read_sending, Sending())
        self.mirrors = self.part("audiences", read_mirrors, {})
        settings = Settings(
            name=scalars.optional_text(self.entries, "name", self.report),
            timezone=self.part("timezone", basics.read_timezone, usual.timezone),
            language=self.part("language", basics.read_language, usual.language),
            currency=self.part("currency", basics.read_currency, usual.currency),
            store=self.part("store", basics.read_store, usual.store),
            sender=self.part("sender", basics.read_sender, usual.sender),
            email=channels.email,
            sales=channels.sales,
            audiences=channels.audiences,
            attributes=self.declarations("attributes", self.declared.attributes, ATTRIBUTES),
            events=self.declarations("events", self.declared.events, EVENTS),
            consent=sending.consent,
            late_after=sending.late_after,
            unsubscribe_url=self.part("unsubscribe", basics.read_unsubscribe, usual.unsubscribe_url),
            stages=self.named("stages", read_stages, usual.stages),
            mirrors=MappingProxyType({name: mirror.segment for name, mirror in self.mirrors.items()}),
            webhooks=channels.webhooks,
            quiet_hours=sending.quiet_hours,
            at_most=sending.at_most,
            traces_kept=self.part("traces", basics.read_traces, usual.traces_kept),
        )
        return self.with_scores(self.with_computed(settings))

    def with_computed(self, settings: Settings) -> Settings:
        """The same with the attributes that autoflow works out, in the order in which they stand."""
        read = read_computed(self.declared.computed, self.scope(settings))
        found = {name: each for name, each in read.items() if each is not None}
        if len(found) < len(read):
            self.declared.complete = False
        attributes = {name: declared for name, (_, declared) in found.items()}
        return replace(
            settings,
            attributes=MappingProxyType({**settings.attributes, **attributes}),
            computed=MappingProxyType({name: computed for name, (computed, _) in found.items()}),
        )

    def with_scores(self, settings: Settings) -> Settings:
        """The same with the scores, whose rules look at events."""
        scope = self.scope(settings)
        return replace(settings, scores=self.named("scores", lambda node, _: read_scores(node, scope), {}))

    def scope(self, settings: Settings) -> Scope:
        return scope_of(settings, self.report, declared=self.declared.complete)

    def part(self, key: str, read: Callable[[Node, Filling], T], default: T) -> T:
        node = self.node(key)
        return default if node is None else attempt(lambda: read(node, self.filling), default)

    def named(self, key: str, read: Callable[[Node, Filling], T], default: T) -> T:
        """The same for a section that declares names: where a part of it could not be read, none is missed."""
        before, self.report.broken = self.report.broken, False
        found = self.part(key, read, default)
        self.declared.complete = self.declared.complete and not self.report.broken
        self.report.broken = self.report.broken or before
        return found

    def declarations(self, key: str, read: Callable[[Node], T], default: T) -> T:
        node = self.node(key)
        if node is None:
            return default
        try:
            return read(node)
        except Unreadable:
            self.declared.complete = False
            return default

    def node(self, key: str) -> Node | None:
        """What stands under a key; None where nothing does."""
        entry = self.entries.get(key)
        if entry is None or (isinstance(entry.value, Scalar) and entry.value.text == ""):
            return None
        return entry.value
