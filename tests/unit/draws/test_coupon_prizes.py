"""Coupons that are won come out of their template's budget, and can be used like any others."""

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.draws.conftest import DAY, ME, NOON, TURN_FOR_TEN, Brand, pool, prize
from tests.unit.draws.test_draw_rules import BACK, FREE

from siyu.draws.rules import checking
from siyu.draws.rules.giving import budget_of
from siyu.draws.service import end_round
from siyu.draws.types import DrawRules, Round
from siyu.kernel.errors import BadInput
from siyu.loyalty.types import NotEnough, customer
from siyu.rewards import service as rewards
from siyu.rewards.types import CouponRefused, CouponState, RewardRules

TERMS: dict[str, Any] = {
    "name": "满 100 减 10", "kind": "money", "off_fen": 1_000, "threshold_fen": 10_000, "valid_days": 30, "per_person": 1,
}  # fmt: skip
BASKET = {"lines": [{"line": "1", "product": "大衣", "quantity": 1, "price_fen": 39_900}]}


def template(brand: Brand, coupons: int = 5, *, fen: int = 0, **terms: Any) -> int:
    def act(conn: Any) -> int:
        if rewards.rules(conn) is None:
            rewards.change_rules(conn, ME, RewardRules(points=100, fen=100), 0, "a test", NOON)
        made = rewards.make_template(conn, ME, rewards.read_template({**TERMS, **terms}), NOON).id
        rewards.add_budget(conn, ME, made, coupons=coupons, fen=fen, key=f"budget-{made:06}", reason="a test", now=NOON)
        rewards.set_template_state(conn, ME, made, "live", "a test", NOON)
        return made

    return int(brand.done(act))


def held(brand: Brand, customer_id: int) -> list[tuple[int, CouponState]]:
    found = brand.done(lambda conn: rewards.coupons_of(conn, customer_id, brand.now))
    return [(one.id, one.state) for one, _ in found]


def left(brand: Brand, template_id: int) -> int:
    return int(brand.done(lambda conn: rewards.template(conn, template_id, brand.now)).left)


def aside(brand: Brand, template_id: int) -> int:
    return int(brand.done(lambda conn: rewards.template(conn, template_id, brand.now)).promised)


def sure(brand: Brand, template_id: int, **given: Any) -> Round:
    """A round in which every turn wins one."""
    wins = prize("coupon", 1_000_000, unit=f"coupon:{template_id}", **given)
    return brand.publish(pool(wins, price=TURN_FOR_TEN, budget_fen=10_000))


def test_what_is_won_can_be_used(brand: Brand) -> None:
    one = template(brand)
    round_ = sure(brand, one, stock=4, cost_fen=100)
    brand.give(1, 100)
    made = [brand.draw(1, round_, key=f"turn-{turn:05}") for turn in (1, 2)]
    assert brand.draw(1, round_, key="turn-00001").repeated
    assert [(draw.prize, draw.why, draw.stock_after, draw.budget_after) for draw in made] == [
        ("coupon", "", 3, 9_900), ("coupon", "", 2, 9_800),
    ]  # fmt: skip
    # More than one may have, because they were won; they are out of the template's budget, and counted.
    assert [state for _, state in held(brand, 1)] == ["held", "held"]
    assert (left(brand, one), aside(brand, one), brand.balance(1)) == (1, 2, 80)
    assert brand.balance(customer(1, f"coupon:{one}")) == 2
    given = brand.rows("SELECT transaction_id FROM rewards.coupon ORDER BY id")
    assert [draw.given_by for draw in made] == [row[0] for row in given]
    basket = rewards.read_basket(BASKET)
    used = brand.done(
        lambda conn: rewards.use_coupons(
            conn, ME, "order-0001", basket, "order-0001", brand.now, customer_id=1, coupon_ids=[held(brand, 1)[0][0]]
        )
    )
    assert used.off_fen == 1_000
    assert sorted(state for _, state in held(brand, 1)) == ["held", "used"]
    brand.assert_whole()


def test_several_at_once_and_their_money_is_set_aside(brand: Brand) -> None:
    one = template(brand, coupons=10, fen=3_000, limited_fen=True)
    round_ = sure(brand, one, amount=2)
    brand.give(1, 100)
    assert brand.draw(1, round_).why == ""
    assert len(held(brand, 1)) == 2
    last = brand.draw(1, round_)  # 10 yuan are left, and two would take 20 off
    assert (last.prize, last.why, len(held(brand, 1)), left(brand, one)) == ("thanks", "no_coupon", 2, 8)
    brand.assert_whole()


