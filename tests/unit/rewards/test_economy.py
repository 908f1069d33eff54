"""The points economy: what was issued, spent and lost, and what is owed."""

from datetime import date, timedelta
from typing import Any

from tests.unit.rewards.conftest import DAY, ME, NOON, Shop

from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Cohort, Hold, Request, Undo, customer, gift
from siyu.rewards import service
from siyu.rewards.types import Economy


def read(shop: Shop, **span: Any) -> Economy:
    return shop.done(lambda conn: service.economy(conn, **span))  # type: ignore[no-any-return]


def give(shop: Shop, customer_id: int, points: int, **terms: Any) -> int:
    wanted = Request(shop.key(), gift(customer_id, "points", points, **terms), "order")
    return int(shop.done(lambda conn: loyalty.post_one(conn, wanted, shop.now)).transaction_id)


def test_nothing_yet(shop: Shop) -> None:
    assert read(shop) == Economy(0, 0, 0, 0, 0, 0, None, 0, 0, (), ())


def test_every_way_of_coming_and_going(shop: Shop) -> None:
    give(shop, 1, 3000)
    given = give(shop, 1, 500, expires_at=NOON + DAY)
    made = shop.offer(points=1200, cost_fen=1000)
    shop.redeem(made.id)
    gone = shop.redeem(made.id).redemption
    shop.done(lambda conn: service.cancel(conn, ME, gone.id, "a mistake", shop.now))
    shop.now += 40 * DAY
    shop.done(
        lambda conn: loyalty.expire_due(conn, shop.now)
    )  # the redeemed 500 were the first to be spent: nothing is left
    give(shop, 2, 100, expires_at=shop.now + DAY)
    shop.done(lambda conn: loyalty.undo(conn, [Undo(shop.key(), given, 100)], shop.now))
    shop.done(
        lambda conn: loyalty.hold(
            conn, [Hold(shop.key(), customer(1, "points"), 200, shop.now + DAY, "draw")], shop.now
        )
    )
    shop.now += DAY
    shop.done(lambda conn: loyalty.expire_due(conn, shop.now))
    found = read(shop)
    # Of 3,500 a redemption took 1,200; 100 were taken back and 200 are held.
    first = Cohort(date(2026, 3, 1), 1, 3400, 1400, 0, 2000, 0)
    other = Cohort(date(2026, 4, 1), 1, 100, 0, 100, 0, 0)
    assert found.cohorts == (first, other)
    assert (found.issued, found.spent, found.expired) == (3500, 1400, 100)
    assert (found.liability, found.liability_fen, found.owed) == (2200, 2200, 0)
    assert (found.burn_bp, found.redeemed_points, found.redeemed_cost_fen) == (4000, 1200, 1000)
    sums = sum(one.issued - one.spent - one.expired - one.left + one.owed for one in found.cohorts)
    assert sums == 0
    weeks = found.weeks
    assert [one.start for one in weeks] == [date(2026, 3, 2) + timedelta(7 * n) for n in range(len(weeks))]
    assert (weeks[0].issued, weeks[0].spent, weeks[0].left) == (3500, 1200, 2300)
    assert {(one.issued, one.spent, one.expired, one.left) for one in weeks[1:-2]} == {(0, 0, 0, 2300)}
    for name in ("issued", "spent", "expired"):
        assert sum(getattr(one, name) for one in weeks) == getattr(found, name)
    assert weeks[-1].left == sum(one.left for one in found.cohorts)
    later = read(shop, since=NOON + DAY)
    assert later.weeks == weeks[-2:]
    assert [one.left for one in read(shop, until=NOON + DAY).weeks] == [2300]
    assert (later.issued, later.spent, later.expired, later.redeemed_points) == (0, 200, 100, 0)
    assert read(shop, until=NOON + DAY).issued == 3500
