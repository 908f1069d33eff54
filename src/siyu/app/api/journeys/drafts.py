"""Writing journeys: drafts, checks, versions, templates, and the same as YAML."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Body, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from siyu.app.api.journeys.asked import CanManage, CanRead, JourneyId, JourneyRead, JourneyRow, Number, Word, zone_of
from siyu.customers.types import Purpose
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.journeys import service as journeys
from siyu.journeys.types import Definition, Invite, Problem, Send, Version

router = Router(prefix="/api/v1/journeys", tags=["journeys"], responses=ERROR_RESPONSES)

YAML: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file, UTF-8.", "content": {"application/yaml": {"schema": {"type": "object"}}}}
}
YamlText = Annotated[str, Body(media_type="application/yaml", max_length=1_000_000)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]


class NewJourney(BaseModel):
    """A journey of this key, from a definition or from a template."""

    key: Key
    definition: Definition | None = None
    template: Word = ""


class Written(BaseModel):
    """A journey as it is written down, and its key."""

    key: str
    definition: Definition


class NewBroadcast(BaseModel):
    """One sending to everybody of a segment; without `at` it goes out when a crowd is brought."""

    key: Key
    name: Annotated[str, Field(min_length=1, max_length=200)]
    segment: Annotated[int, Field(ge=0, le=2**53)]
    sending: Annotated[Send | Invite, Field(discriminator="kind")]
    purpose: Purpose
    at: datetime | None = None
    per_minute: Annotated[int, Field(ge=0, le=1_000_000, description="People at most; 0 for no pace.")] = 0
    fair: Annotated[bool, Field(description="Each member of staff's customers are spread evenly.")] = True
    variables: Annotated[dict[str, str], Field(max_length=50)] = {}


class Way(BaseModel):
    """How one step leads to another."""

    step: str
    way: str
    to: str


class Checked(BaseModel):
    """What has to be changed, and how the steps lead to one another: what a canvas draws."""

    problems: list[Problem]
    ways: list[Way]


class Whole(BaseModel):
    """A journey with what it says: the draft where there is one, else the newest version."""

    journey: JourneyRead
    definition: Definition


class TemplateRead(BaseModel):
    """A journey to begin with."""

    key: str
    name: str
    about: str
    definition: Definition


class VersionRead(BaseModel):
    """A version that was published."""

    number: int
    published_by: str
    published_at: datetime

    @classmethod
    def of(cls, found: Version) -> "VersionRead":
        """As the API shows it."""
        return cls(number=found.number, published_by=found.published_by, published_at=found.published_at)


@router.get("")
def list_journeys(conn: Conn, _: CanRead) -> list[JourneyRow]:
    """List the journeys and broadcasts with how many are inside and how they ended, the one that was changed last first."""
    standing = journeys.standings(conn)
    return [JourneyRow.row(found, standing[found.id]) for found in journeys.journeys(conn) if found.id in standing]


@router.post("", status_code=201)
def create(conn: Conn, now: Now, principal: CanManage, wanted: NewJourney) -> JourneyRead:
    """Make a journey as a draft."""
    draft = wanted.definition or journeys.template(wanted.template).definition
    return JourneyRead.of(journeys.create(conn, wanted.key, draft, principal.actor, now))


@router.post("/broadcasts", status_code=201)
def create_broadcast(conn: Conn, now: Now, principal: CanManage, wanted: NewBroadcast) -> JourneyRead:
    """Make a broadcast as a draft: a journey of one sending, with a control group like any."""
    draft = journeys.broadcast(
        wanted.name,
        wanted.segment,
        wanted.sending,
        purpose=wanted.purpose,
        at=wanted.at,
        per_minute=wanted.per_minute,
        fair=wanted.fair,
        variables=wanted.variables,
    )
    return JourneyRead.of(journeys.create(conn, wanted.key, draft, principal.actor, now))


@router.get("/templates")
def list_templates(_: CanRead) -> list[TemplateRead]:
    """List the journeys to begin with."""
    return [
        TemplateRead(key=one.key, name=one.definition.name, about=one.definition.about, definition=one.definition)
        for one in journeys.templates()
    ]


@router.post("/check")
def check(request: Request, conn: Conn, now: Now, _: CanRead, definition: Definition) -> Checked:
    """Say what has to be changed before this can be published."""
    found = journeys.check(conn, definition, now, zone_of(request))
    return Checked(problems=found, ways=_ways(definition))


@router.put("/yaml", responses={200: {"description": "The journey whose draft it is now."}})
def apply_yaml(
    conn: Conn,
    now: Now,
    principal: CanManage,
    text: YamlText,
) -> JourneyRead:
    """Make or change the draft of the key that a file names. Safe to repeat: what is the same changes nothing."""
    found, _ = journeys.apply_yaml(conn, text, principal.actor, now)
    return JourneyRead.of(found)


@router.post("/yaml/read")
def read_yaml(_: CanRead, text: YamlText) -> Written:
    """Read a file without keeping anything: for an editor that shows both."""
    key, definition = journeys.read_yaml(text)
    return Written(key=key, definition=definition)


@router.post("/yaml/write", response_class=Response, responses=YAML)
def write_yaml(_: CanRead, wanted: Written) -> Response:
    """Write a journey that is not kept yet as YAML."""
    return Response(journeys.write_yaml(wanted.key, wanted.definition), media_type="application/yaml")


@router.get("/{journey_id}")
def show(conn: Conn, _: CanRead, journey_id: JourneyId) -> Whole:
    """Show a journey with its draft, or its newest version."""
    found = journeys.journey(conn, journey_id)
    return Whole(journey=JourneyRead.of(found), definition=journeys.definition_of(conn, found))


@router.put("/{journey_id}/draft")
def keep_draft(
    conn: Conn, now: Now, principal: CanManage, journey_id: JourneyId, definition: Definition
) -> JourneyRead:
    """Work on a journey; those inside feel nothing of it."""
    return JourneyRead.of(journeys.keep_draft(conn, journey_id, definition, principal.actor, now))


@router.delete("/{journey_id}/draft")
def drop_draft(conn: Conn, now: Now, principal: CanManage, journey_id: JourneyId) -> JourneyRead:
    """Forget what was worked on since the newest version."""
    return JourneyRead.of(journeys.drop_draft(conn, journey_id, principal.actor, now))


@router.get("/{journey_id}/check")
def check_draft(request: Request, conn: Conn, now: Now, _: CanRead, journey_id: JourneyId) -> Checked:
    """Say what has to be changed in the draft, or in the newest version."""
    definition = journeys.definition_of(conn, journeys.journey(conn, journey_id))
    found = journeys.check(conn, definition, now, zone_of(request))
    return Checked(problems=found, ways=_ways(definition))


@router.post("/{journey_id}/publish")
def publish(request: Request, conn: Conn, now: Now, principal: CanManage, journey_id: JourneyId) -> VersionRead:
    """Make a version of the draft, for whoever enters from now on."""
    return VersionRead.of(journeys.publish(conn, journey_id, principal.actor, now, zone_of(request)))


@router.get("/{journey_id}/versions")
def list_versions(conn: Conn, _: CanRead, journey_id: JourneyId) -> list[VersionRead]:
    """List what was published, newest first."""
    return [VersionRead.of(found) for found in journeys.versions(conn, journey_id)]


@router.get("/{journey_id}/versions/{number}")
def show_version(conn: Conn, _: CanRead, journey_id: JourneyId, number: Number) -> Definition:
    """Show a version."""
    return journeys.definition_of(conn, journeys.journey(conn, journey_id), number)


@router.get("/{journey_id}/yaml", response_class=Response, responses=YAML)
def export_yaml(conn: Conn, _: CanRead, journey_id: JourneyId) -> Response:
    """The draft, or the newest version, as YAML for git."""
    text = journeys.as_yaml(conn, journeys.journey(conn, journey_id))
    return Response(text, media_type="application/yaml")


def _ways(definition: Definition) -> list[Way]:
    return [Way(step=step, way=way, to=to) for step, way, to in journeys.outline(definition)]
