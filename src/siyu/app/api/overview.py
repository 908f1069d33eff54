"""The overview over HTTP."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel, Field

from siyu.app import overview as reports
from siyu.app.api.insight.asked import moment
from siyu.app.api.people import CanSeePeople, Cursor, Limit, PeopleAnswer, answer
from siyu.app.api.report import REPORT
from siyu.app.behind import MovePeople, check
from siyu.app.context import Context
from siyu.app.overview import Overview
from siyu.app.remembered import Remembered
from siyu.customers.types import Layer
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs

router = Router(prefix="/api/v1", tags=["overview"], responses=ERROR_RESPONSES)

CanRead = Annotated[Principal, needs("insight.read")]


class OverviewAnswer(BaseModel):
    """The overview, and how old it is: it is made at most once a minute."""

    made_at: datetime
    age_s: float = Field(description="Seconds since it was made.")
    overview: Overview


@router.get("/overview", openapi_extra=REPORT)
def overview(
    request: Request,
    now: Now,
    _: CanRead,
    days: Annotated[int, Query(ge=1, le=366, description="Length of the period; the one before is as long.")] = 30,
) -> OverviewAnswer:
    """North star, RARRA board, OneID assets, the ladder and the flows on it. A report, at most a minute old.

    Each figure carries `people`: the path and parameters of the list of the customers behind it.
    """
    context: Context = request.app.state.context
    presents, overviews = _kept(request)
    made_at, of_now = presents.get("present", now, lambda: reports.present(context, now))
    made = overviews.get((days, made_at), now, lambda: reports.overview(context, of_now, days))[1]
    return OverviewAnswer(made_at=made_at, age_s=max(0.0, (now - made_at).total_seconds()), overview=made)


@router.get("/overview/flows/people", openapi_extra=REPORT)
def flow_people(
    request: Request,
    conn: Conn,
    now: Now,
    _: CanRead,
    __: CanSeePeople,
    before: Annotated[Layer, Query(description="The layer they stood on at the beginning of the flow's days.")],
    after: Annotated[Layer, Query(description="The layer they stood on at the end.")],
    until: Annotated[datetime, Query(description="The moment of the overview (`at`).")],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PeopleAnswer:
    """Show the people who moved from one layer of the ladder to another in the days before the overview's moment."""
    context: Context = request.app.state.context
    at = moment(context, until)
    asked = MovePeople(at - timedelta(days=reports.FLOW_DAYS), at, before, after)
    check(asked, now)
    return answer(conn, context, asked, cursor=cursor, limit=limit)


def _kept(request: Request) -> tuple[Remembered, Remembered]:
    """What is said of the present whatever the period is, and the overviews of it."""
    state = request.app.state
    if not hasattr(state, "overviews"):
        state.overviews = (Remembered(), Remembered())
    kept: tuple[Remembered, Remembered] = state.overviews
    return kept
