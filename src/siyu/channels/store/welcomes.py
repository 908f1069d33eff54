"""Welcomes: who may send one, and what became of it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from siyu.channels.store.codes import definition_of
from siyu.channels.types.codes import CodeDefinition
from siyu.channels.types.pushes import Arrival
from siyu.engines.postgres import one, rows, run, scalar


def claim(conn: Connection, account_id: int, code_hash: str, arrival: Arrival, now: datetime, stale: timedelta) -> bool:
    """Whether the caller may send it: nobody has it yet, or whoever has it has said nothing for so long."""
    return (
        scalar(
            conn,
            """INSERT INTO channels.welcome AS welcome
                   (account_id, code_hash, state, staff_id, contact_id, until, claimed_at)
               VALUES (:account, :hash, :state, :staff, :contact, :until, :now)
               ON CONFLICT (account_id, code_hash) DO UPDATE SET claimed_at = :now, claims = welcome.claims + 1
               WHERE welcome.outcome IS NULL AND welcome.claimed_at < :stale
               RETURNING 1""",
            account=account_id,
            hash=code_hash,
            state=arrival.state,
            staff=arrival.staff_id,
            contact=arrival.contact_id,
            until=arrival.until,
            now=now,
            stale=now - stale,
        )
        is not None
    )


def finish(
    conn: Connection,
    account_id: int,
    code_hash: str,
    outcome: str,
    now: datetime,
    *,
    took_ms: int,
    error: int,
    reason: str,
    reason_zh: str,
) -> None:
    """What became of it; what was said first stands."""
    run(
        conn,
        """UPDATE channels.welcome SET outcome = :outcome, finished_at = :now, took_ms = :took, error = :error,
               reason = :reason, reason_zh = :reason_zh
           WHERE account_id = :account AND code_hash = :hash AND outcome IS NULL""",
        account=account_id,
        hash=code_hash,
        outcome=outcome,
        now=now,
        took=took_ms,
        error=error,
        reason=reason[:500],
        reason_zh=reason_zh[:500],
    )


def plan(conn: Connection, account_id: int, state: str) -> tuple[int, CodeDefinition] | None:
    """The code that arrivals with this state came through, and what it says."""
    found = one(
        conn,
        """SELECT code.id, code.definition FROM channels.entry_way AS way
           JOIN channels.entry_code AS code ON code.id = way.code_id
           WHERE way.account_id = :account AND way.state = :state""",
        account=account_id,
        state=state,
    )
    return (int(found[0]), definition_of(found[1])) if found else None


def staff_name(conn: Connection, account_id: int, staff_id: str) -> str:
    """How a member of staff is called; empty while nobody knows."""
    found = scalar(
        conn,
        "SELECT name FROM channels.staff WHERE account_id = :account AND staff_id = :staff",
        account=account_id,
        staff=staff_id,
    )
    return str(found or "")


def counts(conn: Connection, code_id: int, since: datetime) -> list[dict[str, Any]]:
    """How welcomes of a code ended since then: outcome (``none`` while it is open), error, how many, the slowest."""
    return [
        row._asdict()
        for row in rows(
            conn,
            """SELECT coalesce(welcome.outcome, 'none') AS outcome, welcome.error, max(welcome.reason) AS reason,
                      max(welcome.reason_zh) AS reason_zh, count(*) AS welcomes, coalesce(max(welcome.took_ms), 0) AS slowest_ms
               FROM channels.entry_way AS way JOIN channels.welcome AS welcome
                 ON welcome.account_id = way.account_id AND welcome.state = way.state
               WHERE way.code_id = :code AND welcome.claimed_at >= :since
               GROUP BY 1, 2 ORDER BY 1, 2""",
            code=code_id,
            since=since,
        )
    ]


def forget(conn: Connection, before: datetime) -> int:
    """Drop what was claimed before; how many."""
    return len(rows(conn, "DELETE FROM channels.welcome WHERE claimed_at < :before RETURNING 1", before=before))
