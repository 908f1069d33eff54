"""Orders that are drawn and given back, and rebates: through the pipeline, whatever is told of orders, in whatever order."""

from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from tests.unit.draws.conftest import DAY, HOUR, ME, NOON, Brand
from tests.unit.draws.test_draw_rules import BACK, FREE

from siyu.app import people
from siyu.app.pipeline import Pipeline
from siyu.draws import service
from siyu.draws.rules import proof
from siyu.draws.types import DrawRules, RebateStep, Round
from siyu.identity import service as identity
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Lane, Message
from siyu.kernel.clock import ManualClock, to_millis
from siyu.kernel.errors import NotFound

_numbers = count(1)


def order(number: str, buyer: str = "a", paid: int = 5_000, refunded: int = 0, **given: Any) -> Message:
    """A paid order of the first day, as a shop says it."""
    bought = given.pop("at", NOON + HOUR)
    payload: dict[str, Any] = {
        "platform": given.pop("platform", "jd"), "shop": given.pop("shop", "flagship"), "order_no": number,
        "status": "paid", "placed_at": to_millis(bought), "paid_at": to_millis(bought), "paid_fen": paid,
    }  # fmt: skip
    if refunded:
        payload["refunded_fen"] = refunded
    turn = next(_numbers)
    at = NOON + HOUR * turn
    claims = (IdentifierClaim("platform_buyer", "jd", buyer),) if buyer else ()
    return Message("order", 1, f"m{turn}", at, at, claims, payload)


def tell(brand: Brand, *messages: Message) -> None:
    """Through the pipeline, each message a batch of its own."""
    for message in messages:
        brand.done(lambda conn, one=message: intake.put(conn, Lane.LIVE, [one]))
        pipeline = Pipeline(brand.database, ManualClock(brand.now), 5000)
        while pipeline.run_once():
            pass
    letters = brand.done(lambda conn: intake.dead_letters(conn, limit=1))
    assert [one["reason"] for one in letters] == []


def who(brand: Brand, buyer: str = "a") -> int:
    (found,) = brand.done(lambda conn: identity.find(conn, buyer, "platform_buyer"))
    return int(found.customer_id)


def points(brand: Brand, buyer: str = "a") -> int:
    return brand.balance(who(brand, buyer))


def entries(brand: Brand, round_: Round) -> list[Any]:
    return brand.done(lambda conn: service.order_entries(conn, round_.id))  # type: ignore[no-any-return]


def drawn(brand: Brand, rule: Any = FREE) -> Round:
    """Published, and its time has come."""
    round_ = brand.publish(rule)
    brand.now = rule.draws_at
    return round_


def test_orders_are_given_back(brand: Brand) -> None:
    tell(brand, *[order(f"n{buyer}", buyer, 1_000 * int(buyer) + 5_000) for buyer in "123456789"])
    tell(brand, order("n3", "3", 8_000, refunded=8_000))  # leaves
    tell(brand, order("late", "1", at=NOON + DAY), order("early", "1", at=NOON - HOUR), order("nobody", ""))
    round_ = drawn(brand)
    assert entries(brand, round_) == []
    assert (brand.end_due(), brand.end_due()) == (1, 0)
    ended = brand.round_of(round_)
    assert ended.seed is not None
    seed = bytes.fromhex(ended.seed)
    found = entries(brand, round_)
    names = [f"jd:flagship:n{buyer}" for buyer in "12456789"]
    ranked = sorted(names, key=lambda name: proof.digest_of(seed, round_.id, name))
    assert [one.order for one in found] == ranked
    assert [one.digest for one in found] == [proof.digest_of(seed, round_.id, name) for name in ranked]
    assert [bool(one.given) for one in found] == [True, True] + [False] * 6
    for one in found[:2]:
        assert one.given == min(one.fen, 10_000)  # 100 points for each yuan, of no more than 100 yuan
        assert brand.balance(one.customer_id) == one.given
    won = [said for kind, _, said in brand.told() if kind == "free_order.won"]
    assert [(one["order"], one["amount"]) for one in won] == [(one.order, one.given) for one in found[:2]]
    brand.assert_whole()


def test_a_refunded_order_gives_back_what_it_got(brand: Brand) -> None:
    tell(brand, order("one", "a", 5_000))
    round_ = drawn(brand)
    brand.end_due()
    assert points(brand) == 5_000
    part = order("one", "a", 5_000, refunded=1_250)
    tell(brand, part, part, order("one", "a", 5_000, refunded=1_250))
    assert points(brand) == 3_750
    tell(brand, order("one", "a", 5_000, refunded=5_000))
    (found,) = entries(brand, round_)
    assert (points(brand), found.given, found.taken) == (0, 5_000, 5_000)
    brand.assert_whole()


