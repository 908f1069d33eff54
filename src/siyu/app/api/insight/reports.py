"""Cohorts, RFM, LTV and facts by day over HTTP; actual figures from the facts, amounts in fen."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Query, Request

from siyu.app.api.insight.asked import (
    CanRead,
    CohortsAsked,
    CohortsShown,
    Group,
    PageAsked,
    RfmAsked,
    SpreadAsked,
)
from siyu.app.api.people import CanSeePeople, PeopleAnswer, answer
from siyu.app.api.report import REPORT
from siyu.app.context import Context
from siyu.engines.http import ERROR_RESPONSES, Conn, Router
from siyu.identity import service as identity
from siyu.insight import service as insight
from siyu.insight.types import (
    Assets,
    DaysPlan,
    DaysTable,
    LtvPeople,
    LtvSpreadTable,
    LtvTable,
    RetentionPeople,
    RetentionTable,
    RfmPeople,
    RfmSegmentName,
    RfmTable,
)

router = Router(prefix="/api/v1/insight", tags=["insight"], responses=ERROR_RESPONSES)

Cohorts = Annotated[CohortsAsked, Depends()]
Shown = Annotated[CohortsShown, Depends()]
Spread = Annotated[SpreadAsked, Depends()]
Rfm = Annotated[RfmAsked, Depends()]
Page = Annotated[PageAsked, Depends()]
Score = Annotated[int | None, Query(ge=1, le=5)]


@router.get("/retention", openapi_extra=REPORT)
def retention(request: Request, _: CanRead, asked: Cohorts, shown: Shown) -> RetentionTable:
    """Of those who first bought in each day, week or month: how many bought again later, how often, for how much."""
    context: Context = request.app.state.context
    return insight.retention(context.clickhouse, asked.retention(context, shown.cohorts_from, shown.cohorts_to))


@router.get("/retention/people", openapi_extra=REPORT)
def retention_people(
    request: Request,
    conn: Conn,
    _: CanRead,
    __: CanSeePeople,
    asked: Cohorts,
    page: Page,
    shown: Shown,
    cohort: Annotated[
        date | None, Query(description="Any day of the cohort's period; all cohorts when absent.")
    ] = None,
    offset: Annotated[int, Query(ge=0, le=100_000, description="How many periods after the first purchase.")] = 0,
    active: Annotated[bool, Query(description="False: those who did not buy then.")] = True,
    group: Group = None,
) -> PeopleAnswer:
    """Show the people behind a cell of the retention table, or of all its cohorts together."""
    context: Context = request.app.state.context
    wanted = RetentionPeople(
        asked.retention(context, shown.cohorts_from, shown.cohorts_to), cohort, offset, group, active
    )
    return answer(conn, context, wanted, cursor=page.cursor, limit=page.limit)


@router.get("/ltv", openapi_extra=REPORT)
def ltv(request: Request, _: CanRead, asked: Cohorts, shown: Shown) -> LtvTable:
    """What customers brought in so far, by the day, week or month of their first purchase, or also by where it was."""
    context: Context = request.app.state.context
    return insight.ltv(context.clickhouse, asked.ltv(context, shown.cohorts_from, shown.cohorts_to))


@router.get("/ltv/spread", openapi_extra=REPORT)
def ltv_spread(
    request: Request,
    _: CanRead,
    asked: Spread,
    edges: Annotated[list[int] | None, Query(max_length=100, description="Bounds of the bins, in fen.")] = None,
) -> LtvSpreadTable:
    """How the money is spread over those who bought: quantiles and a histogram, for all and by the first purchase."""
    context: Context = request.app.state.context
    return insight.ltv_spread(context.clickhouse, asked.plan(context, edges))


@router.get("/ltv/people", openapi_extra=REPORT)
def ltv_people(
    request: Request,
    conn: Conn,
    _: CanRead,
    __: CanSeePeople,
    asked: Spread,
    page: Page,
    low_fen: Annotated[int | None, Query(description="At least so much.")] = None,
    high_fen: Annotated[int | None, Query(description="Less than so much.")] = None,
    group: Group = None,
) -> PeopleAnswer:
    """Show the people behind a bin of the histogram."""
    context: Context = request.app.state.context
    wanted = LtvPeople(asked.plan(context), low_fen, high_fen, group)
    return answer(conn, context, wanted, cursor=page.cursor, limit=page.limit)


@router.get("/rfm", openapi_extra=REPORT)
def rfm(request: Request, _: CanRead, asked: Rfm) -> RfmTable:
    """The grid of recency, frequency and money, and the eight named segments."""
    context: Context = request.app.state.context
    return insight.rfm(context.clickhouse, asked.plan(context))


@router.get("/rfm/people", openapi_extra=REPORT)
def rfm_people(
    request: Request,
    conn: Conn,
    _: CanRead,
    __: CanSeePeople,
    asked: Rfm,
    page: Page,
    r: Score = None,
    f: Score = None,
    m: Score = None,
    segment: RfmSegmentName | None = None,
) -> PeopleAnswer:
    """Show the people behind a square, a cell or a segment."""
    context: Context = request.app.state.context
    wanted = RfmPeople(asked.plan(context), r, f, m, segment)
    return answer(conn, context, wanted, cursor=page.cursor, limit=page.limit)


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
def assets(conn: Conn, _: CanRead) -> Assets:
    """People of whom only devices are known, people known by more and on how many channels, buyers."""
    return insight.assets(conn, identity.asset_counts(conn))
