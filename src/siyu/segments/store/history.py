"""Coming and going, from the facts."""

from datetime import date
from typing import Final

from siyu.engines.clickhouse.client import Client
from siyu.segments.types import DayMoves, Move

_IN_TIME: Final = """occurred_at >= toDateTime64({first:Date32}, 3, {zone:String})
          AND occurred_at < toDateTime64({last:Date32} + 1, 3, {zone:String})"""
_KINDS: Final = {True: ("segment.entered",), False: ("segment.left",), None: ("segment.entered", "segment.left")}


def by_day(client: Client, segment_id: int, first: date, last: date, zone: str) -> list[DayMoves]:
    """How many came and went on each day that has any, as the clock in ``zone`` has days, oldest first."""
    sql = f"""
        SELECT toDate(occurred_at, {{zone:String}}) AS day,
               countIf(kind = 'segment.entered'), countIf(kind = 'segment.left')
        FROM facts
        WHERE kind IN ('segment.entered', 'segment.left') AND name = {{name:String}}
          AND {_IN_TIME}
        GROUP BY day ORDER BY day
    """
    return [DayMoves(*row) for row in client.rows(sql, zone=zone, name=str(segment_id), first=first, last=last)]


def movers(
    client: Client,
    segment_id: int,
    first: date,
    last: date,
    zone: str,
    *,
    entered: bool | None,
    before: tuple[int, int, str] | None,
    most: int,
) -> list[tuple[Move, tuple[int, int, str]]]:
    """Who came and went, newest first, each with its place in this order; ``before`` is the place of the last one known."""
    sql = f"""
        SELECT dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id), occurred_at, kind,
               toUnixTimestamp64Milli(occurred_at) AS ms, customer_id AS whose
        FROM facts
        WHERE kind IN {{kinds:Array(String)}} AND name = {{name:String}}
          AND {_IN_TIME}
          {"AND (ms, whose, kind) < ({ms:Int64}, {whose:UInt64}, {kind:String})" if before else ""}
        ORDER BY ms DESC, whose DESC, kind DESC LIMIT {{most:UInt32}}
    """
    place = dict(zip(("ms", "whose", "kind"), before, strict=True)) if before else {}
    asked = {"zone": zone, "name": str(segment_id), "first": first, "last": last, "kinds": list(_KINDS[entered])}
    found = client.rows(sql, **asked, **place, most=most)
    return [(Move(now, at, kind == "segment.entered"), (ms, whose, kind)) for now, at, kind, ms, whose in found]
