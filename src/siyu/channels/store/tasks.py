"""SQL of what members of staff have to confirm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from siyu.channels.types.acting import Reaction
from siyu.channels.types.acts import StaffConfirmation, StaffTask, TaskResult
from siyu.engines.postgres import one, rows, run


@dataclass(frozen=True, slots=True)
class Polled:
    """A task that is to be asked about."""

    account_id: int
    handle: str
    way: str
    object_id: str
    asked_at: datetime
    tries: int


def make(conn: Connection, account_id: int, way: str, handles: Sequence[str], due_at: datetime, now: datetime) -> None:
    """Tasks that the platform made; what is there stays."""
    run(
        conn,
        """INSERT INTO channels.staff_task (account_id, handle, way, state, asked_at, due_at)
           SELECT :account_id, handle, :way, 'open', :now, :due_at FROM unnest(CAST(:handles AS text[])) AS new (handle)
           ORDER BY handle ON CONFLICT DO NOTHING""",
        account_id=account_id,
        way=way,
        handles=sorted(handles),
        due_at=due_at,
        now=now,
    )


def claim(conn: Connection, now: datetime, lease: timedelta) -> Polled | None:
    """One that is due, of an active account; nobody else gets it until the lease ends."""
    found = one(
        conn,
        """
        WITH due AS (
            SELECT task.account_id, handle FROM channels.staff_task AS task
            JOIN channels.account ON account.id = task.account_id AND account.state = 'active'
            WHERE task.state = 'open' AND due_at <= :now ORDER BY due_at LIMIT 1 FOR UPDATE OF task SKIP LOCKED)
        UPDATE channels.staff_task AS held SET due_at = :until FROM due
        WHERE held.account_id = due.account_id AND held.handle = due.handle
        RETURNING held.account_id, held.handle, held.way, held.object_id, held.asked_at, held.tries
        """,
        now=now,
        until=now + lease,
    )
    return Polled(*found) if found else None


def move(
    conn: Connection,
    account_id: int,
    handle: str,
    *,
    state: str,
    object_id: str,
    due_at: datetime,
    tries: int,
    now: datetime,
    problem: Mapping[str, Any] | None = None,
) -> None:
    """How the task is now; one that has ended stays so."""
    run(
        conn,
        """UPDATE channels.staff_task SET state = :state, due_at = :due_at, tries = :tries,
               object_id = CASE WHEN :object_id = '' THEN object_id ELSE :object_id END,
               problem = CAST(:problem AS jsonb), ended_at = CASE WHEN :state = 'open' THEN NULL ELSE :now END
           WHERE account_id = :account_id AND handle = :handle AND state = 'open'""",
        account_id=account_id,
        handle=handle,
        state=state,
        object_id=object_id,
        due_at=due_at,
        tries=tries,
        now=now,
        problem=None if problem is None else orjson.dumps(problem).decode(),
    )


def write_staff(conn: Connection, account_id: int, handle: str, staff: Mapping[str, datetime | None]) -> None:
    """Who was asked and when they confirmed; what is known of it stays."""
    run(
        conn,
        """INSERT INTO channels.staff_task_member AS old (account_id, handle, staff_id, confirmed_at)
           SELECT :account_id, :handle, staff_id, at
           FROM unnest(CAST(:staff AS text[]), CAST(:at AS timestamptz[])) AS new (staff_id, at) ORDER BY staff_id
           ON CONFLICT (account_id, handle, staff_id) DO UPDATE
           SET confirmed_at = coalesce(old.confirmed_at, excluded.confirmed_at)""",
        account_id=account_id,
        handle=handle,
        staff=list(staff),
        at=list(staff.values()),
    )


def watch(conn: Connection, account_id: int, handle: str, at: datetime) -> None:
    """What people do with it is read from then on, if it is not read already."""
    run(
        conn,
        """UPDATE channels.staff_task SET react_at = coalesce(react_at, :at)
           WHERE account_id = :account_id AND handle = :handle AND looks = 0 AND object_id <> ''""",
        account_id=account_id,
        handle=handle,
        at=at,
    )


def claim_watched(conn: Connection, now: datetime, lease: timedelta) -> Polled | None:
    """A published one of which it is to be read what people did with it; ``tries`` are the looks so far."""
    found = one(
        conn,
        """
        WITH due AS (
            SELECT task.account_id, handle FROM channels.staff_task AS task
            JOIN channels.account ON account.id = task.account_id AND account.state = 'active'
            WHERE react_at <= :now ORDER BY react_at LIMIT 1 FOR UPDATE OF task SKIP LOCKED)
        UPDATE channels.staff_task AS held SET react_at = :until FROM due
        WHERE held.account_id = due.account_id AND held.handle = due.handle
        RETURNING held.account_id, held.handle, held.way, held.object_id, held.asked_at, held.looks
        """,
        now=now,
        until=now + lease,
    )
    return Polled(*found) if found else None


def watched(conn: Connection, account_id: int, handle: str, looks: int, at: datetime | None) -> None:
    """It was looked at so often, and is again then; ``None``: not any more."""
    run(
        conn,
        """UPDATE channels.staff_task SET looks = :looks, react_at = :at
           WHERE account_id = :account_id AND handle = :handle""",
        account_id=account_id,
        handle=handle,
        looks=looks,
        at=at,
    )


def put_reactions(
    conn: Connection, account_id: int, object_id: str, found: Sequence[tuple[str, Reaction]]
) -> set[tuple[str, Reaction]]:
    """Keep what people did, as member of staff and reaction; returns what is new."""
    new = rows(
        conn,
        """INSERT INTO channels.reaction (account_id, object_id, staff_id, contact_id, kind, at)
           SELECT :account_id, :object_id, staff_id, contact_id, kind, at
           FROM unnest(CAST(:staff AS text[]), CAST(:contacts AS text[]), CAST(:kinds AS text[]),
                       CAST(:at AS timestamptz[])) AS new (staff_id, contact_id, kind, at)
           ORDER BY 3, 4, 5, 6 ON CONFLICT DO NOTHING RETURNING staff_id, contact_id, kind, at""",
        account_id=account_id,
        object_id=object_id,
        staff=[staff_id for staff_id, _ in found],
        contacts=[each.contact_id for _, each in found],
        kinds=[each.kind for _, each in found],
        at=[each.at for _, each in found],
    )
    return {(row[0], Reaction(*row[1:])) for row in new}


def lock(conn: Connection, account_id: int, handle: str) -> tuple[str, str, str, list[datetime]] | None:
    """Way, state, object and reminders of a task, locked."""
    found = one(
        conn,
        """SELECT way, state, object_id, reminded FROM channels.staff_task
           WHERE account_id = :account_id AND handle = :handle FOR UPDATE""",
        account_id=account_id,
        handle=handle,
    )
    return (found[0], found[1], found[2], list(found[3])) if found else None


def set_reminded(conn: Connection, account_id: int, handle: str, reminded: Sequence[datetime]) -> None:
    """All reminders of a locked task."""
    run(
        conn,
        """UPDATE channels.staff_task SET reminded = CAST(:reminded AS timestamptz[])
           WHERE account_id = :account_id AND handle = :handle""",
        account_id=account_id,
        handle=handle,
        reminded=list(reminded),
    )


def look_soon(conn: Connection, account_id: int, handle: str, now: datetime) -> None:
    """It is asked about at once, and then often again."""
    run(
        conn,
        """UPDATE channels.staff_task SET due_at = :now, tries = 0
           WHERE account_id = :account_id AND handle = :handle AND state = 'open'""",
        account_id=account_id,
        handle=handle,
        now=now,
    )


def tasks(conn: Connection, account_id: int, handle: str | None, limit: int) -> list[StaffTask]:
    """Tasks of an account, newest first, with how far they are."""
    found = rows(
        conn,
        """
        SELECT handle, way, state, object_id, asked_at, ended_at, reminded, coalesce(asked, 0), coalesce(confirmed, 0),
               coalesce(total, 0), coalesce(sent, 0), coalesce(no_friend, 0), coalesce(capped, 0),
               coalesce(liked, 0), coalesce(commented, 0)
        FROM (SELECT * FROM channels.staff_task
              WHERE account_id = :account_id AND (CAST(:handle AS text) IS NULL OR handle = :handle)
              ORDER BY asked_at DESC, handle LIMIT :limit) AS task
        LEFT JOIN LATERAL (
            SELECT count(*) AS asked, count(confirmed_at) AS confirmed FROM channels.staff_task_member AS member
            WHERE member.account_id = task.account_id AND member.handle = task.handle
        ) AS staff ON true
        LEFT JOIN LATERAL (
            SELECT count(*) AS total, count(*) FILTER (WHERE result = 'sent') AS sent,
                   count(*) FILTER (WHERE result = 'no_friend') AS no_friend,
                   count(*) FILTER (WHERE result = 'capped') AS capped
            FROM channels.delivery
            WHERE delivery.account_id = task.account_id AND delivery.handle = task.handle AND delivery.handle <> ''
        ) AS reached ON true
        LEFT JOIN LATERAL (
            SELECT count(DISTINCT contact_id) FILTER (WHERE kind = 'liked') AS liked,
                   count(DISTINCT contact_id) FILTER (WHERE kind = 'commented') AS commented
            FROM channels.reaction
            WHERE task.object_id <> '' AND reaction.account_id = task.account_id
                  AND reaction.object_id = task.object_id
        ) AS reacted ON true
        ORDER BY asked_at DESC, handle
        """,
        account_id=account_id,
        handle=handle,
        limit=limit,
    )
    return [StaffTask(*row) for row in found]


def results(conn: Connection, account_id: int, handle: str, after: int, limit: int) -> list[TaskResult]:
    """For whom the task is, by id, behind the one with this id."""
    found = rows(
        conn,
        """SELECT id, subject_id, staff_id, result, reason, reason_zh, ended_at FROM channels.delivery
           WHERE account_id = :account_id AND handle = :handle AND handle <> '' AND id > :after
           ORDER BY id LIMIT :limit""",
        account_id=account_id,
        handle=handle,
        after=after,
        limit=limit,
    )
    return [TaskResult(*row) for row in found]


def staff(conn: Connection, account_id: int, handle: str) -> list[StaffConfirmation]:
    """Who was asked; who has not confirmed comes first."""
    found = rows(
        conn,
        """SELECT staff_id, confirmed_at FROM channels.staff_task_member
           WHERE account_id = :account_id AND handle = :handle ORDER BY confirmed_at NULLS FIRST, staff_id""",
        account_id=account_id,
        handle=handle,
    )
    return [StaffConfirmation(*row) for row in found]
