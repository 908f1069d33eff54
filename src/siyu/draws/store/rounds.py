"""Rounds and their seeds."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from siyu.draws.types import ENTRANTS, FREE_ORDERS, POOL, Kind, Round, Rule
from siyu.engines.postgres import one, rows, run, scalar

_COLUMNS: Final = """id, kind, code, coalesce(version, 0), rule, rule_hash, seed_hash, revealed, opens_at, closes_at, published_at,
    published_by, ended_at, ended_by, confirmed"""


class New(NamedTuple):
    """A round to be published; ``seed`` is sealed."""

    kind: Kind
    code: str
    version: int | None
    rule: str
    rule_hash: str
    seed: bytes
    seed_hash: str
    opens_at: datetime
    closes_at: datetime
    due_at: datetime
    published_at: datetime
    published_by: str
    confirmed: Sequence[str]


def hold_code(conn: Connection, code: str) -> None:
    """Whoever publishes a round of a code does so one after the other."""
    run(conn, "SELECT pg_advisory_xact_lock(hashtext('draws.code'), hashtext(:code))", code=code)


def hold_round(conn: Connection, round_id: int, *, alone: bool) -> None:
    """Draws of a round run side by side; who ends it waits for them, and they for it."""
    how = "" if alone else "_shared"
    run(
        conn,
        f"SELECT pg_advisory_xact_lock{how}(hashtext('draws.round'), CAST(:id % 2147483647 AS integer))",
        id=round_id,
    )


def overlapping(conn: Connection, code: str, opens_at: datetime, closes_at: datetime) -> int | None:
    """A round of the code that has not ended and shares time with this window."""
    found = scalar(
        conn,
        """SELECT id FROM draws.round
           WHERE code = :code AND ended_at IS NULL AND opens_at < :closes_at AND closes_at > :opens_at LIMIT 1""",
        code=code,
        opens_at=opens_at,
        closes_at=closes_at,
    )
    return None if found is None else int(found)


def insert(conn: Connection, new: New) -> Round:
    """Keep a round."""
    names = ", ".join(New._fields)
    values = ", ".join(f":{name}" for name in New._fields)
    given: dict[str, Any] = {**new._asdict(), "confirmed": list(new.confirmed)}
    found = one(conn, f"INSERT INTO draws.round ({names}) VALUES ({values}) RETURNING {_COLUMNS}", **given)
    assert found is not None
    return _read(found)


def of_id(conn: Connection, round_id: int) -> Round | None:
    found = one(conn, f"SELECT {_COLUMNS} FROM draws.round WHERE id = :id", id=round_id)
    return _read(found) if found else None


def of_ids(conn: Connection, round_ids: Sequence[int]) -> list[Round]:
    """Those of these rounds that there are."""
    found = rows(
        conn, f"SELECT {_COLUMNS} FROM draws.round WHERE id = ANY(CAST(:ids AS bigint[]))", ids=list(round_ids)
    )
    return [_read(row) for row in found]


def with_seed(conn: Connection, round_id: int) -> tuple[Round, bytes] | None:
    """A round with its sealed seed."""
    found = one(conn, f"SELECT seed, {_COLUMNS} FROM draws.round WHERE id = :id", id=round_id)
    return (_read(found[1:]), bytes(found[0])) if found else None


def page(conn: Connection, code: str | None, open_at: datetime | None, before: int | None, limit: int) -> list[Round]:
    """Rounds of pools and free orders, newest first; with ``open_at`` only those in which can be drawn then."""
    found = rows(
        conn,
        f"""SELECT {_COLUMNS} FROM draws.round
            WHERE kind <> 'entrants' AND (CAST(:code AS text) IS NULL OR code = :code)
              AND (CAST(:before AS bigint) IS NULL OR id < :before)
              AND (CAST(:open_at AS timestamptz) IS NULL
                   OR (opens_at <= :open_at AND closes_at > :open_at AND ended_at IS NULL))
            ORDER BY id DESC LIMIT :limit""",
        code=code,
        open_at=open_at,
        before=before,
        limit=limit,
    )
    return [_read(row) for row in found]


def due(conn: Connection, now: datetime, limit: int) -> list[int]:
    """Rounds whose time is over, the first to end first; those of entrants are ended by their room."""
    found = rows(
        conn,
        """SELECT id FROM draws.round WHERE ended_at IS NULL AND due_at <= :now AND kind <> 'entrants'
           ORDER BY due_at, id LIMIT :limit""",
        now=now,
        limit=limit,
    )
    return [row[0] for row in found]


def of_orders(conn: Connection, now: datetime, since: datetime) -> list[Round]:
    """Rounds of free orders that have begun and have not ended before ``since``, newest first."""
    found = rows(
        conn,
        f"""SELECT {_COLUMNS} FROM draws.round
            WHERE kind = 'free_orders' AND opens_at <= :now AND (ended_at IS NULL OR ended_at >= :since)
            ORDER BY id DESC LIMIT 20""",
        now=now,
        since=since,
    )
    return [_read(row) for row in found]


def end(conn: Connection, round_id: int, seed: str, actor: str, now: datetime) -> Round:
    """A round has ended, and its seed is told."""
    found = one(
        conn,
        f"""UPDATE draws.round SET ended_at = :now, ended_by = :actor, revealed = :seed
            WHERE id = :id AND ended_at IS NULL RETURNING {_COLUMNS}""",
        id=round_id,
        seed=seed,
        actor=actor,
        now=now,
    )
    assert found is not None
    return _read(found)


def _read(row: Sequence[Any]) -> Round:
    values = [*row]
    values[4], values[14] = _rule(row[1], row[4]), tuple(row[14])
    return Round(*values)


@lru_cache(maxsize=256)
def _rule(kind: str, said: str) -> Rule:
    if kind == "pool":
        return POOL.validate_json(said)
    return FREE_ORDERS.validate_json(said) if kind == "free_orders" else ENTRANTS.validate_json(said)
