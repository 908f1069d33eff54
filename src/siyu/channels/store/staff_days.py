"""SQL of what the platform counts of staff by the day."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from siyu.channels.types.acting import StaffDay
from siyu.engines.postgres import run, scalar


def put(conn: Connection, account_id: int, days: Sequence[StaffDay]) -> None:
    """Keep these days as they are counted now. Safe to repeat."""
    if not days:
        return
    newest = {(one.day, one.staff_id): one for one in days}
    some = [newest[place] for place in sorted(newest)]
    run(
        conn,
        """INSERT INTO channels.staff_day
               (account_id, day, staff_id, chats, messages, replied, first_reply_minutes, deleted_by)
           SELECT :account_id, day, staff_id, chats, messages, replied, minutes, deleted_by
           FROM unnest(CAST(:days AS timestamptz[]), CAST(:staff AS text[]), CAST(:chats AS integer[]),
                       CAST(:messages AS integer[]), CAST(:replied AS double precision[]), CAST(:minutes AS integer[]),
                       CAST(:deleted_by AS integer[]))
               WITH ORDINALITY AS new (day, staff_id, chats, messages, replied, minutes, deleted_by, place)
           ORDER BY place
           ON CONFLICT (account_id, day, staff_id) DO UPDATE
           SET chats = excluded.chats, messages = excluded.messages, replied = excluded.replied,
               first_reply_minutes = excluded.first_reply_minutes, deleted_by = excluded.deleted_by""",
        account_id=account_id,
        days=[one.day for one in some],
        staff=[one.staff_id for one in some],
        chats=[one.chats for one in some],
        messages=[one.messages for one in some],
        replied=[one.replied for one in some],
        minutes=[one.first_reply_minutes for one in some],
        deleted_by=[one.deleted_by for one in some],
    )


def newest(conn: Connection, account_id: int) -> datetime | None:
    """The last day of which something is kept."""
    found: datetime | None = scalar(
        conn, "SELECT max(day) FROM channels.staff_day WHERE account_id = :account_id", account_id=account_id
    )
    return found