def test_a_fixed_amount_is_taken_back_when_too_little_is_left(brand: Brand) -> None:
    tell(brand, order("one", "a", 5_000), order("small", "b", 999))
    round_ = drawn(brand, replace(FREE, per_yuan=None, amount=77, least_fen=1_000, platform="jd", shop="flagship"))
    brand.end_due()
    assert [one.order for one in entries(brand, round_)] == ["jd:flagship:one"]
    tell(brand, order("one", "a", 5_000, refunded=4_000))
    assert points(brand) == 77
    tell(brand, order("one", "a", 5_000, refunded=4_001))
    assert points(brand) == 0


def test_a_round_that_is_ended_early_gives_nothing_back(brand: Brand) -> None:
    tell(brand, order("one"))
    round_ = brand.publish(FREE)
    brand.done(lambda conn: service.end_round(conn, ME, round_.id, "a mistake", NOON))
    brand.now = FREE.draws_at
    assert (brand.end_due(), entries(brand, round_), points(brand)) == (0, [], 0)
    with pytest.raises(NotFound):
        brand.done(lambda conn: service.tally_of(conn, round_.id, NOON))


def test_a_customer_sees_their_orders(brand: Brand) -> None:
    def own(buyer: str) -> list[Any]:
        return brand.done(lambda conn: service.free_orders_for(conn, who(brand, buyer), brand.now))  # type: ignore[no-any-return]

    tell(brand, *[order(f"n{buyer}", buyer, 5_000) for buyer in "123"], order("late", "1", at=NOON + DAY))
    round_ = drawn(brand)
    (before,) = own("1")
    assert (before.round.seed, before.entries) == (None, 0)
    assert [(one.order, one.fen, one.place) for one in before.orders] == [("jd:flagship:n1", 5_000, 0)]
    brand.end_due()
    places = {}
    for buyer in "123":
        (after,) = own(buyer)
        (part,) = after.orders
        assert (after.entries, after.round.seed is None) == (3, False)
        assert part.given == (5_000 if part.place <= FREE.winners else 0)
        places[part.place] = part.order
    assert places == {one.place: one.order for one in entries(brand, round_)}
    winner = next(buyer for buyer in "123" if own(buyer)[0].orders[0].given)
    tell(brand, order(f"n{winner}", winner, 5_000, refunded=5_000))
    assert own(winner)[0].orders[0].taken == 5_000
    brand.now += 61 * DAY
    assert own("1") == []


def test_nobody_takes_part(brand: Brand) -> None:
    round_ = drawn(brand)
    assert (brand.end_due(), entries(brand, round_), brand.round_of(round_).seed is None) == (1, [], False)


def test_a_rebate_is_what_the_orders_come_to(brand: Brand) -> None:
    brand.rule(DrawRules(rebates=[BACK]))
    tell(brand, order("one", paid=9_999))
    assert points(brand) == 0
    tell(brand, order("two", paid=1))
    assert points(brand) == 50
    tell(brand, order("three", paid=10_000), order("three", paid=10_000))
    assert points(brand) == 120
    tell(brand, order("out", paid=10**6, at=NOON + DAY), order("other", "b", paid=20_000))
    assert (points(brand), points(brand, "b")) == (120, 120)
    tell(brand, order("two", paid=1, refunded=1))
    assert points(brand) == 50
    tell(brand, order("one", paid=9_999, refunded=9_999), order("three", paid=10_000, refunded=1))
    assert points(brand) == 0
    tell(brand, order("four", paid=20_000))
    assert points(brand) == 120
    brand.assert_whole()


def test_a_rebate_keeps_the_rule_by_which_it_was_first_given(brand: Brand) -> None:
    brand.rule(DrawRules(rebates=[BACK]))
    tell(brand, order("one", paid=10_000))
    brand.rule(DrawRules(rebates=[replace(BACK, steps=[RebateStep(1, 1)])]))
    tell(brand, order("two", paid=10_000), order("other", "b"))
    assert (points(brand), points(brand, "b")) == (120, 1)
    brand.rule(DrawRules())
    tell(brand, order("one", paid=10_000, refunded=10_000), order("more", "b"), order("new", "c", paid=50_000))
    assert (points(brand), points(brand, "b"), points(brand, "c")) == (50, 1, 0)
    brand.assert_whole()


def test_merged_people_spend_together(brand: Brand) -> None:
    brand.rule(DrawRules(rebates=[BACK]))
    tell(brand, order("one", "a", 10_000), order("two", "b", 10_000))
    assert points(brand) + points(brand, "b") == 100
    one, other = who(brand), who(brand, "b")
    brand.done(lambda conn: people.merge(conn, ME, one, other, "the same person", brand.now))
    assert points(brand) == 120  # what both have spent together
    tell(brand, order("three", "b", 1))
    assert points(brand) == 120
    tell(brand, *[order(number, "a", 10_000, refunded=10_000) for number in ("one", "two")])
    assert points(brand) == 0
    brand.assert_whole()
