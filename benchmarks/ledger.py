"""How many postings the ledger takes: one by one from eight connections on one hot issuer account, and by the batch.

One by one: two processes with four threads each, as a web server has them, post earnings of 100,000 customers, each in a
transaction of its own through the service, all of them out of one issuer account. Beside it pgbench does the bare minimum
in the same form, on the same server, in the same run: two inserts, two updates of balances, one of them of the hot
account, prepared, from eight connections. What the ledger does besides: keys and their input, lots, debts, balances after
each posting, a queue for the sealer.

By the batch: two processes post earnings in batches of thousands. The last figure says how fast the sealer follows.

    python -m benchmarks.ledger [--quick]
"""

import gc
import multiprocessing
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from operator import truediv
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.harness import quick_flag, report
from siyu.app.migrations import postgres_folders
from siyu.app.worker import COLLECTING
from siyu.engines.embedded_postgres import EmbeddedPostgres, binaries
from siyu.engines.postgres import Database, run
from siyu.engines.postgres.migrate import migrate
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Posting, Request, customer, issuer

NOW = datetime(2026, 3, 3, 4, tzinfo=UTC)
UNTIL = NOW + timedelta(365)
PROCESSES, THREADS, BATCH = 2, 4, 5000  # pgbench has as many threads as there are processes here
_BARE = (
    "CREATE SCHEMA bare",
    "CREATE TABLE bare.account (id bigint PRIMARY KEY, balance bigint NOT NULL) WITH (fillfactor = 75)",
    """CREATE TABLE bare.posting (
           id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id bigint NOT NULL, amount bigint NOT NULL)""",
)
_SCRIPT = """\\set customer random(1, {people})
\\set hot {hot}
BEGIN;
INSERT INTO bare.posting (account_id, amount) VALUES (:customer, 10);
INSERT INTO bare.posting (account_id, amount) VALUES (:hot, -10);
UPDATE bare.account SET balance = balance + 10 WHERE id = :customer;
UPDATE bare.account SET balance = balance - 10 WHERE id = :hot;
COMMIT;
"""


def earning(key: str, customer_id: int) -> Request:
    """Ten points for an order."""
    lines = (Posting(customer(customer_id, "points"), 10, None, UNTIL), Posting(issuer("points"), -10))
    return Request(key, lines, "order", source=f"order:taobao:shop:{key}")


def prepare(database: Database, people: int) -> None:
    """Customers, whose accounts are there; and the tables of the bare minimum."""
    with database.transaction() as conn:
        run(
            conn,
            "INSERT INTO identity.customer (id, created_at) SELECT id, :now FROM generate_series(1, :people) AS id",
            people=people,
            now=NOW,
        )
        for statement in _BARE:
            run(conn, statement)
        run(conn, "INSERT INTO bare.account SELECT id, 0 FROM generate_series(0, :people) AS id", people=people)
    for start in range(1, people + 1, BATCH):
        with database.transaction() as conn:
            loyalty.post(conn, [earning(f"first:{one}", one) for one in range(start, start + BATCH)], NOW)
    settle(database)


def settle(database: Database) -> None:
    """As it would be after a quiet night."""
    while seal(database):
        pass
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        run(conn, "VACUUM ANALYZE")
        run(conn, "CHECKPOINT")


def seal(database: Database) -> int:
    """Seal a block."""
    with database.transaction() as conn:
        return loyalty.seal(conn, NOW)


def _singles(url: str, worker: int, people: int, pipe: Connection) -> None:
    gc.set_threshold(*COLLECTING)
    database = Database(url, pool_size=THREADS)
    run_id = os.getpid()  # a key that was there would be answered, not posted

    def once(thread: int, number: int) -> None:
        customer_id = (number * 7919 + (worker * THREADS + thread) * 104729) % people + 1
        with database.transaction() as conn:
            loyalty.post_one(conn, earning(f"{run_id}:{thread}:{number}", customer_id), NOW)

    def many(thread: int) -> int:
        for number in range(20):  # statements are prepared after some calls
            once(thread, -1 - number)
        ready.wait()
        go.wait()
        done, until = 0, time.perf_counter() + seconds[0]
        while time.perf_counter() < until:
            once(thread, done)
            done += 1
        return done

    ready, go, seconds = threading.Barrier(THREADS + 1), threading.Event(), [0.0]
    with ThreadPoolExecutor(THREADS) as pool:
        counts = [pool.submit(many, thread) for thread in range(THREADS)]
        ready.wait()
        pipe.send("ready")
        seconds[0] = pipe.recv()
        go.set()
        pipe.send(sum(count.result() for count in counts))
    database.close()


