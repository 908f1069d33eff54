"""Hours at which a person is left in peace: by the clock of where they are, and by what is known of their day.

``acts`` are 24 counts, one for each hour of the day in UTC. Moments are tz-aware UTC.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from siyu.touch.types.ruleset import QuietHours, Resting

HOURS: Final = 24
_MOST: Final = 255  # of one hour: a byte
_HOUR: Final = timedelta(hours=1)


@lru_cache(maxsize=1000)
def zone_of(name: str, brand: str) -> ZoneInfo:
    """The zone of this name, or the brand's where there is none such."""
    try:
        return ZoneInfo(name) if name else ZoneInfo(brand)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(brand)


@lru_cache(maxsize=4096)
def quiet_until(rule: QuietHours, zone: ZoneInfo, moment: datetime) -> datetime | None:
    """When the quiet hours in which ``moment`` lies are over; ``None`` outside of them. No quiet hours: start is end."""
    start, end = time.fromisoformat(rule.start), time.fromisoformat(rule.end)
    if start == end or not _within(moment.astimezone(zone).time(), start, end):
        return None
    return _next(zone, end, moment)


@lru_cache(maxsize=4096)
def quiet_from(rule: QuietHours, zone: ZoneInfo, moment: datetime) -> datetime | None:
    """When the next quiet hours begin, for a moment outside of them; ``None``: never."""
    start = time.fromisoformat(rule.start)
    return None if rule.start == rule.end else _next(zone, start, moment)


def _within(local: time, start: time, end: time) -> bool:
    return start <= local < end if start < end else local >= start or local < end


def _next(zone: ZoneInfo, wall: time, moment: datetime) -> datetime:
    """The first moment after this one at which the zone's clock shows ``wall``; where it is skipped, the end of the gap."""
    day = moment.astimezone(zone).date() - timedelta(1)
    while True:
        for fold in (0, 1):
            found = datetime.combine(day, wall, zone).replace(fold=fold).astimezone(UTC)
            if found > moment:
                return found
        day += timedelta(1)


@lru_cache(maxsize=16_384)
def hours_of_rest(rule: Resting, acts: bytes) -> tuple[bool, ...]:
    """Of each hour (UTC) whether the person hardly ever does anything then; never where too little is known."""
    total = sum(acts)
    if total < rule.acts:
        return (False,) * HOURS
    least = rule.per_mille * total
    return tuple([(acts[hour - 1] + acts[hour] + acts[hour + 1 - HOURS]) * 1000 < least for hour in range(HOURS)])


def resting_until(rule: Resting, acts: bytes, moment: datetime) -> datetime | None:
    """The beginning of the first hour at which the person may be awake; ``None`` when they are now."""
    return _turn(hours_of_rest(rule, acts), moment, now=True)


def resting_from(rule: Resting, acts: bytes, moment: datetime) -> datetime | None:
    """The beginning of the next hour of rest, for a moment at which the person may be awake; ``None``: there is none."""
    return _turn(hours_of_rest(rule, acts), moment, now=False)


def _turn(rest: Sequence[bool], moment: datetime, *, now: bool) -> datetime | None:
    if rest[moment.hour] is not now or not (now or True in rest):
        return None
    start = moment.replace(minute=0, second=0, microsecond=0)
    for step in range(1, HOURS):
        if rest[(moment.hour + step) % HOURS] is not now:
            return start + step * _HOUR
    return None


def join_acts(one: Sequence[int], other: Sequence[int]) -> bytes:
    """Counts added. All are halved where one would not fit a byte: what was long ago counts less."""
    return _small([a + b for a, b in zip(one, other, strict=True)])


def _small(counts: list[int]) -> bytes:
    while max(counts) > _MOST:
        counts = [count // 2 for count in counts]
    return bytes(counts)
