"""Writing to the fact log, and knowing how far its image is behind."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from siyu.engines.clickhouse.client import Client
from siyu.engines.cursor import decode_cursor, encode_cursor
from siyu.kernel.clock import from_millis, to_millis
from siyu.kernel.fact import Fact
from siyu.timeline import store
from siyu.timeline.clickhouse import store as image
from siyu.timeline.columns import (
    ALIAS_COLUMNS,
    FACT_COLUMNS,
    FACTS_PER_ENTRY,
    aliases_to_table,
    facts_to_table,
    pack,
    unpack,
)
from siyu.timeline.exporter import Exporter
from siyu.timeline.store import SHIPPED
from siyu.timeline.types import DayCount, DaysWith, ExportLag, LoggedFact, Shipment, Tail, TimelineEntry, TimelinePage

__all__ = [
    "CHANNEL",
    "FACTS_PER_ENTRY",
    "SHIPPED",
    "Exporter",
    "append",
    "append_aliases",
    "counts_by_day",
    "days_with",
    "end_of_log",
    "facts_between",
    "lag",
    "page",
    "people_with",
    "read_on",
    "rebuild_image",
    "squash",
    "tail",
    "written_since",
]

CHANNEL: Final = "siyu_timeline"  # NOTIFY wakes the exporter
_CHUNK: Final = 20_000  # facts an entry: small enough to read one into memory without a thought
_TAIL_ENTRIES: Final = 200
_SETTLED_AFTER: Final = timedelta(days=1)


def append(conn: Connection, facts: Sequence[Fact]) -> None:
    """Put ``facts`` on the log, in this transaction, in this order; the exporter hears of it at commit.

    Not idempotent: a fact appended twice is there twice. Whoever appends does so in the transaction that also takes
    away the reason for it (the message, the old state of the row).
    """
    if not facts:
        return
    for start in range(0, len(facts), _CHUNK):
        chunk = facts[start : start + _CHUNK]
        entry_id, now = store.next_entry(conn)
        store.insert_entry(conn, entry_id, "facts", len(chunk), pack(facts_to_table(entry_id, chunk, to_millis(now))))
    store.notify(conn, CHANNEL)


def append_aliases(conn: Connection, pairs: Sequence[tuple[int, int]]) -> None:
    """Say that facts of ``id`` (a merged customer, or an identifier that a split moved) now belong to a customer.

    Pairs are (id, its customer now); a later pair for the same id wins. Idempotent in effect.
    """
    if not pairs:
        return
    entry_id, _ = store.next_entry(conn)
    store.insert_entry(conn, entry_id, "aliases", len(pairs), pack(aliases_to_table(entry_id, pairs)))
    store.notify(conn, CHANNEL)


def lag(conn: Connection) -> ExportLag:
    """How far ClickHouse is behind the log right now."""
    return store.lag(conn)


def written_since(conn: Connection, span: timedelta) -> int:
    """How many facts were put on the log within the last ``span``, by the database's clock."""
    return store.written_since(conn, span)


