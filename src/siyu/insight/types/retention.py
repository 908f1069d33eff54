"""Retention: what is asked and what is answered."""

from dataclasses import dataclass
from datetime import date, datetime

from siyu.insight.types.definitions import DEFAULT_ZONE, USUAL, By, Definitions, Period, Stated


@dataclass(frozen=True, slots=True)
class RetentionPlan:
    """Of those who first bought in a period, how many bought again 1, 2, 3 … periods later.

    Attributes:
        until: nothing after this moment counts.
        period: weeks begin on Monday.
        cohorts_from: the first cohort shown, by any day in it; all when ``None``.
        zone: whose calendar decides, an IANA name.
        by: cohorts are parted by where the first purchase was: its platform, its shop (``platform/shop``) or the source
            that told of it.
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
class RetentionCohort:
    """Of the ``customers`` of one cohort, at place k of each row: what they did k periods after ``start``.

    Attributes:
        start: first day of the period in which they first bought.
        customers: how many they are.
        active: how many bought; ``active[0]`` is all of them.
        group: the platform, shop or source of the first purchase; empty when not asked for (or not known).
        orders: how many purchases they made.
        net_fen: money that came in less money that went back in that period, in fen.
        active_now: how many of them are active at ``until``.
        repeat: how many of them are repeat buyers.
    """

    start: date
    customers: int
    active: tuple[int, ...]
    group: str = ""
    orders: tuple[int, ...] = ()
    net_fen: tuple[int, ...] = ()
    active_now: int = 0
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class RetentionTotal:
    """All cohorts of one group together.

    Attributes:
        group: as in the cohorts.
        customers: how many they are.
        eligible: at place k: customers of the cohorts that are at least k periods old; the base of a share at k.
        active: at place k: how many bought k periods after their first.
        orders: likewise, purchases.
        net_fen: likewise, money in fen.
        active_now: how many are active at ``until``.
        repeat: how many are repeat buyers.
    """

    group: str
    customers: int
    eligible: tuple[int, ...]
    active: tuple[int, ...]
    orders: tuple[int, ...]
    net_fen: tuple[int, ...]
    active_now: int
    repeat: int


@dataclass(frozen=True, slots=True)
class RetentionTable:
    """Cohorts, oldest first; each ends with the period in which ``until`` lies (that one is still running)."""

    period: Period
    cohorts: tuple[RetentionCohort, ...]
    totals: tuple[RetentionTotal, ...]
    by: By
    until: datetime
    zone: str
    definitions: Stated
