"""Codes by SMS."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run, scalar

_LOCK: Final = 0x5159_5530_0006


class StoredCode(NamedTuple):
    """The newest code of a phone that still counts."""

    id: int
    code_hash: bytes
    tries: int


def hold_asking(conn: Connection) -> None:
    """Who asks for codes comes one after the other, so that limits count those who ask at the same moment."""
    run(conn, "SELECT pg_advisory_xact_lock(:lock)", lock=_LOCK)


def sent_to(conn: Connection, phone: str, since: datetime) -> list[datetime]:
    """When codes were sent to a phone, the newest first. Those that nobody brought do not count."""
    found = rows(
        conn,
        """SELECT sent_at FROM members.sms_code WHERE phone = :phone AND sent_at > :since AND state <> 'failed'
           ORDER BY sent_at DESC""",
        phone=phone,
        since=since,
    )
    return [row[0] for row in found]


def asked_by(conn: Connection, address: str, since: datetime) -> list[datetime]:
    """When an address asked for codes, the newest first."""
    found = rows(
        conn,
        "SELECT sent_at FROM members.sms_code WHERE address = :address AND sent_at > :since ORDER BY sent_at DESC",
        address=address,
        since=since,
    )
    return [row[0] for row in found]


def count_since(conn: Connection, since: datetime) -> int:
    return int(
        scalar(conn, "SELECT count(*) FROM members.sms_code WHERE sent_at > :since AND state <> 'failed'", since=since)
    )


def insert(conn: Connection, *, phone: str, address: str, code_hash: bytes, now: datetime, expires_at: datetime) -> int:
    return int(
        scalar(
            conn,
            """INSERT INTO members.sms_code (phone, address, code_hash, sent_at, expires_at)
               VALUES (:phone, :address, :code_hash, :now, :expires_at) RETURNING id""",
            phone=phone,
            address=address,
            code_hash=code_hash,
            now=now,
            expires_at=expires_at,
        )
    )


def fail(conn: Connection, code_id: int) -> None:
    run(conn, "UPDATE members.sms_code SET state = 'failed' WHERE id = :id AND state = 'sent'", id=code_id)


def newest(conn: Connection, phone: str, now: datetime) -> StoredCode | None:
    """The newest code of a phone, locked, if it still counts. An older one never does."""
    found = one(
        conn,
        """SELECT id, code_hash, tries, state, expires_at FROM members.sms_code
           WHERE phone = :phone AND state <> 'failed' ORDER BY sent_at DESC, id DESC LIMIT 1 FOR UPDATE""",
        phone=phone,
    )
    if found is None or found.state != "sent" or found.expires_at <= now:
        return None
    return StoredCode(found.id, bytes(found.code_hash), found.tries)


def tried(conn: Connection, code_id: int, *, used: bool) -> None:
    run(
        conn,
        """UPDATE members.sms_code SET tries = tries + 1, state = CASE WHEN :used THEN 'used' ELSE state END
           WHERE id = :id""",
        id=code_id,
        used=used,
    )


def forget(conn: Connection, before: datetime, limit: int) -> int:
    """Delete some codes that were sent before; returns how many."""
    found = rows(
        conn,
        """DELETE FROM members.sms_code WHERE id IN (
               SELECT id FROM members.sms_code WHERE sent_at < :before LIMIT :limit) RETURNING 1""",
        before=before,
        limit=limit,
    )
    return len(found)


def forget_phones(conn: Connection, phones: Sequence[str]) -> None:
    run(conn, "DELETE FROM members.sms_code WHERE phone = ANY(CAST(:phones AS text[]))", phones=list(phones))
