"""SQL of what is sent. Rows are made by ``insert`` alone, which only ``service.deliver`` calls."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection

from siyu.channels.types.acts import Delivery
from siyu.channels.types.pushes import Report
from siyu.engines.postgres import AnyRow, Shared, one, rows, run, savepoint

# Lists side by side in a SELECT: a function in FROM would first put all rows down.
_INSERT: Final = """
    INSERT INTO channels.delivery (account_id, key, input_hash, way, subject_id, staff_id, details, content_hash, state,
                                   taken, until, asked_at, due_at)
    SELECT :account_id, key, input_hash, :way, subject_id, staff_id, detailed.said[details], content_hash, 'ready', taken,
           until, :now, :now
    FROM (SELECT array_agg(value) AS said FROM jsonb_array_elements(CAST(:all_details AS jsonb))) AS detailed,
        (SELECT unnest(CAST(:key AS text[])) AS key, unnest(CAST(:input_hash AS text[])) AS input_hash,
            unnest(CAST(:subject_id AS text[])) AS subject_id, unnest(CAST(:staff_id AS text[])) AS staff_id,
            unnest(CAST(:content_hash AS text[])) AS content_hash, unnest(CAST(:until AS timestamptz[])) AS until,
            unnest(CAST(:details AS integer[])) AS details, jsonb_array_elements(CAST(:taken AS jsonb)) AS taken) AS new
    ORDER BY key
"""
_DELIVERY: Final = "key, way, subject_id, staff_id, state, handle, code, reason, reason_zh, result, asked_at, ended_at"


@dataclass(frozen=True, slots=True)
class Ready:
    """A delivery that is claimed to be sent; ``state`` is that of before."""

    id: int
    key: str
    subject_id: str
    staff_id: str
    details: Mapping[str, str]
    content_hash: str
    state: str
    taken: Sequence[Mapping[str, Any]]
    asked_at: datetime
    sending_at: datetime | None
    tries: int


def put_contents(conn: Connection, account_id: int, contents: Mapping[str, bytes]) -> None:
    """Keep sealed contents by their hash; what is there stays, and is held until the transaction ends: nobody can delete it
    before its deliveries are there.
    """
    missing = sorted(contents)
    while missing:  # again for what was deleted between the two statements
        run(
            conn,
            """INSERT INTO channels.content (account_id, hash, sealed)
               SELECT :account_id, hash, sealed FROM unnest(CAST(:hashes AS text[]), CAST(:sealed AS bytea[]))
                   AS new (hash, sealed) ORDER BY hash ON CONFLICT DO NOTHING""",
            account_id=account_id,
            hashes=missing,
            sealed=[contents[one_] for one_ in missing],
        )
        held = rows(
            conn,
            """SELECT hash FROM channels.content WHERE account_id = :account_id AND hash = ANY(CAST(:hashes AS text[]))
               ORDER BY hash FOR KEY SHARE""",
            account_id=account_id,
            hashes=missing,
        )
        missing = sorted({*missing} - {row[0] for row in held})


def contents(conn: Connection, account_id: int, hashes: Collection[str]) -> dict[str, bytes]:
    """Sealed contents by their hash."""
    found = rows(
        conn,
        """SELECT hash, sealed FROM channels.content
           WHERE account_id = :account_id AND hash = ANY(CAST(:hashes AS text[]))""",
        account_id=account_id,
        hashes=list(hashes),
    )
    return {row[0]: bytes(row[1]) for row in found}


def insert(conn: Connection, account_id: int, way: str, new: Mapping[str, list[Any]], now: datetime) -> set[str]:
    """Keep these, given as columns by name; returns the keys that are not new. Another's same key is waited for."""
    details = Shared()
    apart = {id(said): said for said in new["details"]}
    places = {one_: details.place(dict(said)) for one_, said in apart.items()}
    given = {
        **new,
        "account_id": account_id,
        "way": way,
        "now": now,
        "details": [places[id(said)] for said in new["details"]],
        "all_details": details.all(),
        "taken": orjson.dumps(new["taken"]).decode(),
    }
    try:
        with savepoint(conn):  # to be ready for a key that is there costs as much as half the row
            run(conn, _INSERT, **given)
    except UniqueViolation:
        found = rows(conn, _INSERT + " ON CONFLICT (account_id, key) DO NOTHING RETURNING key", **given)
        return {*new["key"]}.difference(row[0] for row in found)
    return set()


