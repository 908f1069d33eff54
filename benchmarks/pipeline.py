"""From the request into both engines: how many events a second, and how soon each is on the timeline.

The brand has a base of visitors that it has seen before; of the people who come, one in ten is new.
"""

import random
import threading
import time
import uuid
from typing import Any

import numpy as np
import orjson

from benchmarks.harness import (
    Siyu,
    copy_rate,
    event,
    http_request,
    load,
    paced,
    quick_flag,
    report,
    siyu_up,
    wait_until_drained,
)
from siyu.engines.clickhouse.client import connect
from siyu.timeline.columns import FACTS_PER_ENTRY

BATCH = 100
CONNECTIONS = 8
STEADY = 1000  # events a second
PEOPLE = 20_000
_IN_HAND = 4  # entries of the log


def main() -> None:
    quick = quick_flag(__doc__ or "")
    events_sent, seconds = (80_000, 12) if quick else (500_000, 60)
    rng = random.Random(11)
    events = [visit(rng, number) for number in range(events_sent)]
    with siyu_up() as siyu:
        build_base(siyu, rng)
        copy = copy_rate(siyu.running.postgres_url, events)
        requests = [
            http_request("/v1/batch", siyu.write_key, orjson.dumps({"batch": events[at : at + BATCH]}))
            for at in range(0, events_sent, BATCH)
        ]
        began = time.perf_counter()
        accepted = load(siyu.port, requests, CONNECTIONS)
        wait_until_drained(siyu)
        end_to_end = events_sent / (time.perf_counter() - began)
        copy = (copy + copy_rate(siyu.running.postgres_url, events)) / 2
        latencies = steady(siyu, rng, seconds)
    report(
        "pipeline",
        quick=quick,
        figures={
            "end_to_end_vs_copy": end_to_end / copy,
            "p50_ms": float(np.percentile(latencies, 50)),
            "p99_ms": float(np.percentile(latencies, 99)),
        },
        notes={
            "copy_rows_s": copy,
            "end_to_end_events_s": end_to_end,
            "accepted_events_s": events_sent / accepted,
            "steady_events": len(latencies),
            "max_ms": float(np.max(latencies)),
        },
    )


def visit(rng: random.Random, number: int) -> dict[str, Any]:
    """An event of somebody known; every tenth of somebody who was never seen."""
    if number % 10:
        return event(rng, PEOPLE)
    return event(rng, 1) | {"anonymousId": str(uuid.UUID(int=rng.getrandbits(128))), "userId": None}


def build_base(siyu: Siyu, rng: random.Random) -> None:
    """Everybody of the base comes by once."""
    seen = [event(rng, 1, first=person) for person in range(PEOPLE)]
    batches = [
        http_request("/v1/batch", siyu.write_key, orjson.dumps({"batch": seen[at : at + BATCH]}))
        for at in range(0, PEOPLE, BATCH)
    ]
    load(siyu.port, batches, CONNECTIONS)
    wait_until_drained(siyu)


def steady(siyu: Siyu, rng: random.Random, seconds: int) -> list[float]:
    """Send single events at a steady pace; return, in milliseconds, from the answer 200 to the row in ClickHouse."""
    seen: dict[str, float] = {}
    ending = threading.Event()
    watcher = threading.Thread(target=watch, args=(siyu, seen, ending))
    watcher.start()
    events = [visit(rng, number) for number in range(STEADY * seconds)]
    requests = [http_request("/v1/track", siyu.write_key, orjson.dumps(found)) for found in events]
    answered = paced(siyu.port, requests, STEADY)
    wait_until_drained(siyu)
    time.sleep(0.2)
    ending.set()
    watcher.join()
    return [(seen[found["messageId"]] - at) * 1000 for found, at in zip(events, answered, strict=True)]


def watch(siyu: Siyu, seen: dict[str, float], ending: threading.Event) -> None:
    """Note when each message is first found in ClickHouse."""
    client = connect(siyu.running.clickhouse_url)
    last = client.scalar("SELECT max(fact_id) FROM facts")
    while not ending.is_set():
        # A batch in hand may come out behind one that was begun later.
        since = max(0, last - _IN_HAND * FACTS_PER_ENTRY)
        rows = client.rows("SELECT fact_id, message_id FROM facts WHERE fact_id > {since:UInt64}", since=since)
        now = time.perf_counter()
        for fact_id, message_id in rows:
            seen.setdefault(message_id, now)
            last = max(last, fact_id)
        time.sleep(0.01)
    client.close()


if __name__ == "__main__":
    main()
