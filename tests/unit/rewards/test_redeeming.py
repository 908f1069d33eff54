"""Whoever redeems gets it once; nothing is oversold, no limit broken, and what is cancelled goes back."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection
from tests.unit.loyalty.conftest import join
from tests.unit.rewards.conftest import DAY, ME, NOON, Shop

from siyu.kernel.errors import BadInput, Conflict, IdempotencyMismatch, NotFound, SiyuError
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import NotEnough, Request, Tier, TierRules, gift
from siyu.rewards import service
from siyu.rewards.types import LimitReached, NotOpen, SoldOut
from siyu.timeline.columns import unpack


def test_points_are_spent_and_a_piece_is_taken(shop: Shop) -> None:
    shop.earn(1, 3000)
    made = shop.offer()
    done = shop.redeem(made.id, pieces=2)
    assert (done.redemption.state, done.redemption.points, done.repeated) == ("placed", 2400, False)
    assert (shop.has(1), shop.read(made.id)) == (600, (8, 2))
    with pytest.raises(NotEnough):
        shop.redeem(made.id)
    assert (shop.has(1), shop.read(made.id)) == (600, (8, 2))
    shop.assert_whole()


def test_a_repeat_is_answered_the_same(shop: Shop) -> None:
    shop.earn(1, 5000)
    made = shop.offer(1)
    first = shop.redeem(made.id, key="the-same-key")
    again = shop.redeem(made.id, key="the-same-key")  # though it is sold out by now
    assert (again.redemption, again.repeated) == (first.redemption, True)
    with pytest.raises(IdempotencyMismatch):
        shop.redeem(made.id, key="the-same-key", pieces=2)
    with pytest.raises(IdempotencyMismatch):
        shop.redeem(made.id, 2, key="the-same-key")
    assert shop.has(1) == 3800


def test_a_refusal_is_not_kept(shop: Shop) -> None:
    made = shop.offer()
    with pytest.raises(NotEnough):
        shop.redeem(made.id, key="the-same-key")
    shop.earn(1, 1200)
    assert not shop.redeem(made.id, key="the-same-key").repeated


@pytest.mark.parametrize("key", ["short", "x" * 101, "with space", "标识标识标识标识"])
def test_keys_that_cannot_be(shop: Shop, key: str) -> None:
    with pytest.raises(BadInput, match="8 to 100"):
        shop.redeem(shop.offer().id, key=key)


def test_what_cannot_be_redeemed(shop: Shop) -> None:
    shop.earn(1, 5000)
    with pytest.raises(NotFound, match="offer"):
        shop.redeem(99)
    with pytest.raises(NotFound, match="customer"):
        shop.redeem(shop.offer().id, 2**40)
    with pytest.raises(NotOpen, match="not offered"):
        shop.redeem(shop.offer(live=False).id)
    with pytest.raises(SoldOut, match="0 left"):
        shop.redeem(shop.offer(0).id)
    with pytest.raises(SoldOut, match="3 left"):
        shop.redeem(shop.offer(3).id, pieces=4)
    with pytest.raises(BadInput):
        shop.redeem(shop.offer().id, pieces=0)


def test_limits_of_a_person_and_of_a_day(shop: Shop) -> None:
    shop.earn(1, 50_000)
    made = shop.offer(100, per_person=5, per_day=2)
    shop.now = datetime(2026, 3, 3, 23, 59, 59, tzinfo=ZoneInfo("Asia/Shanghai"))
    shop.redeem(made.id, pieces=2)
    with pytest.raises(LimitReached, match="2 of '茶杯' on a day"):
        shop.redeem(made.id)
    shop.now += timedelta(seconds=1)  # midnight is the brand's
    shop.redeem(made.id, pieces=2)
    shop.now += DAY
    with pytest.raises(LimitReached, match="5 of '茶杯' in all"):
        shop.redeem(made.id, pieces=2)
    shop.redeem(made.id)
    assert shop.read(made.id) == (95, 5)
    with pytest.raises(LimitReached, match="on a day"):
        shop.redeem(shop.offer(per_day=2).id, pieces=3)


def test_limits_of_tiers(shop: Shop) -> None:
    tiers = TierRules([Tier("plain", "普通", 0, 100), Tier("gold", "黄金", 100)])
    shop.done(lambda conn: loyalty.change_tiers(conn, ME, tiers, 0, "a test", shop.now))
    shop.done(lambda conn: loyalty.move_due(conn, shop.now))
    made = shop.offer(tiers={"gold": 2})
    for one in (1, 2):
        shop.earn(one, 5000)
    growth = Request("growth-1", gift(2, "growth", 200), "order")
    shop.done(lambda conn: loyalty.post_one(conn, growth, shop.now))
    shop.done(lambda conn: loyalty.seal(conn, shop.now))
    while shop.done(lambda conn: loyalty.move_due(conn, shop.now)):
        pass
    with pytest.raises(LimitReached, match="for the tiers gold"):
        shop.redeem(made.id, 1)
    shop.redeem(made.id, 2, pieces=2)
    with pytest.raises(LimitReached, match="2 of"):
        shop.redeem(made.id, 2)


def test_cancelled_goes_back(shop: Shop) -> None:
    shop.earn(1, 1200)
    made = shop.offer(1, per_person=1)
    one = shop.redeem(made.id).redemption
    cancel = lambda: shop.done(lambda conn: service.cancel(conn, ME, one.id, "a mistake", shop.now))  # noqa: E731
    assert cancel().state == cancel().state == "cancelled"
    assert (shop.has(1), shop.read(made.id)) == (1200, (1, 0))
    with pytest.raises(Conflict, match="cannot be fulfilled"):
        shop.done(lambda conn: service.fulfil(conn, ME, one.id, shop.now))
    second = shop.redeem(made.id).redemption  # the limit counts the first no more
    fulfil = lambda: shop.done(lambda conn: service.fulfil(conn, ME, second.id, shop.now))  # noqa: E731
    assert fulfil().state == fulfil().state == "fulfilled"
    with pytest.raises(Conflict, match="cannot be cancelled"):
        shop.done(lambda conn: service.cancel(conn, ME, second.id, "a mistake", shop.now))
    shop.assert_whole()


def test_it_is_told_once(shop: Shop) -> None:
    shop.earn(1, 5000)
    made = shop.offer()
    one, other = shop.redeem(made.id, pieces=2).redemption, shop.redeem(made.id).redemption
    shop.done(lambda conn: service.fulfil(conn, ME, one.id, shop.now))
    shop.done(lambda conn: service.cancel(conn, ME, other.id, "a mistake", shop.now))
    assert [shop.tell(), shop.tell()] == [4, 0]
    bodies = shop.rows("SELECT body FROM timeline.entry WHERE kind = 'facts' ORDER BY id")
    table = unpack([bytes(row[0]) for row in bodies])
    told = [kind for kind in table["kind"].to_pylist() if kind.startswith("reward.")]
    assert told == ["reward.redeemed", "reward.redeemed", "reward.fulfilled", "reward.cancelled"]


def test_people_who_turn_out_to_be_one(shop: Shop) -> None:
    for one in (1, 2):
        shop.earn(one, 5000)
    made = shop.offer(10, per_person=3, per_day=3)
    shop.redeem(made.id, 1)
    before = shop.redeem(made.id, 2, key="the-same-key")

    def merge(conn: Connection) -> None:
        join(conn, 2, 1)
        loyalty.reassign(conn, [(2, 1)], shop.now)
        service.regroup(conn, [(2, 1)])

    shop.done(merge)
    page = shop.done(lambda conn: service.redemptions(conn, customer_id=2))
    assert {one.customer_id for one in page.redemptions} == {1}
    again = shop.redeem(made.id, 2, key="the-same-key")  # as it was asked
    assert (again.repeated, again.redemption.id) == (True, before.redemption.id)
    shop.redeem(made.id, 2)  # goes to the winner
    with pytest.raises(LimitReached):
        shop.redeem(made.id, 1)
    assert shop.has(1) == 10_000 - 3 * 1200


def test_redemptions_are_listed_by_pages(shop: Shop) -> None:
    shop.earn(1, 50_000)
    made, other = shop.offer(), shop.offer()
    ids = [shop.redeem(made.id).redemption.id for _ in range(3)]
    shop.redeem(other.id)
    first = shop.done(lambda conn: service.redemptions(conn, offer_id=made.id, limit=2))
    rest = shop.done(lambda conn: service.redemptions(conn, offer_id=made.id, limit=2, cursor=first.next))
    assert [one.id for one in first.redemptions + rest.redemptions] == ids[::-1]
    assert rest.next is None
    with pytest.raises(NotFound):
        shop.done(lambda conn: service.redemption(conn, 10**9))


class Till:
    """Takes payments: keeps in mind what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.gave_back: list[str] = []
        self.held: list[str] = []

    def ready(self, conn: Connection) -> bool:
        return conn.in_transaction()

    def hold(self, conn: Connection, *, references: Sequence[str]) -> None:
        assert conn.in_transaction()
        self.held += references

    def ask(self, conn: Connection, *, reference: str, fen: int, **_: Any) -> None:
        assert conn.in_transaction()
        self.asked.append((reference, fen))

    def give_back(self, conn: Connection, *, reference: str, now: datetime) -> None:
        assert conn.in_transaction()
        assert now
        self.gave_back.append(reference)


