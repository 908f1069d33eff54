"""How many steps a second people take through a journey, with every rule of the gate on.

A journey of five steps: a touch, a day's wait, a branch by value, another touch, the end; with a control group of a tenth.
Everybody of the gate's own city (see ``benchmarks.gate``) enters it, the clock is moved, and some processes take them
through. Then nine times as many enrolments are put beside them, waiting for days to come, and others go the same way:
``slowdown_at_10x`` is the time of a step then, as a multiple of that before. ``decisions_per_s`` is that of the gate alone, of others.

    python -m benchmarks.journeys [--quick]
"""

import gc
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

import psycopg

from benchmarks.gate import BATCH, NOW, WORKERS, City, fill, make_city, processor_time, proposals, rate
from benchmarks.harness import quick_flag, report
from siyu.app.migrations import postgres_folders
from siyu.app.worker import COLLECTING
from siyu.engines.clickhouse.client import Client
from siyu.engines.embedded_postgres import EmbeddedPostgres
from siyu.engines.postgres import Database, run, scalar
from siyu.engines.postgres.migrate import migrate
from siyu.engines.vault import service as vault
from siyu.engines.vault.keyring import Keyring
from siyu.journeys import service as journeys
from siyu.journeys.types import Definition, Newcomer

ZONE: Final = ZoneInfo("Asia/Shanghai")
DAY: Final = timedelta(days=1)
ACTOR: Final = "system:benchmark"
CHUNK: Final = 10_000
# No step of this journey asks what somebody did, so nobody calls ClickHouse.
NO_CLICKHOUSE: Final = cast("Client", None)


def definition(city: City) -> Definition:
    """Five steps, two of them touches by two ways each."""
    wishes = [{"account": city.corp, "way": "group_send"}, {"account": city.official, "way": "template"}]
    return journeys.from_json(
        {
            "name": "Five steps",
            "purpose": "marketing",
            "trigger": {"kind": "manual"},
            "start": "hello",
            "steps": {
                "hello": {
                    "kind": "send",
                    "text": "春茶到店，欢迎品鉴。",
                    "details": {"template_id": "t1", "data.thing1": "春茶"},
                    "wishes": wishes,
                    "valid_for": "3d",
                    "next": "sleep",
                },
                "sleep": {"kind": "wait", "duration": "1d", "next": "which"},
                "which": {
                    "kind": "branch",
                    "cases": [{"when": {"by": "value", "from_fen": 100_000}, "next": "end"}],
                    "otherwise": "again",
                },
                "again": {
                    "kind": "send",
                    "text": "{{trait.city|本地}}的朋友，新茶本周八折。",
                    "details": {"template_id": "t1", "data.thing1": "春茶"},
                    "wishes": wishes,
                    "kinds": ["coupon"],
                    "value_fen": 500,
                    "valid_for": "3d",
                    "next": "end",
                },
                "end": {"kind": "exit"},
            },
        }
    )


def make_room(database: Database) -> None:
    """The city's own programmes are called after the first journeys."""
    with database.transaction() as conn:
        run(conn, "ALTER TABLE journeys.journey ALTER COLUMN id RESTART WITH 1001")


def begin(database: Database, city: City, key: str) -> int:
    """A journey that runs."""
    with database.transaction() as conn:
        made = journeys.create(conn, key, definition(city), ACTOR, NOW)
        journeys.publish(conn, made.id, ACTOR, NOW, ZONE)
        return journeys.start(conn, made.id, ACTOR, NOW, ZONE).id


def enter(database: Database, journey_id: int, ids: Sequence[int]) -> float:
    """People who entered a second."""
    began = time.perf_counter()
    for start in range(0, len(ids), CHUNK):
        with database.transaction() as conn:
            chunk = [Newcomer(journey_id, one, f"benchmark:{one}", NOW) for one in ids[start : start + CHUNK]]
            journeys.enrol(conn, NO_CLICKHOUSE, chunk, NOW)
    return len(ids) / (time.perf_counter() - began)


def _walk(url: str, moments: Sequence[datetime], pipe: Any) -> None:
    vault.configure(Keyring([b"k" * 32]))
    database = Database(url)
    with database.transaction() as conn:
        scalar(conn, "SELECT 1")
    for moment in moments:
        pipe.send(0)
        pipe.recv()
        steps, began = 0, time.process_time()
        while True:
            with database.transaction() as conn:
                done = journeys.step_once(conn, NO_CLICKHOUSE, moment, ZONE)
            if not done.enrolments:
                break
            steps += done.steps
        pipe.send((steps, time.process_time() - began))
    database.close()


