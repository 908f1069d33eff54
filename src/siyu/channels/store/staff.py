"""SQL of staff, departments and tags of an account. Rows are written in the order of their ids."""

from collections.abc import Collection, Sequence
from datetime import datetime

import orjson
from sqlalchemy import Connection

from siyu.channels.types.seen import Department, Staff, Tag
from siyu.engines.postgres import rows, run


def write_staff(conn: Connection, account_id: int, staff: Sequence[Staff], moment: datetime) -> None:
    """Insert or overwrite what was not seen later."""
    if not staff:
        return
    run(
        conn,
        """
        INSERT INTO channels.staff AS old (account_id, staff_id, name, department_ids, position, serves, active, seen_at)
        SELECT :account_id, id, name, department_ids, position, serves, active, :moment
        FROM json_to_recordset(CAST(:staff AS json)) AS new (id text, name text, department_ids text[], position text,
            serves boolean, active boolean)
        ORDER BY id
        ON CONFLICT (account_id, staff_id) DO UPDATE
        SET name = excluded.name, department_ids = excluded.department_ids, position = excluded.position,
            serves = excluded.serves, active = excluded.active, seen_at = excluded.seen_at, gone_at = NULL
        WHERE old.seen_at <= excluded.seen_at
        """,
        account_id=account_id,
        staff=orjson.dumps([{name: getattr(one, name) for name in Staff.__slots__} for one in staff]).decode(),
        moment=moment,
    )


def end_staff(conn: Connection, account_id: int, *, gone: Collection[str], moment: datetime) -> list[str]:
    """These are no more; returns those of whom that is new."""
    if not gone:
        return []
    found = rows(
        conn,
        """
        WITH locked AS (SELECT staff_id FROM channels.staff WHERE account_id = :account_id AND gone_at IS NULL
            AND staff_id = ANY(CAST(:gone AS text[])) AND seen_at <= :moment ORDER BY staff_id FOR UPDATE)
        UPDATE channels.staff AS old SET gone_at = :moment, active = false, seen_at = :moment FROM locked
        WHERE old.account_id = :account_id AND old.staff_id = locked.staff_id RETURNING old.staff_id
        """,
        account_id=account_id,
        gone=sorted(gone),
        moment=moment,
    )
    return sorted(row[0] for row in found)


def staff_lacking(conn: Connection, account_id: int, listed: Sequence[str]) -> list[str]:
    """Staff who are there and not in the list."""
    found = rows(
        conn,
        """SELECT staff_id FROM channels.staff
           WHERE account_id = :account_id AND gone_at IS NULL AND staff_id <> ALL(CAST(:listed AS text[]))""",
        account_id=account_id,
        listed=list(listed),
    )
    return [row[0] for row in found]


def serving(conn: Connection, account_id: int) -> list[str]:
    """Who may have customers and is there, by id."""
    found = rows(
        conn,
        """SELECT staff_id FROM channels.staff WHERE account_id = :account_id AND serves AND gone_at IS NULL
           ORDER BY staff_id""",
        account_id=account_id,
    )
    return [row[0] for row in found]


def left(conn: Connection, account_id: int) -> frozenset[str]:
    """Staff who are no more."""
    found = rows(
        conn,
        "SELECT staff_id FROM channels.staff WHERE account_id = :account_id AND gone_at IS NOT NULL",
        account_id=account_id,
    )
    return frozenset(row[0] for row in found)


def replace_departments(conn: Connection, account_id: int, departments: Sequence[Department]) -> None:
    """All departments, as they are now."""
    run(
        conn,
        """DELETE FROM channels.department
           WHERE account_id = :account_id AND department_id <> ALL(CAST(:ids AS text[]))""",
        account_id=account_id,
        ids=[one.id for one in departments],
    )
    run(
        conn,
        """
        INSERT INTO channels.department (account_id, department_id, name, parent_id)
        SELECT :account_id, id, name, parent
        FROM unnest(CAST(:ids AS text[]), CAST(:names AS text[]), CAST(:parents AS text[])) AS new (id, name, parent)
        ORDER BY id
        ON CONFLICT (account_id, department_id) DO UPDATE SET name = excluded.name, parent_id = excluded.parent_id
        """,
        account_id=account_id,
        ids=[one.id for one in departments],
        names=[one.name for one in departments],
        parents=[one.parent_id for one in departments],
    )


