"""What members' tasks would do, before they are in force: by the timeline and the ledger together."""

from datetime import date
from typing import Annotated, Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from siyu.app.api.report import REPORT
from siyu.app.context import Context
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs
from siyu.loyalty import service as loyalty
from siyu.loyalty.http.previewing import MonthLineRead

router = Router(prefix="/api/v1/ledger/tasks", tags=["ledger"], responses=ERROR_RESPONSES)


class MemberTasksTried(BaseModel):
    rules: dict[str, Any] = Field(description="All of them, as they are read.")
    days: Annotated[int, Field(ge=1, le=90, description="The last so many, today included.")] = 30


class TaskGivesRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    unit: str
    amount: int


class TaskLineRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str
    name: str
    people: int = Field(description="Who would have done it.")
    times: int = Field(description="How often in all.")
    in_force: int = Field(description="How often what is in force under this code would have been done.")
    gives: list[TaskGivesRead] = Field(description="What that would have given, by unit.")
    some: list[int] = Field(description="Ids of up to five of the people, the latest first.")


class TaskPreviewRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    first: date = Field(description="On the brand's clock.")
    last: date
    people: int = Field(description="Who would have done any of them.")
    tasks: list[TaskLineRead] = Field(description="In their order.")
    lines: list[MonthLineRead] = Field(description="What they would have given, by unit; what neither gives is absent.")


@router.post("/preview", openapi_extra=REPORT)
def preview(
    request: Request,
    wanted: MemberTasksTried,
    principal: Annotated[Principal, needs("ledger.manage")],
    conn: Conn,
    now: Now,
) -> TaskPreviewRead:
    """Who would have done other tasks on the last days, how often, and what it would have given. Nothing is changed."""
    context: Context = request.app.state.context
    tasks = loyalty.read_tasks(wanted.rules)
    found = loyalty.preview_tasks(conn, context.clickhouse, principal, tasks, now, days=wanted.days)
    return TaskPreviewRead.model_validate(found)
