"""What keeps jobs in order: those of a worker that died are done again, those of the night are begun, what is over is forgotten."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.engines.jobs.queue import SCHEMA, own_tables, waits
from siyu.engines.postgres import rows, run

SILENT: Final = timedelta(seconds=60)  # a worker says every ten seconds that it lives
_ATTEMPTS: Final = 5  # in all, of a job whose worker died: it may be what kills them
_RUNS_KEPT: Final = 100  # of each kind of job
_FAILED_KEPT: Final = timedelta(days=30)
_OF_THE_DEAD: Final = f"""
    FROM {SCHEMA}.procrastinate_jobs AS job LEFT JOIN {SCHEMA}.procrastinate_workers AS worker ON worker.id = job.worker_id
    WHERE job.status = 'doing' AND (worker.id IS NULL OR worker.last_heartbeat < now() - CAST(:silent AS interval))
"""

Became = Literal["waits", "replaced", "failed"]


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A job whose worker died.

    Attributes:
        name: of the job.
        asked: what it was asked for with.
        became: it waits to be done again; it was replaced by one that waits already; or it has failed for good, because it
            was tried often enough.
    """

    id: int
    name: str
    asked: Mapping[str, Any]
    became: Became


def suspects(conn: Connection, silent: timedelta = SILENT) -> frozenset[int]:
    """Jobs that are being done by workers that have not been heard of for so long."""
    found = rows(conn, f"SELECT job.id {_OF_THE_DEAD}", silent=silent)
    return frozenset(row.id for row in found)


def revive(conn: Connection, suspected: Collection[int], silent: timedelta = SILENT) -> list[Abandoned]:
    """Have the jobs of workers that died done again; safe when several do it at once.

    Args:
        conn: a transaction.
        suspected: they were so a while ago. A machine that has slept makes every worker look dead until it has said again
            that it lives: whoever looks only once has jobs done a second time while they go on.
        silent: for how long.
    """
    found = rows(
        conn,
        f"""
        SELECT job.id, job.task_name AS name, job.args AS asked, job.attempts, job.queueing_lock
        {_OF_THE_DEAD} AND job.id = ANY(:suspected) ORDER BY job.id DESC FOR UPDATE OF job SKIP LOCKED
        """,
        silent=silent,
        suspected=list(suspected),
    )
    with own_tables(conn):
        return [
            Abandoned(row.id, row.name, row.asked, _revived(conn, row.id, row.queueing_lock, int(row.attempts)))
            for row in found
        ]


def _revived(conn: Connection, job_id: int, lock: str | None, attempts: int) -> Became:
    if lock is not None and waits(conn, lock):
        run(conn, "SELECT procrastinate_finish_job_v1(:id, 'aborted', false)", id=job_id)
        return "replaced"
    if attempts + 1 >= _ATTEMPTS:
        run(conn, "SELECT procrastinate_finish_job_v1(:id, 'failed', false)", id=job_id)
        return "failed"
    run(conn, "SELECT procrastinate_retry_job_v2(:id, now(), NULL, NULL, NULL)", id=job_id)
    return "waits"


def begin_nights(conn: Connection, times: Mapping[str, time], now: datetime, zone: ZoneInfo) -> list[str]:
    """Which jobs of the night are to be begun now, each once a night; that they are is noted. Safe when several ask at once.

    Args:
        conn: the transaction in which they are begun.
        times: when on the clock of ``zone`` the night begins for each. Whoever was not there then begins it when they come; one
            of which nothing is known yet, as in a new Siyu, waits for the next night.
        now: the present.
        zone: of the brand.
    """
    nights = {name: night_of(at, now, zone) for name, at in times.items()}
    known = {"names": list(nights), "nights": list(nights.values())}
    given = "unnest(CAST(:names AS text[]), CAST(:nights AS date[])) AS given (name, night)"
    run(
        conn,
        f"INSERT INTO {SCHEMA}.night (name, night) SELECT name, night FROM {given} ON CONFLICT DO NOTHING",
        **known,
    )
    found = rows(
        conn,
        f"""
        UPDATE {SCHEMA}.night AS kept SET night = given.night FROM {given}
        WHERE kept.name = given.name AND kept.night < given.night RETURNING kept.name
        """,
        **known,
    )
    begun = {row.name for row in found}
    return [name for name in times if name in begun]


def night_of(begins: time, now: datetime, zone: ZoneInfo) -> date:
    """The day whose night it is, where nights begin at that time on the clock of the zone."""
    here = now.astimezone(zone)
    return here.date() if here.time() >= begins else here.date() - timedelta(days=1)


def forget_over(conn: Connection, now: datetime) -> int:
    """Delete of each kind of job all but the newest of what is over, and what failed more than a month ago; return how many went.
    Procrastinate by itself keeps everything.
    """
    with own_tables(conn):
        gone = rows(
            conn,
            """
            DELETE FROM procrastinate_jobs WHERE id IN (
                SELECT id FROM (
                    SELECT id, row_number() OVER (PARTITION BY task_name, status = 'failed' ORDER BY id DESC) AS place
                    FROM procrastinate_jobs WHERE status NOT IN ('todo', 'doing')
                ) AS over WHERE place > :kept
                UNION ALL
                SELECT job.id FROM procrastinate_jobs AS job JOIN procrastinate_events AS event ON event.job_id = job.id
                WHERE job.status = 'failed' GROUP BY job.id HAVING max(event.at) < :before
            ) RETURNING id
            """,
            kept=_RUNS_KEPT,
            before=now - _FAILED_KEPT,
        )
    return len(gone)
