"""Calls to other systems, signed as Standard Webhooks asks, or a JSON line each in a file."""

from __future__ import annotations

import hashlib
import json
import logging
import ssl
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from autoflow.language.settings.settings import Webhook
from autoflow.model.clock import MICROS
from autoflow.model.effects import WEBHOOKS
from autoflow.model.instants import to_iso
from autoflow.post.channels.base import ChannelDown, Outgoing, Result
from autoflow.post.channels.calling import Answer, Line, Resolve, Unreachable, resolve
from autoflow.post.channels.sales import SalesFiles

TYPE = "autoflow.webhook"
PAUSE = 60 * MICROS  # how long an endpoint that does not answer is left alone
LONGEST_WAIT = 86_400 * MICROS  # that an endpoint may ask for
_GONE = 410
_NOT_THIS = (400, 413, 415, 422)  # what is wrong with this call alone; to repeat it helps nobody
_BUSY = (429, 503)


class WebhookCalls:
    """Calls the endpoints that autoflow.yaml names; `folder` is that of the workspace.

    `values` of a message: `payload` (what the recipe sends), `contact`, and `at`, the instant of the decision.
    Each call has the same `webhook-id` however often it is repeated, so whoever follows the standard, and knows by
    it what he has taken already, takes it once: sending a key again changes nothing. What may have arrived without
    an answer is therefore sent again like what surely has not. An endpoint that cannot be reached, or that asks for
    time, is left alone for a while, and its calls are not counted as tried; calls to one endpoint are made in the
    order of the decisions, which repeats may change.
    """

    name = WEBHOOKS
    idempotent = True
    group_size = 50

    def __init__(
        self,
        webhooks: Mapping[str, Webhook],
        folder: Path,
        *,
        resolver: Resolve = resolve,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._webhooks = webhooks
        self._files = SalesFiles(
            {name: folder / hook.file for name, hook in webhooks.items() if hook.file}, "calls"
        )
        self._resolver = resolver
        self._trust = trust
        self._leave_until: dict[str, int] = {}
        # It writes every address that it calls into the log, and an address may be a secret.
        logging.getLogger("httpx2").setLevel(logging.WARNING)

    def send(self, group: Sequence[Outgoing]) -> list[Result]:
        """Make the calls of a group, to each endpoint in their order. Never raises `ChannelDown`: endpoints do not
        fail together.
        """
        results: dict[str, Result] = {}
        sound: dict[str, list[tuple[Outgoing, bytes]]] = {}
        for call in group:
            try:
                body = self._body(call)
            except ValueError as error:
                results[call.key] = Result(call.key, "rejected", str(error))
            else:
                sound.setdefault(call.to, []).append((call, body))
        for name, calls in sound.items():
            found = self._write(calls) if self._webhooks[name].file else self._call(name, calls)
            results.update((result.key, result) for result in found)
        return [results[call.key] for call in group]

    def forget(self, keys: Collection[str], people: Collection[str]) -> None:
        """Take calls out of the files; what was called is another system."""
        self._files.forget(keys, people)

    def close(self) -> None:
        """Close the files; no line outlasts a group."""
        self._files.close()

    def _body(self, call: Outgoing) -> bytes:
        """What is sent, the same at every attempt; raises `ValueError` with a plain sentence where it is no call."""
        if call.to not in self._webhooks:
            raise ValueError(f"There is no webhook called “{call.to}”.")
        if not isinstance(call.payload, Mapping) or not call.payload.keys() >= {"payload", "at", "contact"}:
            raise ValueError("It is not a call.")
        said = {
            "type": TYPE,
            "timestamp": to_iso(int(str(call.payload["at"]))),
            "data": call.payload["payload"],
            "contact": call.payload["contact"],
        }
        try:
            return json.dumps(said, separators=(",", ":"), allow_nan=False).encode("ascii")
        except (TypeError, ValueError, RecursionError):
            raise ValueError("What the recipe sends cannot be written as JSON.") from None

    def _write(self, calls: Sequence[tuple[Outgoing, bytes]]) -> list[Result]:
        lines = [Outgoing(call.key, call.to, json.loads(body)) for call, body in calls]
        try:
            return self._files.send(lines)
        except ChannelDown as error:
            return [Result(call.key, "postponed", str(error), PAUSE) for call, _ in calls]

    def _call(self, name: str, calls: Sequence[tuple[Outgoing, bytes]]) -> list[Result]:
        results: list[Result] = []
        line: Line | None = None
        try:
            for call, body in calls:
                left = self._leave_until.get(name, 0) - call.now
                if left > 0:
                    results.append(
                        Result(call.key, "postponed", "The endpoint is left alone for a while.", left)
                    )
                    continue
                line = line or self._line(name)
                answer = line.post(body, self._headers(name, call, body))
                results.append(self._result(name, call, answer))
        except Unreachable as error:
            tried = calls[len(results)][0]
            self._leave_alone(name, tried, None)
            results.append(Result(tried.key, "unsent", str(error)))
            rest = calls[len(results) :]
            results += [Result(call.key, "postponed", str(error), PAUSE) for call, _ in rest]
        finally:
            if line is not None:
                line.close()
        return results

    def _line(self, name: str) -> Line:
        if self._trust is None:
            self._trust = ssl.create_default_context()
        hook = self._webhooks[name]
        return Line(hook.url, self._trust, self._resolver, local=hook.local)

    def _headers(self, name: str, call: Outgoing, body: bytes) -> dict[str, str]:
        """The standard's three: which call, when it goes out (not when it was decided), and by whom."""
        from standardwebhooks import Webhook as Signer

        at = datetime.fromtimestamp(call.now // MICROS, UTC)
        message = webhook_id(call.key)
        return {
            "content-type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(call.now // MICROS),
            "webhook-signature": Signer(self._webhooks[name].key).sign(message, at, body.decode("ascii")),
        }

    def _result(self, name: str, call: Outgoing, answer: Answer) -> Result:
        key, status = call.key, answer.status
        if status is None:
            self._leave_alone(name, call, None)
            return Result(key, "unknown" if answer.asked else "unsent", answer.why)
        if 200 <= status < 300:
            return Result(key, "sent")
        if status == _GONE:
            return Result(
                key, "rejected", "The endpoint is gone for good (410): take it out of autoflow.yaml."
            )
        if status in _NOT_THIS:
            return Result(key, "rejected", f"The endpoint refuses this call ({status}).")
        if 300 <= status < 400:
            why = f"The endpoint sends its callers elsewhere ({status}), which is not followed: mend its address."
            return Result(key, "unsent", why)
        wait = asked_wait(answer.retry_after, call.now)
        if wait or status in _BUSY:
            self._leave_alone(name, call, wait)
        return Result(key, "unsent", f"The endpoint answered {status}.", wait)

    def _leave_alone(self, name: str, call: Outgoing, wait: int | None) -> None:
        self._leave_until[name] = call.now + (wait or PAUSE)


def webhook_id(key: str) -> str:
    """The id of a call, the same at every attempt; the key itself would tell recipes and contacts."""
    return f"msg_{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def asked_wait(retry_after: str, now: int) -> int | None:
    """How long an endpoint asks to be left alone, in microseconds and a day at most; None where it does not.

    It says seconds, or a date.
    """
    asked = retry_after.strip()
    if asked.isascii() and asked.isdecimal():
        wait = int(asked[:9]) * MICROS
    else:
        try:
            until = parsedate_to_datetime(asked)
        except ValueError:
            return None
        wait = int(until.replace(tzinfo=until.tzinfo or UTC).timestamp()) * MICROS - now
    return min(wait, LONGEST_WAIT) if wait > 0 else None
