"""Imports over HTTP: upload, look, go on, fetch what was rejected."""

import secrets
import tempfile
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Request, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from siyu.app import imports
from siyu.app.context import Context
from siyu.app.jobs import IMPORT
from siyu.app.place import Place
from siyu.engines import jobs
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, needs
from siyu.intake import service as intake
from siyu.intake.files import service as files
from siyu.intake.files.types import Kind
from siyu.kernel.errors import TooLarge

router = APIRouter(prefix="/api/v1/imports", tags=["imports"], responses=ERROR_RESPONSES)

CanImport = Annotated[Principal, needs("imports.run")]
_PIECE = 1 << 20


class Run(BaseModel):
    """One import, as far as it is."""

    id: int
    kind: str
    file_name: str
    file_bytes: int
    format: str
    state: str
    bytes_read: int
    rows: int
    messages: int
    rejected: int
    error: dict[str, Any] | None
    started_by: str
    started_at: datetime
    updated_at: datetime
    finished_at: datetime | None


class Accepted(BaseModel):
    """The file is here and recognised; a job imports it."""

    job: int
    file_name: str
    format: str
    title: str
    title_zh: str


@router.post("", status_code=202)
async def upload(
    request: Request,
    principal: CanImport,
    file: Annotated[UploadFile, File(description="CSV or XLSX, also in gzip or zip.")],
    kind: Annotated[Kind, Form()],
    platform: Annotated[str | None, Form()] = None,
    shop: Annotated[str, Form(max_length=200)] = "",
    mapping: Annotated[str | None, Form(max_length=200)] = None,
    source: Annotated[str, Form(max_length=200)] = "",
    links_first: Annotated[
        bool, Form(description="Read the file twice: first decide who is who in all of it. For a first import.")
    ] = False,
) -> Accepted:
    """Upload a file of orders or customers and have it imported. The answer comes when the file is recognised.

    Safe to repeat: the same file goes on where it stopped, a newer export adds only what is new.
    """
    context: Context = request.app.state.context
    path = await _keep(context, file)
    how = {"platform": platform, "shop": shop, "mapping": mapping, "source": source, "links_first": links_first}

    def begin() -> Accepted:
        chosen = imports.find_mapping(context, mapping) if mapping else None
        options = imports.options_for(context, kind, source_id=0, platform=platform, shop=shop, mapping=chosen)
        found = files.recognise(path, options)
        with context.database.transaction() as conn:
            task = {"path": str(path), "name": file.filename or "", "kind": kind, "actor": principal.actor, **how}
            job = jobs.defer(conn, IMPORT, task)
            details = {"file": file.filename, "format": found.format, **how}
            access.record(
                conn,
                actor=principal.actor,
                action="import.uploaded",
                target="imports",
                details=details,
                now=context.clock.now(),
            )
        assert job is not None
        name = file.filename or path.name
        return Accepted(job=job, file_name=name, format=found.format, title=found.title, title_zh=found.title_zh)

    try:
        return await run_in_threadpool(begin)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@router.post("/preview")
async def preview(
    request: Request,
    _: CanImport,
    file: Annotated[UploadFile, File()],
    kind: Annotated[Kind, Form()],
    platform: Annotated[str | None, Form()] = None,
    shop: Annotated[str, Form(max_length=200)] = "",
    mapping: Annotated[str | None, Form(max_length=200)] = None,
    rows: Annotated[int, Form(ge=1)] = 10_000,
) -> dict[str, Any]:
    """Say what an import would do, from the first rows, without doing it. Personal data in the answer is masked."""
    context: Context = request.app.state.context
    path = await _keep(context, file)

    def look() -> dict[str, Any]:
        chosen = imports.find_mapping(context, mapping) if mapping else None
        options = imports.options_for(context, kind, source_id=0, platform=platform, shop=shop, mapping=chosen)
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


@router.get("/{run_id}/rejects")
def rejects(request: Request, conn: Conn, now: Now, principal: CanImport, run_id: int) -> FileResponse:
    """Fetch the rejected rows with line, column and reason, as CSV. Holds personal data: the look is audited."""
    access.require(principal, "personal.reveal")
    context: Context = request.app.state.context
    run = intake.import_run(conn, run_id)
    access.record(
        conn, actor=principal.actor, action="import.rejects_fetched", target=f"import:{run_id}", details={}, now=now
    )
    path = Path(tempfile.mkdtemp(prefix="siyu-")) / "rejects.csv"
    if not imports.write_rejects(context, run, path):
        path.write_text("", "utf-8")

    def forget() -> None:
        path.unlink()
        path.parent.rmdir()

    name = f"{run.file_name}.rejects.csv"
    return FileResponse(path, media_type="text/csv", filename=name, background=BackgroundTask(forget))


async def _keep(context: Context, file: UploadFile) -> Path:
    """Put an upload into the data folder; its ending is kept because it tells the container."""
    folder = Place(context.settings.data_folder).uploads
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{secrets.token_hex(8)}-{Path(file.filename or 'file').name[-100:]}"
    try:
        await _copy(file, path, context.settings.upload_bytes)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


async def _copy(file: UploadFile, path: Path, limit: int) -> None:
    size = 0
    with path.open("xb") as out:
        while piece := await file.read(_PIECE):
            size += len(piece)
            if size > limit:
                raise TooLarge(what="The file", what_zh="文件", limit=limit)
            await run_in_threadpool(out.write, piece)
