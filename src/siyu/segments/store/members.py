"""Who is in a segment, or on a list, by chunks of ids. Changes are made under the lock on the segment's row."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap64
from sqlalchemy import Connection

from siyu.engines.postgres import rows, run
from siyu.segments.store.bitmaps import bitmap, chunks, joined

_BATCH: Final = 500  # chunks written at once, of up to 8 kB


def everybody(conn: Connection, segment_id: int) -> BitMap64:
    """All who are in a segment."""
    found = rows(conn, "SELECT chunk, people FROM segments.member WHERE segment_id = :id", id=segment_id)
    return joined((row[0], row[1]) for row in found)


def among(conn: Connection, segment_id: int, ids: Iterable[int]) -> BitMap64:
    """Who of these is in a segment; reads only the chunks in which they would be."""
    return among_many(conn, [segment_id], bitmap(np.fromiter(ids, np.int64)))[segment_id]


def among_many(conn: Connection, segment_ids: Sequence[int], wanted: BitMap64) -> dict[int, BitMap64]:
    """Who of these is in each segment."""
    found = rows(
        conn,
        """SELECT segment_id, chunk, people FROM segments.member
           WHERE segment_id = ANY(CAST(:segments AS bigint[])) AND chunk = ANY(CAST(:chunks AS bigint[]))""",
        segments=list(segment_ids),
        chunks=[chunk for chunk, _, _ in chunks(wanted)],
    )
    stored: dict[int, list[tuple[int, bytes]]] = {segment_id: [] for segment_id in segment_ids}
    for segment_id, chunk, people in found:
        stored[segment_id].append((chunk, people))
    return {segment_id: joined(parts) & wanted for segment_id, parts in stored.items()}


def change(conn: Connection, moves: Mapping[int, tuple[BitMap64, BitMap64]]) -> None:
    """Take (these in, those out) of each segment; chunks that stay empty are dropped."""
    owners, numbers = [], []
    for segment_id, (coming, going) in moves.items():
        for chunk, _, _ in chunks(coming | going):
            owners.append(segment_id)
            numbers.append(chunk)
    found = rows(
        conn,
        """SELECT segment_id, chunk, people
           FROM unnest(CAST(:owners AS bigint[]), CAST(:numbers AS bigint[])) AS wanted (segment_id, chunk)
           JOIN segments.member USING (segment_id, chunk)""",
        owners=owners,
        numbers=numbers,
    )
    stored: dict[int, list[tuple[int, bytes]]] = {segment_id: [] for segment_id in moves}
    for segment_id, chunk, people in found:
        stored[segment_id].append((chunk, people))
    kept, left = [], set(zip(owners, numbers, strict=True))
    for segment_id, (coming, going) in moves.items():
        for chunk, people, held in chunks((joined(stored[segment_id]) | coming) - going):
            kept.append((segment_id, chunk, people, held))
            left.discard((segment_id, chunk))
    _write(conn, "segments.member", "segment_id", kept)
    _drop(conn, "segments.member", "segment_id", sorted(left))


def replace(conn: Connection, segment_id: int, people: BitMap64) -> None:
    """Put these in the place of all who were in a segment; chunks that are the same are not written."""
    stored = {
        row[0]: bytes(row[1])
        for row in rows(conn, "SELECT chunk, people FROM segments.member WHERE segment_id = :id", id=segment_id)
    }
    kept = list(chunks(people))
    changed = [(segment_id, *part) for part in kept if stored.get(part[0]) != part[1]]
    _write(conn, "segments.member", "segment_id", changed)
    gone = stored.keys() - {chunk for chunk, _, _ in kept}
    _drop(conn, "segments.member", "segment_id", [(segment_id, chunk) for chunk in sorted(gone)])


def forget(conn: Connection, segment_id: int) -> None:
    """Nobody is in it any more, nothing is due."""
    run(conn, "DELETE FROM segments.member WHERE segment_id = :id", id=segment_id)
    run(conn, "DELETE FROM segments.due WHERE segment_id = :id", id=segment_id)


def keep_list(conn: Connection, list_id: int, people: BitMap64) -> None:
    """Write who is on a new list."""
    _write(conn, "segments.listed", "list_id", [(list_id, *part) for part in chunks(people)])


def on_list(conn: Connection, list_id: int) -> BitMap64:
    """Who is on a list, by the ids they had when its file was read."""
    found = rows(conn, "SELECT chunk, people FROM segments.listed WHERE list_id = :id", id=list_id)
    return joined((row[0], row[1]) for row in found)


def on_list_among(conn: Connection, list_id: int, ids: NDArray[np.int64]) -> BitMap64:
    """Which of these ids are on a list."""
    wanted = bitmap(ids)
    found = rows(
        conn,
        "SELECT chunk, people FROM segments.listed WHERE list_id = :id AND chunk = ANY(CAST(:chunks AS bigint[]))",
        id=list_id,
        chunks=[chunk for chunk, _, _ in chunks(wanted)],
    )
    return joined((row[0], row[1]) for row in found) & wanted


def drop_list(conn: Connection, list_id: int) -> None:
    """Forget who was on it."""
    run(conn, "DELETE FROM segments.listed WHERE list_id = :id", id=list_id)


def _write(conn: Connection, table: str, column: str, parts: Sequence[tuple[int, int, bytes, int]]) -> None:
    """(owner, chunk, people, how many), as they are or in the place of what was there."""
    for start in range(0, len(parts), _BATCH):
        written = parts[start : start + _BATCH]
        run(
            conn,
            f"""
            INSERT INTO {table} ({column}, chunk, people, count)
            SELECT owner, chunk, people, count
            FROM unnest(CAST(:owners AS bigint[]), CAST(:chunks AS bigint[]), CAST(:people AS bytea[]),
                        CAST(:counts AS integer[])) AS new (owner, chunk, people, count)
            ON CONFLICT ({column}, chunk) DO UPDATE SET people = excluded.people, count = excluded.count
            """,
            owners=[owner for owner, _, _, _ in written],
            chunks=[chunk for _, chunk, _, _ in written],
            people=[people for _, _, people, _ in written],
            counts=[held for _, _, _, held in written],
        )


def _drop(conn: Connection, table: str, column: str, gone: Sequence[tuple[int, int]]) -> None:
    if gone:
        run(
            conn,
            f"""DELETE FROM {table} USING unnest(CAST(:owners AS bigint[]), CAST(:chunks AS bigint[])) AS gone (owner, part)
                WHERE {column} = gone.owner AND chunk = gone.part""",
            owners=[owner for owner, _ in gone],
            chunks=[chunk for _, chunk in gone],
        )
