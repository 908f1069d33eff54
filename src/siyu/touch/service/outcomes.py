"""What became of what the gate let through, as channels tell it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from siyu.channels import service as channels
from siyu.channels.types import Delivery
from siyu.kernel.fact import Fact
from siyu.timeline import service as timeline
from siyu.touch.service import messages
from siyu.touch.service.held import decide_beside_others
from siyu.touch.service.outgoing import touch_of
from siyu.touch.store import people, tasks, touches
from siyu.touch.store.touches import Sent
from siyu.touch.types import Effect, Message, Reason, TouchState

_ENDS: Final[Mapping[str, TouchState]] = {"unconfirmed": "expired", "cancelled": "cancelled"}
_NEXT_WISH: Final = frozenset({"refused", "no_friend", "capped"})  # by whom it could not go; another way may do
_KNOWN: Final = frozenset({"no_friend", "capped", "left_out", "declined", "unconfirmed", "cancelled", "late"})


@dataclass(slots=True)
class _Turned:
    rows: list[dict[str, Any]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    freed: set[int] = field(default_factory=set)  # people whose room is free again
    again: list[tuple[Sent, int, Delivery]] = field(default_factory=list)  # to be decided again
    asked: list[tuple[int, int, str]] = field(default_factory=list)  # touch, account, staff: somebody is to say it


def take_outcomes(conn: Connection, now: datetime, most: int = 5000) -> int:
    """Keep what became of deliveries since the last time; returns how many had turned.

    What was sent, failed or expired is a fact on the timeline. What was refused for good is tried by the next wish, and
    what came too late for its quiet hours is decided again, as long as it is valid. Whoever waited for room that is free
    again is decided again at once. What is taken is kept in this transaction; several may run at once.
    """
    decide_beside_others(conn)
    turned = channels.take_turned(conn, most)
    if turned:
        keep(conn, turned, now)
    return len(turned)


def keep(conn: Connection, turned: Sequence[tuple[int, Delivery]], now: datetime) -> None:
    """Keep what became of these deliveries, each with its account. Safe to repeat."""
    keys = {touch_of(delivery.key)[0] for _, delivery in turned}
    people.lock(conn, sorted({one.customer_id for one in touches.sent(conn, keys).values()}))
    known = touches.sent(conn, keys)
    found, by_hand = _Turned(), channels.ways_by_hand()
    for account_id, delivery in turned:
        key, attempt = touch_of(delivery.key)
        touch = known.get(key)
        if touch is not None and (touch.account_id, touch.attempt) == (account_id, attempt):
            _turn(found, touch, delivery, now)
            if delivery.state == "waits_for_staff" and delivery.way in by_hand:
                found.asked.append((touch.id, account_id, delivery.staff_id))
    _keep_messages(conn, found.again)
    touches.turn(conn, found.rows)
    touches.wake_people(conn, found.freed, now)
    tasks.put(conn, found.asked, now)
    timeline.append(conn, found.facts)


def _turn(found: _Turned, touch: Sent, delivery: Delivery, now: datetime) -> None:
    row: dict[str, Any] = {
        "id": touch.id,
        "code": "",
        "wish": touch.wish,
        "attempt": touch.attempt,
        "staff_id": delivery.staff_id,
        "handle": delivery.handle,
        "due_at": None,
        "received_at": "infinity",
        "ended_at": None,
        "decisions": [],
    }
    ended_at = delivery.ended_at or now
    if delivery.state == "waits_for_staff":
        if touch.state != "queued":
            return
        row |= {"state": "waits_for_staff"}
    elif delivery.state == "sent":
        if touch.state == "sent":
            return
        row |= {"state": "sent", "received_at": ended_at, "ended_at": ended_at}
        found.facts.append(_fact("touch.sent", touch, delivery, ended_at))
    else:
        if touch.state not in ("queued", "waits_for_staff", "sent"):
            return
        found.freed.add(touch.customer_id)
        row |= {"received_at": None, **_refused(found, touch, delivery, now)}
    found.rows.append(row)


def _refused(found: _Turned, touch: Sent, delivery: Delivery, now: datetime) -> dict[str, Any]:
    code = delivery.result if delivery.result in _KNOWN else "refused"
    valid = now < touch.valid_until
    wish = touch.wish + (code in _NEXT_WISH)
    if valid and (code == "late" or (code in _NEXT_WISH and wish < len(touch.wishes))):
        found.again.append((touch, wish, delivery))
        again = {"state": "waiting", "code": code, "wish": wish, "attempt": touch.attempt + 1, "due_at": now}
        return {**again, "handle": "", "decisions": [_said(code, "defer", delivery, now)]}
    state = _ENDS.get(code, "failed")
    if state == "cancelled" and not valid:
        state, code = "expired", "unconfirmed"  # it was called off because nobody confirmed in time
    if code == "late":
        state, code = "expired", "too_late"
    found.facts.append(_fact("touch.failed", touch, delivery, now, reason=code))
    return {"state": state, "code": code, "ended_at": now, "decisions": [_said(code, "drop", delivery, now, touch)]}


def _said(code: str, effect: Effect, delivery: Delivery, now: datetime, touch: Sent | None = None) -> dict[str, Any]:
    details: dict[str, object] = {"way": delivery.way}
    if code in ("refused", "declined"):
        details |= {"said": delivery.reason, "said_zh": delivery.reason_zh, "error": delivery.code}
    if touch is not None and code == "too_late":
        details |= {"valid_until": touch.valid_until.isoformat()}
    until = now if effect == "defer" else None
    return {"at": now, "outcome": effect, "until": until, "reasons": [Reason(code, effect, details)]}


def _keep_messages(conn: Connection, again: Sequence[tuple[Sent, int, Delivery]]) -> None:
    """What is to be sent again is read from its delivery: what went out was not kept twice."""
    by_account: dict[int, list[str]] = {}
    for touch, _, delivery in again:
        by_account.setdefault(touch.account_id, []).append(delivery.key)
    for account_id, keys in by_account.items():
        items = channels.items_of(conn, account_id, keys)
        packed = [
            messages.packed(Message(one.content.text, one.content.attachments, one.details)) for one in items.values()
        ]
        messages.keep(conn, dict(packed))


def _fact(kind: str, touch: Sent, delivery: Delivery, at: datetime, **more: object) -> Fact:
    said = {
        "touch": touch.id,
        "programme": touch.programme_id,
        "purpose": touch.purpose,
        "kinds": touch.kinds,
        "account": touch.account_id,
        "way": delivery.way,
        "staff": delivery.staff_id,
        **more,
    }
    return Fact(kind, touch.customer_id, 0, at, properties=said)
