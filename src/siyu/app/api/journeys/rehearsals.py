"""Rehearsals: a draft over what really happened; asked for here, made by a job."""

from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import Path, Request
from pydantic import BaseModel, Field

from siyu.app.api.journeys.asked import CanManage, CanRead, JourneyId, zone_of
from siyu.app.api.people import CanSeePeople
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.journeys import service as journeys
from siyu.journeys.types import AskedRehearsal

router = Router(prefix="/api/v1/journeys", tags=["journeys"], responses=ERROR_RESPONSES)

_BACK: Final = timedelta(days=30)
_AHEAD: Final = timedelta(days=7)


class RehearsalWanted(BaseModel):
    """Over which time (the last 30 days when absent), and how many people at most.

    With a `segment` it goes ahead: everybody of it is brought in at `since` (now when absent), and it ends after seven days
    when `until` is absent.
    """

    since: datetime | None = None
    until: datetime | None = None
    segment: Annotated[int | None, Field(ge=1, le=2**53)] = None
    most: Annotated[int, Field(ge=1, le=2000)] = 300


@router.post("/{journey_id}/rehearsals", status_code=202)
def ask(
    request: Request, conn: Conn, now: Now, principal: CanManage, journey_id: JourneyId, wanted: RehearsalWanted
) -> AskedRehearsal:
    """Have the draft run over what happened, or ahead with a segment: the same engine and gate, and nothing of it stays."""
    zone = zone_of(request)
    until, since = (at if at is None or at.tzinfo else at.replace(tzinfo=zone) for at in (wanted.until, wanted.since))
    if wanted.segment is not None:
        since = since or now
        until = until or since + _AHEAD
    else:
        until = until or now
        since = since or until - _BACK
    return journeys.ask_rehearsal(
        conn, journey_id, since, until, wanted.most, principal.actor, now, segment_id=wanted.segment
    )


@router.get("/{journey_id}/rehearsals")
def list_rehearsals(conn: Conn, _: CanRead, journey_id: JourneyId) -> list[AskedRehearsal]:
    """List the last rehearsals of a journey, newest first, without their results."""
    return journeys.rehearsals_of(conn, journey_id)


@router.get("/rehearsals/{rehearsal_id}")
def show(
    conn: Conn, _: CanRead, __: CanSeePeople, rehearsal_id: Annotated[int, Path(ge=1, le=2**63 - 1)]
) -> AskedRehearsal:
    """Show a rehearsal: who would have received what and when, what the gate would have dropped, and what it cannot know."""
    return journeys.rehearsal(conn, rehearsal_id)


@router.post("/rehearsals/{rehearsal_id}/cancel")
def cancel(
    conn: Conn,
    now: Now,
    principal: CanManage,
    _: CanSeePeople,
    rehearsal_id: Annotated[int, Path(ge=1, le=2**63 - 1)],
) -> AskedRehearsal:
    """End a rehearsal before its next piece; what was found so far is kept."""
    return journeys.cancel_rehearsal(conn, rehearsal_id, principal.actor, now)