@dataclass(frozen=True, slots=True)
class Walked:
    """Steps, how long they took, and the processor time of a step, which is what a machine that is shared does not change."""

    steps: int
    seconds: float
    python_us: float
    postgres_us: float


def walk(server: EmbeddedPostgres, city: City, workers: int = WORKERS) -> Walked:
    """Take everybody through. The clock is moved a day when nobody is due any more."""
    context = multiprocessing.get_context("fork")
    moments = [NOW, NOW + DAY + timedelta(minutes=1)]
    pipes, processes = [], []
    for _ in range(workers):
        own, other = context.Pipe()
        processes.append(context.Process(target=_walk, args=(city.url, moments, other)))
        processes[-1].start()
        pipes.append(own)
    steps, seconds, python, before = 0, 0.0, 0.0, processor_time(server)
    for _ in moments:
        for pipe in pipes:
            pipe.recv()
        began = time.perf_counter()
        for pipe in pipes:
            pipe.send("go")
        for pipe in pipes:
            passed, spent = pipe.recv()
            steps, python = steps + passed, python + spent
        seconds += time.perf_counter() - began
    for process in processes:
        process.join()
    return Walked(steps, seconds, python / steps * 1e6, (processor_time(server) - before) / steps * 1e6)


def pad(database: Database, journey_id: int, beside: int) -> None:
    """So many more who wait for days to come."""
    statement = """INSERT INTO journeys.enrolment (journey_id, customer_id, due_at, since, entered_at, version_id, passed, begun,
                                               treated, step, key, origin)
               SELECT :journey_id, 10000000 + n, CAST(:now AS timestamptz) + interval '30 days' + n % 864000 * interval '1 s',
                      :now, :now, (SELECT min(id) FROM journeys.version WHERE journey_id = :journey_id), 1, true, true,
                      'sleep', '', 'benchmark'
               FROM generate_series(CAST(:first AS bigint), :last) AS n"""
    halves = [(1, beside // 2), (beside // 2 + 1, beside)]
    parameters = [{"journey_id": journey_id, "now": NOW, "first": first, "last": last} for first, last in halves]
    fill(database, [(statement, each) for each in parameters])


def main() -> None:
    """Make the city, and take it through twice."""
    quick = quick_flag(__doc__ or "")
    people, again, others = (100_000, 20_000, 20_000) if quick else (1_000_000, 200_000, 100_000)
    gc.set_threshold(*COLLECTING)  # as the worker has it, also in the processes that are made of this one
    vault.configure(Keyring([b"k" * 32]))
    folder = Path(tempfile.mkdtemp(prefix="siyu-bench-"))
    server = EmbeddedPostgres(folder / "pg")
    try:
        server.start()
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute(b"CREATE DATABASE city")
        database = Database(server.url("city"))
        migrate(database, postgres_folders())
        city = make_city(database, people + again + others)
        make_room(database)
        asked = range(people + again + 1, people + again + others + 1)
        chunks = range(asked.start, asked.stop, BATCH)
        alone = rate(server, city, [proposals(city, n, range(start, start + BATCH)) for n, start in enumerate(chunks)])
        first = begin(database, city, "first")
        entered = enter(database, first, range(1, people + 1))
        before = walk(server, city)
        with ThreadPoolExecutor(1) as beside:
            padded = beside.submit(pad, database, first, 10 * people)
            enter(database, begin(database, city, "second"), range(people + 1, people + again + 1))
            padded.result()
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            run(conn, "VACUUM ANALYZE journeys.enrolment")
        after = walk(server, city)
        with database.transaction() as conn:
            rows_ = int(scalar(conn, "SELECT count(*) FROM journeys.enrolment"))
        report(
            "journeys",
            quick=quick,
            figures={
                "steps_per_s": before.steps / before.seconds,
                "slowdown_at_10x": (after.seconds / after.steps) / (before.seconds / before.steps),
                "decisions_per_s": alone.rate,
                "entered_per_s": entered,
            },
            notes={
                "people": people,
                "steps": before.steps,
                "seconds": round(before.seconds, 1),
                "enrolments_beside": rows_,
                "processor time of a step": f"{before.python_us:.0f} µs Python + {before.postgres_us:.0f} µs PostgreSQL",
                "the same beside them": f"{after.python_us:.0f} µs Python + {after.postgres_us:.0f} µs PostgreSQL",
            },
        )
        database.close()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
