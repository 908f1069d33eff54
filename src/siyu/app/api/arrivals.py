"""What comes in through each source: when last, and how fast."""

from datetime import datetime, time
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import Request
from pydantic import BaseModel, Field

from siyu.app.context import Context
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs
from siyu.intake import service as intake

router = Router(prefix="/api/v1/arrivals", tags=["intake"], responses=ERROR_RESPONSES)

CanSee = Annotated[Principal, needs("sources.read")]
_MINUTES: Final = 5


class SourceArrivals(BaseModel):
    """What came in through one source; messages that were refused at the door or still wait do not count."""

    source_id: int
    last_at: datetime = Field(description="When its last message reached us.")
    per_minute: float = Field(description="Messages a minute over the last five whole minutes and the running one.")
    today: int = Field(description="Messages since midnight in the brand's zone.")


@router.get("")
def arrivals(request: Request, conn: Conn, now: Now, _: CanSee) -> list[SourceArrivals]:
    """When the last message of each source came, how many a minute do now, and how many came today.

    A source that never sent anything is absent.
    """
    context: Context = request.app.state.context
    here = now.astimezone(ZoneInfo(context.settings.brand_zone))
    midnight = datetime.combine(here.date(), time(), here.tzinfo)
    minutes = _MINUTES + (now - now.replace(second=0, microsecond=0)).total_seconds() / 60
    return [
        SourceArrivals(
            source_id=one.source_id,
            last_at=one.last_at,
            per_minute=round(one.recent / minutes, 2),
            today=one.today,
        )
        for one in intake.arrivals(conn, now, midnight, _MINUTES)
    ]
