"""Funnels on a real ClickHouse, against ways worked out by hand and, for made-up crowds, by a plain search."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import median_low
from typing import Any

import pytest
from tests.unit.insight.telling import UNTIL, become, did, money, tell

from siyu.engines.clickhouse.client import Client
from siyu.insight import service
from siyu.insight.types import (
    Comparison,
    FunnelBy,
    FunnelDefinition,
    FunnelPeople,
    FunnelPlan,
    FunnelStep,
    FunnelWindow,
    PropertyFilter,
    UnknownFactKind,
    UnknownProperty,
)
from siyu.kernel.errors import BadInput
from siyu.kernel.fact import Fact

LOOK, PUT, PAY = FunnelStep("event.tracked", "Looked"), FunnelStep("event.tracked", "Put"), FunnelStep("order.paid")
WEEK = FunnelWindow(7)


def plan(*steps: FunnelStep, window: FunnelWindow = WEEK, strict: bool = False, by: FunnelBy = "none") -> FunnelPlan:
    definition = FunnelDefinition(steps, window, strict, by)
    return FunnelPlan(definition, UNTIL, date(2026, 1, 1), date(2026, 4, 1))


def people(client: Client, asked: FunnelPlan) -> list[int]:
    return [step.people for step in service.funnel(client, asked).steps]


class TestCounting:
    def test_steps_shares_and_times(self, empty: Client) -> None:
        tell(
            empty,
            did(1, "2026-01-01T10:00:00", "Looked"),
            did(1, "2026-01-01T10:01:00", "Put"),
            money(1, "2026-01-01T10:11:00", 5),
            did(2, "2026-01-02", "Looked"),
            did(2, "2026-01-03", "Put"),
            did(3, "2026-01-02", "Looked"),
            did(4, "2026-01-02", "Put"),  # never looked
            did(0, "2026-01-02", "Looked"),  # nobody
        )
        table = service.funnel(empty, plan(LOOK, PUT, PAY))
        assert [(s.people, s.stopped, s.of_first, s.of_previous, s.median_seconds) for s in table.steps] == [
            (3, 1, 1.0, 1.0, None),
            (2, 1, 0.666667, 0.666667, 60.0),
            (1, 0, 0.333333, 0.5, 600.0),
        ]
        assert (table.groups, table.first, table.last) == ((), date(2026, 1, 1), date(2026, 4, 1))

    def test_nobody(self, empty: Client) -> None:
        table = service.funnel(empty, plan(LOOK, PUT))
        assert [(s.people, s.of_first, s.median_seconds) for s in table.steps] == [(0, 0.0, None), (0, 0.0, None)]

    def test_the_whole_way_lies_within_the_window(self, empty: Client) -> None:
        tell(empty, did(1, "2026-01-01T00:00:00", "Looked"), did(1, "2026-01-01T01:00:00", "Put"))
        assert people(empty, plan(LOOK, PUT, window=FunnelWindow(1, "hour"))) == [1, 1]
        tell(empty, did(2, "2026-01-01T00:00:00", "Looked"), did(2, "2026-01-01T01:00:01", "Put"))
        assert people(empty, plan(LOOK, PUT, window=FunnelWindow(1, "hour"))) == [2, 1]
        tell(empty, did(1, "2026-01-01T01:00:01", "Looked", "page.viewed"))
        assert people(empty, plan(LOOK, PUT, FunnelStep("page.viewed"), window=FunnelWindow(1, "hour"))) == [2, 1, 0]

    def test_a_later_beginning_is_found(self, empty: Client) -> None:
        tell(
            empty,
            did(1, "2026-01-01", "Looked"),
            did(1, "2026-01-20", "Looked"),
            did(1, "2026-01-21", "Put"),
            money(1, "2026-01-26", 1),
        )
        assert people(empty, plan(LOOK, PUT, PAY)) == [1, 1, 1]

    def test_each_step_needs_a_fact_of_its_own(self, empty: Client) -> None:
        tell(empty, money(1, "2026-01-01", 1), money(2, "2026-01-01", 1), money(2, "2026-01-02", 1))
        assert people(empty, plan(PAY, PAY)) == [2, 1]

    def test_the_same_moment_counts_in_the_order_of_the_steps(self, empty: Client) -> None:
        tell(empty, money(1, "2026-01-01", 1), money(1, "2026-01-01", 0, "order.placed"))
        placed = FunnelStep("order.placed")
        assert people(empty, plan(placed, PAY)) == [1, 1]
        assert people(empty, plan(PAY, placed)) == [1, 1]  # whichever way round the funnel has them

    def test_strict_allows_no_step_in_between(self, empty: Client) -> None:
        tell(
            empty,
            did(1, "2026-01-01", "Looked"),
            did(1, "2026-01-02", "Other"),
            did(1, "2026-01-03", "Put"),
            money(1, "2026-01-04", 1),
            did(2, "2026-01-01", "Looked"),
            did(2, "2026-01-02", "Put"),
            did(2, "2026-01-03", "Looked"),
            money(2, "2026-01-04", 1),
        )
        assert people(empty, plan(LOOK, PUT, PAY)) == [2, 2, 2]
        assert people(empty, plan(LOOK, PUT, PAY, strict=True)) == [2, 2, 1]

    def test_days_are_those_of_the_zone_and_what_follows_may_be_later(self, empty: Client) -> None:
        tell(
            empty,
            did(1, "2025-12-31T16:00:00", "Looked"),  # midnight in Shanghai
            did(2, "2025-12-31T15:59:59.999", "Looked"),
            did(3, "2026-01-01T15:59:59.999", "Looked"),
            did(3, "2026-01-05", "Put"),
            did(4, "2026-01-01T16:00:00", "Looked"),
        )
        day = replace(plan(LOOK, PUT), last=date(2026, 1, 1))
        assert people(empty, day) == [2, 1]
        assert people(empty, replace(day, now=datetime(2026, 1, 4, tzinfo=UTC))) == [2, 0]

    @pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25)])
    def test_a_day_on_which_the_clock_changes(self, empty: Client, day: date, hours: int) -> None:
        start = datetime(day.year, day.month, day.day, 4 if hours == 25 else 5, tzinfo=UTC)  # midnight in New York
        for customer, offset in enumerate(
            (timedelta(0), timedelta(hours=hours, milliseconds=-1), timedelta(hours=hours)), 1
        ):
            tell(empty, Fact("event.tracked", customer, 0, start + offset, name="Looked"))
        one_day = FunnelPlan(
            FunnelDefinition((LOOK, PUT), WEEK), start + timedelta(days=9), day, day, "America/New_York"
        )
        assert people(empty, one_day) == [2, 0]

    def test_merges_and_splits(self, empty: Client) -> None:
        tell(empty, did(1, "2026-01-01", "Looked"), did(2, "2026-01-02", "Put"), money(3, "2026-01-03", 1, via=77))
        assert people(empty, plan(LOOK, PUT, PAY)) == [1, 0, 0]
        become(empty, (2, 1), (77, 1))
        assert people(empty, plan(LOOK, PUT, PAY)) == [1, 1, 1]
        become(empty, (77, 9))
        assert people(empty, plan(LOOK, PUT, PAY)) == [1, 1, 0]


class TestGroups:
    def test_where_somebody_entered(self, empty: Client) -> None:
        tell(
            empty,
            did(1, "2026-01-01", "Registered", source=9),
            did(1, "2026-01-02", "Looked", source=4),
            did(1, "2026-01-03", "Put", source=5),
            did(2, "2026-01-02", "Looked", source=5),
            did(3, "2026-01-02", "Looked", source=5),
            did(4, "2026-01-02", "Put", source=5),  # never looked
            did(0, "2026-01-02", "Put", source=5),  # nobody
        )
        by_source = service.funnel(empty, plan(LOOK, PUT, by="source"))
        assert [(g.group, [s.people for s in g.steps]) for g in by_source.groups] == [("5", [2, 0]), ("4", [1, 1])]
        assert [s.people for s in by_source.steps] == [3, 1]
        first = service.funnel(empty, plan(LOOK, PUT, by="first_source"))
        assert [(g.group, [s.people for s in g.steps]) for g in first.groups] == [("5", [2, 0]), ("9", [1, 1])]
        assert [(s.people, s.median_seconds) for s in first.steps] == [(3, None), (1, 86400.0)]

    def test_platform(self, empty: Client) -> None:
        for customer, platform in enumerate(("jd", "jd", "taobao"), 1):
            tell(empty, money(customer, "2026-01-01", 0, "order.placed", platform=platform))
        tell(empty, money(3, "2026-01-02", 5, platform="jd"))
        table = service.funnel(empty, plan(FunnelStep("order.placed"), PAY, by="platform"))
        assert [(g.group, [s.people for s in g.steps]) for g in table.groups] == [("jd", [2, 0]), ("taobao", [1, 1])]


class TestPeople:
    def test_who_reached_and_who_stopped(self, empty: Client) -> None:
        tell(empty, *[did(n, "2026-01-01", "Looked", source=n % 2) for n in range(1, 8)])
        tell(empty, *[did(n, "2026-01-02", "Put") for n in (2, 3, 5)])
        asked = plan(LOOK, PUT)
        assert service.people(empty, FunnelPeople(asked, 2)).customer_ids == (2, 3, 5)
        stopped = FunnelPeople(asked, 1, "stopped")
        page = service.people(empty, stopped, limit=3)
        assert (page.customer_ids, page.total) == ((1, 4, 6), 4)
        rest = service.people(empty, stopped, cursor=page.next, limit=3)
        assert (rest.customer_ids, rest.next, rest.total) == ((7,), None, None)
        assert [one for chunk in service.all_people(empty, stopped) for one in chunk] == [1, 4, 6, 7]
        grouped = FunnelPeople(plan(LOOK, PUT, by="source"), 1, group="1")
        assert service.people(empty, grouped).customer_ids == (1, 3, 5, 7)
        assert service.people(empty, FunnelPeople(asked, 2, "stopped")).customer_ids == (2, 3, 5)

    @pytest.mark.parametrize("step", [0, 3, -1])
    def test_no_such_step(self, empty: Client, step: int) -> None:
        with pytest.raises(BadInput, match="steps 1 to 2"):
            service.people(empty, FunnelPeople(plan(LOOK, PUT), step))


NASTY = '\'; DROP TABLE facts --\\ "x" {v0:String}\n\t%s 中文 😀'
VALUES: tuple[tuple[Comparison, Any, set[int]], ...] = (
    ("eq", "red", {1}),
    ("ne", "red", {2, 3, 4, 5, 6, 7}),
    ("in", ["red", NASTY], {1, 2}),
    ("eq", NASTY, {2}),
    ("contains", "DROP table", {2}),
    ("contains", "%", {2}),
    ("eq", 7, {3}),
    ("gt", 6.5, {3, 4}),
    ("lt", 7.5, {3}),
    ("in", [7, 8.25], {3, 4}),
    ("ne", 7, {1, 2, 4, 5, 6, 7}),
    ("eq", True, {5}),
    ("eq", "", {7}),
)


class TestConditions:
    @pytest.mark.parametrize(("comparison", "value", "expected"), VALUES)
    def test_comparisons(self, empty: Client, comparison: Comparison, value: Any, expected: set[int]) -> None:
        held = ("red", NASTY, 7, 8.25, True, None, "")
        facts = [did(n, "2026-01-01", "Looked", colour=one) for n, one in enumerate(held, 1) if one is not None]
        tell(empty, *facts, did(6, "2026-01-01", "Looked"), *[did(n, "2026-01-02", "Put") for n in range(1, 8)])
        condition = PropertyFilter("colour", comparison, value)
        asked = plan(replace(LOOK, where=(condition,)), PUT)
        assert set(service.people(empty, FunnelPeople(asked, 1)).customer_ids) == expected
        assert service.funnel(empty, asked).steps[1].people == len(expected)

    def test_inner_properties_money_and_source(self, empty: Client) -> None:
        tell(
            empty,
            did(1, "2026-01-01", "Looked", **{"$context": {"page": {"path": "/new"}}}),
            did(2, "2026-01-01", "Looked"),
        )
        tell(empty, money(1, "2026-01-02", 500, source=3), money(2, "2026-01-02", 499, source=4))
        path = PropertyFilter("$context.page.path", "eq", "/new")
        assert people(empty, plan(replace(LOOK, where=(path,)), PAY)) == [1, 1]
        for condition in (PropertyFilter("amount_fen", "gt", 499), PropertyFilter("source_id", "in", [3, 9])):
            assert people(empty, plan(LOOK, replace(PAY, where=(condition,)))) == [2, 1]

    def test_a_nasty_name_is_only_a_name(self, empty: Client) -> None:
        tell(empty, did(1, "2026-01-01", NASTY), did(1, "2026-01-02", "Put"))
        assert people(empty, plan(FunnelStep("event.tracked", NASTY), PUT)) == [1, 1]
        assert people(empty, plan(FunnelStep("event.tracked", "x' OR 1=1 --"), PUT)) == [0, 0]

    @pytest.mark.parametrize("name", ["colour", "", "platform.", "amount_fen.x", "x" * 300])
    def test_unknown_property(self, empty: Client, name: str) -> None:
        with pytest.raises((UnknownProperty, BadInput)):
            service.funnel(empty, plan(PAY, replace(PAY, where=(PropertyFilter(name, "eq", "x"),))))

    def test_unknown_kind(self, empty: Client) -> None:
        with pytest.raises(UnknownFactKind):
            service.funnel(empty, plan(PAY, FunnelStep("order.paid' OR 1")))

    @pytest.mark.parametrize(
        ("comparison", "value"),
        [
            ("eq", ["a"]),
            ("in", "a"),
            ("in", []),
            ("in", ["a", 1]),
            ("in", ["x"] * 201),
            ("gt", "a"),
            ("gt", True),
            ("contains", 5),
            ("eq", float("nan")),
            ("lt", float("inf")),
            ("eq", 10**30),
            ("eq", "a\x00b"),
            ("eq", "\ud800"),
            ("eq", "x" * 257),
        ],
    )
    def test_values_that_do_not_fit(self, empty: Client, comparison: Comparison, value: Any) -> None:
        with pytest.raises(BadInput):
            service.funnel(empty, plan(PAY, replace(PAY, where=(PropertyFilter("platform", comparison, value),))))

    @pytest.mark.parametrize("value", ["5", 5.5, True])
    def test_money_is_a_whole_number(self, empty: Client, value: Any) -> None:
        with pytest.raises(BadInput, match="whole number"):
            service.funnel(empty, plan(PAY, replace(PAY, where=(PropertyFilter("amount_fen", "eq", value),))))

    @pytest.mark.parametrize(
        "window", [FunnelWindow(0), FunnelWindow(367), FunnelWindow(-1, "hour"), FunnelWindow(10**12)]
    )
    def test_windows(self, empty: Client, window: FunnelWindow) -> None:
        with pytest.raises(BadInput, match="366 days"):
            service.funnel(empty, plan(PAY, PAY, window=window))

    @pytest.mark.parametrize("steps", [(), (PAY,), (PAY,) * 11])
    def test_number_of_steps(self, empty: Client, steps: tuple[FunnelStep, ...]) -> None:
        with pytest.raises(BadInput, match="2 to 10"):
            service.funnel(empty, plan(*steps))

    def test_ten_steps(self, empty: Client) -> None:
        tell(empty, *[money(1, f"2026-01-{day:02}", 1) for day in range(1, 11)])
        assert people(empty, plan(*(PAY,) * 10, window=FunnelWindow(20))) == [1] * 10


def search(facts: list[tuple[int, set[int]]], steps: int, window: int, *, strict: bool) -> list[int | None]:
    """Gaps (0 at the first step) to the first arrival at each step, looking at every way; ``None`` where none leads."""
    best: list[int | None] = [None] * steps
    ways: list[dict[int, tuple[int, int]]] = []  # for each fact: step → (beginning, gap) of the way that began last
    for place, (at, matches) in enumerate(facts):
        here: dict[int, tuple[int, int]] = {1: (at, 0)} if 1 in matches else {}
        for step in matches - {1}:
            earlier = range(place - 1, place) if strict else range(place)
            found = [
                (ways[before][step - 1][0], facts[before][0])
                for before in earlier
                if before >= 0 and step - 1 in ways[before] and at - ways[before][step - 1][0] <= window
            ]
            if found:
                start, previous = max(found)
                here[step] = (start, at - previous)
        ways.append(here)
        for step, (_, gap) in here.items():
            if best[step - 1] is None:
                best[step - 1] = gap
    return best


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_a_crowd_as_a_plain_search_finds_it(empty: Client, seed: int, strict: bool) -> None:
    chance = random.Random(seed)
    names = ("ABCD", "ABCD", "ABCA", "AABBC", "ABCD")[seed]  # also names that are two steps
    span = 40_000 if seed < 3 else 40  # minutes; in the short one many facts have the same moment
    steps = tuple(FunnelStep("event.tracked", name) for name in names)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    expected: list[list[int]] = [[] for _ in steps]
    told = []
    for customer in range(1, 201):
        mine = [(chance.randrange(span), chance.choice("ABCDX")) for _ in range(chance.randrange(1, 25))]
        told += [Fact("event.tracked", customer, 0, start + timedelta(minutes=at), name=name) for at, name in mine]
        facts = [(at, {n for n, step in enumerate(names, 1) if step == name}) for at, name in mine if name in names]
        facts.sort(
            key=lambda fact: (fact[0], sum(2**step for step in fact[1]))
        )  # at one moment the earlier steps first
        for place, gap in enumerate(search(facts, len(steps), 7 * 1440, strict=strict)):
            if gap is not None:
                expected[place].append(gap)
    tell(empty, *told)
    found = service.funnel(empty, plan(*steps, strict=strict)).steps
    assert [step.people for step in found] == [len(gaps) for gaps in expected]
    assert [step.median_seconds for step in found[1:]] == [
        median_low(gaps) * 60 if gaps else None for gaps in expected[1:]
    ]
