"""The API of entry codes: make, change, look at, print."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from siyu.channels.rules.qr import Theme
from siyu.channels.service import codes as service
from siyu.channels.service.codes import Picture
from siyu.channels.types import Code, CodeDefinition, CodeKind, CodeProblem
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs
from siyu.engines.postgres import Database

router = Router(prefix="/api/v1/channels/codes", tags=["channels"], responses=ERROR_RESPONSES)

CanSee = Annotated[Principal, needs("channels.read")]
CanManage = Annotated[Principal, needs("channels.manage")]
CodeId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Of = Annotated[
    Literal["code", "page"], Query(description="The code itself, or its page, which shows the code at any time.")
]
_PICTURES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The picture.",
        "content": {
            kind: {"schema": {"type": "string"}}
            for kind in ("image/png", "image/svg+xml", "image/jpeg", "image/gif", "image/webp")
        },
    }
}
_POSTER: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The poster.", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}
}
_CSV: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The file, UTF-8 with BOM.", "content": {"text/csv": {"schema": {"type": "string"}}}}
}
_ZIP: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file.",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}
# A picture that is opened by itself may load nothing and run nothing.
_STILL: Final = {"Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'"}


class CodeNew(BaseModel):
    """A code to be made."""

    account_id: Annotated[int, Field(strict=True, ge=1, le=2**63 - 1)]
    kind: CodeKind
    name: Annotated[str, Field(max_length=200)]
    definition: CodeDefinition
    state: Annotated[
        str,
        Field(max_length=30, description="What arrivals will carry, up to 20 letters, digits and _; else made up."),
    ] = ""


class CodeChange(BaseModel):
    """What is to be another; the QR stays valid."""

    name: Annotated[str | None, Field(max_length=200)] = None
    definition: CodeDefinition | None = None


class CardsWanted(BaseModel):
    """Cards are numbered from 1."""

    up_to: Annotated[int, Field(strict=True, ge=1, le=50_000, description="Number of the last one.")]


class CodeRead(BaseModel):
    """An entry code as it is."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    account_id: int
    kind: CodeKind
    name: str
    state: str
    definition: CodeDefinition
    serving: list[str] = Field(description="Who serves now.")
    serving_by: Literal["on_duty", "backups", "over_cap", "nobody"]
    skip_verify: bool
    open: bool = Field(description="The platform knows it.")
    current: bool = Field(description="The platform knows who serves now.")
    url: str = Field(description="That brings one in; empty where the platform has only a QR.")
    page_url: str = Field(description="Of its page.")
    pictured: bool = Field(description="There is a QR to show.")
    problem: CodeProblem | None = Field(description="What the platform said when it was last asked in vain.")
    cards: int
    cards_open: int
    created_by: str
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class CodePage(BaseModel):
    """Codes, newest first."""

    codes: list[CodeRead]
    next: int | None = Field(description="`before` of the next page, null on the last.")


