"""Segments: a rule against hand-written SQL, algebra over large sets, and how soon a fact changes a segment.

The facts of a large brand are made in ClickHouse itself (``INSERT … SELECT FROM numbers``), its customers in PostgreSQL
likewise; what people then do comes in by the public door. Until journeys follow segments, ``reaction_p99_ms`` ends
where the membership has changed and the fact of it is on the log; a touch in the outbox would be the next thing in the
same transaction.
"""

import asyncio
import random
import statistics
import threading
import time
import uuid
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import orjson
import psycopg
import uvloop
from pyroaring import BitMap64

from benchmarks.brand import settle
from benchmarks.harness import Siyu, http_request, quick_flag, report, siyu_up, wait_until_drained
from siyu.engines.access import service as access
from siyu.engines.clickhouse.client import Client, connect
from siyu.engines.postgres import Database
from siyu.segments import service as segments
from siyu.segments.types import (
    AllOf,
    Did,
    Difference,
    Expression,
    FactTest,
    Intersection,
    Not,
    OfSegment,
    Rule,
    Span,
    Union,
    Window,
)

RATE: Final = 500  # facts a second
ACTOR: Final = access.system("benchmark")
_ROUNDS: Final = 7
_FIRST_PERSON: Final = 1000
_STEP: Final = 4  # identifiers take ids too: customers are about every fourth
_DAYS: Final = 180

VIEWED, ADDED, PAID = (
    FactTest("event.tracked", "Product Viewed"),
    FactTest("event.tracked", "Product Added"),
    FactTest("order.paid"),
)
RULE: Final[Rule] = AllOf(
    (
        Did(VIEWED, value=3, within=Window(Span(30))),
        Did(PAID, "sum", "ge", 50_000, Window(Span(90))),
        Not(Did(ADDED, within=Window(Span(7)))),
    )
)
# The same question as somebody who knows the table would write it.
BY_HAND: Final = """
    SELECT dictGetOrDefault('alias_map', 'customer_id', via,
               dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id)) AS customer
    FROM facts
    WHERE kind IN ('event.tracked', 'order.paid') AND occurred_at > {now:DateTime64(3)} - INTERVAL 90 DAY
      AND occurred_at <= {now:DateTime64(3)}
    GROUP BY customer
    HAVING customer <> 0
       AND countIf(kind = 'event.tracked' AND name = 'Product Viewed'
                   AND occurred_at > {now:DateTime64(3)} - INTERVAL 30 DAY) >= 3
       AND sumIf(amount_fen, kind = 'order.paid') >= 50000
       AND countIf(kind = 'event.tracked' AND name = 'Product Added'
                   AND occurred_at > {now:DateTime64(3)} - INTERVAL 7 DAY) = 0
"""


def main() -> None:
    quick = quick_flag(__doc__ or "")
    people, facts, seconds = (100_000, 5_000_000, 8) if quick else (1_000_000, 50_000_000, 60)
    with siyu_up() as siyu:
        database, clickhouse = Database(siyu.running.postgres_url), connect(siyu.running.clickhouse_url)
        made = make_brand(database, clickhouse, people, facts)
        figures, notes = rule_against_sql(database, clickhouse)
        algebra = algebra_ms()
        latencies, kept = reactions(siyu, database, clickhouse, seconds)
        database.close()
        clickhouse.close()
    report(
        "segments",
        quick=quick,
        figures={
            **figures,
            "algebra_ms": algebra,
            "reaction_p99_ms": float(np.percentile(latencies, 99)),
        },
        notes={
            "making_s": made,
            **notes,
            "reaction_p50_ms": float(np.percentile(latencies, 50)),
            "reaction_max_ms": float(np.max(latencies)),
            "reactions": len(latencies),
            **kept,
        },
    )