@pytest.fixture
def till() -> Iterator[Till]:
    own = Till()
    service.register_payments(own)
    yield own
    service.register_payments(None)


def test_cash_is_awaited_paid_or_given_up(shop: Shop, till: Till) -> None:
    shop.earn(1, 1000)
    made = shop.offer(5, points=100, cash_fen=1100)
    one, late = shop.redeem(made.id).redemption, shop.redeem(made.id).redemption
    assert (one.state, one.until) == ("awaiting_payment", NOON + timedelta(minutes=15))
    assert till.asked == [(f"redemption:{one.id}", 1100), (f"redemption:{late.id}", 1100)]
    assert shop.tell() == 0  # not before it is paid
    with pytest.raises(Conflict):
        shop.done(lambda conn: service.fulfil(conn, ME, one.id, shop.now))
    pay = lambda which: shop.done(lambda conn: service.paid(conn, which, shop.now))  # noqa: E731
    assert pay(one.id).state == pay(one.id).state == "placed"
    shop.now += timedelta(minutes=29)
    assert shop.done(lambda conn: service.cancel_unpaid(conn, shop.now)) == 0
    shop.now += timedelta(minutes=1)
    assert shop.done(lambda conn: service.cancel_unpaid(conn, shop.now)) == 1
    assert till.gave_back == till.held == [f"redemption:{late.id}"]
    unpaid = lambda which: shop.done(lambda conn: service.unpaid(conn, which, shop.now))  # noqa: E731
    assert (unpaid(late.id).state, unpaid(one.id).state) == ("cancelled", "placed")
    assert (shop.has(1), shop.read(made.id)) == (900, (4, 1))
    with pytest.raises(Conflict, match="give the money back"):
        pay(late.id)
    assert shop.tell() == 1


