"""What becomes of a standing tie (a follow, a stay in a group) when the platform was asked, or said that it ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from siyu.channels.types.pushes import Departure

Ender = Literal["staff", "customer", "transfer", "left", "account", "unknown", ""]

_TICK: Final = timedelta(milliseconds=1)  # as finely as messages tell time


@dataclass(frozen=True, slots=True)
class Tie:
    """The newest tie of two, as the mirror has it or as the platform shows it.

    Attributes:
        since: since when, as the platform says.
        seen_at: when the reading began that said so last.
        ended_at: ``None`` while it stands.
        ended_by: who ended it; ``left``: the member of staff is no more; ``account``: the account was deleted here;
            ``unknown``: nothing told us.
        told_at: the moment under which its present state was told; grows with every change.
        transferred_to: to whom it went, with ``transfer``.
        details: what else the platform shows of it; no matter for decisions here.
    """

    since: datetime
    seen_at: datetime
    ended_at: datetime | None = None
    ended_by: Ender = ""
    told_at: datetime | None = None
    transferred_to: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stands(self) -> bool:
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class Happening:
    """A tie began or ended at ``at``."""

    what: Literal["began", "ended"]
    at: datetime
    by: Ender = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to be written: the tie as it is now, earlier ones of the same two, and what happened in which order."""

    tie: Tie | None
    past: tuple[Tie, ...] = ()
    happened: tuple[Happening, ...] = ()


def read_again(
    old: Tie | None, shown: Tie | None, departures: Sequence[Departure], moment: datetime, *, otherwise: Ender
) -> Turn:
    """The truth was read at ``moment``; ``shown`` is ``None`` when the tie is not in it.

    What the same or an older truth says again changes nothing. A tie that the customer ended stays ended while the
    platform shows it as it was: only a newer ``since`` is a return.

    Args:
        old: what the mirror has.
        shown: what the platform shows.
        departures: what pushes said of these two, in any order.
        moment: when the reading began.
        otherwise: who ended it when no departure says so.
    """
    if old is not None and moment < old.seen_at:
        return Turn(old)
    if shown is None:
        if old is None:
            return Turn(None)
        old = replace(old, seen_at=moment)
        return _end(old, _first(departures, old.since), moment, otherwise) if old.stands else Turn(old)
    if shown.seen_at != moment:
        shown = replace(shown, seen_at=moment)
    gone = _first(departures, shown.since, by="customer")
    if old is None:
        return _settle(Turn(_begun(shown, None, moment), (), (Happening("began", shown.since),)), gone, moment)
    if old.stands and shown.since <= old.since:
        again = Tie(shown.since, moment, None, old.ended_by, old.told_at, old.transferred_to, shown.details)
        return _settle(Turn(again), gone, moment)
    if shown.since > old.since:
        ended = _end(old, _first(departures, old.since, until=shown.since), shown.since, otherwise)
        return _settle(_follow_up(ended if old.stands else Turn(old), shown, moment, shown.since), gone, moment)
    if gone is not None:
        return Turn(replace(old, seen_at=moment, details=shown.details))
    return _follow_up(Turn(old), shown, moment, moment)  # it was taken for ended and is not: it stands again from now


def heard(old: Tie | None, departures: Sequence[Departure]) -> Turn:
    """A push said who ended the tie. Only the customer's word ends it at once: of other ends the platform is asked.

    A tie that has ended already learns by whom; what was told of it stays as it was told.
    """
    if old is None or (old.ended_at is not None and old.ended_by not in ("unknown", "left")):
        return Turn(old)
    if old.stands:
        gone = _first(departures, old.since, by="customer")
        return _end(old, gone, gone.at, "customer") if gone else Turn(old)
    if first := _first(departures, old.since):
        return Turn(replace(old, ended_by=first.by, ended_at=first.at))
    return Turn(old)


def _first(
    departures: Sequence[Departure], since: datetime, *, by: str = "", until: datetime | None = None
) -> Departure | None:
    if not departures:
        return None
    fitting = [
        one for one in departures if one.at >= since and by in ("", one.by) and (until is None or one.at <= until)
    ]
    return min(fitting, key=lambda one: (one.at, one.by), default=None)


def _end(tie: Tie, departure: Departure | None, moment: datetime, otherwise: Ender) -> Turn:
    by, at = (departure.by, departure.at) if departure else (otherwise, max(moment, tie.since))
    ended = replace(tie, ended_at=at, ended_by=by, told_at=_later(tie.told_at, at))
    return Turn(ended, (), (Happening("ended", at, by),))


def _begun(shown: Tie, before: Tie | None, moment: datetime) -> Tie:
    told = _later(before.told_at if before else None, moment)
    return Tie(shown.since, shown.seen_at, None, "", told, "", shown.details)


def _follow_up(before: Turn, shown: Tie, moment: datetime, at: datetime) -> Turn:
    assert before.tie is not None
    tie = _begun(shown, before.tie, moment)
    return Turn(tie, (*before.past, before.tie), (*before.happened, Happening("began", at)))


def _settle(turn: Turn, gone: Departure | None, moment: datetime) -> Turn:
    """What the platform still shows, but the customer ended."""
    if gone is None or turn.tie is None or not turn.tie.stands:
        return turn
    ended = _end(turn.tie, gone, moment, "customer")
    return Turn(ended.tie, turn.past, (*turn.happened, *ended.happened))


def _later(before: datetime | None, moment: datetime) -> datetime:
    """Later than what was told before, so that whoever hears both knows which is the newer."""
    return moment if before is None else max(moment, before + _TICK)
