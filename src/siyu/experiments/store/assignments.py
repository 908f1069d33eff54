"""Programmes and assignments. Assignments are inserted and locked in the order of their keys."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import orjson
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, columns, one, rows, run, savepoint, scalar
from siyu.experiments.types import Arm, Exposures, Programme

_PAIRS: Final = "unnest(CAST(:programme_ids AS integer[]), CAST(:customer_ids AS bigint[]))"
_COMPARED: Final = "programme_id = :id AND exposed_at IS NOT NULL AND NOT mixed AND group_no < 2"
# Platforms and order exports tell when something happened in whole seconds: what somebody did half a second after their
# exposure would else lie before it.
_SINCE: Final = "date_trunc('second', exposed_at)"
_PROGRAMME: Final = "id, key, kind, name, control_bp, salt, arms, started_at, stopped_at, costs"


def _programme(row: AnyRow) -> Programme:
    arms = tuple([Arm(name, weight) for name, weight in row.arms])
    salt = row.salt % 2**64  # bigint has a sign
    return Programme(
        row.id,
        row.key,
        row.kind,
        row.name,
        row.control_bp,
        salt,
        arms,
        row.started_at,
        row.stopped_at,
        row.costs,
    )


def insert_programme(conn: Connection, made: Programme, given: str) -> Programme | None:
    """The new programme, its id ours; ``None`` when the key is taken. ``given`` is kept, to know a repeat by."""
    row = one(
        conn,
        f"""
        INSERT INTO experiments.programme (key, kind, name, control_bp, salt, arms, input, started_at)
        VALUES (:key, :kind, :name, :control_bp, :salt, CAST(:arms AS jsonb), :given, :started_at)
        ON CONFLICT (key) DO NOTHING
        RETURNING {_PROGRAMME}
        """,
        key=made.key,
        kind=made.kind,
        name=made.name,
        control_bp=made.control_bp,
        salt=made.salt - 2**64 if made.salt >= 2**63 else made.salt,
        arms=orjson.dumps([[arm.name, arm.weight] for arm in made.arms]).decode(),
        given=given,
        started_at=made.started_at,
    )
    return _programme(row) if row else None


def programme_by_key(conn: Connection, key: str) -> tuple[Programme, str] | None:
    """The programme and what it was started with."""
    row = one(conn, f"SELECT {_PROGRAMME}, input FROM experiments.programme WHERE key = :key", key=key)
    return (_programme(row), row.input) if row else None


def programmes(conn: Connection, ids: Sequence[int]) -> dict[int, Programme]:
    found = rows(
        conn, f"SELECT {_PROGRAMME} FROM experiments.programme WHERE id = ANY(CAST(:ids AS integer[]))", ids=list(ids)
    )
    return {row.id: _programme(row) for row in found}


def page_of_programmes(conn: Connection, below: int | None, limit: int, *, running: bool | None) -> list[Programme]:
    """Newest first."""
    found = rows(
        conn,
        f"""
        SELECT {_PROGRAMME} FROM experiments.programme
        WHERE (CAST(:below AS integer) IS NULL OR id < :below)
          AND (CAST(:running AS boolean) IS NULL OR (stopped_at IS NULL) = :running)
        ORDER BY id DESC LIMIT :limit
        """,
        below=below,
        running=running,
        limit=limit,
    )
    return [_programme(row) for row in found]


def lock_programme(conn: Connection, programme_id: int) -> Programme | None:
    row = one(conn, f"SELECT {_PROGRAMME} FROM experiments.programme WHERE id = :id FOR NO KEY UPDATE", id=programme_id)
    return _programme(row) if row else None


def write_control(conn: Connection, programme_id: int, control_bp: int) -> None:
    run(conn, "UPDATE experiments.programme SET control_bp = :bp WHERE id = :id", id=programme_id, bp=control_bp)


def write_stop(conn: Connection, programme_id: int, at: datetime | None) -> None:
    run(conn, "UPDATE experiments.programme SET stopped_at = :at WHERE id = :id", id=programme_id, at=at)


def write_costs(conn: Connection, programme_id: int, costs: Mapping[str, int]) -> None:
    run(
        conn,
        "UPDATE experiments.programme SET costs = CAST(:costs AS jsonb) WHERE id = :id",
        id=programme_id,
        costs=orjson.dumps(dict(costs)).decode(),
    )


def holdout(conn: Connection, *, lock: bool = False) -> int:
    found = scalar(conn, f"SELECT bp FROM experiments.holdout{' FOR NO KEY UPDATE' if lock else ''}")
    return int(str(found))


def write_holdout(conn: Connection, bp: int) -> None:
    run(conn, "UPDATE experiments.holdout SET bp = :bp", bp=bp)


def assigned(conn: Connection, programme_ids: Sequence[int], customer_ids: Sequence[int]) -> list[AnyRow]:
    """The assignments that are there of these pairs, in the order of :class:`siyu.experiments.types.Assignment`."""
    return rows(
        conn,
        f"""
        SELECT programme_id, customer_id, group_no, arm, control_bp, assigned_at, exposed_at, mixed
        FROM {_PAIRS} AS wanted (programme_id, customer_id)
        JOIN experiments.assignment USING (programme_id, customer_id)
        """,
        programme_ids=programme_ids,
        customer_ids=customer_ids,
    )


def insert(conn: Connection, columns: Mapping[str, Sequence[int | None]], now: datetime, *, expose: bool) -> int:
    """Assign these, whose pairs differ and are in order; returns how many of them were not there."""
    made = f"""
        INSERT INTO experiments.assignment
            (programme_id, customer_id, assigned_at, exposed_at, expected_fen, control_bp, group_no, arm)
        SELECT programme_id, customer_id, :now, {":now" if expose else "NULL"}, expected_fen, control_bp, group_no, arm
        FROM unnest(CAST(:programme_id AS integer[]), CAST(:customer_id AS bigint[]), CAST(:expected_fen AS bigint[]),
                    CAST(:control_bp AS smallint[]), CAST(:group_no AS smallint[]), CAST(:arm AS smallint[]))
            AS new (programme_id, customer_id, expected_fen, control_bp, group_no, arm)
    """
    try:
        with savepoint(conn):  # to be ready for a pair that is there costs as much as half the row
            run(conn, made, now=now, **columns)
    except UniqueViolation:
        found = rows(
            conn,
            f"{made} ON CONFLICT (programme_id, customer_id) DO NOTHING RETURNING programme_id",
            now=now,
            **columns,
        )
        return len(found)
    return len(columns["customer_id"])


def expose(
    conn: Connection,
    programme_ids: Sequence[int],
    customer_ids: Sequence[int],
    expected: Sequence[int | None],
    at: datetime,
) -> None:
    """Have the outcome of these, in order, count from now on, where it does not yet."""
    run(
        conn,
        """
        WITH new AS (
            SELECT programme_id, customer_id, given.expected_fen
            FROM unnest(CAST(:programme_ids AS integer[]), CAST(:customer_ids AS bigint[]), CAST(:expected AS bigint[]))
                AS given (programme_id, customer_id, expected_fen)
            JOIN experiments.assignment AS old USING (programme_id, customer_id)
            WHERE old.exposed_at IS NULL
            ORDER BY programme_id, customer_id FOR NO KEY UPDATE OF old
        )
        UPDATE experiments.assignment AS old SET exposed_at = :at, expected_fen = new.expected_fen
        FROM new
        WHERE old.programme_id = new.programme_id AND old.customer_id = new.customer_id AND old.exposed_at IS NULL
        """,
        programme_ids=programme_ids,
        customer_ids=customer_ids,
        expected=expected,
        at=at,
    )


def of_customer(conn: Connection, customer_id: int) -> list[AnyRow]:
    """Every place that a customer has, newest first."""
    return rows(
        conn,
        """
        SELECT programme_id, customer_id, group_no, arm, control_bp, assigned_at, exposed_at, mixed
        FROM experiments.assignment WHERE customer_id = :id ORDER BY assigned_at DESC, programme_id DESC
        """,
        id=customer_id,
    )


def counts(conn: Connection, ids: Sequence[int]) -> list[AnyRow]:
    """By programme, group and arm: assigned, exposed (both without the mixed), mixed."""
    return rows(
        conn,
        """
        SELECT programme_id, group_no, arm, count(*) FILTER (WHERE NOT mixed) AS assigned,
               count(exposed_at) FILTER (WHERE NOT mixed) AS exposed, count(*) FILTER (WHERE mixed) AS mixed
        FROM experiments.assignment WHERE programme_id = ANY(CAST(:ids AS integer[]))
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """,
        ids=list(ids),
    )


def exposures(conn: Connection, programme_id: int) -> Exposures:
    """Who is exposed and neither mixed nor held out."""
    return Exposures(
        *columns(
            conn,
            "customer_id, group_no, arm, control_bp, since, expected",
            f"""
            SELECT customer_id, group_no, arm, control_bp, coalesce(expected_fen, 0) AS expected,
                   CAST(extract(epoch FROM {_SINCE}) * 1000 AS bigint) AS since
            FROM experiments.assignment WHERE {_COMPARED}
            """,
            id=programme_id,
        )
    )


def exposures_print(conn: Connection, programme_id: int) -> str:
    """What changes whenever :func:`exposures` does."""
    found = one(
        conn,
        f"""
        SELECT count(*), bit_xor(hash_record_extended(
            ROW(customer_id, group_no, arm, control_bp, exposed_at, expected_fen), 0))
        FROM experiments.assignment WHERE {_COMPARED}
        """,
        id=programme_id,
    )
    assert found is not None
    return f"{programme_id}/{found[0]}/{found[1]}"


def exposed_of(conn: Connection, programme_id: int, customer_ids: Sequence[int]) -> list[AnyRow]:
    """(customer_id, group_no, control_bp, since) of these people, of those whom :func:`exposures` has."""
    return rows(
        conn,
        f"""SELECT customer_id, group_no, control_bp, {_SINCE} AS since FROM experiments.assignment
            WHERE {_COMPARED} AND customer_id = ANY(CAST(:ids AS bigint[]))""",
        id=programme_id,
        ids=customer_ids,
    )


def exposed_strata(conn: Connection, programme_id: int, until: datetime) -> tuple[list[AnyRow], datetime | None]:
    """(control_bp, treated, control) of those exposed by then, by the share when they were assigned; and when first."""
    found = rows(
        conn,
        f"""SELECT control_bp, count(*) FILTER (WHERE group_no = 0) AS treated,
                   count(*) FILTER (WHERE group_no = 1) AS control, min({_SINCE}) AS first
            FROM experiments.assignment WHERE {_COMPARED} AND exposed_at <= :until GROUP BY 1 ORDER BY 1""",
        id=programme_id,
        until=until,
    )
    return found, min((row.first for row in found), default=None)


def move(conn: Connection, losers: Sequence[int], winners: Sequence[int]) -> None:
    """Give the assignments of each loser to its winner. Where there are several the earliest stays, exposed since the
    first of their exposures; it is mixed where one was, or where they differ.
    """
    run(
        conn,
        """SELECT FROM experiments.assignment WHERE customer_id = ANY(CAST(:ids AS bigint[]))
           ORDER BY programme_id, customer_id FOR UPDATE""",
        ids=[*losers, *winners],
    )
    run(
        conn,
        """
        WITH gone AS (
            DELETE FROM experiments.assignment AS had
            USING unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS pair (loser, winner)
            WHERE had.customer_id = pair.loser
            RETURNING had.*, pair.winner
        ), folded AS (
            SELECT programme_id, winner, min(assigned_at) AS assigned_at, min(exposed_at) AS exposed_at,
                   (array_agg(expected_fen ORDER BY exposed_at, customer_id))[1] AS expected_fen,
                   (array_agg(control_bp ORDER BY assigned_at, customer_id))[1] AS control_bp,
                   (array_agg(group_no ORDER BY assigned_at, customer_id))[1] AS group_no,
                   (array_agg(arm ORDER BY assigned_at, customer_id))[1] AS arm,
                   bool_or(mixed) OR count(DISTINCT (group_no, arm)) > 1 AS mixed
            FROM gone GROUP BY 1, 2
        )
        INSERT INTO experiments.assignment AS old
            (programme_id, customer_id, assigned_at, exposed_at, expected_fen, control_bp, group_no, arm, mixed)
        SELECT programme_id, winner, assigned_at, exposed_at, expected_fen, control_bp, group_no, arm, mixed
        FROM folded ORDER BY 1, 2
        ON CONFLICT (programme_id, customer_id) DO UPDATE SET
            assigned_at = least(old.assigned_at, excluded.assigned_at),
            control_bp = CASE WHEN old.assigned_at <= excluded.assigned_at THEN old.control_bp
                              ELSE excluded.control_bp END,
            group_no = CASE WHEN old.assigned_at <= excluded.assigned_at THEN old.group_no ELSE excluded.group_no END,
            arm = CASE WHEN old.assigned_at <= excluded.assigned_at THEN old.arm ELSE excluded.arm END,
            exposed_at = least(old.exposed_at, excluded.exposed_at),
            expected_fen = CASE WHEN old.exposed_at <= excluded.exposed_at OR excluded.exposed_at IS NULL
                                THEN old.expected_fen ELSE excluded.expected_fen END,
            mixed = old.mixed OR excluded.mixed OR (old.group_no, old.arm) <> (excluded.group_no, excluded.arm)
        """,
        losers=list(losers),
        winners=list(winners),
    )
