"""Funnels over HTTP: built by hand, counted, saved; and what the builder offers."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from siyu.app.api.insight.asked import CanRead, moment
from siyu.app.api.people import CanSeePeople, PeopleAnswer, answer
from siyu.app.api.report import REPORT
from siyu.app.context import Context
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal, Role
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.insight import service as insight
from siyu.insight.types import (
    FunnelBy,
    FunnelDefinition,
    FunnelPeople,
    FunnelPlan,
    FunnelStep,
    FunnelTable,
    FunnelWindow,
    InsightSchema,
    Outcome,
    SavedFunnel,
)

router = Router(prefix="/api/v1/insight", tags=["insight"], responses=ERROR_RESPONSES)


class FunnelAsked(BaseModel):
    """A funnel and its days, both included; 30 days up to today when absent."""

    model_config = ConfigDict(populate_by_name=True)

    steps: list[FunnelStep]
    window: FunnelWindow
    strict: Annotated[bool, Field(description="No other fact of the steps may lie between one step and the next.")] = (
        False
    )
    by: FunnelBy = "none"
    first: Annotated[date | None, Field(alias="from")] = None
    last: Annotated[date | None, Field(alias="to")] = None
    until: Annotated[datetime | None, Field(description="Nothing after this moment counts; now when absent.")] = None

    def plan(self, context: Context) -> FunnelPlan:
        """As insight takes it."""
        definition = FunnelDefinition(tuple(self.steps), self.window, self.strict, self.by)
        now = moment(context, self.until)
        return FunnelPlan(definition, now, self.first, self.last, context.settings.brand_zone)


class FunnelPeopleAsked(FunnelAsked):
    """Which step of the funnel; ``stopped`` are those who went no further."""

    step: Annotated[int, Field(ge=1, le=10)]
    outcome: Outcome = "reached"
    group: Annotated[str | None, Field(max_length=300)] = None
    cursor: Annotated[str | None, Field(max_length=500)] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class FunnelSaved(BaseModel):
    """A name and what it stands for."""

    name: Annotated[str, Field(max_length=200)]
    definition: FunnelDefinition


@router.get("/schema", openapi_extra=REPORT)
def schema(request: Request, _: CanRead, now: Now) -> InsightSchema:
    """Every kind of fact with its fields, and the names seen in the last 90 days."""
    context: Context = request.app.state.context
    return insight.schema(context.clickhouse, now)


@router.post("/funnel", openapi_extra=REPORT)
def funnel(request: Request, _: CanRead, asked: FunnelAsked) -> FunnelTable:
    """Count a funnel: how many came how far, how long it took them, in all and by group."""
    context: Context = request.app.state.context
    return insight.funnel(context.clickhouse, asked.plan(context))


@router.post("/funnel/people", openapi_extra=REPORT)
def funnel_people(request: Request, conn: Conn, _: CanRead, __: CanSeePeople, asked: FunnelPeopleAsked) -> PeopleAnswer:
    """Show the people who reached a step of a funnel, or stopped at it."""
    context: Context = request.app.state.context
    wanted = FunnelPeople(asked.plan(context), asked.step, asked.outcome, asked.group)
    return answer(conn, context, wanted, cursor=asked.cursor, limit=asked.limit)


@router.get("/funnels")
def list_funnels(conn: Conn, _: CanRead) -> list[SavedFunnel]:
    """List the saved funnels, by name."""
    return list(insight.saved_funnels(conn))


@router.get("/funnels/{funnel_id}")
def show_funnel(conn: Conn, _: CanRead, funnel_id: int) -> SavedFunnel:
    """Show a saved funnel."""
    return insight.saved_funnel(conn, funnel_id)


@router.post("/funnels", status_code=201)
def save_funnel(conn: Conn, now: Now, principal: CanRead, wanted: FunnelSaved) -> SavedFunnel:
    """Save a funnel under a name; it belongs to whoever saved it, and everybody may use it."""
    made = insight.save_funnel(conn, wanted.name, wanted.definition, principal.actor, now)
    _record(conn, principal, "funnel.saved", made, now)
    return made


@router.put("/funnels/{funnel_id}")
def change_funnel(conn: Conn, now: Now, principal: CanRead, funnel_id: int, wanted: FunnelSaved) -> SavedFunnel:
    """Change a saved funnel of one's own; an owner may change everybody's."""
    changed = insight.change_funnel(
        conn, funnel_id, wanted.name, wanted.definition, principal.actor, now, any_=_may_change_all(principal)
    )
    _record(conn, principal, "funnel.changed", changed, now)
    return changed


@router.delete("/funnels/{funnel_id}", status_code=204)
def drop_funnel(conn: Conn, now: Now, principal: CanRead, funnel_id: int) -> None:
    """Delete a saved funnel of one's own; an owner may delete everybody's."""
    dropped = insight.drop_funnel(conn, funnel_id, principal.actor, any_=_may_change_all(principal))
    _record(conn, principal, "funnel.deleted", dropped, now)


def _may_change_all(principal: Principal) -> bool:
    return Role.OWNER in principal.roles


def _record(conn: Conn, principal: Principal, action: str, kept: SavedFunnel, now: datetime) -> None:
    target, details = f"funnel:{kept.id}", {"name": kept.name}
    access.record(conn, actor=principal.actor, action=action, target=target, details=details, now=now)
