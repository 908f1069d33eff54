"""Exports of the customers' list, and of the people behind a figure, over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from siyu.app import exports
from siyu.app.api.wanted import Wanted
from siyu.app.behind import Asked
from siyu.app.context import Context
from siyu.app.movers import SegmentMoves
from siyu.customers import service as customers
from siyu.engines.access.types import Principal
from siyu.engines.http import CSV, ERROR_RESPONSES, Conn, Router, needs
from siyu.kernel.errors import WrongValue

router = Router(prefix="/api/v1/customers/exports", tags=["customers"], responses=ERROR_RESPONSES)

CanRead = Annotated[Principal, needs("customers.read")]
Column = Literal[
    "customer_id",
    "name",
    "phone",
    "email",
    "layer",
    "orders",
    "net_yuan",
    "first_order_at",
    "last_order_at",
    "first_seen_at",
    "last_seen_at",
    "known_since",
    "platforms",
    "tags",
    "relations",
]
_USUAL: list[Column] = ["customer_id", "name", "phone", "layer", "orders", "net_yuan", "last_order_at", "tags"]


class ExportAsked(BaseModel):
    """Whom to export, by the filters of the list or by a figure; the columns; personal data in clear or masked."""

    wanted: Wanted = Wanted()
    people: Asked | None = Field(
        None,
        description="The people behind a figure, as the answer that lists them has it; instead of filters. Needs the right to see the figure too.",
    )
    moves: SegmentMoves | None = Field(
        None,
        description="Who came into a segment and who left it, a line each time, instead of filters; before the columns stand the time and which of both. Needs `segments.read` too.",
    )
    columns: Annotated[list[Column], Field(min_length=1, max_length=30)] = _USUAL
    reveal: bool = Field(
        False, description="Names, phones and mail in clear: needs `personal.reveal`, goes into the audit."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> "ExportAsked":
        if (self.wanted != Wanted()) + (self.people is not None) + (self.moves is not None) > 1:
            raise WrongValue("give only one of wanted, people and moves", "wanted、people 与 moves 只能给出一个")
        return self


class ExportRead(BaseModel):
    """One export, as far as it is.

    `wanted` holds no personal data: who was looked for stands in it as ids. The people behind a figure stand in it as
    `people`, who came into a segment and left it as `moves`.
    """

    model_config = ConfigDict(from_attributes=True)

    id: int
    state: Literal["waiting", "running", "done", "failed", "expired"]
    wanted: dict[str, Any]
    columns: list[str]
    reveal: bool
    rows: int
    bytes: int
    error: dict[str, Any] | None
    made_by: str
    made_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None


@router.post("", status_code=202)
def ask(request: Request, conn: Conn, principal: CanRead, body: ExportAsked) -> ExportRead:
    """Have the list with these filters, the people behind a figure, or the moves of a segment written as CSV (UTF-8 with BOM).

    A job writes it; the file is kept for 7 days.
    """
    context: Context = request.app.state.context
    if body.people is not None:
        of_figure = exports.ask_people(context, conn, principal, body.people, body.columns, reveal=body.reveal)
        return ExportRead.model_validate(of_figure)
    if body.moves is not None:
        of_segment = exports.ask_moves(context, conn, principal, body.moves, body.columns, reveal=body.reveal)
        return ExportRead.model_validate(of_segment)
    wanted = body.wanted
    made = exports.ask(context, conn, principal, wanted.words, wanted.filter(conn), body.columns, reveal=body.reveal)
    return ExportRead.model_validate(made)


@router.get("")
def list_exports(
    conn: Conn,
    _: CanRead,
    before: Annotated[int | None, Query(ge=0, le=2**53)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> list[ExportRead]:
    """List exports, newest first; `before` is the id of the last one of the page before."""
    return [ExportRead.model_validate(one) for one in customers.exports(conn, before=before, limit=limit)]


@router.get("/{export_id}")
def show(conn: Conn, _: CanRead, export_id: int) -> ExportRead:
    """Show one export."""
    return ExportRead.model_validate(customers.export(conn, export_id))


@router.get("/{export_id}/file", response_class=FileResponse, responses=CSV)
def download(request: Request, conn: Conn, principal: CanRead, export_id: int) -> FileResponse:
    """Fetch the file. Audited; one in clear needs `personal.reveal`."""
    path = exports.fetch(request.app.state.context, conn, principal, export_id)
    return FileResponse(path, media_type="text/csv", filename=f"customers-{export_id}.csv")
