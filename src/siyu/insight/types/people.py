"""The people behind a figure: what is asked (also kept, by an export that runs later) and what is answered."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from siyu.insight.types.funnel import FunnelPlan, Outcome
from siyu.insight.types.lifetime import LifetimePlan
from siyu.insight.types.ltv import LtvSpreadPlan
from siyu.insight.types.retention import RetentionPlan
from siyu.insight.types.rfm import RfmPlan, RfmSegmentName


@dataclass(frozen=True, slots=True)
class RetentionPeople:
    """Those of one cohort who bought ``offset`` periods after its start; with ``active`` false those who did not.

    ``cohort`` ``None`` stands for every cohort of the plan that is old enough, ``group`` ``None`` for every group.
    """

    plan: RetentionPlan
    cohort: date | None
    offset: int = 0
    group: str | None = None
    active: bool = True
    report: Literal["retention"] = "retention"


@dataclass(frozen=True, slots=True)
class RfmPeople:
    """Those with these scores (``None`` for any), or of one named segment."""

    plan: RfmPlan
    r: int | None = None
    f: int | None = None
    m: int | None = None
    segment: RfmSegmentName | None = None
    report: Literal["rfm"] = "rfm"


@dataclass(frozen=True, slots=True)
class FunnelPeople:
    """Those who reached a step (1 is the first), or who reached it and went no further.

    ``group`` ``None`` stands for every group.
    """

    plan: FunnelPlan
    step: int
    outcome: Outcome = "reached"
    group: str | None = None
    report: Literal["funnel"] = "funnel"


@dataclass(frozen=True, slots=True)
class LtvPeople:
    """Those whose net amount is at least ``low_fen`` and below ``high_fen`` (``None``: no bound)."""

    plan: LtvSpreadPlan
    low_fen: int | None = None
    high_fen: int | None = None
    group: str | None = None
    report: Literal["ltv"] = "ltv"


@dataclass(frozen=True, slots=True)
class CalibrationPeople:
    """Those who by the end of day ``until`` had bought and come back ``repeats`` times (the last group: or more).

    ``plan.as_of`` is the moment of the refit whose calibration it is: what is refunded since counts as it did there.
    """

    plan: LifetimePlan
    until: date
    repeats: int
    report: Literal["calibration"] = "calibration"


PeopleAsked = RetentionPeople | RfmPeople | FunnelPeople | LtvPeople | CalibrationPeople


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Ids of customers as OneID knows them now, ascending.

    Attributes:
        customer_ids: of this page.
        next: cursor of the following page, ``None`` at the end.
        total: how many there are in all; only on the first page.
    """

    customer_ids: tuple[int, ...]
    next: str | None
    total: int | None
