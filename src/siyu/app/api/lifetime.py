"""The lifetime models over HTTP: how the prediction stands, its distribution, a refit; amounts in fen."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from siyu.app import lifetime
from siyu.app.context import Context
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, needs
from siyu.insight import service as insight
from siyu.insight.types import LifetimeDistribution, LifetimeState

router = APIRouter(prefix="/api/v1/insight/lifetime", tags=["insight"], responses=ERROR_RESPONSES)

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


@router.post("/refit", status_code=202)
def refit(request: Request, principal: CanManage) -> Asked:
    """Refit soon instead of tonight."""
    context: Context = request.app.state.context
    return Asked(queued=lifetime.ask(context, principal))
