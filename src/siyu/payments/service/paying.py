"""Customers pay: what they are to pay is noted first, then the platform prepares it, then it says that it was paid."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.identity import service as identity
from siyu.kernel.errors import BadInput, Conflict, IdempotencyMismatch, NotFound
from siyu.payments import rules
from siyu.payments.service.hearing import declining, hear
from siyu.payments.service.merchants import Till, merchant
from siyu.payments.store import payments as tables
from siyu.payments.types import Merchant, Payment, PaymentState, PaymentWay, Port, Refund, RefundSaid

_LONGEST: Final = 120  # minutes; what the platform has prepared is good for two hours
_KEY: Final = 180


def begin_payment(
    conn: Connection,
    *,
    merchant_id: int,
    customer_id: int,
    payer: str,
    fen: int,
    about: str,
    description: str,
    key: str,
    now: datetime,
    minutes: int = 15,
) -> Payment:
    """Note that a customer is to pay; the platform does not know it yet, see :func:`prepare`. Idempotent by key.

    Args:
        conn: an open transaction: that in which the caller sets aside what is paid for.
        merchant_id: to whom.
        customer_id: who pays.
        payer: their OpenID in the merchant's app; empty where they are not known there, and the merchant takes payments in
            browsers.
        fen: above 0.
        about: what for, for the caller: ``offer:12``.
        description: what the customer reads, up to 40 characters.
        key: of the request, 1 to 180 printable characters.
        now: the present.
        minutes: so long it can be paid, 1 to 120.

    Raises:
        BadInput: it cannot be paid like this.
        NotFound: there is no such merchant or customer.
        IdempotencyMismatch: the key was used before with something else.
    """
    rules.check_fen(fen)
    check_asked(key, about)
    if payer:
        check_person(payer)
    rules.check_words("the description", "商品描述", description, 40)
    if not 1 <= minutes <= _LONGEST:
        raise BadInput(
            reason=f"a payment is open for 1 to {_LONGEST} minutes.", reason_zh=f"支付有效期须为 1 至 {_LONGEST} 分钟。"
        )
    hash_ = hash_of([merchant_id, customer_id, payer, fen, about, description, minutes])
    before = tables.of_key(conn, key)
    if before is None:
        if not merchant(conn, merchant_id).h5 and not payer:
            raise BadInput(
                reason="the payer's OpenID is missing, and the merchant takes no payments in browsers.",
                reason_zh="缺少付款人的 OpenID，且该商户未开通 H5 支付。",
            )
        owner = identity.living(conn, customer_id)
        new = tables.NewPayment(
            merchant_id, number(), key, hash_, owner, payer, about, description, fen, now + timedelta(minutes=minutes),
            now, rules.next_look(1, now),
        )  # fmt: skip
        if (made := tables.insert(conn, new)) is not None:
            return made
        before = tables.of_key(conn, key)  # somebody else, at this moment
    assert before is not None
    if before[1] != hash_:
        raise IdempotencyMismatch(key=key)
    return before[0]


def prepare(till: Till, payment_id: int) -> Mapping[str, str]:
    """Have the platform prepare a payment within WeChat; returns what the page hands to WeChat. Safe to repeat.

    Raises:
        NotFound: there is no such payment.
        Conflict: it is paid, its time is over, or it is paid in a browser.
        TryLater, PlatformDeclined, NotFromPlatform: the platform did not.
    """
    now = till.clock.now()
    found, owner = _to_pay(till, payment_id, "jsapi", now)
    port = till.opens(owner)
    by = found.prepaid_by or port.prepare(found, till.notify_url(owner.id), now)
    if not found.prepaid_by:
        _opened(till, port, found, by, now)
    return port.page(by, now)


def visit(till: Till, payment_id: int, address: str) -> str:
    """Have the platform prepare a payment in a browser; returns where that is to go, for five minutes. Safe to repeat.

    Args:
        till: where platforms are called.
        payment_id: of what.
        address: of the browser, as it comes to us; the platform compares it.

    Raises:
        NotFound: there is no such payment.
        Conflict: it is paid, its time is over, it is paid within WeChat, or the merchant takes none in browsers.
        TryLater, PlatformDeclined, NotFromPlatform: the platform did not.
    """
    now = till.clock.now()
    found, owner = _to_pay(till, payment_id, "h5", now)
    port = till.opens(owner)
    url = port.visit(found, till.notify_url(owner.id), address, now)
    _opened(till, port, found, "", now)
    return url


def _to_pay(till: Till, payment_id: int, way: PaymentWay, now: datetime) -> tuple[Payment, Merchant]:
    """What somebody begins to pay, or goes on with. Which way is noted before the platform hears of it: it takes a number one
    way only.
    """
    with till.database.transaction() as conn:
        found = payment_of(conn, payment_id)
        owner = merchant(conn, found.merchant_id)
        if found.state == "paid":
            raise Conflict(reason="it is paid already.", reason_zh="该订单已支付。")
        if found.state == "closed" or found.expires_at <= now:
            raise _over()
        if way == "h5" and not owner.h5:
            raise Conflict(reason="open this page within WeChat to pay.", reason_zh="请在微信中打开本页面完成支付。")
        if (way == "jsapi" and not found.payer) or not tables.goes(conn, found.id, way):
            raise _another_way(way)
    return found, owner


def _opened(till: Till, port: Port, payment: Payment, by: str, now: datetime) -> None:
    with till.database.transaction() as conn:
        tables.opened(conn, payment.id, by)
        found = payment_of(conn, payment.id)
    if found.state == "closed":  # it was withdrawn meanwhile, before the platform knew it
        port.close(found.number, now)
        raise _over()


def _another_way(way: PaymentWay) -> Conflict:
    if way == "h5":
        return Conflict(
            reason="paying has begun within WeChat; go on there, or leave it and begin again.",
            reason_zh="该订单已在微信中发起支付，请回到微信继续，或放弃后重新下单。",
        )
    return Conflict(
        reason="paying has begun in a browser outside WeChat; go on there, or leave it and begin again.",
        reason_zh="该订单需在微信外的浏览器中支付，请回到原浏览器继续，或放弃后重新下单。",
    )


def _over() -> Conflict:
    return Conflict(reason="its time is over; begin again.", reason_zh="支付已超时，请重新下单。")


def hold_payments(conn: Connection, keys: Sequence[str]) -> None:
    """Lock the payments of these keys until the end of the transaction: nothing is heard of them meanwhile."""
    tables.lock_keys(conn, keys)


def payment_of_key(conn: Connection, key: str) -> Payment:
    """The payment that was begun with a key.

    Raises:
        NotFound: there is none.
    """
    found = tables.of_key(conn, key)
    if found is None:
        raise NotFound(what="payment", what_zh="支付单", key=key)
    return found[0]


def withdraw_payment(conn: Connection, key: str, now: datetime) -> None:
    """Have what is to be paid under a key be payable no longer than now: it is closed at the platform when that is next asked,
    which may say that it is paid. Safe to repeat; what is paid stays so.
    """
    tables.lock_keys(conn, [key])
    if (found := tables.of_key(conn, key)) is not None:
        tables.withdraw(conn, found[0].id, now)


def undo_payment(conn: Connection, principal: Principal, key: str, *, reason: str, now: datetime) -> None:
    """Have the payment of a key come to nothing: what is not paid can be paid no more, and is closed at the platform when it
    is next asked; of what is paid everything that has not gone back goes back. Safe to repeat; without such a payment
    nothing is done. Refunds are audited.

    Raises:
        NotAllowed: without the right ``payments.reverse``.
        BadInput: there is no reason.
    """
    access.require(principal, "payments.reverse")
    tables.lock_keys(conn, [key])
    found = tables.of_key(conn, key)
    if found is None:
        return
    payment = found[0]
    if payment.state != "paid":
        tables.withdraw(conn, payment.id, now)
        return
    left = payment.fen - sum(one.fen for one in tables.refunds(conn, payment.id) if one.state != "failed")
    if left:
        begin_refund(conn, principal, payment.id, fen=left, reason=reason, key=f"undone:{key}", now=now)


def payment_of(conn: Connection, payment_id: int) -> Payment:
    """A payment.

    Raises:
        NotFound: there is none.
    """
    found = tables.of_id(conn, payment_id)
    if found is None:
        raise NotFound(what="payment", what_zh="支付单", key=payment_id)
    return found


def payments(
    conn: Connection,
    *,
    customer_id: int | None = None,
    state: PaymentState | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Payment]:
    """Payments, newest first."""
    return tables.page(conn, customer_id, state, before, limit)


def refunds_of(conn: Connection, payment_id: int) -> list[Refund]:
    """Refunds of a payment, oldest first."""
    return tables.refunds(conn, payment_id)


def begin_refund(
    conn: Connection, principal: Principal, payment_id: int, *, fen: int, reason: str, key: str, now: datetime
) -> Refund:
    """Note that some of a payment is to go back; :func:`send_refund` asks the platform. Idempotent by key. Audited.

    Raises:
        NotAllowed: without the right ``payments.reverse``.
        NotFound: there is no such payment.
        BadInput: the amount, the key or the reason cannot be.
        Conflict: it is not paid, or less is left of it than is to go back.
        IdempotencyMismatch: the key was used before with something else.
    """
    access.require(principal, "payments.reverse")
    rules.check_fen(fen)
    rules.check_words("the key", "幂等键", key, _KEY)
    said = access.reason_given(reason)
    payment = tables.of_id(conn, payment_id, lock=True)
    if payment is None:
        raise NotFound(what="payment", what_zh="支付单", key=payment_id)
    hash_ = hash_of([payment_id, fen, said])
    if (before := tables.refund_of_key(conn, key)) is not None:
        if before[1] != hash_:
            raise IdempotencyMismatch(key=key)
        return before[0]
    if payment.state != "paid":
        raise Conflict(reason="it is not paid.", reason_zh="该支付单尚未支付。")
    left = payment.fen - sum(one.fen for one in tables.refunds(conn, payment_id) if one.state != "failed")
    if fen > left:
        raise Conflict(
            reason=f"of it {left} fen can still go back, not {fen}.",
            reason_zh=f"可退金额剩余 {left} 分，不足 {fen} 分。",
        )
    new = tables.NewRefund(payment_id, number(), key, hash_, fen, said, principal.actor, now, rules.next_look(0, now))
    made = tables.insert_refund(conn, new)
    if made is None:  # of another payment, at this moment
        raise IdempotencyMismatch(key=key)
    access.record(
        conn,
        actor=principal.actor,
        action="payments.refunded",
        target=f"payment:{payment_id}",
        details={"fen": fen, "refund": made.number, "reason": said},
        now=now,
    )
    return made


def send_refund(till: Till, refund_id: int) -> Refund:
    """Ask the platform for a refund that it does not know yet; returns how it stands. Safe to repeat: under one number the
    platform gives back once. What it declines has failed, and its money can be given back under another key.

    Raises:
        TryLater: nothing is known of what became of it; it is asked again by itself.
        PlatformDeclined: the platform does not give it back.
    """
    now = till.clock.now()
    with till.database.transaction() as conn:
        refund = tables.refund(conn, refund_id)
        if refund is None:
            raise NotFound(what="refund", what_zh="退款单", key=refund_id)
        payment = payment_of(conn, refund.payment_id)
        owner = merchant(conn, payment.merchant_id)
    if refund.state != "new":
        return refund
    with declining(till, owner.id, RefundSaid(refund.number, "failed")):
        said = till.opens(owner).refund(payment, refund, till.notify_url(owner.id), now)
    with till.database.transaction() as conn:
        hear(till, conn, owner.id, said, now)
        found = tables.refund(conn, refund_id)
    assert found is not None
    return found


def number() -> str:
    """A number of ours for the platform: letters and digits, not to be guessed."""
    return secrets.token_hex(16)


def hash_of(said: list[Any]) -> bytes:
    """Of the input: who asks with the same key asks for the same, or is refused."""
    return blake2b(orjson.dumps(said), digest_size=16).digest()


def check_asked(key: str, about: str) -> None:
    """Check what every request has.

    Raises:
        BadInput: says what to change.
    """
    rules.check_words("the key", "幂等键", key, _KEY)
    rules.check_words("what it is about", "业务标识", about, 120)


def check_person(open_id: str) -> None:
    """Check who pays or is paid.

    Raises:
        BadInput: says what to change.
    """
    rules.check_words("the OpenID", "OpenID", open_id, 128)


def regroup_payments(conn: Connection, merged: Sequence[tuple[int, int]]) -> None:
    """After merges: payments and transfers of losers are their winners'."""
    if final := identity.ends_of(merged):
        tables.move(conn, list(final), list(final.values()))
