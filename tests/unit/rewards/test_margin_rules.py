"""The margin guard is exact, and the sentence says what would do."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.rewards.rules.margin import cash_needed, check_margin, covers, points_needed
from siyu.rewards.types import RewardRules, UnderMargin

RULES = st.builds(
    RewardRules,
    points=st.integers(1, 1000),
    fen=st.integers(0, 1000),
    margin_bp=st.integers(0, 20_000),
)
AMOUNTS = st.integers(0, 1_000_000)


@given(RULES, AMOUNTS, AMOUNTS, AMOUNTS)
def test_it_covers_exactly_what_it_costs(rules: RewardRules, points: int, cash: int, cost: int) -> None:
    worth = points * Fraction(rules.fen, rules.points) + cash
    assert covers(rules, points, cash, cost) == (worth >= cost * (1 + Fraction(rules.margin_bp, 10_000)))


@given(RULES, AMOUNTS, AMOUNTS)
def test_the_points_that_are_needed_are_the_fewest(rules: RewardRules, cash: int, cost: int) -> None:
    needed = points_needed(rules, cash, cost)
    if needed is None:
        assert not rules.fen
        assert not covers(rules, 10**9, cash, cost)
    else:
        assert covers(rules, needed, cash, cost)
        assert not needed or not covers(rules, needed - 1, cash, cost)


@given(RULES, AMOUNTS, AMOUNTS)
def test_the_cash_that_is_needed_is_the_least(rules: RewardRules, points: int, cost: int) -> None:
    needed = cash_needed(rules, points, cost)
    assert covers(rules, points, needed, cost)
    assert not needed or not covers(rules, points, needed - 1, cost)


def test_the_sentence_says_what_to_change() -> None:
    rules = RewardRules(points=100, fen=100, margin_bp=2_000)
    check_margin(rules, "茶杯", 1200, 0, 1000)
    with pytest.raises(UnderMargin) as caught:
        check_margin(rules, "茶杯", 1199, 0, 1000)
    assert "at least 1,200 points, or at least 0.01 yuan in cash" in caught.value.message
    assert "积分不少于 1,200，或现金不少于 0.01 元" in caught.value.message_zh
    with pytest.raises(UnderMargin, match=r"Ask at least 12\.00 yuan in cash"):
        check_margin(RewardRules(points=1, fen=0, margin_bp=2_000), "茶杯", 10**6, 0, 1000)
