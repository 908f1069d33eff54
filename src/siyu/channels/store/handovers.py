"""SQL of customers and groups that go from one member of staff to another."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from siyu.channels.types.acts import HandoverKind, HandoverRow
from siyu.engines.postgres import rows, run

_ROW = (
    "id, account_id, kind, subject_id, giver, taker, giver_left, said, actor, state, code, reason, reason_zh, taken,"
    " asked_at, sent_at, due_at, tries, ended_at"
)
_OPEN = "state IN ('asked', 'sending', 'waiting')"


def insert(conn: Connection, new: Sequence[Mapping[str, Any]]) -> list[HandoverRow]:
    """Keep these, as columns by name; who is under way from the same giver already stays as they are and is left out."""
    found = rows(
        conn,
        f"""
        INSERT INTO channels.handover (account_id, kind, subject_id, giver, taker, giver_left, said, actor, state, code,
                                       reason, reason_zh, taken, asked_at, due_at, ended_at)
        SELECT account_id, kind, subject_id, giver, taker, giver_left, said, actor, state, 0, reason, reason_zh,
               taken, asked_at, asked_at, ended_at
        FROM json_to_recordset(CAST(:new AS json)) AS new (account_id bigint, kind text, subject_id text, giver text,
            taker text, giver_left boolean, said text, actor text, state text, reason text, reason_zh text, taken jsonb,
            asked_at timestamptz, ended_at timestamptz)
        ORDER BY account_id, kind, subject_id, giver
        ON CONFLICT (account_id, kind, subject_id, giver) WHERE {_OPEN} DO NOTHING
        RETURNING {_ROW}
        """,
        new=orjson.dumps(list(new)).decode(),
    )
    return sorted((HandoverRow(*row) for row in found), key=lambda row: row.id)


def under_way(conn: Connection, account_id: int, kind: HandoverKind, ids: Collection[str]) -> set[tuple[str, str]]:
    """Subject and giver of those of these who are under way."""
    found = rows(
        conn,
        f"""SELECT subject_id, giver FROM channels.handover
            WHERE account_id = :account_id AND kind = :kind AND subject_id = ANY(CAST(:ids AS text[])) AND {_OPEN}""",
        account_id=account_id,
        kind=kind,
        ids=list(ids),
    )
    return {(row[0], row[1]) for row in found}


def lately(
    conn: Connection, account_id: int, kind: HandoverKind, ids: Collection[str], since: datetime
) -> dict[str, list[datetime]]:
    """When these went from a member who stayed to another since then: by requests of ours, or as the mirror saw,
    whichever knows of more.
    """
    ours = rows(
        conn,
        """SELECT subject_id, array_agg(ended_at ORDER BY ended_at) FROM channels.handover
           WHERE account_id = :account_id AND kind = :kind AND subject_id = ANY(CAST(:ids AS text[]))
             AND state = 'done' AND NOT giver_left AND ended_at > :since GROUP BY subject_id""",
        account_id=account_id,
        kind=kind,
        ids=list(ids),
        since=since,
    )
    found = {row[0]: list(row[1]) for row in ours}
    if kind == "group":
        return found
    seen = rows(
        conn,
        """
        SELECT contact_id, array_agg(ended_at ORDER BY ended_at) FROM (
            SELECT contact_id, staff_id, ended_at, ended_by FROM channels.follow WHERE account_id = :account_id
            UNION ALL
            SELECT contact_id, staff_id, ended_at, ended_by FROM channels.follow_past WHERE account_id = :account_id
        ) AS tie
        WHERE contact_id = ANY(CAST(:ids AS text[])) AND ended_by = 'transfer' AND ended_at > :since
          AND NOT EXISTS (SELECT FROM channels.staff WHERE staff.account_id = :account_id
                          AND staff.staff_id = tie.staff_id AND staff.gone_at <= tie.ended_at)
        GROUP BY contact_id
        """,
        account_id=account_id,
        ids=list(ids),
        since=since,
    )
    for subject_id, moments in seen:
        found[subject_id] = max(found.get(subject_id, []), list(moments), key=len)
    return found


def claim(conn: Connection, now: datetime, lease: timedelta, limit: int) -> list[HandoverRow]:
    """Requests of one active account, between the same two and in the same state, that are due; held until the lease
    ends. What was to be sent is ``sending`` in the table from now on; the answer has the states of before.
    """
    found = rows(
        conn,
        f"""
        WITH first AS (
            SELECT handover.account_id, kind, giver, taker, giver_left, said, handover.state FROM channels.handover
            JOIN channels.account ON account.id = handover.account_id AND account.state = 'active'
            WHERE handover.{_OPEN} AND due_at <= :now ORDER BY due_at, handover.id LIMIT 1
        ), due AS (
            SELECT handover.* FROM channels.handover
            JOIN first USING (account_id, kind, giver, taker, giver_left, said, state)
            WHERE due_at <= :now ORDER BY due_at, id LIMIT :limit FOR UPDATE OF handover SKIP LOCKED
        ), held AS (
            UPDATE channels.handover AS held
            SET due_at = :until, state = CASE held.state WHEN 'asked' THEN 'sending' ELSE held.state END,
                sent_at = coalesce(held.sent_at, :now)
            FROM due WHERE held.id = due.id
        )
        SELECT {_ROW} FROM due ORDER BY id
        """,
        now=now,
        until=now + lease,
        limit=limit,
    )
    return [HandoverRow(*row) for row in found]


def write(conn: Connection, written: Sequence[HandoverRow]) -> None:
    """What became of requests that are claimed; who has ended stays so."""
    run(
        conn,
        f"""
        UPDATE channels.handover AS held SET state = new.state, code = new.code, reason = new.reason,
            reason_zh = new.reason_zh, due_at = new.due_at, tries = new.tries, ended_at = new.ended_at
        FROM json_to_recordset(CAST(:new AS json)) AS new (id bigint, state text, code integer, reason text,
            reason_zh text, due_at timestamptz, tries integer, ended_at timestamptz)
        WHERE held.id = new.id AND held.{_OPEN}
        """,
        new=orjson.dumps(
            [
                {
                    name: getattr(one, name)
                    for name in ("id", "state", "code", "reason", "reason_zh", "due_at", "tries", "ended_at")
                }
                for one in sorted(written, key=lambda row: row.id)
            ]
        ).decode(),
    )


def page(conn: Connection, account_id: int, before: int | None, limit: int) -> list[HandoverRow]:
    """Requests of an account, the newest first, older than the one with the id ``before``."""
    found = rows(
        conn,
        f"""SELECT {_ROW} FROM channels.handover
            WHERE account_id = :account_id AND (CAST(:before AS bigint) IS NULL OR id < :before)
            ORDER BY id DESC LIMIT :limit""",
        account_id=account_id,
        before=before,
        limit=limit,
    )
    return [HandoverRow(*row) for row in found]


def staff_here(conn: Connection, account_id: int, staff_ids: Collection[str]) -> dict[str, bool]:
    """Those of these members of staff who are known, with whether they are still there."""
    found = rows(
        conn,
        """SELECT staff_id, gone_at IS NULL FROM channels.staff
           WHERE account_id = :account_id AND staff_id = ANY(CAST(:ids AS text[]))""",
        account_id=account_id,
        ids=list(staff_ids),
    )
    return {row[0]: row[1] for row in found}


def owners(conn: Connection, account_id: int, group_ids: Collection[str]) -> dict[str, str]:
    """Who owns each of those groups that are there."""
    found = rows(
        conn,
        """SELECT group_id, owner_id FROM channels.chat_group
           WHERE account_id = :account_id AND group_id = ANY(CAST(:ids AS text[])) AND gone_at IS NULL""",
        account_id=account_id,
        ids=list(group_ids),
    )
    return {row[0]: row[1] for row in found}
