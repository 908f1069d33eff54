"""What takes seconds does not wait for what takes minutes; what a worker that died was doing is done; nights are the brand's."""

import asyncio
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from multiprocessing import synchronize

import pytest
from structlog.testing import capture_logs
from tests import forking

from siyu.app import jobs
from siyu.app.context import Context
from siyu.app.loops import Loop
from siyu.engines.jobs import LONG, SHORT, defer, job_app
from siyu.engines.jobs.queue import own_tables
from siyu.engines.postgres import Database, rows, run, scalar
from siyu.kernel.clock import ManualClock

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


def _not_given_up(*_: object) -> None:
    pytest.fail("nothing is given up here")


def _work_until_killed(url: str, begun: synchronize.Event) -> None:
    app = job_app(Database(url))

    @app.task(name="mortal")
    async def mortal() -> None:
        begun.set()
        await asyncio.sleep(600)

    async def work() -> None:
        async with app.open_async():
            await jobs.run(app, 1, asyncio.sleep(600), threading.Event())

    asyncio.run(work())


def test_what_a_killed_worker_was_doing_is_done_by_another(database: Database) -> None:
    app, done, silent = job_app(database), threading.Event(), timedelta(seconds=1)

    @app.task(name="mortal")
    async def mortal() -> None:
        done.set()

    with database.transaction() as conn:
        defer(conn, "mortal", {})
    begun = forking.context().Event()
    killed = forking.context().Process(target=_work_until_killed, args=(database.url, begun))
    killed.start()
    try:
        assert begun.wait(60)
    finally:
        killed.kill()
        killed.join()
    reviving = Loop("jobs", database, "", jobs.Reviving(database, _not_given_up, silent).run_once)

    async def until() -> None:
        assert await asyncio.to_thread(done.wait, _WITHIN)

    async def work() -> None:
        async with app.open_async():
            await asyncio.wait_for(jobs.run(app, _PLACES, until(), threading.Event()), 3 * _WITHIN)

    with capture_logs() as lines:
        reviving.start()
        try:
            asyncio.run(work())
        finally:
            reviving.stop()
    told = [line for line in lines if line["event"] == "job.abandoned"]
    assert [(line["log_level"], line["job"], line["became"]) for line in told] == [("warning", "mortal", "waits")]
    with database.transaction() as conn:
        found = rows(conn, "SELECT CAST(status AS text) AS status, attempts FROM jobs.procrastinate_jobs")
    assert [tuple(one) for one in found] == [("succeeded", 2)]


def test_a_machine_that_slept_has_nothing_done_twice(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """All were silent for the whole night; half a minute later they have been heard."""
    awake = [0.0]
    monkeypatch.setattr(jobs, "monotonic", lambda: awake[0])
    reviving = jobs.Reviving(database, _not_given_up)
    with database.transaction() as conn:
        defer(conn, "goes on", {})
        slept = "INSERT INTO jobs.procrastinate_workers (last_heartbeat) VALUES (now() - interval '8 h') RETURNING id"
        worker = scalar(conn, slept)
        with own_tables(conn):
            run(conn, "UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker", worker=worker)
    assert reviving.run_once() == 0
    with database.transaction() as conn:
        run(conn, "UPDATE jobs.procrastinate_workers SET last_heartbeat = now()")
    awake[0] = 31.0
    assert reviving.run_once() == 0
    with database.transaction() as conn:
        run(conn, "DELETE FROM jobs.procrastinate_workers")  # now it really goes
    assert reviving.run_once() == 0
    awake[0] = 60.0
    assert reviving.run_once() == 0
    awake[0] = 61.0
    assert reviving.run_once() == 1


class TestNights:
    @pytest.fixture
    def look(self, web_context: Context) -> Callable[[], list[tuple[str, str]]]:
        """What the night begins now: jobs and their queues. They are done at once."""
        app = job_app(web_context.database)
        jobs.register(app, web_context)

        def look() -> list[tuple[str, str]]:
            asyncio.run(app.tasks["jobs.nightly"].func(timestamp=0))
            with web_context.database.transaction() as conn:
                found = rows(
                    conn, "SELECT task_name, queue_name FROM jobs.procrastinate_jobs WHERE status = 'todo' ORDER BY id"
                )
                with own_tables(conn):
                    run(conn, "UPDATE procrastinate_jobs SET status = 'doing'")
            return [tuple(one) for one in found]

        return look

    def test_they_are_the_brands(self, look: Callable[[], list[tuple[str, str]]], clock: ManualClock) -> None:
        assert (clock.now().hour, look()) == (8, [])  # four in the afternoon in Shanghai
        clock.advance(timedelta(hours=10, minutes=46))
        assert look() == []
        clock.advance(timedelta(minutes=1))
        assert look() == [("channels.reconcile_all", SHORT)]
        clock.advance(timedelta(hours=4))
        assert look() == [
            ("ledger.verify", LONG),
            ("timeline.squash", LONG),
            ("channels.forget", LONG),
            ("insight.refit", LONG),
            ("channels.recognise", LONG),
            ("segments.evaluate_all", LONG),
        ]
        assert look() == []

    def test_what_was_missed_is_made_up_for_once(
        self, look: Callable[[], list[tuple[str, str]]], clock: ManualClock
    ) -> None:
        look()
        clock.advance(timedelta(days=5))
        assert len(look()) == 7
        assert look() == []
