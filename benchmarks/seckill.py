"""What a seckill sells, and how fast: 20,000 requests of 5,000 members for 1,000 pieces, over HTTP from 64 connections.

Each member may have one piece and asks four times, each time anew. Beside it, in the same run and through the same web
process, the bare minimum: one conditional update of the stock, behind the same right and the same body; it knows no member, no
limit, no points and no ledger. The two take turns, so that a busy moment meets both. Then everything is counted: what was
answered, what the ledger has, who has had more than one.

    python -m benchmarks.seckill [--quick]
"""

import asyncio
import multiprocessing
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import httpx
import orjson

from benchmarks.harness import Siyu, free_port, quick_flag, report, siyu_up
from benchmarks.seckill_web import BARE, REDEEM
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, one, run
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Request, gift, spent
from siyu.rewards import service as rewards
from siyu.rewards.types import OfferTerms, RewardRules

CONNECTIONS = 64
POINTS = 100
_ME = access.system("benchmark")


@dataclass(frozen=True, slots=True)
class Size:
    """Of one round."""

    stock: int
    requests: int
    members: int
    rounds: int


FULL, QUICK = Size(1_000, 20_000, 5_000, 2), Size(100, 2_000, 500, 2)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered: how often which status, and how long all of it took."""

    statuses: Counter[int]
    seconds: float


@contextmanager
def web(siyu: Siyu) -> Iterator[int]:
    """The web process with the bare route, on a port of its own; the worker beside it is the running Siyu's."""
    port = free_port()
    variables = os.environ | {
        "SIYU_DATA_FOLDER": str(siyu.folder),
        "SIYU_HTTP_PORT": str(port),
        "SIYU_LOG_LEVEL": "error",
        "SIYU_POSTGRES_URL": siyu.running.postgres_url,
        "SIYU_CLICKHOUSE_URL": siyu.running.clickhouse_url,
    }
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.seckill_web"], env=variables)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=5, trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        else:
            raise RuntimeError("the web process did not become ready")
        yield port
    finally:
        process.terminate()
        process.wait(60)


def prepare(database: Database, size: Size, now: datetime) -> str:
    """Members with points, rules, the bare stock; returns an API key."""
    with database.transaction() as conn:
        run(conn, "CREATE SCHEMA bare")
        run(conn, "CREATE TABLE bare.stock (id bigint PRIMARY KEY, pieces integer NOT NULL) WITH (fillfactor = 50)")
        run(
            conn,
            "INSERT INTO identity.customer (id, created_at) SELECT id, :now FROM generate_series(1, :people) AS id",
            people=size.members,
            now=now,
        )
        rewards.change_rules(conn, _ME, RewardRules(points=1, fen=100), 0, "a benchmark", now)
        made = access.create_api_key(conn, _ME, name="benchmark", scopes=("rewards.redeem",), now=now)
    with database.transaction() as conn:
        people = range(1, size.members + 1)
        loyalty.post(conn, [Request(f"first:{one}", gift(one, "points", 10 * POINTS), "order") for one in people], now)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        run(conn, "VACUUM ANALYZE")
        run(conn, "CHECKPOINT")
    return made.token


def open_offer(database: Database, size: Size, number: int, now: datetime) -> int:
    """A seckill that has begun, and the bare stock under the same id."""
    terms = OfferTerms(
        name=f"seckill {number}",
        points=POINTS,
        cost_fen=100,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=1),
        per_person=1,
        seckill=True,
    )
    with database.transaction() as conn:
        made = rewards.make_offer(conn, _ME, terms, now)
        rewards.add_stock(conn, _ME, made.id, size.stock, f"seckill-{number:08}", "a benchmark", now)
        rewards.set_offer_state(conn, _ME, made.id, "live", "a benchmark", now)
        run(conn, "INSERT INTO bare.stock VALUES (:id, :pieces)", id=made.id, pieces=size.stock)
    return made.id


def presses(path: str, token: str, size: Size, number: int) -> list[bytes]:
    """Every member presses equally often, in an order that is the same in every run; each press has a key of its own."""
    members = [place % size.members + 1 for place in range(size.requests)]
    random.Random(number).shuffle(members)
    found = []
    for place, member in enumerate(members):
        body = orjson.dumps({"customer_id": member, "key": f"press-{number}-{place:08}"})
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        found.append(head.encode() + body)
    return found


