"""The lift of programmes over HTTP."""

from typing import Annotated

from fastapi import Query, Request

from siyu.app.api.insight.asked import CanRead, Until, definitions_of, moment
from siyu.app.api.report import REPORT
from siyu.app.context import Context
from siyu.engines.http import ERROR_RESPONSES, Conn, Router
from siyu.experiments import service as experiments
from siyu.experiments.types import Programme
from siyu.insight import service as insight
from siyu.insight.types import Lift, LiftPlan
from siyu.touch import service as touch

router = Router(prefix="/api/v1/insight/lift", tags=["insight"], responses=ERROR_RESPONSES)


@router.get("")
def programmes(
    conn: Conn,
    _: CanRead,
    below: Annotated[int | None, Query(description="Only programmes with an id below this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    running: Annotated[bool | None, Query(description="Those that run, or those that were stopped.")] = None,
) -> list[Programme]:
    """Show what is measured, newest first."""
    return experiments.programmes(conn, below=below, limit=limit, running=running)


@router.get("/{programme_id}", openapi_extra=REPORT)
def lift(
    request: Request,
    conn: Conn,
    _: CanRead,
    programme_id: int,
    days: Annotated[int, Query(ge=1, le=365, description="What people did so many days after exposure counts.")] = 30,
    until: Until = None,
) -> Lift:
    """Treated against those who were left alone: outcomes, harm, cost; the intervals hold however often one looks."""
    context: Context = request.app.state.context
    then = moment(context, until)
    touches = touch.ways_sent(conn, programme_id, then)
    plan = LiftPlan(programme_id, then, days, definitions_of(context), touches)
    return insight.lift(conn, context.clickhouse, plan, context.clock.now())