def make_brand(database: Database, clickhouse: Client, people: int, facts: int) -> float:
    """Customers with a profile each, and facts of half a year: views, carts, orders, and much else."""
    began = time.perf_counter()
    with database.transaction() as conn:
        conn.exec_driver_sql(
            f"""INSERT INTO identity.customer (id, created_at)
                SELECT {_FIRST_PERSON} + n * {_STEP}, now() FROM generate_series(0, {people - 1}) AS n"""
        )
        conn.exec_driver_sql(
            f"""INSERT INTO customers.profile (customer_id, first_seen_at, last_seen_at, first_source_id)
                SELECT {_FIRST_PERSON} + n * {_STEP}, now(), now(), 1 FROM generate_series(0, {people - 1}) AS n"""
        )
        conn.exec_driver_sql(f"SELECT setval('identity.id_seq', {_FIRST_PERSON + people * _STEP + 1})")
    chunk = 5_000_000
    for start in range(0, facts, chunk):
        clickhouse.run(_facts_sql(start, min(chunk, facts - start), people))
    settle(clickhouse)
    return time.perf_counter() - began


def _facts_sql(start: int, count: int, people: int) -> str:
    """Facts are told in the order of time, as they would have come; people are active to very different degrees."""
    share = "cityHash64(number, 1) / 18446744073709551616."
    return f"""
        INSERT INTO facts (fact_id, customer_id, via, kind, name, occurred_at, received_at, source_id, message_id,
                           amount_fen, properties)
        SELECT number, person, person + 1,
               multiIf(die < 30, 'page.viewed', die < 88, 'event.tracked', die < 92, 'order.paid', 'profile.identified'),
               multiIf(die < 30, 'home', die < 70, 'Product Viewed', die < 80, 'Product Added', die < 88, 'Search', ''),
               at, at, 1, toString(number), if(die >= 88 AND die < 92, 1000 + cityHash64(number, 3) % 40000, 0),
               concat('{{"price":', toString(cityHash64(number, 4) % 1000), ',"sku":"sku-', toString(cityHash64(number, 5) % 5000), '"}}')
        FROM (
            SELECT number, cityHash64(number, 2) % 100 AS die,
                   {_FIRST_PERSON} + {_STEP} * toUInt64(floor(pow({share}, 1.7) * {people})) AS person,
                   now64(3) - toIntervalSecond(toUInt32({_DAYS * 86400} * (cityHash64(number, 6) % 1000000) / 1000000)) AS at
            FROM numbers({start}, {count})
        )"""