class CardRead(BaseModel):
    """One package card."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    state: str
    url: str
    open: bool = Field(description="The platform knows it: it can be used.")
    problem: CodeProblem | None


class WelcomeOutcome(BaseModel):
    """How welcomes ended."""

    outcome: Literal["sent", "already", "expired", "refused", "none"]
    error: int = Field(description="The platform's code, 0 when none.")
    reason: str
    reason_zh: str
    welcomes: int
    slowest_ms: int


@router.get("")
def list_codes(
    request: Request,
    conn: Conn,
    _: CanSee,
    account_id: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    kind: CodeKind | None = None,
    words: Annotated[str, Query(max_length=100, description="Part of a name, store or region.")] = "",
    archived: bool = False,
    before: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> CodePage:
    """List entry codes, newest first; `before` is the id of the last one of the page before."""
    found = service.codes(
        conn, account_id=account_id, kind=kind, words=words, archived=archived, before=before, limit=limit + 1
    )
    shown = [_read(request, one) for one in found[:limit]]
    return CodePage(codes=shown, next=shown[-1].id if len(found) > limit else None)


@router.post("", status_code=201)
def create(request: Request, body: CodeNew, principal: CanManage, conn: Conn, now: Now) -> CodeRead:
    """Make an entry code. The worker opens it on the platform within seconds: see `open` and `problem`."""
    made = service.create_code(
        conn,
        principal,
        account_id=body.account_id,
        kind=body.kind,
        name=body.name,
        definition=body.definition,
        now=now,
        zone=_zone(request),
        state=body.state,
    )
    return _read(request, made)


@router.get("/{code_id}")
def show(request: Request, code_id: CodeId, _: CanSee, conn: Conn) -> CodeRead:
    """One entry code."""
    return _read(request, service.code(conn, code_id))


@router.patch("/{code_id}")
def change(request: Request, code_id: CodeId, body: CodeChange, principal: CanManage, conn: Conn, now: Now) -> CodeRead:
    """Change what is given. What hangs on walls stays valid. Safe to repeat."""
    changed = service.update_code(
        conn, principal, code_id, now=now, zone=_zone(request), name=body.name, definition=body.definition
    )
    return _read(request, changed)


@router.post("/{code_id}/archive")
def archive(request: Request, code_id: CodeId, principal: CanManage, conn: Conn, now: Now) -> CodeRead:
    """Put a code away: it brings nobody in any more, its figures stay. Safe to repeat."""
    return _read(request, service.archive_code(conn, principal, code_id, now))


@router.post("/{code_id}/renew")
def renew(request: Request, code_id: CodeId, principal: CanManage, conn: Conn, now: Now) -> CodeRead:
    """Make what was deleted at the platform anew there: source, figures and page go on, the QR is another one. Safe to
    repeat.
    """
    return _read(request, service.renew_code(conn, principal, code_id, now))


@router.post("/{code_id}/cards")
def add_cards(
    request: Request, code_id: CodeId, body: CardsWanted, principal: CanManage, conn: Conn, now: Now
) -> CodeRead:
    """Have package cards up to this number under a staff code. The worker opens them. Safe to repeat."""
    return _read(request, service.add_cards(conn, principal, code_id, up_to=body.up_to, now=now))


@router.get("/{code_id}/cards")
def list_cards(
    code_id: CodeId,
    _: CanSee,
    conn: Conn,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[CardRead]:
    """Cards by number, behind `after`."""
    return [CardRead.model_validate(one) for one in service.cards(conn, code_id, after=after, limit=limit)]


@router.get("/{code_id}/cards.csv", response_class=StreamingResponse, responses=_CSV)
def cards_csv(request: Request, code_id: CodeId, _: CanManage, conn: Conn) -> StreamingResponse:
    """The cards as a table for a printer: number, what arrivals carry, file of the QR, state."""
    code = service.code(conn, code_id)
    return _file(service.card_lines(_database(request), code), "text/csv; charset=utf-8", f"{code.name}.csv")


@router.get("/{code_id}/cards.zip", response_class=StreamingResponse, responses=_ZIP)
def cards_zip(request: Request, code_id: CodeId, _: CanManage, conn: Conn) -> StreamingResponse:
    """The QR of every card that can be used, as pictures in a ZIP."""
    code = service.code(conn, code_id)
    return _file(service.card_pictures(_database(request), code), "application/zip", f"{code.name}.zip")


@router.get("/{code_id}/qr", response_class=Response, responses=_PICTURES)
def qr(
    request: Request,
    code_id: CodeId,
    _: CanSee,
    conn: Conn,
    of: Of = "code",
    form: Annotated[
        Literal["png", "svg"], Query(description="A picture that the platform has drawn stays as it is.")
    ] = "png",
) -> Response:
    """The QR of a code, or of its page."""
    vector = form == "svg"
    found = (
        service.page_qr(conn, code_id, _base_url(request), vector=vector)
        if of == "page"
        else service.code_qr(conn, code_id, vector=vector)
    )
    return _picture(found)


@router.get("/{code_id}/poster", response_class=Response, responses=_POSTER)
def poster(
    request: Request,
    code_id: CodeId,
    _: CanSee,
    conn: Conn,
    title: Annotated[str, Query(max_length=60, description="The code's name when empty.")] = "",
    theme: Theme = "plain",
    of: Of = "code",
) -> Response:
    """A poster as SVG: brand, title, place and the QR; it needs no other file."""
    drawn = service.code_poster(
        conn,
        code_id,
        brand=request.app.state.brand_name,
        title=title,
        theme=theme,
        page=of == "page",
        base_url=_base_url(request),
    )
    return _picture(Picture(drawn.encode(), "image/svg+xml"))


@router.get("/{code_id}/welcomes")
def welcomes(
    code_id: CodeId,
    _: CanSee,
    conn: Conn,
    since: Annotated[AwareDatetime, Query(alias="from", description="Welcomes from this moment on.")],
) -> list[WelcomeOutcome]:
    """How the welcomes of a code ended, with the platform's reasons."""
    return [WelcomeOutcome(**one) for one in service.welcome_outcomes(conn, code_id, since)]


def _read(request: Request, code: Code) -> CodeRead:
    shown = {name: getattr(code, name) for name in CodeRead.model_fields if hasattr(code, name)}
    serving = code.serving
    return CodeRead(
        **{
            **shown,
            "serving": list(serving.staff),
            "serving_by": serving.by,
            "skip_verify": serving.skip_verify,
            "page_url": service.page_url(code, _base_url(request)),
        }
    )


def _picture(found: Picture) -> Response:
    return Response(found.content, media_type=found.media_type, headers={**_STILL, "Cache-Control": "no-store"})


def _file(content: Iterator[bytes], media_type: str, name: str) -> StreamingResponse:
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return StreamingResponse(content, media_type=media_type, headers={"Content-Disposition": disposition})


def _zone(request: Request) -> ZoneInfo:
    zone: ZoneInfo = request.app.state.brand_zone
    return zone


def _base_url(request: Request) -> str:
    return str(request.app.state.base_url)


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database
