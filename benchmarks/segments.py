"""Segments: a rule against hand-written SQL, algebra over large sets, and how soon a fact leads to a touch.

The facts of a large brand are made in ClickHouse itself (``INSERT … SELECT FROM numbers``), its customers in PostgreSQL
likewise; what people then do comes in by the public door, changes a segment, and a journey that waits at the segment
proposes a touch: ``reaction_p99_ms`` ends where the row of it is in the outbox.
"""

import random
import statistics
import threading
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import orjson
from pyroaring import BitMap64

from benchmarks.brand import settle
from benchmarks.harness import Siyu, http_request, paced, quick_flag, report, siyu_up, wait_until_drained
from siyu.channels import service as channels
from siyu.channels.types import Account
from siyu.engines.access import service as access
from siyu.engines.clickhouse.client import Client, connect
from siyu.engines.postgres import Database, rows, run
from siyu.engines.settings import Settings
from siyu.engines.vault import service as vault
from siyu.journeys import service as journeys
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
from siyu.timeline import service as timeline

RATE: Final = 500  # facts a second
ACTOR: Final = access.system("benchmark")
_ROUNDS: Final = 7
_FIRST_PERSON: Final = 1000
_STEP: Final = 4  # identifiers take ids too: customers are about every fourth
_DAYS: Final = 180
_LOOK: Final = 0.02  # seconds between two looks at what has come; a figure is too high by half of it, on average
_BEHIND: Final = 100  # entries of the log that may yet become durable behind others

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


@dataclass(frozen=True, slots=True)
class Reacted:
    """Milliseconds from the answer 200 to the row in the outbox, and to the changed membership, of each fact."""

    sent_ms: list[float]
    entered_ms: list[float]


@dataclass(slots=True)
class _Seen:
    """When each customer was in the segment, by id, and had a message in the outbox, by number."""

    entered: dict[int, float] = field(default_factory=dict)
    sent: dict[int, float] = field(default_factory=dict)


