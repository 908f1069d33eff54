"""Calendars and their posts."""

from datetime import datetime

from sqlalchemy import Connection

from siyu.content.types import PLAN, POST, Calendar, Entry, Plan, Post
from siyu.engines.postgres import AnyRow, one, rows, run, scalar

_CALENDAR = "id, name, body, updated_at"


def insert(conn: Connection, name: str, plan: Plan, now: datetime) -> Calendar | None:
    """``None`` when the name is taken."""
    row = one(
        conn,
        f"""INSERT INTO content.calendar (name, body, updated_at) VALUES (:name, CAST(:body AS jsonb), :now)
            ON CONFLICT (name) DO NOTHING RETURNING {_CALENDAR}""",
        name=name,
        body=PLAN.dump_json(plan).decode(),
        now=now,
    )
    return _calendar(row) if row else None


def update(conn: Connection, calendar_id: int, plan: Plan, now: datetime) -> None:
    run(
        conn,
        "UPDATE content.calendar SET body = CAST(:body AS jsonb), updated_at = :now WHERE id = :id",
        id=calendar_id,
        body=PLAN.dump_json(plan).decode(),
        now=now,
    )


def calendar(conn: Connection, calendar_id: int, *, lock: bool = False) -> Calendar | None:
    row = one(
        conn,
        f"SELECT {_CALENDAR} FROM content.calendar WHERE id = :id{' FOR NO KEY UPDATE' if lock else ''}",
        id=calendar_id,
    )
    return _calendar(row) if row else None


def calendars(conn: Connection) -> list[Calendar]:
    """Newest first."""
    return [_calendar(row) for row in rows(conn, f"SELECT {_CALENDAR} FROM content.calendar ORDER BY id DESC")]


def add(conn: Connection, calendar_id: int, post: Post) -> int:
    return int(
        scalar(
            conn,
            """INSERT INTO content.calendar_entry (calendar_id, at, body) VALUES (:id, :at, CAST(:body AS jsonb))
               RETURNING id""",
            id=calendar_id,
            at=post.at,
            body=POST.dump_json(post).decode(),
        )
    )


def change(conn: Connection, calendar_id: int, entry_id: int, post: Post) -> bool:
    """Whether there is such an entry."""
    row = one(
        conn,
        """UPDATE content.calendar_entry SET at = :at, body = CAST(:body AS jsonb)
           WHERE id = :entry AND calendar_id = :id RETURNING id""",
        id=calendar_id,
        entry=entry_id,
        at=post.at,
        body=POST.dump_json(post).decode(),
    )
    return row is not None


def drop(conn: Connection, calendar_id: int, entry_id: int) -> None:
    run(
        conn,
        "DELETE FROM content.calendar_entry WHERE id = :entry AND calendar_id = :id",
        id=calendar_id,
        entry=entry_id,
    )


def entries(
    conn: Connection, calendar_id: int, since: datetime | None = None, until: datetime | None = None
) -> list[Entry]:
    """By time; from ``since`` on and before ``until``."""
    found = rows(
        conn,
        """SELECT id, calendar_id, body FROM content.calendar_entry
           WHERE calendar_id = :id AND (CAST(:since AS timestamptz) IS NULL OR at >= :since)
             AND (CAST(:until AS timestamptz) IS NULL OR at < :until)
           ORDER BY at, id""",
        id=calendar_id,
        since=since,
        until=until,
    )
    return [Entry(row.id, row.calendar_id, POST.validate_python(row.body)) for row in found]


def _calendar(row: AnyRow) -> Calendar:
    return Calendar(row.id, row.name, PLAN.validate_python(row.body), row.updated_at)
