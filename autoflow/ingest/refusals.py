"""Why a message is not taken."""

from __future__ import annotations


class RefusedError(ValueError):
    """A message that cannot be taken; its text says why, for people."""