def lapse(conn: Connection, now: datetime, reasons: tuple[str, str], limit: int) -> list[AnyRow]:
    """What may not be handed to a platform any more, of what is due first, is refused as late; returns account, key and
    what was taken.
    """
    return rows(
        conn,
        """
        WITH first AS (
            SELECT waiting.id FROM channels.account CROSS JOIN LATERAL (
                SELECT id FROM channels.delivery WHERE account_id = account.id AND state = 'ready' AND due_at <= :now
                ORDER BY due_at LIMIT :limit) AS waiting
        ), late AS (
            SELECT id FROM channels.delivery JOIN first USING (id)
            WHERE state = 'ready' AND delivery.until <= :now FOR UPDATE OF delivery SKIP LOCKED
        )
        UPDATE channels.delivery AS held SET state = 'refused', result = 'late', reason = :reason,
            reason_zh = :reason_zh, ended_at = :now
        FROM late WHERE held.id = late.id RETURNING held.account_id, held.key, held.taken
        """,
        now=now,
        reason=reasons[0],
        reason_zh=reasons[1],
        limit=limit,
    )


def take_turned(conn: Connection, limit: int) -> list[tuple[int, str]]:
    """Take away which deliveries turned, the oldest first, as account and key. Others take other ones."""
    found = rows(
        conn,
        """
        WITH first AS (SELECT id FROM channels.turned ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED)
        DELETE FROM channels.turned AS told USING first WHERE told.id = first.id RETURNING told.account_id, told.key
        """,
        limit=limit,
    )
    return [(row[0], row[1]) for row in found]


def known(conn: Connection, account_id: int, keys: Collection[str]) -> dict[str, tuple[str, Delivery]]:
    """Input hash and delivery of those of these keys that are there."""
    found = rows(
        conn,
        f"""SELECT input_hash, {_DELIVERY} FROM channels.delivery
            WHERE account_id = :account_id AND key = ANY(CAST(:keys AS text[]))""",
        account_id=account_id,
        keys=list(keys),
    )
    return {row[1]: (row[0], Delivery(*row[1:])) for row in found}


def items(conn: Connection, account_id: int, keys: Collection[str]) -> list[AnyRow]:
    """Key, subject, staff, details, hash of the content and until when it may be handed over."""
    return rows(
        conn,
        """SELECT key, subject_id, staff_id, details, content_hash, until FROM channels.delivery
           WHERE account_id = :account_id AND key = ANY(CAST(:keys AS text[]))""",
        account_id=account_id,
        keys=list(keys),
    )


def next_due(conn: Connection, now: datetime, without: Sequence[int]) -> tuple[int, str] | None:
    """Account and way of what is due first, of active accounts other than those ``without``."""
    found = one(
        conn,
        """SELECT account.id, way FROM channels.account CROSS JOIN LATERAL (
               SELECT way, due_at, id FROM channels.delivery
               WHERE account_id = account.id AND state IN ('ready', 'sending') AND due_at <= :now
                 AND (state = 'sending' OR until IS NULL OR until > :now)
               ORDER BY due_at, id LIMIT 1) AS first
           WHERE account.state = 'active' AND account.id <> ALL(CAST(:without AS integer[]))
           ORDER BY first.due_at, first.id LIMIT 1""",
        now=now,
        without=without,
    )
    return (found[0], found[1]) if found else None


def claim(conn: Connection, account_id: int, way: str, now: datetime, lease: timedelta, limit: int) -> list[Ready]:
    """Deliveries that are due, the oldest first, all in the same state; ``sending`` from now on, until the lease ends.

    Of those that are being sent, only what was given to the platform together comes together.
    """
    found = rows(
        conn,
        """
        WITH first AS (
            SELECT state, CASE state WHEN 'sending' THEN sending_at END AS together FROM channels.delivery
            WHERE account_id = :account_id AND way = :way AND state IN ('ready', 'sending') AND due_at <= :now
              AND (state = 'sending' OR until IS NULL OR until > :now)
            ORDER BY due_at, id LIMIT 1
        ), due AS (
            SELECT delivery.* FROM channels.delivery JOIN first USING (state)
            WHERE account_id = :account_id AND way = :way AND due_at <= :now
              AND state IN ('ready', 'sending') AND (together IS NULL OR sending_at = together)
              AND (state = 'sending' OR until IS NULL OR until > :now)
            ORDER BY due_at, id LIMIT :limit FOR UPDATE OF delivery SKIP LOCKED
        ), held AS (
            UPDATE channels.delivery AS held
            SET state = 'sending', due_at = :until, sending_at = CASE due.state WHEN 'ready' THEN :now
                                                                      ELSE held.sending_at END
            FROM due WHERE held.id = due.id
        )
        SELECT id, key, subject_id, staff_id, details, content_hash, state, taken, asked_at, sending_at, tries
        FROM due ORDER BY id
        """,
        account_id=account_id,
        way=way,
        now=now,
        until=now + lease,
        limit=limit,
    )
    return [Ready(*row) for row in found]


