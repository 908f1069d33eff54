"""The funnel of an entry code, and the people behind its figures, over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, Field

from siyu.app import codes
from siyu.app.api.people import CanSeePeople, rows
from siyu.app.api.report import REPORT
from siyu.app.codes import Asked, Figure
from siyu.app.context import Context
from siyu.customers.types import CustomerRow
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, needs
from siyu.kernel.errors import BadInput

router = APIRouter(prefix="/api/v1/channels/codes", tags=["channels"], responses=ERROR_RESPONSES)

CanSee = Annotated[Principal, needs("channels.read")]
CodeId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Since = Annotated[
    AwareDatetime | None, Query(alias="from", description="Who came at this moment or later; 30 days ago when absent.")
]
Until = Annotated[AwareDatetime | None, Query(alias="before", description="Who came before; now when absent.")]
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
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


class CodePeopleRead(BaseModel):
    """A page of the people behind a figure. `customers` has a row for each who is there under this id."""

    customer_ids: list[int]
    customers: list[CustomerRow]
    next: str | None


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
    asked = _asked(code_id, since, until, card, now)
    found = codes.funnel(conn, context, asked, now)
    one = found.figures
    return CodeFunnel(
        since=asked.since,
        until=asked.until,
        shown=one.shown,
        added=one.added,
        there=one.there,
        left=one.left,
        stayed=one.stayed,
        due=one.due,
        bought=found.bought,
    )


@router.get("/{code_id}/people", openapi_extra=REPORT)
def people(
    code_id: CodeId,
    _: CanSee,
    __: CanSeePeople,
    conn: Conn,
    now: Now,
    figure: Figure,
    since: Since = None,
    until: Until = None,
    card: Card = None,
    cursor: Annotated[str, Query(max_length=200, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> CodePeopleRead:
    """Show the people behind a figure of a code; a page has `limit` of them, or a few more."""
    found = codes.people(conn, _asked(code_id, since, until, card, now), figure, now, after=cursor, limit=limit)
    return CodePeopleRead(
        customer_ids=list(found.customer_ids), customers=rows(conn, found.customer_ids), next=found.next
    )


def _asked(code_id: int, since: datetime | None, until: datetime | None, card: int | None, now: datetime) -> Asked:
    until = until or now
    # Before 1970 nobody came, and near the beginning of the calendar one cannot reckon.
    since = since or (until - timedelta(days=30) if until >= _BEGINNING else until)
    if since < _BEGINNING or not timedelta(0) <= until - since <= codes.LONGEST:
        raise BadInput(
            reason=f"a period begins in 1970 or later and before its end, and has {codes.LONGEST.days} days at most.",
            reason_zh=f"时间段应始于 1970 年之后、早于结束时间，且不超过 {codes.LONGEST.days} 天。",
        )
    return Asked(code_id, since, until, card)
