"""Who is where: taken in the order in which they are due, moved and let out, each by one statement a batch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, rows, run
from siyu.journeys.types.running import Ended, Enrolment

_COLUMNS: Final = """id, journey_id, customer_id, due_at, since, entered_at, version_id, passed, begun, treated, step, key,
    entry, heard"""
_PAST: Final = "id, journey_id, customer_id, entered_at, version_id, passed, treated, step, key, origin"


class Row(NamedTuple):
    """One person's place as it lies in the table."""

    id: int
    journey_id: int
    customer_id: int
    due_at: datetime
    since: datetime
    entered_at: datetime
    version_id: int
    passed: int
    begun: bool
    treated: bool
    step: str
    key: str
    entry: Mapping[str, Any] | None
    heard: Mapping[str, int] | None


class Moved(NamedTuple):
    """Where somebody is after a batch."""

    id: int
    version_id: int
    step: str
    begun: bool
    due_at: datetime
    since: datetime
    passed: int


class Left(NamedTuple):
    """Who has left, and how."""

    id: int
    version_id: int
    step: str
    passed: int
    how: Ended


def due_journeys(conn: Connection, now: datetime) -> list[int]:
    """The journeys in which somebody is due, longest overdue first. Of one that is paused nobody is."""
    found = rows(
        conn,
        """SELECT journey.id FROM journeys.journey, LATERAL (
               SELECT due_at FROM journeys.enrolment WHERE journey_id = journey.id AND due_at <= :now
               ORDER BY due_at LIMIT 1) AS first
           WHERE journey.state IN ('running', 'draining') ORDER BY first.due_at""",
        now=now,
    )
    return [row.id for row in found]


def claim(conn: Connection, journey_id: int, now: datetime, most: int) -> list[Row]:
    """Lock those who are due, longest overdue first; whom another worker has are passed by."""
    found = rows(
        conn,
        f"""SELECT {_COLUMNS} FROM journeys.enrolment WHERE journey_id = :journey_id AND due_at <= :now
            ORDER BY due_at LIMIT :most FOR UPDATE SKIP LOCKED""",
        journey_id=journey_id,
        now=now,
        most=most,
    )
    return [Row(*row) for row in found]


def move(conn: Connection, moved: Sequence[Moved]) -> None:
    """Write down where they are."""
    if moved:
        columns = list(zip(*moved, strict=True))
        run(
            conn,
            """UPDATE journeys.enrolment SET version_id = new.version_id, step = new.step, begun = new.begun,
                   due_at = new.due_at, since = new.since, passed = new.passed
               FROM unnest(CAST(:ids AS bigint[]), CAST(:versions AS integer[]), CAST(:steps AS text[]),
                           CAST(:begun AS boolean[]), CAST(:due AS timestamptz[]), CAST(:since AS timestamptz[]),
                           CAST(:passed AS integer[]))
                   AS new (id, version_id, step, begun, due_at, since, passed)
               WHERE enrolment.id = new.id""",
            ids=list(columns[0]),
            versions=list(columns[1]),
            steps=list(columns[2]),
            begun=list(columns[3]),
            due=list(columns[4]),
            since=list(columns[5]),
            passed=list(columns[6]),
        )


def leave(conn: Connection, left: Sequence[Left], now: datetime) -> None:
    """Move them among those who have been here."""
    if left:
        columns = list(zip(*left, strict=True))
        run(
            conn,
            f"""WITH new AS (
                   SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:versions AS integer[]), CAST(:steps AS text[]),
                                        CAST(:passed AS integer[]), CAST(:how AS text[]))
                       AS new (id, version_id, step, passed, how)
               ), gone AS (
                   DELETE FROM journeys.enrolment USING new WHERE enrolment.id = new.id
                   RETURNING enrolment.id, journey_id, customer_id, entered_at, new.version_id, new.passed, treated,
                             new.step, key, origin, new.how
               )
               INSERT INTO journeys.past ({_PAST}, ended_at, how)
               SELECT id, journey_id, customer_id, entered_at, version_id, passed, treated, step, key, origin, :now, how
               FROM gone""",
            ids=list(columns[0]),
            versions=list(columns[1]),
            steps=list(columns[2]),
            passed=list(columns[3]),
            how=list(columns[4]),
            now=now,
        )


class New(NamedTuple):
    """Who enters."""

    journey_id: int
    customer_id: int
    version_id: int
    step: str
    key: str
    origin: str
    due_at: datetime
    treated: bool
    entry: Mapping[str, Any]


