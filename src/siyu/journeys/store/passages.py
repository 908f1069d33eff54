"""How many passed a step by which way."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.postgres import rows, run


def add(conn: Connection, people: Mapping[tuple[int, str, str], int], at: datetime) -> None:
    """(version, step, way) → people."""
    if people:
        keys = list(people)
        run(
            conn,
            """INSERT INTO journeys.passage (version_id, step, way, at, people)
               SELECT version_id, step, way, :at, people
               FROM unnest(CAST(:versions AS integer[]), CAST(:steps AS text[]), CAST(:ways AS text[]),
                           CAST(:people AS bigint[])) AS new (version_id, step, way, people)""",
            versions=[version for version, _, _ in keys],
            steps=[step for _, step, _ in keys],
            ways=[way for _, _, way in keys],
            people=list(people.values()),
            at=at,
        )


def of_journey(conn: Connection, journey_id: int) -> dict[tuple[int, str, str], int]:
    """(version, step, way) → people, of all versions."""
    found = rows(
        conn,
        """SELECT version_id, step, way, sum(people) AS people FROM journeys.passage
           WHERE version_id IN (SELECT id FROM journeys.version WHERE journey_id = :id)
           GROUP BY version_id, step, way""",
        id=journey_id,
    )
    return {(row.version_id, row.step, row.way): int(row.people) for row in found}


def fold(conn: Connection, before: datetime) -> None:
    """Make one row an hour of those before this moment; no sum changes."""
    run(
        conn,
        """WITH old AS (
               DELETE FROM journeys.passage WHERE at < :before AND ctid IN (
                   SELECT ctid FROM journeys.passage WHERE at < :before AND at <> date_trunc('hour', at)
                   FOR UPDATE SKIP LOCKED)
               RETURNING version_id, step, way, date_trunc('hour', at) AS at, people
           )
           INSERT INTO journeys.passage (version_id, step, way, at, people)
           SELECT version_id, step, way, at, sum(people) FROM old GROUP BY version_id, step, way, at""",
        before=before,
    )
