"""Names made from content: partitions, message hashes."""

from __future__ import annotations

import hashlib
import hmac
import zlib

PARTITIONS = 256
TOMBSTONE = "x:"
"""What the key of a contact begins with who was erased; the others' begin with `u:` or `a:`."""


def partition(key: str) -> int:
    """The partition of a contact, from its key alone: 0 to 255."""
    return zlib.crc32(key.encode()) % PARTITIONS


def keyed(secret: bytes, text: str) -> str:
    """What stands for an address or a user id that was erased: nobody without the secret can tell whose it was."""
    return hmac.new(secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def tombstone(secret: bytes, key: str) -> str:
    """The key of a contact after he was erased."""
    return f"{TOMBSTONE}{keyed(secret, key)[:32]}"


def message_hash(message_id: str) -> bytes:
    """128 bits that stand for a message id."""
    return hashlib.blake2b(message_id.encode(), digest_size=16).digest()