def test_where_none_is_given_nothing_is_taken(brand: Brand) -> None:
    """Of what has no stock nothing is set aside: it is given as long as its template gives it."""
    one = template(brand, coupons=2)
    round_ = sure(brand, one, cost_fen=100)
    brand.give(1, 100)
    brand.done(lambda conn: rewards.set_template_state(conn, ME, one, "paused", "a test", brand.now))
    made = brand.draw(1, round_)
    assert (made.drawn, made.prize, made.why, made.stock_before, made.given_by) == (
        "coupon", "thanks", "no_coupon", None, None,
    )  # fmt: skip
    assert brand.balance(budget_of(round_.id)) == 10_000
    assert (held(brand, 1), brand.balance(1)) == ([], 90)
    brand.done(lambda conn: rewards.set_template_state(conn, ME, one, "live", "a test", brand.now))
    assert [brand.draw(1, round_).why for _ in range(3)] == ["", "", "no_coupon"]
    assert brand.balance(budget_of(round_.id)) == 9_800
    assert len(held(brand, 1)) == 2
    brand.assert_whole()


def test_what_was_published_is_given_whatever_becomes_of_the_template(brand: Brand) -> None:
    """Its budget goes elsewhere, it is paused and ended; who draws gets theirs, and what is left goes back with the round."""
    one = template(brand, coupons=5, fen=5_000, limited_fen=True)
    round_ = sure(brand, one, stock=3)
    assert (left(brand, one), aside(brand, one)) == (2, 3)
    given = brand.done(lambda conn: rewards.issue(conn, ME, one, [2, 3, 4], "batch-0001", brand.now))
    assert (given.coupons, given.refused_count) == (2, 1)
    with pytest.raises(NotEnough):
        brand.done(
            lambda conn: rewards.add_budget(
                conn, ME, one, coupons=-1, fen=0, key="less-00001", reason="a test", now=brand.now
            )
        )
    brand.done(lambda conn: rewards.set_template_state(conn, ME, one, "ended", "a test", brand.now))
    brand.give(1, 100)
    assert [brand.draw(1, round_).why for _ in range(2)] == ["", ""]
    assert [state for _, state in held(brand, 1)] == ["held", "held"]
    for _ in range(2):
        brand.done(lambda conn: end_round(conn, ME, round_.id, "a test", brand.now))
        found = brand.done(lambda conn: rewards.template(conn, one, brand.now))
        assert (found.left, found.left_fen, found.promised) == (1, 1_000, 0)
    brand.assert_whole()


def test_the_round_is_out_of_stock_before_the_template(brand: Brand) -> None:
    one = template(brand)
    round_ = sure(brand, one, stock=1)
    brand.give(1, 100)
    assert [brand.draw(1, round_).why for _ in range(2)] == ["", "out_of_stock"]
    assert (len(held(brand, 1)), left(brand, one), aside(brand, one)) == (1, 4, 0)
    brand.assert_whole()


def test_what_cannot_be_given_is_not_published(brand: Brand) -> None:
    one = template(brand)
    for given in ({"stock": 6}, {"stock": 3, "amount": 2}):
        with pytest.raises(BadInput, match="its budget has 5 left"):
            sure(brand, one, **given)
    brand.done(lambda conn: rewards.set_template_state(conn, ME, one, "paused", "a test", brand.now))
    with pytest.raises(BadInput, match="have that template be live"):
        sure(brand, one, stock=1)
    short = template(brand, valid_days=None, valid_until=(NOON + DAY).isoformat())
    with pytest.raises(CouponRefused, match="have them end later"):
        sure(brand, short, stock=1)
    dear = template(brand, fen=1_500, limited_fen=True)
    with pytest.raises(CouponRefused, match="used up"):
        sure(brand, dear, stock=2)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (DrawRules(pools=[pool(prize("c", 1, unit="coupon:1", amount=101))]), "give up to 100"),
        (DrawRules(pools=[pool(prize("c", 1, unit="coupon:1", expires_days=3))]), "as long as their template says"),
        (DrawRules(pools=[pool(prize("c", 1, unit="coupon:1"), fallback="c")]), "there is an end of coupons"),
        (DrawRules(pools=[pool(prize("c", 1, unit="coupon:abc"))]), "not 'coupon:abc'"),
        (DrawRules(free_orders=[replace(FREE, unit="coupon:1")]), "not 'coupon:1'"),
        (DrawRules(rebates=[replace(BACK, unit="coupon:1")]), "not 'coupon:1'"),
    ],
)
def test_rules_that_cannot_be(rules: DrawRules, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        checking.check(rules)


def test_days_go_by(brand: Brand) -> None:
    """A coupon that was won ends as its template says."""
    one = template(brand, valid_days=2)
    round_ = sure(brand, one)
    brand.give(1, 100)
    brand.draw(1, round_)
    brand.now += 3 * DAY
    brand.done(lambda conn: rewards.expire_coupons(conn, brand.now))
    assert [state for _, state in held(brand, 1)] == ["expired"]
    brand.assert_whole()
