"""From sums by cell to what may be said of a programme. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from siyu.experiments.statistics import Moments, always_valid, compare, people_needed, ratio
from siyu.insight.types import LiftOutcome, OutcomeName, Verdict

OUTCOMES: Final[tuple[OutcomeName, ...]] = ("visit", "order", "money", "predicted")
_UNBALANCED: Final = 0.001  # probability of saying so of a draw that is as it should be, however often one looks
_NOBODY: Final = 10_000  # of ten thousand left alone: none is treated

Cells = Mapping[tuple[int, int, int], Mapping[OutcomeName, Moments]]  # by (group, arm, share of the control group)


def moments_of(people: Sequence[float], did: Sequence[float]) -> dict[OutcomeName, Moments]:
    """The outcomes of one cell, from the columns of both queries (without the cell itself)."""
    count, _, x, xx, p, pp, xp = people
    visit, visit_x, order, order_x, money, money_2, money_x = did or [0.0] * 7

    def sums(y: float, yy: float, xy: float) -> Moments:
        return Moments(*[np.asarray(one, np.float64) for one in (count, y, yy, x, xx, xy)])

    return {
        "visit": sums(visit, visit, visit_x),
        "order": sums(order, order, order_x),
        "money": sums(money, money_2, money_x),
        "predicted": sums(p, pp, xp),
    }


def outcomes(cells: Cells, arm: int | None = None) -> tuple[LiftOutcome, ...]:
    """Each outcome of the treated, or of those of one arm, against the whole control group, share by share."""
    shares = comparable(cells)
    if not shares:
        return ()
    return tuple([_outcome(name, cells, shares, arm) for name in OUTCOMES])


def comparable(cells: Cells) -> list[int]:
    """The shares at which there are people of both groups, two of each at least."""
    found = []
    for bp in sorted({bp for _, _, bp in cells}):
        people = [sum(float(one["order"].count) for key, one in cells.items() if key[::2] == (g, bp)) for g in (0, 1)]
        if 0 < bp < _NOBODY and min(people) >= 2:
            found.append(bp)
    return found


def _outcome(name: OutcomeName, cells: Cells, shares: Sequence[int], arm: int | None) -> LiftOutcome:
    def groups(wanted: Callable[[int, int], bool]) -> list[Moments]:
        nobody = Moments(*[np.asarray(0.0)] * 6)
        return [
            Moments.sum([nobody, *(one[name] for key, one in cells.items() if key[2] == bp and wanted(*key[:2]))])
            for bp in shares
        ]

    treated = groups(lambda group, its: group == 0 and arm in {None, its})
    effect = compare(treated, groups(lambda group, _: group == 1))
    interval = always_valid(effect)
    low, high, difference = float(interval.low), float(interval.high), float(effect.difference)
    told = np.isfinite(high)
    verdict: Verdict = "more" if told and low > 0 else "less" if told and high < 0 else "not_enough"
    needed = people_needed(effect) if verdict == "not_enough" else None
    people = sum(float(one.count) for one in treated)
    return LiftOutcome(
        outcome=name,
        treated=float(effect.treated),
        control=float(effect.control),
        difference=difference,
        low=low if told else None,
        high=high if told else None,
        saved=float(effect.saved),
        total=difference * people,
        verdict=verdict,
        more_people=max(0, needed - int(effect.people)) or None if needed is not None else None,
    )


def unbalanced(cells: Cells) -> bool:
    """Whether the groups are not as large as they were drawn: the one sign that a comparison may mislead."""
    for bp in comparable(cells):
        people = [sum(float(one["order"].count) for key, one in cells.items() if key[::2] == (g, bp)) for g in (0, 1)]
        found = ratio(people[:1], people[1:], [1 - bp / _NOBODY], _UNBALANCED)
        if float(found.low) > 1 or float(found.high) < 1:
            return True
    return False
