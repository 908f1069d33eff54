"""The API of the harm guard."""

from typing import Annotated

from pydantic import BaseModel, Field

from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.touch import service
from siyu.touch.http.rules import CanManage, CanSee, Why
from siyu.touch.http.touches import PathNumber
from siyu.touch.types import Guard

router = Router(prefix="/api/v1/touch/programmes/{programme_id}/guard", tags=["touch"], responses=ERROR_RESPONSES)


class GuardChange(BaseModel):
    watching: bool = Field(description="Whether it stops the programme by itself.")
    tolerated: Annotated[
        float, Field(ge=1, le=10, description="So many times as often as in the control group is no harm yet.")
    ] = 1.0
    reason: Why


@router.get("")
def guard(programme_id: PathNumber, _: CanSee, conn: Conn) -> Guard:
    """How the harm guard stands with a programme, and what it saw last."""
    return service.guard_of(conn, programme_id)


@router.put("")
def change(programme_id: PathNumber, wanted: GuardChange, principal: CanManage, conn: Conn, now: Now) -> Guard:
    """Switch it on or off, or have it tolerate more; with a reason. Safe to repeat."""
    return service.change_guard(
        conn,
        principal,
        programme_id,
        watching=wanted.watching,
        tolerated=wanted.tolerated,
        reason=wanted.reason,
        now=now,
    )
