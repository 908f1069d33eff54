"""Cohorts, RFM, LTV and facts by day over HTTP; actual figures from the facts, amounts in fen."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request

from siyu.app.context import Context
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, needs
from siyu.identity import service as identity
from siyu.insight import service as insight
from siyu.insight.types import (
    Assets,
    DaysPlan,
    DaysTable,
    LtvPlan,
    LtvTable,
    Period,
    RetentionPlan,
    RetentionTable,
    RfmPlan,
    RfmTable,
)

router = APIRouter(prefix="/api/v1/insight", tags=["insight"], responses=ERROR_RESPONSES)

CanRead = Annotated[Principal, needs("insight.read")]
From = Annotated[date | None, Query(description="First cohort shown, by any day in it.")]


@router.get("/retention")
def retention(request: Request, _: CanRead, period: Period = "month", cohorts_from: From = None) -> RetentionTable:
    """Of those who first bought in each week or month, how many bought again later."""
    context: Context = request.app.state.context
    plan = RetentionPlan(context.clock.now(), period, cohorts_from, context.settings.brand_zone)
    return insight.retention(context.clickhouse, plan)


@router.get("/ltv")
def ltv(request: Request, _: CanRead, period: Period = "month", cohorts_from: From = None) -> LtvTable:
    """What customers brought in so far, by the week or month of their first purchase."""
    context: Context = request.app.state.context
    plan = LtvPlan(context.clock.now(), period, cohorts_from, context.settings.brand_zone)
    return insight.ltv(context.clickhouse, plan)


@router.get("/rfm")
def rfm(request: Request, _: CanRead, since: datetime | None = None) -> RfmTable:
    """The grid of recency, frequency and money."""
    context: Context = request.app.state.context
    return insight.rfm(context.clickhouse, RfmPlan(context.clock.now(), since))


@router.get("/facts-by-day")
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


@router.get("/assets")
def assets(request: Request, conn: Conn, _: CanRead) -> Assets:
    """People of whom only devices are known, people known by more, buyers."""
    context: Context = request.app.state.context
    return insight.assets(context.clickhouse, identity.asset_counts(conn))
