"""How much a person received, and when there is room again.

Spans are sliding, and open to both sides: what counts at a moment is everything that was received less than the span
before it **or after it**. So no span of that length ever holds too much, whatever the clock does: one that went back
finds what it wrote when it was ahead. What is on its way and may arrive at any moment counts at every moment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from siyu.touch.types.ruleset import Budget, Exclusion

DAY = 86_400.0


class Received(NamedTuple):
    """One touch that reached a person, or is on its way to them. A tuple, because there are tens of thousands a second.

    Attributes:
        at: epoch seconds; infinity while it is on its way.
        kinds: what exclusions speak of.
        content: keyed hash of what it says.
        rival: let through in the batch that is being decided.
    """

    at: float
    purpose: str
    kinds: frozenset[str] = frozenset()
    content: int = 0
    rival: bool = False


@dataclass(slots=True)
class Blocked:
    """What stands in the way.

    Attributes:
        free_at: epoch seconds from which on it does not; ``None``: it always will.
        unsure: it may end earlier, because what stands in the way has not arrived yet.
        rival: of those that are let through just now.
    """

    free_at: float | None
    unsure: bool = False
    rival: bool = False
    details: dict[str, object] = field(default_factory=dict)


def _near(at: float, now: float, span: float) -> bool:
    return at == inf or abs(at - now) < span


def budget_blocks(budget: Budget, received: Sequence[Received], now: float) -> Blocked | None:
    """Whether a budget has no room at ``now`` (epoch seconds) for one more."""
    most, span, counts = budget.most, budget.hours * 3600.0, budget.counts
    if len(received) < most:
        return None
    times, used, rivals, on_its_way = list[float](), 0, 0, False
    for at, purpose, _, _, rival in received:
        if purpose not in counts:
            continue
        if at == inf:
            on_its_way = True
            times.append(now)
        else:
            times.append(at)
            if not -span < at - now < span:
                continue
        used += 1
        rivals += rival
    if used < most:
        return None
    details: dict[str, object] = {"budget": budget.name, "hours": budget.hours, "most": most, "used": used}
    if most == 0:
        return Blocked(None, details=details)
    for end in sorted([at + span for at in times if at + span > now]):
        if len([at for at in times if -span < at - end < span]) < most:
            return Blocked(end, on_its_way, used - rivals < most, details)
    return Blocked(None, details=details)


def exclusion_blocks(
    exclusion: Exclusion, kinds: frozenset[str], received: Iterable[Received], now: float
) -> Blocked | None:
    """Whether another kind of an exclusion was received too close to ``now``."""
    own = kinds.intersection(exclusion.kinds)
    if not own:
        return None
    span = exclusion.days * DAY
    found: Blocked | None = None
    for one in received:
        other = one.kinds.intersection(exclusion.kinds) - own if one.kinds else None
        if other and _near(one.at, now, span):
            free_at = (now if one.at == inf else one.at) + span
            if found is None or found.free_at is None or free_at > found.free_at:
                details: dict[str, object] = {"kind": min(own), "other": min(other), "days": exclusion.days}
                found = Blocked(free_at, one.at == inf, one.rival, details)
    return found


def repeated(days: int, content: int, received: Iterable[Received], now: float) -> bool:
    """Whether the same content was received within so many days of ``now``."""
    return any(one.content == content and _near(one.at, now, days * DAY) for one in received)
