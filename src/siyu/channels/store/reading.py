"""SQL that operators' pages ask of the mirror."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, one, rows

# Comings and goings in a period, each read from an index alone.
_MOVES: Final = """
    SELECT staff_id, true AS came, way = 'transfer' AS passed FROM channels.{follow}
    WHERE account_id = :account_id AND since >= :since AND since < :until
    UNION ALL
    SELECT staff_id, false, ended_by = 'transfer' FROM channels.{follow}
    WHERE account_id = :account_id AND ended_at >= :since AND ended_at < :until"""


def staff(conn: Connection, account_id: int, since: datetime, until: datetime) -> list[AnyRow]:
    """Every member of staff, also those who are no more, with whom they serve, what changed in the period and
    how they served in it. Shares and times of the days are weighed by their chats.
    """
    return rows(
        conn,
        f"""
        WITH standing AS (
            SELECT object_id AS staff_id, CAST(sum(change) AS bigint) AS contacts FROM channels.tally
            WHERE account_id = :account_id AND kind = 'staff' GROUP BY object_id HAVING sum(change) > 0
        ), moved AS (
            SELECT staff_id,
                   count(*) FILTER (WHERE came AND NOT passed) AS added,
                   count(*) FILTER (WHERE came AND passed) AS taken_over,
                   count(*) FILTER (WHERE NOT came AND NOT passed) AS lost,
                   count(*) FILTER (WHERE NOT came AND passed) AS handed_over
            FROM ({_MOVES.format(follow="follow")} UNION ALL {_MOVES.format(follow="follow_past")}) AS moves
            WHERE staff_id <> ''  -- the account itself is no member of staff
            GROUP BY staff_id
        ), talked AS (
            SELECT staff_id, sum(chats) AS chats, sum(messages) AS messages, sum(deleted_by) AS deleted_by,
                   sum(replied * chats) / nullif(sum(chats) FILTER (WHERE replied IS NOT NULL), 0) AS replied,
                   CAST(sum(first_reply_minutes * chats) AS double precision)
                       / nullif(sum(chats) FILTER (WHERE first_reply_minutes IS NOT NULL), 0) AS minutes
            FROM channels.staff_day
            WHERE account_id = :account_id AND day > CAST(:since AS timestamptz) - interval '1 day' AND day < :until
            GROUP BY staff_id
        ), asked AS (
            SELECT member.staff_id, count(member.confirmed_at) AS confirmed,
                   count(*) FILTER (WHERE member.confirmed_at IS NULL AND task.state = 'expired') AS forgotten
            FROM channels.staff_task AS task
            JOIN channels.staff_task_member AS member USING (account_id, handle)
            WHERE account_id = :account_id AND task.asked_at >= :since AND task.asked_at < :until
            GROUP BY member.staff_id
        )
        SELECT staff_id, coalesce(staff.name, ''), coalesce(staff.department_ids, '{{}}'),
               ARRAY(SELECT coalesce(nullif(department.name, ''), belongs.id)
                     FROM unnest(staff.department_ids) WITH ORDINALITY AS belongs (id, place)
                     LEFT JOIN channels.department AS department
                         ON department.account_id = :account_id AND department.department_id = belongs.id
                     ORDER BY belongs.place),
               coalesce(staff.position, ''),
               coalesce(staff.serves, true), coalesce(staff.active, false), staff.gone_at,
               coalesce(standing.contacts, 0), coalesce(moved.added, 0), coalesce(moved.lost, 0),
               coalesce(moved.taken_over, 0), coalesce(moved.handed_over, 0),
               coalesce(talked.chats, 0), coalesce(talked.messages, 0), talked.replied, talked.minutes,
               coalesce(talked.deleted_by, 0), coalesce(asked.confirmed, 0), coalesce(asked.forgotten, 0)
        FROM (SELECT * FROM channels.staff WHERE account_id = :account_id) AS staff
        FULL JOIN standing USING (staff_id) FULL JOIN moved USING (staff_id) FULL JOIN talked USING (staff_id)
        FULL JOIN asked USING (staff_id)
        ORDER BY coalesce(standing.contacts, 0) DESC, staff_id
        """,
        account_id=account_id,
        since=since,
        until=until,
    )


def groups(conn: Connection, account_id: int, since: datetime, until: datetime) -> list[AnyRow]:
    """Every group, also those that are no more, with who is in it and what changed in the period."""
    return rows(
        conn,
        """
        WITH standing AS (
            SELECT object_id AS group_id, CAST(sum(change) FILTER (WHERE kind = 'chat_customer') AS bigint) AS customers,
                   CAST(sum(change) FILTER (WHERE kind = 'chat_staff') AS bigint) AS staff
            FROM channels.tally
            WHERE account_id = :account_id AND kind IN ('chat_customer', 'chat_staff') GROUP BY object_id
        ), moved AS (
            SELECT group_id, count(*) FILTER (WHERE came) AS joined, count(*) FILTER (WHERE NOT came) AS gone
            FROM (
                SELECT group_id, true AS came FROM channels.chat_member
                WHERE account_id = :account_id AND kind = 'customer' AND joined_at >= :since AND joined_at < :until
                UNION ALL
                SELECT group_id, false FROM channels.chat_member
                WHERE account_id = :account_id AND kind = 'customer' AND left_at >= :since AND left_at < :until
            ) AS moves
            GROUP BY group_id
        )
        SELECT group_id, name, owner_id, created_at, gone_at, coalesce(standing.customers, 0),
               coalesce(standing.staff, 0), coalesce(moved.joined, 0), coalesce(moved.gone, 0)
        FROM channels.chat_group LEFT JOIN standing USING (group_id) LEFT JOIN moved USING (group_id)
        WHERE account_id = :account_id ORDER BY gone_at IS NOT NULL, created_at DESC NULLS LAST, group_id
        """,
        account_id=account_id,
        since=since,
        until=until,
    )


def tags(conn: Connection, account_id: int) -> list[AnyRow]:
    """Tags that are there, in their order, with how many contacts have each."""
    return rows(
        conn,
        """
        WITH used AS (
            SELECT object_id AS tag_id, CAST(sum(change) AS bigint) AS contacts FROM channels.tally
            WHERE account_id = :account_id AND kind = 'tag' GROUP BY object_id
        )
        SELECT tag_id, name, group_id, group_name, place, coalesce(contacts, 0)
        FROM channels.tag LEFT JOIN used USING (tag_id)
        WHERE account_id = :account_id AND gone_at IS NULL ORDER BY group_name, group_id, place, name
        """,
        account_id=account_id,
    )


def served(conn: Connection, account_id: int, staff_id: str, limit: int) -> list[AnyRow]:
    """Who stands with a member of staff now, who came last first, with the ids of the tags that this member put."""
    return rows(
        conn,
        """
        SELECT contact_id, since, way, state, tags FROM channels.follow
        WHERE account_id = :account_id AND staff_id = :staff_id AND ended_at IS NULL
        ORDER BY since DESC, contact_id LIMIT :limit
        """,
        account_id=account_id,
        staff_id=staff_id,
        limit=limit,
    )


def members(conn: Connection, account_id: int, group_id: str, limit: int) -> list[AnyRow]:
    """The last stay of everybody who is or was in a group: who is there first, then who came last."""
    return rows(
        conn,
        """SELECT member_id, kind, joined_at, left_at, way, invited_by, state FROM channels.chat_member
           WHERE account_id = :account_id AND group_id = :group_id
           ORDER BY left_at IS NOT NULL, joined_at DESC, member_id LIMIT :limit""",
        account_id=account_id,
        group_id=group_id,
        limit=limit,
    )


def contact(conn: Connection, account_id: int, contact_id: str) -> AnyRow | None:
    return one(
        conn,
        """SELECT contact_id, kind, union_id, nullif(seen_at, '-infinity'), gone_at, tags FROM channels.contact
           WHERE account_id = :account_id AND contact_id = :contact_id""",
        account_id=account_id,
        contact_id=contact_id,
    )


def follows(conn: Connection, account_id: int, contact_id: str) -> list[tuple[Any, ...]]:
    """Everybody who serves or served a contact, newest first, with the names of the tags they put."""
    found = rows(
        conn,
        """
        SELECT staff_id, since, ended_at, ended_by, transferred_to, way, state,
               ARRAY(SELECT name FROM channels.tag WHERE tag.account_id = follow.account_id AND gone_at IS NULL
                     AND tag_id = ANY(follow.tags) ORDER BY name)
        FROM channels.follow WHERE account_id = :account_id AND contact_id = :contact_id
        UNION ALL
        SELECT staff_id, since, ended_at, ended_by, transferred_to, way, state, '{}'
        FROM channels.follow_past WHERE account_id = :account_id AND contact_id = :contact_id
        ORDER BY 2 DESC, 1
        """,
        account_id=account_id,
        contact_id=contact_id,
    )
    return [tuple(row) for row in found]
