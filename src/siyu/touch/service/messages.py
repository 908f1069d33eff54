"""What is sent, kept sealed under a keyed hash."""

from collections.abc import Collection
from typing import Final

import orjson
from sqlalchemy import Connection

from siyu.engines.vault import service as vault
from siyu.touch.store import messages as tables
from siyu.touch.types import Message

_SIGN: Final = 1 << 63


def packed(message: Message) -> tuple[str, bytes]:
    """Keyed hash, because a short text can be guessed from a plain one, and the bytes of a message."""
    attachments = [(kind, dict(fields)) for kind, fields in message.attachments] if message.attachments else ()
    said = {"text": message.text, "attachments": attachments, "details": dict(message.details)}
    raw = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    return vault.fingerprint("name", raw.decode()), raw


def content_of(hash_: str) -> int:
    """The beginning of the hash as a signed number of 64 bits."""
    number = int(hash_[:16], 16)
    return number - 2 * _SIGN if number >= _SIGN else number


def keep(conn: Connection, raw: dict[str, bytes]) -> None:
    """Keep these by their hash. Safe to repeat."""
    known = tables.known(conn, list(raw)) if raw else set()
    tables.put(conn, {hash_: vault.seal(one) for hash_, one in raw.items() if hash_ not in known})


def read(conn: Connection, hashes: Collection[str]) -> dict[str, Message]:
    """Messages by their hash."""
    return {hash_: _open(sealed) for hash_, sealed in tables.read(conn, hashes).items()} if hashes else {}


def _open(sealed: bytes) -> Message:
    said = orjson.loads(vault.open_sealed(sealed))
    return Message(said["text"], tuple([(kind, fields) for kind, fields in said["attachments"]]), said["details"])
