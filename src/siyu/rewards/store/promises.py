"""Promises of coupons: for what they were set aside, and until when."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run


class Promise(NamedTuple):
    """Coupons that were set aside; the id owns them in the ledger."""

    id: int
    template_id: int
    open: bool


def insert(conn: Connection, template_id: int, key: str, coupons: int, now: datetime) -> int | None:
    """A new promise; ``None`` where the key has one."""
    found = one(
        conn,
        """INSERT INTO rewards.promise (template_id, key, coupons, made_at) VALUES (:template, :key, :coupons, :now)
           ON CONFLICT (key) DO NOTHING RETURNING id""",
        template=template_id,
        key=key,
        coupons=coupons,
        now=now,
    )
    return None if found is None else int(found[0])


def of_key(conn: Connection, key: str, *, lock: bool = False) -> Promise | None:
    found = one(
        conn,
        f"SELECT id, template_id, ended_at IS NULL FROM rewards.promise WHERE key = :key{' FOR UPDATE' if lock else ''}",
        key=key,
    )
    return None if found is None else Promise(*found)


def end(conn: Connection, promise_id: int, now: datetime) -> None:
    run(conn, "UPDATE rewards.promise SET ended_at = :now WHERE id = :id", id=promise_id, now=now)


def open_of(conn: Connection, template_ids: Sequence[int]) -> list[Promise]:
    """Open promises of these templates."""
    found = rows(
        conn,
        """SELECT id, template_id, true FROM rewards.promise
           WHERE template_id = ANY(CAST(:ids AS bigint[])) AND ended_at IS NULL ORDER BY id""",
        ids=list(template_ids),
    )
    return [Promise(*row) for row in found]
