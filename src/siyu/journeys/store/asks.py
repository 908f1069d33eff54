"""What journeys ask of staff and of other systems."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, one, rows, run

_TASK = "id, journey_id, customer_id, title, say, state, asked_at, due_at, ended_at, ended_by"


class NewTask(NamedTuple):
    """For the staff's list."""

    key: str
    journey_id: int
    customer_id: int
    title: str
    say: str


class NewCall(NamedTuple):
    """For another system."""

    key: str
    journey_id: int
    url: str
    body: Mapping[str, Any]


class Call(NamedTuple):
    """A call that is due."""

    id: int
    key: str
    journey_id: int
    url: str
    body: Mapping[str, Any]
    tries: int


def put_tasks(conn: Connection, tasks: Sequence[NewTask], now: datetime, due_at: datetime) -> None:
    if tasks:
        columns = list(zip(*tasks, strict=True))
        run(
            conn,
            """INSERT INTO journeys.staff_task (key, journey_id, customer_id, title, say, asked_at, due_at)
               SELECT key, journey_id, customer_id, title, say, :now, :due_at
               FROM unnest(CAST(:keys AS text[]), CAST(:journeys AS bigint[]), CAST(:customers AS bigint[]),
                           CAST(:titles AS text[]), CAST(:says AS text[]))
                   AS new (key, journey_id, customer_id, title, say)
               ON CONFLICT (key) DO NOTHING""",
            keys=list(columns[0]),
            journeys=list(columns[1]),
            customers=list(columns[2]),
            titles=list(columns[3]),
            says=list(columns[4]),
            now=now,
            due_at=due_at,
        )


def tasks(
    conn: Connection, *, state: str | None, journey_id: int | None, customer_id: int | None, after: int, most: int
) -> list[AnyRow]:
    return rows(
        conn,
        f"""SELECT {_TASK} FROM journeys.staff_task
            WHERE id > :after AND (CAST(:state AS text) IS NULL OR state = :state)
                AND (CAST(:journey_id AS bigint) IS NULL OR journey_id = :journey_id)
                AND (CAST(:customer_id AS bigint) IS NULL OR customer_id = :customer_id)
            ORDER BY id LIMIT :most""",
        state=state,
        journey_id=journey_id,
        customer_id=customer_id,
        after=after,
        most=most,
    )


def end_task(conn: Connection, task_id: int, state: str, actor: str, now: datetime) -> AnyRow | None:
    """``None`` when there is no such task; one that has ended stays as it is."""
    run(
        conn,
        """UPDATE journeys.staff_task SET state = :state, ended_by = :actor, ended_at = :now
           WHERE id = :id AND state = 'open'""",
        id=task_id,
        state=state,
        actor=actor,
        now=now,
    )
    return one(conn, f"SELECT {_TASK} FROM journeys.staff_task WHERE id = :id", id=task_id)


def put_calls(conn: Connection, calls: Sequence[NewCall], now: datetime) -> None:
    if calls:
        columns = list(zip(*calls, strict=True))
        run(
            conn,
            """INSERT INTO journeys.call (key, journey_id, url, body, due_at, asked_at)
               SELECT key, journey_id, url, CAST(body AS json), :now, :now
               FROM unnest(CAST(:keys AS text[]), CAST(:journeys AS bigint[]), CAST(:urls AS text[]),
                           CAST(:bodies AS text[])) AS new (key, journey_id, url, body)
               ON CONFLICT (key) DO NOTHING""",
            keys=list(columns[0]),
            journeys=list(columns[1]),
            urls=list(columns[2]),
            bodies=[orjson.dumps(dict(body)).decode() for body in columns[3]],
            now=now,
        )


def take_calls(conn: Connection, now: datetime, until: datetime, most: int) -> list[Call]:
    """Those that are due; nobody else takes them until then, also when this process dies."""
    found = rows(
        conn,
        """UPDATE journeys.call SET due_at = :until, tries = tries + 1 WHERE id IN (
               SELECT id FROM journeys.call WHERE state = 'waiting' AND due_at <= :now ORDER BY due_at LIMIT :most
               FOR UPDATE SKIP LOCKED)
           RETURNING id, key, journey_id, url, body, tries""",
        now=now,
        until=until,
        most=most,
    )
    return [Call(*row) for row in found]


def note_calls(conn: Connection, noted: Sequence[tuple[int, str, str, datetime]], now: datetime) -> None:
    """Keep (call, its state now, what was answered, when it is due again)."""
    if noted:
        columns = list(zip(*noted, strict=True))
        run(
            conn,
            """UPDATE journeys.call SET state = new.state, answer = new.answer, due_at = new.due_at,
                   ended_at = CASE WHEN new.state <> 'waiting' THEN CAST(:now AS timestamptz) END
               FROM unnest(CAST(:ids AS bigint[]), CAST(:states AS text[]), CAST(:answers AS text[]),
                           CAST(:due AS timestamptz[])) AS new (id, state, answer, due_at)
               WHERE call.id = new.id AND call.state = 'waiting'""",
            ids=list(columns[0]),
            states=list(columns[1]),
            answers=list(columns[2]),
            due=list(columns[3]),
            now=now,
        )


def calls(conn: Connection, journey_id: int, most: int) -> list[AnyRow]:
    return rows(
        conn,
        """SELECT id, key, url, state, tries, due_at, asked_at, ended_at, answer FROM journeys.call
           WHERE journey_id = :id ORDER BY id DESC LIMIT :most""",
        id=journey_id,
        most=most,
    )
