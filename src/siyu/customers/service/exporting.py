"""Exports of the list of customers: the record of them; the file is written by the app."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from siyu.customers.store import exports as store
from siyu.customers.types import Export
from siyu.kernel.errors import NotFound

EXPORT_KEPT: Final = timedelta(days=7)


def begin_export(
    conn: Connection, wanted: dict[str, Any], columns: list[str], *, reveal: bool, made_by: str, now: datetime
) -> Export:
    """Note that somebody wants an export; ``wanted`` is a filter without personal data, as JSON."""
    return store.insert(conn, wanted, columns, reveal=reveal, made_by=made_by, now=now)


def export(conn: Connection, export_id: int) -> Export:
    """One export.

    Raises:
        NotFound: there is none with this id.
    """
    found = store.find(conn, export_id)
    if found is None:
        raise NotFound(what="export", what_zh="导出记录", key=export_id)
    return found


def exports(conn: Connection, *, before: int | None = None, limit: int = 50) -> list[Export]:
    """Exports, newest first; ``before`` is the id of the last one of the page before."""
    return store.page(conn, before, limit)


def advance_export(conn: Connection, export_id: int, rows: int) -> None:
    """Note that it runs and how many rows are written."""
    store.advance(conn, export_id, state="running", rows=rows, error=None)


def finish_export(conn: Connection, export_id: int, *, rows: int, size: int, file: str, now: datetime) -> None:
    """Note that the file is whole; it is kept for :data:`EXPORT_KEPT`."""
    store.advance(
        conn,
        export_id,
        state="done",
        rows=rows,
        bytes=size,
        file=file,
        error=None,
        finished_at=now,
        expires_at=now + EXPORT_KEPT,
    )


def fail_export(conn: Connection, export_id: int, error: Mapping[str, Any], now: datetime) -> None:
    """Note why it stopped."""
    store.advance(conn, export_id, state="failed", error=error, finished_at=now)


def expire_exports(conn: Connection, now: datetime) -> list[str]:
    """Turn those whose time is over; returns their files, which the caller deletes. Safe to repeat."""
    gone = store.expired(conn, now)
    for one in gone:
        store.advance(conn, one.id, state="expired", file=None)
    return [one.file for one in gone if one.file]
