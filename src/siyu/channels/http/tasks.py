"""The API of what staff have to confirm on a platform. Nothing here makes a task: that is the touch gate's."""

from datetime import datetime

from fastapi import Request
from pydantic import BaseModel, Field

from siyu.channels import service
from siyu.channels.http.accounts import AccountId, CanSee, Read
from siyu.channels.http.acts import After, CanAct, PathId, desk_of
from siyu.engines.http import ERROR_RESPONSES, Conn, Router

router = Router(prefix="/api/v1/channels/accounts/{account_id}/tasks", tags=["channels"], responses=ERROR_RESPONSES)


class TaskRead(Read):
    handle: str = Field(description="The platform's id of it.")
    way: str
    state: str = Field(description="open, done, cancelled or expired")
    asked_at: datetime
    ended_at: datetime | None
    reminded: list[datetime]
    staff: int = Field(description="How many were asked.")
    confirmed: int
    total: int = Field(description="Customers or groups that it is for.")
    sent: int
    no_friend: int = Field(description="No friend of the member any more.")
    capped: int = Field(description="Had received as many as they may.")
    liked: int = Field(description="Customers who liked what was published, where the platform tells it.")
    commented: int


class ConfirmationRead(Read):
    staff_id: str
    confirmed_at: datetime | None


class ResultRead(Read):
    id: int
    subject_id: str
    staff_id: str
    result: str = Field(
        description="Empty while it waits; else sent, no_friend, capped, left_out, cancelled, unconfirmed."
    )
    reason: str
    reason_zh: str
    ended_at: datetime | None


class TaskWithStaff(BaseModel):
    task: TaskRead
    staff: list[ConfirmationRead] = Field(description="Who has not confirmed comes first.")


@router.get("")
def tasks(account_id: AccountId, _: CanSee, conn: Conn) -> list[TaskRead]:
    """The last hundred tasks, newest first."""
    found = service.staff_tasks(conn, service.account(conn, account_id).id)
    return [TaskRead.model_validate(one) for one in found]


@router.get("/{handle}")
def task(account_id: AccountId, handle: PathId, _: CanSee, conn: Conn) -> TaskWithStaff:
    """One task with the staff who were asked."""
    found, staff = service.staff_task(conn, account_id, handle)
    return TaskWithStaff(
        task=TaskRead.model_validate(found), staff=[ConfirmationRead.model_validate(one) for one in staff]
    )


@router.get("/{handle}/results")
def results(account_id: AccountId, handle: PathId, _: CanSee, conn: Conn, after: After = 0) -> list[ResultRead]:
    """What became of a task for a thousand customers or groups, behind the one with the id ``after``."""
    return [ResultRead.model_validate(one) for one in service.task_results(conn, account_id, handle, after=after)]


@router.post("/{handle}/remind", status_code=204)
def remind(request: Request, account_id: AccountId, handle: PathId, principal: CanAct) -> None:
    """Remind the staff who have not confirmed, as often as the channel's quota lets one task."""
    service.remind_staff(desk_of(request), principal, account_id, handle)


@router.post("/{handle}/cancel", status_code=204)
def cancel(request: Request, account_id: AccountId, handle: PathId, principal: CanAct) -> None:
    """Nobody has to confirm any more; what was sent stays. Safe to repeat."""
    service.cancel_task(desk_of(request), principal, account_id, handle)
