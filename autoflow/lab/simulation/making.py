"""Whether a mail can be made of what was decided. Making it is the post's, so whoever calls the lab hands it in."""

from __future__ import annotations

from collections.abc import Callable

from autoflow.model.effects import Message

Maker = Callable[[Message], str]
"""Told a message on the channel email whose outcome is sent, it says "" where its mail can be made; else the sentence
that the post would write down as the reason of a `failed` mail, with the template's file and line where they are
known. It sends nothing, and says the same of the same message whenever it is asked.
"""
