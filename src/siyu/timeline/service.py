"""Writing to the fact log, and knowing how far its image is behind."""

from collections.abc import Sequence

from sqlalchemy import Connection

from siyu.kernel.clock import to_millis
from siyu.kernel.fact import Fact
from siyu.timeline import store
from siyu.timeline.columns import aliases_to_table, facts_to_table, pack
from siyu.timeline.exporter import EXPORTER_LOCK, Exporter
from siyu.timeline.types import ExportLag

__all__ = ["CHANNEL", "EXPORTER_LOCK", "Exporter", "append", "append_aliases", "lag", "page", "rebuild_image", "squash"]

CHANNEL = "siyu_timeline"  # NOTIFY wakes the exporter
_CHUNK = 20_000  # facts an entry: small enough to read one into memory without a thought


def append(conn: Connection, facts: Sequence[Fact]) -> None:
    """Put ``facts`` on the log, in this transaction, in this order; the exporter hears of it at commit.

    Not idempotent: a fact appended twice is there twice. Whoever appends does so in the transaction that also takes
    away the reason for it (the message, the old state of the row).
    """
    if not facts:
        return
    received = to_millis(store.transaction_time(conn))
    for start in range(0, len(facts), _CHUNK):
        chunk = facts[start : start + _CHUNK]
        entry_id = store.next_entry_id(conn)
        store.insert_entry(conn, entry_id, "facts", len(chunk), pack(facts_to_table(entry_id, chunk, received)))
    store.notify(conn, CHANNEL)


def append_aliases(conn: Connection, pairs: Sequence[tuple[int, int]]) -> None:
    """Say that facts of ``id`` (a merged customer, or an identifier that a split moved) now belong to a customer.

    Pairs are (id, its customer now); a later pair for the same id wins. Idempotent in effect.
    """
    if not pairs:
        return
    entry_id = store.next_entry_id(conn)
    store.insert_entry(conn, entry_id, "aliases", len(pairs), pack(aliases_to_table(entry_id, pairs)))
    store.notify(conn, CHANNEL)


def lag(conn: Connection) -> ExportLag:
    """How far ClickHouse is behind the log right now."""
    return store.lag(conn)


def rebuild_image(conn: Connection) -> None:
    """Have the whole log shipped again, oldest first. The caller empties the tables in ClickHouse first."""
    store.release_all(conn)
    store.notify(conn, CHANNEL)


def squash(client):  # type: ignore[no-untyped-def]
    from siyu.timeline.clickhouse.store import squash as s

    s(client)


def page(client, *, customer_ids, moved_in, moved_away, cursor, limit, kinds, since, until):  # type: ignore[no-untyped-def]
    import orjson
    from siyu.timeline.types import TimelineEntry, TimelinePage

    rows = client.rows(
        "SELECT fact_id, kind, name, occurred_at, received_at, source_id, message_id, amount_fen, properties FROM facts WHERE (customer_id IN {c:Array(UInt64)} AND via NOT IN {a:Array(UInt64)} OR via IN {i:Array(UInt64)}) ORDER BY occurred_at DESC, fact_id DESC LIMIT {l:UInt32}",
        c=customer_ids,
        a=moved_away or [0],
        i=moved_in or [2**63],
        l=limit,
    )
    return TimelinePage(tuple(TimelineEntry(*r[:-1], orjson.loads(r[-1])) for r in rows), None)
