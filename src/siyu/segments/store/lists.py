"""Lists from files; who is on them is in :mod:`.members`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, rows, run, scalar
from siyu.segments.types import UploadedList

_COLUMNS: Final = "id, name, type, lines, unknown, people, unknown_lines, made_by, made_at"


def insert(
    conn: Connection,
    name: str,
    type_: str,
    counts: tuple[int, int, int],
    unknown_lines: Sequence[str],
    actor: str,
    now: datetime,
) -> int:
    """Make a list; ``counts`` are lines, unknown ones and people."""
    return int(
        scalar(
            conn,
            """INSERT INTO segments.list (name, type, lines, unknown, people, unknown_lines, made_by, made_at)
               VALUES (:name, :type, :lines, :unknown, :people, CAST(:unknown_lines AS text[]), :actor, :now)
               RETURNING id""",
            name=name,
            type=type_,
            lines=counts[0],
            unknown=counts[1],
            people=counts[2],
            unknown_lines=list(unknown_lines),
            actor=actor,
            now=now,
        )
    )


def everything(conn: Connection) -> list[UploadedList]:
    """All lists, the newest first."""
    return [_list(row) for row in rows(conn, f"SELECT {_COLUMNS} FROM segments.list ORDER BY id DESC")]


def by_id(conn: Connection, list_id: int) -> UploadedList | None:
    """One of them."""
    found = rows(conn, f"SELECT {_COLUMNS} FROM segments.list WHERE id = :id", id=list_id)
    return _list(found[0]) if found else None


def known(conn: Connection, ids: Sequence[int]) -> dict[int, str]:
    """Names of those of these lists that are there."""
    sql = "SELECT id, name FROM segments.list WHERE id = ANY(CAST(:ids AS bigint[]))"
    return {row[0]: row[1] for row in rows(conn, sql, ids=list(ids))}


def delete(conn: Connection, list_id: int) -> None:
    run(conn, "DELETE FROM segments.list WHERE id = :id", id=list_id)


def _list(row: AnyRow) -> UploadedList:
    id_, name, type_, lines, unknown, people, examples, made_by, made_at = row
    return UploadedList(id_, name, type_, lines, unknown, people, tuple(examples), made_by, made_at)
