"""Offers are drafted, put live behind the margin guard, stocked, and ended."""

from datetime import timedelta
from typing import Any

import pytest
from tests.unit.rewards.conftest import DAY, HOUR, ME, NOON, RULES, Shop

from siyu.engines.access.types import Principal
from siyu.engines.zone import written
from siyu.kernel.errors import BadInput, Conflict, IdempotencyMismatch, NotAllowed, NotFound
from siyu.loyalty.types import NotEnough
from siyu.rewards import service
from siyu.rewards.types import OfferTerms, RewardRules, UnderMargin

GOOD = {"name": "茶杯", "points": 1200, "cost_fen": 1000}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"points": 0}, "costs points or cash"),
        ({"points": -1}, "points"),
        ({"points": 1.5}, "points"),
        ({"cost_fen": 0}, "what one piece costs the brand"),
        ({"coupon_id": 1}, "leave cost_fen 0"),
        ({"starts_at": "2026-03-04T00:00:00Z", "ends_at": "2026-03-04T00:00:00Z"}, "end before it starts"),
        ({"starts_at": "2026-03-04T00:00:00"}, "timezone"),
        ({"per_person": 1, "per_day": 2}, "not 2 on a day"),
        ({"per_person": 1, "tiers": {"gold": 2}}, "not 2 in the tier 'gold'"),
        ({"per_person": 0}, "per_person"),
        ({"seckill": True}, "starts_at and ends_at"),
        ({"seckill": True, "starts_at": "2026-03-04T00:00:00Z", "ends_at": "2026-03-05T00:00:00Z"}, "per_person"),
        ({"price": 1}, "price"),
    ],
)
def test_terms_that_make_no_sense_are_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        service.read_offer({**GOOD, **wrong})
    assert any("一" <= letter <= "鿿" for letter in caught.value.message_zh)


def test_an_offer_under_its_margin_cannot_go_live(shop: Shop) -> None:
    made = shop.offer(points=1199, live=False)
    with pytest.raises(UnderMargin, match="at least 1,200 points"):
        shop.put(made.id, "live")
    better = OfferTerms(name="茶杯", points=1200, cost_fen=1000)
    shop.done(lambda conn: service.change_offer(conn, ME, made.id, better, 1, shop.now))
    assert shop.put(made.id, "live").state == "live"
    worse = OfferTerms(name="茶杯", points=1, cost_fen=1000)
    with pytest.raises(UnderMargin):
        shop.done(lambda conn: service.change_offer(conn, ME, made.id, worse, 2, shop.now))
    with pytest.raises(Conflict, match="1 live offers and coupons would be under"):
        shop.rule(RewardRules(points=100, fen=99, margin_bp=2_000))
    shop.put(made.id, "paused")
    shop.rule(RewardRules(points=100, fen=99, margin_bp=2_000))
    with pytest.raises(UnderMargin):
        shop.put(made.id, "live")


def test_nothing_goes_live_before_somebody_says_what_points_are_worth(shop: Shop) -> None:
    shop.done(lambda conn: conn.exec_driver_sql("TRUNCATE rewards.economy"))
    made = shop.offer(live=False)
    with pytest.raises(BadInput, match="say first what points are worth"):
        shop.put(made.id, "live")


def test_cash_needs_somebody_who_takes_it(shop: Shop) -> None:
    made = shop.offer(points=100, cash_fen=1100, live=False)
    with pytest.raises(BadInput, match="no way to take payments is set up") as caught:
        shop.put(made.id, "live")
    assert "尚未接入收款方式" in caught.value.message_zh


