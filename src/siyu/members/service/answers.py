"""A request of a member that comes again has one effect, and is answered as it was the first time."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast

import orjson
from sqlalchemy import Connection

from siyu.kernel.errors import IdempotencyMismatch
from siyu.members.store import answers as tables
from siyu.members.types import Member


def once(
    conn: Connection,
    member: Member,
    key: str,
    given: Mapping[str, Any],
    now: datetime,
    act: Callable[[], Mapping[str, Any]],
) -> dict[str, Any]:
    """Do something under a key, once; a repeat is given the first answer. Where ``act`` raises, nothing is kept.

    Two at the same moment: the second waits for the first, and is given its answer.

    Args:
        conn: the transaction in which ``act`` writes.
        member: whose session the key belongs to.
        key: chosen by their page for one press of a button.
        given: what was asked for, as JSON.
        now: the present.
        act: does it; its answer is JSON.

    Raises:
        IdempotencyMismatch: the key was used for something else.
    """
    digest = hashlib.sha256(orjson.dumps(given, option=orjson.OPT_SORT_KEYS)).digest()
    if tables.begin(conn, member.session, key, digest, now):
        answer = dict(act())
        tables.keep(conn, member.session, key, answer)
        return answer
    before = tables.read(conn, member.session, key)
    if before.input_hash != digest:
        raise IdempotencyMismatch(key=key)
    return cast("dict[str, Any]", before.answer)


def own_key(member: Member, key: str) -> str:
    """A key of a member's page as rooms keep it that answer repeats themselves: no other session has the same one."""
    return f"member:{hashlib.sha256(member.session + key.encode()).hexdigest()}"
