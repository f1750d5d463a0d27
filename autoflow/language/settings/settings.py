"""What autoflow.yaml says, frozen. Secrets are filled in from the environment and never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal
from urllib.parse import urlsplit

from autoflow.kinds.computed import Computed
from autoflow.kinds.limits import LimitOn
from autoflow.kinds.scores import Score
from autoflow.language.settings.declared import ATTRIBUTES, DAY, EVENTS, Declared, EventType
from autoflow.model.clock_times import ClockWindow
from autoflow.model.durations import Duration

Consent = Literal["required", "customers", "not_refused"]
Security = Literal["none", "starttls", "tls"]
TRACES_KEPT = Duration(0, 180, 0)
LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
PREFIX = "whsec_"
SHORTEST_KEY, LONGEST_KEY = 24, 64


@dataclass(frozen=True, slots=True)
class Sender:
    """From whom the mail comes. `email` is empty where autoflow.yaml names no sender."""

    name: str = ""
    email: str = ""
    postal_address: str = ""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A local Maildir; `folder` is relative to the workspace."""

    folder: str = ".autoflow/mailbox"


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server. Without a user nobody logs in."""

    host: str
    port: int = 587
    user: str = ""
    password: str = field(default="", repr=False)
    security: Security = "starttls"


@dataclass(frozen=True, slots=True)
class Webhook:
    """An endpoint that recipes may call: a `url`, its calls signed with `secret`; or a `file`, a call a line."""

    url: str = field(default="", repr=False)  # it may be a secret in itself
    secret: str = field(default="", repr=False)
    file: str = ""

    @property
    def local(self) -> bool:
        """Whether autoflow.yaml names this machine itself, so that calls may stay on it."""
        return urlsplit(self.url).hostname in LOCAL_HOSTS

    @property
    def key(self) -> bytes:
        """The bytes that calls are signed with."""
        return signing_key(self.secret)


def signing_key(secret: str) -> bytes:
    """The bytes that a secret stands for: those in base64 behind `whsec_` (24 to 64, as Standard Webhooks asks),
    or the text itself (24 or more). Raises `ValueError` with a plain sentence that does not show it.
    """
    import base64

    if not secret.startswith(PREFIX):
        if len(secret.encode()) < SHORTEST_KEY:
            raise ValueError(f"The secret is shorter than {SHORTEST_KEY} bytes.")
        return secret.encode()
    packed = secret.removeprefix(PREFIX)
    try:
        found = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except ValueError:
        raise ValueError(f"What stands behind {PREFIX} in the secret is not base64.") from None
    if not SHORTEST_KEY <= len(found) <= LONGEST_KEY:
        raise ValueError(
            f"The secret behind {PREFIX} is not {SHORTEST_KEY} to {LONGEST_KEY} bytes in base64."
        )
    return found


@dataclass(frozen=True)
class Settings:
    """The settings of a workspace. Paths are relative to it.

    `sales` maps the name of each sales channel to its file, `webhooks` that of each endpoint to what it is;
    `attributes` and `events` hold the built-in ones as well; `computed` says how the attributes come about that
    autoflow works out itself. `mirrors` maps an audience to the segment that it is always equal to. `consent` is
    None where nothing is said, which `check` allows only where no marketing mail is sent. `quiet_hours` and
    `at_most` hold for marketing mail. Refusals and held mails are told for as long as `traces_kept` says (None: for
    good). Mail that is more than `late_after` late is held. `store` may hold a
    password, so it is not shown.
    """

    name: str = ""
    timezone: str = "UTC"
    language: str = "en"
    currency: str = "EUR"
    store: str = field(default="sqlite:///.autoflow/store.db", repr=False)
    sender: Sender = Sender()
    email: Mailbox | Smtp = Mailbox()
    sales: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({"sales": ".autoflow/sales.ndjson"})
    )
    audiences: str = ".autoflow/audiences"
    attributes: Mapping[str, Declared] = field(default_factory=lambda: ATTRIBUTES)
    events: Mapping[str, EventType] = field(default_factory=lambda: EVENTS)
    consent: Consent | None = None
    late_after: Duration = DAY
    unsubscribe_url: str = ""
    computed: Mapping[str, Computed] = field(default_factory=lambda: MappingProxyType({}))
    scores: Mapping[str, Score] = field(default_factory=lambda: MappingProxyType({}))
    stages: tuple[str, ...] = ()
    mirrors: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    webhooks: Mapping[str, Webhook] = field(default_factory=lambda: MappingProxyType({}))
    quiet_hours: ClockWindow | None = None
    at_most: LimitOn | None = None
    traces_kept: Duration | None = TRACES_KEPT
