"""Procrastinate's tables lie in a schema of their own, which its connections name as their search path."""

import asyncio
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import orjson
import procrastinate
from procrastinate.connector import Notify
from sqlalchemy import Connection

from siyu.engines.postgres import Call, Database, rows, run, scalar

SCHEMA: Final = "jobs"
SHORT: Final = "default"  # of jobs that take seconds
LONG: Final = "long"  # of those that may take minutes: nobody's segment should wait until two imports are over
_LONG_TIME: Final = 3600.0  # seconds
_AGAIN: Final = 0.1  # seconds: longer than to ask for a job takes
# What a call that nobody heard may have been; Procrastinate does not look at the number.
_SOMETHING_CAME: Final = '{"type": "job_inserted", "job_id": 0}'


class _Connector(procrastinate.PsycopgConnector):
    """Hears of jobs where the process hears of everything.

    Procrastinate's own way is a connection for each queue, at which the driver wakes ten times a second. And a worker that is
    just asking for a job forgets what it is told until it has the answer (``Worker._fetch_and_process_jobs`` of 3.10): who came
    in between waited for five seconds. So it is told again when that is over.
    """

    def __init__(self, database: Database, **pool: Any) -> None:
        super().__init__(conninfo=database.url, **pool)
        self._database = database

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Tell of whatever is called, until cancelled."""
        loop, heard = asyncio.get_running_loop(), asyncio.Queue[Call]()
        listener = self._database.listener(*channels)

        def hear() -> None:
            while not listener.ended:
                for call in listener.hear(_LONG_TIME):
                    loop.call_soon_threadsafe(heard.put_nowait, call)

        thread = threading.Thread(target=hear, name="jobs", daemon=True)
        thread.start()
        last, patience = "", None
        try:
            while True:
                try:
                    last, payload = await asyncio.wait_for(heard.get(), patience)
                    patience = _AGAIN
                except TimeoutError:
                    payload, patience = "", None
                await on_notification(channel=last, payload=payload or _SOMETHING_CAME)
        finally:
            listener.end()
            thread.join()


def job_app(database: Database, *, pool_size: int = 6) -> procrastinate.App:
    """A Procrastinate app over this database; tasks are registered on it by the app's wiring."""
    options = {"options": f"-c search_path={SCHEMA} -c timezone=UTC", "application_name": "siyu-jobs"}
    return procrastinate.App(connector=_Connector(database, min_size=1, max_size=pool_size, kwargs=options))


def defer(
    conn: Connection, task: str, arguments: Mapping[str, Any], *, once: str | None = None, queue: str = SHORT
) -> int | None:
    """Have a job run when this transaction is committed, and not at all when it is not; return the job's id.

    Args:
        conn: the transaction.
        task: name of a registered task.
        arguments: its arguments, as JSON.
        once: while a job with this key waits, no second one is made, and the answer is ``None``.
        queue: :data:`LONG` when it may take minutes; each queue has places of its own to run in.
    """
    with own_tables(conn):
        if once is not None and waits(conn, once):
            return None
        made = scalar(
            conn,
            """SELECT (procrastinate_defer_jobs_v1(ARRAY[
                   CAST(ROW(:queue, :task, 0, NULL, :once, CAST(:arguments AS jsonb), NULL)
                        AS procrastinate_job_to_defer_v1)]))[1]""",
            queue=queue,
            task=task,
            once=once,
            arguments=orjson.dumps(dict(arguments)).decode(),
        )
    return int(made)


def waits(conn: Connection, key: str) -> bool:
    """Whether a job with this key waits, among :func:`own_tables`; until this transaction ends nobody else makes one."""
    run(conn, "SELECT pg_advisory_xact_lock(hashtext(:key))", key=f"jobs.defer:{key}")
    found = scalar(conn, "SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = :key AND status = 'todo'", key=key)
    return found is not None


@contextmanager
def own_tables(conn: Connection) -> Iterator[None]:
    """Procrastinate's functions and triggers name its tables without their schema."""
    run(conn, f"SET LOCAL search_path TO {SCHEMA}")
    try:
        yield
    finally:
        run(conn, "SET LOCAL search_path TO DEFAULT")


def job_states(conn: Connection) -> list[dict[str, Any]]:
    """How each kind of job stands, by name: waiting, running, failed (for good), and state and moment of the last run."""
    found = rows(
        conn,
        f"""
        SELECT task_name AS name, count(*) FILTER (WHERE status = 'todo') AS waiting,
               count(*) FILTER (WHERE status = 'doing') AS running, count(*) FILTER (WHERE status = 'failed') AS failed,
               (array_agg(CAST(status AS text) ORDER BY last.at DESC) FILTER (WHERE last.at IS NOT NULL))[1] AS last_state,
               max(last.at) AS last_at
        FROM {SCHEMA}.procrastinate_jobs AS job
        LEFT JOIN LATERAL (
            SELECT max(event.at) AS at FROM {SCHEMA}.procrastinate_events AS event
            WHERE event.job_id = job.id AND event.type IN ('started', 'succeeded', 'failed')
        ) AS last ON true
        GROUP BY task_name ORDER BY task_name
        """,
    )
    return [row._asdict() for row in found]