def test_states(shop: Shop) -> None:
    made = shop.offer(live=False)
    with pytest.raises(Conflict, match="'draft' cannot become 'paused'"):
        shop.put(made.id, "paused")
    assert shop.put(made.id, "live").state == shop.put(made.id, "live").state == "live"
    assert shop.put(made.id, "ended").state == "ended"
    with pytest.raises(Conflict):
        shop.put(made.id, "live")
    other = OfferTerms(name="杯", points=1200, cost_fen=1000)
    with pytest.raises(Conflict, match="it has ended"):
        shop.done(lambda conn: service.change_offer(conn, ME, made.id, other, 1, shop.now))
    with pytest.raises(NotFound):
        shop.put(99, "live")


def test_a_change_names_the_version_that_was_seen(shop: Shop) -> None:
    made = shop.offer()
    renamed = OfferTerms(name="杯", points=1200, cost_fen=1000)
    change = lambda terms, version: shop.done(  # noqa: E731
        lambda conn: service.change_offer(conn, ME, made.id, terms, version, shop.now)
    )
    assert change(renamed, 1).version == 2
    assert change(renamed, 1).version == 2  # nothing differs
    with pytest.raises(Conflict, match="to version 2"):
        change(OfferTerms(name="碗", points=1200, cost_fen=1000), 1)
    with pytest.raises(Conflict, match="make a new one"):
        change(OfferTerms(name="杯", points=1200, coupon_id=1), 2)


def test_stock_is_added_once_and_never_below_zero(shop: Shop) -> None:
    made = shop.offer(0)
    assert [shop.stock(made.id, 5, "stock-key").left for _ in range(2)] == [5, 5]
    with pytest.raises(IdempotencyMismatch):
        shop.stock(made.id, 6, "stock-key")
    assert shop.stock(made.id, -2).left == 3
    with pytest.raises(NotEnough):
        shop.stock(made.id, -4)
    with pytest.raises(BadInput):
        shop.stock(made.id, 0)
    assert shop.read(made.id) == (3, 0)
    shop.assert_whole()


def test_offers_are_listed_newest_first(shop: Shop) -> None:
    made = [shop.offer(live=place % 2 == 0).id for place in range(4)]
    listed = lambda **how: [  # noqa: E731
        one.offer.id for one in shop.done(lambda conn: service.offers(conn, shop.now, **how))
    ]
    assert listed() == made[::-1]
    assert listed(states=["live"]) == [made[2], made[0]]
    assert listed(before=made[2], limit=1) == [made[1]]


def test_rights(shop: Shop) -> None:
    made = shop.offer()
    nobody = Principal("operator", 1, "nobody", frozenset({"rewards.read"}))
    terms = OfferTerms(**GOOD)
    for act in (
        lambda conn: service.make_offer(conn, nobody, terms, NOON),
        lambda conn: service.change_offer(conn, nobody, made.id, terms, 1, NOON),
        lambda conn: service.set_offer_state(conn, nobody, made.id, "paused", "a test", NOON),
        lambda conn: service.add_stock(conn, nobody, made.id, 1, "12345678", "a test", NOON),
        lambda conn: service.redeem(conn, 1, made.id, "12345678", NOON, principal=nobody),
        lambda conn: service.change_rules(conn, nobody, RULES, 1, "a test", NOON),
        lambda conn: service.fulfil(conn, nobody, 1, NOON),
        lambda conn: service.cancel(conn, nobody, 1, "a test", NOON),
    ):
        with pytest.raises(NotAllowed):
            shop.done(act)


def test_windows(shop: Shop) -> None:
    shop.earn(1, 5000)
    made = shop.offer(starts_at=NOON + HOUR, ends_at=NOON + DAY, per_person=9, seckill=True)
    for at, said in (
        (NOON, f"it begins at {written(NOON + HOUR)}"),
        (NOON + HOUR - timedelta(microseconds=1), "begins"),
        (NOON + DAY, f"it ended at {written(NOON + DAY)}"),
    ):
        shop.now = at
        with pytest.raises(Exception, match=said):
            shop.redeem(made.id)
    for at in (NOON + HOUR, NOON + DAY - timedelta(microseconds=1)):
        shop.now = at
        assert not shop.redeem(made.id).repeated
