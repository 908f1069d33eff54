"""When answers may change by time alone, and who was touched by something that no fact tells of."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap64
from sqlalchemy import Connection

from siyu.engines.postgres import call, rows, run
from siyu.segments.store.bitmaps import bitmap

HOUR: Final = 3_600_000
_NEAR: Final = 2 * HOUR
_BATCH: Final = 500
_TOUCHES: Final = 200
_TOUCHED_A_ROW: Final = 1000


def by_moment(ids: NDArray[np.int64], moments: NDArray[np.int64], now: int) -> dict[int, BitMap64]:
    """Who is to be looked at when: to the millisecond where that is soon, else from the beginning of the hour on."""
    rounded = np.where(moments - now >= _NEAR, moments // HOUR * HOUR, np.maximum(moments, now + 1))
    order = np.argsort(rounded, kind="stable")
    ids, rounded = ids[order], rounded[order]
    starts = np.flatnonzero(np.diff(rounded, prepend=rounded[0] - 1)) if len(rounded) else np.empty(0, np.int64)
    ends = [*starts[1:].tolist(), len(rounded)]
    return {int(rounded[start]): bitmap(ids[start:end]) for start, end in zip(starts.tolist(), ends, strict=False)}


def add(conn: Connection, due: Mapping[int, Mapping[int, BitMap64]]) -> None:
    """Of each segment, also look at these then."""
    entries = [(segment_id, moment) for segment_id, found in due.items() for moment in found]
    if not entries:
        return
    known = {
        (row[0], row[1]): BitMap64.deserialize(bytes(row[2]))
        for row in rows(
            conn,
            """SELECT segment_id, due_at, people
               FROM unnest(CAST(:owners AS bigint[]), CAST(:moments AS bigint[])) AS wanted (segment_id, due_at)
               JOIN segments.due USING (segment_id, due_at)""",
            owners=[segment_id for segment_id, _ in entries],
            moments=[moment for _, moment in entries],
        )
    }
    after = {entry: due[entry[0]][entry[1]] | known.get(entry, BitMap64()) for entry in entries}
    _write(conn, [(*entry, people) for entry, people in after.items() if known.get(entry) != people])


def replace(conn: Connection, segment_id: int, due: Mapping[int, BitMap64]) -> None:
    """Look at these then, and at nobody else any more."""
    run(conn, "DELETE FROM segments.due WHERE segment_id = :id", id=segment_id)
    _write(conn, [(segment_id, moment, people) for moment, people in sorted(due.items(), key=lambda entry: entry[0])])


def _write(conn: Connection, entries: Sequence[tuple[int, int, BitMap64]]) -> None:
    for start in range(0, len(entries), _BATCH):
        written = entries[start : start + _BATCH]
        run(
            conn,
            """
            INSERT INTO segments.due (segment_id, due_at, people)
            SELECT owner, due_at, people
            FROM unnest(CAST(:owners AS bigint[]), CAST(:moments AS bigint[]), CAST(:people AS bytea[]))
                AS new (owner, due_at, people)
            ON CONFLICT (due_at, segment_id) DO UPDATE SET people = excluded.people
            """,
            owners=[owner for owner, _, _ in written],
            moments=[moment for _, moment, _ in written],
            people=[people.serialize() for _, _, people in written],
        )


def due_segments(conn: Connection, now: int) -> list[int]:
    """Which segments have somebody to be looked at by now, ascending."""
    sql = "SELECT DISTINCT segment_id FROM segments.due WHERE due_at <= :now ORDER BY 1"
    return [row[0] for row in rows(conn, sql, now=now)]


def take(conn: Connection, segment_id: int, now: int, most: int) -> BitMap64:
    """Some of those of a segment who are to be looked at by now, longest due first; no longer due when this commits."""
    sql = "SELECT due_at, people FROM segments.due WHERE segment_id = :id AND due_at <= :now ORDER BY due_at"
    people, taken = BitMap64(), []
    for due_at, packed in rows(conn, sql, id=segment_id, now=now):
        if len(people) >= most:
            break
        people |= BitMap64.deserialize(bytes(packed))
        taken.append(due_at)
    sql = "DELETE FROM segments.due WHERE segment_id = :id AND due_at = ANY(CAST(:taken AS bigint[]))"
    run(conn, sql, id=segment_id, taken=taken)
    return people


def touch(conn: Connection, cause: str, ids: Sequence[int], channel: str) -> None:
    """Have these looked at again for that cause, and say so on the channel at commit."""
    for start in range(0, len(ids), _TOUCHED_A_ROW):
        sql = "INSERT INTO segments.touched (cause, customer_ids) VALUES (:cause, CAST(:ids AS bigint[]))"
        run(conn, sql, cause=cause, ids=list(ids[start : start + _TOUCHED_A_ROW]))
    if ids:
        call(conn, channel)


def take_touched(conn: Connection) -> dict[str, list[int]]:
    """Some of those who were touched, by cause, longest first; no longer so when this commits."""
    found: dict[str, list[int]] = {}
    taken = rows(
        conn,
        """DELETE FROM segments.touched WHERE id IN (SELECT id FROM segments.touched ORDER BY id LIMIT :most)
           RETURNING cause, customer_ids""",
        most=_TOUCHES,
    )
    for cause, ids in taken:
        found.setdefault(cause, []).extend(ids)
    return found
