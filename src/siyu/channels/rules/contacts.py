"""What becomes of one contact with all their follows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from siyu.channels.rules.ties import Ender, Tie, Turn, heard, read_again
from siyu.channels.types.pushes import Departure

_NEAR: Final = timedelta(hours=1)  # between the two halves of a transfer, and between the platform's clock and ours


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a contact's follows.

    Attributes:
        shown: by member of staff.
        complete: there are no others.
        lacking: members of staff in whose complete list the contact is not; read since ``began``.
        moment: when the reading began.
        began: the same, of the list.
        why: what ended the rest, where that is known without the platform.
    """

    moment: datetime
    began: datetime
    shown: Mapping[str, Tie] = field(default_factory=dict)
    complete: bool = False
    lacking: Collection[str] = ()
    why: Ender = ""


@dataclass(frozen=True, slots=True)
class Event:
    """What a fact will tell: ``added``, ``deleted`` or ``transferred``."""

    what: str
    staff_id: str
    at: datetime
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be written of a contact's follows, and what happened, in order of time."""

    ties: Mapping[str, Tie]
    past: Sequence[tuple[str, Tie]]
    events: Sequence[Event]


def decide(
    known: Mapping[str, Tie],
    departures: Mapping[str, Sequence[Departure]],
    read: Read | None,
    left: Collection[str],
    complete_at: datetime | None = None,
) -> Outcome:
    """What becomes of the follows.

    Args:
        known: newest tie with each member of staff.
        departures: what pushes said, by member of staff.
        read: what the platform shows; ``None`` when only departures were heard.
        left: members of staff who are no more.
        complete_at: when the last reading began that told all follows: of what is not known an older one says nothing.

    Returns:
        only those ties that are to be written.
    """
    if read is not None and complete_at is not None and read.moment < complete_at:
        read = replace(read, shown={staff_id: tie for staff_id, tie in read.shown.items() if staff_id in known})
    ties = dict(known)
    past: list[tuple[str, Tie]] = []
    events: list[Event] = []
    for staff_id, turn in _turns(known, departures, read, left):
        if turn.tie is not None:
            ties[staff_id] = turn.tie
        past += [(staff_id, one) for one in turn.past]
        events += [_event(staff_id, turn, one.what, one.at, one.by) for one in turn.happened]
    events += _transfers(ties)
    written = {staff_id: tie for staff_id, tie in ties.items() if known.get(staff_id) != tie}
    return Outcome(written, past, sorted(events, key=lambda event: event.at))


def _turns(
    known: Mapping[str, Tie], departures: Mapping[str, Sequence[Departure]], read: Read | None, left: Collection[str]
) -> Iterable[tuple[str, Turn]]:
    if read is None:
        for staff_id, tie in known.items():
            yield staff_id, heard(tie, departures.get(staff_id, ()))
        return
    now: dict[str, Tie] = dict(known)
    for staff_id, shown in read.shown.items():
        # Of a tie that came again: who ended the one before, nobody has told.
        turn = read_again(known.get(staff_id), shown, departures.get(staff_id, ()), read.moment, otherwise="unknown")
        if turn.tie is not None:
            now[staff_id] = turn.tie
        yield staff_id, turn
    for staff_id, tie in known.items():
        if staff_id in read.shown:
            continue
        if read.complete:
            moment = read.moment
        elif staff_id in read.lacking:
            moment = read.began
        else:
            continue
        why = read.why or _why(staff_id, tie, now, left)
        yield staff_id, read_again(tie, None, departures.get(staff_id, ()), moment, otherwise=why)


def _why(staff_id: str, tie: Tie, ties: Mapping[str, Tie], left: Collection[str]) -> Ender:
    """Why a tie is no more when no push told: somebody took the contact over, or the member left."""
    for other, one in ties.items():
        if other != staff_id and _took_over(one, after=max(tie.since, tie.seen_at - _NEAR)):
            return "transfer"
    return "left" if staff_id in left else "unknown"


def _took_over(tie: Tie, after: datetime) -> bool:
    return tie.stands and tie.since > after and tie.details.get("way") == "transfer"


def _transfers(ties: dict[str, Tie]) -> list[Event]:
    """Ties that went from one member to another and of which that was not told. Marks them in ``ties``."""
    if len(ties) < 2:
        return []
    taken = {tie.transferred_to for tie in ties.values() if not tie.stands}
    # The nearest in time go together: of two who left, one is succeeded by the one who came.
    pairs = sorted(
        (abs(one.since - tie.ended_at), staff_id, other)
        for staff_id, tie in ties.items()
        if tie.ended_at is not None and not tie.transferred_to and tie.ended_by in ("transfer", "unknown", "left")
        for other, one in ties.items()
        if other != staff_id and other not in taken and one.stands and one.since > tie.since and _heir(tie, one)
    )
    events = []
    for _, staff_id, heir in pairs:
        if heir in taken or ties[staff_id].transferred_to:
            continue
        taken.add(heir)
        ties[staff_id] = replace(ties[staff_id], transferred_to=heir, ended_by="transfer")
        events.append(Event("transferred", heir, ties[heir].since, {"from_staff": staff_id, "to_staff": heir}))
    return events


def _heir(tie: Tie, one: Tie) -> bool:
    assert tie.ended_at is not None
    if tie.ended_by == "transfer":
        return abs(one.since - tie.ended_at) <= _NEAR or (
            one.since > tie.ended_at and one.details.get("way") == "transfer"
        )
    if one.details.get("way") != "transfer" or one.since <= tie.since:
        return False
    # Who left may be succeeded days later.
    return tie.ended_by == "left" or one.since <= tie.ended_at + _NEAR


def _event(staff_id: str, turn: Turn, what: str, at: datetime, by: str) -> Event:
    if what == "ended":
        return Event("deleted", staff_id, at, {"staff": staff_id, "by": by})
    details = turn.tie.details if turn.tie else {}
    said = {"way": details.get("way", ""), "state": details.get("state", "")}
    return Event("added", staff_id, at, {"staff": staff_id, **said})


def stays_by_id(known: Mapping[str, Tie], shown: Mapping[str, Tie] | None, moment: datetime) -> dict[str, Turn]:
    """What becomes of the stays in a group; ``shown`` are all who are in it now, ``None`` when it is no more."""
    present = shown or {}
    turns = {
        member_id: read_again(known.get(member_id), present.get(member_id), (), moment, otherwise="unknown")
        for member_id in (*known, *(one for one in present if one not in known))
    }
    return {member_id: turn for member_id, turn in turns.items() if turn.tie != known.get(member_id)}
