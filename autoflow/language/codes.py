"""Every kind of problem that `check` reports, under the code that stays the same when its wording changes.

What each means stands in docs/problems/ (`autoflow.language.catalogue`).
"""

from __future__ import annotations

from typing import Literal, get_args

Code = Literal[
    "always-holds",
    "audience-never-emptied",
    "bad-name",
    "circle",
    "consent-missing",
    "duplicate-key",
    "duplicate-step",
    "duration",
    "empty-file",
    "file-name",
    "glob-without-matches",
    "list-empty",
    "missing-key",
    "missing-variable",
    "missing-window",
    "needs-at-least",
    "never-holds",
    "no-settings",
    "not-one-line",
    "not-one-of",
    "not-text",
    "not-together",
    "operator",
    "out-of-place",
    "placeholder",
    "placeholder-here",
    "reserved-name",
    "secret-in-file",
    "step-id",
    "tag-loop",
    "template",
    "template-head",
    "template-part",
    "too-deep",
    "too-large",
    "two-windows",
    "unknown-filter",
    "unknown-key",
    "unknown-name",
    "unknown-variable",
    "unknown-word",
    "unreachable-step",
    "unsubscribe-missing",
    "value",
    "wait-over-reentry",
    "yaml",
    "yaml-alias",
    "yaml-brackets",
    "yaml-colon",
    "yaml-comment",
    "yaml-document",
    "yaml-indent",
    "yaml-key",
    "yaml-quotes",
    "yaml-tab",
    "yaml-tag",
]

CODES: tuple[Code, ...] = get_args(Code)
