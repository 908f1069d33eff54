"""What the reports have in common: who may ask, parameters, and moments as the brand's clock has them.

A report and the list of the people behind it take the same parameters: each set is written once, as a class whose
fields are query parameters, and knows the plan that it stands for::

    def rfm(request: Request, _: CanRead, asked: Annotated[RfmAsked, Depends()]) -> RfmTable: ...
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import Query

from siyu.app.api.people import Cursor, Limit
from siyu.app.context import Context
from siyu.engines.access.types import Principal
from siyu.engines.http import needs
from siyu.insight.types import By, Definitions, LtvPlan, LtvSpreadPlan, Period, RetentionPlan, RfmPlan

CanRead = Annotated[Principal, needs("insight.read")]
Until = Annotated[
    datetime | None,
    Query(description="Nothing after this moment counts; now when absent. A list of people takes that of its table."),
]
Group = Annotated[str | None, Query(max_length=300, description="One group of `by`; all when absent.")]
Bounds = Annotated[list[int] | None, Query(description="Four bounds between the scores, ascending; else quintiles.")]
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


def moment(context: Context, at: datetime | None) -> datetime:
    """This moment, now when there is none, nothing later; without a zone it is the brand's."""
    return max(_BEGINNING, min(_zoned(context, at), context.clock.now())) if at else context.clock.now()


def since_of(context: Context, at: datetime | None) -> datetime | None:
    """The moment from which on something counts; without a zone it is the brand's."""
    return max(_BEGINNING, min(_zoned(context, at), context.clock.now())) if at else None


def _zoned(context: Context, at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(context.settings.brand_zone))


def definitions_of(context: Context) -> Definitions:
    """What counts, by the settings."""
    return Definitions.of(context.settings)


@dataclass(frozen=True, slots=True)
class CohortsAsked:
    """How customers are put into cohorts by their first purchase."""

    period: Period = "month"
    by: By = "none"
    until: Until = None

    def retention(self, context: Context, first: date | None = None, last: date | None = None) -> RetentionPlan:
        """The plan of who bought again."""
        zone, definitions = context.settings.brand_zone, definitions_of(context)
        return RetentionPlan(moment(context, self.until), self.period, first, zone, self.by, definitions, last)

    def ltv(self, context: Context, first: date | None = None, last: date | None = None) -> LtvPlan:
        """The plan of what they brought in."""
        zone, definitions = context.settings.brand_zone, definitions_of(context)
        return LtvPlan(moment(context, self.until), self.period, first, zone, self.by, definitions, last)


@dataclass(frozen=True, slots=True)
class CohortsShown:
    """Which cohorts a table shows."""

    cohorts_from: Annotated[date | None, Query(description="First cohort shown, by any day in it.")] = None
    cohorts_to: Annotated[date | None, Query(description="Last cohort shown, by any day in it.")] = None


@dataclass(frozen=True, slots=True)
class SpreadAsked:
    """Whose money is looked at, and as of when."""

    by: By = "none"
    cohorts_from: Annotated[date | None, Query(description="Only who first bought on this day or later.")] = None
    cohorts_to: Annotated[date | None, Query(description="Only who first bought on this day or earlier.")] = None
    until: Until = None

    def plan(self, context: Context, edges: list[int] | None = None) -> LtvSpreadPlan:
        """As insight takes it."""
        zone, definitions = context.settings.brand_zone, definitions_of(context)
        until, bins = moment(context, self.until), tuple(edges or ())
        return LtvSpreadPlan(until, self.by, self.cohorts_from, self.cohorts_to, bins, zone, definitions)


@dataclass(frozen=True, slots=True)
class RfmAsked:
    """How recency, frequency and money become scores."""

    since: datetime | None = None
    as_of: Until = None
    days: Bounds = None
    orders: Bounds = None
    net: Bounds = None

    def plan(self, context: Context) -> RfmPlan:
        """As insight takes it."""
        bounds = (tuple(self.days or ()), tuple(self.orders or ()), tuple(self.net or ()))
        return RfmPlan(moment(context, self.as_of), since_of(context, self.since), definitions_of(context), *bounds)


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which page of the people behind a figure."""

    cursor: Cursor = None
    limit: Limit = 50
