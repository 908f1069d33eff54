"""All SQL of the timeline in ClickHouse: one person's facts, one kind by day, the squash.

Pure functions of a client; rooms above call :mod:`siyu.timeline.service`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import orjson

from siyu.engines.clickhouse.client import Client
from siyu.kernel.clock import to_millis
from siyu.timeline.types import DayCount, DaysWith, TimelineEntry

# Whose a fact is now: where its identifier went by a split, else what its customer became by merges, else its customer.
CURRENT_CUSTOMER: Final = (
    "dictGetOrDefault('alias_map', 'customer_id', via, "
    "dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id))"
)

# How a property is compared: the types that JSON may give it, the function that reads it, the type of the parameter.
_COMPARED: Final[Mapping[type, tuple[str, str, str]]] = {
    str: ("'String'", "JSONExtractString", "String"),
    int: ("'Int64', 'UInt64'", "JSONExtractInt", "Int64"),
    bool: ("'Bool'", "JSONExtractBool", "Bool"),
}
_COLUMNS: Final = "fact_id, kind, name, occurred_at, received_at, source_id, message_id, amount_fen, properties"


def person_page(
    client: Client,
    *,
    customer_ids: Sequence[int],
    moved_in: Sequence[int] = (),
    moved_away: Sequence[int] = (),
    after: tuple[datetime, int] | None = None,
    limit: int = 50,
    kinds: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[TimelineEntry]:
    """One person's facts, newest first; at equal times the later written first.

    Does not ask the alias dictionary: right as soon as OneID has merged or split, before any alias was exported.

    Args:
        client: of the timeline's database.
        customer_ids: every id under which a fact of this person may have been written (their own and those merged in).
        moved_in: identifiers that a split brought to this person: their facts are theirs whoever they were written for.
        moved_away: identifiers that a split took from one of ``customer_ids``.
        after: (occurred_at, fact_id) of the last fact of the page before.
        limit: the most to return.
        kinds: only these; empty for all.
        since: from this time on.
        until: before this time.
    """
    parameters: dict[str, Any] = {"customers": list(customer_ids), "limit": limit}
    filters = ""
    if kinds:
        filters += " AND kind IN {kinds:Array(String)}"
        parameters["kinds"] = list(kinds)
    for name, comparison, moment in (("since", ">=", since), ("until", "<", until), ("at", "<=", after and after[0])):
        if moment is not None:
            filters += f" AND occurred_at {comparison} fromUnixTimestamp64Milli({{{name}:Int64}}, 'UTC')"
            parameters[name] = to_millis(moment)
    if after is not None:
        filters += " AND (occurred_at, fact_id) < (fromUnixTimestamp64Milli({at:Int64}, 'UTC'), {fact:UInt64})"
        parameters["fact"] = after[1]
    elsewhere = ""
    if moved_in or moved_away:
        elsewhere = " AND via NOT IN {elsewhere:Array(UInt64)}"
        parameters["elsewhere"] = [*moved_in, *moved_away]
    order = "ORDER BY occurred_at DESC, fact_id DESC LIMIT {limit:UInt32}"
    sql = f"SELECT {_COLUMNS} FROM facts WHERE recorded_for IN {{customers:Array(UInt64)}}{elsewhere}{filters} {order}"
    if moved_in:  # a branch of its own: OR would keep both from using their index
        branch = f"SELECT {_COLUMNS} FROM facts WHERE via IN {{moved_in:Array(UInt64)}}{filters} {order}"
        sql = f"SELECT * FROM (({sql}) UNION ALL ({branch})) {order}"
        parameters["moved_in"] = list(moved_in)
    return [TimelineEntry(*(*row, orjson.loads(text))) for *row, text in client.rows(sql, **parameters)]


def people_with(
    client: Client, *, kinds: Sequence[str], name: str | None, since: datetime, until: datetime, most: int
) -> tuple[list[int], int]:
    """Some of the people with facts of these kinds in this time, drawn by a hash of their ids, and how many there are."""
    among = f"""
        FROM (SELECT DISTINCT {CURRENT_CUSTOMER} AS whose FROM facts
              WHERE kind IN {{kinds:Array(String)}} {"AND name = {name:String}" if name is not None else ""}
                  AND occurred_at >= fromUnixTimestamp64Milli({{since:Int64}}, 'UTC')
                  AND occurred_at < fromUnixTimestamp64Milli({{until:Int64}}, 'UTC') AND customer_id > 0)"""
    asked = {"kinds": list(kinds), "since": to_millis(since), "until": to_millis(until)}
    asked |= {"name": name} if name is not None else {}
    found = client.rows(f"SELECT whose {among} ORDER BY intHash64(whose) LIMIT {{most:UInt32}}", **asked, most=most)
    ((total,),) = client.rows(f"SELECT count() {among}", **asked)
    return [int(whose) for (whose,) in found], int(total)


def facts_between(
    client: Client, *, kinds: Sequence[str], customer_ids: Sequence[int], since: datetime, until: datetime, most: int
) -> list[tuple[int, TimelineEntry]]:
    """(customer, fact) of these people and kinds in this time, oldest first."""
    found = client.rows(
        f"""SELECT {CURRENT_CUSTOMER} AS whose, {_COLUMNS} FROM facts
            WHERE kind IN {{kinds:Array(String)}} AND occurred_at >= fromUnixTimestamp64Milli({{since:Int64}}, 'UTC')
                AND occurred_at < fromUnixTimestamp64Milli({{until:Int64}}, 'UTC') AND whose IN {{customers:Array(UInt64)}}
            ORDER BY occurred_at, fact_id LIMIT {{most:UInt32}}""",
        kinds=list(kinds),
        since=to_millis(since),
        until=to_millis(until),
        customers=list(customer_ids),
        most=most,
    )
    return [(int(whose), TimelineEntry(*(*row, orjson.loads(text)))) for whose, *row, text in found]


def counts_by_day(client: Client, *, kind: str, start: date, end: date, zone: str) -> list[DayCount]:
    """Facts of one kind on each day that has any, ``start`` to before ``end``, days as the clock in ``zone`` has them.

    Days from 1970 to the middle of 2149: ClickHouse's ``Date`` holds no others.
    """
    sql = f"""
        SELECT toDate(occurred_at, {{zone:String}}) AS day, count(),
            uniqExactIf({CURRENT_CUSTOMER} AS customer, customer != 0), sum(amount_fen)
        FROM facts
        WHERE kind = {{kind:String}}
          AND occurred_at >= toDateTime64({{start:Date32}}, 3, {{zone:String}})
          AND occurred_at < toDateTime64({{end:Date32}}, 3, {{zone:String}})
        GROUP BY day ORDER BY day
    """
    return [DayCount(*row) for row in client.rows(sql, kind=kind, start=start, end=end, zone=zone)]


def days_with(
    client: Client,
    *,
    kind: str,
    name: str | None,
    where: Mapping[str, str | int | bool],
    since: datetime,
    until: datetime,
    zone: str,
    about: str | None,
) -> DaysWith:
    """Customer, day and what it was about, of facts that have a name and properties: each once, by day and customer."""
    if any(isinstance(value, int) and not -(2**63) <= value < 2**63 for value in where.values()):
        return DaysWith(*(np.empty(0, np.int64) for _ in range(3)))  # no fact has such a number
    asked: dict[str, Any] = {"kind": kind, "since": to_millis(since), "until": to_millis(until), "zone": zone}
    filters = ""
    if name is not None:
        filters, asked["name"] = " AND name = {name:String}", name
    for place, (field, value) in enumerate(where.items()):
        typed, read, said = _COMPARED[type(value)]
        filters += (
            f" AND JSONType(properties, {{field{place}:String}}) IN ({typed})"
            f" AND {read}(properties, {{field{place}:String}}) = {{value{place}:{said}}}"
        )
        asked |= {f"field{place}": field, f"value{place}": value}
    of = "toInt64(0)"
    if about is not None:
        of, asked["about"] = "JSONExtractInt(properties, {about:String})", about
    found = client.arrow(
        f"""SELECT toInt64({CURRENT_CUSTOMER}) AS whose, toInt64(toDate32(occurred_at, {{zone:String}})) AS day, {of} AS what
            FROM facts
            WHERE kind = {{kind:String}} AND customer_id > 0
                AND occurred_at >= fromUnixTimestamp64Milli({{since:Int64}}, 'UTC')
                AND occurred_at < fromUnixTimestamp64Milli({{until:Int64}}, 'UTC'){filters}
            GROUP BY whose, day, what ORDER BY day, whose, what""",
        **asked,
    )
    return DaysWith(*(found[column].to_numpy() for column in ("whose", "day", "what")))


def squash(client: Client, *, settled: int, least: int = 10_000) -> int:
    """Write into the facts whose they are now, and forget the aliases that said so; return how many were forgotten.

    Readers see the same before, meanwhile and after; inserts go on. Safe to kill and to repeat at any time: aliases go
    only after every fact was rewritten, and a second rewriting finds nothing.

    Args:
        client: of the timeline's database.
        settled: aliases up to this version may go: no fact under the old id can be shipped any more.
        least: do nothing for fewer aliases; the rewriting touches every part of the table that has such facts.
    """
    count = int(client.scalar("SELECT uniqExact(id) FROM alias WHERE version <= {settled:UInt64}", settled=settled))
    if count < least:
        return 0
    client.run("SYSTEM RELOAD DICTIONARY alias_map")
    # dictGet counts as not deterministic, which a replicated table would refuse.
    wait = {"mutations_sync": 2, "allow_nondeterministic_mutations": 1}
    current = CURRENT_CUSTOMER
    client.run(f"ALTER TABLE facts UPDATE customer_id = {current} WHERE customer_id != {current}", settings=wait)
    client.run(f"ALTER TABLE alias DELETE WHERE version <= {int(settled)}", settings=wait)
    client.run("SYSTEM RELOAD DICTIONARY alias_map")
    return count


def clear(client: Client) -> None:
    """Empty the image, so that the log can be shipped again."""
    client.run("TRUNCATE TABLE facts")
    client.run("TRUNCATE TABLE alias")
    client.run("SYSTEM RELOAD DICTIONARY alias_map")
