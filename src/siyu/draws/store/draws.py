"""Draws and what was handed out. The lock of the person's row in draws.player stands for their draws in a round."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from siyu.draws.types import Draw
from siyu.engines.postgres import one, rows, run, scalar

_COLUMNS: Final = """draw.id, round_id, version, key, customer_id, nonce, client_seed, number, drawn, prize, why, stock_before,
    stock_after, budget_before, budget_after, paid_by, given_by, draw.actor, draw.at, handed.at, coalesce(handed.actor, '')"""
_FROM: Final = "FROM draws.draw LEFT JOIN draws.handed ON handed.draw_id = draw.id"
_WRITTEN: Final = """round_id, version, key, input_hash, customer_id, nonce, client_seed, number, drawn, prize, why,
    stock_before, stock_after, budget_before, budget_after, paid_by, given_by, actor, at"""


class Player(NamedTuple):
    """How often somebody has drawn in a round, and on the day of their last draw."""

    nonce: int
    drawn: int
    day: date | None
    of_day: int


class New(NamedTuple):
    """A draw to be kept."""

    round_id: int
    version: int
    key: str
    input_hash: bytes
    customer_id: int
    nonce: int
    client_seed: str
    number: int
    drawn: str
    prize: str
    why: str
    stock_before: int | None
    stock_after: int | None
    budget_before: int | None
    budget_after: int | None
    paid_by: int | None
    given_by: int | None
    actor: str
    at: datetime


def lock_player(conn: Connection, round_id: int, customer_id: int) -> Player:
    """From here on nobody else draws for this person in this round, until the end of the transaction."""
    found = one(
        conn,
        """INSERT INTO draws.player AS had (round_id, customer_id) VALUES (:round, :customer)
           ON CONFLICT (round_id, customer_id) DO UPDATE SET drawn = had.drawn RETURNING nonce, drawn, day, of_day""",
        round=round_id,
        customer=customer_id,
    )
    assert found is not None
    return Player(*found)


def players(conn: Connection, round_ids: Sequence[int], customer_id: int) -> dict[int, Player]:
    """By round, how often somebody has drawn, without a lock; where they never have, it is absent."""
    found = rows(
        conn,
        """SELECT round_id, nonce, drawn, day, of_day FROM draws.player
           WHERE round_id = ANY(CAST(:rounds AS bigint[])) AND customer_id = :customer""",
        rounds=list(round_ids),
        customer=customer_id,
    )
    return {row[0]: Player(*row[1:]) for row in found}


def of_key(conn: Connection, key: str) -> tuple[Draw, bytes] | None:
    """The draw that was made with a key, and the hash of what was asked for."""
    found = one(conn, f"SELECT input_hash, {_COLUMNS} {_FROM} WHERE key = :key", key=key)
    return (Draw(*found[1:]), bytes(found[0])) if found else None


def insert(conn: Connection, new: New, day: date) -> int | None:
    """Keep a draw, and count it; ``None`` when somebody else has used the key at this moment: then nothing is counted."""
    values = ", ".join(f":{name.strip()}" for name in _WRITTEN.split(","))
    found = scalar(
        conn,
        f"""
        WITH made AS (
            INSERT INTO draws.draw ({_WRITTEN}) VALUES ({values}) ON CONFLICT (key) DO NOTHING RETURNING id
        ), counted AS (
            UPDATE draws.player SET nonce = :nonce + 1, drawn = drawn + 1, day = :day,
                of_day = CASE WHEN day = :day THEN of_day + 1 ELSE 1 END
            WHERE round_id = :round_id AND customer_id = :customer_id AND EXISTS (SELECT FROM made)
        )
        SELECT id FROM made
        """,
        **new._asdict(),
        day=day,
    )
    return None if found is None else int(found)


def of_id(conn: Connection, draw_id: int) -> Draw | None:
    found = one(conn, f"SELECT {_COLUMNS} {_FROM} WHERE draw.id = :id", id=draw_id)
    return Draw(*found) if found else None


def lock(conn: Connection, draw_id: int) -> Draw | None:
    """A draw that nobody else hands over at this moment."""
    run(conn, "SELECT FROM draws.draw WHERE id = :id FOR UPDATE", id=draw_id)
    return of_id(conn, draw_id)


def of_round(conn: Connection, round_id: int, after: int, limit: int) -> list[Draw]:
    """Draws of a round after this one, in order."""
    found = rows(
        conn,
        f"SELECT {_COLUMNS} {_FROM} WHERE round_id = :round AND draw.id > :after ORDER BY draw.id LIMIT :limit",
        round=round_id,
        after=after,
        limit=limit,
    )
    return [Draw(*row) for row in found]


def of_customers(conn: Connection, customer_ids: Sequence[int], before: int | None, limit: int) -> list[Draw]:
    """Draws of these customers, newest first."""
    found = rows(
        conn,
        f"""SELECT {_COLUMNS} {_FROM} WHERE customer_id = ANY(CAST(:ids AS bigint[]))
              AND (CAST(:before AS bigint) IS NULL OR draw.id < :before) ORDER BY draw.id DESC LIMIT :limit""",
        ids=list(customer_ids),
        before=before,
        limit=limit,
    )
    return [Draw(*row) for row in found]


def won(conn: Connection, customer_ids: Sequence[int], before: int | None, limit: int) -> list[Draw]:
    """Draws of these customers by which something was given, newest first."""
    found = rows(
        conn,
        f"""SELECT {_COLUMNS} {_FROM} WHERE customer_id = ANY(CAST(:ids AS bigint[])) AND given_by IS NOT NULL
              AND (CAST(:before AS bigint) IS NULL OR draw.id < :before) ORDER BY draw.id DESC LIMIT :limit""",
        ids=list(customer_ids),
        before=before,
        limit=limit,
    )
    return [Draw(*row) for row in found]


def counts(conn: Connection, round_id: int) -> dict[tuple[str, str], int]:
    """How many draws of a round, by (what was drawn, what was given)."""
    found = rows(
        conn, "SELECT drawn, prize, count(*) FROM draws.draw WHERE round_id = :round GROUP BY 1, 2", round=round_id
    )
    return {(row[0], row[1]): row[2] for row in found}


def hand_out(conn: Connection, draw_id: int, now: datetime, actor: str, note: str, transaction_id: int) -> None:
    """Note that a thing was handed out."""
    run(
        conn,
        "INSERT INTO draws.handed (draw_id, at, actor, note, transaction_id) VALUES (:id, :now, :actor, :note, :transaction)",
        id=draw_id,
        now=now,
        actor=actor,
        note=note,
        transaction=transaction_id,
    )


def move(conn: Connection, final: Mapping[int, int]) -> None:
    """Turns that losers have had count for their winners. What was drawn stays as it was written."""
    run(
        conn,
        """
        INSERT INTO draws.player AS had (round_id, customer_id, drawn, day, of_day)
        SELECT round_id, winner, sum(drawn), max(day), coalesce(sum(of_day) FILTER (WHERE day = latest), 0)
        FROM (
            SELECT round_id, pair.winner, drawn, day, of_day, max(day) OVER (PARTITION BY round_id, pair.winner) AS latest
            FROM draws.player
            JOIN unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS pair (loser, winner)
                ON pair.loser = customer_id
        ) AS went
        GROUP BY round_id, winner
        ON CONFLICT (round_id, customer_id) DO UPDATE SET
            drawn = had.drawn + excluded.drawn,
            day = greatest(had.day, excluded.day),
            of_day = CASE WHEN had.day = excluded.day THEN had.of_day + excluded.of_day
                          WHEN had.day > excluded.day OR excluded.day IS NULL THEN had.of_day ELSE excluded.of_day END
        """,
        losers=list(final),
        winners=list(final.values()),
    )
    run(conn, "DELETE FROM draws.player WHERE customer_id = ANY(CAST(:losers AS bigint[]))", losers=list(final))


def forget(conn: Connection, before: datetime, limit: int) -> int:
    """Delete up to ``limit`` draws, entries and entrants of rounds that ended before a moment, and with them what was handed out.

    A draw is kept as long as its thing was handed out after that moment. Returns how many.
    """
    run(conn, "SELECT set_config('draws.forgotten_before', :before, true)", before=before.isoformat())
    found: Any = scalar(
        conn,
        """
        WITH old AS (
            SELECT draw.id FROM draws.round JOIN draws.draw ON draw.round_id = round.id
            WHERE ended_at < :before
              AND NOT EXISTS (SELECT FROM draws.handed WHERE draw_id = draw.id AND handed.at >= :before)
            ORDER BY draw.id LIMIT :limit
        ),
        gone AS (DELETE FROM draws.draw WHERE id IN (SELECT id FROM old) RETURNING id),
        gone_too AS (DELETE FROM draws.handed WHERE draw_id IN (SELECT id FROM old) RETURNING draw_id),
        older AS (
            SELECT round_id, place FROM draws.round JOIN draws.entry ON round_id = round.id
            WHERE ended_at < :before ORDER BY round_id, place LIMIT :limit
        ),
        left_ AS (DELETE FROM draws.entry WHERE (round_id, place) IN (SELECT * FROM older) RETURNING place),
        oldest AS (
            SELECT round_id, place FROM draws.round JOIN draws.entrant ON round_id = round.id
            WHERE ended_at < :before ORDER BY round_id, place LIMIT :limit
        ),
        went AS (DELETE FROM draws.entrant WHERE (round_id, place) IN (SELECT * FROM oldest) RETURNING place)
        SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM left_) + (SELECT count(*) FROM went)
        """,
        before=before,
        limit=limit,
    )
    run(conn, "SELECT set_config('draws.forgotten_before', '', true)")
    return int(found)
