"""Complaints that no platform tells of: whoever hears one writes it down, and the harm guard counts it."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.identity import service as identity
from siyu.kernel.errors import Conflict, IdempotencyMismatch, NotFound
from siyu.kernel.fact import Fact
from siyu.timeline import service as timeline
from siyu.touch.store import complaints
from siyu.touch.store import reading as tables
from siyu.touch.types import Complaint, Touch

RIGHT: Final = "touch.complaints"


def note_complaint(
    conn: Connection,
    principal: Principal,
    customer_id: int,
    reason: str,
    now: datetime,
    *,
    key: str,
    touch_id: int | None = None,
) -> Complaint:
    """Write down that a customer complained about being reached. Audited, with what they said; told as ``touch.complained``.

    A touch is complained about once, whoever writes it down again. A complaint cannot be taken back: it was made.

    Args:
        conn: an open transaction.
        principal: who heard it.
        customer_id: who complained.
        reason: what they said, in 3 to 500 characters; stands in the audit alone.
        now: the moment.
        key: of this request, so that a repeat writes nothing.
        touch_id: which touch it was about; ``None``: none in particular.

    Raises:
        NotAllowed: without the right ``touch.complaints``.
        NotFound: there is no such customer, or no such touch of theirs.
        BadInput: without a reason.
        Conflict: they did not receive the touch.
        IdempotencyMismatch: the key was used for something else.
    """
    access.require(principal, RIGHT)
    said = access.reason_given(reason)
    living = identity.living(conn, customer_id)
    touch = None if touch_id is None else _received(conn, living, touch_id)
    own = f"touch:{touch_id}" if touch_id is not None else f"customer:{key}"
    complaint = Complaint(living, touch_id, now, principal.actor)
    if not complaints.put(conn, own, complaint):
        before = complaints.by_key(conn, own)
        if before is None or identity.living(conn, before.customer_id) != living:
            raise IdempotencyMismatch(key=key)
        return before
    properties = {
        "touch": touch.id if touch else 0,
        "programme": touch.programme_id if touch else 0,
        "purpose": touch.purpose if touch else "",
        "kinds": list(touch.kinds) if touch else [],
    }
    timeline.append(conn, [Fact("touch.complained", living, 0, now, properties=properties)])
    access.record(
        conn,
        actor=principal.actor,
        action="touch.complaint_noted",
        target=f"customer:{living}",
        details={"touch": touch_id, "reason": said},
        now=now,
    )
    return complaint


def _received(conn: Connection, customer_id: int, touch_id: int) -> Touch:
    found = tables.page(conn, 1, customer_id=customer_id, id=touch_id)
    if not found:
        raise NotFound(what="touch of this customer", what_zh="该客户的触达", key=touch_id)
    if found[0].state != "sent":
        raise Conflict(
            reason="this touch did not reach the customer, so it is not what they complain about; name another, or none.",
            reason_zh="该触达未送达客户，不会是投诉的对象；请选择其他触达，或登记为一般投诉。",
        )
    return found[0]
