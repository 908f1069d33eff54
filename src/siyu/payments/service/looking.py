"""The platform is asked where no notification came: soon at first, then less and less often."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

import structlog

from siyu.kernel.errors import SiyuError
from siyu.payments import rules
from siyu.payments.service.hearing import hear
from siyu.payments.service.merchants import Till, merchant
from siyu.payments.service.paying import payment_of, send_refund
from siyu.payments.service.transferring import send_transfer, transfer_of
from siyu.payments.store import looking as turns
from siyu.payments.store import payments as tables
from siyu.payments.store.looking import Due, Kind
from siyu.payments.types import Merchant, Payment, PaymentSaid, Said, Transfer

log = structlog.get_logger(__name__)

_CLAIMED: Final = timedelta(minutes=2)  # so long nobody else looks; calls take up to half a minute


def look_after(till: Till, limit: int = 50) -> int:
    """Ask the platform of what is due; returns of how many. Refunds and transfers that it does not know yet are sent, and
    payments whose time is over are closed. Several may run at once.

    What the platform does not answer is asked again later; nothing is lost by a failure.
    """
    count = 0
    for kind in turns.KINDS:
        now = till.clock.now()
        with till.database.transaction() as conn:
            due = turns.claim(conn, kind, now, now + _CLAIMED, limit)
        for one in due:
            _look(till, one, now)
        count += len(due)
    return count


def look_at_payment(till: Till, payment_id: int) -> Payment:
    """Ask the platform now how a payment stands.

    Raises:
        NotFound: there is no such payment.
        TryLater, PlatformDeclined, NotFromPlatform: the platform did not say.
    """
    _payment(till, payment_id, till.clock.now())
    with till.database.transaction() as conn:
        return payment_of(conn, payment_id)


def look_at_transfer(till: Till, transfer_id: int) -> Transfer:
    """Ask the platform now how a transfer stands.

    Raises:
        NotFound: there is no such transfer.
        TryLater, PlatformDeclined, NotFromPlatform: the platform did not say.
    """
    _transfer(till, transfer_id, till.clock.now())
    with till.database.transaction() as conn:
        return transfer_of(conn, transfer_id)


def _look(till: Till, one: Due, now: datetime) -> None:
    try:
        _ASK[one.kind](till, one.id, now)
    except SiyuError as error:
        log.warning("payments.look_failed", kind=one.kind, id=one.id, error=error.message)
    with till.database.transaction() as conn:
        at = rules.next_look(one.looks, now)
        if one.kind == "payment":  # what is set aside for it is not to wait longer than it can be paid
            end = payment_of(conn, one.id).expires_at
            at = min(at, end) if end > now else at
        turns.later(conn, one.kind, one.id, at)


def _payment(till: Till, payment_id: int, now: datetime) -> None:
    with till.database.transaction() as conn:
        found = payment_of(conn, payment_id)
        owner = merchant(conn, found.merchant_id)
    port, over = till.opens(owner), found.expires_at <= now
    said = port.payment(found.number, now)
    if said is not None and said.state == "open" and over:
        port.close(found.number, now)  # declined where they pay at this moment; then it is asked again
    if over and (said is None or said.state == "open"):
        said = PaymentSaid(found.number, "closed")
    _heard(till, owner, said, now)


def _refund(till: Till, refund_id: int, now: datetime) -> None:
    with till.database.transaction() as conn:
        found = tables.refund(conn, refund_id)
        assert found is not None
        owner = merchant(conn, payment_of(conn, found.payment_id).merchant_id)
    if found.state == "new":
        send_refund(till, refund_id)
        return
    _heard(till, owner, till.opens(owner).refunded(found.number, now), now)


def _transfer(till: Till, transfer_id: int, now: datetime) -> None:
    with till.database.transaction() as conn:
        found = transfer_of(conn, transfer_id)
        owner = merchant(conn, found.merchant_id)
    if found.state == "new":
        send_transfer(till, transfer_id)
        return
    _heard(till, owner, till.opens(owner).transferred(found.number, now), now)


def _heard(till: Till, owner: Merchant, said: Said | None, now: datetime) -> None:
    if said is not None:
        with till.database.transaction() as conn:
            hear(till, conn, owner.id, said, now)


_ASK: Final[Mapping[Kind, Callable[[Till, int, datetime], None]]] = {
    "payment": _payment,
    "refund": _refund,
    "transfer": _transfer,
}
