"""The API of templates of coupons: written, budgeted, issued, their codes made, taken over and told."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import File, Form, Query, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from siyu.engines.http import CSV, ERROR_RESPONSES, Conn, Id, Now, Router
from siyu.rewards import service
from siyu.rewards.http.rules import CanManage, CanSee, Key, PathNumber, Words
from siyu.rewards.types import CouponTerms, Issued, Template, TemplateRead

router = Router(prefix="/api/v1/rewards/coupons", tags=["rewards"], responses=ERROR_RESPONSES)

State = Literal["draft", "live", "paused", "ended"]
_BYTES = 4 << 20


class TemplateNew(BaseModel):
    terms: dict[str, Any] = Field(description="As they are read.")


class TemplateChange(BaseModel):
    version: int = Field(description="Of the terms that were changed.")
    terms: dict[str, Any] = Field(description="All of them, as they are read.")


class TemplateLine(BaseModel):
    id: int
    terms: CouponTerms
    state: State
    version: int
    created_at: datetime
    changed_at: datetime


class TemplateFigures(TemplateLine):
    left: int = Field(description="Coupons that may still be given.")
    left_fen: int | None = Field(description="What those may take off; null where that is not limited.")
    promised: int = Field(description="Coupons that are set aside for draws and trials that were published.")
    issued: int = Field(description="Coupons that were made, whatever became of them.")
    held: int = Field(description="Coupons that somebody has, or whose code is out, and may use.")
    expired: int = Field(description="Coupons that ended unused.")
    used: int = Field(description="Coupons that were used, without those that came back.")
    used_fen: int = Field(description="What those that were used took off.")
    returned: int = Field(description="How often one came back with a refund.")


class TemplateStateChange(BaseModel):
    state: Literal["live", "paused", "ended"]
    reason: Words


class BudgetChange(BaseModel):
    key: Key
    coupons: Annotated[int, Field(ge=-(10**8), le=10**8, description="Below zero: less.")] = 0
    fen: Annotated[int, Field(ge=-(10**13), le=10**13, description="Below zero: less.")] = 0
    reason: Words


class IssueNew(BaseModel):
    key: Key
    customer_ids: Annotated[list[Id], Field(max_length=50_000)] = []
    segment_id: Id | None = Field(default=None, description="Everybody in it as it stands now, instead of a list.")
    each: Annotated[int, Field(ge=1, le=100)] = 1


class CodesNew(BaseModel):
    key: Key
    count: Annotated[int, Field(ge=1, le=50_000)]


class RefusedLine(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    who: int = Field(description="The customer as they were asked for, or the number of the row.")
    en: str
    zh: str


class IssuedRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    batch_id: int
    coupons: int = Field(description="How many were made.")
    refused: list[RefusedLine] = Field(description="Who or what got none, and why; the first 1,000.")
    refused_count: int
    repeated: bool


@router.get("")
def templates(
    _: CanSee,
    conn: Conn,
    now: Now,
    state: State | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only older ones.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[TemplateFigures]:
    """Templates of coupons with their figures, newest first."""
    return [_figures(one) for one in service.templates(conn, now, state=state, before=before, limit=limit)]


@router.post("", status_code=201)
def make_template(wanted: TemplateNew, principal: CanManage, conn: Conn, now: Now) -> TemplateLine:
    """Draft a template. One whose use would sell under cost and margin is refused."""
    return _line(service.make_template(conn, principal, service.read_template(wanted.terms), now))


@router.get("/{template_id}")
def template(template_id: PathNumber, _: CanSee, conn: Conn, now: Now) -> TemplateFigures:
    """One template with its figures."""
    return _figures(service.template(conn, template_id, now))


@router.put("/{template_id}")
def change_template(
    template_id: PathNumber, wanted: TemplateChange, principal: CanManage, conn: Conn, now: Now
) -> TemplateLine:
    """Change the terms of a template; once it was live, only what nobody was promised. Safe to repeat."""
    terms = service.read_template(wanted.terms)
    return _line(service.change_template(conn, principal, template_id, terms, wanted.version, now))


@router.post("/{template_id}/state")
def set_state(
    template_id: PathNumber, wanted: TemplateStateChange, principal: CanManage, conn: Conn, now: Now
) -> TemplateLine:
    """Have its coupons be given, not for a while, or never again; what people hold stays good. Safe to repeat."""
    return _line(service.set_template_state(conn, principal, template_id, wanted.state, wanted.reason, now))


@router.post("/{template_id}/budget")
def add_budget(
    template_id: PathNumber, wanted: BudgetChange, principal: CanManage, conn: Conn, now: Now
) -> TemplateFigures:
    """Let more coupons be given, or more be taken off by them. Safe to repeat under one key."""
    done = service.add_budget(
        conn,
        principal,
        template_id,
        coupons=wanted.coupons,
        fen=wanted.fen,
        key=wanted.key,
        reason=wanted.reason,
        now=now,
    )
    return _figures(done)


@router.post("/{template_id}/issue")
def issue(template_id: PathNumber, wanted: IssueNew, principal: CanManage, conn: Conn, now: Now) -> IssuedRead:
    """Give coupons to customers or to everybody in a segment, out of the budget. Safe to repeat under one key."""
    done = service.issue(
        conn,
        principal,
        template_id,
        wanted.customer_ids,
        wanted.key,
        now,
        each=wanted.each,
        segment_id=wanted.segment_id,
    )
    return _issued(done)


@router.post("/{template_id}/codes")
def print_codes(template_id: PathNumber, wanted: CodesNew, principal: CanManage, conn: Conn, now: Now) -> IssuedRead:
    """Make codes that nobody holds yet: for parcels, paper, another shop. Safe to repeat under one key."""
    return _issued(service.print_codes(conn, principal, template_id, wanted.count, wanted.key, now))


@router.post("/{template_id}/codes/file")
def import_codes(
    template_id: PathNumber,
    principal: CanManage,
    conn: Conn,
    now: Now,
    file: Annotated[UploadFile, File(description="CSV with a column `code`.")],
    key: Annotated[str, Form(pattern=r"^[A-Za-z0-9_.:-]{8,100}$")],
) -> IssuedRead:
    """Take over codes that another shop has made; a row that cannot be one hinders no other. Safe to repeat under one key."""
    body = file.file.read(_BYTES + 1)
    return _issued(service.import_codes(conn, principal, template_id, body, key, now))


@router.get("/{template_id}/codes.csv", response_class=Response, responses=CSV)
def export_codes(template_id: PathNumber, principal: CanManage, conn: Conn, now: Now) -> Response:
    """Every code of a template with its state, as CSV (UTF-8 with BOM), for another shop."""
    body = "".join(service.export_codes(conn, principal, template_id, now))
    named = {"Content-Disposition": f'attachment; filename="coupon-{template_id}-codes.csv"'}
    return Response(body, media_type="text/csv; charset=utf-8", headers=named)


def _line(one: Template) -> TemplateLine:
    return TemplateLine(
        id=one.id,
        terms=one.terms,
        state=one.state,
        version=one.version,
        created_at=one.created_at,
        changed_at=one.changed_at,
    )


def _figures(found: TemplateRead) -> TemplateFigures:
    names = set(TemplateFigures.model_fields) - set(TemplateLine.model_fields)
    figures = {name: getattr(found, name) for name in names}
    return TemplateFigures(**dict(_line(found.template)), **figures)


def _issued(done: Issued) -> IssuedRead:
    return IssuedRead.model_validate(done)
