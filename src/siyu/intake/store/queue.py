"""SQL of the queue and the dedup table."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow, call, one, rows, run, scalar
from siyu.intake.types import Lane, QueueDepth, Snapshot

_SEEN_LOCK = 0x5159_5530_0003


def insert_envelope(conn: Connection, lane: Lane, messages: int, body: bytes, *, known_new: bool) -> int:
    """The number of the transaction."""
    number = scalar(
        conn,
        """INSERT INTO intake.envelope (lane, messages, known_new, body)
           VALUES (:lane, :messages, :known_new, :body) RETURNING CAST(CAST(pg_current_xact_id() AS text) AS bigint)""",
        lane=int(lane),
        messages=messages,
        known_new=known_new,
        body=body,
    )
    return int(number)


def notify(conn: Connection, channel: str, payload: str = "") -> None:
    call(conn, channel, payload)


def lock_envelopes(conn: Connection, lane: Lane, limit: int, most: int) -> list[AnyRow]:
    """(id, known_new, body) of the oldest envelopes that no other worker holds, locked until the transaction ends.

    As many as have ``most`` messages together, but at least one. No more are locked than could have so many, were the
    smallest of all that wait the free ones: what is locked beside, whoever comes next does not find.
    """
    return rows(
        conn,
        """
        SELECT id, known_new, body FROM (
            SELECT *, sum(messages) OVER (ORDER BY id) AS so_far FROM (
                SELECT id, messages, known_new, body FROM intake.envelope WHERE lane = :lane ORDER BY id
                LIMIT (
                    SELECT greatest(1, count(*)) FROM (
                        SELECT sum(messages) OVER (ORDER BY messages, id) AS so_far FROM (
                            SELECT id, messages FROM intake.envelope WHERE lane = :lane ORDER BY id LIMIT :limit
                        ) AS all_of_them) AS likely
                    WHERE so_far <= :most)
                FOR UPDATE SKIP LOCKED) AS oldest) AS counted
        WHERE so_far <= :most OR so_far = messages
        ORDER BY id
        """,
        lane=int(lane),
        limit=limit,
        most=most,
    )


def count_waiting(conn: Connection, lane: Lane, limit: int) -> int:
    """Messages in the oldest envelopes, also in those that somebody holds."""
    found = scalar(
        conn,
        """SELECT coalesce(sum(messages), 0) FROM (
               SELECT messages FROM intake.envelope WHERE lane = :lane ORDER BY id LIMIT :limit) AS oldest""",
        lane=int(lane),
        limit=limit,
    )
    return int(found)


def delete_envelopes(conn: Connection, ids: Sequence[int]) -> None:
    run(conn, "DELETE FROM intake.envelope WHERE id = ANY(CAST(:ids AS bigint[]))", ids=list(ids))


def depth(conn: Connection) -> QueueDepth:
    found = rows(
        conn,
        """
        SELECT CAST(pg_current_snapshot() AS text), pg_total_relation_size('intake.envelope'), waiting.*
        FROM (VALUES (1)) AS one
        LEFT JOIN (SELECT lane, sum(messages), min(received_at) FROM intake.envelope GROUP BY lane) AS waiting ON true
        """,
    )
    snapshot, size = found[0][:2]
    waiting = {Lane(lane): (int(messages), first) for _, _, lane, messages, first in found if lane is not None}
    return QueueDepth(
        messages={lane: waiting[lane][0] if lane in waiting else 0 for lane in Lane},
        bytes=int(size),
        oldest=min((first for _, first in waiting.values()), default=None),
        snapshot=Snapshot.of(snapshot),
    )


def oldest_by_lane(conn: Connection) -> dict[Lane, datetime]:
    found = rows(conn, "SELECT lane, min(received_at) FROM intake.envelope GROUP BY lane")
    return {Lane(lane): first for lane, first in found}


def mark_seen(conn: Connection, digests: Sequence[str]) -> set[str]:
    """Remember ``digests`` (hex, distinct); return those that were not known before.

    Everybody who marks holds the lock in common and adds to the same period, so that the primary key decides between
    two who mark the same digest at once. Only :func:`rotate_seen` holds it alone.
    """
    run(conn, "SELECT pg_advisory_xact_lock_shared(:key)", key=_SEEN_LOCK)
    *older, current = [int(row[0]) for row in rows(conn, "SELECT period FROM intake.seen_period ORDER BY period")]
    unknown = "".join(
        f" AND NOT EXISTS (SELECT FROM intake.seen_{period} AS p{period} WHERE p{period}.digest = given.digest)"
        for period in older
    )
    found = rows(
        conn,
        # One text for all digests: an array would be put together and taken apart value by value.
        f"""
        INSERT INTO intake.seen_{current} (period, digest)
        SELECT {current}, digest FROM unnest(CAST(string_to_array(:digests, ',') AS uuid[])) AS given(digest)
        WHERE true {unknown}
        ORDER BY digest
        ON CONFLICT DO NOTHING
        RETURNING encode(uuid_send(digest), 'hex')
        """,
        digests=",".join(digests),
    )
    return {row[0] for row in found}


def rotate_seen(conn: Connection, now: datetime, *, keep: timedelta, period: timedelta) -> None:
    """Begin a new period when the current one is old enough; drop those whose every digest is older than ``keep``."""
    run(conn, "SELECT pg_advisory_xact_lock(:key)", key=_SEEN_LOCK)
    current = one(conn, "SELECT period, began_at FROM intake.seen_period WHERE ended_at IS NULL")
    assert current is not None
    if now - current.began_at >= period:
        following = current.period + 1
        run(conn, f"CREATE TABLE intake.seen_{following} PARTITION OF intake.seen FOR VALUES IN ({following})")
        run(conn, "UPDATE intake.seen_period SET ended_at = :now WHERE ended_at IS NULL", now=now)
        run(conn, "INSERT INTO intake.seen_period (period, began_at) VALUES (:p, :now)", p=following, now=now)
    outdated = rows(conn, "DELETE FROM intake.seen_period WHERE ended_at < :limit RETURNING period", limit=now - keep)
    for (number,) in outdated:
        run(conn, f"DROP TABLE intake.seen_{int(number)}")
