"""Branches by rule, value, arm and segment, and the audience of a journey choose as they are written, on both engines."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection
from tests.unit.journeys.journeying import NOW, begin, definition, enter, walk

from siyu.customers import service as customers
from siyu.customers.types import RelationChange, TagChange
from siyu.engines.access import service as access
from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database, rows, run
from siyu.experiments import service as experiments
from siyu.journeys import service as journeys
from siyu.journeys.types import Journey
from siyu.kernel.fact import Fact
from siyu.segments import service as segments
from siyu.segments.types import AllOf, TagOn
from siyu.timeline import service as timeline

DAY = timedelta(days=1)
EXIT = {"kind": "exit"}


@pytest.fixture
def people(database: Database, clickhouse: Client) -> list[int]:
    """Six customers without a fact."""
    clickhouse.run("TRUNCATE TABLE facts")
    ids = list(range(1, 7))
    with database.transaction() as conn:
        for one in ids:
            customers.start_profile(conn, one, NOW - 100 * DAY)
    return ids


def tell(database: Database, clickhouse: Client, *facts: Fact) -> None:
    with database.transaction() as conn:
        timeline.append(conn, facts)
    exporter = timeline.Exporter(database, clickhouse)
    while exporter.export_once():
        pass


def looked(one: int, at: datetime, product: str) -> Fact:
    return Fact("event.tracked", one, one + 1000, at, 1, name="look", properties={"product": product})


def paid(conn: Connection, customer_id: int, fen: int, refunded: int = 0) -> None:
    """An order, as it lies in commerce."""
    run(
        conn,
        """INSERT INTO commerce.order_header (platform, shop, order_no, customer_id, via, status, ordered_at, paid_at,
               paid_fen, refunded_fen, stated_paid_version, stated_paid_heard, stated_refunded_version, refund_all, told,
               version, source_id)
           VALUES ('jd', '', :number, :id, 0, 2, :at, :at, :paid, :refunded, 0, 0, 0, false, 2, 0, 1)""",
        number=f"o{customer_id}-{fen}-{refunded}",
        id=customer_id,
        at=NOW - DAY,
        paid=fen,
        refunded=refunded,
    )


def branch(*whens: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Whoever goes by a case gets its number as a tag; ``0`` by none."""
    cases = [{"when": when, "next": f"t{number}"} for number, when in enumerate(whens, 1)]
    steps: dict[str, dict[str, Any]] = {"which": {"kind": "branch", "cases": cases, "otherwise": "t0"}}
    for number in range(len(whens) + 1):
        steps[f"t{number}"] = {"kind": "tag", "add": [str(number)], "next": "end"}
    return {**steps, "end": EXIT}


def rule(*of: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "rule": {"condition": "all", "of": list(of)}}


def parted(
    database: Database, clickhouse: Client, steps: dict[str, dict[str, Any]], ids: Sequence[int], **more: Any
) -> tuple[Journey, dict[int, int]]:
    """The journey, and by which case each went."""
    with database.transaction() as conn:
        journey = begin(conn, definition(steps, **more))
        enter(conn, clickhouse, journey, ids)
    assert walk(database, clickhouse, NOW).ended == len(ids)
    with database.transaction() as conn:
        found = rows(conn, "SELECT customer_id, tag FROM customers.tag WHERE source = :s", s=f"journey:{journey.id}")
        ways = next(one.ways for one in journeys.figures(conn, journey.id).steps if one.step == "which")
    went = {row.customer_id: int(row.tag) for row in found}
    told = {f"case {n}" if n else "otherwise": list(went.values()).count(n) for n in set(went.values())}
    assert ways == told
    return journey, went


def test_by_rule_of_what_somebody_did_lately(database: Database, clickhouse: Client, people: list[int]) -> None:
    """The facts lie in ClickHouse; a window of days and a property of the fact are asked of them."""
    tell(
        database,
        clickhouse,
        looked(1, NOW - DAY, "tea"),
        looked(1, NOW - 2 * DAY, "tea"),
        looked(2, NOW - DAY, "tea"),
        looked(3, NOW - 40 * DAY, "tea"),
        looked(3, NOW - 41 * DAY, "tea"),
        looked(4, NOW - DAY, "coat"),
        looked(4, NOW - DAY, "hat"),
    )
    tea = {
        "kind": "event.tracked",
        "name": "look",
        "where": [{"property": "product", "comparison": "eq", "value": "tea"}],
    }
    lately = {"last": {"amount": 30, "unit": "day"}}
    did = {"condition": "did", "fact": tea, "within": lately}
    _, went = parted(
        database,
        clickhouse,
        branch(
            {"by": "rule", "rule": rule({**did, "value": 2})},
            {"by": "rule", "rule": rule(did)},
            {"by": "rule", "rule": rule({**did, "within": {}})},
        ),
        people,
    )
    assert went == {1: 1, 2: 2, 3: 3, 4: 0, 5: 0, 6: 0}