def main() -> None:
    quick = quick_flag(__doc__ or "")
    people, facts, seconds = (100_000, 5_000_000, 8) if quick else (1_000_000, 50_000_000, 60)
    with siyu_up() as siyu:
        database, clickhouse = Database(siyu.running.postgres_url), connect(siyu.running.clickhouse_url)
        made = make_brand(database, clickhouse, people, facts)
        figures, notes = rule_against_sql(database, clickhouse)
        algebra = algebra_ms()
        reacted = reactions(siyu, database, clickhouse, people, seconds)
        database.close()
        clickhouse.close()
    report(
        "segments",
        quick=quick,
        figures={
            **figures,
            "algebra_ms": algebra,
            "reaction_p99_ms": float(np.percentile(reacted.sent_ms, 99)),
        },
        notes={
            "making_s": made,
            **notes,
            "reaction_p50_ms": float(np.percentile(reacted.sent_ms, 50)),
            "reaction_max_ms": float(np.max(reacted.sent_ms)),
            "in the segment p50_ms": float(np.percentile(reacted.entered_ms, 50)),
            "in the segment p99_ms": float(np.percentile(reacted.entered_ms, 99)),
            "reactions": len(reacted.sent_ms),
            "live_segments": len(_LIVE),
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


def reactions(siyu: Siyu, database: Database, clickhouse: Client, people: int, seconds: int) -> Reacted:
    """Customers do something at a steady pace, by which they come into a segment, by which a journey touches them: from the
    answer 200 to the row in the outbox.
    """
    _open_vault(siyu, database)
    corp = _befriend(database, people)
    ids = {}
    for name, wanted in _LIVE.items():
        with database.transaction() as conn:
            ids[name] = segments.create(conn, ACTOR, name, wanted, datetime.now(UTC)).id
        with database.transaction() as conn:
            segments.evaluate(conn, clickhouse, ids[name], datetime.now(UTC))
    _begin_journey(database, corp, ids["bench: bench"])
    wait_until_drained(siyu)
    time.sleep(3)
    wanted_ones = random.Random(3).sample(range(people), RATE * seconds)
    seen = _Seen()
    ending = threading.Event()
    watcher = threading.Thread(target=_watch, args=(siyu, ids["bench: bench"], seen, ending))
    watcher.start()
    answered = paced(siyu.port, [_request(siyu, number) for number in wanted_ones], RATE)
    wait_until_drained(siyu)
    deadline = time.monotonic() + 20
    while len(seen.sent) < len(wanted_ones) and time.monotonic() < deadline:
        time.sleep(0.1)
    ending.set()
    watcher.join()
    missing = [number for number in wanted_ones if number not in seen.sent]
    assert not missing, f"{len(missing)} of {len(wanted_ones)} were not touched"
    began = dict(zip(wanted_ones, answered, strict=True))
    return Reacted(
        [(seen.sent[number] - at) * 1000 for number, at in began.items()],
        [(seen.entered[_FIRST_PERSON + number * _STEP] - at) * 1000 for number, at in began.items()],
    )


_LIVE: Final[dict[str, Rule]] = {
    "bench: looked": Did(VIEWED, value=5, within=Window(Span(30))),
    "bench: cart": AllOf((Did(ADDED, within=Window(Span(7))), Not(Did(PAID, within=Window(Span(7)))))),
    "bench: bench": Did(FactTest("event.tracked", "bench"), within=Window(Span(1))),
}
_CORP: Final = {
    "corp_id": "ww0123456789abcdef", "agent_id": "1000002", "secret": "s" * 43, "callback_token": "token",
    "encoding_aes_key": "a" * 43, "base_url": "http://127.0.0.1:9",
}  # fmt: skip
# Everybody has an account in the shop, and is a friend of a member of staff.
_FRIENDS: Final = (
    """INSERT INTO identity.identifier (id, customer_id, type, scope, value, first_seen, last_seen)
       SELECT 100000000000 + n, :first + n * :step, 'user_id', (SELECT id::text FROM access.source WHERE name = 'bench'), 'u' || n, now(), now()
       FROM generate_series(0, :people - 1) AS n
       UNION ALL
       SELECT 200000000000 + n, :first + n * :step, 'external_userid', :corp_id, 'wm' || n, now(), now()
       FROM generate_series(0, :people - 1) AS n""",
    """INSERT INTO channels.staff (account_id, staff_id, name, department_ids, position, serves, active, seen_at)
       SELECT :corp, 'staff' || n, 'n', '{}', '', true, true, now() FROM generate_series(0, 199) AS n""",
    """INSERT INTO channels.follow (account_id, contact_id, staff_id, since, seen_at, told_at)
       SELECT :corp, 'wm' || n, 'staff' || n % 200, now() - interval '99 days', now(), now()
       FROM generate_series(0, :people - 1) AS n""",
)


def _open_vault(siyu: Siyu, database: Database) -> None:
    settings = Settings(data_folder=siyu.folder)
    with database.transaction() as conn:
        vault.configure(vault.open_keyring(conn, key="", file=settings.vault_key_file))


def _befriend(database: Database, people: int) -> Account:
    """A corp on a platform that never answers: a row in the outbox is what is waited for, not the platform."""
    with database.transaction() as conn:
        corp = channels.connect_account(conn, ACTOR, channel="wecom", values=_CORP, now=datetime.now(UTC))
        for statement in _FRIENDS:
            run(
                conn, statement, people=people, first=_FIRST_PERSON, step=_STEP, corp=corp.id, corp_id=corp.external_id
            )  # fmt: skip
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        run(conn, "VACUUM ANALYZE")
    return corp


def _begin_journey(database: Database, corp: Account, segment_id: int) -> None:
    """Who comes into the segment is sent one message; for service, because it may be night when this is measured."""
    definition = journeys.from_json(
        {
            "name": "bench",
            "purpose": "service",
            "trigger": {"kind": "segment", "segment": segment_id},
            "start": "hello",
            "steps": {
                "hello": {
                    "kind": "send",
                    "text": "您关注的春茶已到店。",
                    "wishes": [{"account": corp.id, "way": "group_send"}],
                    "valid_for": "3d",
                    "next": "end",
                },
                "end": {"kind": "exit"},
            },
        }
    )
    now, zone = datetime.now(UTC), ZoneInfo("Asia/Shanghai")
    with database.transaction() as conn:
        made = journeys.create(conn, "bench", definition, ACTOR.actor, now)
        journeys.publish(conn, made.id, ACTOR.actor, now, zone)
        journeys.start(conn, made.id, ACTOR.actor, now, zone)


def _request(siyu: Siyu, number: int) -> bytes:
    event = {"type": "track", "event": "bench", "userId": f"u{number}", "messageId": str(uuid.uuid4()),
             "timestamp": datetime.now(UTC).isoformat(), "properties": {"sku": "sku-1"}}  # fmt: skip
    return http_request("/v1/track", siyu.write_key, orjson.dumps(event))


def _watch(siyu: Siyu, segment_id: int, seen: _Seen, ending: threading.Event) -> None:
    """Note when each customer is first told to be in the segment, and when their message is in the outbox: both are read
    where they are durable first.
    """
    database = Database(siyu.running.postgres_url, pool_size=1)
    known: set[int] = set()
    last = 0
    with database.transaction() as conn:
        after = timeline.end_of_log(conn)
    while not ending.is_set():
        with database.transaction() as conn:
            tail = timeline.tail(conn, after=after, without=known, most=100_000)
        now = time.perf_counter()
        known |= set(tail.entries)
        if len(known) > 2 * _BEHIND:  # what is older is there for long
            after = sorted(known)[-_BEHIND]
            known = {entry for entry in known if entry > after}
        for fact in tail.facts:
            if fact.kind == "segment.entered" and fact.name == str(segment_id):
                seen.entered.setdefault(fact.customer_id, now)
        with database.transaction() as conn:
            # One loop decides, so ids become durable in their order.
            made = rows(conn, "SELECT id, subject_id FROM channels.delivery WHERE id > :last ORDER BY id", last=last)
        now = time.perf_counter()
        for delivery_id, subject_id in made:
            seen.sent.setdefault(int(subject_id.removeprefix("wm")), now)
            last = delivery_id
        time.sleep(_LOOK)
    database.close()


if __name__ == "__main__":
    main()
