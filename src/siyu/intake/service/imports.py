"""Imports of files: each chunk becomes durable together with the place in the file up to which it was read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from siyu.engines.vault import service as vault
from siyu.intake import store
from siyu.intake.files.mapping import FileMapping
from siyu.intake.files.types import Chunk, Kind, Note, Problem, Recognition, Reject
from siyu.intake.service.queue import put_parts
from siyu.intake.types import ImportRun, Lane, RejectedRow, RejectSum
from siyu.kernel.errors import NotFound

_NOTES_KEPT: Final = 200  # different ones of one import
_REJECTS_KEPT: Final = 100_000  # of one import; a file with more of them is the wrong file, and the count goes on


def begin_import(
    conn: Connection,
    *,
    source_id: int,
    kind: Kind,
    file_name: str,
    recognition: Recognition,
    file_key: str,
    actor: str,
    now: datetime,
) -> ImportRun:
    """Begin to import a file, or go on where an earlier import of the same file stopped.

    The same file read in the same way (``file_key``) is the same import until it is done; after that it is a new one,
    which changes nothing because its messages are known.
    """
    unfinished = store.unfinished_import(conn, file_key, source_id)
    if unfinished is not None:
        return unfinished
    return store.insert_import(
        conn,
        source_id=source_id,
        kind=kind,
        file_name=file_name,
        file_key=file_key,
        file_bytes=recognition.total_bytes,
        file_format=recognition.format,
        header=list(recognition.header),
        actor=actor,
        now=now,
    )


def advance_import(conn: Connection, run: ImportRun, chunk: Chunk, now: datetime) -> ImportRun:
    """Make the messages and rejects of a chunk durable, with its checkpoint; return the import as it stands then.

    Safe to repeat: a chunk behind the checkpoint (another process reads the same file) is not taken again.
    """
    locked = store.lock_import(conn, run.id)
    if locked.checkpoint is not None:
        # The last chunk may hold no row of its own: what it says is that the file has ended.
        stored = (locked.checkpoint["line"], locked.checkpoint["done"])
        if stored >= (chunk.checkpoint.line, chunk.checkpoint.done):
            return locked
    put_parts(conn, Lane.BULK, chunk.parts)
    kept = max(0, _REJECTS_KEPT - locked.rejected)
    sealed = [(reject, vault.seal(orjson.dumps(reject.row))) for reject in chunk.rejects[:kept]]
    store.insert_rejects(conn, run.id, locked.rejected, sealed)
    state = "done" if chunk.checkpoint.done else "running"
    return store.update_import(conn, run.id, chunk, _summed(locked.notes, chunk.notes), state, now)


def _summed(notes: Iterable[Mapping[str, Any]], more: Iterable[Note]) -> list[Mapping[str, Any]]:
    """Notes of an import with those of its next chunk: each once, its rows added."""
    found = {(note["code"], note["value"]): note for note in notes}
    for note in more:
        rows = found.get((note.code, note.value), {}).get("rows", 0) + note.rows
        found[note.code, note.value] = {**asdict(note), "rows": rows}
    return list(found.values())[:_NOTES_KEPT]


def fail_import(conn: Connection, run: ImportRun, error: Mapping[str, Any], now: datetime) -> None:
    """Note why an import stopped. It goes on from its checkpoint when it is begun again."""
    store.mark_import_failed(conn, run.id, error, now)


def keep_import_file(conn: Connection, run: ImportRun, file: str, how: Mapping[str, Any]) -> None:
    """Note with an import that its uploaded file lies here until it is done, and how it is read. Idempotent."""
    store.set_kept(conn, run.id, {**how, "file": file})


def let_import_wait(conn: Connection, run_id: int, now: datetime) -> ImportRun:
    """Note that an import's turn will come, and return it; why it stopped before is over. One that is done stays so."""
    store.move_import(conn, run_id, "waiting", now)
    return import_run(conn, run_id)


def start_import(conn: Connection, run_id: int, now: datetime) -> ImportRun:
    """Note that an import's turn has come, and return it. One that is done stays so. Idempotent.

    Raises:
        NotFound: there is none with this id.
    """
    store.move_import(conn, run_id, "running", now)
    return import_run(conn, run_id)


def forget_import_file(conn: Connection, run: ImportRun) -> None:
    """Note that the file of an import is no longer kept; the caller deletes it. Idempotent."""
    store.set_kept(conn, run.id, None)


def forgotten_imports(conn: Connection, before: datetime) -> list[ImportRun]:
    """Imports with a file that nobody went on with since ``before``."""
    return store.kept_imports(conn, before)


def import_run(conn: Connection, run_id: int) -> ImportRun:
    """One import.

    Raises:
        NotFound: there is none with this id.
    """
    found = store.find_import(conn, run_id)
    if found is None:
        raise NotFound(what="import", what_zh="导入记录", key=run_id)
    return found


def import_runs(conn: Connection, *, before: int | None = None, limit: int = 50) -> list[ImportRun]:
    """Imports, newest first; ``before`` is the id of the last one of the page before."""
    return store.list_imports(conn, before, limit)


def import_rejects(conn: Connection, run_id: int) -> Iterator[Reject]:
    """The rejected rows of an import, as they were, in order, read piece by piece. They may hold personal data."""
    for piece in store.rejects(conn, run_id):
        for row in piece:
            cells = tuple(orjson.loads(vault.open_sealed(bytes(row.cells))))
            yield Reject(row.line, row.column_name, Problem(row.code, row.reason, row.reason_zh), cells)


def import_reject_page(conn: Connection, run_id: int, *, after: int = 0, limit: int = 50) -> list[RejectedRow]:
    """The rejected rows of an import without their cells, in order, from behind the place ``after`` on."""
    return store.reject_page(conn, run_id, after, limit)


def import_reject_sums(conn: Connection, run_id: int) -> list[RejectSum]:
    """Why rows of an import were rejected: how many for each reason and column, the most frequent hundred."""
    return store.reject_sums(conn, run_id)


def save_mapping(conn: Connection, mapping: FileMapping, actor: str, now: datetime) -> None:
    """Keep a mapping under its name; an earlier one of that name is replaced. Idempotent."""
    store.upsert_mapping(conn, mapping.name, mapping.model_dump(mode="json"), actor, now)


def load_mapping(conn: Connection, name: str) -> FileMapping:
    """The saved mapping of this name.

    Raises:
        NotFound: there is none.
    """
    body = store.find_mapping(conn, name)
    if body is None:
        raise NotFound(what="mapping", what_zh="映射", key=name)
    return FileMapping.model_validate(body)


def mappings(conn: Connection) -> list[str]:
    """Names of the saved mappings."""
    return store.mapping_names(conn)


def saved_mappings(conn: Connection) -> list[FileMapping]:
    """The saved mappings, by name."""
    return [FileMapping.model_validate(body) for body in store.mapping_bodies(conn)]


def drop_mapping(conn: Connection, name: str) -> None:
    """Forget a mapping. Imports that were made with it stay as they are.

    Raises:
        NotFound: there is none of this name.
    """
    if not store.delete_mapping(conn, name):
        raise NotFound(what="mapping", what_zh="映射", key=name)
