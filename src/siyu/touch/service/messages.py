"""What is sent, kept sealed under a keyed hash."""

from collections.abc import Collection, Sequence

import numpy as np
import orjson
from sqlalchemy import Connection

from siyu.engines.vault import service as vault
from siyu.touch.store import messages as tables
from siyu.touch.types import Message


def packed(message: Message) -> tuple[str, bytes]:
    """Keyed hash, because a short text can be guessed from a plain one, and the bytes of a message."""
    if message.attachments or message.details:
        attachments = [(kind, dict(fields)) for kind, fields in message.attachments]
        said = {"text": message.text, "attachments": attachments, "details": dict(message.details)}
        raw = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    else:
        raw = b'{"attachments":[],"details":{},"text":%b}' % orjson.dumps(message.text)
    return vault.fingerprint("name", raw.decode()), raw


def contents_of(hashes: Sequence[str]) -> list[int]:
    """The beginning of each hash as a signed number of 64 bits."""
    numbers: list[int] = np.frombuffer(bytes.fromhex("".join([one[:16] for one in hashes])), ">i8").tolist()
    return numbers


def keep(conn: Connection, raw: dict[str, bytes]) -> None:
    """Keep these by their hash. Safe to repeat."""
    known = tables.known(conn, list(raw)) if raw else set()
    new = [hash_ for hash_ in raw if hash_ not in known]
    tables.put(conn, dict(zip(new, vault.seal_all([raw[hash_] for hash_ in new]), strict=True)))


def read(conn: Connection, hashes: Collection[str]) -> dict[str, Message]:
    """Messages by their hash."""
    return {hash_: _open(sealed) for hash_, sealed in tables.read(conn, hashes).items()} if hashes else {}


def _open(sealed: bytes) -> Message:
    said = orjson.loads(vault.open_sealed(sealed))
    return Message(said["text"], tuple([(kind, fields) for kind, fields in said["attachments"]]), said["details"])
