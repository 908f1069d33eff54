"""Payments and refunds. The lock of a payment's row stands for its refunds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run, scalar
from siyu.payments.types import Payment, PaymentState, PaymentWay, Refund, RefundState

_PAYMENT: Final = """id, merchant_id, number, key, customer_id, payer, about, description, fen, state, prepaid_by, expires_at,
    created_at, platform_id, paid_at, refunded_fen, way"""
_REFUND: Final = "id, payment_id, number, key, fen, reason, actor, state, created_at, platform_id, done_at"


class NewPayment(NamedTuple):
    """A payment to be made."""

    merchant_id: int
    number: str
    key: str
    input_hash: bytes
    customer_id: int
    payer: str
    about: str
    description: str
    fen: int
    expires_at: datetime
    created_at: datetime
    look_at: datetime


class NewRefund(NamedTuple):
    """A refund to be made."""

    payment_id: int
    number: str
    key: str
    input_hash: bytes
    fen: int
    reason: str
    actor: str
    created_at: datetime
    look_at: datetime


def insert(conn: Connection, new: NewPayment) -> Payment | None:
    """Keep a payment; ``None`` when the key is there."""
    found = _inserted(conn, "payment", new, _PAYMENT)
    return Payment(*found) if found else None


def insert_refund(conn: Connection, new: NewRefund) -> Refund | None:
    """Keep a refund; ``None`` when the key is there."""
    found = _inserted(conn, "refund", new, _REFUND)
    return Refund(*found) if found else None


def _inserted(conn: Connection, table: str, new: NewPayment | NewRefund, columns: str) -> Any:
    names = ", ".join(new._fields)
    values = ", ".join(f":{name}" for name in new._fields)
    return one(
        conn,
        f"""INSERT INTO payments.{table} ({names}, state) VALUES ({values}, 'new')
            ON CONFLICT (key) DO NOTHING RETURNING {columns}""",
        **new._asdict(),
    )


def of_key(conn: Connection, key: str) -> tuple[Payment, bytes] | None:
    """The payment of a key, and the hash of what was asked for."""
    found = one(conn, f"SELECT input_hash, {_PAYMENT} FROM payments.payment WHERE key = :key", key=key)
    return (Payment(*found[1:]), bytes(found[0])) if found else None


def lock_keys(conn: Connection, keys: Sequence[str]) -> None:
    """Lock the payments of these keys, in the order of their ids."""
    run(
        conn,
        "SELECT FROM payments.payment WHERE key = ANY(CAST(:keys AS text[])) ORDER BY id FOR UPDATE",
        keys=list(keys),
    )


def withdraw(conn: Connection, payment_id: int, now: datetime) -> None:
    """A locked payment's time is over, and the platform is asked at once."""
    run(
        conn,
        """UPDATE payments.payment SET expires_at = least(expires_at, :now), look_at = :now
           WHERE id = :id AND state IN ('new', 'open')""",
        id=payment_id,
        now=now,
    )


def refund_of_key(conn: Connection, key: str) -> tuple[Refund, bytes] | None:
    """The refund of a key, and the hash of what was asked for."""
    found = one(conn, f"SELECT input_hash, {_REFUND} FROM payments.refund WHERE key = :key", key=key)
    return (Refund(*found[1:]), bytes(found[0])) if found else None


def of_id(conn: Connection, payment_id: int, *, lock: bool = False) -> Payment | None:
    found = one(conn, f"SELECT {_PAYMENT} FROM payments.payment WHERE id = :id{_lock(lock)}", id=payment_id)
    return Payment(*found) if found else None


def lock_number(conn: Connection, merchant_id: int, number: str) -> Payment | None:
    """The payment of a merchant with this number, locked."""
    found = one(
        conn,
        f"SELECT {_PAYMENT} FROM payments.payment WHERE number = :number AND merchant_id = :merchant FOR UPDATE",
        number=number,
        merchant=merchant_id,
    )
    return Payment(*found) if found else None


def lock_refund(conn: Connection, merchant_id: int, number: str) -> tuple[Refund, Payment] | None:
    """The refund of a merchant with this number and its payment, both locked."""
    found = scalar(
        conn,
        """SELECT payment_id FROM payments.refund JOIN payments.payment ON payment.id = payment_id
           WHERE refund.number = :number AND merchant_id = :merchant""",
        number=number,
        merchant=merchant_id,
    )
    payment = of_id(conn, found, lock=True) if found is not None else None
    refund = one(conn, f"SELECT {_REFUND} FROM payments.refund WHERE number = :number FOR UPDATE", number=number)
    return (Refund(*refund), payment) if refund and payment else None


