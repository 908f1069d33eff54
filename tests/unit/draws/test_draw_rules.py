"""Which rules are refused, with a sentence that says what to change; what the law is warned of."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.draws.conftest import DAY, NOON, PHONE, SMALL, pool, prize

from siyu.draws.rules import checking, proof
from siyu.draws.types import DrawLimits, DrawRules, FreeOrders, Pool, Price, Rebate, RebateStep
from siyu.kernel.errors import BadInput

FREE = FreeOrders(
    code="free", name="免单", opens_at=NOON, closes_at=NOON + DAY, draws_at=NOON + 8 * DAY, winners=2, most_fen=10_000,
    budget_fen=20_000, per_yuan=100,
)  # fmt: skip
BACK = Rebate(
    code="back",
    name="满返",
    opens_at=NOON,
    closes_at=NOON + DAY,
    steps=[RebateStep(10_000, 50), RebateStep(20_000, 120)],
)


def refused(rules: DrawRules) -> BadInput:
    with pytest.raises(BadInput) as caught:
        checking.check(rules)
    assert caught.value.message_zh
    return caught.value


def of_pool(one: Pool) -> str:
    return refused(DrawRules(pools=[one])).message


def test_what_makes_sense_is_taken() -> None:
    checking.check(DrawRules())
    checking.check(DrawRules(pools=[pool(SMALL, PHONE, budget_fen=300_000)], free_orders=[FREE], rebates=[BACK]))


def test_odds_come_to_100_percent() -> None:
    over = replace(pool(SMALL), prizes=[*pool(SMALL).prizes, prize("more", 1)])
    assert "come to 100.0001 %, over 100 %" in of_pool(over)
    under = replace(pool(SMALL), prizes=[SMALL, prize("thanks", 699_999)])
    assert "come to 99.9999 %, under 100 %" in of_pool(under)
    assert "99.9999%，低于 100%" in refused(DrawRules(pools=[under])).message_zh
    assert "weights are parts per million" in of_pool(pool(prize("minus", -1)))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"stock": -1}, "the stock of prize 'one' of 'wheel' is -1"),
        ({"cost_fen": 101, "thing": True}, "over the budget of 100"),
        ({"cost_fen": -1}, "cost_fen of prize 'one'"),
        ({"cost_fen": 1}, "is nothing, and is said to cost"),
        ({"unit": "points", "thing": True}, "not both"),
        ({"unit": "fen"}, "gives points, growth"),
    ],
)
def test_prizes_that_cannot_be(wrong: dict[str, Any], said: str) -> None:
    assert said in of_pool(pool(prize("one", 10, **wrong), budget_fen=100))


def test_pools_that_cannot_be() -> None:
    assert "before it opens" in of_pool(pool(closes_at=NOON))
    assert "has the prize 'ten' twice" in of_pool(pool(SMALL, SMALL))
    assert "none of its prizes" in of_pool(pool(fallback="other"))
    assert "may have no stock, and cost nothing" in of_pool(pool(PHONE, budget_fen=10**9, fallback="phone"))
    assert "a turn at pool 'wheel' costs" in of_pool(pool(price=Price(amount=1, unit="growth")))
    assert "budget_fen of pool" in of_pool(pool(budget_fen=-1))
    assert "two with the code 'wheel'" in refused(DrawRules(pools=[pool(), pool()])).message


def test_free_orders_and_rebates_that_cannot_be() -> None:
    assert "drawn before its window closes" in refused(DrawRules(free_orders=[replace(FREE, draws_at=NOON)])).message
    assert "its budget is 19999" in refused(DrawRules(free_orders=[replace(FREE, budget_fen=19_999)])).message
    assert "either per_yuan or amount" in refused(DrawRules(free_orders=[replace(FREE, amount=1)])).message
    assert "names a shop" in refused(DrawRules(free_orders=[replace(FREE, shop="one")])).message
    same = replace(BACK, steps=[RebateStep(10_000, 50), RebateStep(10_000, 60)])
    assert "has to ask for more" in refused(DrawRules(rebates=[same])).message
    assert "gives points" in refused(DrawRules(rebates=[replace(BACK, unit="fen")])).message


def test_what_the_law_is_warned_of() -> None:
    dear = pool(prize("car", 1, thing=True, stock=1, cost_fen=100, value_fen=5_000_001), budget_fen=100)
    (found,) = checking.warnings(dear, DrawLimits(), NOON)
    assert (found.code, "50000.01 yuan" in found.en, "50000 元" in found.zh) == ("prize_value", True, True)
    assert checking.warnings(pool(SMALL), DrawLimits(), NOON) == []
    early = checking.warnings(pool(SMALL), DrawLimits(notice_hours=24), NOON - timedelta(hours=23))
    assert [one.code for one in early] == ["short_notice"]
    assert [one.code for one in checking.warnings(FREE, DrawLimits(prize_fen=9_999), NOON)] == ["prize_value"]


@given(st.integers(0, 1_000_000))
def test_odds_are_read_exactly(weight: int) -> None:
    whole, _, rest = checking.percent(weight).partition(".")
    assert int(whole) * 10_000 + int(rest.ljust(4, "0")) == weight


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6).filter(lambda found: sum(found) > 0))
def test_each_prize_has_as_many_numbers_as_its_weight(weights: list[int]) -> None:
    prizes = [prize(f"p{place}", weight) for place, weight in enumerate(weights)]
    found = [proof.prize_at(prizes, number).code for number in range(sum(weights))]
    assert found == [one.code for one in prizes for _ in range(one.weight)]
