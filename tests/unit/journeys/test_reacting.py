"""What happened to people brings them in, on, and to their goals."""

from datetime import timedelta

import pytest
from tests.unit.journeys.journeying import ACTOR, NOW, ZONE, begin, definition, enter, fact, past, walk, where

from siyu.engines.access import service as access
from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database
from siyu.journeys import service as journeys
from siyu.journeys.types import Happened
from siyu.segments import service as segments
from siyu.segments.types import Change, InUse, TagOn

EXIT = {"kind": "exit"}
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
STAY = {"stay": {"kind": "wait", "duration": "1d", "next": "end"}, "end": EXIT}
PAID = {"kind": "fact", "fact": {"kind": "order.paid"}}
LISTEN = {
    "pause": {"kind": "wait", "duration": "1h", "next": "listen"},
    "listen": {
        "kind": "wait_for",
        "fact": {"kind": "message.received"},
        "timeout": "1d",
        "next": "came",
        "otherwise": "silent",
    },
    "came": {"kind": "goal"},
    "silent": EXIT,
}


def react(
    database: Database, clickhouse: Client, *facts: Happened, changes: tuple[Change, ...] = (), now: timedelta = MINUTE
) -> tuple[int, int, int]:
    with database.transaction() as conn:
        done = journeys.react(conn, clickhouse, facts, changes, NOW + now)
    return done.entered, done.woken, done.reached


def test_a_fact_brings_its_person_in_once_for_each_key(database: Database, clickhouse: Client) -> None:
    trigger = {
        "kind": "fact",
        "fact": {"kind": "order.paid", "where": [{"property": "amount_fen", "comparison": "ge", "value": 100}]},
        "key": "order_no",
    }
    with database.transaction() as conn:
        begin(conn, definition(STAY, trigger=trigger))
    facts = (
        fact(1, fact_id=1, amount=100, order_no="A"),
        fact(1, fact_id=2, amount=500, order_no="B"),
        fact(1, fact_id=3, amount=500, order_no="B"),
        fact(2, fact_id=4, amount=99, order_no="C"),
        fact(3, fact_id=5, amount=999),  # no order number: nothing to tell it from others
        fact(0, fact_id=6, amount=999, order_no="D"),  # nobody's
        fact(4, "order.placed", fact_id=7, amount=999, order_no="E"),
    )
    assert react(database, clickhouse, *facts) == (2, 0, 0)
    assert react(database, clickhouse, *facts) == (0, 0, 0)
    with database.transaction() as conn:
        assert where(conn) == {(1, "A"): "stay", (1, "B"): "stay"}


def test_what_happened_long_ago_brings_nobody_in(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        begin(conn, definition(STAY, trigger={**PAID, "fresh": "3h"}))
    assert react(database, clickhouse, fact(1, at=NOW - 4 * 60 * MINUTE)) == (0, 0, 0)
    assert react(database, clickhouse, fact(1, at=NOW - 2 * 60 * MINUTE)) == (1, 0, 0)


def test_who_comes_into_a_segment_or_leaves_it(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        for name in ("one", "two"):
            segments.create(conn, access.system("tests"), name, TagOn(name), NOW)
        begin(conn, definition(STAY, trigger={"kind": "segment", "segment": 1}), key="in")
        begin(conn, definition(STAY, trigger={"kind": "segment", "segment": 1, "moves": "left"}), key="out")
    with database.transaction() as conn, pytest.raises(InUse):
        segments.delete(conn, access.system("tests"), 1, NOW)
    changes = (Change(1, 5, True, NOW), Change(1, 6, False, NOW), Change(2, 7, True, NOW))
    assert react(database, clickhouse, changes=changes) == (2, 0, 0)
    assert react(database, clickhouse, changes=changes) == (0, 0, 0)


def test_a_goal_ends_the_journey_wherever_they_are(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        goals = [{"fact": {"kind": "order.paid"}}]
        journey = begin(conn, definition(STAY, goals=goals))
        enter(conn, clickhouse, journey, [1, 2, 3])
        journeys.pause(conn, journey.id, ACTOR, "", NOW)
    before, after = fact(1, at=NOW - MINUTE), fact(2, at=NOW + MINUTE)
    assert react(database, clickhouse, before, after) == (0, 0, 1)
    with database.transaction() as conn:
        assert past(conn) == {(2, ""): "goal"}
        assert journeys.figures(conn, journey.id).ended == {"goal": 1}


def test_a_goal_of_a_key_ends_its_own_enrolment_only(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        goals = [{"fact": {"kind": "order.refunded"}, "key": "order_no"}]
        begin(conn, definition(STAY, trigger={**PAID, "key": "order_no"}, goals=goals))
    react(database, clickhouse, fact(1, fact_id=1, order_no="A"), fact(1, fact_id=2, order_no="B"))
    assert react(database, clickhouse, fact(1, "order.refunded", NOW + 2 * MINUTE, order_no="B"), now=3 * MINUTE) == (
        0,
        0,
        1,
    )
    with database.transaction() as conn:
        assert where(conn) == {(1, "A"): "stay"}


def test_who_waits_for_a_fact_goes_on_with_it_or_without_it(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        enter(conn, clickhouse, begin(conn, definition(LISTEN)), [1, 2])
    walk(database, clickhouse, NOW)
    hour = timedelta(hours=1)
    walk(database, clickhouse, NOW + hour)
    said = fact(1, "message.received", NOW + hour + MINUTE)
    assert react(database, clickhouse, said, now=hour + 2 * MINUTE) == (0, 1, 0)
    assert walk(database, clickhouse, NOW + hour + 2 * MINUTE).ended == 1
    assert walk(database, clickhouse, NOW + hour + DAY).ended == 1
    with database.transaction() as conn:
        assert past(conn) == {(1, ""): "goal", (2, ""): "exit"}


def test_what_came_before_the_wait_does_not_end_it(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        enter(conn, clickhouse, begin(conn, definition(LISTEN)), [1])
    walk(database, clickhouse, NOW)
    assert react(database, clickhouse, fact(1, "message.received", NOW + MINUTE), now=2 * MINUTE) == (0, 0, 0)
    walk(database, clickhouse, NOW + timedelta(hours=1))
    with database.transaction() as conn:
        assert where(conn) == {(1, ""): "listen"}


def test_a_fact_that_came_while_the_engine_was_late_is_not_missed(database: Database, clickhouse: Client) -> None:
    """The wait should have begun at one hour; what was said a minute later was heard before it had."""
    with database.transaction() as conn:
        enter(conn, clickhouse, begin(conn, definition(LISTEN)), [1])
    walk(database, clickhouse, NOW)
    hour = timedelta(hours=1)
    react(database, clickhouse, fact(1, "message.received", NOW + hour + MINUTE), now=hour + MINUTE)
    assert walk(database, clickhouse, NOW + hour + 5 * MINUTE).ended == 1
    with database.transaction() as conn:
        assert past(conn) == {(1, ""): "goal"}


def test_those_of_an_older_version_hear_as_their_version_listens(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        journey = begin(conn, definition(LISTEN))
        enter(conn, clickhouse, journey, [1])
    walk(database, clickhouse, NOW)
    walk(database, clickhouse, NOW + timedelta(hours=1))
    with database.transaction() as conn:
        journeys.keep_draft(conn, journey.id, definition(STAY), ACTOR, NOW)
        journeys.publish(conn, journey.id, ACTOR, NOW, ZONE)
    later = timedelta(hours=2)
    assert react(database, clickhouse, fact(1, "message.received", NOW + later), now=later) == (0, 1, 0)
