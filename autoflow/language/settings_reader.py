"""autoflow.yaml read into `Settings`; secrets come from the environment as "${NAME}"."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar, cast

from autoflow.language import scalars
from autoflow.language.declared import ATTRIBUTES, DAY, EVENTS, TYPES, Declared, EventType
from autoflow.language.names import SETTINGS_FILE
from autoflow.language.nodes import Entry, Node, Scalar, Sequence, read_yaml
from autoflow.language.nodes import Mapping as MappingNode
from autoflow.language.scalars import attempt
from autoflow.language.settings import Consent, Mailbox, Security, Sender, Settings, Smtp
from autoflow.language.source import FIRST, Report, Source, Span, Unreadable
from autoflow.model.durations import Duration
from autoflow.model.instants import zone, zone_names
from autoflow.model.problems import Problem, did_you_mean

T = TypeVar("T")
SETTINGS_KEYS = (
    *("name", "timezone", "language", "currency", "store", "sender", "channels", "attributes", "events"),
    *("sending", "unsubscribe"),
)
# Patterns are compiled where they are first used, so that `check` starts faster.
_VARIABLE = r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}"
_EMAIL = r"[^@\s<>\",;:]+@[^@\s<>\",;:]+\.[^@\s<>\",;:.]+"
_STORES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")
_EVENT = r"[^\W_][\w -]{0,63}"
_LONGEST_PROPERTY = 64


@dataclass(eq=False, repr=False)
class ReadSettings:
    """The settings, filled up with defaults where something could not be read, and what is wrong.

    `declared` says whether attributes and events are all there; `sending` is where `sending` stands.
    """

    settings: Settings
    report: Report
    declared: bool
    sending: Span = FIRST

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
    reading = _Reading(report, environment, entries)
    settings = reading.read()
    sending = entries["sending"].key.span if "sending" in entries else root.span
    return ReadSettings(settings, report, reading.declared, sending)


class _Reading:
    """The sections of autoflow.yaml, one method each."""

    def __init__(self, report: Report, environment: Mapping[str, str], entries: Mapping[str, Entry]) -> None:
        self.report = report
        self.environment = environment
        self.entries = entries
        self.declared = True

    def read(self) -> Settings:
        """Everything, with a default for what is missing or wrong."""
        usual = Settings()
        email, sales, audiences = self.part(
            "channels", self.channels, (usual.email, usual.sales, usual.audiences)
        )
        consent, late_after = self.part("sending", self.sending, (usual.consent, usual.late_after))
        return Settings(
            name=scalars.optional_text(self.entries, "name", self.report),
            timezone=self.part("timezone", self.timezone, usual.timezone),
            language=self.part("language", self.language, usual.language),
            currency=self.part("currency", self.currency, usual.currency),
            store=self.part("store", self.store, usual.store),
            sender=self.part("sender", self.sender, usual.sender),
            email=email,
            sales=sales,
            audiences=audiences,
            attributes=self.declarations("attributes", self.attributes, ATTRIBUTES),
            events=self.declarations("events", self.events, EVENTS),
            consent=consent,
            late_after=late_after,
            unsubscribe_url=self.part("unsubscribe", self.unsubscribe, usual.unsubscribe_url),
        )

    def part(self, key: str, read: Callable[[Node], T], default: T) -> T:
        entry = self.entries.get(key)
        if entry is None or (isinstance(entry.value, Scalar) and entry.value.text == ""):
            return default
        return attempt(lambda: read(entry.value), default)

    def declarations(self, key: str, read: Callable[[Node], T], default: T) -> T:
        entry = self.entries.get(key)
        if entry is None or (isinstance(entry.value, Scalar) and entry.value.text == ""):
            return default
        try:
            return read(entry.value)
        except Unreadable:
            self.declared = False
            return default

    # ---- single values

    def filled(self, node: Node, what: str) -> str:
        """A text with the environment's variables filled in; what they hold is never shown."""
        found = scalars.text(node, self.report, what)
        if "${" not in found:
            return found
        for match in re.finditer(_VARIABLE, found):
            if match[1] not in self.environment:
                place = scalars.inside(node.span, self.report, match[0])
                message = f'The environment has no variable called "{match[1]}".'
                fix = f"Set it where autoflow runs: export {match[1]}=…"
                self.report.fail("missing-variable", place, message, fix)
        return re.sub(_VARIABLE, lambda match: self.environment[match[1]], found)

    def timezone(self, node: Node) -> str:
        found = scalars.scalar(node, self.report, '"timezone"').text
        try:
            zone(found)
        except LookupError as error:
            near = did_you_mean(found, zone_names())
            fix = f'Did you mean "{near}"?' if near else "For example Europe/London."
            self.report.fail("value", node.span, str(error), fix)
        return found

    def language(self, node: Node) -> str:
        found = scalars.scalar(node, self.report, '"language"').text
        if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", found):
            message = f'"{found}" is not the code of a language.'
            self.report.fail("value", node.span, message, "For example en or de-AT.")
        return found

    def currency(self, node: Node) -> str:
        found = scalars.scalar(node, self.report, '"currency"').text
        if not re.fullmatch(r"[A-Z]{3}", found):
            message = f'"{found}" is not the code of a currency.'
            self.report.fail("value", node.span, message, "For example EUR or GBP.")
        return found

    def store(self, node: Node) -> str:
        found = self.filled(node, '"store"')
        if not found.startswith(_STORES) or found in _STORES:
            fix = "For example sqlite:///.autoflow/store.db or postgresql://user@host/name."
            self.report.fail("value", node.span, "This is not the address of a store.", fix)
        return found

    def unsubscribe(self, node: Node) -> str:
        entries = scalars.section(node, self.report, '"unsubscribe"', ("url",))
        if "url" not in entries:
            return ""
        found = self.filled(entries["url"].value, '"url"')
        if not re.fullmatch(r"https://[^\s/]+\S*", found):
            message = "This is not the address of a page that people can unsubscribe at."
            fix = "It begins with https://, for example https://shop.example/unsubscribe"
            self.report.fail("value", entries["url"].value.span, message, fix)
        return found

    # ---- sender and channels

    def sender(self, node: Node) -> Sender:
        entries = scalars.section(node, self.report, '"sender"', ("name", "email", "postal_address"))
        texts = {key: self.line(entry) for key, entry in entries.items()}
        email = texts.get("email", "")
        if email and not re.fullmatch(_EMAIL, email):
            span = entries["email"].value.span
            self.report.add("value", span, "This is not an email address.", "For example hello@shop.example")
            email = ""
        return Sender(texts.get("name", ""), email, texts.get("postal_address", ""))

    def line(self, entry: Entry) -> str:
        """A text that becomes part of a mail's head, so it has no line ends."""
        found = attempt(lambda: self.filled(entry.value, f'"{entry.key.text}"'), "")
        if not found.isprintable():
            message = f'"{entry.key.text}" must be one line.'
            self.report.add("not-one-line", entry.value.span, message, "Put quotes around it, in one line.")
            return ""
        return found

    def channels(self, node: Node) -> tuple[Mailbox | Smtp, Mapping[str, str], str]:
        if not isinstance(node, MappingNode):
            scalars.section(node, self.report, '"channels"', ("email", "sales", "audiences"))
            self.report.give_up()
        usual = Settings()
        email, sales, audiences = usual.email, dict(usual.sales), usual.audiences
        for name, entry in node.entries.items():
            if name == "email":
                email = attempt(lambda value=entry.value: self.email(value), email)  # type: ignore[misc]
            elif name == "audiences":
                read = {"folder": usual.audiences} | self.paths(entry, ("folder",))
                audiences = read["folder"]
            elif scalars.NAME.fullmatch(name):
                told = len(self.report.problems)
                read = self.paths(entry, ("file",))
                if "file" in read:
                    sales[name] = read["file"]
                elif told == len(self.report.problems):
                    message = f'The channel "{name}" needs a "file".'
                    fix = f"For example {name}: {{file: .autoflow/{name}.ndjson}}"
                    self.report.add("missing-key", entry.key.span, message, fix)
            else:
                message = f'"{name}" cannot be a channel: use small letters, digits, - and _.'
                fix = f"For example {scalars.slug(name)}."
                self.report.add("file-name", entry.key.span, message, fix)
        return email, MappingProxyType(sales), audiences

    def paths(self, entry: Entry, keys: tuple[str, ...]) -> dict[str, str]:
        what = f'"{entry.key.text}"'
        nothing: Mapping[str, Entry] = {}
        entries = attempt(lambda: scalars.section(entry.value, self.report, what, keys), nothing)
        return {
            key: path
            for key, inner in entries.items()
            if (path := attempt(lambda inner=inner: self.filled(inner.value, f'"{inner.key.text}"'), ""))  # type: ignore[misc]
        }

    def email(self, node: Node) -> Mailbox | Smtp:
        entries = scalars.section(node, self.report, '"email"', ("mailbox", "smtp"))
        if len(entries) != 1:
            message = '"email" is either a mailbox or smtp.'
            self.report.fail("value", node.span, message, "For example email: {mailbox: .autoflow/mailbox}")
        if "mailbox" in entries:
            return Mailbox(self.filled(entries["mailbox"].value, '"mailbox"'))
        return self.smtp(entries["smtp"].value)

    def smtp(self, node: Node) -> Smtp:
        keys = ("host", "port", "user", "password", "security")
        entries = scalars.section(node, self.report, '"smtp"', keys)
        if "host" not in entries:
            fix = "For example smtp: {host: smtp.shop.example}"
            self.report.fail("missing-key", node.span, '"smtp" needs a "host".', fix)
        texts = {
            key: attempt(lambda entry=entry: self.filled(entry.value, f'"{entry.key.text}"'), "")  # type: ignore[misc]
            for key, entry in entries.items()
            if key != "security"
        }
        security = "starttls"
        if "security" in entries:
            words = ("none", "starttls", "tls")
            security = attempt(
                lambda: scalars.one_of(entries["security"].value, self.report, '"security"', words), security
            )
        self.advise_secret(entries.get("password"))
        port = self.port(entries.get("port"), texts.get("port", ""), 465 if security == "tls" else 587)
        user, password = texts.get("user", ""), texts.get("password", "")
        return Smtp(texts["host"], port, user, password, cast("Security", security))

    def advise_secret(self, entry: Entry | None) -> None:
        if isinstance(entry, Entry) and isinstance(entry.value, Scalar) and "${" not in entry.value.text:
            message = "The password stands in the file, and with it in git."
            fix = 'Write password: "${SMTP_PASSWORD}" and set that variable.'
            self.report.warn("secret-in-file", entry.key.span, message, fix)

    def port(self, entry: Entry | None, text: str, default: int) -> int:
        if entry is None or not text:
            return default
        if not text.isdecimal() or not 0 < int(text) < 65536:
            message = '"port" is a number from 1 to 65,535.'
            self.report.add("value", entry.value.span, message, "Usual ones are 587, 465 and 25.")
            return default
        return int(text)

    # ---- what is declared

    def attributes(self, node: Node) -> Mapping[str, Declared]:
        found = dict(ATTRIBUTES)
        for name, entry in self.mapping(node, '"attributes"').items():
            if name in ATTRIBUTES:
                self.built_in(entry, f'The attribute "{name}"')
            elif self.usable(entry, "attribute"):
                self.declare(found, name, entry)
        return MappingProxyType(found)

    def events(self, node: Node) -> Mapping[str, EventType]:
        found = dict(EVENTS)
        for name, entry in self.mapping(node, '"events"').items():
            if not re.fullmatch(_EVENT, name):
                message = f'"{name}" cannot be the name of an event.'
                fix = "Use letters, digits, spaces, - and _, with a letter or digit first."
                self.report.add("file-name", entry.key.span, message, fix)
                continue
            found[name] = self.event(name, entry, found.get(name, EventType()))
        return MappingProxyType(found)

    def event(self, name: str, entry: Entry, known: EventType) -> EventType:
        properties, within = dict(known.properties), known.triggers_within
        what = f'The event "{name}"'
        nothing: Mapping[str, Entry] = {}
        for key, inner in attempt(lambda: self.mapping(entry.value, what), nothing).items():
            if key == "triggers_within":
                within = attempt(
                    lambda inner=inner: scalars.duration(inner.value, self.report, '"triggers_within"'),  # type: ignore[misc]
                    DAY,
                )
            elif key in known.properties:
                self.built_in(inner, f'The property "{key}"')
            elif self.usable(inner, "property"):
                self.declare(properties, key, inner)
        return EventType(MappingProxyType(properties), within, known.built_in)

    def declare(self, found: dict[str, Declared], name: str, entry: Entry) -> None:
        """Take in a name with its type; where that cannot be read, nobody knows what goes with the name."""
        try:
            found[name] = self.type(entry.value)
        except Unreadable:
            self.declared = False

    def mapping(self, node: Node, what: str) -> Mapping[str, Entry]:
        if isinstance(node, Scalar) and node.text == "":
            return {}
        if isinstance(node, MappingNode):
            return node.entries
        scalars.refuse_reported(node, self.report)
        fix = "For example {total: money, category: text}."
        message = f"{scalars.capital(what)} is written as names with types."
        return self.report.fail("value", node.span, message, fix)

    def built_in(self, entry: Entry, what: str) -> None:
        self.report.add("reserved-name", entry.key.span, f"{what} is built in.", "Remove this line.")

    def usable(self, entry: Entry, what: str) -> bool:
        name = entry.key.text
        if name.isidentifier() and len(name) <= _LONGEST_PROPERTY and name != "id":
            return True
        message = f'"{name}" cannot be the name of a{"n" if what[0] in "aeiou" else ""} {what}.'
        fix = "Use letters, digits and _, with a letter first."
        self.report.add("file-name", entry.key.span, message, fix)
        return False

    def type(self, node: Node) -> Declared:
        if isinstance(node, MappingNode):
            return self.choice(node)
        found = scalars.scalar(node, self.report, "a type").text
        if found not in TYPES or found == "choice":
            near = did_you_mean(found, TYPES)
            fix = (
                f'Did you mean "{near}"?'
                if near and near != "choice"
                else f"The types are {', '.join(TYPES)}."
            )
            if "choice" in {found, near}:
                fix = "A choice names what can be chosen: {choice: [free, pro]}."
            self.report.fail("value", node.span, f'There is no type called "{found}".', fix)
        return Declared(found)

    def choice(self, node: MappingNode) -> Declared:
        entries = scalars.section(node, self.report, "a type", ("choice",))
        listed = entries["choice"].value if "choice" in entries else node
        if not isinstance(listed, Sequence) or not listed.items:
            fix = "For example {choice: [free, pro]}."
            self.report.fail("value", listed.span, "A choice names what can be chosen.", fix)
        return Declared("choice", tuple(scalars.name(item, self.report, "a choice") for item in listed.items))

    # ---- sending

    def sending(self, node: Node) -> tuple[Consent | None, Duration]:
        entries = scalars.section(node, self.report, '"sending"', ("consent", "late_after"))
        consent: Consent | None = None
        late_after = DAY
        if "consent" in entries:
            words = ("required", "customers", "not_refused")
            value = entries["consent"].value
            read = attempt(lambda: scalars.one_of(value, self.report, '"consent"', words), "")
            consent = cast("Consent", read) if read else "required"
        if "late_after" in entries:
            late = entries["late_after"].value
            late_after = attempt(lambda: scalars.duration(late, self.report, '"late_after"'), DAY)
        return consent, late_after
