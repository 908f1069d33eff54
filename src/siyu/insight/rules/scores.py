"""Scores of recency, frequency and money, the eight segments; the bins of amounts. Definitions: :mod:`.figures`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from siyu.insight.types import (
    RFM_SEGMENTS,
    RfmCell,
    RfmPlan,
    RfmSegment,
    RfmSegmentCount,
    RfmSegmentName,
    RfmSquare,
)
from siyu.kernel.errors import BadInput

LEVELS: Final = (0.2, 0.4, 0.6, 0.8)
SPREAD_LEVELS: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
HIGH: Final = 4  # scores from here on are high
_BOUNDS: Final = len(LEVELS)
_LARGEST: Final = 2**62
_MOST_EDGES: Final = 100
_MONEY_STEPS: Final = (1, 2, 5)
# 0, then 10, 20, 50, 100 … 100,000 yuan: money is spread over magnitudes, so equal widths would show one tall bar.
_USUAL_EDGES: Final = (0, *(step * 10**power for power in range(3, 7) for step in _MONEY_STEPS), 10**7)


def check_bounds(plan: RfmPlan) -> None:
    """Pass when each of the plan's rows of bounds is empty, or four that ascend.

    Raises:
        BadInput: it is not.
    """
    for name, bounds in (("days", plan.days), ("orders", plan.orders), ("net", plan.net)):
        if bounds and (len(bounds) != _BOUNDS or not _ascends(bounds)):
            raise BadInput(
                reason=f"'{name}' needs {_BOUNDS} bounds, each at least as large as the one before.",
                reason_zh=f"“{name}”需要 {_BOUNDS} 个从小到大的分界值。",
            )


def usable_edges(edges: Sequence[int]) -> tuple[int, ...]:
    """The bounds of the bins; the usual ones when there are none.

    Raises:
        BadInput: they do not ascend, or there are more than 100.
    """
    if not edges:
        return _USUAL_EDGES
    if len(edges) > _MOST_EDGES or not _ascends(edges) or len(set(edges)) < len(edges):
        raise BadInput(
            reason=f"the edges of bins must ascend, at most {_MOST_EDGES} of them.",
            reason_zh=f"分组边界必须从小到大，且不超过 {_MOST_EDGES} 个。",
        )
    return tuple(edges)


def _ascends(values: Sequence[int]) -> bool:
    return list(values) == sorted(values) and all(-_LARGEST < value < _LARGEST for value in values)


def segment_of(r: int, f: int, m: int) -> RfmSegment:
    """The named segment of three scores."""
    high = (r >= HIGH, f >= HIGH, m >= HIGH)
    return next(one for one in RFM_SEGMENTS if (one.high_r, one.high_f, one.high_m) == high)


def segment_named(name: RfmSegmentName) -> RfmSegment:
    """The segment of this name."""
    return next(one for one in RFM_SEGMENTS if one.name == name)


def squares(cells: Iterable[RfmCell]) -> tuple[RfmSquare, ...]:
    """The grid of R and F; M as means. Best first."""
    found: dict[tuple[int, int], list[RfmCell]] = defaultdict(list)
    for cell in cells:
        found[cell.r, cell.f].append(cell)
    answer = []
    for (r, f), inside in sorted(found.items(), reverse=True):
        customers = sum(cell.customers for cell in inside)
        net = sum(cell.net_fen for cell in inside)
        mean_m = sum(cell.m * cell.customers for cell in inside) / customers
        answer.append(RfmSquare(r, f, customers, net, net // customers, round(mean_m, 2)))
    return tuple(answer)


def segments(cells: Iterable[RfmCell]) -> tuple[RfmSegmentCount, ...]:
    """All eight, in their usual order, also those of nobody."""
    found: dict[str, list[RfmCell]] = defaultdict(list)
    for cell in cells:
        found[segment_of(cell.r, cell.f, cell.m).name].append(cell)
    return tuple(
        RfmSegmentCount(
            one.name,
            one.en,
            one.zh,
            sum(cell.customers for cell in found[one.name]),
            sum(cell.net_fen for cell in found[one.name]),
        )
        for one in RFM_SEGMENTS
    )
