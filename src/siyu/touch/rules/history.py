"""What the people of a batch received, as columns: rules ask of all of them at once who needs a closer look."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from siyu.touch.rules.room import DAY, Received
from siyu.touch.types.proposals import Purpose
from siyu.touch.types.ruleset import Budget

PURPOSES: Final[tuple[Purpose, ...]] = ("service", "transactional", "marketing")
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(slots=True, eq=False)
class History:
    """Touches that reached people, or are on their way, in the order of the customers.

    Attributes:
        customer_ids: whose; ascending.
        at: epoch seconds; infinity while it is on its way.
        purposes: places in :data:`PURPOSES`.
        contents: keyed hashes of what they said.
        kinds: what exclusions speak of, with spaces between.
    """

    customer_ids: NDArray[np.int64]
    at: NDArray[np.float64]
    purposes: NDArray[np.int64]
    contents: NDArray[np.int64]
    kinds: Sequence[str]
    _lists: tuple[list[int], list[float], list[int], list[int]] | None = field(default=None, init=False)

    def of(self, customer_id: int) -> list[Received]:
        """What one of them received."""
        if self._lists is None:
            self._lists = (
                self.customer_ids.tolist(), self.at.tolist(), self.purposes.tolist(), self.contents.tolist(),
            )  # fmt: skip
        owners, at, purposes, contents = self._lists
        first = bisect_left(owners, customer_id)
        own = slice(first, bisect_right(owners, customer_id, first))
        return [
            Received(moment, PURPOSES[purpose], _named(kinds) if kinds else _NO_KINDS, content)
            for moment, purpose, kinds, content in zip(
                at[own], purposes[own], self.kinds[own], contents[own], strict=True
            )
        ]

    def full(self, budget: Budget, now: float) -> NDArray[np.int64]:
        """Those for whom a budget has no room at ``now``, of a budget that allows anything at all."""
        counts = [PURPOSES.index(one) for one in budget.counts]
        counted = np.isin(self.purposes, counts) & self._near(now, budget.hours * 3600.0)
        owners, used = np.unique(self.customer_ids[counted], return_counts=True)
        return owners[used >= budget.most]

    def carried(self) -> frozenset[int]:
        """Those who received anything that exclusions may speak of."""
        return frozenset(self.customer_ids[np.array([bool(one) for one in self.kinds], np.bool_)].tolist())

    def repeats(
        self, customer_ids: NDArray[np.int64], contents: NDArray[np.int64], days: int, now: float
    ) -> NDArray[np.bool_]:
        """Of each content whether the customer may have received it within so many days of ``now``: ``False`` is certain."""
        near = self._near(now, days * DAY)
        return np.isin(_mixed(customer_ids, contents), _mixed(self.customer_ids[near], self.contents[near]))

    def _near(self, now: float, span: float) -> NDArray[np.bool_]:
        near: NDArray[np.bool_] = (self.at == inf) | (np.abs(self.at - now) < span)
        return near


_NO_KINDS: Final = frozenset[str]()
_NONE: Final = np.empty(0, np.int64)
NOTHING: Final = History(_NONE, np.empty(0), _NONE, _NONE, ())


def _mixed(customer_ids: NDArray[np.int64], contents: NDArray[np.int64]) -> NDArray[np.uint64]:
    return (customer_ids.astype(np.uint64) * _MIX) ^ contents.astype(np.uint64)


@lru_cache(maxsize=1000)
def _named(kinds: str) -> frozenset[str]:
    return frozenset(kinds.split())
