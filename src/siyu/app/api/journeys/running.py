"""The life of a journey: started, paused, drained, stopped; its people taken to another version; what it called."""

from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field

from siyu.app.api.journeys.asked import CanManage, CanRead, JourneyId, JourneyRead, Reason, zone_of
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.journeys import service as journeys
from siyu.journeys.types import CallSecret, Figures, MadeCall

router = Router(prefix="/api/v1/journeys", tags=["journeys"], responses=ERROR_RESPONSES)


class StateChange(BaseModel):
    """Kept in the audit."""

    reason: Reason = ""


class Migration(BaseModel):
    """From which version to which; `steps` says where those go on whose step is called otherwise there."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    into: Annotated[int, Field(ge=1, le=2**31 - 1)]
    steps: Annotated[dict[str, str], Field(max_length=200)] = {}


class SecretRenewal(BaseModel):
    """In place of the secret of which number; the reason is kept in the audit."""

    replaces: Annotated[int, Field(ge=1, le=2**31 - 2)]
    reason: Annotated[str, Field(min_length=3, max_length=500)]


@router.post("/{journey_id}/start")
def start(request: Request, conn: Conn, now: Now, principal: CanManage, journey_id: JourneyId) -> JourneyRead:
    """Let people in, for the first time or again."""
    return JourneyRead.of(journeys.start(conn, journey_id, principal.actor, now, zone_of(request)))


@router.post("/{journey_id}/pause")
def pause(conn: Conn, now: Now, principal: CanManage, journey_id: JourneyId, why: StateChange) -> JourneyRead:
    """Hold everybody where they are, and let nobody in."""
    return JourneyRead.of(journeys.pause(conn, journey_id, principal.actor, why.reason, now))


@router.post("/{journey_id}/drain")
def drain(conn: Conn, now: Now, principal: CanManage, journey_id: JourneyId, why: StateChange) -> JourneyRead:
    """Let nobody in any more; it stops with the last of those inside."""
    return JourneyRead.of(journeys.drain(conn, journey_id, principal.actor, why.reason, now))


@router.post("/{journey_id}/stop")
def stop(conn: Conn, now: Now, principal: CanManage, journey_id: JourneyId, why: StateChange) -> JourneyRead:
    """Let everybody out, wherever they are."""
    return JourneyRead.of(journeys.stop(conn, journey_id, principal.actor, why.reason, now))


@router.post("/{journey_id}/migrate", status_code=204)
def migrate(conn: Conn, now: Now, principal: CanManage, journey_id: JourneyId, wanted: Migration) -> None:
    """Have the people of one version go on in another, at once, however many they are."""
    journeys.migrate(conn, journey_id, wanted.version, wanted.into, wanted.steps, principal.actor, now)


@router.get("/{journey_id}/figures")
def figures(conn: Conn, _: CanRead, journey_id: JourneyId) -> Figures:
    """How many people are at which step, and how many passed it by which way."""
    return journeys.figures(conn, journey_id)


@router.get("/{journey_id}/calls")
def calls(conn: Conn, _: CanRead, journey_id: JourneyId) -> list[MadeCall]:
    """The last hundred calls to other systems, with what was answered."""
    return journeys.calls(conn, journeys.journey(conn, journey_id).id)


@router.post("/{journey_id}/secret")
def show_secret(conn: Conn, now: Now, principal: CanManage, journey_id: JourneyId) -> CallSecret:
    """Show with which secret the calls of this journey are signed: once, audited; afterwards only how it ends."""
    return journeys.show_secret(conn, principal, journey_id, now)


@router.post("/{journey_id}/secret/renew")
def renew_secret(
    conn: Conn, now: Now, principal: CanManage, journey_id: JourneyId, wanted: SecretRenewal
) -> CallSecret:
    """Make a new secret in place of the known one, and show it; for a day calls are signed by both. Safe to repeat."""
    return journeys.renew_secret(conn, principal, journey_id, wanted.replaces, wanted.reason, now)
