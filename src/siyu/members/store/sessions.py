"""Sessions of members."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run
from siyu.identity.types import IdentifierKey


class StoredSession(NamedTuple):
    """A session that has not ended."""

    way: str
    key: IdentifierKey
    claim: bytes
    last_used_at: datetime
    expires_at: datetime


def insert(
    conn: Connection,
    *,
    token_hash: bytes,
    way: str,
    key: IdentifierKey,
    claim: bytes,
    login_hash: bytes | None,
    agent: str,
    now: datetime,
    idle: timedelta,
) -> bool:
    """Open a session; False when the platform's sign-in has opened one before."""
    return (
        one(
            conn,
            """INSERT INTO members.session
                   (token_hash, way, type, scope, value, claim, login_hash, agent, created_at, last_used_at, idle, expires_at)
               VALUES (:token_hash, :way, :type, :scope, :value, :claim, :login_hash, :agent, :now, :now,
                       CAST(:idle AS interval), CAST(:now AS timestamptz) + CAST(:idle AS interval))
               ON CONFLICT (login_hash) DO NOTHING RETURNING expires_at""",
            token_hash=token_hash,
            way=way,
            type=key.type,
            scope=key.scope,
            value=key.value,
            claim=claim,
            login_hash=login_hash,
            agent=agent,
            now=now,
            idle=idle,
        )
        is not None
    )


def session(conn: Connection, token_hash: bytes, now: datetime) -> StoredSession | None:
    """The session of this token, if it is good now."""
    found = one(
        conn,
        """SELECT way, type, scope, value, claim, last_used_at, expires_at FROM members.session
           WHERE token_hash = :token_hash AND ended_at IS NULL AND expires_at > :now""",
        token_hash=token_hash,
        now=now,
    )
    if found is None:
        return None
    way, type_name, scope, value, claim, last_used_at, expires_at = found
    return StoredSession(way, IdentifierKey(type_name, scope, value), bytes(claim), last_used_at, expires_at)


def had(conn: Connection, key: IdentifierKey) -> bool:
    """Whether a session was ever opened with this identifier, as far as is still known."""
    return (
        one(
            conn,
            "SELECT FROM members.session WHERE type = :type AND scope = :scope AND value = :value LIMIT 1",
            type=key.type,
            scope=key.scope,
            value=key.value,
        )
        is not None
    )


def touch(conn: Connection, token_hash: bytes, now: datetime, longest: timedelta) -> None:
    """Push the end out: ``idle`` from now on, but never later than ``longest`` after the sign-in."""
    run(
        conn,
        """UPDATE members.session SET last_used_at = :now,
               expires_at = least(CAST(:now AS timestamptz) + idle, created_at + CAST(:longest AS interval))
           WHERE token_hash = :token_hash AND ended_at IS NULL""",
        token_hash=token_hash,
        now=now,
        longest=longest,
    )


def end(conn: Connection, token_hash: bytes, now: datetime) -> None:
    run(
        conn,
        "UPDATE members.session SET ended_at = :now WHERE token_hash = :token_hash AND ended_at IS NULL",
        token_hash=token_hash,
        now=now,
    )


def end_of(conn: Connection, keys: list[IdentifierKey], now: datetime) -> None:
    """End every session that was opened with one of these identifiers, and what it could be named by."""
    run(
        conn,
        """UPDATE members.session AS had SET ended_at = coalesce(had.ended_at, :now), claim = '', agent = ''
           FROM unnest(CAST(:types AS text[]), CAST(:scopes AS text[]), CAST(:values AS text[])) AS of (type, scope, value)
           WHERE had.type = of.type AND had.scope = of.scope AND had.value = of.value""",
        types=[key.type for key in keys],
        scopes=[key.scope for key in keys],
        values=[key.value for key in keys],
        now=now,
    )


def forget(conn: Connection, before: datetime, limit: int) -> int:
    """Delete some sessions that ended before; returns how many."""
    found = rows(
        conn,
        """DELETE FROM members.session WHERE token_hash IN (
               SELECT token_hash FROM members.session WHERE expires_at < :before LIMIT :limit) RETURNING 1""",
        before=before,
        limit=limit,
    )
    return len(found)