def test_two_tabs_press_the_same_button(shop: Shop) -> None:
    shop.earn(1, 50_000)
    made = shop.offer()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: shop.redeem(made.id, key="the-same-key"), range(4)))
    assert sorted(one.repeated for one in found) == [False, True, True, True]
    assert len({one.redemption.id for one in found}) == 1
    assert shop.read(made.id) == (9, 1)


def test_many_at_once_get_no_more_than_there_is(shop: Shop) -> None:
    for one in range(1, 21):
        shop.earn(one, 50_000)
    made = shop.offer(12, per_person=1)
    barrier = threading.Barrier(8)

    def press(place: int) -> list[str]:
        barrier.wait()
        found = []
        for turn in range(10):
            try:
                shop.redeem(made.id, (place * 10 + turn) % 20 + 1, key=f"press-{place}-{turn}")
                found.append("got")
            except SiyuError as problem:
                found.append(problem.code)
        return found

    with ThreadPoolExecutor(8) as pool:
        found = [one for some in pool.map(press, range(8)) for one in some]
    assert found.count("got") == 12
    assert set(found) <= {"got", "SoldOut", "LimitReached"}
    assert shop.read(made.id) == (0, 12)
    each = shop.rows("SELECT customer_id, count(*) FROM rewards.redemption GROUP BY customer_id")
    assert {row[1] for row in each} == {1}
    shop.assert_whole()
