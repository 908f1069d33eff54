"""Cash parts of the shop, taken by the room of payments: neither room knows the other; here they meet."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.identity import service as identity
from siyu.kernel.errors import Conflict, SiyuError
from siyu.payments import service as payments
from siyu.payments.types import Turned
from siyu.rewards import service as rewards

_ACTOR: Final = access.system("rewards")
_WHAT: Final = "redemption"
_MOST_SHOWN: Final = 40  # characters of what is paid for, on WeChat's page


class NotInWeChat(SiyuError):
    """Cash is paid by WeChat, and the customer is not known there."""

    status: ClassVar[int] = 409
    en = "This is paid with WeChat Pay. Open these pages within WeChat, sign in there, and try again."
    zh = "该权益商品需使用微信支付。请在微信中打开本页面并登录后再试。"


class Cashier:
    """Takes the cash part of redemptions by a merchant in whose app the customer has an OpenID, else by one that takes payments
    in browsers.

    Who locks a payment and its redemption locks the payment first: so does whoever hears of it from the platform.
    """

    def ready(self, conn: Connection) -> bool:
        """Whether there is a merchant."""
        return bool(payments.merchants(conn))

    def ask(
        self,
        conn: Connection,
        *,
        reference: str,
        customer_id: int,
        fen: int,
        title: str,
        until: datetime,
        now: datetime,
    ) -> None:
        """Note what is to be paid until then. Idempotent by reference.

        Raises:
            NotInWeChat: no merchant's app knows the customer, and none takes payments in browsers.
        """
        merchant_id, payer = _payer(conn, customer_id)
        shown = "".join(letter for letter in title if letter.isprintable()).strip()[:_MOST_SHOWN]
        payments.begin_payment(
            conn,
            merchant_id=merchant_id,
            customer_id=customer_id,
            payer=payer,
            fen=fen,
            about=reference,
            description=shown or reference,
            key=reference,
            now=now,
            minutes=-((now - until) // timedelta(minutes=1)),
        )

    def hold(self, conn: Connection, *, references: Sequence[str]) -> None:
        """Nobody hears anything of these payments until the end of the transaction."""
        payments.hold_payments(conn, references)

    def give_back(self, conn: Connection, *, reference: str, now: datetime) -> None:
        """What was not paid can be paid no more; what was paid goes back. Safe to repeat."""
        payments.undo_payment(conn, _ACTOR, reference, reason=f"{reference} was cancelled", now=now)


def turned(conn: Connection, one: Turned, now: datetime) -> None:
    """What becomes of a redemption when its payment was paid or closed, in the same transaction. Other payments are none of it.

    Money for what was released meanwhile goes back.
    """
    payment = one.payment
    if payment is None or one.refund is not None:
        return
    what, _, number = payment.about.partition(":")
    if what != _WHAT:
        return
    if payment.state == "paid":
        try:
            rewards.paid(conn, int(number), now)
        except Conflict:
            Cashier().give_back(conn, reference=payment.about, now=now)
    elif payment.state == "closed":
        rewards.unpaid(conn, int(number), now)


def _payer(conn: Connection, customer_id: int) -> tuple[int, str]:
    """(merchant, OpenID in its app); of several OpenIDs the one that was seen last. Empty: they pay in a browser."""
    found = payments.merchants(conn)
    for merchant in found:
        for _, open_id in identity.values_of(conn, "open_id", merchant.app_id, [customer_id]):
            return merchant.id, open_id
    for merchant in found:
        if merchant.h5:
            return merchant.id, ""
    raise NotInWeChat
