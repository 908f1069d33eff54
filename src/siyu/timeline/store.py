"""All SQL of the fact log in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from siyu.engines.postgres import call, one, rows, run
from siyu.timeline.types import EntryKind, ExportLag, Manifest

SHIPPED: Final = "siyu_shipped"  # NOTIFY: ClickHouse has more facts
_SHIPPING_LOCK: Final = 0x5159_5530_0002


def next_entry(conn: Connection) -> tuple[int, datetime]:
    """The id of the next entry, and the moment of this transaction."""
    found = one(conn, "SELECT nextval('timeline.entry_id_seq'), now()")
    assert found is not None
    return int(found[0]), found[1]


def insert_entry(conn: Connection, entry_id: int, kind: EntryKind, count: int, body: bytes) -> None:
    run(
        conn,
        "INSERT INTO timeline.entry (id, kind, rows, body) VALUES (:id, :kind, :rows, :body)",
        id=entry_id,
        kind=kind,
        rows=count,
        body=body,
    )


def lock_shipping(conn: Connection) -> None:
    """Until the end of this transaction nobody else ships, and nobody empties the image."""
    run(conn, "SELECT pg_advisory_xact_lock(:key)", key=_SHIPPING_LOCK)


def unshipped(conn: Connection) -> Manifest | None:
    """The manifest that a crash left unfinished."""
    found = one(
        conn,
        """SELECT id, first_entry, last_entry, entries, facts FROM timeline.manifest
           WHERE shipped_at IS NULL ORDER BY id LIMIT 1""",
    )
    return Manifest(*found) if found else None


def claim_entries(conn: Connection, max_entries: int, max_facts: int) -> Manifest | None:
    """Write the next manifest over the oldest free entries, at least one, at most about ``max_facts`` facts."""
    found = one(
        conn,
        """
        WITH free AS (
            SELECT id, kind, rows, sum(rows) OVER (ORDER BY id) - rows AS before FROM (
                SELECT id, kind, rows FROM timeline.entry WHERE manifest_id IS NULL ORDER BY id LIMIT :max_entries
            ) AS oldest
        ), taken AS (SELECT id, kind, rows FROM free WHERE before < :max_facts),
        made AS (
            INSERT INTO timeline.manifest (first_entry, last_entry, entries, facts)
            SELECT min(id), max(id), count(*), coalesce(sum(rows) FILTER (WHERE kind = 'facts'), 0) FROM taken
            HAVING count(*) > 0
            RETURNING id, first_entry, last_entry, entries, facts
        ), marked AS (
            UPDATE timeline.entry
            SET manifest_id = made.id, first_manifest = coalesce(entry.first_manifest, made.id)
            FROM made WHERE entry.id IN (SELECT id FROM taken)
        )
        SELECT id, first_entry, last_entry, entries, facts FROM made
        """,
        max_entries=max_entries,
        max_facts=max_facts,
    )
    return Manifest(*found) if found else None


def bodies(conn: Connection, manifest: Manifest) -> dict[EntryKind, list[bytes]]:
    """What a manifest ships, in order."""
    shipped: dict[EntryKind, list[bytes]] = {"facts": [], "aliases": []}
    for kind, body in rows(
        conn, "SELECT kind, body FROM timeline.entry WHERE manifest_id = :id ORDER BY id", id=manifest.id
    ):
        shipped[kind].append(bytes(body))
    return shipped


def mark_shipped(conn: Connection, manifest: Manifest) -> None:
    """Note that a manifest arrived, and say so. Not worth a wait for the disk: a crash that loses it has it sent again, and its
    token drops it.
    """
    run(conn, "SET LOCAL synchronous_commit TO off")
    run(conn, "UPDATE timeline.manifest SET shipped_at = now() WHERE id = :id", id=manifest.id)
    notify(conn, SHIPPED)


def lag(conn: Connection) -> ExportLag:
    found = one(
        conn,
        """
        SELECT count(*), coalesce(sum(entry.rows), 0), min(entry.written_at)
        FROM timeline.entry LEFT JOIN timeline.manifest ON manifest.id = entry.manifest_id
        WHERE entry.manifest_id IS NULL
           OR entry.manifest_id IN (SELECT id FROM timeline.manifest WHERE shipped_at IS NULL)
        """,
    )
    assert found is not None
    return ExportLag(entries=found[0], facts=int(found[1]), oldest=found[2])


def settled_entry(conn: Connection, before: datetime) -> int:
    """The last entry written before that moment, 0 when there is none or when not all of them are shipped."""
    found = one(
        conn,
        """
        SELECT max(entry.id), bool_and(manifest.shipped_at IS NOT NULL)
        FROM timeline.entry LEFT JOIN timeline.manifest ON manifest.id = entry.manifest_id
        WHERE entry.written_at < :before
        """,
        before=before,
    )
    return int(found[0]) if found and found[1] else 0


def release_all(conn: Connection) -> None:
    """Let everything be shipped again: for rebuilding the image from the log."""
    run(conn, "UPDATE timeline.entry SET manifest_id = NULL WHERE manifest_id IS NOT NULL")
    run(conn, "DELETE FROM timeline.manifest")


def notify(conn: Connection, channel: str) -> None:
    call(conn, channel)


def written_since(conn: Connection, span: timedelta) -> int:
    """Facts in the newest entries, back to the first that is older; ids follow time closely enough for that."""
    found = one(
        conn,
        """
        SELECT coalesce(sum(rows) FILTER (WHERE kind = 'facts' AND written_at > now() - CAST(:span AS interval)), 0)
        FROM (SELECT rows, kind, written_at FROM timeline.entry ORDER BY id DESC LIMIT 20000) AS newest
        """,
        span=span,
    )
    return int(found[0]) if found else 0


def last_entry(conn: Connection) -> int:
    """The id of the newest entry that is durable, 0 when there is none."""
    found = one(conn, "SELECT max(id) FROM timeline.entry")
    return int(found[0] or 0) if found else 0


def entries_after(conn: Connection, after: int, without: list[int], limit: int) -> list[tuple[int, int]]:
    """(id, facts) of the newest entries with facts after that one, without some, oldest first."""
    found = rows(
        conn,
        """SELECT id, rows FROM timeline.entry
           WHERE id > :after AND kind = 'facts' AND NOT id = ANY(CAST(:without AS bigint[]))
           ORDER BY id DESC LIMIT :limit""",
        after=after,
        without=without,
        limit=limit,
    )
    return [(row[0], row[1]) for row in reversed(found)]


def bodies_of(conn: Connection, ids: list[int]) -> list[bytes]:
    """The bodies of these entries, in the order of their ids."""
    found = rows(conn, "SELECT body FROM timeline.entry WHERE id = ANY(CAST(:ids AS bigint[])) ORDER BY id", ids=ids)
    return [bytes(row[0]) for row in found]


def hold_reader(conn: Connection, reader: str) -> int | None:
    """Where a reader of what was shipped stands; nobody else reads for it until this transaction ends. ``None``: somebody
    does at this moment.
    """
    sql = "SELECT position FROM timeline.reader WHERE name = :reader FOR UPDATE SKIP LOCKED"
    found = one(conn, sql, reader=reader)
    if found is None and one(conn, "SELECT 1 FROM timeline.reader WHERE name = :reader", reader=reader) is None:
        run(conn, "INSERT INTO timeline.reader (name) VALUES (:reader) ON CONFLICT DO NOTHING", reader=reader)
        found = one(conn, sql, reader=reader)
    return int(found[0]) if found else None


def next_shipped(conn: Connection, after: int, most_facts: int) -> list[int]:
    """Shipments after that place, as they were first made up, in order, up to the first that is not in ClickHouse yet.

    At least one, at most about so many facts. A log that is shipped anew keeps its places: nobody reads it twice.
    """
    found = rows(
        conn,
        """
        WITH following AS (
            SELECT DISTINCT first_manifest AS place FROM timeline.entry WHERE first_manifest > :after
            ORDER BY place LIMIT 100
        )
        SELECT place, sum(rows), bool_and(shipped_at IS NOT NULL)
        FROM following JOIN timeline.entry ON entry.first_manifest = place
            LEFT JOIN timeline.manifest ON manifest.id = entry.manifest_id
        GROUP BY place ORDER BY place
        """,
        after=after,
    )
    places: list[int] = []
    facts = 0
    for place, count, shipped in found:
        if not shipped or (places and facts + count > most_facts):
            break
        places.append(place)
        facts += count
    return places


def shipped_bodies(conn: Connection, places: Sequence[int]) -> dict[EntryKind, list[bytes]]:
    """What these shipments carried, in order."""
    shipped: dict[EntryKind, list[bytes]] = {"facts": [], "aliases": []}
    sql = """SELECT kind, body FROM timeline.entry WHERE first_manifest = ANY(CAST(:places AS bigint[]))
             ORDER BY first_manifest, id"""
    for kind, body in rows(conn, sql, places=list(places)):
        shipped[kind].append(bytes(body))
    return shipped


def move_reader(conn: Connection, reader: str, position: int) -> None:
    """It has read everything up to there, when this transaction is committed."""
    run(conn, "UPDATE timeline.reader SET position = :position WHERE name = :reader", reader=reader, position=position)
