"""The lifetime models over HTTP: how the prediction stands, its distribution, a refit; amounts in fen."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from siyu.app import lifetime
from siyu.app.api.insight.asked import PageAsked
from siyu.app.api.people import CanSeePeople, PeopleAnswer, answer
from siyu.app.api.report import REPORT
from siyu.app.context import Context
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Router, needs
from siyu.insight import service as insight
from siyu.insight.types import MOST_REPEATS, CalibrationPeople, LifetimeDistribution, LifetimeState

router = Router(prefix="/api/v1/insight/lifetime", tags=["insight"], responses=ERROR_RESPONSES)

CanRead = Annotated[Principal, needs("insight.read")]
CanManage = Annotated[Principal, needs("insight.manage")]


class Asked(BaseModel):
    """A refit runs in the background; the state of the model says when it is done."""

    job: Literal["insight.refit"] = "insight.refit"
    queued: Annotated[bool, Field(description="False when one was waiting already.")]


@router.get("")
def state(conn: Conn, _: CanRead) -> LifetimeState:
    """How the prediction stands: parameters, calibration on a held-out period, the days before; or why there is none."""
    return insight.lifetime.state(conn)


@router.get("/distribution")
def distribution(conn: Conn, _: CanRead) -> LifetimeDistribution:
    """How many customers are worth how much, so far and predicted, as of the last refit."""
    return insight.lifetime.distribution(conn)


@router.get("/calibration/people", openapi_extra=REPORT)
def calibration_people(
    request: Request,
    conn: Conn,
    _: CanRead,
    __: CanSeePeople,
    fitted_at: Annotated[AwareDatetime, Query(description="Of the fit whose calibration it is.")],
    until: Annotated[date, Query(description="Of the calibration: the last day that was fitted.")],
    repeats: Annotated[int, Query(ge=0, le=MOST_REPEATS, description="The last group takes those with more, too.")],
    page: Annotated[PageAsked, Depends()],
) -> PeopleAnswer:
    """Show the people of a group of the calibration: who had come back so often by then."""
    context: Context = request.app.state.context
    wanted = CalibrationPeople(lifetime.plan(context, fitted_at), until, repeats)
    return answer(conn, context, wanted, cursor=page.cursor, limit=page.limit)


@router.post("/refit", status_code=202)
def refit(request: Request, principal: CanManage) -> Asked:
    """Refit soon instead of tonight."""
    context: Context = request.app.state.context
    return Asked(queued=lifetime.ask(context, principal))
