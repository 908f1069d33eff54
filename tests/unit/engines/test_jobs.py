"""Jobs of workers that died are done again, those of the night are begun once a night, and what is over is forgotten."""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from zoneinfo import ZoneInfo

import pytest
from alembic import op
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from siyu.engines.jobs import begin_nights, defer, forget_over, job_states, revive, suspects
from siyu.engines.jobs.keeping import night_of
from siyu.engines.jobs.queue import own_tables
from siyu.engines.postgres import Database, rows, run, scalar

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)  # in Shanghai
THREE = time(3, 7)
DAY = timedelta(days=1)


def begun(database: Database, now: datetime, zone: ZoneInfo = SHANGHAI, **times: time) -> list[str]:
    with database.transaction() as conn:
        return begin_nights(conn, times or {"verify": THREE}, now, zone)


class TestNights:
    @pytest.mark.parametrize(
        ("now", "zone", "night"),
        [
            (datetime(2026, 3, 1, 19, 7, tzinfo=UTC), SHANGHAI, date(2026, 3, 2)),
            (datetime(2026, 3, 1, 19, 6, 59, tzinfo=UTC), SHANGHAI, date(2026, 3, 1)),
            (datetime(2026, 3, 1, 8, 7, tzinfo=UTC), NEW_YORK, date(2026, 3, 1)),
            (datetime(2026, 3, 8, 7, 6, tzinfo=UTC), NEW_YORK, date(2026, 3, 7)),  # 3:06 of summer time
            (datetime(2026, 3, 8, 7, 7, tzinfo=UTC), NEW_YORK, date(2026, 3, 8)),  # which has just begun
        ],
    )
    def test_it_is_the_brands(self, now: datetime, zone: ZoneInfo, night: date) -> None:
        assert night_of(THREE, now, zone) == night

    def test_each_begins_at_its_time_and_once(self, database: Database) -> None:
        times = {"early": time(2, 47), "late": time(4, 57)}
        assert begun(database, NOON, **times) == []  # a new Siyu waits for its first night
        midnight = NOON + timedelta(hours=12)
        looks = [begun(database, midnight + timedelta(minutes=5 * n), **times) for n in range(96)]
        assert [found for found in looks if found] == [["early"], ["late"]]
        assert looks[34] == ["early"]  # 2:50
        assert looks[60] == ["late"]  # 5:00

    def test_who_was_not_there_in_the_night_begins_it_when_they_come(self, database: Database) -> None:
        begun(database, NOON)
        assert begun(database, NOON + 4 * DAY) == ["verify"]  # once, not four times
        assert begun(database, NOON + 4 * DAY) == []
        assert begun(database, NOON) == []  # a clock that went back

    def test_one_that_came_with_a_newer_version_waits_for_its_night(self, database: Database) -> None:
        begun(database, NOON)
        assert begun(database, NOON + DAY, verify=THREE, new=THREE) == ["verify"]
        assert begun(database, NOON + 2 * DAY, verify=THREE, new=THREE) == ["verify", "new"]

    def test_what_cron_had_made_is_done_without_its_moment(
        self, conn: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An upgrade finds nightly jobs that wait, and some of workers that were killed long ago."""
        waits = defer(conn, "insight.refit", {"timestamp": 1772334420}, once="insight.refit")
        abandoned = defer(conn, "ledger.verify", {"timestamp": 1772248020})
        became(conn, "doing", [abandoned])
        other = defer(conn, "ledger.keep", {"timestamp": 1772334420})
        run(conn, "DROP TABLE jobs.night")
        monkeypatch.setattr(op, "execute", lambda sql: run(conn, sql))
        import_module("siyu.engines.jobs.migrations.0002_nights").upgrade()
        found = rows(conn, "SELECT id, args FROM jobs.procrastinate_jobs")
        assert {row.id: row.args for row in found} == {waits: {}, abandoned: {}, other: {"timestamp": 1772334420}}

    def test_many_at_once(self, database: Database) -> None:
        begun(database, NOON)
        with ThreadPoolExecutor(6) as pool:
            found = list(pool.map(lambda _: begun(database, NOON + DAY), range(12)))
        assert sorted(found) == [[]] * 11 + [["verify"]]

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
    @given(
        st.lists(st.integers(0, 10 * 24 * 60), min_size=1, max_size=30),
        st.times(),
        st.sampled_from([SHANGHAI, NEW_YORK, ZoneInfo("Asia/Kathmandu"), ZoneInfo("UTC")]),
    )
    def test_whenever_somebody_looks(self, database: Database, looks: list[int], at: time, zone: ZoneInfo) -> None:
        """Every night in which somebody looked is begun once, but for the one in which Siyu was new."""
        moments = [NOON + timedelta(minutes=minute) for minute in sorted(looks)]
        with database.transaction() as conn:
            run(conn, "DELETE FROM jobs.night")
            found = [night_of(at, now, zone) for now in moments if begin_nights(conn, {"verify": at}, now, zone)]
        nights = sorted({night_of(at, now, zone) for now in moments})
        assert found == nights[1:]


def became(conn: Connection, state: str, ids: Iterable[int | None], worker: int | None = None) -> None:
    """What Procrastinate has done with them meanwhile."""
    change = "UPDATE procrastinate_jobs SET status = CAST(:state AS procrastinate_job_status), worker_id = :worker WHERE id = ANY(:ids)"
    with own_tables(conn):
        run(conn, change, state=state, worker=worker, ids=list(ids))


def job(conn: Connection, name: str, *, worker: int | None = None, lock: str | None = None) -> int:
    """One that is being done by that worker; ``None`` for one that is not there any more."""
    made = defer(conn, name, {}, once=lock)
    assert made is not None
    became(conn, "doing", [made], worker)
    return made


def worker(conn: Connection, silent: timedelta) -> int:
    heard = "INSERT INTO jobs.procrastinate_workers (last_heartbeat) VALUES (now() - CAST(:silent AS interval)) RETURNING id"
    return int(scalar(conn, heard, silent=silent))


def state(conn: Connection, job_id: int) -> tuple[str, int]:
    query = "SELECT CAST(status AS text) AS status, attempts FROM jobs.procrastinate_jobs WHERE id = :id"
    (row,) = rows(conn, query, id=job_id)
    return row.status, row.attempts


class TestRevive:
    def test_only_of_the_dead_and_only_when_they_were_dead_before(self, database: Database) -> None:
        with database.transaction() as conn:
            lives = job(conn, "lives", worker=worker(conn, timedelta(seconds=11)))
            silent = job(conn, "silent", worker=worker(conn, timedelta(seconds=61)))
            gone = job(conn, "gone")
            waiting = defer(conn, "waiting", {})
        with database.transaction() as conn:
            assert suspects(conn) == {silent, gone}
            assert revive(conn, []) == []
            found = revive(conn, [lives, gone, waiting or 0, 10**9])
            assert [(one.id, one.name, one.became) for one in found] == [(gone, "gone", "waits")]
            assert (state(conn, lives), state(conn, silent), state(conn, gone)) == (
                ("doing", 0),
                ("doing", 0),
                ("todo", 1),
            )
        with database.transaction() as conn:
            assert [one.id for one in revive(conn, [silent, gone])] == [silent]
            assert suspects(conn) == frozenset()

    def test_one_that_waits_already_takes_its_place(self, database: Database) -> None:
        with database.transaction() as conn:
            first = job(conn, "nightly", lock="nightly")
            second = job(conn, "nightly", lock="nightly")  # both of workers that died
            found = revive(conn, [first, second])
            assert [(one.id, one.became) for one in found] == [(second, "waits"), (first, "replaced")]
            assert (state(conn, first)[0], state(conn, second)[0]) == ("aborted", "todo")
            assert defer(conn, "nightly", {}, once="nightly") is None

    def test_one_that_kills_its_workers_fails_in_the_end(self, database: Database) -> None:
        with database.transaction() as conn:
            deadly = job(conn, "deadly")
        for attempt in range(1, 5):
            with database.transaction() as conn:
                assert [one.became for one in revive(conn, [deadly])] == ["waits"]
                assert state(conn, deadly) == ("todo", attempt)
                became(conn, "doing", [deadly])  # and again the worker dies
        with database.transaction() as conn:
            assert [one.became for one in revive(conn, [deadly])] == ["failed"]
            assert state(conn, deadly) == ("failed", 5)

    def test_many_at_once_take_each_once(self, database: Database) -> None:
        with database.transaction() as conn:
            dead = [job(conn, "dead") for _ in range(40)]

        def take(_: int) -> list[int]:
            with database.transaction() as conn:
                return [one.id for one in revive(conn, dead)]

        with ThreadPoolExecutor(4) as pool:
            taken = Counter(one for found in pool.map(take, range(8)) for one in found)
        assert taken == dict.fromkeys(dead, 1)


class TestForgetOver:
    def test_the_newest_of_each_kind_stay_and_all_that_is_not_over(self, database: Database) -> None:
        with database.transaction() as conn:
            often = [defer(conn, "often", {}) for _ in range(130)]
            seldom = defer(conn, "seldom", {})
            became(conn, "succeeded", [*often, seldom])
            old = [defer(conn, "often", {}) for _ in range(2)]
            became(conn, "doing", old)
            became(conn, "failed", old)
            waiting = [defer(conn, "often", {}) for _ in range(120)]
            now = datetime.now(UTC)
            assert forget_over(conn, now) == 30
            kept = {row.id for row in rows(conn, "SELECT id FROM jobs.procrastinate_jobs")}
            assert kept == {*often[30:], seldom, *old, *waiting}
            assert forget_over(conn, now + timedelta(days=29)) == 0
            assert forget_over(conn, now + timedelta(days=31)) == 2  # those that failed
            assert scalar(conn, "SELECT count(*) FROM jobs.procrastinate_events WHERE job_id = ANY(:ids)", ids=old) == 0
            (state,) = [one for one in job_states(conn) if one["name"] == "often"]
            assert (state["waiting"], state["failed"]) == (120, 0)
