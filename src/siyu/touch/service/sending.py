"""Whether the touches of a programme go out, and who is left alone. Both wait for decisions that are under way."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.experiments import service as experiments
from siyu.identity import service as identity
from siyu.kernel.errors import BadInput, Conflict
from siyu.touch.service.held import change_alone, decide_beside_others
from siyu.touch.store import people, touches
from siyu.touch.store import sendings as tables
from siyu.touch.types import Sending, SendingState

RIGHT: Final = "touch.manage"
CHANNEL: Final = "siyu_touch"  # NOTIFY wakes the loop that decides again
FOR_EVER: Final = datetime(9999, 12, 31, tzinfo=UTC)


def sendings(conn: Connection, programme_ids: Collection[int]) -> dict[int, Sending]:
    """How the sending of these programmes stands; of one that was never paused nothing is said."""
    return {one.programme_id: one for one in tables.sendings(conn, programme_ids)}


def pause_sending(conn: Connection, principal: Principal, programme_id: int, reason: str, now: datetime) -> None:
    """Hold everything of a programme: nobody is thrown out, and what waits goes on where it was. Safe to repeat.

    When it returns, no decision that did not know of it is under way. What was handed to a platform before is sent.

    Raises:
        NotAllowed: without the right ``touch.manage``.
        NotFound: there is no such programme.
        BadInput: without a reason.
        Conflict: the harm guard has stopped it.
    """
    access.require(principal, RIGHT)
    before = _change(conn, programme_id, "paused", principal.actor, access.reason_given(reason), now)
    if before != "paused":
        _note(conn, principal.actor, "sending.paused", programme_id, reason, now)


def resume_sending(conn: Connection, principal: Principal, programme_id: int, reason: str, now: datetime) -> None:
    """Let a programme send again, also one that the harm guard stopped; what waits is decided at once. Safe to repeat.

    Raises:
        NotAllowed, NotFound, BadInput: as :func:`pause_sending`.
    """
    access.require(principal, RIGHT)
    before = _change(conn, programme_id, "running", principal.actor, access.reason_given(reason), now)
    if before != "running":
        touches.wake(conn, now, programme_id)
        touches.notify(conn, CHANNEL)
        _note(conn, principal.actor, "sending.resumed", programme_id, reason, now)


def halt_sending(
    conn: Connection, programme_id: int, reason: str, now: datetime, *, actor: str = "system:guard"
) -> None:
    """Stop a programme because it does harm: what waits is dropped, and whatever comes. Safe to repeat.

    Raises:
        NotFound: there is no such programme.
    """
    before = _change(conn, programme_id, "halted", actor, access.reason_given(reason), now)
    if before != "halted":
        touches.wake(conn, now, programme_id)
        touches.notify(conn, CHANNEL)
        _note(conn, actor, "sending.halted", programme_id, reason, now)


def leave_alone(
    conn: Connection, principal: Principal, customer_id: int, until: datetime | None, reason: str, now: datetime
) -> None:
    """Have a person not be disturbed until then, :data:`FOR_EVER`, or, with ``None``, no longer left alone. Audited.

    Raises:
        NotAllowed: without the right ``touch.manage``.
        NotFound: there is no such customer.
        BadInput: without a reason, or the moment has no time zone.
    """
    access.require(principal, RIGHT)
    said = access.reason_given(reason)
    if until is not None and until.tzinfo is None:
        raise BadInput(reason="the moment needs a time zone.", reason_zh="时间须带有时区。")
    decide_beside_others(conn)
    living = identity.living(conn, customer_id)
    people.lock(conn, [living])
    people.leave_alone(conn, living, until, said)
    touches.wake_people(conn, [living], now)
    touches.notify(conn, CHANNEL)
    details = {"until": until.isoformat() if until else None, "reason": said}
    access.record(
        conn, actor=principal.actor, action="person.left_alone", target=f"customer:{living}", details=details, now=now
    )


def _change(
    conn: Connection, programme_id: int, state: SendingState, actor: str, reason: str, now: datetime
) -> SendingState:
    """Returns how it stood before."""
    change_alone(conn)
    experiments.programme(conn, programme_id)
    known = tables.sendings(conn, [programme_id])
    before: SendingState = known[0].state if known else "running"
    if before == "halted" and state == "paused":
        raise Conflict(
            reason="the harm guard has stopped the programme; resume it first.",
            reason_zh="该项目已被伤害防护停止，请先恢复。",
        )
    if before != state:
        tables.put_sending(conn, Sending(programme_id, state, now, actor, reason))
    return before


def _note(conn: Connection, actor: str, action: str, programme_id: int, reason: str, now: datetime) -> None:
    target = f"programme:{programme_id}"
    access.record(conn, actor=actor, action=action, target=target, details={"reason": reason.strip()}, now=now)
