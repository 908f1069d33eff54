"""Cohorts, RFM, LTV and facts by day over HTTP; actual figures from the facts, amounts in fen."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request

from siyu.app.api.insight.asked import CanRead, From, Group, To, Until, definitions_of, moment, since_of
from siyu.app.api.people import CanSeePeople, Cursor, Limit, PeopleAnswer, answer
from siyu.app.api.report import REPORT
from siyu.app.context import Context
from siyu.engines.http import ERROR_RESPONSES, Conn
from siyu.identity import service as identity
from siyu.insight import service as insight
from siyu.insight.types import (
    Assets,
    By,
    DaysPlan,
    DaysTable,
    LtvPeople,
    LtvPlan,
    LtvSpreadPlan,
    LtvSpreadTable,
    LtvTable,
    Period,
    RetentionPeople,
    RetentionPlan,
    RetentionTable,
    RfmPeople,
    RfmPlan,
    RfmSegmentName,
    RfmTable,
)

router = APIRouter(prefix="/api/v1/insight", tags=["insight"], responses=ERROR_RESPONSES)

Bounds = Annotated[list[int] | None, Query(description="Four bounds between the scores, ascending; else quintiles.")]
Score = Annotated[int | None, Query(ge=1, le=5)]


@router.get("/retention", openapi_extra=REPORT)
def retention(
    request: Request,
    _: CanRead,
    period: Period = "month",
    by: By = "none",
    cohorts_from: From = None,
    cohorts_to: To = None,
    until: Until = None,
) -> RetentionTable:
    """Of those who first bought in each day, week or month: how many bought again later, how often, for how much."""
    context: Context = request.app.state.context
    return insight.retention(context.clickhouse, _retention(context, period, by, cohorts_from, cohorts_to, until))


@router.get("/retention/people", openapi_extra=REPORT)
def retention_people(
    request: Request,
    conn: Conn,
    _: CanRead,
    __: CanSeePeople,
    cohort: Annotated[date, Query(description="Any day of the cohort's period.")],
    offset: Annotated[int, Query(ge=0, le=100_000, description="How many periods after the first purchase.")] = 0,
    active: Annotated[bool, Query(description="False: those who did not buy then.")] = True,
    group: Group = None,
    period: Period = "month",
    by: By = "none",
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PeopleAnswer:
    """Show the people behind a cell of the retention table."""
    context: Context = request.app.state.context
    plan = _retention(context, period, by, None, None, until)
    asked = RetentionPeople(plan, cohort, offset, group, active)
    return answer(conn, context.clickhouse, asked, cursor=cursor, limit=limit)


def _retention(
    context: Context, period: Period, by: By, first: date | None, last: date | None, until: datetime | None
) -> RetentionPlan:
    zone, definitions = context.settings.brand_zone, definitions_of(context)
    return RetentionPlan(moment(context, until), period, first, zone, by, definitions, last)


@router.get("/ltv", openapi_extra=REPORT)
def ltv(
    request: Request,
    _: CanRead,
    period: Period = "month",
    by: By = "none",
    cohorts_from: From = None,
    cohorts_to: To = None,
    until: Until = None,
) -> LtvTable:
    """What customers brought in so far, by the day, week or month of their first purchase, or also by where it was."""
    context: Context = request.app.state.context
    zone, definitions = context.settings.brand_zone, definitions_of(context)
    plan = LtvPlan(moment(context, until), period, cohorts_from, zone, by, definitions, cohorts_to)
    return insight.ltv(context.clickhouse, plan)


@router.get("/ltv/spread", openapi_extra=REPORT)
def ltv_spread(
    request: Request,
    _: CanRead,
    by: By = "none",
    cohorts_from: Annotated[date | None, Query(description="Only who first bought on this day or later.")] = None,
    cohorts_to: Annotated[date | None, Query(description="Only who first bought on this day or earlier.")] = None,
    edges: Annotated[list[int] | None, Query(max_length=100, description="Bounds of the bins, in fen.")] = None,
    until: Until = None,
) -> LtvSpreadTable:
    """How the money is spread over those who bought: quantiles and a histogram, for all and by the first purchase."""
    context: Context = request.app.state.context
    return insight.ltv_spread(context.clickhouse, _spread(context, by, cohorts_from, cohorts_to, until, edges))


@router.get("/ltv/people", openapi_extra=REPORT)
def ltv_people(
    request: Request,
    conn: Conn,
    _: CanRead,
    __: CanSeePeople,
    low_fen: Annotated[int | None, Query(description="At least so much.")] = None,
    high_fen: Annotated[int | None, Query(description="Less than so much.")] = None,
    group: Group = None,
    by: By = "none",
    cohorts_from: Annotated[date | None, Query(description="Only who first bought on this day or later.")] = None,
    cohorts_to: Annotated[date | None, Query(description="Only who first bought on this day or earlier.")] = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PeopleAnswer:
    """Show the people behind a bin of the histogram."""
    context: Context = request.app.state.context
    plan = _spread(context, by, cohorts_from, cohorts_to, until, None)
    return answer(conn, context.clickhouse, LtvPeople(plan, low_fen, high_fen, group), cursor=cursor, limit=limit)


def _spread(
    context: Context, by: By, first: date | None, last: date | None, until: datetime | None, edges: list[int] | None
) -> LtvSpreadPlan:
    zone, definitions = context.settings.brand_zone, definitions_of(context)
    return LtvSpreadPlan(moment(context, until), by, first, last, tuple(edges or ()), zone, definitions)


@router.get("/rfm", openapi_extra=REPORT)
def rfm(
    request: Request,
    _: CanRead,
    since: datetime | None = None,
    as_of: Until = None,
    days: Bounds = None,
    orders: Bounds = None,
    net: Bounds = None,
) -> RfmTable:
    """The grid of recency, frequency and money, and the eight named segments."""
    context: Context = request.app.state.context
    return insight.rfm(context.clickhouse, _rfm(context, since, as_of, days, orders, net))


@router.get("/rfm/people", openapi_extra=REPORT)
def rfm_people(
    request: Request,
    conn: Conn,
    _: CanRead,
    __: CanSeePeople,
    r: Score = None,
    f: Score = None,
    m: Score = None,
    segment: RfmSegmentName | None = None,
    since: datetime | None = None,
    as_of: Until = None,
    days: Bounds = None,
    orders: Bounds = None,
    net: Bounds = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PeopleAnswer:
    """Show the people behind a square, a cell or a segment."""
    context: Context = request.app.state.context
    asked = RfmPeople(_rfm(context, since, as_of, days, orders, net), r, f, m, segment)
    return answer(conn, context.clickhouse, asked, cursor=cursor, limit=limit)


def _rfm(
    context: Context,
    since: datetime | None,
    as_of: datetime | None,
    days: list[int] | None,
    orders: list[int] | None,
    net: list[int] | None,
) -> RfmPlan:
    bounds = (tuple(days or ()), tuple(orders or ()), tuple(net or ()))
    return RfmPlan(moment(context, as_of), since_of(context, since), definitions_of(context), *bounds)


@router.get("/facts-by-day", openapi_extra=REPORT)
def facts_by_day(
    request: Request,
    _: CanRead,
    kind: Annotated[str, Query(min_length=1, max_length=256, description="Kind of fact, such as order.paid.")],
    first: Annotated[date | None, Query(alias="from", description="First day; 30 days in all when absent.")] = None,
    last: Annotated[date | None, Query(alias="to", description="Last day, included; today when absent.")] = None,
    zone: Annotated[str | None, Query(max_length=64, description="Whose days; the brand's zone when absent.")] = None,
) -> DaysTable:
    """How many facts of one kind each day has, of how many people, and the sum of their money."""
    context: Context = request.app.state.context
    plan = DaysPlan(kind, context.clock.now(), first, last, zone or context.settings.brand_zone)
    return insight.facts_by_day(context.clickhouse, plan)


@router.get("/assets", openapi_extra=REPORT)
def assets(request: Request, conn: Conn, _: CanRead) -> Assets:
    """People of whom only devices are known, people known by more, buyers."""
    context: Context = request.app.state.context
    return insight.assets(context.clickhouse, identity.asset_counts(conn))
