"""The overview over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from siyu.app import overview as reports
from siyu.app.api.report import REPORT
from siyu.app.context import Context
from siyu.app.overview import Overview
from siyu.app.remembered import Remembered
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Now, needs

router = APIRouter(prefix="/api/v1", tags=["overview"], responses=ERROR_RESPONSES)

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
    made_at, made = _kept(request).get(days, now, lambda: reports.overview(context, now, days))
    return OverviewAnswer(made_at=made_at, age_s=max(0.0, (now - made_at).total_seconds()), overview=made)


def _kept(request: Request) -> Remembered:
    state = request.app.state
    if not hasattr(state, "overviews"):
        state.overviews = Remembered()
    kept: Remembered = state.overviews
    return kept
