"""Importing a file: read it in chunks, make each durable with its checkpoint, keep the queue short, say how far it is."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, cast

import structlog
from sqlalchemy import Connection

from siyu.app.context import Context
from siyu.app.place import Place
from siyu.engines import jobs
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.intake import service as intake
from siyu.intake.files import service as files
from siyu.intake.files.service import FileMapping
from siyu.intake.files.types import Checkpoint, Chunk, ImportOptions, Kind, Preview
from siyu.intake.types import ImportRun, Lane
from siyu.kernel.errors import Conflict, SiyuError

log = structlog.get_logger(__name__)

IMPORT: Final = "imports.run"  # name of the job
_ALIVE: Final = timedelta(minutes=2)  # one that has not moved for so long may be asked for again
_FILES_KEPT: Final = timedelta(days=14)  # of imports that nobody goes on with
_MOST_WAITING: Final = 50_000  # messages in the bulk lane; more would only lie there
_LOOK_EVERY: Final = 0.1
_CHUNKS_A_COMMIT: Final = 5

Progress = Callable[[ImportRun], None]


@dataclass(frozen=True, slots=True)
class Begun:
    """An import that has begun: its run, and how its file is read."""

    path: Path
    options: ImportOptions
    run: ImportRun


def options_for(
    context: Context,
    kind: Kind,
    *,
    source_id: int,
    platform: str | None = None,
    shop: str = "",
    mapping: FileMapping | None = None,
) -> ImportOptions:
    """How a file is to be read, with the brand's time zone and the present moment."""
    return ImportOptions(
        source_id=source_id,
        now=context.clock.now(),
        kind=kind,
        platform=platform,
        shop=shop,
        mapping=mapping,
        zone=context.settings.brand_zone,
    )


def find_mapping(context: Context, name_or_path: str) -> FileMapping:
    """A mapping from a YAML or JSON file, or a saved one by its name.

    Raises:
        BadMapping: the file is not a mapping.
        NotFound: it is no file, and no mapping of that name is saved.
    """
    path = Path(name_or_path)
    if path.suffix in {".yaml", ".yml", ".json"} and path.exists():
        return files.load_mapping(path)
    with context.database.transaction() as conn:
        return intake.load_mapping(conn, name_or_path)


def import_file(
    context: Context,
    path: Path,
    kind: Kind,
    *,
    actor: Principal,
    name: str = "",
    source: str = "",
    platform: str | None = None,
    shop: str = "",
    mapping: FileMapping | None = None,
    progress: Progress = lambda _: None,
) -> ImportRun:
    """Import a file to its end and return the finished run; the pipeline may still be working on its messages.

    Safe to repeat, and to kill: the next call for the same file goes on where the last chunk was stored.

    Args:
        context: open engines.
        path: the file; CSV, XLSX, or one of these in gzip or zip.
        kind: what is in it.
        actor: who imports.
        name: what the file was called where it came from; its own name when empty.
        source: name of the source; without one it is named after the platform and shop.
        platform: read it only as an export of this platform.
        shop: the shop's name where the file does not say it.
        mapping: read it by this instead of the known formats.
        progress: called after each commit.

    Raises:
        UnknownFile, WrongFile, UnreadableFile, BadMapping: with what to do; nothing was imported.
    """
    begun = begin(
        context, path, kind, actor=actor, name=name, source=source, platform=platform, shop=shop, mapping=mapping
    )
    return finish(context, begun, progress)


def begin(
    context: Context,
    path: Path,
    kind: Kind,
    *,
    actor: Principal,
    name: str = "",
    source: str = "",
    platform: str | None = None,
    shop: str = "",
    mapping: FileMapping | None = None,
) -> Begun:
    """The first half of :func:`import_file`: see what the file is and enter the import, or find the unfinished one."""
    options = options_for(context, kind, source_id=0, platform=platform, shop=shop, mapping=mapping)
    with context.database.transaction() as conn:
        return _enter(context, conn, path, options, actor=actor, name=name, source=source)


def _enter(
    context: Context, conn: Connection, path: Path, options: ImportOptions, *, actor: Principal, name: str, source: str
) -> Begun:
    recognition, now = files.recognise(path, options), context.clock.now()
    source_name = source or "-".join(filter(None, ("import", recognition.platform, options.shop)))
    source_id = access.ensure_source(conn, actor, name=source_name, kind="file", now=now)
    of_source = replace(options, source_id=source_id)
    run = intake.begin_import(
        conn,
        source_id=source_id,
        kind=recognition.kind,
        file_name=name or path.name,
        recognition=recognition,
        file_key=files.file_key(path, of_source),
        actor=actor.actor,
        now=now,
    )
    details = {"file": name or path.name, "format": recognition.format, "resumed": run.checkpoint is not None}
    access.record(conn, actor=actor.actor, action="import.began", target=f"import:{run.id}", details=details, now=now)
    return Begun(path, of_source, run)


