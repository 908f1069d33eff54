"""What the routes of journeys have in common."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import Path, Request
from pydantic import BaseModel, ConfigDict, Field

from siyu.app.context import Context
from siyu.engines.access.types import Principal
from siyu.engines.http import needs
from siyu.journeys.types import Journey, State

CanRead = Annotated[Principal, needs("journeys.read")]
CanManage = Annotated[Principal, needs("journeys.manage")]
JourneyId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
Word = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]
Reason = Annotated[str, Field(max_length=500, pattern=r"^[^\x00]*$")]
Cursor = Annotated[str | None, Field(max_length=500)]


def context_of(request: Request) -> Context:
    """The engines of this process."""
    context: Context = request.app.state.context
    return context


def zone_of(request: Request) -> ZoneInfo:
    """The brand's zone."""
    return ZoneInfo(context_of(request).settings.brand_zone)


class JourneyRead(BaseModel):
    """One journey. `has_draft`: it is being worked on since the newest version; `programme_id`: of experiments."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    key: str
    name: str
    kind: Literal["journey", "broadcast"]
    state: State
    version: int = Field(description="The newest; 0 when none was published.")
    has_draft: bool
    programme_id: int
    next_run_at: datetime | None
    created_by: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    stopped_at: datetime | None

    @classmethod
    def of(cls, found: Journey) -> "JourneyRead":
        """As the API shows it."""
        fields: Mapping[str, object] = {name: getattr(found, name) for name in cls.model_fields if name != "has_draft"}
        return cls.model_validate({**fields, "has_draft": found.draft is not None})
