"""Crowds on their way in."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run, scalar


class Chunk(NamedTuple):
    """The next people of a crowd, eight bytes each; ``position`` is the place of the first."""

    id: int
    journey_id: int
    origin: str
    key: str
    position: int
    per_minute: int
    begins_at: datetime
    people: bytes


def insert(
    conn: Connection, journey_id: int, origin: str, key: str, people: bytes, per_minute: int, begins_at: datetime
) -> bool:
    """Whether this origin had brought none before."""
    made = scalar(
        conn,
        """INSERT INTO journeys.crowd (journey_id, origin, key, people, total, per_minute, begins_at)
           VALUES (:journey_id, :origin, :key, :people, :total, :per_minute, :begins_at)
           ON CONFLICT (journey_id, origin) DO NOTHING RETURNING id""",
        journey_id=journey_id,
        origin=origin,
        key=key,
        people=people,
        total=len(people) // 8,
        per_minute=per_minute,
        begins_at=begins_at,
    )
    return made is not None


def claim(conn: Connection, most: int) -> Chunk | None:
    """The next people of the oldest crowd of a journey that runs; it stays locked. A crowd of one that ended is forgotten."""
    run(
        conn,
        """UPDATE journeys.crowd SET position = total WHERE position < total AND journey_id IN (
               SELECT id FROM journeys.journey WHERE state IN ('draining', 'stopped'))""",
    )
    found = one(
        conn,
        """SELECT crowd.id, journey_id, origin, crowd.key, position, per_minute, begins_at,
                  substring(people FROM position * 8 + 1 FOR CAST(:most AS integer) * 8) AS people
           FROM journeys.crowd JOIN journeys.journey ON journey.id = journey_id AND journey.state = 'running'
           WHERE position < total ORDER BY crowd.id LIMIT 1 FOR UPDATE OF crowd SKIP LOCKED""",
        most=most,
    )
    return Chunk(*found) if found else None


def advance(conn: Connection, crowd_id: int, position: int) -> None:
    """What is behind need not be kept; the row stays, so that its origin brings no second crowd."""
    run(
        conn,
        """UPDATE journeys.crowd SET position = :position,
               people = CASE WHEN :position >= total THEN '' ELSE people END WHERE id = :id""",
        id=crowd_id,
        position=position,
    )


def waiting(conn: Connection, journey_id: int) -> dict[str, int]:
    found = rows(
        conn,
        "SELECT origin, total - position AS people FROM journeys.crowd WHERE journey_id = :id AND position < total",
        id=journey_id,
    )
    return {row.origin: row.people for row in found}