def finish(context: Context, begun: Begun, progress: Progress = lambda _: None) -> ImportRun:
    """The second half of :func:`import_file`: the file's messages go into the queue, from the last checkpoint on."""
    run = begun.run
    start_at = Checkpoint.from_json(dict(run.checkpoint)) if run.checkpoint else None
    try:
        chunks = files.read_messages(begun.path, begun.options, start_at)
        return _store(context, run, chunks, progress)
    except SiyuError as error:
        fail(context, [run], error)
        raise


def fail(context: Context, runs: Sequence[ImportRun], error: SiyuError) -> None:
    """Note of each run why it cannot go on."""
    with context.database.transaction() as conn:
        for run in runs:
            intake.fail_import(conn, run, error.as_json(), context.clock.now())


def preview_file(path: Path, options: ImportOptions, limit: int | None = None) -> Preview:
    """What an import would do, without doing it: the dry run. Personal data in it is masked."""
    return files.preview(path, options, limit=limit)


def accept(
    context: Context,
    conn: Connection,
    path: Path,
    options: ImportOptions,
    *,
    principal: Principal,
    name: str,
    source: str = "",
    links_first: bool = False,
) -> ImportRun:
    """Enter an uploaded file as an import and have the worker do it, in this transaction: from then on it is not lost.

    The file is kept until the import is done, so that it can go on after whatever stops it. The same file read in the same
    way is one import until it is done: where it waits or stopped, that one goes on, and the second file is deleted.

    Args:
        context: open engines.
        conn: the transaction.
        path: the upload, which lies in the folder of uploads.
        options: how it is read; its source is found here.
        principal: who imports.
        name: what the file was called where it came from.
        source: name of the source; without one it is named after the platform and shop.
        links_first: read it twice, and decide first who is who in all of it.

    Raises:
        NotAllowed: without the right ``imports.run``.
        UnknownFile, WrongFile, UnreadableFile: with what to do; nothing was entered.
    """
    access.require(principal, "imports.run")
    run = _enter(context, conn, path, options, actor=principal, name=name, source=source).run
    if _kept_file(context, run) is None:
        mapping = options.mapping.model_dump(mode="json") if options.mapping else None
        how = {"platform": options.platform, "shop": options.shop, "mapping": mapping, "links_first": links_first}
        intake.keep_import_file(conn, run, path.name, how)
    else:
        path.unlink()
        if _moves(context, run):
            return run
    return _let_wait(context, conn, run)


def resume(context: Context, conn: Connection, principal: Principal, run_id: int) -> ImportRun:
    """Have the worker go on with an import that stopped, from its checkpoint, with the file as it was uploaded.

    Raises:
        NotAllowed: without the right ``imports.run``.
        NotFound: there is no such import.
        Conflict: it is done, or moves, or its file is not kept here.
    """
    access.require(principal, "imports.run")
    run = intake.import_run(conn, run_id)
    if run.state == "done":
        raise Conflict(reason="this import is done.", reason_zh="该导入已完成。")
    if _moves(context, run):
        raise Conflict(reason="this import is running.", reason_zh="该导入正在进行中。")
    if _kept_file(context, run) is None:
        raise _gone()
    details = {"file": run.file_name}
    access.record(
        conn,
        actor=principal.actor,
        action="import.resumed",
        target=f"import:{run.id}",
        details=details,
        now=context.clock.now(),
    )
    return _let_wait(context, conn, run)


def run_upload(context: Context, import_id: int) -> ImportRun | None:
    """Import an uploaded file; when it is done, the file is deleted.

    Safe to repeat; ``None`` when another job has done it.

    Raises:
        NotFound: there is no such import.
        Conflict: its file is not kept here.
        SiyuError: as :func:`import_file`.
    """
    with context.database.transaction() as conn:
        run = intake.start_import(conn, import_id, context.clock.now())
    if run.state == "done":
        log.warning("import.done_already", id=run.id)
        _forget_file(context, run)
        return None
    path = _kept_file(context, run)
    if path is None:
        fail(context, [run], gone := _gone())
        raise gone
    assert run.kept is not None
    begun = Begun(path, _as_accepted(context, run.kept, run), run)
    if run.kept["links_first"]:
        from siyu.app import linking  # noqa: PLC0415 - every room that knows people; it says why it stands apart

        linking.link_first(context, [begun], actor=access.system(run.started_by))
    run = finish(context, begun)
    _forget_file(context, run)
    return run


