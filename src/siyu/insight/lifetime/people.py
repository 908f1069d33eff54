"""Who bought when: one row a customer, as ClickHouse counts them, in days."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from siyu.insight.lifetime.counts import Counts, Floats, Whole, coarser, compress
from siyu.insight.types.lifetime import NoPrediction

LEAST_REPEAT_BUYERS: Final = 100
LEAST_DAYS: Final = 91
_FEW: Final = 20_000  # distinct triples; above them the fit takes whole weeks


@dataclass(frozen=True, slots=True, eq=False)
class Buyers:
    """Customers by id, ascending; days are counted from 1970-01-01.

    Several orders of one day are one purchase: parts of a basket, not a rhythm. Money is all of a customer's, paid less
    refunded, by the number of purchases, the first included: a refund does not say which purchase it belongs to.
    """

    customer: Whole
    first: Whole
    last: Whole
    purchases: Whole
    net_fen: Whole
    purchases_before: Whole
    last_before: Whole

    def counts(self, today: int) -> tuple[Counts, Whole]:
        """Everything up to ``today``."""
        return compress(self.purchases - 1, self.last - self.first, today - self.first)

    def counts_before(self, cut: int) -> tuple[Counts, Whole, Whole]:
        """What was known at the end of day ``cut``, of those who had bought by then (their places come last)."""
        known = np.flatnonzero(self.purchases_before > 0)
        x, first = self.purchases_before[known] - 1, self.first[known]
        return *compress(x, self.last_before[known] - first, cut - first), known

    def mean_spend(self) -> Floats:
        """Fen a purchase; 0 where everything went back."""
        return np.asarray(np.maximum(self.net_fen, 0) / np.maximum(self.purchases, 1), dtype=float)

    @property
    def repeat_buyers(self) -> int:
        """How many bought on two days or more."""
        return int((self.purchases > 1).sum())


def for_fitting(counts: Counts) -> Counts:
    """The same customers in whole weeks where there are too many distinct ones in days."""
    if len(counts.x) <= _FEW:
        return counts
    return coarser(counts, 7.0)


def require_enough(repeat_buyers: int, days: int) -> None:
    """Pass when the data carry a model.

    Raises:
        NoPrediction: says what is there and what is needed.
    """
    if repeat_buyers < LEAST_REPEAT_BUYERS:
        raise NoPrediction(
            reason=f"{repeat_buyers:,} customers bought on two days or more; {LEAST_REPEAT_BUYERS} are needed.",
            reason_zh=f"在两天及以上购买过的客户只有 {repeat_buyers:,} 位，至少需要 {LEAST_REPEAT_BUYERS} 位。",
        )
    if days < LEAST_DAYS:
        raise NoPrediction(
            reason=f"the purchases reach back {days} days; {LEAST_DAYS} are needed.",
            reason_zh=f"购买记录只覆盖 {days} 天，至少需要 {LEAST_DAYS} 天。",
        )
