"""Media and materials over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field

from siyu.content import service
from siyu.content.types import ContentCheck, Fit, Material, MaterialKind, Medium
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs
from siyu.kernel.errors import TooLarge

router = Router(prefix="/api/v1/content", tags=["content"], responses=ERROR_RESPONSES)
public = Router(tags=["content"], responses=ERROR_RESPONSES)

CanSee = Annotated[Principal, needs("content.read")]
CanManage = Annotated[Principal, needs("content.manage")]
PathId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Below = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only what has an id below this one.")]
Limit = Annotated[int, Query(ge=1, le=200)]
Words = Annotated[str, Query(max_length=100, description="Only what has these words in it.")]
Hash = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
_Name = Annotated[str, Field(min_length=1, max_length=100)]
_BYTES: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_MEDIUM: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "Its bytes.", "content": {one: {"schema": {"type": "string"}} for one in service.MEDIA_TYPES}}
}
_SHOWN: Final = ("image/", "video/")  # anything else is saved, never opened by a browser


async def body(request: Request) -> bytes:
    """The bytes of the request, no more than a medium may have."""
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > service.MEDIUM_BYTES:
            raise TooLarge(what="The file", what_zh="文件", limit=service.MEDIUM_BYTES)
    return bytes(found)


class MaterialNew(BaseModel):
    kind: MaterialKind
    name: _Name
    text: Annotated[str, Field(max_length=4000)] = ""
    fields: dict[Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=2000)]] = {}
    medium: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$", description="Hash of what was uploaded.")] = ""


class MaterialChange(BaseModel):
    name: _Name
    text: Annotated[str, Field(max_length=4000)] = ""
    fields: dict[Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=2000)]] = {}
    medium: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""


class MaterialDraft(BaseModel):
    """A material while it is written; as long as it likes, for what is too long is to be told."""

    kind: MaterialKind
    text: Annotated[str, Field(max_length=20_000)] = ""
    fields: dict[Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=20_000)]] = {}
    medium: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""


class Archived(BaseModel):
    archived: bool


class Tried(BaseModel):
    """A text and materials, to be tried against every way of every channel."""

    text: Annotated[str, Field(max_length=4000)] = ""
    materials: Annotated[list[int], Field(max_length=20)] = []


class MediumRead(BaseModel):
    hash: str
    media_type: str
    name: str
    size: int
    at: datetime

    @classmethod
    def of(cls, found: Medium) -> "MediumRead":
        return cls(hash=found.hash, media_type=found.media_type, name=found.name, size=found.size, at=found.at)


@router.post("/media", openapi_extra=_BYTES)
def keep_medium(
    principal: CanManage,
    conn: Conn,
    now: Now,
    content: Annotated[bytes, Depends(body)],
    name: Annotated[str, Query(min_length=1, max_length=200, description="Of the file.")],
) -> MediumRead:
    """Keep a picture, video or file of up to 20 MiB: the body is its bytes. The same bytes are the same medium."""
    return MediumRead.of(service.keep_medium(conn, principal, name, content, now))


@router.get("/media/{hash_}", response_class=Response, responses=_MEDIUM)
def medium(hash_: Hash, _: CanSee, conn: Conn) -> Response:
    """Show what was uploaded."""
    return _bytes(*service.medium_bytes(conn, hash_))


@public.get("/media/{hash_}", response_class=Response, responses=_MEDIUM)
def public_medium(hash_: Hash, conn: Conn) -> Response:
    """Where platforms fetch a picture; who does not know its hash finds nothing."""
    return _bytes(*service.medium_bytes(conn, hash_))


def _bytes(found: Medium, content: bytes) -> Response:
    shown = found.media_type.startswith(_SHOWN)
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": "inline" if shown else "attachment",
    }
    return Response(content, media_type=found.media_type, headers=headers)


@router.get("/materials")
def materials(
    _: CanSee,
    conn: Conn,
    kind: MaterialKind | None = None,
    words: Words = "",
    below: Below = None,
    limit: Limit = 50,
    archived: bool = False,
) -> list[Material]:
    """Materials, newest first."""
    return service.materials(conn, kind=kind, words=words, below=below, limit=limit, archived=archived)


@router.post("/materials/check")
def check_material(wanted: MaterialDraft, _: CanSee, conn: Conn) -> ContentCheck:
    """What is wrong with a material that is being written, and which ways could carry it; keeps nothing."""
    return service.check_material(conn, wanted.kind, text=wanted.text, fields=wanted.fields, medium=wanted.medium)


@router.post("/materials", status_code=201)
def make_material(wanted: MaterialNew, principal: CanManage, conn: Conn, now: Now) -> Material:
    """Make a material."""
    return service.make_material(
        conn,
        principal,
        wanted.kind,
        wanted.name,
        now,
        text=wanted.text,
        fields=wanted.fields,
        medium=wanted.medium,
    )


@router.get("/materials/{material_id}")
def material(material_id: PathId, _: CanSee, conn: Conn) -> Material:
    """One material."""
    return service.material(conn, material_id)


@router.put("/materials/{material_id}")
def change_material(
    material_id: PathId, wanted: MaterialChange, principal: CanManage, conn: Conn, now: Now
) -> Material:
    """Change a material, all of it; scripts show it as it is from now on. Safe to repeat."""
    return service.change_material(
        conn,
        principal,
        material_id,
        wanted.name,
        now,
        text=wanted.text,
        fields=wanted.fields,
        medium=wanted.medium,
    )


@router.put("/materials/{material_id}/archived")
def archive_material(material_id: PathId, wanted: Archived, principal: CanManage, conn: Conn, now: Now) -> Material:
    """Take it out of the lists, or back in. Safe to repeat."""
    return service.archive_material(conn, principal, material_id, now, archived=wanted.archived)


@router.post("/fits")
def fits(wanted: Tried, _: CanSee, conn: Conn) -> list[Fit]:
    """Which ways can carry this, and what to change for the others."""
    return service.fits(conn, wanted.text, wanted.materials)