def write(conn: Connection, account_id: int, written: Sequence[Mapping[str, Any]]) -> set[str]:
    """What became of claimed deliveries, as columns by name; returns the keys of those that were still being sent."""
    found = rows(
        conn,
        """
        UPDATE channels.delivery AS held SET state = new.state, handle = new.handle, code = new.code,
            reason = new.reason, reason_zh = new.reason_zh, due_at = new.due_at, tries = new.tries,
            ended_at = new.ended_at
        FROM json_to_recordset(CAST(:new AS json)) AS new (key text, state text, handle text, code integer,
            reason text, reason_zh text, due_at timestamptz, tries integer, ended_at timestamptz)
        WHERE held.account_id = :account_id AND held.key = new.key AND held.state = 'sending'
        RETURNING held.key
        """,
        account_id=account_id,
        new=orjson.dumps(list(written)).decode(),
    )
    return {row[0] for row in found}


def handles(conn: Connection, account_id: int, since: datetime) -> list[str]:
    """Handles of what was sent since then."""
    found = rows(
        conn,
        """SELECT DISTINCT handle FROM channels.delivery
           WHERE account_id = :account_id AND handle <> '' AND sending_at >= :since""",
        account_id=account_id,
        since=since,
    )
    return [row[0] for row in found]


def settle(
    conn: Connection, account_id: int, handle: str, results: Sequence[Mapping[str, Any]], now: datetime
) -> list[tuple[str, str, str, str, Sequence[Mapping[str, Any]]]]:
    """What the platform says of single ones under a handle, as subject, staff, outcome, at, reason and reason_zh; returns
    those of which that is new, as key, subject, staff, result and what was taken.
    """
    found = rows(
        conn,
        """
        UPDATE channels.delivery AS held
        SET state = CASE new.outcome WHEN 'sent' THEN 'sent' ELSE 'refused' END, result = new.outcome,
            staff_id = CASE held.staff_id WHEN '' THEN new.staff_id ELSE held.staff_id END,
            reason = new.reason, reason_zh = new.reason_zh, ended_at = coalesce(new.at, :now)
        FROM json_to_recordset(CAST(:new AS json)) AS new (subject_id text, staff_id text, outcome text, at timestamptz,
            reason text, reason_zh text)
        WHERE held.account_id = :account_id AND held.handle = :handle AND held.subject_id = new.subject_id
          AND held.state = 'waits_for_staff'
        RETURNING held.key, held.subject_id, new.staff_id, held.result, held.taken
        """,
        account_id=account_id,
        handle=handle,
        new=orjson.dumps(list(results)).decode(),
        now=now,
    )
    return [tuple(row) for row in found]


def end_waiting(
    conn: Connection, account_id: int, handle: str, result: str, reasons: tuple[str, str], now: datetime
) -> list[Sequence[Mapping[str, Any]]]:
    """Nobody confirms these any more; returns what was taken for them."""
    found = rows(
        conn,
        """UPDATE channels.delivery SET state = 'refused', result = :result, reason = :reason, reason_zh = :reason_zh,
               ended_at = :now
           WHERE account_id = :account_id AND handle = :handle AND state = 'waits_for_staff' RETURNING taken""",
        account_id=account_id,
        handle=handle,
        result=result,
        reason=reasons[0],
        reason_zh=reasons[1],
        now=now,
    )
    return [row[0] for row in found]