def give_up(context: Context, conn: Connection, problem: Mapping[str, Any], import_id: int) -> None:
    """Note that nobody goes on with an upload by itself; :func:`resume` does. Safe to repeat; what it failed with stays."""
    run = intake.import_run(conn, import_id)
    if run.state in {"waiting", "running"}:
        intake.fail_import(conn, run, problem, context.clock.now())


def _moves(context: Context, run: ImportRun) -> bool:
    return run.state in {"waiting", "running"} and context.clock.now() - run.updated_at < _ALIVE


def _let_wait(context: Context, conn: Connection, run: ImportRun) -> ImportRun:
    jobs.defer(conn, IMPORT, {"import_id": run.id}, once=f"{IMPORT}:{run.id}", queue=jobs.LONG)
    return intake.let_import_wait(conn, run.id, context.clock.now())


def _as_accepted(context: Context, how: Mapping[str, Any], run: ImportRun) -> ImportOptions:
    mapping = FileMapping.model_validate(how["mapping"]) if how["mapping"] else None
    kind, source_id = cast("Kind", run.kind), run.source_id
    return options_for(context, kind, source_id=source_id, platform=how["platform"], shop=how["shop"], mapping=mapping)


def _gone() -> Conflict:
    return Conflict(
        reason="its file is no longer kept here: import the same file again, it goes on where it stopped.",
        reason_zh="该文件已不在服务器上：请再次导入同一文件，将从中断处继续。",
    )


def forget_files(context: Context) -> None:
    """Delete the files of imports that nobody went on with for two weeks. Safe to repeat."""
    with context.database.transaction() as conn:
        gone = intake.forgotten_imports(conn, context.clock.now() - _FILES_KEPT)
        paths = [_kept_file(context, run) for run in gone]
        for run in gone:
            intake.forget_import_file(conn, run)
    for path in paths:
        if path is not None:
            path.unlink(missing_ok=True)


def _forget_file(context: Context, run: ImportRun) -> None:
    with context.database.transaction() as conn:
        intake.forget_import_file(conn, run)
    if kept := _kept_file(context, run):
        kept.unlink(missing_ok=True)


def _kept_file(context: Context, run: ImportRun) -> Path | None:
    """Where its upload lies, if it does."""
    path = Place(context.settings.data_folder).uploads / run.kept["file"] if run.kept else None
    return path if path is not None and path.exists() else None


def write_rejects(context: Context, run: ImportRun, path: Path) -> int:
    """Write the rejected rows of an import, with line, column and reason, so that they can be mended and imported.

    Returns how many; the file is not made when there is none. They are read and written piece by piece: there may be millions.
    """
    with context.database.transaction() as conn:
        return files.write_rejects(path, run.header, intake.import_rejects(conn, run.id))


def wait_until_absorbed(context: Context, progress: Callable[[int], None] = lambda _: None) -> None:
    """Wait until no bulk message waits; ``progress`` hears how many do."""
    while waiting := _waiting(context):
        progress(waiting)
        time.sleep(_LOOK_EVERY)


def _store(context: Context, run: ImportRun, chunks: Iterator[Chunk], progress: Progress) -> ImportRun:
    pending: list[Chunk] = []
    for chunk in chunks:
        pending.append(chunk)
        if chunk.checkpoint.done or len(pending) >= _CHUNKS_A_COMMIT:
            run = _commit(context, run, pending)
            pending = []
            progress(run)
    return run


def _commit(context: Context, run: ImportRun, chunks: list[Chunk]) -> ImportRun:
    wait_for_room(context)
    with context.database.transaction() as conn:
        for chunk in chunks:
            run = intake.advance_import(conn, run, chunk, context.clock.now())
    return run


def wait_for_room(context: Context, ending: Callable[[], bool] = lambda: False) -> None:
    """Wait until more bulk messages would not only lie in the queue, or the process ends."""
    while _waiting(context) > _MOST_WAITING and not ending():
        time.sleep(_LOOK_EVERY)


def _waiting(context: Context) -> int:
    with context.database.transaction() as conn:
        return intake.depth(conn).messages[Lane.BULK]


def describe(run: ImportRun) -> dict[str, Any]:
    """A run for people and programs, without its checkpoint."""
    return {
        "id": run.id,
        "state": run.state,
        "file": run.file_name,
        "format": run.format,
        "rows": run.rows,
        "messages": run.messages,
        "rejected": run.rejected,
    }
