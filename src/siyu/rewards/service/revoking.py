"""Coupons that were given are taken back, because what they were given for is."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from siyu.kernel.errors import Conflict
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Undo
from siyu.rewards.store import coupons as tables


def revoke(conn: Connection, key: str, actor: str, now: datetime) -> None:
    """Take back the coupons of a batch of one customer: they can be given again, and the limits of who had them count them no more.

    Args:
        conn: an open transaction.
        key: of the batch; where none began under it, nothing is taken back.
        actor: who.
        now: the present.

    Raises:
        Conflict: one of them was used, or its time is over.
    """
    batch_id = tables.batch_of(conn, key)
    found = tables.lock_batch(conn, batch_id) if batch_id is not None else []
    for one in found:
        if one.state != "held" or (one.valid_until is not None and one.valid_until <= now):
            raise Conflict(
                reason=f"coupon {one.id} was used, or its time is over; it cannot be taken back.",
                reason_zh=f"优惠券 {one.id} 已使用或已过期，不能收回。",
            )
    wanted = [
        Undo(f"coupons:{given}:revoked", given, reason="cancelled", actor=actor)
        for given in sorted({one.transaction_id for one in found})
    ]
    for answer in loyalty.undo(conn, wanted, now):
        loyalty.sure(answer)
    if found:
        tables.give_back(conn, found[0].template_id, [found[0].customer_id], len(found))
    tables.change(conn, [replace(one, state="revoked", reserved_fen=0) for one in found])
