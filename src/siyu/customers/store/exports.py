"""Exports of the list: who asked for what, how far it is, where the file lies."""

from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from siyu.customers.types import Export
from siyu.engines.postgres import one, rows, run

_COLUMNS: Final = (
    "id, state, wanted, columns, reveal, rows, bytes, file, error, made_by, made_at, finished_at, expires_at"
)


def insert(
    conn: Connection, wanted: dict[str, Any], columns: list[str], *, reveal: bool, made_by: str, now: datetime
) -> Export:
    found = one(
        conn,
        f"""INSERT INTO customers.export (wanted, columns, reveal, made_by, made_at)
            VALUES (CAST(:wanted AS jsonb), CAST(:columns AS text[]), :reveal, :made_by, :now) RETURNING {_COLUMNS}""",
        wanted=orjson.dumps(wanted).decode(),
        columns=columns,
        reveal=reveal,
        made_by=made_by,
        now=now,
    )
    assert found is not None
    return Export(*found)


def find(conn: Connection, export_id: int, *, lock: bool = False) -> Export | None:
    found = one(
        conn,
        f"SELECT {_COLUMNS} FROM customers.export WHERE id = :id {'FOR UPDATE' if lock else ''}",
        id=export_id,
    )
    return Export(*found) if found else None


def page(conn: Connection, before: int | None, limit: int) -> list[Export]:
    found = rows(
        conn,
        f"""SELECT {_COLUMNS} FROM customers.export WHERE CAST(:before AS bigint) IS NULL OR id < :before
            ORDER BY id DESC LIMIT :limit""",
        before=before,
        limit=limit,
    )
    return [Export(*row) for row in found]


def advance(conn: Connection, export_id: int, **changed: Any) -> None:
    """Set these columns; ``error`` as JSON."""
    if changed.get("error") is not None:
        changed["error"] = orjson.dumps(changed["error"]).decode()
    given = ", ".join(f"{name} = CAST(:{name} AS {_TYPES[name]})" for name in changed)
    run(conn, f"UPDATE customers.export SET {given} WHERE id = :id", id=export_id, **changed)


_TYPES: Final = {
    "state": "text",
    "rows": "bigint",
    "bytes": "bigint",
    "file": "text",
    "error": "jsonb",
    "finished_at": "timestamptz",
    "expires_at": "timestamptz",
}


def expired(conn: Connection, now: datetime) -> list[Export]:
    """Finished ones whose time is over, locked."""
    found = rows(
        conn,
        f"""SELECT {_COLUMNS} FROM customers.export WHERE state = 'done' AND expires_at <= :now
            ORDER BY id FOR UPDATE SKIP LOCKED""",
        now=now,
    )
    return [Export(*row) for row in found]
