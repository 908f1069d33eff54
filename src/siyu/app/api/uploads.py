"""Files on their way into an import: uploaded once, looked at, described, previewed, and then run or forgotten.

The steps of the console's wizard ask these; whoever knows what the file is can give it to ``POST /api/v1/imports`` at once.
"""

import secrets
import tempfile
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import File, Request, UploadFile
from fastapi import Path as InPath
from pydantic import BaseModel, Field
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from siyu.app import imports
from siyu.app.context import Context
from siyu.app.place import Place
from siyu.engines import machine
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs
from siyu.intake import service as intake
from siyu.intake.files import service as files
from siyu.intake.files.types import ImportOptions, Kind, Note, Preview
from siyu.kernel.clock import from_millis, to_millis
from siyu.kernel.errors import NotFound, SiyuError, TooLarge

router = Router(prefix="/api/v1/imports", tags=["imports"], responses=ERROR_RESPONSES)

CanImport = Annotated[Principal, needs("imports.run")]
_PIECE: Final = 1 << 20
_KEPT: Final = timedelta(days=2)  # a file that nobody ran by then is deleted
_WAITING: Final = "waiting"
_LONGEST_NAME: Final = 200  # bytes: a folder takes 255, and a number is put before it
FileId = Annotated[str, InPath(pattern=r"^[0-9a-f]{32}$")]
MappingName = Annotated[str, InPath(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class Recognised(BaseModel):
    """What a file is."""

    format: str
    platform: str
    kind: Kind
    title: str
    title_zh: str
    score: float = Field(description="Share of the file's columns that the format knows, 0 to 1.")
    understood: list[str]
    ignored: list[str]
    unknown: list[str]
    absent: list[str]
    encoding: str


class FileColumn(BaseModel):
    """A column with some of its values; what looks personal is masked."""

    name: str
    samples: list[str]
    filled: float = Field(description="Share of the first rows in which it is not empty, 0 to 1.")


class WaitingFile(BaseModel):
    """An uploaded file that is not imported yet. Either ``recognised`` or ``problem`` is given."""

    id: str
    name: str
    bytes: int
    recognised: Recognised | None
    problem: dict[str, Any] | None = Field(description="The error body that an import would answer.")
    columns: list[FileColumn]


class How(BaseModel):
    """How to read a waiting file. Without ``platform`` and ``mapping`` it is recognised by its columns."""

    kind: Kind
    platform: Annotated[str | None, Field(max_length=64)] = None
    shop: Annotated[str, Field(max_length=200)] = ""
    mapping: Annotated[str | None, Field(max_length=64, description="Name of a saved mapping.")] = None


class RunHow(How):
    """How to read and import it."""

    source: Annotated[str, Field(max_length=200)] = ""
    links_first: bool = False


class PreviewHow(How):
    """How to read it, and how far."""

    rows: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000


class Checkpoint(BaseModel):
    """A place in a file."""

    line: int
    rows: int
    messages: int
    rejects: int


class Run(BaseModel):
    """One import, as far as it is."""

    id: int
    source_id: int
    kind: str
    file_name: str
    file_bytes: int
    format: str
    state: Literal["waiting", "running", "done", "failed"] = Field(description="It waits until a worker takes it.")
    bytes_read: int
    rows: int
    messages: int
    rejected: int
    error: dict[str, Any] | None
    header: list[str]
    checkpoint: Checkpoint | None = Field(description="Up to where the file is stored; it goes on from here.")
    started_by: str
    started_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    notes: list[Note] = Field(description="What was odd in the file and stopped no row, with the number of rows.")
    resumable: bool = Field(description="It stopped or may stop, and its file is kept here: it can be resumed.")


@router.post("/files", status_code=201)
async def keep_file(request: Request, _: CanImport, file: Annotated[UploadFile, File()]) -> WaitingFile:
    """Upload a file and hear what it is; nothing is imported. It waits for two days."""
    context: Context = request.app.state.context
    now = context.clock.now()
    folder = _folder(context)
    await run_in_threadpool(_forget_old, folder, now)
    path = await keep(context, file, folder / f"{secrets.token_hex(16)}-{to_millis(now)}" / safe_name(file))
    return await run_in_threadpool(_look, context, path)


@router.get("/files/{file_id}")
def show_file(request: Request, _: CanImport, file_id: FileId) -> WaitingFile:
    """What a waiting file is."""
    context: Context = request.app.state.context
    return _look(context, _find(context, file_id))


@router.delete("/files/{file_id}", status_code=204)
def forget_file(request: Request, _: CanImport, file_id: FileId) -> None:
    """Delete a waiting file."""
    _remove(_find(request.app.state.context, file_id))


@router.post("/files/{file_id}/preview")
def preview_file(request: Request, _: CanImport, file_id: FileId, how: PreviewHow) -> Preview:
    """Say what importing the file would do, without doing it. Personal data in the answer is masked."""
    context: Context = request.app.state.context
    path = _find(context, file_id)
    return imports.preview_file(path, options(context, how), how.rows)


@router.post("/files/{file_id}/run", status_code=202)
def run_file(request: Request, principal: CanImport, file_id: FileId, how: RunHow) -> Run:
    """Import the file. The same file goes on where it stopped; a newer export adds only what is new."""
    context: Context = request.app.state.context
    path = _find(context, file_id)
    running = place(context, path.name)
    running.hardlink_to(path)  # the waiting file goes when the import is accepted: until then it is the only one
    accepted = accept(context, principal, running, path.name, how)
    _remove(path)
    return accepted


@router.get("/mappings")
def list_mappings(conn: Conn, _: CanImport) -> list[dict[str, Any]]:
    """The saved mappings, by name: how a file of any shape is read."""
    return [each.model_dump(mode="json") for each in intake.saved_mappings(conn)]


@router.put("/mappings/{name}")
def save_mapping(conn: Conn, now: Now, principal: CanImport, name: MappingName, body: dict[str, Any]) -> dict[str, Any]:
    """Save a mapping under a name; an earlier one of that name is replaced. See docs/howto/import-files.md."""
    mapping = files.parse_mapping(orjson.dumps({**body, "name": name}).decode(), name)
    intake.save_mapping(conn, mapping, principal.actor, now)
    _audit(conn, principal, "mapping.saved", name, now)
    return mapping.model_dump(mode="json")


@router.delete("/mappings/{name}", status_code=204)
def delete_mapping(conn: Conn, now: Now, principal: CanImport, name: MappingName) -> None:
    """Forget a saved mapping. What was imported with it stays."""
    intake.drop_mapping(conn, name)
    _audit(conn, principal, "mapping.deleted", name, now)


def _audit(conn: Connection, principal: Principal, action: str, name: str, now: datetime) -> None:
    access.record(conn, actor=principal.actor, action=action, target=f"mapping:{name}", details={}, now=now)


async def keep(context: Context, file: UploadFile, path: Path) -> Path:
    """Put an upload into the data folder, at ``path``; its ending is kept because it tells the container.

    Raises:
        TooLarge: it has more bytes than the setting ``upload_bytes``; nothing is left of it.
        TryLater: the disk is nearly full; the same.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        await _copy(context, file, path)
    except BaseException:
        _drop(path)
        raise
    return path


def _drop(path: Path) -> None:
    path.unlink(missing_ok=True)


def place(context: Context, name: str) -> Path:
    """Where an upload lies while it is imported."""
    return Place(context.settings.data_folder).uploads / f"{secrets.token_hex(8)}-{name}"


def accept(context: Context, principal: Principal, path: Path, name: str, how: RunHow) -> Run:
    """Have the upload at ``path`` imported, or nothing: then it is gone."""
    try:
        reading = options(context, how)
        with context.database.transaction() as conn:
            run = imports.accept(
                context,
                conn,
                path,
                reading,
                principal=principal,
                name=name,
                source=how.source,
                links_first=how.links_first,
            )
    except BaseException:
        _drop(path)
        raise
    return Run.model_validate(run, from_attributes=True)


def safe_name(file: UploadFile) -> str:
    """What an upload is called, as a name that a folder can hold; its ending stays."""
    name = Path((file.filename or "").replace("\0", "")).name[-100:]
    while len(name.encode("utf-8", "surrogatepass")) > _LONGEST_NAME:
        name = name[1:]
    return name if name.strip(".") else "file"


async def _copy(context: Context, file: UploadFile, path: Path) -> None:
    size, limit = 0, context.settings.upload_bytes
    with path.open("xb") as out:
        while piece := await file.read(_PIECE):
            size += len(piece)
            if size > limit:
                raise TooLarge(what="The file", what_zh="文件", limit=limit)
            check_room(context, len(piece))
            await run_in_threadpool(out.write, piece)


def check_room(context: Context, size: int) -> None:
    """Pass where so many bytes leave the disk what it needs for all that is accepted.

    Raises:
        TryLater: they do not. While a form is read they lie in the folder for temporary files, and then here as well.
    """
    machine.check_room(context.settings.data_folder, context.settings.minimum_free_bytes, size)
    machine.check_room(Path(tempfile.gettempdir()), 0, size)


def _folder(context: Context) -> Path:
    return Place(context.settings.data_folder).uploads / _WAITING


def _find(context: Context, file_id: str) -> Path:
    found = [path for folder in _folder(context).glob(f"{file_id}-*") for path in folder.iterdir()]
    if not found:
        raise NotFound(what="uploaded file", what_zh="已上传的文件", key=file_id)
    return found[0]


def _remove(path: Path) -> None:
    """Safe to call twice: two may have asked at once."""
    _drop(path)
    with suppress(FileNotFoundError):
        path.parent.rmdir()


def _forget_old(folder: Path, now: datetime) -> None:
    """Files that nobody came back for, and folders of uploads that broke off."""
    for each in folder.glob("*-*"):
        if from_millis(int(each.name.rpartition("-")[2])) < now - _KEPT:
            for path in each.iterdir():
                path.unlink(missing_ok=True)
            each.rmdir()


def options(context: Context, how: How) -> ImportOptions:
    """How a file is to be read. A mapping is one of those saved: whoever asks over HTTP names no file of this machine.

    Raises:
        NotFound: no mapping of that name is saved.
    """
    chosen = None
    if how.mapping:
        with context.database.transaction() as conn:
            chosen = intake.load_mapping(conn, how.mapping)
    return imports.options_for(context, how.kind, source_id=0, platform=how.platform, shop=how.shop, mapping=chosen)


def _look(context: Context, path: Path) -> WaitingFile:
    """What the file is; one that cannot be read at all says so in ``problem``."""
    recognised, problem = None, None
    columns: tuple[files.Column, ...] = ()
    options = ImportOptions(source_id=0, now=context.clock.now(), zone=context.settings.brand_zone)
    try:
        recognised = Recognised.model_validate(files.recognise(path, options), from_attributes=True)
    except SiyuError as error:
        problem = error.as_json()
    try:
        columns = files.columns_of(path)
    except SiyuError as error:
        problem = problem or error.as_json()
    return WaitingFile(
        id=path.parent.name.partition("-")[0],
        name=path.name,
        bytes=path.stat().st_size,
        recognised=recognised,
        problem=problem,
        columns=[FileColumn.model_validate(column, from_attributes=True) for column in columns],
    )
