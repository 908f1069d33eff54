"""Customers pay and get back, against a fake platform that signs, repeats, loses, spoils and does not answer."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.payments.conftest import ME, NOON, Shop, settings

from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, Conflict, IdempotencyMismatch, NotAllowed, NotFound, SiyuError, TryLater
from siyu.payments import service
from siyu.payments.types import NotFromPlatform, PlatformDeclined
from siyu.rehearsal.platforms.wechat_pay import crypto
from siyu.rehearsal.platforms.wechat_pay.merchant import RETRIES


def refused(error: type[SiyuError], act: Any) -> SiyuError:
    with pytest.raises(error) as caught:
        act()
    assert caught.value.message_zh
    return caught.value


def test_a_customer_pays(shop: Shop) -> None:
    payment = shop.begin()
    page = service.prepare(shop.till, payment.id)
    said = "".join(f"{page[name]}\n" for name in ("appId", "timeStamp", "nonceStr", "package"))
    assert crypto.is_of(shop.fake.own.key, said.encode(), page["paySign"])
    assert (page["signType"], shop.payment(payment).state) == ("RSA", "open")
    shop.fake.pays(page["package"].removeprefix("prepay_id="), "o-one")
    assert (shop.deliver(), shop.deliver()) == (1, 0)
    paid = shop.payment(payment)
    assert (paid.state, paid.paid_at, paid.platform_id[:2]) == ("paid", NOON, "42")
    assert shop.told() == [("payment.paid", 1_000)]
    assert [one.payment for one in shop.turned] == [paid]
    refused(Conflict, lambda: service.prepare(shop.till, payment.id))


def test_notifications_that_come_twice_or_late(shop: Shop) -> None:
    shop.fake.faults.repeated = 1
    payment = shop.pay()
    assert [status for _, status in shop.fake.answers] == [204, 204]
    shop.fake.faults.lost = 1
    other = shop.begin()
    shop.fake.pays(shop.prepay(other), "o-one")
    assert (shop.deliver(), shop.payment(other).state) == (0, "open")
    shop.wait(seconds=31)
    assert service.look_after(shop.till) == 1
    assert shop.payment(other).state == "paid"
    shop.fake._tell("TRANSACTION.SUCCESS", "transaction", shop.fake.trades[other.number])  # after we have asked
    shop.deliver()
    assert shop.told() == [("payment.paid", 1_000)] * 2
    assert (len(shop.turned), shop.payment(payment).state) == (2, "paid")


@pytest.mark.parametrize(("how", "status"), [("signature", 401), ("resource", 401), ("time", 401), ("amount", 409)])
def test_what_is_spoiled_is_refused_and_comes_again(shop: Shop, how: Any, status: int) -> None:
    payment = shop.begin()
    shop.fake.pays(shop.prepay(payment), "o-one")
    shop.fake.faults.spoiled = how
    shop.deliver()
    assert (shop.fake.answers, shop.payment(payment).state) == ([("TRANSACTION.SUCCESS", status)], "open")
    shop.fake.faults.spoiled = ""
    assert shop.deliver() == 0
    shop.wait(seconds=RETRIES[0])
    assert (shop.deliver(), shop.payment(payment).state, shop.fake.waiting()) == (1, "paid", 0)


def test_a_stranger_tells_nothing(shop: Shop) -> None:
    def told(headers: dict[str, str], body: bytes = b"{}", merchant_id: int | None = None) -> None:
        service.take_notify(shop.till, merchant_id or shop.merchant.id, headers, body)

    refused(NotFromPlatform, lambda: told({}))
    good = crypto.headers(shop.fake.platform.key, shop.fake.key_id, b"{}", int(NOON.timestamp()))
    refused(NotFromPlatform, lambda: told(good))  # signed, and nothing in it
    refused(NotFromPlatform, lambda: told(good, b"[]"))
    refused(NotFromPlatform, lambda: told({**good, "Wechatpay-Timestamp": "soon"}))
    refused(NotFromPlatform, lambda: told({**good, "Wechatpay-Signature": "****"}))
    refused(NotFound, lambda: told(good, merchant_id=99))


def test_a_retry_is_answered_the_same(shop: Shop) -> None:
    payment = shop.begin(key="the same")
    assert shop.begin(key="the same") == payment
    refused(IdempotencyMismatch, lambda: shop.begin(999, key="the same"))
    assert shop.prepay(payment) == shop.prepay(payment)
    with ThreadPoolExecutor(8) as pool:
        gate = threading.Barrier(8)

        def begin(_: int) -> int:
            gate.wait()
            return shop.begin(key="at once").id

        assert len(set(pool.map(begin, range(8)))) == 1


def test_what_the_platform_does_not_answer(shop: Shop) -> None:
    payment = shop.begin()
    shop.fake.faults.refused = 1
    refused(TryLater, lambda: service.prepare(shop.till, payment.id))
    shop.fake.faults.unanswered = 1
    refused(TryLater, lambda: service.prepare(shop.till, payment.id))
    shop.fake.faults.unsigned = 1
    refused(NotFromPlatform, lambda: service.prepare(shop.till, payment.id))
    shop.fake.pays(shop.prepay(payment), "o-one")
    shop.deliver()
    assert shop.payment(payment).state == "paid"


def test_wrong_settings_are_said(shop: Shop) -> None:
    wrong = replace(settings(shop.fake, shop.merchant.base_url), private_key=crypto.pair().private)
    shop.done(lambda conn: service.ensure_merchant(conn, ME, wrong, NOON))
    error = refused(PlatformDeclined, lambda: service.prepare(shop.till, shop.begin().id))
    assert "SIGN_ERROR" in error.message
    assert "证书序列号" in error.message_zh
    sealed = shop.rows("SELECT private_key, api_key FROM payments.merchant")[0]
    assert b"PRIVATE KEY" not in bytes(sealed[0])
    assert shop.fake.api_key.encode() not in bytes(sealed[1])
    for name, value in (
        ("private_key", "nothing"), ("platform_key", wrong.private_key), ("api_key", "short"), ("mch_id", "one"),
        ("base_url", "http://api.mch.weixin.qq.com"), ("name", ""),
    ):  # fmt: skip
        bad = replace(wrong, **{name: value})
        refused(BadInput, lambda bad=bad: shop.done(lambda conn: service.ensure_merchant(conn, ME, bad, NOON)))


def test_time_runs_out(shop: Shop) -> None:
    payment, unknown = shop.begin(), shop.begin()
    prepay = shop.prepay(payment)
    shop.wait(minutes=16)
    refused(Conflict, lambda: service.prepare(shop.till, payment.id))
    service.look_after(shop.till)
    assert (shop.payment(payment).state, shop.payment(unknown).state) == ("closed", "closed")
    assert shop.fake.trades[payment.number]["trade_state"] == "CLOSED"
    with pytest.raises(ValueError, match="CLOSED"):
        shop.fake.pays(prepay, "o-one")
    assert service.look_after(shop.till) == 0


def test_who_pays_in_the_last_moment_has_paid(shop: Shop) -> None:
    payment = shop.begin()
    prepay = shop.prepay(payment)
    shop.fake.faults.lost = 1
    shop.wait(minutes=14, seconds=59)
    shop.fake.pays(prepay, "o-one")
    shop.wait(seconds=2)
    service.look_after(shop.till)
    assert shop.payment(payment).state == "paid"


def test_looks_become_rarer(shop: Shop) -> None:
    shop.prepay(shop.begin(minutes=120))
    seen = 0
    for _ in range(60):
        shop.wait(minutes=1)
        seen += service.look_after(shop.till)
    assert 5 <= seen <= 9


def test_part_and_whole_go_back(shop: Shop) -> None:
    payment = shop.pay(1_000)
    refund = shop.refund(payment, 400, key="once")
    assert (refund.state, shop.refund(payment, 400, key="once")) == ("processing", refund)
    refused(IdempotencyMismatch, lambda: shop.refund(payment, 300, key="once"))
    error = refused(Conflict, lambda: shop.refund(payment, 601))
    assert "600 fen can still go back" in error.message
    shop.fake.settles(refund.number)
    shop.deliver()
    shop.deliver()
    assert shop.payment(payment).refunded_fen == 400
    rest = shop.refund(payment, 600)
    shop.fake.faults.lost = 1
    shop.fake.settles(rest.number)
    shop.wait(seconds=16)
    service.look_after(shop.till)
    found = shop.payment(payment)
    assert (found.refunded_fen, found.state, shop.fake.balance) == (1_000, "paid", 10**9 - 1_000)
    assert shop.told() == [("payment.paid", 1_000), ("payment.refunded", -400), ("payment.refunded", -600)]
    refused(Conflict, lambda: shop.refund(shop.begin(), 1))
    refused(BadInput, lambda: shop.refund(payment, 0))


def test_a_refund_whose_answer_is_lost_goes_back_once(shop: Shop) -> None:
    payment = shop.pay(1_000)
    shop.fake.faults.unanswered = 1
    refused(TryLater, lambda: shop.refund(payment, 700, key="once"))
    (refund,) = shop.done(lambda conn: service.refunds_of(conn, payment.id))
    assert refund.state == "new"
    shop.wait(seconds=16)
    service.look_after(shop.till)
    (refund,) = shop.done(lambda conn: service.refunds_of(conn, payment.id))
    assert (refund.state, shop.fake.balance) == ("processing", 10**9 - 700)
    assert len(shop.fake.refunds) == 1


def test_what_the_platform_declines_can_be_given_back_again(shop: Shop) -> None:
    payment = shop.pay(1_000)
    shop.fake.balance = 0
    refused(PlatformDeclined, lambda: shop.refund(payment, 1_000, key="poor"))  # stays asked for
    refused(Conflict, lambda: shop.refund(payment, 1))
    shop.fake.balance = 10**6
    shop.wait(seconds=16)
    service.look_after(shop.till)
    (refund,) = shop.done(lambda conn: service.refunds_of(conn, payment.id))
    assert refund.state == "processing"
    shop.fake.settles(refund.number, well=False)
    shop.deliver()
    assert shop.payment(payment).refunded_fen == 0
    again = shop.refund(payment, 1_000)
    assert (again.state, shop.fake.balance) == ("processing", 10**6 - 1_000)


def test_rights_and_bad_input(shop: Shop) -> None:
    nobody = Principal("key", 1, "k", frozenset())
    payment = shop.pay()

    def give_back(conn: Any) -> Any:
        return service.begin_refund(conn, nobody, payment.id, fen=1, reason="because", key="k", now=NOON)

    refused(NotAllowed, lambda: shop.done(give_back))
    merchant = settings(shop.fake, shop.merchant.base_url)
    refused(NotAllowed, lambda: shop.done(lambda conn: service.ensure_merchant(conn, nobody, merchant, NOON)))
    for wrong in ({"fen": 0}, {"fen": 10**9}, {"description": ""}, {"payer": "a\x00"}, {"minutes": 0}, {"key": ""}):
        refused(BadInput, lambda wrong=wrong: shop.begin(**wrong))
    refused(NotFound, lambda: shop.begin(merchant_id=99))
    refused(NotFound, lambda: shop.begin(customer_id=99))
    refused(NotFound, lambda: service.prepare(shop.till, 99))