def write_tags(conn: Connection, account_id: int, tags: Sequence[Tag], moment: datetime) -> list[str]:
    """Insert or overwrite what was not seen later; returns ids of those that are new or have another name."""
    if not tags:
        return []
    given = {
        "account_id": account_id,
        "ids": [one.id for one in tags],
        "names": [one.name for one in tags],
        "groups": [one.group_id for one in tags],
        "group_names": [one.group_name for one in tags],
        "places": [one.order for one in tags],
        "moment": moment,
    }
    new = """unnest(CAST(:ids AS text[]), CAST(:names AS text[]), CAST(:groups AS text[]), CAST(:group_names AS text[]),
                    CAST(:places AS bigint[])) AS new (id, name, group_id, group_name, place)"""
    found = rows(
        conn,
        f"""SELECT new.id FROM {new}
            LEFT JOIN (SELECT * FROM channels.tag WHERE account_id = :account_id ORDER BY tag_id FOR UPDATE) AS old
                ON old.tag_id = new.id
            WHERE old.tag_id IS NULL
               OR (old.seen_at <= :moment AND (old.name <> new.name OR old.gone_at IS NOT NULL))""",
        **given,
    )
    run(
        conn,
        f"""
        INSERT INTO channels.tag AS old (account_id, tag_id, name, group_id, group_name, place, seen_at)
        SELECT :account_id, id, name, group_id, group_name, place, :moment FROM {new} ORDER BY id
        ON CONFLICT (account_id, tag_id) DO UPDATE
        SET name = excluded.name, group_id = excluded.group_id, group_name = excluded.group_name,
            place = excluded.place, seen_at = excluded.seen_at, gone_at = NULL
        WHERE old.seen_at <= excluded.seen_at
        """,
        **given,
    )
    return [row[0] for row in found]


def tags_lacking(conn: Connection, account_id: int, listed: Sequence[str], began: datetime) -> list[str]:
    """Tags that are there, are not in the list, and were not seen since it was begun."""
    found = rows(
        conn,
        """SELECT tag_id FROM channels.tag WHERE account_id = :account_id AND gone_at IS NULL AND seen_at <= :began
             AND tag_id <> ALL(CAST(:listed AS text[]))""",
        account_id=account_id,
        listed=list(listed),
        began=began,
    )
    return [row[0] for row in found]


def end_tags(conn: Connection, account_id: int, gone: Collection[str], moment: datetime) -> list[str]:
    """These tags are no more; returns those of which that is new."""
    if not gone:
        return []
    found = rows(
        conn,
        """
        WITH locked AS (SELECT tag_id FROM channels.tag WHERE account_id = :account_id AND gone_at IS NULL
            AND tag_id = ANY(CAST(:gone AS text[])) AND seen_at <= :moment ORDER BY tag_id FOR UPDATE)
        UPDATE channels.tag AS old SET gone_at = :moment, seen_at = :moment FROM locked
        WHERE old.account_id = :account_id AND old.tag_id = locked.tag_id RETURNING old.tag_id
        """,
        account_id=account_id,
        gone=sorted(gone),
        moment=moment,
    )
    return [row[0] for row in found]


def tag_names(conn: Connection, account_id: int) -> dict[str, str]:
    """Names of the tags that are there, by id."""
    found = rows(
        conn,
        "SELECT tag_id, name FROM channels.tag WHERE account_id = :account_id AND gone_at IS NULL",
        account_id=account_id,
    )
    return {row[0]: row[1] for row in found}
