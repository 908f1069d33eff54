"""What takes seconds does not wait for what takes minutes."""

import asyncio
import threading
import time

from siyu.app import jobs
from siyu.engines.jobs import LONG, SHORT, defer, job_app
from siyu.engines.postgres import Database, rows

_WITHIN = 20.0  # seconds
_PLACES = 2
_LOOKS_ANYWAY = 5.0  # seconds


def test_short_jobs_do_not_wait_for_long_ones(database: Database) -> None:
    app = job_app(database)
    go_on, done = threading.Event(), threading.Event()
    begun: asyncio.Queue[int] = asyncio.Queue()

    @app.task(name="endless")
    async def endless(number: int) -> None:
        begun.put_nowait(number)
        await asyncio.to_thread(go_on.wait, _WITHIN)

    @app.task(name="quick")
    async def quick() -> None:
        done.set()

    with database.transaction() as conn:
        for number in range(_PLACES + 1):
            defer(conn, "endless", {"number": number}, queue=LONG)
        defer(conn, "quick", {}, queue=SHORT)

    async def work() -> None:
        ending = threading.Event()

        async def until() -> None:
            assert await asyncio.to_thread(done.wait, _WITHIN)
            first = [await begun.get() for _ in range(_PLACES)]
            go_on.set()
            assert sorted([*first, await begun.get()]) == [0, 1, 2]

        async with app.open_async():
            await asyncio.wait_for(jobs.run(app, _PLACES, until(), ending), 3 * _WITHIN)
        assert ending.is_set()

    asyncio.run(work())
    with database.transaction() as conn:
        found = rows(
            conn, "SELECT queue_name, status::text, count(*) FROM jobs.procrastinate_jobs GROUP BY 1, 2 ORDER BY 1"
        )
    assert [tuple(one) for one in found] == [(SHORT, "succeeded", 1), (LONG, "succeeded", _PLACES + 1)]


def test_a_worker_that_waits_hears_of_a_job(database: Database) -> None:
    """One after the other, all in less time than it takes to look once without being called."""
    app, done, took = job_app(database), threading.Semaphore(0), list[float]()

    @app.task(name="quick")
    async def quick() -> None:
        done.release()

    def ask() -> None:
        with database.transaction() as conn:
            defer(conn, "quick", {})
        assert done.acquire(timeout=_WITHIN)

    async def until() -> None:
        for _ in range(5):  # the first while it begins, before the others it waits
            began = time.monotonic()
            await asyncio.to_thread(ask)
            took.append(time.monotonic() - began)

    async def work() -> None:
        async with app.open_async():
            await asyncio.wait_for(jobs.run(app, _PLACES, until(), threading.Event()), 3 * _WITHIN)

    asyncio.run(work())
    assert len(took) == 5
    assert sum(took) < _LOOKS_ANYWAY, took
