"""Two people who turn out to be one are in a journey once, and go on from where the further one was."""

from datetime import timedelta

from sqlalchemy import Connection
from tests.unit.journeys.journeying import NOW, begin, definition, enter, past, walk, where

from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database, rows
from siyu.journeys import service as journeys

EXIT = {"kind": "exit"}
STEPS = {
    "a": {"kind": "wait", "duration": "1d", "next": "b"},
    "b": {"kind": "wait", "duration": "1d", "next": "end"},
    "end": EXIT,
}
DAY = timedelta(days=1)


def merge(conn: Connection, *pairs: tuple[int, int]) -> list[tuple[str, int]]:
    told = journeys.reassign(conn, pairs, NOW + DAY)
    return [(one.kind, one.customer_id) for one in told]


def test_who_is_alone_in_a_journey_takes_it_along(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        enter(conn, clickhouse, begin(conn, definition(STEPS)), [2])
        assert merge(conn, (2, 1)) == []
        assert where(conn) == {(1, ""): "a"}
        assert merge(conn, (2, 1)) == []


def test_the_further_one_stays(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        journey = begin(conn, definition(STEPS))
        enter(conn, clickhouse, journey, [2])
    walk(database, clickhouse, NOW)
    walk(database, clickhouse, NOW + DAY)
    with database.transaction() as conn:
        enter(conn, clickhouse, journey, [1], NOW + DAY)
        assert where(conn) == {(2, ""): "b", (1, ""): "a"}
        assert merge(conn, (2, 1)) == [("journey.ended", 1)]
        assert where(conn) == {(1, ""): "b"}
        assert past(conn) == {(1, ""): "merged"}
        assert journeys.figures(conn, journey.id).ended == {"merged": 1}
    assert walk(database, clickhouse, NOW + 2 * DAY).ended == 1


def test_other_keys_and_other_journeys_do_not_meet(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        one, two = begin(conn, definition(STEPS), key="one"), begin(conn, definition(STEPS), key="two")
        enter(conn, clickhouse, one, [1], key="A")
        enter(conn, clickhouse, one, [2], key="B")
        enter(conn, clickhouse, two, [3])
        assert merge(conn, (3, 2), (2, 1)) == []
        found = rows(conn, "SELECT customer_id, key FROM journeys.enrolment ORDER BY id")
        assert [tuple(row) for row in found] == [(1, "A"), (1, "B"), (1, "")]


def test_who_was_in_it_before_may_not_come_again_as_somebody_else(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        journey = begin(conn, definition({"end": EXIT}))
        enter(conn, clickhouse, journey, [2])
    walk(database, clickhouse, NOW)
    with database.transaction() as conn:
        merge(conn, (2, 1))
        assert enter(conn, clickhouse, journey, [1], NOW + DAY, origin="hand:9") == []
