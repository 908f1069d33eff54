"""Reactions: once for every shipment, told on the log, right after merges and splits, and nothing lost by a kill."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from pyroaring import BitMap64
from sqlalchemy import Connection
from tests.forking import Forking
from tests.unit.segments.conftest import ACTOR, NOW, Brand, ago, did

from siyu.app import people
from siyu.app.learning import Learning
from siyu.app.pipeline import Pipeline
from siyu.app.reacting import READER, Reacting, touched_by
from siyu.engines.cursor import encode_cursor
from siyu.engines.postgres import rows
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Lane, Message
from siyu.kernel.errors import BadInput, NotFound
from siyu.segments import service as segments
from siyu.segments.types import Did, FactTest, Not, Span, TagOn, Window
from siyu.timeline import service as timeline

LOOKED = Did(FactTest("event.tracked", "look"), within=Window(Span(2)))


def told(brand: Brand) -> Counter[tuple[str, int]]:
    """(entered or left, customer) of every change on the log."""
    with brand.database.transaction() as conn:
        tail = timeline.tail(conn, after=0, most=100_000)
    return Counter(
        (fact.kind.removeprefix("segment."), fact.customer_id)
        for fact in tail.facts
        if fact.kind.startswith("segment.")
    )


FIRST, LAST = NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=3)


def movers(conn: Connection, brand: Brand, segment_id: int, **more: Any) -> list[tuple[int, bool]]:
    """(customer, whether they came), newest first."""
    found = segments.movers(conn, brand.clickhouse, segment_id, FIRST, LAST, **more)
    return [(one.customer_id, one.entered) for one in found.moves]


def see(brand: Brand, device: str, *more: IdentifierClaim) -> None:
    claims = (IdentifierClaim("anonymous_id", "1", device), *more)
    at = brand.clock.now()
    number = f"{device}-{time.monotonic_ns()}"
    message = Message("track", 1, number, at, at, claims, {"event": "look", "properties": {}})
    with brand.database.transaction() as conn:
        intake.put(conn, Lane.LIVE, [message])
    pipeline = Pipeline(brand.database, brand.clock, 5000)
    while pipeline.run_once():
        pass


class TestChanges:
    def test_only_those_are_asked_to_whom_what_the_rule_names_has_happened(self, brand: Brand) -> None:
        brand.people(1, 2)
        brand.segment(LOOKED)
        brand.settle()
        brand.tell(did(1, NOW), did(2, NOW, name="other"))
        brand.ship()
        with brand.database.transaction() as conn:
            shipment = timeline.read_on(conn, READER)
            assert shipment is not None
            touched, facts = touched_by(conn, shipment, brand.clock.now())
            assert touched["event.tracked"] == BitMap64([1, 2])
            assert facts.owners[facts.which("event.tracked", {"look"})].tolist() == [1]
            assert sorted(facts.owners[facts.which("event.tracked", {"look", "other"})].tolist()) == [1, 2]
            assert not facts.which("page.viewed", {"look"}).any()

    def test_the_first_fill_is_not_told_and_what_follows_is(self, brand: Brand) -> None:
        brand.people(1, 2)
        brand.tell(did(1, ago(days=1)))
        brand.ship()
        segment_id = brand.segment(LOOKED)
        brand.settle()
        assert (brand.members(segment_id), told(brand)) == ({1}, Counter())
        brand.tell(did(2, NOW))
        brand.settle()
        assert (brand.members(segment_id), told(brand)) == ({1, 2}, Counter({("entered", 2): 1}))
        brand.clock.advance(timedelta(days=1))
        brand.settle()
        assert brand.members(segment_id) == {2}
        assert told(brand) == Counter({("entered", 2): 1, ("left", 1): 1})
        with brand.database.transaction() as conn:
            (day,) = segments.moves(conn, brand.clickhouse, segment_id, NOW.date(), NOW.date())
            assert (day.entered, day.left) == (1, 0)
            assert movers(conn, brand, segment_id) == [(1, False), (2, True)]
            assert movers(conn, brand, segment_id, entered=True) == [(2, True)]
            assert movers(conn, brand, segment_id, entered=False) == [(1, False)]
            both = segments.movers(conn, brand.clickhouse, segment_id, FIRST, LAST, limit=1)
            rest = segments.movers(conn, brand.clickhouse, segment_id, FIRST, LAST, limit=1, cursor=both.next)
            assert [one.customer_id for one in (*both.moves, *rest.moves)] == [1, 2]
            assert (both.moves[0].at, rest.moves[0].at, rest.next) == (NOW + timedelta(days=1), NOW, None)
            for bad in ("x", encode_cursor([1]), encode_cursor([1, -1, "segment.left"])):
                with pytest.raises(BadInput):
                    segments.movers(conn, brand.clickhouse, segment_id, FIRST, LAST, cursor=bad)
            with pytest.raises(NotFound):
                segments.movers(conn, brand.clickhouse, 999, FIRST, LAST)

    def test_a_fact_dated_ahead_counts_from_its_moment(self, brand: Brand) -> None:
        brand.people(1)
        segment_id = brand.segment(LOOKED)
        brand.tell(did(1, NOW + timedelta(days=1)))
        brand.settle()
        assert brand.members(segment_id) == set()
        brand.clock.advance(timedelta(days=1))
        brand.settle()
        assert brand.members(segment_id) == {1}

    def test_a_segment_that_is_not_live_waits_for_its_evaluation(self, brand: Brand) -> None:
        brand.people(1)
        segment_id = brand.segment(LOOKED, live=False)
        brand.tell(did(1, NOW))
        brand.settle()
        assert brand.members(segment_id) == set()
        assert brand.evaluate(segment_id).entered == 1
        assert told(brand) == Counter({("entered", 1): 1})

    def test_another_rule_waits_for_its_evaluation_and_tells_the_difference(self, brand: Brand) -> None:
        brand.people(1, 2)
        brand.tell(did(1, NOW))
        brand.ship()
        segment_id = brand.segment(LOOKED, "s")
        brand.do(lambda conn: segments.change(conn, ACTOR, segment_id, NOW, name="s", rule=Not(LOOKED)))
        brand.tell(did(2, NOW))
        brand.settle()
        assert brand.members(segment_id) == {1}
        found = brand.evaluate(segment_id)
        assert (found.version, found.cause, found.people) == (2, "changed", 0)
        assert told(brand) == Counter({("left", 1): 1})


class TestPeople:
    def test_somebody_new_comes_into_a_rule_that_asks_for_nothing(self, brand: Brand) -> None:
        segment_id = brand.segment(Not(TagOn("vip")))
        see(brand, "a")
        brand.settle()
        assert len(brand.members(segment_id)) == 1

    def test_who_is_merged_away_neither_comes_nor_goes(self, brand: Brand) -> None:
        see(brand, "a")
        see(brand, "b")
        brand.ship()
        segment_id = brand.segment(LOOKED)
        one, other = sorted(brand.members(segment_id))
        brand.do(lambda conn: people.merge(conn, ACTOR, one, other, "test", NOW))
        brand.settle()
        assert (brand.members(segment_id), told(brand)) == ({one}, Counter())

    def test_a_merge_brings_facts_with_it_before_the_dictionary_knows(self, brand: Brand) -> None:
        see(brand, "a")
        see(brand, "b")
        twice = Did(FactTest("event.tracked"), value=2)
        segment_id = brand.segment(twice)
        brand.settle()
        with brand.database.transaction() as conn:
            one, other = sorted(row[0] for row in rows(conn, "SELECT customer_id FROM customers.profile"))
            people.merge(conn, ACTOR, one, other, "test", NOW)
        assert brand.few(twice, one, other) == {one}  # nothing was shipped yet
        brand.settle()
        assert brand.members(segment_id) == {one}

    def test_a_split_takes_facts_away(self, brand: Brand) -> None:
        see(brand, "a")
        see(brand, "b")
        brand.settle()
        twice = Did(FactTest("event.tracked"), value=2)
        segment_id, looked = brand.segment(twice), brand.segment(LOOKED, "looked")
        with brand.database.transaction() as conn:
            one, other = sorted(row[0] for row in rows(conn, "SELECT customer_id FROM customers.profile"))
            people.merge(conn, ACTOR, one, other, "test", NOW)
        brand.settle()
        assert (brand.members(segment_id), brand.members(looked)) == ({one}, {one})
        with brand.database.transaction() as conn:
            found = rows(conn, "SELECT id FROM identity.identifier WHERE value = 'b'")
            made = people.split(conn, ACTOR, one, [found[0][0]], "test", NOW)
        assert brand.few(twice, one) == set()  # at once
        brand.settle()
        assert brand.members(segment_id) == brand.who(twice) == set()
        assert brand.members(looked) == {one, made}  # a person who is new by the split, without a fact of their own


class TestOnce:
    def test_a_reaction_that_fails_undoes_all_of_it(self, brand: Brand) -> None:
        brand.people(1)
        segment_id = brand.segment(LOOKED)
        brand.tell(did(1, NOW))
        brand.ship()
        calls: list[int] = []

        def fails(_conn: Any, _clickhouse: Any, shipment: Any, changes: Any, _now: Any) -> None:
            calls.append(len(changes))
            assert shipment.facts["name"].to_pylist() == ["look"]
            if len(calls) == 1:
                raise RuntimeError("between two steps")

        reacting = Reacting(brand.database, brand.clickhouse, brand.clock, [fails])
        with pytest.raises(RuntimeError):
            reacting.run_once()
        assert (brand.members(segment_id), told(brand)) == (set(), Counter())
        assert reacting.run_once()
        assert (brand.members(segment_id), told(brand), calls) == ({1}, Counter({("entered", 1): 1}), [1, 1])

    def test_a_log_that_is_shipped_anew_is_not_read_again(self, brand: Brand) -> None:
        brand.people(1, 2)
        segment_id = brand.segment(LOOKED)
        brand.tell(did(1, NOW))
        brand.settle()
        brand.tell(did(2, NOW))
        brand.ship()
        with brand.database.transaction() as conn:
            timeline.rebuild_image(conn, brand.clickhouse)
            assert timeline.read_on(conn, READER) is None  # not in ClickHouse any more
        brand.ship()
        read = 0
        while count := brand.reacting.run_once():
            read += count - 1
        assert read == 1  # of 2; what was read before the rebuild is not read again
        brand.settle()
        assert brand.members(segment_id) == {1, 2}
        assert told(brand) == Counter({("entered", 1): 1, ("entered", 2): 1})

    def test_two_readers_take_turns(self, brand: Brand) -> None:
        brand.tell(did(1, NOW))
        brand.ship()
        with brand.database.transaction() as one:
            assert timeline.read_on(one, READER) is not None
            with brand.database.transaction() as other:
                assert timeline.read_on(other, READER) is None


class TestKill:
    @pytest.fixture
    def reactors(self) -> Iterator[Forking]:
        forking = Forking("tests.unit.segments.reactor")
        yield forking
        forking.close()

    def test_kill_9_loses_and_doubles_nothing(self, brand: Brand, clickhouse_url: str, reactors: Forking) -> None:
        everybody = range(1, 201)
        brand.people(*everybody)
        segment_id = brand.segment(Did(FactTest("event.tracked", "look")))
        waiting = list(everybody)
        for round_ in range(6):
            reactor = reactors.start(brand.database.url, clickhouse_url)
            for customer_id in [waiting.pop() for _ in range(30) if waiting]:
                brand.tell(did(customer_id, NOW))
            time.sleep(0.02 * round_)
            if round_ == 5:
                for customer_id in waiting:
                    brand.tell(did(customer_id, NOW))
                deadline = time.monotonic() + 60
                while brand.members(segment_id) != set(everybody) and time.monotonic() < deadline:
                    time.sleep(0.1)
            reactors.kill(reactor)
            reactors.wait(reactor)
        assert brand.members(segment_id) == set(everybody)
        assert told(brand) == Counter({("entered", customer_id): 1 for customer_id in everybody})


class TestLearning:
    def test_each_act_is_learnt_from_once_and_what_gathered_is_learnt_together(self, brand: Brand) -> None:
        brand.people(1, 2)
        learning = Learning(brand.database)
        for _ in range(3):
            brand.tell(did(1, NOW), did(1, NOW + timedelta(hours=1)), did(2, NOW))
            brand.ship()
        assert learning.run_once() == 1 + 9
        assert learning.run_once() == 0
        with brand.database.transaction() as conn:
            known = {row.customer_id: row.acts for row in rows(conn, "SELECT customer_id, acts FROM touch.daytime")}
        hour = NOW.hour
        assert {one: {at: count for at, count in enumerate(acts) if count} for one, acts in known.items()} == {
            1: {hour: 3, hour + 1: 3},
            2: {hour: 3},
        }
