"""Segments over HTTP: rules, sizes, who is in them, how they lie to each other; lists from files."""

from datetime import date
from typing import Annotated, Final

from fastapi import File, Form, Path, Query, Request, UploadFile
from pydantic import BaseModel, Field

from siyu.app import movers
from siyu.app.api.people import CanSeePeople, Cursor, Limit, PeopleAnswer, answer, rows
from siyu.app.api.report import REPORT
from siyu.app.behind import SegmentPeople
from siyu.app.context import Context
from siyu.app.listing import lines_of
from siyu.customers import service as customers
from siyu.customers.types import CustomerRow, TraitOffered
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Id, Now, Router, needs
from siyu.kernel.errors import TooLarge
from siyu.segments import service as segments
from siyu.segments.types import (
    DayMoves,
    Evaluation,
    Expression,
    Move,
    OfSegment,
    Overlap,
    Preview,
    RuleDocument,
    Segment,
    UploadedList,
)

router = Router(prefix="/api/v1/segments", tags=["segments"], responses=ERROR_RESPONSES)

CanRead = Annotated[Principal, needs("segments.read")]
CanManage = Annotated[Principal, needs("segments.manage")]
_LARGEST_LIST: Final = 160 << 20  # bytes, all in memory at once: as many OpenIDs as a list may have
PathId = Annotated[int, Path(ge=1, le=2**63 - 1)]  # an address has texts only: the strict Id of bodies refuses them


class SegmentWanted(BaseModel):
    """A segment as it should be."""

    name: Annotated[str, Field(max_length=200)]
    note: Annotated[str, Field(max_length=2000)] = ""
    rule: RuleDocument
    live: bool = Field(True, description="Kept up to date as things happen, not only by the nightly evaluation.")


class MoversRead(BaseModel):
    """Who came and went, newest first; `customers` has a row for each who is (still) there."""

    moves: list[Move]
    customers: list[CustomerRow]
    next: str | None


class Words(BaseModel):
    """A rule in words; that it has some says that it can be asked."""

    sentence_en: str
    sentence_zh: str


class ProblemRead(BaseModel):
    """What is wrong with one part of a rule."""

    place: list[int] = Field(description="Which part of the rule, which part of that one …; empty: the whole.")
    code: str
    message: str
    message_zh: str


class ProblemsAsked(BaseModel):
    """A rule as it is being built."""

    rule: RuleDocument
    segment_id: Id | None = Field(None, description="Of the segment that is changed: it must not contain itself.")


class Offers(BaseModel):
    """What a builder of rules offers."""

    kinds: list[str] = Field(description="Kinds of facts that rules may ask of.")
    tags: list[str]
    traits: list[TraitOffered]
    places: list[str] = Field(description="`jd`, and `jd/name of the shop`.")


class UsesRead(BaseModel):
    """What builds on a segment."""

    segment_id: int
    names: list[str]


class SetAsked(BaseModel):
    """A set made of segments."""

    expression: Expression


class SetPeopleAsked(SetAsked):
    """A page of those in it."""

    cursor: Annotated[str | None, Field(max_length=500)] = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class SetSize(BaseModel):
    """How many are in a set."""

    people: int


@router.get("")
def list_segments(conn: Conn, _: CanRead) -> list[Segment]:
    """List all segments, by name."""
    return segments.segments(conn)


@router.post("", status_code=201)
def make_segment(conn: Conn, now: Now, principal: CanManage, wanted: SegmentWanted) -> Segment:
    """Make a segment; a job fills it within seconds."""
    return segments.create(conn, principal, wanted.name, wanted.rule.rule, now, note=wanted.note, live=wanted.live)


@router.post("/check")
def check_rule(conn: Conn, _: CanRead, rule: RuleDocument) -> Words:
    """Say a rule in words, or what is wrong with it; nobody is counted."""
    segments.check_rule(conn, rule.rule)
    ((en, zh),) = segments.sentences(conn, [rule.rule])
    return Words(sentence_en=en, sentence_zh=zh)


@router.post("/problems")
def rule_problems(conn: Conn, _: CanRead, asked: ProblemsAsked) -> list[ProblemRead]:
    """List what is wrong with a rule, each at the condition it belongs to; nothing where it can be asked."""
    return [
        ProblemRead(
            place=list(one.place), code=one.error.code, message=one.error.message, message_zh=one.error.message_zh
        )
        for one in segments.problems(conn, asked.rule.rule, asked.segment_id)
    ]


@router.get("/offers")
def offers(conn: Conn, _: CanRead) -> Offers:
    """List what rules may ask of: kinds of facts, tags and traits that somebody has, places where people bought."""
    found = customers.offered(conn)
    kinds = sorted(segments.FACT_KINDS)
    return Offers(kinds=kinds, tags=list(found.tags), traits=list(found.traits), places=list(found.places))


@router.get("/uses")
def uses(conn: Conn, _: CanRead) -> list[UsesRead]:
    """List what builds on segments; those of which nothing does are left out."""
    return [UsesRead(segment_id=one, names=names) for one, names in sorted(segments.users(conn).items())]


@router.post("/preview", openapi_extra=REPORT)
def preview_rule(request: Request, conn: Conn, now: Now, _: CanRead, rule: RuleDocument) -> Preview:
    """Count how many a rule holds for now, and say how long that took; nothing is kept."""
    context: Context = request.app.state.context
    return segments.preview(conn, context.clickhouse, rule.rule, now)