def end_by_hand(
    conn: Connection, account_id: int, ended: Sequence[tuple[str, str, str, str]], now: datetime
) -> set[str]:
    """What staff did themselves, or did not, as (key, result, reason, reason_zh); returns the keys of those that waited."""
    columns = list(zip(*ended, strict=True)) or [(), (), (), ()]
    found = rows(
        conn,
        """UPDATE channels.delivery AS held
           SET state = CASE new.result WHEN 'sent' THEN 'sent' ELSE 'refused' END, result = new.result,
               reason = new.reason, reason_zh = new.reason_zh, ended_at = :now
           FROM unnest(CAST(:keys AS text[]), CAST(:results AS text[]), CAST(:reasons AS text[]),
                       CAST(:reasons_zh AS text[])) AS new (key, result, reason, reason_zh)
           WHERE held.account_id = :account_id AND held.key = new.key AND held.handle = ''
             AND held.state = 'waits_for_staff'
           RETURNING held.key""",
        account_id=account_id,
        keys=list(columns[0]),
        results=list(columns[1]),
        reasons=list(columns[2]),
        reasons_zh=list(columns[3]),
        now=now,
    )
    return {row[0] for row in found}


def note_reports(conn: Connection, account_id: int, reports: Sequence[tuple[Report, datetime]]) -> None:
    """Keep what pushes said of sendings, the first word of each, and tell it to those that are written already."""
    newest = {(one_.handle, one_.subject_id): (one_, at) for one_, at in reversed(reports) if one_.handle}
    lock_reports(conn, account_id)
    run(
        conn,
        """INSERT INTO channels.report (account_id, handle, subject_id, ok, said, said_zh, partly, at)
           SELECT :account_id, handle, subject_id, ok, said, said_zh, partly, at
           FROM unnest(CAST(:handles AS text[]), CAST(:subjects AS text[]), CAST(:ok AS boolean[]),
                       CAST(:said AS text[]), CAST(:said_zh AS text[]), CAST(:partly AS boolean[]),
                       CAST(:at AS timestamptz[])) AS new (handle, subject_id, ok, said, said_zh, partly, at)
           ORDER BY handle, subject_id ON CONFLICT DO NOTHING""",
        account_id=account_id,
        handles=[handle for handle, _ in newest],
        subjects=[subject for _, subject in newest],
        ok=[bool(one_.ok) for one_, _ in newest.values()],
        said=[one_.said for one_, _ in newest.values()],
        said_zh=[one_.said_zh for one_, _ in newest.values()],
        partly=[bool(one_.partly) for one_, _ in newest.values()],
        at=[at for _, at in newest.values()],
    )
    tell_reports(conn, account_id, sorted({handle for handle, _ in newest}))


def lock_reports(conn: Connection, account_id: int) -> None:
    """A report and the answer of the call that it speaks of are written one after the other, never past each other."""
    run(conn, "SELECT pg_advisory_xact_lock(hashtext('channels.report'), CAST(:id AS integer))", id=account_id)


def tell_reports(conn: Connection, account_id: int, known_handles: Collection[str]) -> None:
    """Deliveries with these handles get what was reported of them; a report without a subject is that of all."""
    run(
        conn,
        """UPDATE channels.delivery AS held
           SET state = CASE WHEN report.ok THEN 'sent' ELSE 'refused' END,
               result = CASE WHEN NOT report.ok THEN 'failed' WHEN report.partly THEN 'partly' ELSE 'sent' END,
               reason = CASE WHEN report.ok AND NOT report.partly THEN '' ELSE report.said END,
               reason_zh = CASE WHEN report.ok AND NOT report.partly THEN ''
                                ELSE coalesce(nullif(report.said_zh, ''), report.said) END,
               ended_at = report.at
           FROM channels.report
           WHERE report.account_id = :account_id AND report.handle = ANY(CAST(:handles AS text[]))
             AND held.account_id = report.account_id AND held.handle = report.handle
             AND report.subject_id IN ('', held.subject_id) AND held.result = '' AND held.state IN ('sent', 'waits_for_staff')
        """,
        account_id=account_id,
        handles=list(known_handles),
    )


def confirm_all(conn: Connection, account_id: int, handle: str, now: datetime) -> None:
    """Everybody has confirmed, and the platform tells nothing of single ones: they are sent."""
    run(
        conn,
        """UPDATE channels.delivery SET state = 'sent', result = 'sent', ended_at = :now
           WHERE account_id = :account_id AND handle = :handle AND state = 'waits_for_staff'""",
        account_id=account_id,
        handle=handle,
        now=now,
    )
