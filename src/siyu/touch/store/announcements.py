"""SQL of what is said to whole group chats."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, one, rows, run, scalar
from siyu.touch.types.announcements import Announcement

_SUMS = """
    SELECT announcement.id, key, name, programme_id, account_id, way, valid_until, asked_by, asked_at, count(*) AS groups,
           count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'handed') AS handed,
           count(*) FILTER (WHERE state = 'dropped') AS dropped
    FROM touch.announcement JOIN touch.announced ON announced.announcement_id = announcement.id"""


def insert(conn: Connection, columns: dict[str, Any]) -> int | None:
    """Its id; ``None`` when the key is taken."""
    found = one(
        conn,
        """INSERT INTO touch.announcement (key, input_hash, programme_id, name, account_id, way, message_hash, content,
               valid_until, asked_by, asked_at)
           VALUES (:key, :input_hash, :programme_id, :name, :account_id, :way, :message_hash, :content, :valid_until,
               :asked_by, :asked_at)
           ON CONFLICT (key) DO NOTHING RETURNING id""",
        **columns,
    )
    return int(found.id) if found else None


def insert_groups(
    conn: Connection, announcement_id: int, groups: Sequence[tuple[str, str, datetime]], now: datetime
) -> None:
    """(group, owner, when it is due) of each."""
    ids, staff, due = zip(*groups, strict=True)
    run(
        conn,
        """INSERT INTO touch.announced (announcement_id, group_id, staff_id, state, due_at, at)
           SELECT :id, group_id, staff_id, 'waiting', due_at, :now
           FROM unnest(CAST(:groups AS text[]), CAST(:staff AS text[]), CAST(:due AS timestamptz[]))
               AS new (group_id, staff_id, due_at)""",
        id=announcement_id,
        groups=list(ids),
        staff=list(staff),
        due=list(due),
        now=now,
    )


def known(conn: Connection, key: str) -> AnyRow | None:
    """Id and hash of the input of the one with this key."""
    return one(conn, "SELECT id, input_hash FROM touch.announcement WHERE key = :key", key=key)


def page(conn: Connection, before: int | None, limit: int) -> list[Announcement]:
    found = rows(
        conn,
        f"""{_SUMS} WHERE CAST(:before AS bigint) IS NULL OR announcement.id < :before
            GROUP BY announcement.id ORDER BY announcement.id DESC LIMIT :limit""",
        before=before,
        limit=limit,
    )
    return [Announcement(*row) for row in found]


def announcement(conn: Connection, announcement_id: int) -> Announcement | None:
    found = one(conn, f"{_SUMS} WHERE announcement.id = :id GROUP BY announcement.id", id=announcement_id)
    return Announcement(*found) if found else None


def message_hash(conn: Connection, announcement_id: int) -> str:
    """Of what it says."""
    return str(scalar(conn, "SELECT message_hash FROM touch.announcement WHERE id = :id", id=announcement_id))


def groups(conn: Connection, announcement_id: int) -> list[AnyRow]:
    """Group, owner, state, code and when it is due, of every group."""
    return rows(
        conn,
        """SELECT group_id, staff_id, state, code, due_at FROM touch.announced WHERE announcement_id = :id
           ORDER BY due_at, group_id""",
        id=announcement_id,
    )


def claim(conn: Connection, now: datetime, limit: int) -> list[AnyRow]:
    """What is due, of one announcement, with what is said; others take other ones."""
    return rows(
        conn,
        """SELECT announcement_id, programme_id, account_id, way, message_hash, content, valid_until, group_id, staff_id
           FROM touch.announced JOIN touch.announcement ON announcement.id = announced.announcement_id
           WHERE state = 'waiting' AND due_at <= :now AND announcement_id = (
               SELECT announcement_id FROM touch.announced WHERE state = 'waiting' AND due_at <= :now
               ORDER BY due_at LIMIT 1)
           ORDER BY due_at, group_id LIMIT :limit FOR UPDATE OF announced SKIP LOCKED""",
        now=now,
        limit=limit,
    )


def heard(conn: Connection, account_id: int, group_ids: Collection[str], content: int, since: datetime) -> set[str]:
    """Those of these groups to which the same was said since then."""
    found = rows(
        conn,
        """SELECT DISTINCT group_id FROM touch.announced JOIN touch.announcement ON announcement.id = announcement_id
           WHERE group_id = ANY(CAST(:groups AS text[])) AND state = 'handed' AND at > :since
             AND account_id = :account_id AND content = :content""",
        groups=list(group_ids),
        account_id=account_id,
        content=content,
        since=since,
    )
    return {row.group_id for row in found}


def turn(
    conn: Connection, announcement_id: int, turned: Sequence[tuple[str, str, str, datetime]], now: datetime
) -> None:
    """(group, state, code, when it is due) as they are now."""
    ids, states, codes, due = zip(*turned, strict=True)
    run(
        conn,
        """UPDATE touch.announced AS old SET state = new.state, code = new.code, due_at = new.due_at, at = :now
           FROM unnest(CAST(:groups AS text[]), CAST(:states AS text[]), CAST(:codes AS text[]),
                       CAST(:due AS timestamptz[])) AS new (group_id, state, code, due_at)
           WHERE old.announcement_id = :id AND old.group_id = new.group_id""",
        id=announcement_id,
        groups=list(ids),
        states=list(states),
        codes=list(codes),
        due=list(due),
        now=now,
    )
