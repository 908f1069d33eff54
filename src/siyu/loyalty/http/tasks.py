"""The API of members' tasks."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.engines.versions.types import Version
from siyu.loyalty import service
from siyu.loyalty.http.accounts import CanManage, CanSee, PathNumber
from siyu.loyalty.types import MemberTask, MemberTasks

router = Router(prefix="/api/v1/ledger/tasks", tags=["ledger"], responses=ERROR_RESPONSES)


class MemberTasksRead(BaseModel):
    version: int = Field(description="0: nobody ever made any.")
    rules: MemberTasks
    at: datetime | None
    actor: str
    reason: str


class MemberTasksChange(BaseModel):
    version: int = Field(description="Of the tasks that were changed.")
    rules: dict[str, Any] = Field(description="All of them, as they are read.")
    reason: Annotated[str, Field(min_length=3, max_length=500, description="Kept in the audit.")]


class MemberTaskState(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    task: MemberTask
    open: bool = Field(description="They can do it today.")
    done_at: datetime | None = Field(description="When they did it in the present period; null: not yet.")
    times: int = Field(description="How often they have done it.")


@router.get("")
def tasks(_: CanSee, conn: Conn) -> MemberTasksRead:
    """The tasks in force."""
    return _read(service.tasks(conn))


@router.get("/versions")
def versions(_: CanSee, conn: Conn, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> list[MemberTasksRead]:
    """How they were changed, newest first."""
    return [_read(one) for one in service.task_versions(conn, limit)]


@router.put("")
def change(wanted: MemberTasksChange, principal: CanManage, conn: Conn, now: Now) -> MemberTasksRead:
    """Have other tasks in force. What was done under a code stays done."""
    changed = service.read_tasks(wanted.rules)
    return _read(service.change_tasks(conn, principal, changed, wanted.version, wanted.reason, now))


@router.get("/customers/{customer_id}")
def of_customer(customer_id: PathNumber, _: CanSee, conn: Conn, now: Now) -> list[MemberTaskState]:
    """How a customer stands with every task."""
    return [MemberTaskState.model_validate(one) for one in service.tasks_of(conn, customer_id, now)]


def _read(found: Version[MemberTasks] | None) -> MemberTasksRead:
    if found is None:
        return MemberTasksRead(version=0, rules=MemberTasks(), at=None, actor="", reason="")
    return MemberTasksRead(
        version=found.version, rules=found.rules, at=found.at, actor=found.actor, reason=found.reason
    )
