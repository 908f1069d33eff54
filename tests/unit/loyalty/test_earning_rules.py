"""Shares, days and caps by themselves: whatever orders come to."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.commerce.types import LineStanding, OrderStanding
from siyu.kernel.errors import BadInput
from siyu.loyalty.rules import caps, days
from siyu.loyalty.rules.caps import Wanted, allowed
from siyu.loyalty.rules.earning import Terms, check, dues
from siyu.loyalty.rules.shares import by_category, spread
from siyu.loyalty.types import Cap, EarningRules, MultiplierDays, OrderRule

AT = datetime(2026, 3, 3, tzinfo=UTC)
DAY = date(2026, 3, 3)
FEN = st.integers(0, 10**9)
LINES = st.lists(
    st.builds(LineStanding, st.sampled_from([None, "tea", "cups"]), FEN, st.integers(0, 10**6)), max_size=6
)


def order(paid: int, refunded: int = 0, *, received: bool = True) -> OrderStanding:
    return OrderStanding(1, "jd", "flagship", "1", 5, 0, paid, refunded, True, received, AT, AT)


@given(FEN, st.lists(FEN, max_size=8))
def test_what_is_spread_is_whole(total: int, weights: list[int]) -> None:
    parts = spread(total, weights)
    assert sum(parts) == (total if sum(weights) else 0)
    if total <= sum(weights):
        assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


@given(FEN, FEN, LINES)
def test_categories_come_to_no_more_than_the_order(paid: int, refunded: int, lines: list[LineStanding]) -> None:
    found = by_category(order(paid, refunded), lines)
    assert all(part > 0 for part in found.values())
    net = max(0, paid - refunded)
    assert sum(found.values()) <= net
    if refunded >= sum(line.refunded_fen for line in lines):  # as commerce reckons it
        shares = spread(paid, [line.worth_fen for line in lines])
        within = all(line.refunded_fen <= part for line, part in zip(lines, shares, strict=True))
        if within or not any(line.worth_fen for line in lines):
            assert sum(found.values()) == net


def test_what_went_back_for_a_line_is_that_lines() -> None:
    lines = [LineStanding("tea", 6_000, 0), LineStanding("cups", 3_000, 1_000), LineStanding(None, 1_000, 0)]
    assert by_category(order(10_000, 1_000), lines) == {"tea": 6_000, "cups": 2_000, None: 1_000}
    assert by_category(order(5_000), lines) == {"tea": 3_000, "cups": 500, None: 500}
    assert by_category(order(10_000, 10_000), lines) == {}


RULES = [
    OrderRule(3, 100, category="tea"),
    OrderRule(5, 100, platform="jd", category="cups", when="paid"),
    OrderRule(1, 100),
]


@given(FEN, FEN, LINES)
def test_every_fen_earns_by_one_rule(paid: int, refunded: int, lines: list[LineStanding]) -> None:
    one = order(paid, refunded)
    found = dues(RULES, "points", one, lines, Terms(1, DAY, 100))
    shares = by_category(one, lines)
    rates = {"tea": 3, "cups": 5, None: 1}
    exact = sum(fen * rates[category] for category, fen in shares.items()) / 100
    assert exact - 3 < sum(found.values()) <= exact
    twice = dues(RULES, "points", one, lines, Terms(1, DAY, 200))
    assert all(2 * found[place] <= twice[place] <= 2 * found[place] + 1 for place in found)
    assert dues(RULES, "growth", one, lines, Terms(1, DAY, 100)) == {}


def test_a_rule_waits_for_its_own_moment() -> None:
    lines = [LineStanding("tea", 5_000, 0), LineStanding("cups", 5_000, 0)]
    assert dues(RULES, "points", order(10_000, received=False), lines, Terms(1, DAY, 100)) == {1: 250}


SINGLES = MultiplierDays(300, first=date(2026, 11, 11), last=date(2026, 11, 11))
WEDNESDAYS = MultiplierDays(200, weekdays=[3])
BIRTHDAY = MultiplierDays(500, birthday="day")


def test_the_highest_day_counts() -> None:
    all_days = [SINGLES, WEDNESDAYS, BIRTHDAY]
    assert days.percent_of(all_days, "points", date(2026, 11, 10), None) == 100
    assert days.percent_of(all_days, "points", date(2026, 11, 11), None) == 300  # a Wednesday as well
    assert days.percent_of(all_days, "points", date(2026, 11, 18), (11, 19)) == 200
    assert days.percent_of(all_days, "points", date(2026, 11, 18), (11, 18)) == 500
    assert days.percent_of(all_days, "growth", date(2026, 11, 11), (11, 11)) == 100
    assert days.percent_of([MultiplierDays(150, month_days=[8])], "points", date(2026, 2, 8), None) == 150
    assert days.percent_of([MultiplierDays(150, birthday="month")], "points", date(2026, 2, 8), (2, 27)) == 150


@pytest.mark.parametrize(("on", "percent"), [((2028, 2, 29), 500), ((2028, 2, 28), 100), ((2027, 2, 28), 500)])
def test_the_twenty_ninth_of_february(on: tuple[int, int, int], percent: int) -> None:
    assert days.percent_of([BIRTHDAY], "points", date(*on), (2, 29)) == percent


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("1990-05-17", (5, 17)), ("1990/05/17", (5, 17)), ("05-17", (5, 17)), ("1990.05.17T00:00", (5, 17)),
        ("1990-13-17", None), ("17 May", None), (19900517, None), (None, None), ("", None),
    ],
)  # fmt: skip
def test_birthdays_as_they_are_written(said: object, found: object) -> None:
    assert days.birthday_of(said) == found


CAPS = st.one_of(
    st.none(), st.builds(Cap, st.just("points"), st.integers(1, 300), st.one_of(st.none(), st.integers(300, 900)))
)
WANTED = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 500)), max_size=12)


@given(WANTED, CAPS, st.randoms(use_true_random=False))
def test_caps_hold_in_whatever_order_orders_are_told(
    wanted: list[tuple[int, int]], cap: Cap | None, random: object
) -> None:
    """Told one after the other, each time with what the others have: as much as when all are told at once."""
    whole = [Wanted(DAY + timedelta(after), due, 0, cap) for after, due in wanted]
    at_once = allowed(whole)
    shuffled = list(range(len(whole)))
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    had: dict[int, int] = {}
    for place in shuffled:
        had[place] = 0
        known = sorted(had)
        for one, count in zip(known, allowed([whole[one]._replace(had=had[one]) for one in known]), strict=True):
            assert count >= had[one]  # nothing is taken back for the sake of a cap
            had[one] = count
    assert sum(had.values()) == sum(at_once)
    for one, count in zip(whole, at_once, strict=True):
        assert 0 <= count <= one.due
    if cap is not None:
        for day in {one.day for one in whole}:
            of_day = [count for one, count in zip(whole, at_once, strict=True) if one.day == day]
            of_month = [c for one, c in zip(whole, at_once, strict=True) if one.day.month == day.month]
            assert cap.per_day is None or sum(of_day) <= cap.per_day
            assert cap.per_month is None or sum(of_month) <= cap.per_month


def test_what_a_refund_leaves_another_order_earns() -> None:
    cap = Cap("points", per_day=100)
    assert allowed([Wanted(DAY, 80, 80, cap), Wanted(DAY, 80, 20, cap)]) == [80, 20]
    assert allowed([Wanted(DAY, 10, 80, cap), Wanted(DAY, 80, 20, cap)]) == [10, 80]
    assert allowed([Wanted(DAY, 80, 80, cap), Wanted(DAY, 80, 80, cap)]) == [80, 80]  # of two people who are one now


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (EarningRules([OrderRule(1, 100), OrderRule(2, 100, category="tea")]), "rule 2 is never reached"),
        (EarningRules(days=[MultiplierDays(200)]), "multiplier 1 needs exactly one of"),
        (EarningRules(days=[MultiplierDays(200, weekdays=[3], birthday="day")]), "exactly one of"),
        (EarningRules(days=[MultiplierDays(200, first=DAY)]), "both a first and a last date"),
        (EarningRules(days=[MultiplierDays(200, first=DAY, last=DAY - timedelta(1))]), "in this order"),
        (EarningRules(days=[WEDNESDAYS, MultiplierDays(300, weekdays=[2, 3])]), "multipliers 1 and 2 share a day"),
        (EarningRules(days=[SINGLES, MultiplierDays(300, first=DAY, last=date(2026, 12, 1))]), "share a day"),
        (EarningRules(days=[BIRTHDAY, BIRTHDAY]), "share a day"),
        (EarningRules(days=[MultiplierDays(200, unit="fen", birthday="day")]), "multiplier 1: orders earn points"),
        (EarningRules(caps=[Cap()]), "cap 1 limits nothing"),
        (EarningRules(caps=[Cap(per_day=5), Cap(per_month=5)]), "cap 2 is a second one for 'points'"),
        (EarningRules(caps=[Cap(per_day=6, per_month=5)]), "cap 1 allows more a day than a month"),
        (EarningRules(caps=[Cap("miles", per_day=6)]), "cap 1: orders earn points"),
    ],
)
def test_rules_that_make_no_sense_together(rules: EarningRules, said: str) -> None:
    with pytest.raises(BadInput) as raised:
        check(rules)
    assert said in raised.value.message
    assert raised.value.message_zh


def test_different_sorts_of_days_may_meet() -> None:
    check(EarningRules(days=[SINGLES, WEDNESDAYS, BIRTHDAY, MultiplierDays(150, birthday="month")]))
    days.check([WEDNESDAYS, MultiplierDays(200, unit="growth", weekdays=[3])])
    caps.check([Cap("points", 5), Cap("growth", 5)])
