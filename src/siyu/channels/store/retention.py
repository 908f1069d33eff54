"""SQL that deletes what nobody needs any more, a batch at a time. Each returns how many rows went."""

from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.postgres import rows, scalar


def deliveries(conn: Connection, before: datetime, limit: int) -> int:
    """Deliveries that ended before then."""
    return _count(
        conn,
        """WITH old AS (SELECT id FROM channels.delivery WHERE ended_at < :before ORDER BY ended_at LIMIT :limit
                        FOR UPDATE SKIP LOCKED),
                gone AS (DELETE FROM channels.delivery AS held USING old WHERE held.id = old.id RETURNING held.id)
           SELECT count(*) FROM gone""",
        before=before,
        limit=limit,
    )


def contents(conn: Connection, limit: int) -> int:
    """Contents that no delivery has. Who is about to use one again holds it, and it stays (``deliveries.put_contents``)."""
    idle = rows(
        conn,
        """SELECT account_id, hash FROM channels.content
           WHERE NOT EXISTS (SELECT FROM channels.delivery WHERE delivery.account_id = content.account_id
                                                             AND delivery.content_hash = content.hash)
           LIMIT :limit FOR UPDATE SKIP LOCKED""",
        limit=limit,
    )
    # Looked at again now that nobody can take them up: what was taken up before the lock has its delivery by now.
    return _count(
        conn,
        """WITH gone AS (
               DELETE FROM channels.content USING unnest(CAST(:accounts AS bigint[]), CAST(:hashes AS text[]))
                   AS idle (account_id, hash)
               WHERE content.account_id = idle.account_id AND content.hash = idle.hash
                 AND NOT EXISTS (SELECT FROM channels.delivery WHERE delivery.account_id = content.account_id
                                                                 AND delivery.content_hash = content.hash)
               RETURNING content.hash)
           SELECT count(*) FROM gone""",
        accounts=[row[0] for row in idle],
        hashes=[row[1] for row in idle],
    )


def reports(conn: Connection, before: datetime, limit: int) -> int:
    """What was said of sendings before then: by now the answer of the call is written."""
    return _count(
        conn,
        """WITH old AS (SELECT account_id, handle, subject_id FROM channels.report WHERE at < :before ORDER BY at
                        LIMIT :limit FOR UPDATE SKIP LOCKED),
                gone AS (DELETE FROM channels.report AS held USING old
                         WHERE (held.account_id, held.handle, held.subject_id)
                               = (old.account_id, old.handle, old.subject_id) RETURNING held.handle)
           SELECT count(*) FROM gone""",
        before=before,
        limit=limit,
    )


def tasks(conn: Connection, before: datetime, limit: int) -> int:
    """Tasks of staff that ended before then and are watched no more, with their staff and with what people did."""
    return _count(
        conn,
        """WITH old AS (SELECT account_id, handle, object_id FROM channels.staff_task
                        WHERE ended_at < :before AND state <> 'open' AND react_at IS NULL ORDER BY ended_at
                        LIMIT :limit FOR UPDATE SKIP LOCKED),
                staff AS (DELETE FROM channels.staff_task_member AS held USING old
                          WHERE (held.account_id, held.handle) = (old.account_id, old.handle)),
                reacted AS (DELETE FROM channels.reaction AS held USING old
                            WHERE old.object_id <> ''
                              AND (held.account_id, held.object_id) = (old.account_id, old.object_id)),
                gone AS (DELETE FROM channels.staff_task AS held USING old
                         WHERE (held.account_id, held.handle) = (old.account_id, old.handle) RETURNING held.handle)
           SELECT count(*) FROM gone""",
        before=before,
        limit=limit,
    )


def mark_orders(conn: Connection, before: datetime, limit: int) -> int:
    """Orders of tags that were asked for before then, with their marks; one of which something waits stays whole."""
    return _count(
        conn,
        """WITH old AS (SELECT id FROM channels.mark_order
                        WHERE asked_at < :before AND NOT EXISTS (
                            SELECT FROM channels.mark WHERE order_id = mark_order.id AND state = 'waiting')
                        ORDER BY asked_at LIMIT :limit FOR UPDATE SKIP LOCKED),
                marks AS (DELETE FROM channels.mark USING old WHERE order_id = old.id),
                gone AS (DELETE FROM channels.mark_order AS held USING old WHERE held.id = old.id RETURNING held.id)
           SELECT count(*) FROM gone""",
        before=before,
        limit=limit,
    )


def departures(conn: Connection, before: datetime, limit: int) -> int:
    """What pushes said before then of who ended a tie. A customer's stays until they came back: the platform goes on
    showing the member whom they deleted, and nothing else says that the tie has ended.
    """
    return _count(
        conn,
        """WITH old AS (SELECT account_id, contact_id, staff_id, at, by FROM channels.departure
                        WHERE at < :before AND (by <> 'customer' OR EXISTS (
                            SELECT FROM channels.follow
                            WHERE follow.account_id = departure.account_id AND follow.contact_id = departure.contact_id
                              AND follow.staff_id = departure.staff_id AND follow.since > departure.at))
                        ORDER BY at LIMIT :limit FOR UPDATE SKIP LOCKED),
                gone AS (DELETE FROM channels.departure AS held USING old
                         WHERE (held.account_id, held.contact_id, held.staff_id, held.at, held.by)
                               = (old.account_id, old.contact_id, old.staff_id, old.at, old.by) RETURNING held.at)
           SELECT count(*) FROM gone""",
        before=before,
        limit=limit,
    )


def _count(conn: Connection, sql: str, **parameters: object) -> int:
    return int(scalar(conn, sql, **parameters) or 0)
