"""What this machine says of whoever works at it."""

from __future__ import annotations

import os


def holder_name() -> str:
    """Who runs here, for the one who finds the store taken."""
    import socket

    return f"process {os.getpid()} of {user()} on {socket.gethostname()}"


def user() -> str:
    """The login name, or "somebody"."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
