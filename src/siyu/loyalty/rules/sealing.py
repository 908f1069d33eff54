"""How blocks are hashed. A transaction is a line of JSON; a block is the hash of the one before, its number, its lines."""

import hashlib
from collections.abc import Iterable
from typing import Final

ORIGIN: Final = bytes(32)  # what stands before the first block


def block_hash(previous: bytes, number: int, lines: Iterable[str]) -> bytes:
    """SHA-256 of the hash before, the number in decimal, and the lines in the order of their transactions' ids.

    Each part ends with a line feed; a line has none in it.
    """
    digest = hashlib.sha256(previous)
    digest.update(f"\n{number}\n".encode())
    for line in lines:
        digest.update(line.encode())
        digest.update(b"\n")
    return digest.digest()
