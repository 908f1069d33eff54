"""The funnel of entry codes, and the people behind its figures, over HTTP."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Path, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from siyu.app import codes
from siyu.app.api.people import CanSeePeople, Cursor, Limit, PeopleAnswer, answer
from siyu.app.api.report import REPORT
from siyu.app.codes import CodePeople, Figure, Funnel
from siyu.app.context import Context
from siyu.channels import service as channels
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs

router = Router(prefix="/api/v1/channels/codes", tags=["channels"], responses=ERROR_RESPONSES)

CanSee = Annotated[Principal, needs("channels.read")]
CodeId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Since = Annotated[
    AwareDatetime | None, Query(alias="from", description="Who came at this moment or later; 30 days ago when absent.")
]
Until = Annotated[AwareDatetime | None, Query(alias="before", description="Who came before; now when absent.")]
Card = Annotated[
    int | None, Query(ge=0, le=2**31 - 1, description="Only of this card; 0: of the code without its cards.")
]


class CodeFunnel(BaseModel):
    """What became of those who first came in the period."""

    since: datetime
    until: datetime
    shown: int = Field(description="How often the code's page was opened; its QR on a wall is not counted by anybody.")
    added: int
    there: int = Field(description="Of them, who is still there.")
    left: int
    stayed: int = Field(description="Of them, who was there for 30 days.")
    due: int = Field(description="Of them, who came at least 30 days ago, and so could have stayed so long.")
    bought: int = Field(description="Customers who bought something since they came.")
    scanned: int = Field(description="Who scanned it in the period and followed the account already.")


class FunnelOfCode(CodeFunnel):
    """The same, and of which code."""

    code_id: int


@router.get("/figures", openapi_extra=REPORT)
def figures_of_many(
    request: Request,
    _: CanSee,
    conn: Conn,
    now: Now,
    ids: Annotated[list[Annotated[int, Field(ge=1, le=2**63 - 1)]], Query(max_length=500, description="Of the codes.")],
    since: Since = None,
    until: Until = None,
) -> list[FunnelOfCode]:
    """What became of those who came through each of these codes, by id; one that is not there is left out."""
    context: Context = request.app.state.context
    begin, end = _period(since, until, now)
    found = codes.funnels(conn, context, channels.codes_of(conn, ids), since=begin, until=end, now=now)
    return [FunnelOfCode(code_id=code_id, **_shown(found[code_id], begin, end)) for code_id in sorted(found)]


@router.get("/{code_id}/figures", openapi_extra=REPORT)
def figures(
    request: Request,
    code_id: CodeId,
    _: CanSee,
    conn: Conn,
    now: Now,
    since: Since = None,
    until: Until = None,
    card: Card = None,
) -> CodeFunnel:
    """What became of those who came through a code: still there, left, stayed 30 days, bought."""
    context: Context = request.app.state.context
    begin, end = _period(since, until, now)
    one = channels.code(conn, code_id)
    found = codes.funnels(conn, context, [one], since=begin, until=end, now=now, card=card)
    return CodeFunnel(**_shown(found[code_id], begin, end))


@router.get("/{code_id}/people", openapi_extra=REPORT)
def people(
    request: Request,
    code_id: CodeId,
    _: CanSee,
    __: CanSeePeople,
    conn: Conn,
    now: Now,
    figure: Figure,
    since: Since = None,
    until: Until = None,
    card: Card = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PeopleAnswer:
    """Show the people behind a figure of a code, by id; `people` is the question itself: an export takes it as it is."""
    begin, end = (min(moment, now) for moment in _period(since, until, now))  # later nobody has come yet
    asked = CodePeople(code_id, begin, end, figure, card)
    return answer(conn, request.app.state.context, asked, cursor=cursor, limit=limit)


def _shown(found: Funnel, since: datetime, until: datetime) -> dict[str, datetime | int]:
    one = found.figures
    return {
        "since": since,
        "until": until,
        "shown": one.shown,
        "added": one.added,
        "there": one.there,
        "left": one.left,
        "stayed": one.stayed,
        "due": one.due,
        "bought": found.bought,
        "scanned": one.scanned,
    }


def _period(since: datetime | None, until: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    until = until or now
    # Before 1970 nobody came, and near the beginning of the calendar one cannot reckon.
    since = since or (until - timedelta(days=30) if until >= codes.BEGINNING else until)
    codes.check_period(since, until)
    return since, until
