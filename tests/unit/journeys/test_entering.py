"""Who enters, how often, and in which order a crowd does."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from sqlalchemy import Connection
from tests.unit.journeys.journeying import ACTOR, NOW, ZONE, begin, definition, enter, past, walk, where

from siyu.customers import service as customers
from siyu.customers.types import RelationChange, TraitWord
from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database, rows, scalar
from siyu.journeys import service as journeys
from siyu.journeys.rules.entering import due_in_crowd, fair_order
from siyu.journeys.service.dates import whose_day
from siyu.journeys.types import DateTrigger, Journey, Newcomer

EXIT = {"kind": "exit"}
STAY = {"stay": {"kind": "wait", "duration": "1d", "next": "end"}, "end": EXIT}
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("reentry", "after_days", "again"),
    [
        ({"when": "never"}, 400, False),
        ({"when": "after", "days": 7}, 6, False),
        ({"when": "after", "days": 7}, 7, True),
        ({"when": "always"}, 1, True),
        ({"when": "always", "most": 1}, 1, False),
        ({"when": "always", "most": 2}, 1, True),
    ],
)
def test_rules_of_re_entry(
    database: Database, clickhouse: Client, reentry: dict[str, object], after_days: int, again: bool
) -> None:
    with database.transaction() as conn:
        journey = begin(conn, definition({"end": EXIT}, reentry=reentry))
        assert enter(conn, clickhouse, journey, [1]) == [1]
    walk(database, clickhouse, NOW)
    with database.transaction() as conn:
        later = NOW + after_days * DAY
        assert enter(conn, clickhouse, journey, [1], later, origin="hand:1") == []  # the same word brings nobody twice
        assert enter(conn, clickhouse, journey, [1], later, origin="hand:2") == ([1] if again else [])


def test_nobody_is_inside_twice_but_under_another_key(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        journey = begin(conn, definition(STAY, reentry={"when": "always"}))
        assert enter(conn, clickhouse, journey, [1, 1, 1], key="A") == [1]
        assert enter(conn, clickhouse, journey, [1], key="A", origin="hand:2") == []
        assert enter(conn, clickhouse, journey, [1], key="B", origin="hand:3") == [1]
        assert where(conn) == {(1, "A"): "stay", (1, "B"): "stay"}


def test_two_at_once_let_one_in_once(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        journey = begin(conn, definition(STAY))

    def try_(number: int) -> int:
        with database.transaction() as conn:
            return len(enter(conn, clickhouse, journey, range(1, 51), origin=f"hand:{number}"))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(try_, range(8))) == 50


def test_a_control_group_of_a_tenth_goes_the_same_way_and_nothing_is_done_to_it(
    database: Database, clickhouse: Client
) -> None:
    steps = {"t": {"kind": "tag", "add": ["x"], "next": "end"}, "end": EXIT}
    with database.transaction() as conn:
        journey = begin(conn, definition(steps, control_bp=1000, control_reason=""))
        enter(conn, clickhouse, journey, range(1, 1001))
    walk(database, clickhouse, NOW)
    with database.transaction() as conn:
        treated = {row.customer_id for row in rows(conn, "SELECT customer_id FROM journeys.past WHERE treated")}
        tagged = {row.customer_id for row in rows(conn, "SELECT customer_id FROM customers.tag")}
        assert len(past(conn)) == 1000
    assert tagged == treated
    assert 840 <= len(treated) <= 950


def crowd(conn: Connection, journey: Journey, ids: Sequence[int], origin: str = "hand") -> int:
    version = journeys.definition_of(conn, journey)
    return journeys.bring_crowd(conn, journey, version, ids, origin=origin, begins_at=NOW)


def test_a_crowd_enters_in_chunks_at_its_pace(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        journey = begin(conn, definition(STAY, pace={"per_minute": 10}))
        assert crowd(conn, journey, range(1, 36)) == 35
        assert crowd(conn, journey, range(1, 99)) == 0  # the same word again
        assert journeys.waiting_crowds(conn, journey.id) == {"hand": 35}
    looked = []
    while True:
        with database.transaction() as conn:
            looked.append(journeys.let_crowds_in(conn, clickhouse, NOW, most=20))
        if not looked[-1]:
            break
    assert looked == [20, 15, 0]
    with database.transaction() as conn:
        due = Counter(row.due_at for row in rows(conn, "SELECT due_at FROM journeys.enrolment"))
        assert journeys.waiting_crowds(conn, journey.id) == {}
    assert due == {NOW + timedelta(minutes=n): count for n, count in enumerate([10, 10, 10, 5])}
    assert walk(database, clickhouse, NOW).enrolments == 10


def test_a_crowd_of_a_journey_that_was_stopped_stays_outside(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        journey = begin(conn, definition(STAY))
        crowd(conn, journey, range(1, 36))
        journeys.stop(conn, journey.id, ACTOR, "", NOW)
        assert journeys.let_crowds_in(conn, clickhouse, NOW) == 0
        assert journeys.waiting_crowds(conn, journey.id) == {}


@given(st.lists(st.integers(0, 4), max_size=300))
def test_each_member_of_staffs_customers_are_spread_over_the_whole(staff: list[int]) -> None:
    ids = list(range(1, len(staff) + 1))
    ordered = fair_order(ids, [str(one) for one in staff]).tolist()
    assert sorted(ordered) == ids
    sizes = Counter(staff)
    seen: Counter[int] = Counter()
    for place, one in enumerate(ordered, 1):
        seen[staff[one - 1]] += 1
        for whose, size in sizes.items():
            assert abs(seen[whose] - size * place / len(ids)) <= len(sizes)


def test_no_minute_sees_more_than_the_pace() -> None:
    due = Counter(due_in_crowd(NOW, place, 7) for place in range(100))
    assert max(due.values()) == 7
    assert due_in_crowd(NOW, 10**6, 0) == NOW


def test_a_crowd_is_fair_to_staff(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        ties = [
            RelationChange(one, "friend", f"account:1/{'amy' if one <= 30 else 'bob'}", True, NOW, "account:1")
            for one in range(1, 41)
        ]
        customers.change_relations(conn, ties, NOW)
        journey = begin(conn, definition(STAY, pace={"per_minute": 4}))
        crowd(conn, journey, range(1, 41))
        journeys.let_crowds_in(conn, clickhouse, NOW)
        found = rows(conn, "SELECT customer_id, due_at FROM journeys.enrolment")
    of_bob = Counter(row.due_at for row in found if row.customer_id > 30)
    assert set(of_bob.values()) == {1}  # one of four in each minute: as many as his share


def test_whose_birthday_comes_is_brought_in_once(database: Database, clickhouse: Client) -> None:
    born = {1: "1990-11-05", 2: "11-05", 3: "1988/11/05", 4: "1990-05-11", 5: "soon", 6: "2000-11-05T00:00:00"}
    with database.transaction() as conn:
        words = [TraitWord(one, "anniversary", day, NOW) for one, day in born.items()]
        customers.put_traits(conn, words, NOW)
        trigger = {"kind": "date", "trait": "anniversary", "before_days": 2, "at": "10:30"}
        journey = begin(conn, definition(STAY, trigger=trigger))
        assert journey.next_run_at == NOW + timedelta(minutes=30)
        assert journeys.bring_due(conn, NOW, ZONE) == 0
        assert journeys.bring_due(conn, NOW + DAY + timedelta(minutes=30), ZONE) == 0  # of the day that was missed
        found = journeys.journey(conn, journey.id).next_run_at
        assert found == NOW + 2 * DAY + timedelta(minutes=30)
    at = datetime(2026, 11, 3, 2, 30, tzinfo=UTC)
    with database.transaction() as conn:
        conn.exec_driver_sql("UPDATE journeys.journey SET next_run_at = '2026-11-03T02:30:00Z'")
        assert journeys.bring_due(conn, at, ZONE) == 4
        assert journeys.bring_due(conn, at, ZONE) == 0
        journeys.let_crowds_in(conn, clickhouse, at)
        assert {one for one, _ in where(conn)} == {1, 2, 3, 6}
        assert scalar(conn, "SELECT min(entered_at) FROM journeys.enrolment") == at


@pytest.mark.parametrize(
    ("trigger", "who"),
    [
        ({"trait": "joined", "every": "once"}, {1}),
        ({"trait": "joined", "every": "once", "after_days": 30}, {2}),
        ({"trait": "joined", "every": "once", "before_days": 7}, {3}),
        ({"trait": "joined", "every": "month"}, {2, 4, 5, 6}),  # up to the 31st; not the day itself
        ({"trait": "joined", "every": "year", "after_days": 1}, set()),
        ({"trait": "joined", "every": "year", "before_days": 7}, {3, 7}),
        ({"tie": "friend", "every": "once", "after_days": 30}, {11}),
        ({"tie": "friend", "every": "month"}, {11, 12, 14}),
        ({"tie": "friend", "every": "year"}, {12}),
        ({"tie": "friend", "every": "once"}, {13}),
        ({"tie": "member", "every": "once", "after_days": 30}, set()),
    ],
)
def test_whose_day_it_is(database: Database, trigger: dict[str, Any], who: set[int]) -> None:
    joined = {
        1: "2027-02-28", 2: "2027-01-29", 3: "2027-03-07", 4: "2026-11-28", 5: "2026/12/31", 6: "2026-12-30T08:00:00Z",
        7: "1990-03-07", 8: "soon", 9: "2026-12-27",
    }  # fmt: skip
    # By the brand's clock: the tie of 12 began on the 28th, though it was the 27th by that of Greenwich.
    began = {11: "2027-01-29T02:00", 12: "2026-02-27T20:00", 13: "2027-02-28T01:00", 14: "2027-01-30T02:00"}
    with database.transaction() as conn:
        customers.put_traits(conn, [TraitWord(one, "joined", day, NOW) for one, day in joined.items()], NOW)
        ties = [
            RelationChange(
                one, "friend", "a", standing=True, at=datetime.fromisoformat(f"{at}:00+00:00"), source="test"
            )
            for one, at in began.items()
        ]
        customers.change_relations(conn, ties, datetime(2027, 3, 1, tzinfo=UTC))
        asked = TypeAdapter(DateTrigger).validate_python({"kind": "date", **trigger})
        day = date(2027, 2, 28)
        assert whose_day(conn, asked, day, ZONE) == sorted(who)
        assert whose_day(conn, asked, day, ZONE, most=1) == sorted(who)[:1]


def test_who_may_not_enter_is_left_out_without_a_word(database: Database, clickhouse: Client) -> None:
    with database.transaction() as conn:
        journey = begin(conn, definition(STAY))
        assert journeys.enrol(conn, clickhouse, [Newcomer(999, 1, "x", NOW)], NOW) == []
        assert journeys.enrol(conn, clickhouse, [], NOW) == []
        journeys.drain(conn, journey.id, ACTOR, "", NOW)
        assert enter(conn, clickhouse, journey, [1]) == []