def rule_against_sql(database: Database, clickhouse: Client) -> tuple[dict[str, float], dict[str, Any]]:
    """The rule's people by Siyu and by hand, in turns: the same people, and the ratio of the medians."""
    now = datetime.now(UTC)
    ours, theirs, first, people = [], [], set[int](), 0
    for _ in range(_ROUNDS):
        with database.transaction() as conn:
            began = time.perf_counter()
            found, _ = segments.everybody_who(conn, clickhouse, RULE, now)
            ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        by_hand = BitMap64(
            clickhouse.arrow(BY_HAND, now=now.replace(microsecond=now.microsecond // 1000 * 1000)).column(0).to_numpy()
        )
        theirs.append(time.perf_counter() - began)
        assert found == by_hand, (len(found), len(by_hand))
        people = len(found)
        first |= {people}
    assert first == {people}
    with database.transaction() as conn:
        began = time.perf_counter()
        made = segments.create(conn, ACTOR, "bench: three conditions", RULE, now)
        segments.evaluate(conn, clickhouse, made.id, now)
        full = time.perf_counter() - began
    notes = {
        "rule_ms": statistics.median(ours) * 1000,
        "by_hand_ms": statistics.median(theirs) * 1000,
        "people": people,
        "evaluated_and_kept_ms": full * 1000,
    }
    return {"rule_vs_sql": statistics.median(ours) / statistics.median(theirs)}, notes


def algebra_ms() -> float:
    """Five operators over six sets of ten million of forty million ids each, as they lie in memory."""
    rng = np.random.default_rng(5)
    known = {}
    for number in range(6):
        ids = np.flatnonzero(rng.random(40_000_000, np.float32) < 0.25)
        known[number] = segments.bitmap(ids)
    one, two, three, four, five, six = (OfSegment(number) for number in range(6))
    inner: Expression = Union((Intersection((one, two)), Difference((three, four))))
    expression: Expression = Difference((Intersection((inner, five)), six))
    took = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        found = len(segments.combine(expression, known, BitMap64()))
        took.append((time.perf_counter() - began) * 1000)
        assert found > 0
    return statistics.median(took)


def reactions(siyu: Siyu, database: Database, clickhouse: Client, seconds: int) -> tuple[list[float], dict[str, Any]]:
    """People do something at a steady pace; from the answer 200 to the fact ``segment.entered`` that follows, in ms."""
    rule: Rule = Did(FactTest("event.tracked", "bench"), within=Window(Span(1)))
    now = datetime.now(UTC)
    others: dict[str, Rule] = {
        "bench: looked": Did(VIEWED, value=5, within=Window(Span(30))),
        "bench: cart": AllOf((Did(ADDED, within=Window(Span(7))), Not(Did(PAID, within=Window(Span(7)))))),
        "bench: bench": rule,
    }
    ids = {}
    for name, wanted in others.items():
        with database.transaction() as conn:
            ids[name] = segments.create(conn, ACTOR, name, wanted, now).id
        with database.transaction() as conn:
            segments.evaluate(conn, clickhouse, ids[name], datetime.now(UTC))
    wait_until_drained(siyu)
    time.sleep(3)
    rng = random.Random(3)
    people = [str(uuid.UUID(int=rng.getrandbits(128))) for _ in range(RATE * seconds)]
    entered: dict[int, float] = {}
    ending = threading.Event()
    watcher = threading.Thread(target=_watch, args=(siyu, ids["bench: bench"], entered, ending))
    watcher.start()
    answered = uvloop.run(_paced(siyu.port, [_request(siyu, device) for device in people]))
    wait_until_drained(siyu)
    deadline = time.monotonic() + 20
    while len(entered) < len(people) and time.monotonic() < deadline:
        time.sleep(0.1)
    ending.set()
    watcher.join()
    owners = _owners(siyu, people)
    missing = sum(owners[device] not in entered for device in people)
    assert missing == 0, f"{missing} of {len(people)} did not enter"
    found = [(entered[owners[device]] - at) * 1000 for device, at in zip(people, answered, strict=True)]
    return found, {"live_segments": len(others) + 1}


def _request(siyu: Siyu, device: str) -> bytes:
    event = {"type": "track", "event": "bench", "anonymousId": device, "messageId": str(uuid.uuid4()),
             "timestamp": datetime.now(UTC).isoformat(), "properties": {"sku": "sku-1"}}  # fmt: skip
    return http_request("/v1/track", siyu.write_key, orjson.dumps(event))


async def _paced(port: int, requests: list[bytes], connections: int = 20) -> list[float]:
    """Send each request at its moment; return when each was answered."""
    answered = [0.0] * len(requests)
    began = time.perf_counter() + 0.1

    async def connection(first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in range(first, len(requests), connections):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            writer.write(requests[number])
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            await reader.readexactly(int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]))
            answered[number] = time.perf_counter()
        writer.close()

    await asyncio.gather(*(connection(first) for first in range(connections)))
    return answered


def _watch(siyu: Siyu, segment_id: int, entered: dict[int, float], ending: threading.Event) -> None:
    """Note when each customer is first told to be in the segment: read from the log, where changes are durable first."""
    from siyu.timeline import service as timeline  # noqa: PLC0415 - only here

    database = Database(siyu.running.postgres_url, pool_size=1)
    seen: set[int] = set()
    with database.transaction() as conn:
        after = timeline.end_of_log(conn)
    while not ending.is_set():
        with database.transaction() as conn:
            tail = timeline.tail(conn, after=after, without=seen, most=100_000)
        now = time.perf_counter()
        seen |= set(tail.entries)
        for fact in tail.facts:
            if fact.kind == "segment.entered" and fact.name == str(segment_id):
                entered.setdefault(fact.customer_id, now)
        time.sleep(0.01)
    database.close()


def _owners(siyu: Siyu, devices: list[str]) -> dict[str, int]:
    with psycopg.connect(siyu.running.postgres_url) as connection:
        found = connection.execute(
            "SELECT value, customer_id FROM identity.identifier WHERE type = 'anonymous_id' AND value = ANY(%s)",
            (devices,),
        )
        return {value: int(owner) for value, owner in found}


if __name__ == "__main__":
    main()
