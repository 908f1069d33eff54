"""What the platform says becomes what is so here: once, whatever comes twice, late, or by notification and by asking."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from siyu.identity import service as identity
from siyu.kernel.errors import NotFound
from siyu.kernel.fact import Fact
from siyu.payments import rules
from siyu.payments.service.merchants import Till, merchant
from siyu.payments.store import payments as tables
from siyu.payments.store import transfers
from siyu.payments.types import PaymentSaid, PlatformDeclined, RefundSaid, Said, TransferSaid, Turned
from siyu.timeline import service as timeline


def hear(till: Till, conn: Connection, merchant_id: int, said: Said, now: datetime) -> Turned | None:
    """Note what the platform says; ``None`` where that is nothing new. Facts are told with it, and ``till.then`` is.

    Args:
        till: whose rooms above are told.
        conn: an open transaction; the row stays locked until its end.
        merchant_id: of whom it was said.
        said: by a notification or an answer.
        now: the present.

    Raises:
        NotFound: nothing here has this number.
        Conflict: the amount is another one.
    """
    if isinstance(said, PaymentSaid):
        turned = _payment(conn, merchant_id, said, now)
    elif isinstance(said, RefundSaid):
        turned = _refund(conn, merchant_id, said, now)
    else:
        turned = _transfer(conn, merchant_id, said, now)
    if turned is not None:
        till.then(conn, turned, now)
    return turned


@contextmanager
def declining(till: Till, merchant_id: int, failed: Said) -> Iterator[None]:
    """Where the platform declines for good what is done within, note that it has failed; then raise.

    What can be mended, a key or a balance, does not fail: it is asked for again later.
    """
    try:
        yield
    except PlatformDeclined as error:
        if rules.is_final(str(error.details["code"])):
            with till.database.transaction() as conn:
                hear(till, conn, merchant_id, failed, till.clock.now())
        raise


def take_notify(till: Till, merchant_id: int, headers: Mapping[str, str], body: bytes) -> Turned | None:
    """A notification at the door: checked, then noted. Repeats are answered as the first was.

    Raises:
        NotFound: there is no such merchant, or nothing here has this number.
        NotFromPlatform: the platform has not signed it, or not lately.
        Conflict: the amount is another one.
    """
    now = till.clock.now()
    with till.database.transaction() as conn:
        port = till.opens(merchant(conn, merchant_id))
        said = port.read(headers, body, now)
        return None if said is None else hear(till, conn, merchant_id, said, now)


def _payment(conn: Connection, merchant_id: int, said: PaymentSaid, now: datetime) -> Turned | None:
    found = tables.lock_number(conn, merchant_id, said.number)
    if found is None:
        raise NotFound(what="payment", what_zh="支付单", key=said.number)
    state = rules.payment_turns(found, said)
    if state is None:
        return None
    look_at = rules.next_look(0, now) if state == "open" else None
    paid_at = (said.at or now) if state == "paid" else None
    made = tables.turn(conn, found.id, state, said.platform_id, paid_at, look_at)
    if state == "paid":
        told = {"payment": made.number, "about": made.about}
        _tell(conn, "payment.paid", made.customer_id, paid_at or now, made.fen, made.description, told)
    return Turned(payment=made)


def _refund(conn: Connection, merchant_id: int, said: RefundSaid, now: datetime) -> Turned | None:
    found = tables.lock_refund(conn, merchant_id, said.number)
    if found is None:
        raise NotFound(what="refund", what_zh="退款单", key=said.number)
    refund, payment = found
    state = rules.refund_turns(refund, said)
    if state is None:
        return None
    look_at = rules.next_look(0, now) if state == "processing" else None
    done_at = (said.at or now) if state == "done" else None
    made = tables.turn_refund(conn, refund.id, state, said.platform_id, done_at, look_at)
    if state == "done":
        told = {"payment": payment.number, "about": payment.about, "refund": made.number}
        at = done_at or now
        _tell(conn, "payment.refunded", payment.customer_id, at, -made.fen, payment.description, told)
    return Turned(payment=tables.of_id(conn, payment.id), refund=made)


def _transfer(conn: Connection, merchant_id: int, said: TransferSaid, now: datetime) -> Turned | None:
    found = transfers.lock_number(conn, merchant_id, said.number)
    if found is None:
        raise NotFound(what="transfer", what_zh="转账单", key=said.number)
    state = rules.transfer_turns(found, said)
    if state is None:
        return None
    look_at = rules.next_look(0, now) if state in {"waiting", "moving"} else None
    made = transfers.turn(conn, found.id, state, said, now, look_at)
    if state == "done":
        told = {"transfer": made.number, "about": made.about}
        _tell(conn, "transfer.received", made.customer_id, now, -made.fen, made.remark, told)
    return Turned(transfer=made)


def _tell(
    conn: Connection, kind: str, customer_id: int, at: datetime, fen: int, name: str, said: Mapping[str, str]
) -> None:
    owner = identity.living(conn, customer_id) if customer_id else 0
    timeline.append(conn, [Fact(kind, owner, 0, at, name=name, amount_fen=fen, properties=said)])
