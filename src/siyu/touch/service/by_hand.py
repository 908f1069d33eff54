"""One touch to one person, asked for by an operator: to try the gate, and what a message looks like."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.experiments import service as experiments
from siyu.kernel.errors import BadInput
from siyu.touch.service import reading
from siyu.touch.service.proposing import propose
from siyu.touch.service.sending import RIGHT
from siyu.touch.types import Decision, Message, Proposal, Purpose, Wish

PROGRAMME: Final = "by_hand"
_MOST_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class ByHand:
    """What an operator asks for.

    Attributes:
        key: of the request, so that a repeat sends nothing twice.
        hours: so long it is valid.
    """

    key: str
    customer_id: int
    purpose: Purpose
    message: Message
    wishes: Sequence[Wish]
    kinds: frozenset[str] = field(default_factory=frozenset)
    hours: int = 24


def propose_by_hand(conn: Connection, principal: Principal, wanted: ByHand, now: datetime) -> Decision:
    """Propose a touch to one person, under a programme of its own without a control group. Audited, without what it says.

    Every rule of the gate holds: what comes back says what would keep it from anybody else.

    Raises:
        NotAllowed: without the right ``touch.manage``.
        BadInput, NotFound, IdempotencyMismatch: as :func:`propose`.
    """
    access.require(principal, RIGHT)
    if not 1 <= wanted.hours <= 24 * _MOST_DAYS:
        raise BadInput(
            reason=f"it can be valid for 1 hour to {_MOST_DAYS} days.",
            reason_zh=f"有效期须为 1 小时至 {_MOST_DAYS} 天。",
        )
    programme = experiments.start_programme(
        conn,
        key=PROGRAMME,
        kind="by_hand",
        name="By hand",
        actor="system:touch",
        now=now,
        control_bp=0,
        reason="Single touches that operators ask for are not measured.",
    )
    known = _valid_until(conn, wanted, now)
    proposal = Proposal(
        key=_key(wanted),
        programme_id=programme.id,
        customer_id=wanted.customer_id,
        purpose=wanted.purpose,
        message=wanted.message,
        wishes=tuple(wanted.wishes),
        value_fen=0,
        valid_until=known,
        kinds=wanted.kinds,
    )
    (decision,) = propose(conn, [proposal], now)
    access.record(
        conn,
        actor=principal.actor,
        action="touch.proposed",
        target=f"customer:{wanted.customer_id}",
        details={"key": proposal.key, "purpose": wanted.purpose, "outcome": decision.outcome},
        now=now,
    )
    return decision


def _key(wanted: ByHand) -> str:
    return f"by_hand:{wanted.customer_id}:{wanted.key}"


def _valid_until(conn: Connection, wanted: ByHand, now: datetime) -> datetime:
    """A repeat comes at another moment, and means the same one."""
    before = reading.touch_by_key(conn, _key(wanted))
    return before.valid_until if before else now + timedelta(hours=wanted.hours)
