"""Names made from content: partitions, message hashes."""

from __future__ import annotations

import hashlib
import zlib

PARTITIONS = 256


def partition(key: str) -> int:
    """The partition of a contact, from its key alone: 0 to 255."""
    return zlib.crc32(key.encode()) % PARTITIONS


def message_hash(message_id: str) -> bytes:
    """128 bits that stand for a message id."""
    return hashlib.blake2b(message_id.encode(), digest_size=16).digest()
