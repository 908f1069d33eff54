"""SQL of touches while they are decided. Whoever writes has locked the people they are of."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import orjson
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection

from siyu.engines.postgres import Shared, call, one, rows, run, scalar
from siyu.kernel.errors import IdempotencyMismatch
from siyu.touch.rules.history import NOTHING, History
from siyu.touch.types.proposals import Purpose, TouchState

# PostgreSQL sends moments as microseconds since 2000; the largest is infinity.
_SINCE_2000: Final = 946_684_800_000_000
_INFINITY: Final = np.iinfo(np.int64).max


class Known(NamedTuple):
    """A touch that was proposed before; ``first`` is the first decision as JSON."""

    input_hash: str
    customer_id: int
    first: Mapping[str, Any]


class Waiting(NamedTuple):
    """A touch that is to be decided again."""

    id: int
    key: str
    programme_id: int
    customer_id: int
    purpose: Purpose
    message_hash: str
    content: int
    kinds: list[str]
    wishes: list[tuple[int, str]]
    value_fen: int
    not_before: datetime | None
    valid_until: datetime
    wish: int
    attempt: int


def known(conn: Connection, keys: Collection[str]) -> dict[str, Known]:
    """Those of these keys that were proposed before."""
    found = rows(
        conn,
        """SELECT key, input_hash, customer_id, decisions -> 0 FROM touch.touch
           WHERE key = ANY(CAST(:keys AS text[]) COLLATE "C")""",
        keys=list(keys),
    )
    return {row[0]: Known(*row[1:]) for row in found}


def received(conn: Connection, ids: Collection[int], since: datetime) -> History:
    """What these people received after then, or is on its way."""
    found = one(
        conn,
        """
        SELECT string_agg(int8send(customer_id), CAST('' AS bytea)),
               string_agg(timestamptz_send(received_at), CAST('' AS bytea)),
               string_agg(int8send(CASE purpose WHEN 'service' THEN 0 WHEN 'transactional' THEN 1 ELSE 2 END),
                          CAST('' AS bytea)),
               string_agg(int8send(content), CAST('' AS bytea)),
               string_agg(CASE WHEN kinds = '{}' THEN '' ELSE array_to_string(kinds, ' ') END, ',')
        FROM touch.touch
        WHERE customer_id = ANY(CAST(:ids AS bigint[])) AND received_at > :since
        """,
        ids=list(ids),
        since=since,
    )
    if found is None or found[0] is None:
        return NOTHING
    owners, at, purposes, contents = [np.frombuffer(packed, ">i8").astype(np.int64) for packed in found[:4]]
    order = owners.argsort(kind="stable")
    kinds = found[4].split(",")
    return History(
        owners[order],
        np.where(at == _INFINITY, np.inf, (at + _SINCE_2000) / 1e6)[order],
        purposes[order],
        contents[order],
        [kinds[place] for place in order.tolist()],
    )


def due_people(conn: Connection, now: datetime, most: int) -> list[int]:
    """Whose touches are due, from the ``most`` that have been due longest."""
    found = rows(
        conn,
        """SELECT DISTINCT customer_id FROM (
               SELECT customer_id FROM touch.touch WHERE state = 'waiting' AND due_at <= :now ORDER BY due_at LIMIT :most
           ) AS due""",
        now=now,
        most=most,
    )
    return [row[0] for row in found]


def next_due(conn: Connection, ids: Collection[int], after: datetime) -> datetime | None:
    """When the next touch of these people is decided again, after a moment."""
    found: datetime | None = scalar(
        conn,
        """SELECT min(due_at) FROM touch.touch
           WHERE state = 'waiting' AND customer_id = ANY(CAST(:ids AS bigint[])) AND due_at > :after""",
        ids=list(ids),
        after=after,
    )
    return found


def due_of(conn: Connection, ids: Collection[int], now: datetime) -> list[Waiting]:
    """Touches of locked people that are due."""
    found = rows(
        conn,
        """
        SELECT id, key, programme_id, customer_id, purpose, message_hash, content, kinds, wishes, value_fen, not_before,
               valid_until, wish, attempt
        FROM touch.touch
        WHERE state = 'waiting' AND customer_id = ANY(CAST(:ids AS bigint[])) AND due_at <= :now
        """,
        ids=list(ids),
        now=now,
    )
    return [Waiting(*row) for row in found]


def insert(
    conn: Connection, columns: Mapping[str, list[Any]], wishes: Shared, decisions: Shared, now: datetime
) -> dict[str, int]:
    """Keep touches, given as columns by name, with the places of their wishes and decisions. Returns the ids of those that
    are dropped, by key.

    Raises:
        IdempotencyMismatch: a key was used for another person at this very moment.
    """
    try:
        found = rows(
            conn,
            """
            WITH kept AS (
                INSERT INTO touch.touch (key, input_hash, programme_id, customer_id, purpose, message_hash, content, kinds,
                    wishes, value_fen, not_before, valid_until, state, code, wish, attempt, account_id, way, subject_id,
                    staff_id, proposed_at, decided_at, due_at, received_at, ended_at, decisions)
                SELECT key, input_hash, programme_id, customer_id, purpose, message_hash, content, string_to_array(kinds, ' '),
                    wanted.said[wishes], value_fen, not_before, valid_until, state, code, wish, 1, account_id, way,
                    subject_id, staff_id, :now, :now, due_at, received_at, ended_at, decided.said[decisions]
                FROM (SELECT array_agg(value) AS said FROM jsonb_array_elements(CAST(:all_wishes AS jsonb))) AS wanted,
                    (SELECT array_agg(value) AS said FROM jsonb_array_elements(CAST(:all_decisions AS jsonb))) AS decided,
                    (SELECT unnest(CAST(:key AS text[])) AS key, unnest(CAST(:input_hash AS text[])) AS input_hash,
                        unnest(CAST(:programme_id AS bigint[])) AS programme_id,
                        unnest(CAST(:customer_id AS bigint[])) AS customer_id,
                        unnest(CAST(:purpose AS text[])) AS purpose, unnest(CAST(:message_hash AS text[])) AS message_hash,
                        unnest(CAST(:content AS bigint[])) AS content, unnest(CAST(:kinds AS text[])) AS kinds,
                        unnest(CAST(:wishes AS integer[])) AS wishes, unnest(CAST(:value_fen AS bigint[])) AS value_fen,
                        unnest(CAST(:not_before AS timestamptz[])) AS not_before,
                        unnest(CAST(:valid_until AS timestamptz[])) AS valid_until,
                        unnest(CAST(:state AS text[])) AS state, unnest(CAST(:code AS text[])) AS code,
                        unnest(CAST(:wish AS smallint[])) AS wish, unnest(CAST(:account_id AS bigint[])) AS account_id,
                        unnest(CAST(:way AS text[])) AS way, unnest(CAST(:subject_id AS text[])) AS subject_id,
                        unnest(CAST(:staff_id AS text[])) AS staff_id, unnest(CAST(:due_at AS timestamptz[])) AS due_at,
                        unnest(CAST(:received_at AS timestamptz[])) AS received_at,
                        unnest(CAST(:ended_at AS timestamptz[])) AS ended_at,
                        unnest(CAST(:decisions AS integer[])) AS decisions) AS new
                RETURNING key, id, state
            )
            SELECT key, id FROM kept WHERE state = 'dropped'
            """,
            **columns,
            now=now,
            all_wishes=wishes.all(),
            all_decisions=decisions.all(),
        )
    except UniqueViolation as problem:
        raise IdempotencyMismatch(key=_taken(problem)) from None
    return {row[0]: row[1] for row in found}


def _taken(problem: UniqueViolation) -> str:
    """The key that was there: ``Key (key)=(...) already exists.``"""
    said = problem.diag.message_detail or ""
    return said.partition("=(")[2].rpartition(") ")[0] or "?"


def write(conn: Connection, decided: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """What was decided again, as columns by name; the decisions are added to those of before."""
    if not decided:
        return
    run(
        conn,
        """
        UPDATE touch.touch AS old
        SET state = new.state, code = new.code, wish = new.wish, attempt = new.attempt, account_id = new.account_id,
            way = new.way, subject_id = new.subject_id, staff_id = new.staff_id, handle = '', decided_at = :now,
            due_at = new.due_at, received_at = new.received_at, ended_at = new.ended_at,
            decisions = old.decisions || new.decisions
        FROM json_to_recordset(CAST(:new AS json)) AS new (id bigint, state text, code text, wish smallint,
            attempt smallint, account_id bigint, way text, subject_id text, staff_id text, due_at timestamptz,
            received_at timestamptz, ended_at timestamptz, decisions jsonb)
        WHERE old.id = new.id
        """,
        new=_json(decided),
        now=now,
    )


class Sent(NamedTuple):
    """A touch that was let through, with what has become of it so far."""

    id: int
    key: str
    customer_id: int
    programme_id: int
    purpose: Purpose
    kinds: list[str]
    wishes: list[tuple[int, str]]
    valid_until: datetime
    state: TouchState
    wish: int
    attempt: int
    account_id: int
    way: str
    staff_id: str


def sent(conn: Connection, keys: Collection[str]) -> dict[str, Sent]:
    """Touches that were let through, by key."""
    found = rows(
        conn,
        """
        SELECT id, key, customer_id, programme_id, purpose, kinds, wishes, valid_until, state, wish, attempt, account_id,
               way, staff_id
        FROM touch.touch WHERE key = ANY(CAST(:keys AS text[]) COLLATE "C") AND account_id IS NOT NULL
        """,
        keys=list(keys),
    )
    return {row[1]: Sent(*row) for row in found}


def turn(conn: Connection, turned: Sequence[Mapping[str, Any]]) -> None:
    """What became of touches, as columns by name; ``decisions`` are added."""
    if not turned:
        return
    run(
        conn,
        """
        UPDATE touch.touch AS old
        SET state = new.state, code = new.code, wish = new.wish, attempt = new.attempt, staff_id = new.staff_id,
            handle = new.handle, due_at = new.due_at, received_at = new.received_at, ended_at = new.ended_at,
            decisions = old.decisions || new.decisions
        FROM json_to_recordset(CAST(:new AS json)) AS new (id bigint, state text, code text, wish smallint,
            attempt smallint, staff_id text, handle text, due_at timestamptz, received_at timestamptz,
            ended_at timestamptz, decisions jsonb)
        WHERE old.id = new.id
        """,
        new=_json(turned),
    )


def wake_people(conn: Connection, ids: Collection[int], now: datetime) -> None:
    """Whatever waits of locked people is decided again now."""
    if ids:
        run(
            conn,
            """UPDATE touch.touch SET due_at = :now
               WHERE state = 'waiting' AND customer_id = ANY(CAST(:ids AS bigint[])) AND due_at > :now""",
            ids=list(ids),
            now=now,
        )


def wake(conn: Connection, now: datetime, programme_id: int | None = None) -> None:
    """Whatever waits, of a programme or of all, is decided again now; nothing is decided here, so nobody is locked."""
    run(
        conn,
        """UPDATE touch.touch SET due_at = :now
           WHERE state = 'waiting' AND due_at > :now
             AND (CAST(:programme_id AS bigint) IS NULL OR programme_id = :programme_id)""",
        now=now,
        programme_id=programme_id,
    )


def notify(conn: Connection, channel: str) -> None:
    """Wake the loop, at commit."""
    call(conn, channel)


def _json(new: Sequence[Any]) -> str:
    return orjson.dumps(list(new)).decode()
