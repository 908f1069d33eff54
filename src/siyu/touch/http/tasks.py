"""What members of staff are asked to say to customers themselves."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from siyu.engines.access.types import Principal
from siyu.engines.cursor import decode_cursor, encode_cursor
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs
from siyu.experiments import service as experiments
from siyu.touch import service
from siyu.touch.http.rules import Why
from siyu.touch.http.touches import Number, PathNumber
from siyu.touch.types import Purpose, Task, TaskState

router = Router(prefix="/api/v1/staff-tasks", tags=["touch"], responses=ERROR_RESPONSES)

CanDo = Annotated[Principal, needs("tasks.do")]


class StaffTaskRead(BaseModel):
    """One task. `programme_key` is `journey:<id>` where a journey asks."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    programme_id: int
    programme: str = Field(description="The name of the programme on whose behalf.")
    programme_key: str
    customer_id: int
    purpose: Purpose
    account_id: int
    staff_id: str = Field(description="Who is asked, by the platform's id.")
    title: str
    say: str = Field(description="The words.")
    state: TaskState
    asked_at: datetime
    due_at: datetime
    ended_at: datetime | None
    ended_by: str = Field(description="Who did or declined it, as the audit names them.")
    said: str = Field(description="Why it was declined.")


class StaffTaskPage(BaseModel):
    """Tasks in the order in which they were asked for; `next` is the cursor of the following page."""

    tasks: list[StaffTaskRead]
    next: str | None


class OwnMember(BaseModel):
    """A member of staff that somebody is."""

    account_id: int
    staff_id: str


class Whose(BaseModel):
    """Whose tasks somebody sees."""

    everybody: bool
    members: list[OwnMember] = Field(description="That they are, where they do not see everybody's.")


class Declined(BaseModel):
    """Why; kept with the task and in the audit."""

    reason: Why


@router.get("")
def list_tasks(
    conn: Conn,
    principal: CanDo,
    state: TaskState | None = None,
    account_id: Number | None = None,
    staff_id: Annotated[str | None, Query(max_length=64)] = None,
    programme_id: Number | None = None,
    customer_id: Number | None = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> StaffTaskPage:
    """List tasks, oldest first: of a member of staff, of a programme, for a customer. Who only does tasks sees their own."""
    place = decode_cursor(cursor, int)
    found = service.staff_tasks(
        conn,
        state=state,
        account_id=account_id,
        staff_id=staff_id,
        programme_id=programme_id,
        customer_id=customer_id,
        members=service.whose_tasks(conn, principal),
        after=int(place[0]) if place else 0,
        limit=limit + 1,
    )
    following = encode_cursor([found[limit - 1].id]) if len(found) > limit else None
    return StaffTaskPage(tasks=_read(conn, found[:limit]), next=following)


@router.get("/whose")
def whose(conn: Conn, principal: CanDo) -> Whose:
    """Tell whose tasks the caller sees: everybody's, or those of the members of staff that they are."""
    members = service.whose_tasks(conn, principal)
    own = [OwnMember(account_id=one.account_id, staff_id=one.staff_id) for one in members or ()]
    return Whose(everybody=members is None, members=own)


@router.post("/{task_id}/done")
def done(conn: Conn, now: Now, principal: CanDo, task_id: PathNumber) -> StaffTaskRead:
    """Say that a task is done; what was said first stays."""
    return _read(conn, [service.end_staff_task(conn, principal, task_id, "done", now)])[0]


@router.post("/{task_id}/decline")
def decline(conn: Conn, now: Now, principal: CanDo, task_id: PathNumber, why: Declined) -> StaffTaskRead:
    """Say that a task will not be done, and why; what was said first stays."""
    return _read(conn, [service.end_staff_task(conn, principal, task_id, "declined", now, reason=why.reason)])[0]


def _read(conn: Connection, tasks: list[Task]) -> list[StaffTaskRead]:
    known = {one: experiments.programme(conn, one) for one in {task.programme_id for task in tasks}}
    fields = [name for name in StaffTaskRead.model_fields if not name.startswith("programme") or name == "programme_id"]
    return [
        StaffTaskRead(
            **{name: getattr(task, name) for name in fields},
            programme=known[task.programme_id].name,
            programme_key=known[task.programme_id].key,
        )
        for task in tasks
    ]