@router.post("/set", openapi_extra=REPORT)
def count_set(conn: Conn, _: CanRead, asked: SetAsked) -> SetSize:
    """Count a set made of segments: union, intersection, difference, and everybody else."""
    return SetSize(people=len(segments.people_of(conn, asked.expression)))


@router.post("/set/people", openapi_extra=REPORT)
def set_people(request: Request, conn: Conn, _: CanRead, __: CanSeePeople, asked: SetPeopleAsked) -> PeopleAnswer:
    """Show the people in a set made of segments, by id."""
    context: Context = request.app.state.context
    return answer(conn, context, SegmentPeople(asked.expression), cursor=asked.cursor, limit=asked.limit)


@router.get("/lists")
def list_lists(conn: Conn, _: CanRead) -> list[UploadedList]:
    """List the lists that came from files, the newest first."""
    return segments.lists(conn)


@router.post("/lists", status_code=201)
def upload_list(
    request: Request,
    conn: Conn,
    now: Now,
    principal: CanManage,
    file: Annotated[UploadFile, File()],
    name: Annotated[str, Form(max_length=200)],
    sort: Annotated[
        str, Form(alias="type", max_length=64, description="`customer`, or a type of identifier: phone, member_no …")
    ] = "customer",
) -> UploadedList:
    """Make a list of whom the lines of a text or CSV file name, by the first column."""
    context: Context = request.app.state.context
    limit = min(context.settings.upload_bytes, _LARGEST_LIST)
    data = file.file.read(limit + 1)
    if len(data) > limit:
        raise TooLarge(what="The file", what_zh="文件", limit=limit)
    return segments.upload(conn, principal, name, sort, lines_of(data), now)


@router.delete("/lists/{list_id}", status_code=204)
def drop_list(conn: Conn, now: Now, principal: CanManage, list_id: PathId) -> None:
    """Delete a list that no segment asks of."""
    segments.delete_list(conn, principal, list_id, now)


@router.get("/{segment_id}")
def show_segment(conn: Conn, _: CanRead, segment_id: PathId) -> Segment:
    """Show a segment with its rule, in words too."""
    return segments.segment(conn, segment_id)


@router.put("/{segment_id}")
def change_segment(conn: Conn, now: Now, principal: CanManage, segment_id: PathId, wanted: SegmentWanted) -> Segment:
    """Change a segment; another rule is a new version, and a job evaluates it within seconds."""
    return segments.change(
        conn,
        principal,
        segment_id,
        now,
        name=wanted.name,
        rule=wanted.rule.rule,
        note=wanted.note,
        live=wanted.live,
    )


@router.delete("/{segment_id}", status_code=204)
def drop_segment(conn: Conn, now: Now, principal: CanManage, segment_id: PathId) -> None:
    """Delete a segment on which nothing is built."""
    segments.delete(conn, principal, segment_id, now)


@router.post("/{segment_id}/evaluate", status_code=202)
def evaluate_segment(conn: Conn, now: Now, principal: CanManage, segment_id: PathId) -> Segment:
    """Have a job evaluate a segment in full now."""
    segments.evaluate_soon(conn, principal, segment_id, now)
    return segments.segment(conn, segment_id)


@router.get("/{segment_id}/people", openapi_extra=REPORT)
def segment_people(
    request: Request,
    conn: Conn,
    _: CanRead,
    __: CanSeePeople,
    segment_id: PathId,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PeopleAnswer:
    """Show the people in a segment as it stands, by id."""
    context: Context = request.app.state.context
    return answer(conn, context, SegmentPeople(OfSegment(segment_id)), cursor=cursor, limit=limit)


@router.get("/{segment_id}/moves", openapi_extra=REPORT)
def segment_moves(
    request: Request,
    conn: Conn,
    now: Now,
    _: CanRead,
    segment_id: PathId,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> list[DayMoves]:
    """Count who came and went day by day; 30 days up to today when none are named."""
    context: Context = request.app.state.context
    begin, end = movers.days(context, now, first, last)
    return segments.moves(conn, context.clickhouse, segment_id, begin, end)


@router.get("/{segment_id}/movers", openapi_extra=REPORT)
def segment_movers(
    request: Request,
    conn: Conn,
    now: Now,
    _: CanRead,
    __: CanSeePeople,
    segment_id: PathId,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
    which: Annotated[movers.Which, Query(description="Who came, who left, or both.")] = "both",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> MoversRead:
    """Show who came into a segment and who left, and when, newest first; 30 days up to today when none are named."""
    context: Context = request.app.state.context
    begin, end = movers.days(context, now, first, last)
    entered = None if which == "both" else which == "entered"
    page = segments.movers(
        conn, context.clickhouse, segment_id, begin, end, entered=entered, cursor=cursor, limit=limit
    )
    ids = tuple(dict.fromkeys([move.customer_id for move in page.moves]))
    return MoversRead(moves=list(page.moves), customers=rows(conn, ids), next=page.next)


@router.get("/{segment_id}/evaluations")
def segment_evaluations(conn: Conn, _: CanRead, segment_id: PathId) -> list[Evaluation]:
    """List the newest full evaluations of a segment: how many, who was others than before, how long it took."""
    return segments.evaluations(conn, segment_id)


@router.get("/{segment_id}/overlap/{other_id}", openapi_extra=REPORT)
def segment_overlap(conn: Conn, _: CanRead, segment_id: PathId, other_id: PathId) -> Overlap:
    """Say how many are in both of two segments, and in only one of them."""
    return segments.overlap(conn, segment_id, other_id)
