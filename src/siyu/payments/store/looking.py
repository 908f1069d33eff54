"""Whose turn it is that the platform is asked. A look is claimed by moving its time on, so several may look at once."""

from datetime import datetime
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import rows, run

Kind = Literal["payment", "refund", "transfer"]
KINDS: Final[tuple[Kind, ...]] = ("payment", "refund", "transfer")


class Due(NamedTuple):
    """One that is due, and how often the platform was asked of it."""

    kind: Kind
    id: int
    looks: int


def claim(conn: Connection, kind: Kind, now: datetime, until: datetime, limit: int) -> list[Due]:
    """Take up to ``limit`` that are due; nobody else does before ``until``."""
    found = rows(
        conn,
        f"""
        UPDATE payments.{kind} AS had SET look_at = :until, looks = looks + 1
        FROM (SELECT id FROM payments.{kind} WHERE look_at <= :now ORDER BY look_at, id LIMIT :limit
              FOR UPDATE SKIP LOCKED) AS due
        WHERE had.id = due.id RETURNING had.id, had.looks
        """,
        now=now,
        until=until,
        limit=limit,
    )
    return [Due(kind, row[0], row[1]) for row in sorted(found)]


def later(conn: Connection, kind: Kind, thing_id: int, look_at: datetime) -> None:
    """Ask again then, where it is still to be asked."""
    run(
        conn,
        f"UPDATE payments.{kind} SET look_at = :at WHERE id = :id AND look_at IS NOT NULL",
        id=thing_id,
        at=look_at,
    )
