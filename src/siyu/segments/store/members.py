"""Who is in a segment, or on a list, by chunks of ids. Changes are made under the lock on the segment's row."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap64
from sqlalchemy import Connection

from siyu.engines.postgres import one, rows, run
from siyu.segments.store.bitmaps import CHUNK, bitmap, chunks, joined

_BATCH: Final = 500  # chunks written at once, of up to 8 kB


def everybody(conn: Connection, segment_id: int) -> BitMap64:
    """All who are in a segment."""
    found = rows(conn, "SELECT chunk, people FROM segments.member WHERE segment_id = :id", id=segment_id)
    return joined((row[0], row[1]) for row in found)


def among(conn: Connection, segment_id: int, ids: Iterable[int]) -> BitMap64:
    """Who of these is in a segment; reads only the chunks in which they would be."""
    wanted = bitmap(np.fromiter(ids, np.int64))
    return _of_chunks(conn, "segments.member", "segment_id", segment_id, wanted) & wanted


def _of_chunks(conn: Connection, table: str, column: str, owner: int, wanted: BitMap64) -> BitMap64:
    found = rows(
        conn,
        f"SELECT chunk, people FROM {table} WHERE {column} = :owner AND chunk = ANY(CAST(:chunks AS bigint[]))",
        owner=owner,
        chunks=[chunk for chunk, _, _ in chunks(wanted)],
    )
    return joined((row[0], row[1]) for row in found)


def change(conn: Connection, segment_id: int, coming: BitMap64, going: BitMap64) -> None:
    """Take these in and those out; chunks that stay empty are dropped."""
    touched = [chunk for chunk, _, _ in chunks(coming | going)]
    if not touched:
        return
    before = _of_chunks(conn, "segments.member", "segment_id", segment_id, coming | going)
    after = (before | coming) - going
    kept = list(chunks(after))
    _write(conn, "segments.member", "segment_id", segment_id, kept)
    _drop(conn, "segments.member", "segment_id", segment_id, sorted(set(touched) - {chunk for chunk, _, _ in kept}))


def replace(conn: Connection, segment_id: int, people: BitMap64) -> None:
    """Put these in the place of all who were in a segment; chunks that are the same are not written."""
    stored = {
        row[0]: bytes(row[1])
        for row in rows(conn, "SELECT chunk, people FROM segments.member WHERE segment_id = :id", id=segment_id)
    }
    kept = list(chunks(people))
    changed = [part for part in kept if stored.get(part[0]) != part[1]]
    _write(conn, "segments.member", "segment_id", segment_id, changed)
    _drop(conn, "segments.member", "segment_id", segment_id, sorted(stored.keys() - {chunk for chunk, _, _ in kept}))


def forget(conn: Connection, segment_id: int) -> None:
    """Nobody is in it any more, nothing is due."""
    run(conn, "DELETE FROM segments.member WHERE segment_id = :id", id=segment_id)
    run(conn, "DELETE FROM segments.due WHERE segment_id = :id", id=segment_id)


def count(conn: Connection, segment_id: int) -> int:
    """How many are in it."""
    found = one(conn, "SELECT coalesce(sum(count), 0) FROM segments.member WHERE segment_id = :id", id=segment_id)
    return int(found[0]) if found else 0


def keep_list(conn: Connection, list_id: int, people: BitMap64) -> None:
    """Write who is on a new list."""
    _write(conn, "segments.listed", "list_id", list_id, list(chunks(people)))


def on_list(conn: Connection, list_id: int) -> BitMap64:
    """Who is on a list, by the ids they had when its file was read."""
    found = rows(conn, "SELECT chunk, people FROM segments.listed WHERE list_id = :id", id=list_id)
    return joined((row[0], row[1]) for row in found)


def on_list_among(conn: Connection, list_id: int, ids: NDArray[np.int64]) -> BitMap64:
    """Which of these ids are on a list."""
    wanted = bitmap(ids)
    return _of_chunks(conn, "segments.listed", "list_id", list_id, wanted) & wanted


def drop_list(conn: Connection, list_id: int) -> None:
    """Forget who was on it."""
    run(conn, "DELETE FROM segments.listed WHERE list_id = :id", id=list_id)


def _write(conn: Connection, table: str, column: str, owner: int, parts: Sequence[tuple[int, bytes, int]]) -> None:
    for start in range(0, len(parts), _BATCH):
        written = parts[start : start + _BATCH]
        run(
            conn,
            f"""
            INSERT INTO {table} ({column}, chunk, people, count)
            SELECT :owner, chunk, people, count
            FROM unnest(CAST(:chunks AS bigint[]), CAST(:people AS bytea[]), CAST(:counts AS integer[]))
                AS new (chunk, people, count)
            ON CONFLICT ({column}, chunk) DO UPDATE SET people = excluded.people, count = excluded.count
            """,
            owner=owner,
            chunks=[chunk for chunk, _, _ in written],
            people=[people for _, people, _ in written],
            counts=[held for _, _, held in written],
        )


def _drop(conn: Connection, table: str, column: str, owner: int, gone: Sequence[int]) -> None:
    if gone:
        sql = f"DELETE FROM {table} WHERE {column} = :owner AND chunk = ANY(CAST(:gone AS bigint[]))"
        run(conn, sql, owner=owner, gone=list(gone))


def first_id(chunk: int) -> int:
    """The lowest id that a chunk can hold."""
    return chunk << CHUNK
