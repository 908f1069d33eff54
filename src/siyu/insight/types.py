"""Plans (what is asked) and answers. Amounts in fen; dates are days in the plan's time zone."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from siyu.commerce.types import FACTS as OF_ORDERS
from siyu.customers.types import FACTS as OF_CUSTOMERS
from siyu.identity.types import FACTS as OF_IDENTITY
from siyu.kernel.errors import BadInput
from siyu.timeline.types import DayCount

Period = Literal["week", "month"]

DEFAULT_ZONE = "Asia/Shanghai"

KINDS: Final = tuple(sorted(kind.name for kind in (*OF_ORDERS, *OF_CUSTOMERS, *OF_IDENTITY)))  # every kind of fact


class UnknownFactKind(BadInput):
    """No room publishes facts of this kind."""

    en = "There is no kind of fact '{kind}'. The nearest are {nearest}; docs/reference/facts.md has them all."
    zh = "没有名为“{kind}”的事实类型，相近的有 {nearest}；全部类型见 docs/reference/facts.md。"


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """Of those who first paid an order in a period, how many paid again 1, 2, 3 … periods later.

    Attributes:
        until: nothing after this moment counts.
        period: weeks begin on Monday.
        cohorts_from: the first cohort shown, by any day in it; all when ``None``.
        zone: whose calendar decides, an IANA name.
    """

    until: datetime
    period: Period = "month"
    cohorts_from: date | None = None
    zone: str = DEFAULT_ZONE


@dataclass(frozen=True, slots=True)
class RetentionCohort:
    """``active[k]`` of the ``customers`` paid an order k periods after ``start``; ``active[0]`` is all of them."""

    start: date
    customers: int
    active: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RetentionTable:
    """Cohorts, oldest first; each ends with the period in which ``until`` lies (that one is still running)."""

    period: Period
    cohorts: tuple[RetentionCohort, ...]


@dataclass(frozen=True, slots=True)
class LtvPlan:
    """What customers have brought in so far, by the period of their first paid order."""

    until: datetime
    period: Period = "month"
    cohorts_from: date | None = None
    zone: str = DEFAULT_ZONE


@dataclass(frozen=True, slots=True)
class LtvCohort:
    """``net_fen[k]``: paid less refunded by all of the cohort from its start to the end of its k-th period."""

    start: date
    customers: int
    net_fen: tuple[int, ...]

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


@dataclass(frozen=True, slots=True)
class RfmPlan:
    """Customers by recency, frequency and money. What each means is written in one place: ``insight.rules``.

    Attributes:
        as_of: nothing after this moment counts; recency is measured back from it.
        since: only orders paid from here on count; everything when ``None``.
    """

    as_of: datetime
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class RfmCell:
    """One cell of the grid; scores 1 (worst) to 5 (best)."""

    r: int
    f: int
    m: int
    customers: int
    net_fen: int


@dataclass(frozen=True, slots=True)
class RfmTable:
    """Cells that hold anybody, best first; and the bounds between the quintiles (days, orders, fen)."""

    customers: int
    cells: tuple[RfmCell, ...]
    days_bounds: tuple[int, ...]
    orders_bounds: tuple[int, ...]
    net_bounds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Assets:
    """The OneID assets: people of whom only devices are known, people known by more, and those who paid an order."""

    anonymous: int
    known: int
    buyers: int


@dataclass(frozen=True, slots=True)
class DaysPlan:
    """How many facts of one kind each day has.

    Attributes:
        kind: name of a fact kind.
        now: the moment of the question; its day is the last one when no other is named.
        first: the first day; 30 days in all when ``None``.
        last: the last day, itself included.
        zone: whose clock decides where a day begins, an IANA name.
    """

    kind: str
    now: datetime
    first: date | None = None
    last: date | None = None
    zone: str = DEFAULT_ZONE


@dataclass(frozen=True, slots=True)
class DaysTable:
    """Days that have any fact of the kind, oldest first; ``first`` and ``last`` are what was asked for."""

    kind: str
    first: date
    last: date
    zone: str
    days: tuple[DayCount, ...]
