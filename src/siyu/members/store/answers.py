"""What was answered to requests that may come again."""

from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run


class StoredAnswer(NamedTuple):
    """An answer, and of what."""

    input_hash: bytes
    answer: Any


def begin(conn: Connection, session: bytes, key: str, input_hash: bytes, now: datetime) -> bool:
    """Take a key; False when it was taken before. Whoever takes the same at this moment waits for the first."""
    return (
        one(
            conn,
            """INSERT INTO members.answer (session, key, input_hash, at) VALUES (:session, :key, :input_hash, :now)
               ON CONFLICT (session, key) DO NOTHING RETURNING key""",
            session=session,
            key=key,
            input_hash=input_hash,
            now=now,
        )
        is not None
    )


def keep(conn: Connection, session: bytes, key: str, answer: Any) -> None:
    run(
        conn,
        "UPDATE members.answer SET answer = CAST(:answer AS jsonb) WHERE session = :session AND key = :key",
        session=session,
        key=key,
        answer=orjson.dumps(answer).decode(),
    )


def read(conn: Connection, session: bytes, key: str) -> StoredAnswer:
    found = one(
        conn,
        "SELECT input_hash, answer FROM members.answer WHERE session = :session AND key = :key",
        session=session,
        key=key,
    )
    assert found is not None
    return StoredAnswer(bytes(found[0]), found[1])


def forget(conn: Connection, before: datetime, limit: int) -> int:
    """Delete some answers from before; returns how many."""
    found = rows(
        conn,
        """DELETE FROM members.answer WHERE (session, key) IN (
               SELECT session, key FROM members.answer WHERE at < :before LIMIT :limit) RETURNING 1""",
        before=before,
        limit=limit,
    )
    return len(found)