def _batches(url: str, worker: int, people: int, pipe: Connection) -> None:
    gc.set_threshold(*COLLECTING)
    database = Database(url, pool_size=1)
    made = 0

    def once(number: int) -> None:
        batch = [
            earning(f"b{os.getpid()}:{number}:{place}", (number * BATCH + place * PROCESSES + worker) % people + 1)
            for place in range(BATCH)
        ]
        with database.transaction() as conn:
            loyalty.post(conn, batch, NOW)

    once(-1)
    pipe.send("ready")
    seconds: float = pipe.recv()
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        once(made)
        made += 1
    pipe.send(made * BATCH)
    database.close()


def side_by_side(work: Callable[..., None], count: int, url: str, people: int, seconds: float) -> float:
    """How much some processes do in a second together."""
    context = multiprocessing.get_context("fork")
    pipes, processes = [], []
    for worker in range(count):
        own, other = context.Pipe()
        processes.append(context.Process(target=work, args=(url, worker, people, other)))
        processes[-1].start()
        pipes.append(own)
    for pipe in pipes:
        pipe.recv()
    began = time.perf_counter()
    for pipe in pipes:
        pipe.send(seconds)
    done = sum(pipe.recv() for pipe in pipes)
    took = time.perf_counter() - began
    for process in processes:
        process.join()
    return float(done / took)


def bare(server: EmbeddedPostgres, people: int, seconds: float, *, hot: bool) -> float:
    """Transactions a second of pgbench with the bare minimum; without ``hot`` each side is another account each time."""
    where = re.search(r"host=([^&]+)", server.url())
    assert where is not None
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(_SCRIPT.format(people=people, hot="0" if hot else f"random(1, {people})"))
        script.flush()
        command = [
            binaries() / "pgbench", "-n", "-M", "prepared", "-c", PROCESSES * THREADS, "-j", PROCESSES, "-T", max(1, round(seconds)),
            "-f", script.name, "-h", where[1], "-U", "postgres", "siyu",
        ]  # fmt: skip
        environment = os.environ | {"LD_LIBRARY_PATH": str(binaries().parent / "lib")}
        done = subprocess.run(
            [str(one) for one in command], env=environment, capture_output=True, text=True, check=True
        )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found is not None, done.stdout
    return float(found[1])


def main() -> None:
    """Measure: the ledger and the bare minimum take turns, so that a busy moment meets both; of the turns the median counts."""
    quick = quick_flag(__doc__ or "")
    people, seconds, rounds = (10_000, 2.0, 3) if quick else (100_000, 10.0, 3)
    folder = Path(tempfile.mkdtemp(prefix="siyu-bench-"))
    server = EmbeddedPostgres(folder / "pg")
    try:
        database = Database(server.start())
        migrate(database, postgres_folders())
        prepare(database, people)
        singles, bares, spread = [], [], []
        for _ in range(rounds):
            bares.append(bare(server, people, seconds, hot=True))
            singles.append(side_by_side(_singles, PROCESSES, database.url, people, seconds))
            spread.append(bare(server, people, seconds, hot=False))
        settle(database)
        batches = side_by_side(_batches, PROCESSES, database.url, people, seconds * 2)
        began, sealed = time.perf_counter(), 0
        while count := seal(database):
            sealed += count
        sealing = sealed / (time.perf_counter() - began)
        with database.transaction() as conn:
            began = time.perf_counter()
            found = loyalty.verify(conn)
            verifying = found.transactions / (time.perf_counter() - began)
        assert not found.findings, found.findings[0]
        database.close()
        report(
            "ledger",
            quick=quick,
            figures={
                "single_vs_pgbench": median(map(truediv, singles, bares)),
                "batch_per_s": batches,
                "single_per_s": max(singles),
            },
            notes=notes(people, bares, spread, singles, sealing, verifying),
        )
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def notes(people: int, bares: list[float], spread: list[float], singles: list[float], *rates: float) -> dict[str, Any]:
    """What is told beside the figures."""
    return {
        "customers": people,
        "pgbench, hot account (1/s)": ", ".join(f"{one:,.0f}" for one in bares),
        "pgbench, no hot account (1/s)": ", ".join(f"{one:,.0f}" for one in spread),
        "ledger, one by one (1/s)": ", ".join(f"{one:,.0f}" for one in singles),
        "against pgbench without a hot account": median(map(truediv, singles, spread)),
        "sealed (1/s)": rates[0],
        "verified (1/s)": rates[1],
    }


if __name__ == "__main__":
    main()
