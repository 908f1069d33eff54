"""Members pay points and cash: what is set aside, paid, left, heard of twice or late, and given back. Over a fake WeChat Pay."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from tests.unit.app.membership import ACTOR, Pages, standing, write
from tests.unit.app.test_api_member_shop import earn, offer, value_points
from tests.unit.payments.conftest import settings

from siyu.app import paying
from siyu.app import rewards as keeping
from siyu.app.context import Context
from siyu.intake import service as intake
from siyu.intake.types import IdentifierClaim, Lane, Message
from siyu.kernel.errors import Conflict, IdempotencyMismatch
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import customer
from siyu.payments import service as payments
from siyu.payments.types import Payment, Refund, Transfer
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat_pay.app import create_app
from siyu.rehearsal.platforms.wechat_pay.merchant import FakeMerchant, PayFaults
from siyu.rewards import service as rewards

PHONE = "13800138000"
URL = "/member/v1"


@dataclass
class Till:
    """One member, one offer of a hundred points and eleven yuan, and the platform beside them."""

    pages: Pages
    fake: FakeMerchant
    browser: TestClient
    offer_id: int

    def redeem(self, key: str = "") -> Any:
        return write(self.browser, "POST", f"{URL}/rewards/{self.offer_id}/redeem", {}, key=key).json()

    def ask(self, one: Any, what: str) -> Any:
        return write(self.browser, "POST", f"{URL}/redemptions/{one['id']}/{what}").json()

    def pay(self, one: Any) -> None:
        """In WeChat, with what the page hands to it."""
        self.fake.pays(self.ask(one, "pay")["package"].removeprefix("prepay_id="), "o-one")

    def hear(self) -> None:
        """Notifications come to our door."""
        door = self.pages.browser()
        self.fake.deliver(lambda url, body, headers: self._post(door, url, body, headers))

    def _post(self, door: TestClient, url: str, body: bytes, headers: dict[str, str]) -> int:
        return door.post(url[url.index("/pay/") :], content=body, headers=headers).status_code

    def later(self, **how: int) -> None:
        """Time goes on, and the jobs run."""
        self.pages.clock.advance(timedelta(**how))
        paying.look_after(self.pages.context)
        keeping.keep(self.pages.context)

    def state(self, one: Any) -> str:
        return str(self.browser.get(f"{URL}/redemptions/{one['id']}").json()["state"])

    def stands(self) -> tuple[int, int]:
        """Points of the member, pieces in stock."""
        with self.pages.database.transaction() as conn:
            own = customer(self.pages.customer_of(PHONE), "points")
            (points,) = loyalty.balances(conn, [own], self.pages.clock.now())
            return points.available, rewards.offer(conn, self.offer_id, self.pages.clock.now()).left

    def books(self, one: Any) -> tuple[Payment, list[Refund]]:
        with self.pages.database.transaction() as conn:
            found = payments.payment_of_key(conn, f"redemption:{one['id']}")
            return found, payments.refunds_of(conn, found.id)

    def cancel(self, one: Any) -> None:
        """An operator takes it back."""
        with self.pages.database.transaction() as conn:
            rewards.cancel(conn, ACTOR, one["id"], "a mistake", self.pages.clock.now())


def knows(pages: Pages, open_id: str, app_id: str) -> None:
    """The member has signed in within WeChat as well."""
    now = pages.clock.now()
    claims = (IdentifierClaim("phone", "", PHONE), IdentifierClaim("open_id", app_id, open_id))
    with pages.database.transaction() as conn:
        intake.put(conn, Lane.LIVE, [Message("identify", 1, f"known-{open_id}", now, now, claims, {"traits": {}})])
    pages.drain()


@pytest.fixture
def till(web_context: Context) -> Iterator[Till]:
    context = replace(web_context, clickhouse=cast("Any", SimpleNamespace(close=lambda: None)))
    with standing(context) as pages:
        fake = FakeMerchant(pages.clock)
        with serving(create_app(fake)) as url:
            browser, now = pages.sign_in(PHONE), pages.clock.now()
            with pages.database.transaction() as conn:
                payments.ensure_merchant(conn, ACTOR, settings(fake, url), now)
            value_points(pages)
            earn(pages, PHONE, 1_000)
            one = offer(pages, 2, points=100, cash_fen=1100)
            knows(pages, "o-one", fake.app_id)
            yield Till(pages, fake, browser, one)


def test_paid_and_told_twice(till: Till) -> None:
    one = till.redeem()
    assert (one["state"], one["cash_fen"], till.stands()) == ("awaiting_payment", 1100, (900, 1))
    first, again = till.ask(one, "pay"), till.ask(one, "pay")
    assert first["package"] == again["package"]
    till.fake.faults.repeated = 1
    till.pay(one)
    assert till.state(one) == "awaiting_payment"
    till.hear()
    till.later(minutes=20)
    till.hear()
    assert [status for _, status in till.fake.answers] == [204, 204]
    assert (till.state(one), till.stands()) == ("placed", (900, 1))
    assert till.ask(one, "pay")["code"] == "Conflict"
    assert till.books(one)[1] == []
    # An operator cancels what is paid: the money goes back, once.
    till.cancel(one)
    till.cancel(one)
    till.later(minutes=1)
    payment, (refund,) = till.books(one)
    assert (payment.fen, refund.fen, refund.state) == (1100, 1100, "processing")
    till.fake.settles(refund.number)
    till.hear()
    assert (till.books(one)[0].refunded_fen, till.stands()) == (1100, (1000, 2))


def test_pressed_twice_and_by_two_tabs(till: Till) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: till.redeem("one-press-only"), range(4)))
    assert len({one["id"] for one in found}) == 1
    assert till.stands() == (900, 1)
    with ThreadPoolExecutor(4) as pool:
        packages = {one["package"] for one in pool.map(lambda _: till.ask(found[0], "pay"), range(4))}
    assert len(till.fake.trades) == 1
    assert packages


def test_nobody_pays_and_the_platform_says_so(till: Till) -> None:
    one, other = till.redeem(), till.redeem()  # one is asked of the platform, the other never
    till.ask(one, "pay")
    till.later(minutes=14)
    assert till.stands() == (800, 0)
    till.later(minutes=1, seconds=1)
    assert (till.state(one), till.state(other), till.stands()) == ("cancelled", "cancelled", (1000, 2))
    assert [trade["trade_state"] for trade in till.fake.trades.values()] == ["CLOSED"]
    assert till.ask(one, "pay")["code"] == "Conflict"


def test_paid_in_the_last_moment_and_never_told(till: Till) -> None:
    one = till.redeem()
    till.fake.faults.lost = 1
    till.later(minutes=14)
    till.pay(one)
    till.later(minutes=2)  # the time to pay is over, and the platform is asked before anything is released
    assert (till.state(one), till.stands()) == ("placed", (900, 1))


def test_paid_after_it_was_released(till: Till) -> None:
    one = till.redeem()
    till.ask(one, "pay")
    till.fake.faults.refused = 10_000  # the platform is away for an hour
    till.later(minutes=16)
    assert till.state(one) == "awaiting_payment"
    till.later(minutes=15)
    assert (till.state(one), till.stands()) == ("cancelled", (1000, 2))
    till.fake.faults.refused = 0
    prepaid = till.books(one)[0].prepaid_by
    till.fake.pays(prepaid, "o-one")
    till.hear()
    till.hear()
    payment, refunds = till.books(one)
    assert (payment.state, [each.fen for each in refunds]) == ("paid", [1100])
    till.later(minutes=1)
    assert [each.state for each in till.books(one)[1]] == ["processing"]
    assert (till.state(one), till.stands()) == ("cancelled", (1000, 2))


def test_left_by_the_member(till: Till) -> None:
    one = till.redeem()
    till.ask(one, "pay")
    till.fake.faults.refused = 1
    assert till.ask(one, "leave")["code"] in {"TryLater", "PlatformDeclined"}
    assert till.stands() == (900, 1)  # nothing is released of which nobody knows that it cannot be paid
    assert till.ask(one, "pay")["code"] == "Conflict"
    assert till.ask(one, "leave")["state"] == "cancelled"
    assert till.ask(one, "leave")["state"] == "cancelled"
    assert till.stands() == (1000, 2)
    paid = till.redeem()
    till.pay(paid)
    assert till.ask(paid, "leave")["state"] == "placed"  # it was paid at this moment
    other = till.redeem()
    till.pay(other)
    assert till.ask(other, "look")["state"] == "placed"


def test_a_process_that_ends_in_between(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    one = till.redeem()
    till.pay(one)
    with monkeypatch.context() as patch:  # the notification's transaction is gone before it is committed
        patch.setattr(rewards, "paid", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with suppress(BaseException):
            till.hear()
    assert (till.books(one)[0].state, till.state(one)) == ("open", "awaiting_payment")
    till.later(seconds=31)
    assert (till.books(one)[0].state, till.state(one)) == ("paid", "placed")


@pytest.mark.parametrize("seed", [0, 2])
def test_whatever_happens_money_points_and_pieces_agree(till: Till, seed: int) -> None:
    """Presses, payments, notifications, failures and time in any order: what was released is not paid for, and the other way."""
    chance, done = random.Random(seed), [till.redeem()]
    for _ in range(30):
        if "id" in (new := till.redeem()):  # not sold out
            done.append(new)
            till.ask(new, "pay")
        one, fake = chance.choice(done[-3:]), till.fake
        prepaid = till.books(one)[0].prepaid_by
        act = chance.choice(
            ["pay", "pays", "pays", "hear", "later", "leave", "look", "cancel", "away", "lost", "twice"]
        )
        if act in {"pay", "leave", "look"}:
            till.ask(one, act)
        elif act == "pays" and prepaid:
            with suppress(ValueError):  # closed, or paid already
                fake.pays(prepaid, "o-one")
        elif act == "hear":
            till.hear()
        elif act == "later":
            till.later(minutes=chance.choice([1, 5, 11]))
        elif act == "cancel":
            till.cancel(one)
        elif act == "away":
            fake.faults.refused = chance.choice([0, 3, 40])
        elif act == "lost":
            fake.faults.lost = 1
        elif act == "twice":
            fake.faults.repeated = 1
    till.fake.faults = PayFaults()
    for _ in range(3):
        till.later(minutes=40)
        till.hear()
        for refund in (each for one in done for each in till.books(one)[1] if each.state == "processing"):
            till.fake.settles(refund.number)
        till.hear()
    states = [till.state(one) for one in done]
    books = [till.books(one)[0] for one in done]
    kept = [payment.fen - payment.refunded_fen if payment.state == "paid" else 0 for payment in books]
    assert set(states) <= {"placed", "cancelled"}
    assert kept == [1100 if state == "placed" else 0 for state in states]
    paid = {number for number, trade in till.fake.trades.items() if trade["trade_state"] in {"SUCCESS", "REFUND"}}
    assert paid == {payment.number for payment in books if payment.state == "paid"}
    placed = states.count("placed")
    assert till.stands() == (1000 - 100 * placed, 2 - placed)


def test_told_and_cancelled_at_the_same_moment(till: Till) -> None:
    """Both lock the payment and its redemption, in one order."""
    for _ in range(6):
        one = till.redeem()
        till.pay(one)
        with ThreadPoolExecutor(2) as pool:
            told, taken = pool.submit(till.hear), pool.submit(till.cancel, one)
            told.result()
            taken.result()
        till.later(minutes=1)
        till.hear()
        payment, refunds = till.books(one)
        assert (till.state(one), payment.state) == ("cancelled", "paid")
        assert [each.fen for each in refunds] == [1100]
    assert till.stands() == (1000, 2)
    assert {status for _, status in till.fake.answers} == {204}


def test_who_is_not_in_wechat_is_told_so(till: Till) -> None:
    other = till.pages.sign_in("13900139000")
    earn(till.pages, "13900139000", 1_000)
    refused = write(other, "POST", f"{URL}/rewards/{till.offer_id}/redeem", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "NotInWeChat")
    assert till.stands() == (1000, 2)
    one = till.redeem()
    assert write(other, "POST", f"{URL}/redemptions/{one['id']}/pay").status_code == 404


def test_money_that_waits_is_taken_by_whose_it_is(till: Till) -> None:
    with till.pages.database.transaction() as conn:
        made = payments.begin_transfer(
            conn, merchant_id=payments.merchants(conn)[0].id, customer_id=till.pages.customer_of(PHONE), payee="o-one",
            fen=500, about="assist:7", remark="助力奖励", key="transfer-1", now=till.pages.clock.now(),
        )  # fmt: skip
    stranger = till.pages.sign_in("13900139000")
    assert stranger.get(f"{URL}/transfers").json() == []
    assert write(stranger, "POST", f"{URL}/transfers/{made.id}/claim").status_code == 404
    page = write(till.browser, "POST", f"{URL}/transfers/{made.id}/claim").json()
    till.fake.confirms(page["package"])
    till.hear()
    (found,) = till.browser.get(f"{URL}/transfers").json()
    assert (found["fen"], found["state"]) == (500, "done")


def test_who_is_not_in_wechat_pays_in_the_browser(till: Till) -> None:
    with till.pages.database.transaction() as conn:
        (merchant,) = payments.merchants(conn)
        wanted = replace(settings(till.fake, merchant.base_url), h5=True)
        payments.ensure_merchant(conn, ACTOR, wanted, till.pages.clock.now())
    other = till.pages.sign_in("13900139000")
    earn(till.pages, "13900139000", 1_000)
    one = write(other, "POST", f"{URL}/rewards/{till.offer_id}/redeem", {}).json()
    assert write(other, "POST", f"{URL}/redemptions/{one['id']}/pay").json()["code"] == "Conflict"
    assert write(till.browser, "POST", f"{URL}/redemptions/{one['id']}/pay_in_browser").status_code == 404
    url = write(other, "POST", f"{URL}/redemptions/{one['id']}/pay_in_browser").json()["url"]
    till.fake.pays_in_browser(parse_qs(urlsplit(url).query)["prepay_id"][0])
    assert write(other, "POST", f"{URL}/redemptions/{one['id']}/look").json()["state"] == "placed"
    till.hear()
    assert other.get(f"{URL}/redemptions/{one['id']}").json()["state"] == "placed"


def test_an_operator_pays_a_member(till: Till) -> None:
    def pay(key: str, **given: Any) -> Transfer:
        said = {
            "fen": 660,
            "remark": "晒单返现",
            "reason": "a picture of the scarf",
            "now": till.pages.clock.now(),
        } | given
        with till.pages.database.transaction() as conn:
            return payments.transfer_by_hand(
                conn, ACTOR, said.pop("who", till.pages.customer_of(PHONE)), key=key, **said
            )

    made = pay("by-hand-1")
    assert pay("by-hand-1").id == made.id
    assert till.browser.get(f"{URL}/home").json()["to_take"] == 0
    page = write(till.browser, "POST", f"{URL}/transfers/{made.id}/claim").json()
    assert till.browser.get(f"{URL}/home").json()["to_take"] == 1
    (waits,) = till.browser.get(f"{URL}/transfers").json()
    assert (waits["state"], waits["fen"], waits["until"] is None) == ("waiting", 660, False)
    till.fake.faults.lost = 1
    till.fake.confirms(page["package"])
    done = write(till.browser, "POST", f"{URL}/transfers/{made.id}/look").json()
    assert (done["state"], done["until"]) == ("done", None)
    with pytest.raises(IdempotencyMismatch):
        pay("by-hand-1", fen=700)
    till.pages.sign_in("13900139000")
    with pytest.raises(Conflict):
        pay("by-hand-2", who=till.pages.customer_of("13900139000"))
