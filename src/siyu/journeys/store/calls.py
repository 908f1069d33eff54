"""What journeys ask of other systems."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, rows, run


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


def secrets(
    conn: Connection, journey_ids: Sequence[int], *, lock: bool = False
) -> dict[int, tuple[int, datetime | None]]:
    """Journey → the number of its secret, and when that was made; ``None`` for the first."""
    found = rows(
        conn,
        f"""SELECT id, secret, secret_at FROM journeys.journey WHERE id = ANY (CAST(:ids AS bigint[]))
            {"FOR UPDATE" if lock else ""}""",
        ids=list(journey_ids),
    )
    return {row.id: (row.secret, row.secret_at) for row in found}


def show_secret(conn: Connection, journey_id: int, now: datetime) -> datetime | None:
    """Note that the secret is shown; when it was before, ``None`` where this is the first time. Locks the journey."""
    found = rows(conn, "SELECT secret_shown_at FROM journeys.journey WHERE id = :id FOR UPDATE", id=journey_id)
    shown: datetime | None = found[0].secret_shown_at if found else None
    if shown is None:
        run(conn, "UPDATE journeys.journey SET secret_shown_at = :now WHERE id = :id", id=journey_id, now=now)
    return shown


def put_secret(conn: Connection, journey_id: int, number: int, now: datetime) -> None:
    """A new secret, which is shown with it."""
    run(
        conn,
        "UPDATE journeys.journey SET secret = :number, secret_at = :now, secret_shown_at = :now WHERE id = :id",
        id=journey_id,
        number=number,
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
