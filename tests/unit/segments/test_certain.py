"""Who passes by what was just told, whatever else is known: never somebody of whom the facts alone do not say so."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.kernel.clock import to_millis
from siyu.segments.service.certain import certain
from siyu.segments.store.aggregates import NEVER, Moment
from siyu.segments.types import (
    AllOf,
    AnyOf,
    Bought,
    Did,
    FactTest,
    FollowedBy,
    Not,
    PropertyTest,
    Rule,
    Span,
    TagOn,
    Told,
    Window,
)

HOUR = 3_600_000
NOW = to_millis(datetime(2026, 3, 3, 12, tzinfo=UTC))
MOMENT = Moment(NOW, ZoneInfo("Asia/Shanghai"))
LOOK, CART, PAID = FactTest("event.tracked", "look"), FactTest("event.tracked", "cart"), FactTest("order.paid")
DAY = Window(Span(1))


def told(*facts: tuple[int, FactTest, int]) -> Told:
    """(whose, which, hours ago) as columns."""
    kinds, names = sorted({test.kind for _, test, _ in facts}), sorted({test.name or "" for _, test, _ in facts})
    return Told(
        np.array([owner for owner, _, _ in facts], np.int64),
        np.array([NOW - hours * HOUR for _, _, hours in facts], np.int64),
        np.array([kinds.index(test.kind) for _, test, _ in facts], np.int64),
        np.array([names.index(test.name or "") for _, test, _ in facts], np.int64),
        kinds,
        names,
    )


def passing(rule: Rule, facts: Told) -> dict[int, int]:
    """Customer → hours from now for which it is certain; -1 for ever."""
    ids, until = certain(rule, facts, MOMENT)
    hours = ((until - NOW) // HOUR).tolist()
    return {one: -1 if end == NEVER else hour for one, end, hour in zip(ids.tolist(), until, hours, strict=True)}


class TestCertain:
    FACTS = told((1, LOOK, 2), (1, LOOK, 5), (1, CART, 1), (2, LOOK, 23), (3, LOOK, 25), (4, LOOK, -1), (0, LOOK, 1))

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            (Did(LOOK), {1: -1, 2: -1, 3: -1}),
            (Did(LOOK, within=DAY), {1: 22, 2: 1}),
            (Did(FactTest("event.tracked"), within=DAY), {1: 23, 2: 1}),
            (Did(LOOK, value=2, within=DAY), {1: 19}),
            (Did(LOOK, comparison="gt", value=1, within=DAY), {1: 19}),
            (Did(LOOK, "days", within=DAY), {1: 22, 2: 1}),
            (AllOf((Did(LOOK, within=DAY), Did(CART, within=DAY))), {1: 22}),
            (AnyOf((Did(LOOK, within=DAY), Did(CART, within=DAY))), {1: 23, 2: 1}),
            (AnyOf((Did(CART, within=DAY), TagOn("vip"))), {1: 23}),
            (Did(LOOK, within=Window(first_day=date(2026, 3, 3))), {1: -1}),
            (Did(LOOK, within=Window(last_day=date(2026, 3, 2))), {2: -1, 3: -1}),
        ],
    )
    def test_enough_of_them_are_enough(self, rule: Rule, expected: dict[int, int]) -> None:
        assert passing(rule, self.FACTS) == expected

    @pytest.mark.parametrize(
        "rule",
        [
            Not(Did(LOOK)),
            AllOf((Did(LOOK), TagOn("vip"))),
            Did(LOOK, comparison="le", value=5),
            Did(LOOK, comparison="eq", value=2),
            Did(LOOK, comparison="ge", value=0),
            Did(LOOK, "sum", "ge", 0),
            Did(LOOK, "days", "ge", 2),
            Did(LOOK, "since_last", "lt", 5),
            Did(FactTest("event.tracked", "look", (PropertyTest("sku", "eq", "1"),))),
            FollowedBy(LOOK, CART, Span(1)),
            Bought(),
        ],
    )
    def test_what_others_may_change_is_not_certain(self, rule: Rule) -> None:
        assert passing(rule, self.FACTS) == {}

    @given(
        st.lists(st.tuples(st.integers(1, 3), st.sampled_from([LOOK, CART, PAID]), st.integers(-5, 60)), min_size=1),
        st.lists(st.tuples(st.integers(1, 3), st.sampled_from([LOOK, CART, PAID]), st.integers(-5, 60))),
        st.integers(1, 3),
        st.integers(1, 50),
    )
    def test_more_facts_only_make_it_more_certain(
        self, some: list[tuple[int, FactTest, int]], more: list[tuple[int, FactTest, int]], least: int, hours: int
    ) -> None:
        looked = Did(LOOK, value=least, within=Window(Span(hours, "hour")))
        for rule in (looked, AllOf((looked, Did(PAID))), AnyOf((looked, Did(CART, within=DAY)))):
            before, after = certain(rule, told(*some), MOMENT), certain(rule, told(*some, *more), MOMENT)
            later = dict(zip(after[0].tolist(), after[1].tolist(), strict=True))
            assert all(later[one] >= until for one, until in zip(before[0].tolist(), before[1].tolist(), strict=True))
            assert all(until > NOW for until in before[1].tolist())
