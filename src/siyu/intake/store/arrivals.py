"""SQL of what arrived when."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.postgres import rows, run
from siyu.intake.types import Arrivals


def insert_arrivals(conn: Connection, found: Mapping[tuple[int, datetime], tuple[int, datetime]]) -> None:
    """(source, minute) → how many messages, and when the last of them came."""
    run(
        conn,
        """INSERT INTO intake.arrival (source_id, at, messages, last_at)
           SELECT * FROM unnest(CAST(:source AS integer[]), CAST(:at AS timestamptz[]), CAST(:messages AS bigint[]),
                                CAST(:last AS timestamptz[]))""",
        source=[source_id for source_id, _ in found],
        at=[at for _, at in found],
        messages=[messages for messages, _ in found.values()],
        last=[last for _, last in found.values()],
    )


def arrivals(conn: Connection, recent: datetime, today: datetime) -> list[Arrivals]:
    """By source: when the last message came, and how many since two moments."""
    found = rows(
        conn,
        """SELECT source_id, max(last_at) AS last_at, coalesce(sum(messages) FILTER (WHERE at >= :recent), 0) AS recent,
                  coalesce(sum(messages) FILTER (WHERE at >= :today), 0) AS today
           FROM intake.arrival GROUP BY source_id ORDER BY source_id""",
        recent=recent,
        today=today,
    )
    return [Arrivals(row.source_id, row.last_at, int(row.recent), int(row.today)) for row in found]


def fold_arrivals(conn: Connection, recent: datetime, days: datetime) -> None:
    """Put rows from before ``recent`` together by the quarter of an hour, those from before ``days`` by the day."""
    run(
        conn,
        """WITH gone AS (DELETE FROM intake.arrival WHERE at < :recent RETURNING *)
           INSERT INTO intake.arrival (source_id, at, messages, last_at)
           SELECT source_id,
                  CASE WHEN at < :days THEN date_trunc('day', at, 'UTC')
                       ELSE date_bin('15 minutes', at, TIMESTAMPTZ '2000-01-01 00:00:00Z') END AS bin,
                  sum(messages), max(last_at)
           FROM gone GROUP BY source_id, bin""",
        recent=recent,
        days=days,
    )
