"""What staff are asked to do for customers."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, needs
from siyu.journeys import service as journeys
from siyu.journeys.types import Task, TaskPage

router = APIRouter(prefix="/api/v1/staff-tasks", tags=["journeys"], responses=ERROR_RESPONSES)

CanDo = Annotated[Principal, needs("tasks.do")]
Number = Annotated[int | None, Query(ge=1, le=2**63 - 1)]


@router.get("")
def list_tasks(
    conn: Conn,
    _: CanDo,
    state: Literal["open", "done", "dropped"] | None = None,
    journey_id: Number = None,
    customer_id: Number = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> TaskPage:
    """List tasks, oldest first."""
    return journeys.tasks(conn, state=state, journey_id=journey_id, customer_id=customer_id, cursor=cursor, limit=limit)


@router.post("/{task_id}/{state}")
def end_task(
    conn: Conn,
    now: Now,
    principal: CanDo,
    task_id: Annotated[int, Path(ge=1, le=2**63 - 1)],
    state: Literal["done", "dropped"],
) -> Task:
    """Say that a task is done, or will not be; what was said first stays."""
    return journeys.end_task(conn, principal, task_id, state, now)
