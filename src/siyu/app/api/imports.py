"""Imports over HTTP: upload, look, go on, fetch what was rejected."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final
from urllib.parse import quote

from fastapi import File, Form, Query, Request, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from siyu.app import imports
from siyu.app.api import uploads
from siyu.app.api.uploads import How, Run, RunHow
from siyu.app.context import Context
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.http import CSV, ERROR_RESPONSES, Conn, Now, Router, join, needs
from siyu.intake import service as intake
from siyu.intake.files.types import Kind
from siyu.intake.types import ImportRun, RejectedRow, RejectSum
from siyu.kernel.errors import Conflict

router = Router(prefix="/api/v1/imports", tags=["imports"], responses=ERROR_RESPONSES)

CanImport = Annotated[Principal, needs("imports.run")]
_PIECE: Final = 1 << 16  # bytes
join(router, uploads.router)  # before /{run_id}, which would take its paths


class RejectPage(BaseModel):
    """Rejected rows."""

    items: list[RejectedRow]
    next: int | None
    sums: list[RejectSum] = Field(
        description="How many there are for each reason and column; with the first page only."
    )


@router.post("", status_code=202)
async def upload(
    request: Request,
    principal: CanImport,
    file: Annotated[UploadFile, File(description="CSV or XLSX, also in gzip or zip.")],
    kind: Annotated[Kind, Form()],
    platform: Annotated[str | None, Form(max_length=64)] = None,
    shop: Annotated[str, Form(max_length=200)] = "",
    mapping: Annotated[str | None, Form(max_length=64, description="Name of a saved mapping.")] = None,
    source: Annotated[str, Form(max_length=200)] = "",
    links_first: Annotated[
        bool, Form(description="Read the file twice: first decide who is who in all of it. For a first import.")
    ] = False,
) -> Run:
    """Upload a file of orders or customers and have it imported. The answer comes when the file is recognised.

    The import waits for its turn then. Safe to repeat: the same file goes on where it stopped, a newer export adds only what
    is new.
    """
    context: Context = request.app.state.context
    how = RunHow(kind=kind, platform=platform, shop=shop, mapping=mapping, source=source, links_first=links_first)
    path = await uploads.keep(context, file, uploads.place(context, uploads.safe_name(file)))
    return await run_in_threadpool(uploads.accept, context, principal, path, file.filename or path.name, how)


@router.post("/preview")
async def preview(
    request: Request,
    _: CanImport,
    file: Annotated[UploadFile, File()],
    kind: Annotated[Kind, Form()],
    platform: Annotated[str | None, Form(max_length=64)] = None,
    shop: Annotated[str, Form(max_length=200)] = "",
    mapping: Annotated[str | None, Form(max_length=64, description="Name of a saved mapping.")] = None,
    rows: Annotated[int, Form(ge=1)] = 10_000,
) -> dict[str, Any]:
    """Say what an import would do, from the first rows, without doing it. Personal data in the answer is masked."""
    context: Context = request.app.state.context
    path = await uploads.keep(context, file, uploads.place(context, uploads.safe_name(file)))

    def look() -> dict[str, Any]:
        options = uploads.options(context, How(kind=kind, platform=platform, shop=shop, mapping=mapping))
        return asdict(imports.preview_file(path, options, rows))

    try:
        return await run_in_threadpool(look)
    finally:
        path.unlink(missing_ok=True)


@router.get("")
def list_runs(
    conn: Conn, _: CanImport, before: int | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> list[Run]:
    """List imports, newest first; ``before`` is the id of the last one of the page before."""
    return [
        Run.model_validate(run, from_attributes=True) for run in intake.import_runs(conn, before=before, limit=limit)
    ]


@router.get("/{run_id}")
def show(conn: Conn, _: CanImport, run_id: int) -> Run:
    """Show one import."""
    return Run.model_validate(intake.import_run(conn, run_id), from_attributes=True)


@router.post("/{run_id}/resume", status_code=202)
def resume(request: Request, conn: Conn, principal: CanImport, run_id: int) -> Run:
    """Go on with an import that stopped, from its checkpoint; the uploaded file is kept until the import is done."""
    run = imports.resume(request.app.state.context, conn, principal, run_id)
    return Run.model_validate(run, from_attributes=True)


@router.get("/{run_id}/reject-list")
def list_rejects(
    conn: Conn, _: CanImport, run_id: int, after: int = -1, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> RejectPage:
    """List rejected rows with line, column and reason, without their cells; ``next`` goes into ``after``."""
    intake.import_run(conn, run_id)
    found = intake.import_reject_page(conn, run_id, after=after, limit=limit)
    sums = intake.import_reject_sums(conn, run_id) if after < 0 else []
    return RejectPage(items=found, next=found[-1].place if len(found) == limit else None, sums=sums)


@router.get("/{run_id}/rejects", response_class=StreamingResponse, responses=CSV)
def rejects(request: Request, conn: Conn, now: Now, principal: CanImport, run_id: int) -> StreamingResponse:
    """Fetch the rejected rows with line, column and reason, as CSV. Holds personal data: the look is audited.

    They are kept for a time (``SIYU_INTAKE_REJECTS_DAYS``), then this answers 409.
    """
    access.require(principal, "personal.reveal")
    run = intake.import_run(conn, run_id)
    access.record(
        conn, actor=principal.actor, action="import.rejects_fetched", target=f"import:{run_id}", details={}, now=now
    )
    file = _rejects_file(request.app.state.context, run)
    headers = {
        "Content-Disposition": f"attachment; filename*=utf-8''{quote(f'{run.file_name}.rejects.csv')}",
        "Content-Length": str(os.fstat(file.fileno()).st_size),
    }
    return StreamingResponse(_pieces(file), media_type="text/csv", headers=headers)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _rejects_file(context: Context, run: ImportRun) -> BinaryIO:
    """A file without a name: nothing of it is left behind, however the answer ends.

    Raises:
        Conflict: there were some, and they are kept no longer.
    """
    with tempfile.TemporaryDirectory(prefix="siyu-") as folder:
        path = Path(folder) / "rejects.csv"
        if not imports.write_rejects(context, run, path):
            if run.rejected:
                raise Conflict(
                    reason="the rejected rows of this import are kept no longer: import the file again to get them.",
                    reason_zh="该导入被拒的行已过保留期：再次导入同一文件可重新得到。",
                )
            path.touch()
        return path.open("rb")