def insert(conn: Connection, new: Sequence[New], now: datetime) -> list[tuple[int, int, str]]:
    """Let them in; (journey, customer, key) of those who were not inside."""
    if not new:
        return []
    columns = list(zip(*new, strict=True))
    found = rows(
        conn,
        """INSERT INTO journeys.enrolment (journey_id, customer_id, version_id, step, key, origin, due_at, since, entered_at,
                                           treated, entry)
           SELECT journey_id, customer_id, version_id, step, key, origin, due_at, due_at, :now, treated,
                  CAST(entry AS jsonb)
           FROM unnest(CAST(:journeys AS bigint[]), CAST(:customers AS bigint[]), CAST(:versions AS integer[]),
                       CAST(:steps AS text[]), CAST(:keys AS text[]), CAST(:origins AS text[]),
                       CAST(:due AS timestamptz[]), CAST(:treated AS boolean[]), CAST(:entries AS text[]))
               AS new (journey_id, customer_id, version_id, step, key, origin, due_at, treated, entry)
           ON CONFLICT (customer_id, journey_id, key) DO NOTHING RETURNING journey_id, customer_id, key""",
        journeys=list(columns[0]),
        customers=list(columns[1]),
        versions=list(columns[2]),
        steps=list(columns[3]),
        keys=list(columns[4]),
        origins=list(columns[5]),
        due=list(columns[6]),
        treated=list(columns[7]),
        entries=[orjson.dumps(dict(entry)).decode() if entry else None for entry in columns[8]],
        now=now,
    )
    return [(row.journey_id, row.customer_id, row.key) for row in found]


class Before(NamedTuple):
    """What somebody has to do with a journey already."""

    inside: bool
    times: int
    last: datetime | None
    same_origin: bool


def before(conn: Connection, wanted: Sequence[tuple[int, int, str, str]]) -> list[Before]:
    """For each (journey, customer, key, origin), in order."""
    if not wanted:
        return []
    columns = list(zip(*wanted, strict=True))
    found = rows(
        conn,
        """SELECT now.id IS NOT NULL AS inside, coalesce(past.times, 0) AS times, past.last,
                  coalesce(now.origin = wanted.origin, false) OR coalesce(past.same, false) AS same_origin
           FROM unnest(CAST(:journeys AS bigint[]), CAST(:customers AS bigint[]), CAST(:keys AS text[]),
                       CAST(:origins AS text[]))
               WITH ORDINALITY AS wanted (journey_id, customer_id, key, origin, place)
           LEFT JOIN journeys.enrolment AS now ON now.customer_id = wanted.customer_id
               AND now.journey_id = wanted.journey_id AND now.key = wanted.key
           LEFT JOIN LATERAL (
               SELECT count(*) AS times, max(entered_at) AS last, bool_or(origin = wanted.origin) AS same
               FROM journeys.past WHERE past.customer_id = wanted.customer_id AND past.journey_id = wanted.journey_id
                   AND past.key = wanted.key
           ) AS past ON true
           ORDER BY wanted.place""",
        journeys=list(columns[0]),
        customers=list(columns[1]),
        keys=list(columns[2]),
        origins=list(columns[3]),
    )
    return [Before(row.inside, row.times, row.last, row.same_origin) for row in found]


def inside(conn: Connection, pairs: Sequence[tuple[int, int]]) -> list[Row]:
    """Lock the enrolments of (customer, journey), in the order of their ids."""
    if not pairs:
        return []
    found = rows(
        conn,
        f"""SELECT {_COLUMNS} FROM journeys.enrolment
            WHERE (customer_id, journey_id) IN (
                SELECT * FROM unnest(CAST(:customers AS bigint[]), CAST(:journeys AS bigint[])))
            ORDER BY id FOR UPDATE""",
        customers=[customer for customer, _ in pairs],
        journeys=[journey for _, journey in pairs],
    )
    return [Row(*row) for row in found]


def hear(conn: Connection, heard: Sequence[tuple[int, Mapping[str, int], datetime | None]]) -> None:
    """Keep (enrolment, what was heard for which of its steps, when it is due now) of those who wait for a fact."""
    if heard:
        run(
            conn,
            """UPDATE journeys.enrolment SET heard = coalesce(enrolment.heard, '{}') || CAST(new.heard AS jsonb),
                   due_at = least(enrolment.due_at, coalesce(new.due_at, enrolment.due_at))
               FROM unnest(CAST(:ids AS bigint[]), CAST(:heard AS text[]), CAST(:due AS timestamptz[]))
                   AS new (id, heard, due_at)
               WHERE enrolment.id = new.id""",
            ids=[one for one, _, _ in heard],
            heard=[orjson.dumps(dict(what)).decode() for _, what, _ in heard],
            due=[due for _, _, due in heard],
        )


def of_stopped(conn: Connection, most: int) -> list[Row]:
    """Lock those who are still in journeys that were stopped."""
    found = rows(
        conn,
        f"""SELECT {", ".join(f"enrolment.{name.strip()}" for name in _COLUMNS.split(","))}
            FROM journeys.enrolment JOIN journeys.journey ON journey.id = enrolment.journey_id AND journey.state = 'stopped'
            ORDER BY enrolment.id LIMIT :most FOR UPDATE OF enrolment SKIP LOCKED""",
        most=most,
    )
    return [Row(*row) for row in found]


