"""Scripts over HTTP."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, Field

from siyu.content import service
from siyu.content.http.media import Archived, Below, CanManage, CanSee, Limit, PathId, Words
from siyu.content.types import Arm, Body, ContentCheck, Rendered, Script, ScriptVersion
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Id, Now, Router, needs

router = Router(prefix="/api/v1/content", tags=["content"], responses=ERROR_RESPONSES)

CanSeePeople = Annotated[Principal, needs("customers.read")]
_Note = Annotated[str, Field(max_length=500, description="What has changed.")]
_Kind = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class ScriptNew(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    body: Body
    note: _Note = ""


class VersionNew(BaseModel):
    body: Body
    after: Annotated[int, Field(ge=1, description="The newest version that the writer saw.")]
    note: _Note = ""


class Previewed(BaseModel):
    body: Body
    customer_id: Id
    arm: Arm = "a"
    given: Annotated[list[_Kind], Field(max_length=20, description="Kinds that they were given before.")] = []
    strict: Annotated[bool, Field(description="Answer 422 where a variable has neither value nor fallback.")] = False


class RenderedRead(BaseModel):
    customer_id: int
    text: str
    attachments: list[tuple[str, Mapping[str, str]]]
    kinds: list[str]
    fallback: int | None = Field(description="The place of the fallback that stands for the bait.")
    missing: list[str] = Field(description="Variables without value and fallback; with one it must not be sent.")
    nothing_left: bool = Field(description="Every offer is closed to them.")


class Exclusions(BaseModel):
    sets: Annotated[list[Annotated[list[_Kind], Field(min_length=2, max_length=20)]], Field(max_length=50)]


class ScriptRow(BaseModel):
    script: Script
    newest: ScriptVersion


class ScriptRead(BaseModel):
    script: Script
    versions: list[ScriptVersion]


@router.get("/scripts")
def scripts(
    _: CanSee, conn: Conn, words: Words = "", below: Below = None, limit: Limit = 50, archived: bool = False
) -> list[ScriptRow]:
    """Scripts, newest first, each with what its newest version says."""
    found = service.scripts(conn, words=words, below=below, limit=limit, archived=archived)
    versions = service.newest_versions(conn, [one.id for one in found])
    return [ScriptRow(script=one, newest=versions[one.id]) for one in found]


@router.post("/scripts/check")
def check_script(wanted: Body, _: CanSee, conn: Conn) -> ContentCheck:
    """What is wrong with a script that is being written, and which ways could carry it; keeps nothing."""
    return service.check_script(conn, wanted)


@router.post("/scripts", status_code=201)
def make_script(wanted: ScriptNew, principal: CanManage, conn: Conn, now: Now) -> ScriptVersion:
    """Make a script with its first version."""
    return service.make_script(conn, principal, wanted.name, wanted.body, now, note=wanted.note)


@router.get("/scripts/{script_id}")
def script(script_id: PathId, _: CanSee, conn: Conn, limit: Limit = 50) -> ScriptRead:
    """One script with its versions, newest first."""
    return ScriptRead(
        script=service.script(conn, script_id),
        versions=service.script_versions(conn, script_id, limit=limit),
    )


@router.post("/scripts/{script_id}/versions", status_code=201)
def add_version(script_id: PathId, wanted: VersionNew, principal: CanManage, conn: Conn, now: Now) -> ScriptVersion:
    """Write the next version; the ones before stay. The same body again is the same version."""
    return service.add_version(conn, principal, script_id, wanted.body, wanted.after, now, note=wanted.note)


@router.get("/scripts/{script_id}/versions/{version}")
def script_version(script_id: PathId, version: PathId, _: CanSee, conn: Conn) -> ScriptVersion:
    """One version of a script."""
    return service.script_version(conn, script_id, min(version, 2**31 - 1))


@router.put("/scripts/{script_id}/archived")
def archive_script(script_id: PathId, wanted: Archived, principal: CanManage, conn: Conn, now: Now) -> Script:
    """Take it out of the lists, or back in. Safe to repeat."""
    return service.archive_script(conn, principal, script_id, now, archived=wanted.archived)


@router.post("/preview")
def preview(wanted: Previewed, _: CanSee, __: CanSeePeople, conn: Conn) -> RenderedRead:
    """What one person would get of what is being written; personal data is masked."""
    found = service.preview(
        conn, wanted.body, wanted.customer_id, arm=wanted.arm, given=wanted.given, strict=wanted.strict
    )
    return _read(found)


@router.get("/exclusions")
def exclusions(_: CanSee, conn: Conn) -> Exclusions:
    """Sets of kinds of which one script offers a person only one."""
    return Exclusions(sets=service.exclusions(conn))


@router.put("/exclusions")
def change_exclusions(wanted: Exclusions, principal: CanManage, conn: Conn, now: Now) -> Exclusions:
    """Set them, all at once. Safe to repeat."""
    return Exclusions(sets=service.change_exclusions(conn, principal, wanted.sets, now))


def _read(found: Rendered) -> RenderedRead:
    return RenderedRead(
        customer_id=found.customer_id,
        text=found.text,
        attachments=list(found.attachments),
        kinds=sorted(found.kinds),
        fallback=found.fallback,
        missing=list(found.missing),
        nothing_left=found.nothing_left,
    )
