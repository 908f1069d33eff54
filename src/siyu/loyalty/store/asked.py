"""Postings that people ask for by hand."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, one, rows, run
from siyu.loyalty.types import Account, ByHand

_COLUMNS: Final = """id, key, account_kind, owner, unit, amount, expires_at, reason, asked_by, asked_at, state, decided_by,
    decided_at, transaction_id"""


def insert(conn: Connection, asked: ByHand) -> ByHand | None:
    """Note what is asked for; ``None`` when the key is there."""
    found = one(
        conn,
        f"""
        INSERT INTO loyalty.by_hand (key, account_kind, owner, unit, amount, expires_at, reason, asked_by, asked_at, state)
        VALUES (:key, :kind, :owner, :unit, :amount, :expires_at, :reason, :asked_by, :asked_at, 'waiting')
        ON CONFLICT (key) DO NOTHING RETURNING {_COLUMNS}
        """,
        key=asked.key,
        kind=asked.account.kind,
        owner=asked.account.owner,
        unit=asked.account.unit,
        amount=asked.amount,
        expires_at=asked.expires_at,
        reason=asked.reason,
        asked_by=asked.asked_by,
        asked_at=asked.asked_at,
    )
    return _read(found) if found else None


def of_key(conn: Connection, key: str) -> ByHand | None:
    found = one(conn, f"SELECT {_COLUMNS} FROM loyalty.by_hand WHERE key = :key", key=key)
    return _read(found) if found else None


def lock(conn: Connection, asked_id: int) -> ByHand | None:
    found = one(conn, f"SELECT {_COLUMNS} FROM loyalty.by_hand WHERE id = :id FOR UPDATE", id=asked_id)
    return _read(found) if found else None


def decide(
    conn: Connection, asked_id: int, state: str, actor: str, now: datetime, transaction_id: int | None
) -> ByHand:
    run(
        conn,
        """UPDATE loyalty.by_hand SET state = :state, decided_by = :actor, decided_at = :now,
               transaction_id = :transaction_id WHERE id = :id""",
        id=asked_id,
        state=state,
        actor=actor,
        now=now,
        transaction_id=transaction_id,
    )
    found = lock(conn, asked_id)
    assert found is not None
    return found


def page(conn: Connection, state: str | None, before: int | None, limit: int) -> list[ByHand]:
    """Newest first."""
    found = rows(
        conn,
        f"""
        SELECT {_COLUMNS} FROM loyalty.by_hand
        WHERE state = coalesce(:state, state) AND id < coalesce(:before, 9223372036854775807)
        ORDER BY id DESC LIMIT :limit
        """,
        state=state,
        before=before,
        limit=limit,
    )
    return [_read(row) for row in found]


def _read(row: AnyRow) -> ByHand:
    return ByHand(row[0], row[1], Account(*row[2:5]), *row[5:])