def press(port: int, requests: Sequence[bytes]) -> Answers:
    """Send all of them from a process of its own."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        statuses, seconds = pool.apply(_press, (port, list(requests)))
    return Answers(Counter(statuses), seconds)


def _press(port: int, requests: list[bytes]) -> tuple[list[int], float]:
    statuses: list[int] = []

    async def connection(own: list[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in own:
            writer.write(request)
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:  # which no process can hand to another
                raise RuntimeError("the web process closed a connection") from None
            statuses.append(int(head[9:12]))
            await reader.readexactly(int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]))
        writer.close()

    async def all_of_them() -> float:
        began = time.perf_counter()
        await asyncio.gather(*(connection(requests[first::CONNECTIONS]) for first in range(CONNECTIONS)))
        return time.perf_counter() - began

    import uvloop  # noqa: PLC0415

    return statuses, uvloop.run(all_of_them())


def sold(database: Database, offer_id: int, size: Size, now: datetime) -> tuple[int, int]:
    """(pieces sold, members who have more than one), as rows, ledger and stock agree.

    Raises:
        RuntimeError: they do not.
    """
    with database.transaction() as conn:
        found = one(
            conn,
            """
            SELECT coalesce(sum(pieces), 0), count(*) FILTER (WHERE pieces > 1) FROM (
                SELECT customer_id, sum(pieces) AS pieces FROM rewards.redemption
                WHERE offer_id = :id AND state <> 'cancelled' GROUP BY customer_id) AS each
            """,
            id=offer_id,
        )
        assert found is not None
        stock = rewards.stock_of(offer_id)
        left, gone = (read.balance for read in loyalty.balances(conn, [stock, spent(stock.unit)], now))
        if not found[0] == gone == size.stock - left:
            raise RuntimeError(f"{found[0]} redeemed, {gone} spent in the ledger, {left} left of {size.stock}")
    return int(found[0]), int(found[1])


def main() -> None:
    """Measure: both take turns; of the turns the median counts."""
    size = QUICK if quick_flag(__doc__ or "") else FULL
    now = datetime.now(UTC)
    rates: dict[str, list[float]] = {REDEEM: [], BARE: []}
    counted: list[tuple[int, int]] = []
    said: Counter[int] = Counter()
    with siyu_up("--role", "worker") as siyu, web(siyu) as port:
        database = Database(siyu.running.postgres_url)
        token = prepare(database, size, now)
        warm = open_offer(database, size, 0, now)
        for path in rates:
            press(port, presses(path.format(offer_id=warm), token, size, 0)[:500])
        for number in range(1, size.rounds + 1):
            offer_id = open_offer(database, size, number, now)
            for path, found in rates.items():
                answers = press(port, presses(path.format(offer_id=offer_id), token, size, number))
                found.append(size.requests / answers.seconds)
                if answers.statuses[200] != size.stock or answers.statuses[409] != size.requests - size.stock:
                    raise RuntimeError(f"answers of {path}: {dict(answers.statuses)}")
                said += answers.statuses if path == REDEEM else Counter()
            counted.append(sold(database, offer_id, size, now))
        with database.transaction() as conn:
            findings = loyalty.verify(conn).findings
        assert not findings, findings[0]
        database.close()
    report(
        "seckill",
        quick=size is QUICK,
        figures={
            "sold": max((one for one, _ in counted), key=lambda one: abs(one - size.stock)),
            "limit_broken": sum(broken for _, broken in counted),
            "vs_bare": median(own / bare for own, bare in zip(rates[REDEEM], rates[BARE], strict=True)),
        },
        notes=notes(size, rates, said),
    )


def notes(size: Size, rates: dict[str, list[float]], said: Counter[int]) -> dict[str, Any]:
    """What is told beside the figures."""
    return {
        "in stock": size.stock,
        "requests a round": size.requests,
        "members": size.members,
        "seckill (requests/s)": ", ".join(f"{one:,.0f}" for one in rates[REDEEM]),
        "bare update (requests/s)": ", ".join(f"{one:,.0f}" for one in rates[BARE]),
        "answered 200 in all rounds": said[200],
    }


if __name__ == "__main__":
    main()
