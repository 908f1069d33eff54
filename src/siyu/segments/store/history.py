"""Coming and going, from the facts."""

from datetime import date

from siyu.engines.clickhouse.client import Client
from siyu.segments.types import DayMoves


def by_day(client: Client, segment_id: int, first: date, last: date, zone: str) -> list[DayMoves]:
    """How many came and went on each day that has any, as the clock in ``zone`` has days, oldest first."""
    sql = """
        SELECT toDate(occurred_at, {zone:String}) AS day,
               countIf(kind = 'segment.entered'), countIf(kind = 'segment.left')
        FROM facts
        WHERE kind IN ('segment.entered', 'segment.left') AND name = {name:String}
          AND occurred_at >= toDateTime64({first:Date32}, 3, {zone:String})
          AND occurred_at < toDateTime64({last:Date32} + 1, 3, {zone:String})
        GROUP BY day ORDER BY day
    """
    return [DayMoves(*row) for row in client.rows(sql, zone=zone, name=str(segment_id), first=first, last=last)]
