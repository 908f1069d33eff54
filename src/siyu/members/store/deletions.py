"""Deletions that were asked for."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run
from siyu.members.types import Deletion

_COLUMNS = "id, customer_id, asked_at, due_at"
_OPEN = "taken_back_at IS NULL AND done_at IS NULL"


def open_of(conn: Connection, customer_id: int) -> Deletion | None:
    found = one(conn, f"SELECT {_COLUMNS} FROM members.deletion WHERE customer_id = :id AND {_OPEN}", id=customer_id)
    return None if found is None else Deletion(*found)


def ask(conn: Connection, customer_id: int, now: datetime, due_at: datetime) -> bool:
    """Whether it is new."""
    return (
        one(
            conn,
            f"""INSERT INTO members.deletion (customer_id, asked_at, due_at) VALUES (:id, :now, :due_at)
                ON CONFLICT (customer_id) WHERE {_OPEN} DO NOTHING RETURNING id""",
            id=customer_id,
            now=now,
            due_at=due_at,
        )
        is not None
    )


def take_back(conn: Connection, customer_id: int, now: datetime) -> bool:
    """Whether there was one."""
    found = rows(
        conn,
        f"UPDATE members.deletion SET taken_back_at = :now WHERE customer_id = :id AND {_OPEN} RETURNING id",
        id=customer_id,
        now=now,
    )
    return bool(found)


def due(conn: Connection, now: datetime, limit: int) -> list[Deletion]:
    """Those whose time has come, the oldest first."""
    found = rows(
        conn,
        f"SELECT {_COLUMNS} FROM members.deletion WHERE {_OPEN} AND due_at <= :now ORDER BY due_at, id LIMIT :limit",
        now=now,
        limit=limit,
    )
    return [Deletion(*row) for row in found]


def lock(conn: Connection, deletion_id: int) -> Deletion | None:
    """One that is still open, locked."""
    found = one(conn, f"SELECT {_COLUMNS} FROM members.deletion WHERE id = :id AND {_OPEN} FOR UPDATE", id=deletion_id)
    return None if found is None else Deletion(*found)


def finish(conn: Connection, deletion_id: int, now: datetime) -> None:
    run(conn, "UPDATE members.deletion SET done_at = :now WHERE id = :id", id=deletion_id, now=now)


def move(conn: Connection, losers: Sequence[int], winners: Sequence[int], now: datetime) -> None:
    """After merges: the winner's deletion is theirs; of two the later one counts, for both have to wait for it."""
    run(
        conn,
        f"""
        WITH pair AS (SELECT * FROM unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS p (loser, winner)),
        open AS (
            SELECT old.id, coalesce(pair.winner, old.customer_id) AS whose, old.due_at
            FROM members.deletion AS old LEFT JOIN pair ON pair.loser = old.customer_id
            WHERE {_OPEN} AND (pair.loser IS NOT NULL OR old.customer_id IN (SELECT winner FROM pair))
        ),
        placed AS (SELECT id, row_number() OVER (PARTITION BY whose ORDER BY due_at DESC, id) AS place FROM open)
        UPDATE members.deletion AS had SET taken_back_at = :now
        FROM placed WHERE had.id = placed.id AND placed.place > 1
        """,
        losers=list(losers),
        winners=list(winners),
        now=now,
    )
    run(
        conn,
        f"""UPDATE members.deletion AS had SET customer_id = pair.winner
            FROM unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS pair (loser, winner)
            WHERE had.customer_id = pair.loser AND {_OPEN}""",
        losers=list(losers),
        winners=list(winners),
    )
