"""What customers brought in so far: what is asked and what is answered. Actual money, nothing predicted."""

from dataclasses import dataclass
from datetime import date, datetime

from siyu.insight.types.definitions import DEFAULT_ZONE, USUAL, By, Definitions, Period, Stated


@dataclass(frozen=True, slots=True)
class LtvPlan:
    """What customers have brought in so far, by the period of their first purchase.

    Attributes:
        until: nothing after this moment counts.
        period: weeks begin on Monday.
        cohorts_from: the first cohort shown, by any day in it; all when ``None``.
        zone: whose calendar decides, an IANA name.
        by: cohorts are parted by the platform, shop or source of the first purchase.
        definitions: what counts.
        cohorts_to: the last cohort shown, by any day in it; all when ``None``.
    """

    until: datetime
    period: Period = "month"
    cohorts_from: date | None = None
    zone: str = DEFAULT_ZONE
    by: By = "none"
    definitions: Definitions = USUAL
    cohorts_to: date | None = None


@dataclass(frozen=True, slots=True)
class LtvCohort:
    """``net_fen[k]``: paid less refunded by all of the cohort from its start to the end of its k-th period."""

    start: date
    customers: int
    net_fen: tuple[int, ...]
    group: str = ""

    @property
    def ltv_fen(self) -> int:
        """Net amount a customer so far, rounded down to a fen."""
        return self.net_fen[-1] // self.customers if self.customers else 0


@dataclass(frozen=True, slots=True)
class LtvTable:
    """Cohorts, oldest first, and everybody together (of the cohorts shown)."""

    period: Period
    customers: int
    net_fen: int
    cohorts: tuple[LtvCohort, ...]
    by: By
    until: datetime
    zone: str
    definitions: Stated


@dataclass(frozen=True, slots=True)
class LtvSpreadPlan:
    """How the money is spread over the customers who ever bought.

    Attributes:
        until: nothing after this moment counts.
        by: also by the platform, shop or source of the first purchase.
        cohorts_from: only who first bought on this day or later.
        cohorts_to: only who first bought on this day or earlier.
        edges: bounds of the bins in fen, ascending; a value that equals a bound lies in the bin above it. Bins by the
            1-2-5 rule when empty.
        zone: whose days ``cohorts_from`` and ``cohorts_to`` are.
        definitions: what counts.
    """

    until: datetime
    by: By = "none"
    cohorts_from: date | None = None
    cohorts_to: date | None = None
    edges: tuple[int, ...] = ()
    zone: str = DEFAULT_ZONE
    definitions: Definitions = USUAL


@dataclass(frozen=True, slots=True)
class LtvSpread:
    """How the net amounts of some customers are spread.

    Attributes:
        group: platform, shop or source of the first purchase; empty for everybody.
        customers: how many.
        net_fen: of all of them, in fen.
        quantiles_fen: the amounts at ``levels``, in fen.
        bins: how many lie below the first edge, between two edges, and at or above the last.
    """

    group: str
    customers: int
    net_fen: int
    quantiles_fen: tuple[int, ...]
    bins: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LtvSpreadTable:
    """Everybody, and each group, largest first; ``bins`` has one place more than ``edges``."""

    levels: tuple[float, ...]
    edges: tuple[int, ...]
    everybody: LtvSpread
    groups: tuple[LtvSpread, ...]
    by: By
    until: datetime
    zone: str
    definitions: Stated
