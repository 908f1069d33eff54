"""Personas and calendars over HTTP."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from siyu.content import service
from siyu.content.http.media import CanManage, CanSee, PathId
from siyu.content.types import MIXES, Adjuster, Calendar, Character, Entry, Mix, Persona, PhaseKind, Plan, Post
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router

router = Router(prefix="/api/v1/content", tags=["content"], responses=ERROR_RESPONSES)


def _zone(request: Request) -> ZoneInfo:
    zone: ZoneInfo = request.app.state.brand_zone
    return zone


Zone = Annotated[ZoneInfo, Depends(_zone)]


class PersonaNew(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    character: Character = Character()


class PersonaChange(BaseModel):
    character: Character
    archived: bool = False


class Said(BaseModel):
    text: Annotated[str, Field(max_length=4000)] = ""
    materials: Annotated[list[int], Field(max_length=20)] = []


class Adjusted(BaseModel):
    by: Adjuster
    before: Said
    after: Said


class Complaint(BaseModel):
    en: str
    zh: str


class CalendarNew(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    plan: Plan


class CalendarChange(BaseModel):
    plan: Plan


@router.get("/personas")
def personas(_: CanSee, conn: Conn, archived: bool = False) -> list[Persona]:
    """All personas, by name."""
    return service.personas(conn, archived=archived)


@router.post("/personas", status_code=201)
def make_persona(wanted: PersonaNew, principal: CanManage, conn: Conn, now: Now) -> Persona:
    """Make a persona."""
    return service.make_persona(conn, principal, wanted.name, wanted.character, now)


@router.get("/personas/{persona_id}")
def persona(persona_id: PathId, _: CanSee, conn: Conn) -> Persona:
    """One persona."""
    return service.persona(conn, persona_id)


@router.put("/personas/{persona_id}")
def change_persona(persona_id: PathId, wanted: PersonaChange, principal: CanManage, conn: Conn, now: Now) -> Persona:
    """Change who it is, all of it. Safe to repeat."""
    return service.change_persona(conn, principal, persona_id, wanted.character, now, archived=wanted.archived)


@router.post("/personas/{persona_id}/adjustments")
def check_adjustment(persona_id: PathId, wanted: Adjusted, _: CanSee, conn: Conn) -> list[Complaint]:
    """What is wrong with a change that somebody would make of what the persona says; empty when nothing is."""
    before, after = ((one.text, one.materials) for one in (wanted.before, wanted.after))
    found = service.check_adjustment(conn, persona_id, wanted.by, before, after)
    return [Complaint(en=en, zh=zh) for en, zh in found]


@router.get("/mixes")
def mixes(_: CanSee) -> dict[PhaseKind, Mix]:
    """What a phase of each kind wants where its plan says nothing else, of a hundred posts."""
    return dict(MIXES)


@router.get("/calendars")
def calendars(_: CanSee, conn: Conn) -> list[Calendar]:
    """All calendars, newest first, without their warnings."""
    return service.calendars(conn)


@router.post("/calendars", status_code=201)
def make_calendar(wanted: CalendarNew, principal: CanManage, conn: Conn, now: Now) -> Calendar:
    """Make a calendar."""
    return service.make_calendar(conn, principal, wanted.name, wanted.plan, now)


@router.get("/calendars/{calendar_id}")
def calendar(calendar_id: PathId, _: CanSee, conn: Conn, zone: Zone) -> Calendar:
    """One calendar, with a warning for each phase whose posts leave the mix."""
    return service.calendar(conn, calendar_id, zone)


@router.put("/calendars/{calendar_id}")
def change_calendar(
    calendar_id: PathId, wanted: CalendarChange, principal: CanManage, conn: Conn, now: Now, zone: Zone
) -> Calendar:
    """Change its phases. Safe to repeat."""
    return service.change_calendar(conn, principal, calendar_id, wanted.plan, now, zone)


@router.get("/calendars/{calendar_id}/posts")
def posts(
    calendar_id: PathId,
    _: CanSee,
    conn: Conn,
    since: Annotated[AwareDatetime | None, Query()] = None,
    until: Annotated[AwareDatetime | None, Query()] = None,
) -> list[Entry]:
    """Posts by time, from `since` on and before `until`."""
    return service.entries(conn, calendar_id, since=since, until=until)


@router.post("/calendars/{calendar_id}/posts", status_code=201)
def plan_post(calendar_id: PathId, wanted: Post, principal: CanManage, conn: Conn, zone: Zone) -> Entry:
    """Put a post into a calendar."""
    return service.plan_post(conn, principal, calendar_id, wanted, zone)


@router.put("/calendars/{calendar_id}/posts/{post_id}")
def change_post(
    calendar_id: PathId, post_id: PathId, wanted: Post, principal: CanManage, conn: Conn, zone: Zone
) -> Entry:
    """Change a post, all of it. Safe to repeat."""
    return service.change_post(conn, principal, calendar_id, post_id, wanted, zone)


@router.delete("/calendars/{calendar_id}/posts/{post_id}", status_code=204)
def drop_post(calendar_id: PathId, post_id: PathId, principal: CanManage, conn: Conn) -> None:
    """Take a post out of a calendar. Safe to repeat."""
    service.drop_post(conn, principal, calendar_id, post_id)
