"""How many decisions a second the touch gate makes, through its service and PostgreSQL, with every rule on.

A city of people is made: most are friends of a member of staff, some follow the official account, some said no, half have
a day that is known, a fifth live in other zones, and everybody received something before. Three processes then propose
touches of four programmes with control groups, in batches of thousands, one to three for a person at a time; people
about whom another decides at this moment come with the next batch, as journeys leave them to each other. What the gate lets
through is handed to channels with its quotas in the same transaction. The second figure is that of people of
whom everybody is sent to: all of the cost of sending, and none of the savings of saying no.

    python -m benchmarks.gate [--quick]
"""

import contextlib
import gc
import multiprocessing
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import psutil
import psycopg

from benchmarks.harness import quick_flag, report
from siyu.app.migrations import postgres_folders
from siyu.app.worker import COLLECTING
from siyu.channels import service as channels
from siyu.engines.access import service as access
from siyu.engines.embedded_postgres import EmbeddedPostgres
from siyu.engines.postgres import Database, run
from siyu.engines.postgres.migrate import migrate
from siyu.engines.vault import service as vault
from siyu.engines.vault.keyring import Keyring
from siyu.experiments import service as experiments
from siyu.touch import service as touch
from siyu.touch.types import Message, Proposal, Wish

NOW = datetime(2026, 3, 3, 4, tzinfo=UTC)  # noon in Shanghai
DAY = timedelta(1)
BATCH = 5000
WORKERS = 3  # while one waits for PostgreSQL or the disk, the other two leave no processor idle
_ME = access.system("benchmark")
_CORP = {
    "corp_id": "ww0123456789abcdef", "agent_id": "1000002", "secret": "s" * 43, "callback_token": "token",
    "encoding_aes_key": "a" * 43,
}  # fmt: skip
_OFFICIAL = {
    "app_id": "wx0123456789abcdef",
    "app_secret": "5" * 32,
    "callback_token": "token",
    "callback_key": "a" * 43,
}


@dataclass(frozen=True, slots=True)
class City:
    """Where the benchmark takes place; people have the ids 1 to ``people``."""

    url: str
    people: int
    corp: int
    official: int
    programmes: tuple[int, ...]


def make_city(database: Database, people: int, *, easy: bool = False) -> City:
    """Accounts, programmes and people; ``easy``: nothing stands against anybody."""
    with database.transaction() as conn:
        corp = channels.connect_account(conn, _ME, channel="wecom", values=_CORP, now=NOW)
        official = channels.connect_account(conn, _ME, channel="official_account", values=_OFFICIAL, now=NOW)
        programmes = [
            experiments.start_programme(
                conn, key=f"journey:{number}", kind="journey", name=f"journey {number}", actor="system:benchmark", now=NOW,
                control_bp=0 if easy else 1000, reason="a benchmark" if easy else "",
            ).id
            for number in range(4)
        ]  # fmt: skip
    known = {
        "people": people, "corp": corp.id, "corp_id": corp.external_id, "official": official.id,
        "app_id": official.external_id, "now": NOW, "programme": programmes[0],
    }  # fmt: skip
    for statements in _PEOPLE + (() if easy else _LIFE):
        fill(database, [(statement, known) for statement in statements])
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        run(conn, "VACUUM ANALYZE")
    return City(database.url, people, corp.id, official.id, tuple(programmes))