def of_people(conn: Connection, customer_ids: Sequence[int]) -> list[AnyRow]:
    """Every enrolment of these, lock and all: (id, journey_id, customer_id, key, passed, entered_at, version_id, step)."""
    return rows(
        conn,
        """SELECT id, journey_id, customer_id, key, passed, entered_at, version_id, step FROM journeys.enrolment
           WHERE customer_id = ANY(CAST(:ids AS bigint[])) ORDER BY id FOR UPDATE""",
        ids=sorted(customer_ids),
    )


def reassign(conn: Connection, enrolments: Sequence[tuple[int, int]], merged: Sequence[tuple[int, int]]) -> None:
    """Give (enrolment, customer) to these customers; what is past follows (loser, winner)."""
    if enrolments:
        run(
            conn,
            """UPDATE journeys.enrolment SET customer_id = new.customer_id
               FROM unnest(CAST(:ids AS bigint[]), CAST(:customers AS bigint[])) AS new (id, customer_id)
               WHERE enrolment.id = new.id""",
            ids=[one for one, _ in enrolments],
            customers=[customer for _, customer in enrolments],
        )
    run(
        conn,
        """UPDATE journeys.past SET customer_id = new.winner
           FROM unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS new (loser, winner)
           WHERE past.customer_id = new.loser""",
        losers=[loser for loser, _ in merged],
        winners=[winner for _, winner in merged],
    )


def of_customer(conn: Connection, customer_id: int, most: int) -> list[tuple[Enrolment, int, Mapping[str, Any]]]:
    """Where somebody is and has been, newest first, with the id of the version and what brought them."""
    found = rows(
        conn,
        """SELECT one.*, version.number FROM (
               SELECT id, journey_id, version_id, customer_id, key, step, begun, due_at, entered_at, passed, treated,
                      NULL AS how, NULL AS ended_at, entry FROM journeys.enrolment WHERE customer_id = :id
               UNION ALL
               SELECT id, journey_id, version_id, customer_id, key, step, false, NULL, entered_at, passed, treated,
                      how, ended_at, NULL FROM journeys.past WHERE customer_id = :id
           ) AS one JOIN journeys.version ON version.id = one.version_id ORDER BY one.id DESC LIMIT :most""",
        id=customer_id,
        most=most,
    )
    return [(_enrolment(row), row.version_id, row.entry or {}) for row in found]


def at_step(
    conn: Connection, journey_id: int, places: Sequence[tuple[int, str]], after: int, most: int
) -> list[tuple[int, Enrolment]]:
    """People inside at one of these (version, step), by the id of their enrolment."""
    found = rows(
        conn,
        """SELECT enrolment.*, NULL AS how, NULL AS ended_at, version.number FROM journeys.enrolment
           JOIN journeys.version ON version.id = enrolment.version_id
           WHERE enrolment.journey_id = :journey_id AND enrolment.id > :after AND (version_id, step) IN (
               SELECT * FROM unnest(CAST(:versions AS integer[]), CAST(:steps AS text[])))
           ORDER BY enrolment.id LIMIT :most""",
        journey_id=journey_id,
        after=after,
        versions=[version for version, _ in places],
        steps=[step for _, step in places],
        most=most,
    )
    return [(row.id, _enrolment(row)) for row in found]


def customers_at(
    conn: Connection, journey_id: int, places: Sequence[tuple[int, str]], above: int, most: int
) -> list[int]:
    """Who is inside at one of these (version, step), each once, ascending, with an id above this."""
    found = rows(
        conn,
        """SELECT DISTINCT customer_id FROM journeys.enrolment
           WHERE journey_id = :journey_id AND customer_id > :above AND (version_id, step) IN (
               SELECT * FROM unnest(CAST(:versions AS integer[]), CAST(:steps AS text[])))
           ORDER BY customer_id LIMIT :most""",
        journey_id=journey_id,
        above=above,
        versions=[version for version, _ in places],
        steps=[step for _, step in places],
        most=most,
    )
    return [row.customer_id for row in found]


def _enrolment(row: AnyRow) -> Enrolment:
    return Enrolment(
        row.id,
        row.journey_id,
        row.number,
        row.customer_id,
        row.key,
        row.step,
        row.begun,
        row.due_at,
        row.entered_at,
        row.passed,
        row.treated,
        row.how,
        row.ended_at,
    )


def counts(conn: Connection, journey_id: int) -> list[tuple[int, str, int]]:
    """(version, step, people) of those inside."""
    found = rows(
        conn,
        """SELECT version_id, step, count(*) AS people FROM journeys.enrolment WHERE journey_id = :id
           GROUP BY version_id, step""",
        id=journey_id,
    )
    return [(row.version_id, row.step, row.people) for row in found]
