"""SQL of tags that are to be put on contacts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson
from sqlalchemy import Connection

from siyu.channels.store import tallies
from siyu.channels.types.acts import Mark, MarkOrder, MarkWanted
from siyu.engines.postgres import one, rows, run

_MARK = "id, account_id, order_id, staff_id, contact_id, adds, removes, state, code, reason, reason_zh, tries, done_at"


def insert(
    conn: Connection, account_id: int, actor: str, wanted: Sequence[MarkWanted], nobody: tuple[str, str], now: datetime
) -> int:
    """Keep them as one order. Where no member is named, it is the one who has had the contact for the shortest time;
    where there is none, the row has failed for the reason ``nobody``.
    """
    found = one(
        conn,
        """INSERT INTO channels.mark_order (account_id, actor, asked_at) VALUES (:account_id, :actor, :now)
           RETURNING id""",
        account_id=account_id,
        actor=actor,
        now=now,
    )
    assert found is not None
    run(
        conn,
        """
        INSERT INTO channels.mark (order_id, account_id, staff_id, contact_id, adds, removes, state, reason, reason_zh,
                                   due_at, done_at)
        SELECT :order_id, :account_id, coalesce(whose.staff_id, ''), contact_id,
               ARRAY(SELECT json_array_elements_text(adds)), ARRAY(SELECT json_array_elements_text(removes)),
               CASE WHEN whose.staff_id IS NULL THEN 'failed' ELSE 'waiting' END,
               CASE WHEN whose.staff_id IS NULL THEN :nobody ELSE '' END,
               CASE WHEN whose.staff_id IS NULL THEN :nobody_zh ELSE '' END,
               :now, CASE WHEN whose.staff_id IS NULL THEN CAST(:now AS timestamptz) END
        FROM unnest(CAST(:staff AS text[]), CAST(:contacts AS text[]), CAST(:adds AS json[]), CAST(:removes AS json[]))
            WITH ORDINALITY AS new (staff_id, contact_id, adds, removes, place)
        LEFT JOIN LATERAL (
            SELECT new.staff_id WHERE new.staff_id <> ''
            UNION ALL
            (SELECT follow.staff_id FROM channels.follow
             WHERE new.staff_id = '' AND account_id = :account_id AND contact_id = new.contact_id AND ended_at IS NULL
             ORDER BY since DESC, follow.staff_id LIMIT 1)
        ) AS whose ON true
        ORDER BY place
        """,
        order_id=found[0],
        account_id=account_id,
        staff=[each.staff_id for each in wanted],
        contacts=[each.contact_id for each in wanted],
        adds=[_array(each.add) for each in wanted],
        removes=[_array(each.remove) for each in wanted],
        nobody=nobody[0],
        nobody_zh=nobody[1],
        now=now,
    )
    return int(found[0])


def claim(conn: Connection, now: datetime, lease: timedelta, limit: int) -> list[Mark]:
    """Marks of one active account that are due, the oldest first; nobody else gets them until the lease ends."""
    found = rows(
        conn,
        f"""
        WITH first AS (
            SELECT mark.account_id FROM channels.mark
            JOIN channels.account ON account.id = mark.account_id AND account.state = 'active'
            WHERE mark.state = 'waiting' AND due_at <= :now ORDER BY due_at, mark.id LIMIT 1
        ), due AS (
            SELECT id FROM channels.mark JOIN first USING (account_id)
            WHERE state = 'waiting' AND due_at <= :now ORDER BY due_at, id LIMIT :limit FOR UPDATE OF mark SKIP LOCKED)
        UPDATE channels.mark AS held SET due_at = :until FROM due WHERE held.id = due.id
        RETURNING {", ".join(f"held.{name}" for name in _MARK.split(", "))}
        """,
        now=now,
        until=now + lease,
        limit=limit,
    )
    return sorted((Mark(*row) for row in found), key=lambda mark: mark.id)


def finish(conn: Connection, marks: Sequence[Mark], due_at: datetime) -> None:
    """Write what became of them; those that still wait are due then."""
    run(
        conn,
        """
        UPDATE channels.mark AS held SET state = new.state, code = new.code, reason = new.reason,
            reason_zh = new.reason_zh, tries = new.tries, done_at = new.done_at, due_at = :due_at
        FROM unnest(CAST(:ids AS bigint[]), CAST(:states AS text[]), CAST(:codes AS integer[]),
                    CAST(:reasons AS text[]), CAST(:reasons_zh AS text[]), CAST(:tries AS integer[]),
                    CAST(:done AS timestamptz[])) AS new (id, state, code, reason, reason_zh, tries, done_at)
        WHERE held.id = new.id AND held.state = 'waiting'
        """,
        ids=[mark.id for mark in marks],
        states=[mark.state for mark in marks],
        codes=[mark.code for mark in marks],
        reasons=[mark.reason for mark in marks],
        reasons_zh=[mark.reason_zh for mark in marks],
        tries=[mark.tries for mark in marks],
        done=[mark.done_at for mark in marks],
        due_at=due_at,
    )


def mark_follows(conn: Connection, account_id: int, marks: Sequence[Mark], moment: datetime) -> None:
    """Follows that stand get and lose these tags, unless a later reading said so; what that changes is tallied. Their
    contacts are locked.
    """
    run(
        conn,
        f"""
        WITH changed AS (
            UPDATE channels.follow AS held SET seen_at = :moment, tags = ARRAY(
                SELECT tag FROM unnest(held.tags || new.adds) AS tag
                WHERE tag <> ALL(new.removes) GROUP BY tag ORDER BY tag)
            FROM (
                SELECT contact_id, staff_id, ARRAY(SELECT json_array_elements_text(adds)) AS adds,
                       ARRAY(SELECT json_array_elements_text(removes)) AS removes
                FROM unnest(CAST(:contacts AS text[]), CAST(:staff AS text[]), CAST(:adds AS json[]),
                            CAST(:removes AS json[])) AS new (contact_id, staff_id, adds, removes)
            ) AS new
            WHERE held.account_id = :account_id AND held.contact_id = new.contact_id
              AND held.staff_id = new.staff_id AND held.ended_at IS NULL AND held.seen_at <= :moment
            RETURNING held.contact_id, held.staff_id, held.tags
        ), old AS MATERIALIZED (
            SELECT contact_id, staff_id, tags FROM channels.follow
            WHERE account_id = :account_id AND contact_id = ANY(CAST(:contacts AS text[])) AND ended_at IS NULL
        ), new AS MATERIALIZED (
            SELECT * FROM old WHERE (contact_id, staff_id) NOT IN (SELECT contact_id, staff_id FROM changed)
            UNION ALL SELECT * FROM changed
        )
        {tallies.OF_FOLLOWS}
        """,
        account_id=account_id,
        moment=moment,
        contacts=[mark.contact_id for mark in marks],
        staff=[mark.staff_id for mark in marks],
        adds=[_array(mark.adds) for mark in marks],
        removes=[_array(mark.removes) for mark in marks],
    )


def orders(conn: Connection, account_id: int, order_id: int | None, limit: int) -> list[MarkOrder]:
    """Orders of an account, newest first, with how far they are."""
    found = rows(
        conn,
        """
        SELECT ordered.id, actor, asked_at, count(*), count(*) FILTER (WHERE state = 'waiting'),
               count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state = 'failed')
        FROM (SELECT * FROM channels.mark_order
              WHERE account_id = :account_id AND (CAST(:order_id AS bigint) IS NULL OR id = :order_id)
              ORDER BY id DESC LIMIT :limit) AS ordered
        JOIN channels.mark ON mark.order_id = ordered.id
        GROUP BY ordered.id, actor, asked_at ORDER BY ordered.id DESC
        """,
        account_id=account_id,
        order_id=order_id,
        limit=limit,
    )
    return [MarkOrder(*row) for row in found]


def marks(conn: Connection, order_id: int, after: int, limit: int) -> list[Mark]:
    """Marks of an order behind this one."""
    found = rows(
        conn,
        f"SELECT {_MARK} FROM channels.mark WHERE order_id = :order_id AND id > :after ORDER BY id LIMIT :limit",
        order_id=order_id,
        after=after,
        limit=limit,
    )
    return [Mark(*row) for row in found]


def tags_in(conn: Connection, account_id: int, group_id: str, group_name: str) -> dict[str, str]:
    """Ids of the tags that are there in a group, by name."""
    found = rows(
        conn,
        """SELECT name, tag_id FROM channels.tag WHERE account_id = :account_id AND gone_at IS NULL
             AND (group_id = :group_id OR (:group_id = '' AND group_name = :group_name))""",
        account_id=account_id,
        group_id=group_id,
        group_name=group_name,
    )
    return {row[0]: row[1] for row in found}


def still_there(conn: Connection, account_id: int, tag_ids: Sequence[str], group_ids: Sequence[str]) -> bool:
    """Whether one of these tags, or one of these groups, is there."""
    found = one(
        conn,
        """SELECT 1 FROM channels.tag WHERE account_id = :account_id AND gone_at IS NULL
             AND (tag_id = ANY(CAST(:tag_ids AS text[])) OR group_id = ANY(CAST(:group_ids AS text[]))) LIMIT 1""",
        account_id=account_id,
        tag_ids=list(tag_ids),
        group_ids=list(group_ids),
    )
    return found is not None


def _array(values: Sequence[str]) -> str:
    return orjson.dumps(list(values)).decode()
