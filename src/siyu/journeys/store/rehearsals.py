"""Rehearsals that were asked for, and the scratch that one needs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, one, rows, run, scalar
from siyu.journeys.rules.writing import from_json, to_json
from siyu.journeys.types.definition import Definition
from siyu.journeys.types.running import AskedRehearsal, Rehearsal

_COLUMNS: Final = (
    "id, journey_id, since, until, most, segment_id, state, done, total, result, problem, asked_by, asked_at, ended_at"
)
_RESULT: Final[TypeAdapter[Rehearsal]] = TypeAdapter(Rehearsal)


def insert(
    conn: Connection,
    journey_id: int,
    definition: Definition,
    since: datetime,
    until: datetime,
    most: int,
    actor: str,
    now: datetime,
    segment_id: int | None,
) -> AskedRehearsal:
    found = one(
        conn,
        f"""INSERT INTO journeys.rehearsal (journey_id, definition, since, until, most, segment_id, asked_by, asked_at)
            VALUES (:journey_id, CAST(:definition AS json), :since, :until, :most, :segment_id, :actor, :now)
            RETURNING {_COLUMNS}""",
        journey_id=journey_id,
        definition=orjson.dumps(to_json(definition)).decode(),
        since=since,
        until=until,
        most=most,
        segment_id=segment_id,
        actor=actor,
        now=now,
    )
    assert found is not None
    return _asked(found)


def rehearsal(conn: Connection, rehearsal_id: int) -> AskedRehearsal | None:
    found = one(conn, f"SELECT {_COLUMNS} FROM journeys.rehearsal WHERE id = :id", id=rehearsal_id)
    return _asked(found) if found else None


def of_journey(conn: Connection, journey_id: int, most: int) -> list[AskedRehearsal]:
    found = rows(
        conn,
        f"""SELECT {_COLUMNS.replace("result,", "NULL AS result,")} FROM journeys.rehearsal WHERE journey_id = :id
            ORDER BY id DESC LIMIT :most""",
        id=journey_id,
        most=most,
    )
    return [_asked(row) for row in found]


def definition_of(conn: Connection, rehearsal_id: int) -> Definition:
    return from_json(scalar(conn, "SELECT definition FROM journeys.rehearsal WHERE id = :id", id=rehearsal_id))


def finish(
    conn: Connection, rehearsal_id: int, result: Rehearsal | None, problem: Mapping[str, Any] | None, now: datetime
) -> None:
    run(
        conn,
        """UPDATE journeys.rehearsal
           SET state = CASE WHEN state = 'cancelled' THEN state WHEN CAST(:result AS text) IS NULL THEN 'failed'
                            ELSE 'done' END,
               result = CAST(:result AS json), problem = CAST(:problem AS jsonb), ended_at = :now
           WHERE id = :id AND state IN ('waiting', 'running', 'cancelled') AND result IS NULL""",
        id=rehearsal_id,
        result=_RESULT.dump_json(result).decode() if result is not None else None,
        problem=orjson.dumps(dict(problem)).decode() if problem is not None else None,
        now=now,
    )


def note(conn: Connection, rehearsal_id: int, done: int, total: int) -> bool:
    """Keep how far it is; whether it is still going on."""
    found = one(
        conn,
        """UPDATE journeys.rehearsal SET state = 'running', done = :done, total = :total
           WHERE id = :id AND state IN ('waiting', 'running') RETURNING id""",
        id=rehearsal_id,
        done=done,
        total=total,
    )
    return found is not None


def cancel(conn: Connection, rehearsal_id: int, now: datetime) -> bool:
    """Whether it was still going on."""
    found = one(
        conn,
        """UPDATE journeys.rehearsal SET state = 'cancelled', ended_at = :now
           WHERE id = :id AND state IN ('waiting', 'running') RETURNING id""",
        id=rehearsal_id,
        now=now,
    )
    return found is not None


def next_due(conn: Connection, journey_id: int) -> datetime | None:
    """When somebody in this journey is due first."""
    found: datetime | None = scalar(
        conn, "SELECT min(due_at) FROM journeys.enrolment WHERE journey_id = :id", id=journey_id
    )
    return found


def _asked(row: AnyRow) -> AskedRehearsal:
    result: Any = row.result
    return AskedRehearsal(
        row.id,
        row.journey_id,
        row.since,
        row.until,
        row.most,
        row.segment_id,
        row.state,
        row.done,
        row.total,
        _RESULT.validate_python(result, strict=False) if result is not None else None,
        row.problem,
        row.asked_by,
        row.asked_at,
        row.ended_at,
    )
