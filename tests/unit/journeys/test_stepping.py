"""People go on when they are due, in a batch, whatever lies in the way of some of them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection
from tests.unit.journeys.journeying import ACTOR, NOW, ZONE, begin, definition, enter, past, walk, where

from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database, rows
from siyu.experiments import service as experiments
from siyu.journeys import service as journeys
from siyu.journeys.types import BadDefinition, Journey, NotPublishable, WrongState

EXIT = {"kind": "exit"}
DAY = timedelta(days=1)


def wait(span: str, to: str) -> dict[str, Any]:
    return {"kind": "wait", "duration": span, "next": to}


def tag(name: str, to: str) -> dict[str, Any]:
    return {"kind": "tag", "add": [name], "next": to}


TWO_DAYS = {"hello": tag("new", "sleep"), "sleep": wait("1d", "again"), "again": tag("old", "end"), "end": EXIT}


def tags(conn: Connection) -> set[tuple[int, str]]:
    return {(row.customer_id, row.tag) for row in rows(conn, "SELECT customer_id, tag FROM customers.tag")}


def test_several_steps_in_a_row_are_one_batch_until_somebody_waits(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        journey = begin(conn, definition(TWO_DAYS))
        assert enter(conn, clickhouse, journey, [1, 2, 3]) == [1, 2, 3]
    first = walk(database, clickhouse, NOW)
    assert (first.enrolments, first.steps, first.ended) == (3, 3, 0)
    with database.transaction() as conn:
        assert where(conn) == {(one, ""): "sleep" for one in (1, 2, 3)}
        assert tags(conn) == {(one, "new") for one in (1, 2, 3)}
    assert walk(database, clickhouse, NOW + DAY - timedelta(seconds=1)).enrolments == 0
    second = walk(database, clickhouse, NOW + DAY)
    assert (second.enrolments, second.steps, second.ended) == (3, 9, 3)
    with database.transaction() as conn:
        assert where(conn) == {}
        assert past(conn) == {(one, ""): "exit" for one in (1, 2, 3)}
        assert (1, "old") in tags(conn)
        figures = journeys.figures(conn, journey.id)
    assert (figures.entered, figures.inside, figures.ended) == (3, 0, {"exit": 3})
    assert [(one.step, one.passed, one.inside) for one in figures.steps] == [
        ("hello", 3, 0),
        ("sleep", 3, 0),
        ("again", 3, 0),
        ("end", 3, 0),
    ]


def test_what_happens_is_told_on_the_timeline(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        enter(conn, clickhouse, begin(conn, definition({"end": EXIT})), [5])
    walk(database, clickhouse, NOW)
    with database.transaction() as conn:
        from siyu.timeline import service as timeline

        facts = timeline.tail(conn, after=0).facts
    assert [(one.kind, one.name, one.customer_id) for one in facts] == [
        ("journey.entered", "j", 5),
        ("journey.ended", "j", 5),
    ]


def test_branches_part_people_by_what_brought_them(database: Database, clickhouse: Client) -> None:
    steps = {
        "which": {
            "kind": "branch",
            "cases": [
                {
                    "when": {"by": "entry", "where": [{"property": "n", "comparison": "lt", "value": 3}]},
                    "next": "few",
                },
                {
                    "when": {"by": "entry", "where": [{"property": "n", "comparison": "exists", "value": True}]},
                    "next": "many",
                },
            ],
            "otherwise": "end",
        },
        "few": tag("few", "end"),
        "many": tag("many", "end"),
        "end": EXIT,
    }
    with database.transaction() as conn:
        journey = begin(conn, definition(steps))
        enter(conn, clickhouse, journey, [1, 2], entry={"n": 2})
        enter(conn, clickhouse, journey, [3], entry={"n": 9})
        enter(conn, clickhouse, journey, [4])
    walk(database, clickhouse, NOW)
    with database.transaction() as conn:
        assert tags(conn) == {(1, "few"), (2, "few"), (3, "many")}
        ways = next(one.ways for one in journeys.figures(conn, journey.id).steps if one.step == "which")
    assert ways == {"case 1": 2, "case 2": 1, "otherwise": 1}


def test_who_is_paused_is_held_and_goes_on(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        journey = begin(conn, definition(TWO_DAYS))
        enter(conn, clickhouse, journey, [1])
    walk(database, clickhouse, NOW)
    with database.transaction() as conn:
        assert journeys.pause(conn, journey.id, ACTOR, "Wait for the new stock", NOW).state == "paused"
        assert enter(conn, clickhouse, journey, [2]) == []
    assert walk(database, clickhouse, NOW + 3 * DAY).enrolments == 0
    with database.transaction() as conn:
        assert where(conn) == {(1, ""): "sleep"}
        assert journeys.start(conn, journey.id, ACTOR, NOW + 3 * DAY, ZONE).state == "running"
    assert walk(database, clickhouse, NOW + 3 * DAY).ended == 1


def test_one_that_is_drained_lets_nobody_in_and_stops_with_the_last(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        journey = begin(conn, definition(TWO_DAYS))
        enter(conn, clickhouse, journey, [1])
        assert journeys.drain(conn, journey.id, ACTOR, "", NOW).state == "draining"
        assert enter(conn, clickhouse, journey, [2]) == []
        assert journeys.let_out(conn, NOW) == 0
    walk(database, clickhouse, NOW)
    walk(database, clickhouse, NOW + DAY)
    with database.transaction() as conn:
        assert past(conn) == {(1, ""): "exit"}
        journeys.let_out(conn, NOW + DAY)
        assert journeys.journey(conn, journey.id).state == "stopped"


def test_one_that_is_stopped_lets_everybody_out(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        journey = begin(conn, definition(TWO_DAYS))
        enter(conn, clickhouse, journey, [1, 2, 3])
        journeys.stop(conn, journey.id, ACTOR, "Over", NOW)
    assert walk(database, clickhouse, NOW).enrolments == 0
    with database.transaction() as conn:
        assert journeys.let_out(conn, NOW, most=2) == 2
        assert journeys.let_out(conn, NOW, most=2) == 1
        assert journeys.let_out(conn, NOW, most=2) == 0
        assert past(conn) == {(one, ""): "stopped" for one in (1, 2, 3)}
        assert tags(conn) == set()


def test_those_inside_stay_in_their_version_until_they_are_migrated(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        journey = begin(conn, definition(TWO_DAYS))
        enter(conn, clickhouse, journey, [1])
    walk(database, clickhouse, NOW)
    with database.transaction() as conn:
        newer = {**TWO_DAYS, "again": tag("newer", "end")}
        journeys.keep_draft(conn, journey.id, definition(newer), ACTOR, NOW)
        assert journeys.publish(conn, journey.id, ACTOR, NOW, ZONE).number == 2
        enter(conn, clickhouse, journey, [2])
        assert [one.number for one in journeys.versions(conn, journey.id)] == [2, 1]
    walk(database, clickhouse, NOW)
    walk(database, clickhouse, NOW + DAY)
    with database.transaction() as conn:
        assert tags(conn) == {(1, "new"), (1, "old"), (2, "new"), (2, "newer")}


def test_who_is_migrated_waits_as_long_as_they_did_and_goes_on_in_the_new_version(
    database: Database, clickhouse: Client
) -> None:
    renamed = {
        "hello": tag("new", "nap"),
        "nap": wait("9d", "again"),
        "again": tag("newer", "end"),
        "end": EXIT,
    }
    with database.transaction() as conn:
        journey = begin(conn, definition(TWO_DAYS))
        enter(conn, clickhouse, journey, [1])
    walk(database, clickhouse, NOW)
    with database.transaction() as conn:
        journeys.keep_draft(conn, journey.id, definition(renamed), ACTOR, NOW)
        journeys.publish(conn, journey.id, ACTOR, NOW, ZONE)
        with pytest.raises(BadDefinition, match="sleep"):
            journeys.migrate(conn, journey.id, 1, 2, {}, ACTOR, NOW)
        journeys.migrate(conn, journey.id, 1, 2, {"sleep": "nap"}, ACTOR, NOW)
        with pytest.raises(BadDefinition, match="go round"):
            journeys.migrate(conn, journey.id, 2, 1, {"nap": "sleep"}, ACTOR, NOW)
        assert [(one.step, one.inside) for one in journeys.figures(conn, journey.id).steps if one.inside] == [
            ("nap", 1)
        ]
    assert walk(database, clickhouse, NOW + DAY).ended == 1
    with database.transaction() as conn:
        assert tags(conn) == {(1, "new"), (1, "newer")}


def test_a_step_that_cannot_be_carried_out_keeps_its_people_and_stands_in_nobodys_way(
    database: Database, clickhouse: Client
) -> None:
    with database.transaction() as conn:
        good = begin(conn, definition({"end": EXIT}), key="good")
        bad = begin(conn, definition({"t": tag("x", "end"), "end": EXIT}), key="bad")
        enter(conn, clickhouse, good, [1])
        enter(conn, clickhouse, bad, [1, 2])
        # What no check can foresee: a tag that the database does not take.
        conn.exec_driver_sql("ALTER TABLE customers.tag ADD CONSTRAINT no_x CHECK (tag <> 'x')")
    assert walk(database, clickhouse, NOW).ended == 1
    with database.transaction() as conn:
        assert where(conn) == {(1, ""): "t", (2, ""): "t"}
        assert {one.step: one.ways for one in journeys.figures(conn, bad.id).steps}["t"] == {"failed": 2}
        conn.exec_driver_sql("ALTER TABLE customers.tag DROP CONSTRAINT no_x")
    assert walk(database, clickhouse, NOW + timedelta(minutes=14)).enrolments == 0
    assert walk(database, clickhouse, NOW + timedelta(minutes=15)).ended == 2
    with database.transaction() as conn:
        assert tags(conn) == {(1, "x"), (2, "x")}


def test_journeys_that_are_due_share_a_batch(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        large = begin(conn, definition(TWO_DAYS), key="large")
        small = begin(conn, definition(TWO_DAYS), key="small")
        enter(conn, clickhouse, large, range(1, 1001))
        enter(conn, clickhouse, small, [1], now=NOW + timedelta(seconds=1))
        journeys.step_once(conn, clickhouse, NOW + timedelta(seconds=1), ZONE, most=400)
        assert journeys.figures(conn, small.id).steps[0].passed == 1
        assert 200 <= journeys.figures(conn, large.id).steps[0].passed < 400


def test_tags_go_and_traits_come_and_go(database: Database, clickhouse: Client) -> None:
    steps = {
        "on": {"kind": "tag", "add": ["a", "b"], "next": "off"},
        "off": {"kind": "tag", "remove": ["a"], "next": "put"},
        "put": {"kind": "trait", "trait": "level", "value": 3, "next": "end"},
        "end": EXIT,
    }
    with database.transaction() as conn:
        enter(conn, clickhouse, begin(conn, definition(steps)), [1])
    walk(database, clickhouse, NOW)
    with database.transaction() as conn:
        assert tags(conn) == {(1, "b")}
        from siyu.customers import service as customers

        assert customers.traits_of(conn, [1], ["level", "city"]) == {1: {"level": 3}}


def test_a_draft_with_problems_is_not_published(database: Database) -> None:
    with database.transaction() as conn:
        made = journeys.create(conn, "j", definition({"a": wait("1d", "zzz")}), ACTOR, NOW)
        with pytest.raises(NotPublishable) as caught:
            journeys.publish(conn, made.id, ACTOR, NOW, ZONE)
        assert {one["code"] for one in caught.value.details["problems"]} == {"unknown_step"}
        with pytest.raises(WrongState, match="publish it first"):
            journeys.start(conn, made.id, ACTOR, NOW, ZONE)


def test_a_new_version_leaves_the_control_group_as_it_was_set_since(database: Database) -> None:
    def publish(journey: Journey, **more: Any) -> int:
        draft = definition(TWO_DAYS, **({"control_bp": 1000, "control_reason": ""} | more))
        journeys.keep_draft(conn, journey.id, draft, ACTOR, NOW)
        journeys.publish(conn, journey.id, ACTOR, NOW, ZONE)
        return experiments.programme(conn, journey.programme_id).control_bp

    with database.transaction() as conn:
        journey = begin(conn, definition(TWO_DAYS, control_bp=1000, control_reason=""))
        experiments.change_control(conn, journey.programme_id, 2500, "to know sooner", ACTOR, NOW)
        assert publish(journey, name="another name") == 2500
        assert publish(journey, control_bp=500, control_reason="the coupons are dear") == 500
        assert publish(journey) == 1000
