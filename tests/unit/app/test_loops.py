"""A loop goes on after whatever happens to its work."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from itertools import count, pairwise

import pytest
from structlog.testing import capture_logs

from siyu.app import loops
from siyu.app.loops import Loop
from siyu.engines.postgres import Database, run


def logged(database: Database, work: Callable[[], int], done: threading.Event) -> list[tuple[str, str]]:
    """What a loop logs until ``done``: level and event."""
    with capture_logs() as lines:
        loop = Loop("pipeline", database, "", work)
        loop.start()
        try:
            assert done.wait(30)
        finally:
            loop.stop()
    return [(line["log_level"], line["event"]) for line in lines]


class TestLoop:
    def test_an_error_is_logged_and_the_work_tried_again(self, database: Database) -> None:
        done, calls = threading.Event(), []

        def work() -> int:
            calls.append(1)
            if len(calls) == 1:
                raise ValueError("once")
            done.set()
            return 0

        assert logged(database, work, done) == [("error", "loop.failed")]

    def test_what_may_not_work_stands_still_and_says_so_once(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(loops, "_STANDS_STILL", 0.01)
        asked, worked, done = count(), list[int](), threading.Event()

        def work() -> int:
            worked.append(next(asked))
            done.set()
            return 0

        with capture_logs() as lines:
            loop = Loop("pipeline", database, "", work, may=lambda: next(asked) >= 5)
            loop.start()
            assert done.wait(30)
            loop.stop()
        assert worked[0] > 5
        assert [(line["log_level"], line["event"]) for line in lines] == [
            ("error", "loop.stands_still"),
            ("warning", "loop.goes_on"),
        ]

    def test_batches_that_met_are_a_line_and_no_alarm(self, database: Database) -> None:
        with database.transaction() as conn:
            run(conn, "CREATE TABLE met (name text PRIMARY KEY)")
        done, first_written, calls = threading.Event(), threading.Barrier(2), []

        def write(names: tuple[str, str], *, meet: bool) -> int:
            with database.transaction() as conn:
                # PostgreSQL undoes the one that looks for a deadlock first.
                run(conn, f"SET LOCAL deadlock_timeout TO '{'2s' if meet and names[0] == 'a' else '20s'}'")
                for place, name in enumerate(names):
                    run(conn, "INSERT INTO met VALUES (:name) ON CONFLICT DO NOTHING", name=name)
                    if meet and place == 0:
                        first_written.wait(10)
            return 0

        def work() -> int:
            calls.append(1)
            write(("a", "b"), meet=len(calls) == 1)
            done.set()
            return 0

        other = threading.Thread(target=write, args=(("b", "a"),), kwargs={"meet": True})
        other.start()
        assert logged(database, work, done) == [("warning", "loop.collided")]
        other.join()

    def test_small_pieces_are_spaced_and_the_first_is_not(self, database: Database) -> None:
        done, began = threading.Event(), list[float]()

        def work() -> int:
            began.append(time.monotonic())
            if len(began) == 4:
                done.set()
            return 1

        loop = Loop("pipeline", database, "", work, spacing=0.2)
        asked = time.monotonic()
        loop.start()
        try:
            assert done.wait(30)
        finally:
            loop.stop()
        assert began[0] - asked < began[3] - began[0]
        assert all(after - before >= 0.2 for before, after in pairwise(began))

    def test_who_looks_anyway_does_so_in_turn(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(loops, "_LOOK_ANYWAY", 0.2)
        monkeypatch.setattr(loops, "_PATIENCE", 10.0)
        looks: dict[str, list[tuple[float, float]]] = {"siyu_one": [], "siyu_other": []}

        def look(channel: str) -> int:
            began = time.monotonic()
            time.sleep(0.05)
            looks[channel].append((began, time.monotonic()))
            return 0

        with ExitStack() as ending:
            for channel in looks:
                loop = Loop(channel, database, channel, partial(look, channel))
                loop.start()
                ending.callback(loop.stop)
            until = time.monotonic() + 30
            while min(map(len, looks.values())) < 7 and time.monotonic() < until:
                time.sleep(0.05)
        anyway = sorted(look for mine in looks.values() for look in mine[2:])  # they begin, and are called once
        assert len(anyway) >= 10
        assert all(end <= begin for (_, end), (begin, _) in pairwise(anyway))

    def test_nobody_waits_long_for_their_turn(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(loops, "_LOOK_ANYWAY", 0.2)
        holding, looked, go_on, looks = threading.Event(), threading.Event(), threading.Event(), count()

        def long() -> int:
            if next(looks) == 3:
                holding.set()
                go_on.wait(30)
            return 0

        def short() -> int:
            if holding.is_set():
                looked.set()
            return 0

        with ExitStack() as ending:
            for name, work in (("siyu_long", long), ("siyu_short", short)):
                loop = Loop(name, database, name, work)
                loop.start()
                ending.callback(loop.stop)
            ending.callback(go_on.set)
            assert holding.wait(10)
            assert looked.wait(10)