def page(
    clickhouse: Client,
    *,
    customer_ids: Sequence[int],
    moved_in: Sequence[int] = (),
    moved_away: Sequence[int] = (),
    cursor: str | None = None,
    limit: int = 50,
    kinds: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> TimelinePage:
    """One person's facts, newest first.

    Args:
        clickhouse: of the timeline's database.
        customer_ids: every id under which a fact of this person may have been written.
        moved_in: identifiers that a split brought to this person.
        moved_away: identifiers that a split took from one of ``customer_ids``.
        cursor: ``next`` of the page before; ``None`` for the first.
        limit: how many facts a page has at most.
        kinds: only these; empty for all.
        since: from this time on.
        until: before this time.

    Raises:
        BadInput: the cursor is none of ours.
    """
    place = decode_cursor(cursor, int, int)
    entries = image.person_page(
        clickhouse,
        customer_ids=customer_ids,
        moved_in=moved_in,
        moved_away=moved_away,
        after=(from_millis(int(place[0])), int(place[1])) if place else None,
        limit=limit,
        kinds=kinds,
        since=since,
        until=until,
    )
    last = entries[-1] if len(entries) == limit else None
    following = encode_cursor([to_millis(last.occurred_at), last.fact_id]) if last else None
    return TimelinePage(tuple(entries), following)


def counts_by_day(clickhouse: Client, *, kind: str, start: date, end: date, zone: str) -> list[DayCount]:
    """Everybody's facts of one kind on each day that has any, oldest first.

    Args:
        clickhouse: of the timeline's database.
        kind: name of a fact kind.
        start: the first day, from 1970 on.
        end: the day after the last, up to 2149.
        zone: whose clock decides where a day begins, an IANA name.
    """
    return image.counts_by_day(clickhouse, kind=kind, start=start, end=end, zone=zone)


def days_with(
    clickhouse: Client,
    *,
    kind: str,
    since: datetime,
    until: datetime,
    zone: str,
    name: str | None = None,
    where: Mapping[str, str | int | bool] | None = None,
    about: str | None = None,
) -> DaysWith:
    """On which days who had facts of a kind, as ClickHouse knows people now: each person's day once, the earliest first.

    Args:
        clickhouse: of the timeline's database.
        kind: name of a fact kind.
        since: from this time on.
        until: before this time.
        zone: whose clock decides where a day begins, an IANA name.
        name: that the facts have; ``None`` for any.
        where: properties that they have, of the same type.
        about: a property with a whole number that tells facts of one day apart: whom one brought.
    """
    return image.days_with(
        clickhouse, kind=kind, name=name, where=where or {}, since=since, until=until, zone=zone, about=about
    )


def people_with(
    clickhouse: Client, *, kinds: Sequence[str], name: str | None = None, since: datetime, until: datetime, most: int
) -> tuple[list[int], int]:
    """Up to ``most`` of the people with facts of these kinds (and this name) in this time, as ClickHouse knows them now,
    and how many there are in all. The same question draws the same people.
    """
    if not kinds:
        return [], 0
    return image.people_with(clickhouse, kinds=kinds, name=name, since=since, until=until, most=most)


def facts_between(
    clickhouse: Client,
    *,
    kinds: Sequence[str],
    customer_ids: Sequence[int],
    since: datetime,
    until: datetime,
    most: int = 100_000,
) -> list[tuple[int, TimelineEntry]]:
    """(customer, fact) of these people in this time, oldest first; the beginning when there are more than ``most``."""
    if not kinds or not customer_ids:
        return []
    return image.facts_between(clickhouse, kinds=kinds, customer_ids=customer_ids, since=since, until=until, most=most)


def end_of_log(conn: Connection) -> int:
    """The id of the newest entry of the log, from where :func:`tail` may begin; 0 when there is none."""
    return store.last_entry(conn)


def tail(conn: Connection, *, after: int, without: Iterable[int] = (), most: int = 1000) -> Tail:
    """The newest facts on the log; straight from the log, so that they are here before ClickHouse has them.

    Ids of entries are given out before they are durable, so a lower one may appear after a higher one: who follows the
    log asks again from some entries further back, ``without`` those it has.

    Args:
        conn: an open transaction.
        after: entries after this one.
        without: entries that are not wanted again.
        most: facts at most, the newest; of more, only the number is told, and their entries are not read.
    """
    found = store.entries_after(conn, after, list(without), _TAIL_ENTRIES)
    wanted: list[int] = []
    room = most
    for entry_id, count in reversed(found):
        if room <= 0:
            break
        wanted.append(entry_id)
        room -= count
    total = sum(count for _, count in found)
    facts = [
        LoggedFact(*values)
        for body in (store.bodies_of(conn, wanted) if wanted else ())
        for values in _read_facts(body, most)
    ][-most:]
    return Tail(tuple([entry_id for entry_id, _ in found]), tuple(facts), total - len(facts))


def _read_facts(body: bytes, most: int) -> Iterator[tuple[Any, ...]]:
    table = unpack([body])
    table = table.slice(max(0, table.num_rows - most))
    names = ("fact_id", "customer_id", "kind", "name", "occurred_at", "source_id", "message_id", "amount_fen")
    columns = [table[name].cast("int64") if name == "occurred_at" else table[name] for name in names]
    for fact_id, customer_id, kind, name, at, *rest in zip(*[column.to_pylist() for column in columns], strict=True):
        yield fact_id, customer_id, kind, name, from_millis(at), *rest


def read_on(
    conn: Connection, reader: str, most_facts: int = 20_000, columns: Collection[str] | None = None
) -> Shipment | None:
    """What ClickHouse has more, for this reader once and never again when this transaction is committed.

    Entries come in the order in which they were shipped first, none is left out, also when the log is shipped anew.

    Args:
        conn: a transaction, in which also everything is done that the shipment asks for.
        reader: a name of its own for each who reads; a new one begins with the beginning of the log.
        most_facts: stop before there are more, but for what one shipment carried.
        columns: of the facts, those that are wanted; all when not given.

    Returns:
        ``None`` when there is nothing yet, or when somebody else reads for this reader at this moment.
    """
    position = store.hold_reader(conn, reader)
    places = store.next_shipped(conn, position, most_facts) if position is not None else []
    if not places:
        return None
    bodies = store.shipped_bodies(conn, places)
    store.move_reader(conn, reader, places[-1])
    facts = unpack(bodies["facts"], columns) if bodies["facts"] else FACT_COLUMNS.empty_table()
    aliases = unpack(bodies["aliases"]) if bodies["aliases"] else ALIAS_COLUMNS.empty_table()
    return Shipment(places[-1], facts, aliases["customer_id"].to_numpy().astype("int64"))


def squash(conn: Connection, clickhouse: Client, now: datetime) -> int:
    """Nightly: write into the facts whose they are now, so that the alias map stays small; return how many went.

    Safe to repeat and to kill. Only aliases of more than a day ago go: no batch that saw the world before them is
    still under way.
    """
    settled = store.settled_entry(conn, now - _SETTLED_AFTER)
    return image.squash(clickhouse, settled=settled) if settled else 0


def rebuild_image(conn: Connection, clickhouse: Client) -> None:
    """Empty the image and have the whole log shipped again, oldest first. Safe to repeat.

    Nothing is shipped meanwhile. When this transaction fails the image stays empty until the next call.
    """
    store.lock_shipping(conn)
    store.release_all(conn)
    image.clear(clickhouse)
    store.notify(conn, CHANNEL)