def refund(conn: Connection, refund_id: int) -> Refund | None:
    found = one(conn, f"SELECT {_REFUND} FROM payments.refund WHERE id = :id", id=refund_id)
    return Refund(*found) if found else None


def refunds(conn: Connection, payment_id: int) -> list[Refund]:
    """Of a payment, oldest first."""
    found = rows(conn, f"SELECT {_REFUND} FROM payments.refund WHERE payment_id = :id ORDER BY id", id=payment_id)
    return [Refund(*row) for row in found]


def page(
    conn: Connection, customer_id: int | None, state: PaymentState | None, before: int | None, limit: int
) -> list[Payment]:
    """Payments, newest first."""
    found = rows(
        conn,
        f"""SELECT {_PAYMENT} FROM payments.payment
            WHERE (CAST(:customer AS bigint) IS NULL OR customer_id = :customer)
              AND (CAST(:state AS text) IS NULL OR state = :state) AND (CAST(:before AS bigint) IS NULL OR id < :before)
            ORDER BY id DESC LIMIT :limit""",
        customer=customer_id,
        state=state,
        before=before,
        limit=limit,
    )
    return [Payment(*row) for row in found]


def goes(conn: Connection, payment_id: int, way: PaymentWay) -> bool:
    """Have a payment be paid this way; false where somebody has begun to pay it another way."""
    return (
        scalar(
            conn,
            "UPDATE payments.payment SET way = :way WHERE id = :id AND way IN ('', :way) RETURNING id",
            id=payment_id,
            way=way,
        )
        is not None
    )


def opened(conn: Connection, payment_id: int, prepaid_by: str) -> None:
    """The platform has prepared a payment; one that it has told of meanwhile stays as it is."""
    run(
        conn,
        """UPDATE payments.payment SET prepaid_by = :by, state = CASE state WHEN 'new' THEN 'open' ELSE state END
           WHERE id = :id""",
        id=payment_id,
        by=prepaid_by,
    )


def turn(
    conn: Connection,
    payment_id: int,
    state: PaymentState,
    platform_id: str,
    paid_at: datetime | None,
    look_at: datetime | None,
) -> Payment:
    """A payment comes into a state; the platform is asked again at ``look_at``."""
    found = one(
        conn,
        f"""UPDATE payments.payment SET state = :state, platform_id = :platform_id, paid_at = :paid_at, look_at = :look_at
            WHERE id = :id RETURNING {_PAYMENT}""",
        id=payment_id,
        state=state,
        platform_id=platform_id,
        paid_at=paid_at,
        look_at=look_at,
    )
    assert found is not None
    return Payment(*found)


def turn_refund(
    conn: Connection,
    refund_id: int,
    state: RefundState,
    platform_id: str,
    done_at: datetime | None,
    look_at: datetime | None,
) -> Refund:
    """A refund comes into a state; what has gone back is counted with its payment."""
    found = one(
        conn,
        f"""
        WITH was AS (SELECT id, state FROM payments.refund WHERE id = :id),
        counted AS (
            UPDATE payments.payment SET refunded_fen = refunded_fen + refund.fen
            FROM payments.refund JOIN was USING (id)
            WHERE payment.id = refund.payment_id AND :state = 'done' AND was.state <> 'done'
        )
        UPDATE payments.refund SET state = :state, platform_id = :platform_id, done_at = :done_at, look_at = :look_at
        WHERE id = :id RETURNING {_REFUND}
        """,
        id=refund_id,
        state=state,
        platform_id=platform_id,
        done_at=done_at,
        look_at=look_at,
    )
    assert found is not None
    return Refund(*found)


def move(conn: Connection, losers: list[int], winners: list[int]) -> None:
    """The payments and transfers of losers are their winners'."""
    for table in ("payment", "transfer"):
        run(
            conn,
            f"""
            UPDATE payments.{table} AS had SET customer_id = pair.winner
            FROM unnest(CAST(:losers AS bigint[]), CAST(:winners AS bigint[])) AS pair (loser, winner)
            WHERE had.customer_id = pair.loser
            """,
            losers=losers,
            winners=winners,
        )


def _lock(wanted: bool) -> str:
    return " FOR UPDATE" if wanted else ""
