"""What was decided is written: new touches in one statement, those that had waited in another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import Shared
from siyu.touch.rules.choosing import Chosen
from siyu.touch.rules.offers import Offer
from siyu.touch.store import touches
from siyu.touch.types import Decision, Message, Wish

_STATES: Final = {"send": "queued", "defer": "waiting", "drop": "dropped"}


@dataclass(slots=True)
class Ticket:
    """A touch on its way through the gate.

    Attributes:
        id: 0 for one that is new.
        message: of one that is new; those that waited have theirs read when they are sent.
        packed: the bytes of it, kept where it has to wait.
    """

    offer: Offer
    message_hash: str
    input_hash: str = ""
    message: Message | None = None
    packed: bytes = b""
    id: int = 0
    attempt: int = 1


class Outgoing(NamedTuple):
    """How a touch goes out; ``wish`` is the place of the wish that was taken. A tuple, because there are so many."""

    wish: int
    account_id: int
    way: str
    subject_id: str
    staff_id: str


_NOT_OUT: Final = Outgoing(0, 0, "", "", "")


@dataclass(slots=True)
class Decided:
    """A touch with what was decided of it, and how it goes out."""

    chosen: Chosen
    decision: Decision
    ticket: Ticket
    out: Outgoing | None


def write(conn: Connection, decided: Sequence[Decided], now: datetime) -> dict[str, int]:
    """Write touches with their decisions; returns the ids of those that are dropped, by key.

    Raises:
        IdempotencyMismatch: a new one's key was used for another person at this very moment.
    """
    new = [one for one in decided if not one.ticket.id]
    again = [one for one in decided if one.ticket.id]
    made = _insert(conn, new, now) if new else {}
    columns = _outcomes(again, now)
    columns["decisions"] = [[_said(one.decision, now)] for one in again]
    columns["id"] = [one.ticket.id for one in again]
    columns["attempt"] = [one.ticket.attempt for one in again]
    touches.write(conn, [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)], now)
    return made | {one.decision.key: one.ticket.id for one in again}


def _insert(conn: Connection, new: Sequence[Decided], now: datetime) -> dict[str, int]:
    wishes = Shared()
    decisions = Shared()
    shown: dict[tuple[Wish, ...], int] = {}
    for one in new:
        given = one.ticket.offer.wishes
        if given not in shown:
            shown[given] = wishes.place([(account_id, way) for account_id, way in given])
    columns = _proposed([one.ticket for one in new]) | _outcomes(new, now)
    columns["wishes"] = [shown[one.ticket.offer.wishes] for one in new]
    columns["decisions"] = _places([one.decision for one in new], decisions, now)
    return touches.insert(conn, columns, wishes, decisions, now)


def _places(made: Sequence[Decision], decisions: Shared, now: datetime) -> list[int]:
    """Where they stand. The rules say the same thing to many in the same words, which are read once."""
    places: dict[tuple[object, ...], int] = {}
    found = []
    for one in made:
        key = (one.outcome, one.until, *map(id, one.reasons))
        place = places.get(key)
        if place is None:
            place = places[key] = decisions.place([_said(one, now)])
        found.append(place)
    return found


def _said(decision: Decision, now: datetime) -> dict[str, Any]:
    """A decision as it is kept with its touch."""
    return {
        "at": now.astimezone(UTC),
        "outcome": decision.outcome,
        "until": decision.until,
        "reasons": decision.reasons,
    }


def _proposed(new: Sequence[Ticket]) -> dict[str, list[Any]]:
    offers = [one.offer for one in new]
    return {
        "key": [one.key for one in offers],
        "input_hash": [one.input_hash for one in new],
        "programme_id": [one.programme_id for one in offers],
        "customer_id": [one.customer_id for one in offers],
        "purpose": [one.purpose for one in offers],
        "message_hash": [one.message_hash for one in new],
        "content": [one.content for one in offers],
        "kinds": [_kinds(one) for one in offers],
        "value_fen": [one.value_fen for one in offers],
        "not_before": [one.not_before for one in offers],
        "valid_until": [one.valid_until for one in offers],
    }


def _kinds(offer: Offer) -> str:
    return " ".join(sorted(offer.kinds)) if offer.kinds else ""


def _outcomes(decided: Sequence[Decided], now: datetime) -> dict[str, list[Any]]:
    outs = [one.out for one in decided]
    decisions = [one.decision for one in decided]
    went = [out or _NOT_OUT for out in outs]
    at = now.astimezone(UTC)
    return {
        "state": [_STATES[one.outcome] for one in decisions],
        "code": [code_of(one) if one.reasons else "" for one in decisions],
        "wish": [out.wish if out else one.ticket.offer.first_wish for one, out in zip(decided, outs, strict=True)],
        "account_id": [out.account_id if out else None for out in outs],
        "way": [out.way for out in went],
        "subject_id": [out.subject_id for out in went],
        "staff_id": [out.staff_id for out in went],
        "due_at": [one.until for one in decisions],
        "received_at": ["infinity" if out else None for out in outs],
        "ended_at": [at if one.outcome == "drop" else None for one in decisions],
    }


def code_of(decision: Decision) -> str:
    """The reason that decided. Where waiting would have taken too long, it is what there was to wait for."""
    if decision.outcome == "send":
        return ""
    codes = [one.code for one in decision.reasons if one.effect == decision.outcome]
    if codes == ["no_time_left"]:
        return next(one.code for one in decision.reasons if one.effect == "defer")
    return codes[0]