def fill(database: Database, statements: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Run statements side by side, each in a transaction of its own; a processor waits for none of them."""

    def one(statement: str, parameters: dict[str, Any]) -> None:
        with database.transaction() as conn:
            run(conn, statement, **parameters)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(one, *each) for each in statements]:
            done.result()


# What stands together may be run side by side.
_PEOPLE: Final[tuple[tuple[str, ...], ...]] = (
    ("INSERT INTO identity.customer (id, created_at) SELECT id, :now FROM generate_series(1, :people) AS id",),
    (
        """INSERT INTO identity.identifier (id, customer_id, type, scope, value, first_seen, last_seen)
       SELECT 1000000000 + id, id, 'external_userid', :corp_id, 'wm' || id, :now, :now FROM generate_series(1, :people) AS id
       UNION ALL
       SELECT 2000000000 + id, id, 'phone', '', md5(id::text), :now, :now FROM generate_series(1, :people) AS id""",
        """INSERT INTO customers.profile (customer_id, traits, first_seen_at, last_seen_at, first_source_id)
       SELECT id, CASE id % 5 WHEN 0 THEN '{"timezone": "Asia/Urumqi", "city": "乌鲁木齐"}'::jsonb
                  ELSE '{"city": "杭州"}'::jsonb END, :now, :now, 1
       FROM generate_series(1, :people) AS id""",
        """INSERT INTO channels.staff (account_id, staff_id, name, department_ids, position, serves, active, seen_at)
       SELECT :corp, 'staff' || n, 'n', '{}', '', true, true, :now FROM generate_series(0, 199) AS n""",
        """INSERT INTO channels.follow (account_id, contact_id, staff_id, since, seen_at, told_at)
       SELECT :corp, 'wm' || id, 'staff' || id % 200, CAST(:now AS timestamptz) - interval '99 days', :now, :now
       FROM generate_series(1, :people) AS id""",
    ),
)
_LIFE: Final[tuple[tuple[str, ...], ...]] = (
    ("DELETE FROM channels.follow WHERE substr(contact_id, 3)::bigint % 8 = 3",),
    (
        """INSERT INTO identity.identifier (id, customer_id, type, scope, value, first_seen, last_seen)
       SELECT 3000000000 + id, id, 'open_id', :app_id, 'o' || id, :now, :now
       FROM generate_series(1, :people) AS id WHERE id % 3 = 0""",
        """INSERT INTO channels.follow (account_id, contact_id, staff_id, since, seen_at, told_at)
       SELECT :official, 'o' || id, '', CAST(:now AS timestamptz) - interval '99 days', :now, :now
       FROM generate_series(1, :people) AS id WHERE id % 3 = 0""",
        """INSERT INTO customers.consent (customer_id, channel, purpose, state, since, source)
       SELECT id, 'all', 'marketing', CASE WHEN id % 10 = 0 THEN 'denied' ELSE 'granted' END, :now, 'benchmark'
       FROM generate_series(1, :people) AS id WHERE id % 2 = 0""",
        "INSERT INTO touch.person (customer_id) SELECT generate_series(1, :people)",
        """INSERT INTO touch.daytime (customer_id, acts)
       SELECT id, decode(repeat('0a', 4) || repeat(CASE WHEN id % 12 = 1 THEN '00' ELSE '0a' END, 4) || repeat('0a', 16),
                         'hex')
       FROM generate_series(1, :people) AS id WHERE id % 2 = 1""",
        # Three things that each received in the last month; some of them yesterday.
        """INSERT INTO touch.touch (key, input_hash, programme_id, customer_id, purpose, message_hash, content, kinds, wishes,
           value_fen, valid_until, state, code, wish, attempt, account_id, way, subject_id, staff_id, proposed_at,
           decided_at, received_at, ended_at, decisions)
       SELECT 'past:' || n || ':' || id, '', :programme, id, CASE n WHEN 2 THEN 'service' ELSE 'marketing' END, '', n,
              CASE WHEN id % 9 = 0 THEN '{red_packet}'::text[] ELSE '{}' END, '[]', 0, at, 'sent', '', 0, 1, :corp,
              'group_send', 'wm' || id, 'staff' || id % 200, at, at, at, at, '[]'
       FROM generate_series(1, :people) AS id, generate_series(1, 3) AS n,
            LATERAL (SELECT CAST(:now AS timestamptz) - make_interval(hours => (n * 150 + id % 160 - 150)::int) AS at) AS w""",
    ),
)


def proposals(city: City, number: int, ids: Sequence[int], *, easy: bool = False) -> list[Proposal]:
    """A batch of touches for these people."""
    rng = random.Random(number)
    wishes = (
        (Wish(city.corp, "group_send"),) if easy else (Wish(city.corp, "group_send"), Wish(city.official, "template"))
    )
    made = []
    for place, customer_id in enumerate(ids):
        personal = place % 2 == 0
        text = f"王女士{customer_id}，春茶已到店，欢迎品鉴" if personal else f"春茶上市第 {number % 7} 波"
        made.append(
            Proposal(
                key=f"journey:{number}:{place}:{customer_id}",
                programme_id=city.programmes[rng.randrange(4)],
                customer_id=customer_id,
                purpose="marketing" if easy or place % 10 else "service",
                message=Message(text),
                wishes=wishes,
                value_fen=rng.randrange(5000),
                valid_until=NOW + 3 * DAY,
                kinds=frozenset() if easy or place % 5 else frozenset({"coupon"}),
            )
        )
    return made


def _work(url: str, batches: Sequence[list[Proposal]], pipe: object) -> None:
    gc.set_threshold(*COLLECTING)
    gc.freeze()  # the batches lie ready here; a worker has one at a time
    vault.configure(Keyring([b"k" * 32]))
    database = Database(url)
    counts: Counter[str] = Counter()
    with database.transaction() as conn:  # warm
        run(conn, "SELECT 1")
    pipe.send("ready")  # type: ignore[attr-defined]
    pipe.recv()  # type: ignore[attr-defined]
    began = time.process_time()
    left: list[Proposal] = []
    for batch in batches:
        with database.transaction() as conn:
            wanted = batch + left
            held = touch.hold_free(conn, [one.customer_id for one in wanted])
            free = [one for one in wanted if one.customer_id in held]
            left = [one for one in wanted if one.customer_id not in held]  # another process has them: with the next
            counts.update(one.outcome for one in touch.propose(conn, free, NOW, held))
    if left:
        with database.transaction() as conn:
            counts.update(one.outcome for one in touch.propose(conn, left, NOW))
    pipe.send((counts, time.process_time() - began))  # type: ignore[attr-defined]
    database.close()


@dataclass(frozen=True, slots=True)
class Measured:
    """What some processes did side by side; seconds of processor time are those that were not spent waiting for others."""

    rate: float
    outcomes: Counter[str]
    python_us: float  # a decision
    postgres_us: float


def rate(server: EmbeddedPostgres, city: City, batches: Sequence[list[Proposal]], workers: int = WORKERS) -> Measured:
    """Propose batches from some processes side by side."""
    context = multiprocessing.get_context("fork")
    pipes, processes = [], []
    for worker in range(workers):
        own, other = context.Pipe()
        processes.append(context.Process(target=_work, args=(city.url, batches[worker::workers], other)))
        processes[-1].start()
        pipes.append(own)
    for pipe in pipes:
        pipe.recv()
    before, began = processor_time(server), time.perf_counter()
    for pipe in pipes:
        pipe.send("go")
    counts: Counter[str] = Counter()
    python = 0.0
    for pipe in pipes:
        own_counts, own_time = pipe.recv()
        counts.update(own_counts)
        python += own_time
    took = time.perf_counter() - began
    for process in processes:
        process.join()
    postgres = processor_time(server) - before
    number = counts.total()
    return Measured(number / took, counts, python / number * 1e6, postgres / number * 1e6)


def processor_time(server: EmbeddedPostgres) -> float:
    """Of the server and everything that it started."""
    whole = psutil.Process(server.pid)
    spent = sum(whole.cpu_times()[:4])
    for child in whole.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            spent += sum(child.cpu_times()[:2])
    return spent


def mixed(city: City, rounds: int) -> list[list[Proposal]]:
    """Batches of people drawn anew each time: some come once, some up to three times, and again in later batches."""
    rng = random.Random(7)
    return [
        proposals(city, number, sorted(rng.choices(range(1, city.people + 1), k=BATCH))) for number in range(rounds)
    ]


def everybody(city: City, rounds: int) -> list[list[Proposal]]:
    """Batches in which nobody comes twice."""
    return [
        proposals(city, number, range(number * BATCH + 1, number * BATCH + BATCH + 1), easy=True)
        for number in range(rounds)
    ]


def main() -> None:
    """Make both cities and measure."""
    quick = quick_flag(__doc__ or "")
    people, rounds = (100_000, 20) if quick else (1_000_000, 120)
    vault.configure(Keyring([b"k" * 32]))
    folder = Path(tempfile.mkdtemp(prefix="siyu-bench-"))
    server = EmbeddedPostgres(folder / "pg")
    try:
        server.start()
        figures: dict[str, float] = {}
        notes: dict[str, object] = {}
        for easy in (False, True):
            name = "easy" if easy else "mixed"
            with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
            database = Database(server.url(name))
            migrate(database, postgres_folders())
            city = make_city(database, people, easy=easy)
            database.close()
            found = rate(server, city, (everybody if easy else mixed)(city, min(rounds, people // BATCH)))
            figures["sends_per_s" if easy else "decisions_per_s"] = found.rate
            notes[name] = ", ".join(f"{outcome} {count:,}" for outcome, count in sorted(found.outcomes.items()))
            notes[f"{name}: processor time"] = (
                f"{found.python_us:.0f} µs Python + {found.postgres_us:.0f} µs PostgreSQL a decision"
            )
        report("gate", quick=quick, figures=figures, notes={"people": people, **notes})
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
