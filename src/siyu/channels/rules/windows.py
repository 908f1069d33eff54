"""Calendar windows in a platform's zone: when they begin and end, and how much they hold."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from siyu.channels.types import Quota, Window

EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)  # when the window that never ends began
_END: Final = datetime(9999, 12, 31, tzinfo=UTC)


def window_at(window: Window, zone: ZoneInfo, moment: datetime) -> tuple[datetime, datetime]:
    """Beginning (included) and end (excluded) of the window in which ``moment`` lies, in UTC. Weeks begin on Monday.

    Minutes and hours are those of the zone's clock; a day on which the clock is set has 23 or 25 hours.

    Raises:
        ValueError: for ``24h`` and ``grant``, which are no calendar windows.
    """
    local = moment.astimezone(zone)
    match window:
        case "minute":
            return span_at(60, zone, moment)
        case "hour":
            return span_at(3600, zone, moment)
        case "day":
            return _midnight(local.date(), zone), _midnight(local.date() + timedelta(1), zone)
        case "week":
            monday = local.date() - timedelta(local.weekday())
            return _midnight(monday, zone), _midnight(monday + timedelta(7), zone)
        case "month":
            first = local.date().replace(day=1)
            return _midnight(first, zone), _midnight((first + timedelta(31)).replace(day=1), zone)
        case "ever":
            return EVER, _END
        case "24h" | "grant":
            raise ValueError(f"{window} is no calendar window")


def span_at(seconds: int, zone: ZoneInfo, moment: datetime) -> tuple[datetime, datetime]:
    """The same for windows of so many seconds, counted from midnight of the zone's clock."""
    offset = moment.astimezone(zone).utcoffset() or timedelta(0)
    shifted = int(moment.timestamp() // 1) + round(offset.total_seconds())
    start = datetime.fromtimestamp(shifted // seconds * seconds, UTC) - offset
    return start, start + timedelta(seconds=seconds)


def limit_at(quota: Quota, zone: ZoneInfo, start: datetime) -> int:
    """How much the window that begins at ``start`` holds: the quota's limit, or the days of the month for 0."""
    if quota.limit or quota.window == "grant":
        return quota.limit
    return _days(zone, start)


@lru_cache(maxsize=256)  # everybody's allowance of a month begins at the same moment
def _days(zone: ZoneInfo, start: datetime) -> int:
    local = start.astimezone(zone)
    return monthrange(local.year, local.month)[1]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