def test_by_rule_of_what_they_are_now(database: Database, clickhouse: Client, people: list[int]) -> None:
    """Tags and ties lie in PostgreSQL, and count from the transaction on in which they were written."""
    with database.transaction() as conn:
        customers.add_tags(conn, [TagChange(one, "vip", NOW, "op") for one in (1, 2)])
        tie = [RelationChange(one, "friend", "account:1/amy", True, NOW - DAY, "account:1") for one in (2, 3)]
        customers.change_relations(conn, tie, NOW)
    vip, friend = {"condition": "tag", "tag": "vip"}, {"condition": "relation", "kind": "friend"}
    both = {"by": "rule", "rule": rule(vip, friend)}
    no_vip = {"by": "rule", "rule": rule({"condition": "not", "of": vip}, friend)}
    _, went = parted(database, clickhouse, branch(both, no_vip, {"by": "rule", "rule": rule(vip)}), people)
    assert went == {1: 3, 2: 1, 3: 2, 4: 0, 5: 0, 6: 0}


def test_a_rule_is_asked_when_somebody_comes_to_it(database: Database, clickhouse: Client, people: list[int]) -> None:
    """Not when they entered: who was tagged meanwhile goes the other way."""
    steps = branch({"by": "rule", "rule": rule({"condition": "tag", "tag": "vip"})})
    steps = {"sleep": {"kind": "wait", "duration": "1d", "next": "which"}, **steps}
    with database.transaction() as conn:
        journey = begin(conn, definition(steps))
        enter(conn, clickhouse, journey, people[:2])
    walk(database, clickhouse, NOW)
    with database.transaction() as conn:
        customers.add_tags(conn, [TagChange(2, "vip", NOW, "op")])
    walk(database, clickhouse, NOW + DAY)
    with database.transaction() as conn:
        found = rows(conn, "SELECT customer_id, tag FROM customers.tag WHERE tag <> 'vip'")
    assert {row.customer_id: row.tag for row in found} == {1: "0", 2: "1"}


def test_by_value_with_both_bounds_and_what_was_given_back(
    database: Database, clickhouse: Client, people: list[int]
) -> None:
    with database.transaction() as conn:
        paid(conn, 1, 200_000)
        paid(conn, 2, 199_999)
        paid(conn, 3, 300_000, refunded=150_000)
        paid(conn, 4, 60_000)
        paid(conn, 4, 40_000)
        paid(conn, 5, 99_999)
    high, middle = {"by": "value", "from_fen": 200_000}, {"by": "value", "from_fen": 100_000, "below_fen": 200_000}
    _, went = parted(database, clickhouse, branch(high, middle, {"by": "value", "below_fen": 1}), people)
    assert went == {1: 1, 2: 2, 3: 2, 4: 2, 5: 0, 6: 3}


def test_by_arm_as_everybody_was_assigned_for_good(database: Database, clickhouse: Client) -> None:
    ids = list(range(1, 401))
    arms = [{"name": "甲", "weight": 3}, {"name": "乙", "weight": 1}]
    journey, went = parted(
        database, clickhouse, branch({"by": "arm", "arm": "甲"}, {"by": "arm", "arm": "乙"}), ids, arms=arms
    )
    with database.transaction() as conn:
        places = experiments.assign(conn, journey.programme_id, ids, NOW)
    assert {one: {"甲": 1, "乙": 2}[str(place.arm)] for one, place in places.items()} == went
    assert 250 <= list(went.values()).count(1) <= 350


def test_by_segment_as_it_stands(database: Database, clickhouse: Client, people: list[int]) -> None:
    with database.transaction() as conn:
        customers.add_tags(conn, [TagChange(one, "vip", NOW, "op") for one in (2, 5)])
        made = segments.create(conn, access.system("tests"), "VIP", AllOf((TagOn("vip"),)), NOW, live=True)
        segments.evaluate(conn, clickhouse, made.id, NOW)
    _, went = parted(database, clickhouse, branch({"by": "segment", "segment": made.id}), people)
    assert went == {1: 0, 2: 1, 3: 0, 4: 0, 5: 1, 6: 0}


def test_only_who_meets_the_audience_enters(database: Database, clickhouse: Client, people: list[int]) -> None:
    """By what they did and what they are; whoever is kept out leaves no trace, and may come when they meet it."""
    tell(
        database, clickhouse, looked(1, NOW - DAY, "tea"), looked(2, NOW - DAY, "tea"), looked(3, NOW - 40 * DAY, "tea")
    )
    did = {
        "condition": "did",
        "fact": {"kind": "event.tracked", "name": "look"},
        "within": {"last": {"amount": 30, "unit": "day"}},
    }
    banned = {"condition": "not", "of": {"condition": "tag", "tag": "banned"}}
    with database.transaction() as conn:
        customers.add_tags(conn, [TagChange(2, "banned", NOW, "op")])
        journey = begin(conn, definition({"end": EXIT}, audience=rule(did, banned)))
        assert enter(conn, clickhouse, journey, people) == [1]
        assert rows(conn, "SELECT count(*) FROM experiments.assignment")[0][0] == 1
        customers.remove_tags(conn, [TagChange(2, "banned", NOW, "op")])
        assert enter(conn, clickhouse, journey, people, origin="hand:2") == [2]
