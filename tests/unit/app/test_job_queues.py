"""What takes seconds does not wait for what takes minutes."""

import asyncio
import threading

from siyu.app import jobs
from siyu.engines.jobs import LONG, SHORT, defer, job_app
from siyu.engines.postgres import Database, rows

_WITHIN = 20.0  # seconds
_PLACES = 2


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
