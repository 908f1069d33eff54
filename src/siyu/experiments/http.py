"""The API of programmes: who is left alone, and what a touch costs."""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, Field

from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs
from siyu.experiments import service
from siyu.experiments.types import MOST_CONTROL_BP, MOST_HOLDOUT_BP, Group, GroupCount, Programme

router = Router(prefix="/api/v1/programmes", tags=["programmes"], responses=ERROR_RESPONSES)
holdouts = Router(prefix="/api/v1/holdout", tags=["programmes"], responses=ERROR_RESPONSES)

CanSee = Annotated[Principal, needs("journeys.read")]
CanManage = Annotated[Principal, needs("journeys.manage")]
PathNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]
Why = Annotated[str, Field(min_length=1, max_length=500, description="Kept in the audit.")]


class ProgrammeCounted(BaseModel):
    programme: Programme
    counts: list[GroupCount] = Field(description="By group and arm; mixed people are counted in neither.")


class ControlChange(BaseModel):
    control_bp: Annotated[int, Field(ge=0, le=MOST_CONTROL_BP, description="Of ten thousand newcomers.")]
    reason: Why


class CostsChange(BaseModel):
    costs: Annotated[
        dict[Annotated[str, Field(max_length=100)], Annotated[int, Field(ge=0)]],
        Field(max_length=50, description="Of one touch, in fen, by way."),
    ]


class Holdout(BaseModel):
    bp: int = Field(description="Of ten thousand people so many get no marketing.")


class HoldoutChange(BaseModel):
    bp: Annotated[int, Field(ge=0, le=MOST_HOLDOUT_BP)]
    reason: Why


class PlaceRead(BaseModel):
    programme_id: int
    group: Group
    arm: str | None
    assigned_at: datetime
    exposed_at: datetime | None
    mixed: bool


@router.get("")
def programmes(
    _: CanSee,
    conn: Conn,
    below: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Only those with an id below.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    running: Annotated[bool | None, Query(description="Those that run, or those that were stopped.")] = None,
) -> list[Programme]:
    """Whatever reaches people and is measured, newest first."""
    return service.programmes(conn, below=below, limit=limit, running=running)


@router.get("/{programme_id}")
def programme(programme_id: PathNumber, _: CanSee, conn: Conn) -> ProgrammeCounted:
    """One programme, and how many people are in which of its groups."""
    found = service.programme(conn, programme_id)
    return ProgrammeCounted(programme=found, counts=service.counted(conn, [programme_id]))


@router.put("/{programme_id}/control")
def change_control(
    programme_id: PathNumber, wanted: ControlChange, principal: CanManage, conn: Conn, now: Now
) -> Programme:
    """Have another share of newcomers left alone from now on; who has a place keeps it. Safe to repeat."""
    return service.change_control(conn, programme_id, wanted.control_bp, wanted.reason, principal.actor, now)


@router.put("/{programme_id}/costs")
def change_costs(
    programme_id: PathNumber, wanted: CostsChange, principal: CanManage, conn: Conn, now: Now
) -> Programme:
    """What one touch costs, by way, for the report. Safe to repeat."""
    return service.change_costs(conn, programme_id, wanted.costs, principal.actor, now)


@router.get("/customers/{customer_id}")
def places(customer_id: Annotated[int, Path(ge=1, le=2**63 - 1)], _: CanSee, conn: Conn) -> list[PlaceRead]:
    """Every place that a customer has, newest first."""
    return [
        PlaceRead(
            programme_id=one.programme_id,
            group=one.group,
            arm=one.arm,
            assigned_at=one.assigned_at,
            exposed_at=one.exposed_at,
            mixed=one.mixed,
        )
        for one in service.places_of(conn, customer_id)
    ]


@holdouts.get("")
def holdout(_: CanSee, conn: Conn) -> Holdout:
    """How many people get no marketing at all."""
    return Holdout(bp=service.holdout(conn))


@holdouts.put("")
def change_holdout(wanted: HoldoutChange, principal: CanManage, conn: Conn, now: Now) -> Holdout:
    """Hold out another share from programmes to come, and from newcomers of those that run. Safe to repeat."""
    return Holdout(bp=service.change_holdout(conn, wanted.bp, wanted.reason, principal.actor, now))
