"""Lengths of time as people write them, and when a wait is over on the brand's clock. Pure."""

import re
from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from siyu.journeys.types.definition import TimeTrigger, Wait
from siyu.kernel.clock import require_utc

_SPAN: Final = re.compile(r"(?:(\d{1,5})d)?\s*(?:(\d{1,5})h)?\s*(?:(\d{1,6})m)?\s*(?:(\d{1,7})s)?")
_LONGEST: Final = timedelta(days=3650)


@lru_cache(maxsize=4096)
def span(text: str) -> timedelta | None:
    """``1d 12h 30m 5s`` as a length of time; ``None`` when it is none, or longer than ten years."""
    found = _SPAN.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return length if length <= _LONGEST else None


def sure_span(text: str) -> timedelta:
    """The same of a text that was checked."""
    found = span(text)
    assert found is not None, text
    return found


def in_zone(written: str, zone: ZoneInfo) -> datetime:
    """The moment of a text, in UTC; one without a zone is the brand's."""
    moment = datetime.fromisoformat(written)
    return require_utc(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def local(day: date, at: time, zone: ZoneInfo) -> datetime:
    """This time of that day in UTC. A time that a change of clocks leaves out is the one an hour later."""
    return require_utc(datetime.combine(day, at, zone))


def over_at(wait: Wait, now: datetime, entered: datetime, zone: ZoneInfo) -> datetime:
    """When a wait that begins ``now`` is over; not after ``now`` when it is over already."""
    if wait.until is not None:
        return in_zone(wait.until, zone)
    moment = entered if wait.since == "entry" else now
    if wait.duration:
        moment += sure_span(wait.duration)
    day = moment.astimezone(zone)
    if wait.days:
        # The same time of day, whatever the clocks did in between; or the beginning of that day, from which ``at`` is sought.
        on = day.date() + timedelta(days=wait.days)
        moment = local(on, time() if wait.at else day.time(), zone)
    if wait.at is None and not wait.weekdays:
        return moment
    return _next(moment, wait.at, wait.weekdays, zone)


def _next(moment: datetime, at: str | None, weekdays: Collection[int], zone: ZoneInfo) -> datetime:
    """The first moment from this one on at this time of day, on one of these days."""
    day = moment.astimezone(zone).date()
    for ahead in range(9):
        on = day + timedelta(days=ahead)
        if weekdays and on.isoweekday() not in weekdays:
            continue
        if at is not None:
            found = local(on, time.fromisoformat(at), zone)
        else:
            found = moment if ahead == 0 else local(on, time(), zone)
        if found >= moment:
            return found
    raise AssertionError(weekdays)


def next_run(trigger: TimeTrigger, after: datetime, zone: ZoneInfo) -> datetime | None:
    """When a trigger of time fires next, strictly after this moment; ``None`` for never."""
    if trigger.once is not None:
        once = in_zone(trigger.once, zone)
        return once if once > after else None
    at = time.fromisoformat(trigger.at or "10:00")
    day = after.astimezone(zone).date()
    for ahead in range(370):
        on = day + timedelta(days=ahead)
        if trigger.weekdays and on.isoweekday() not in trigger.weekdays:
            continue
        if trigger.month_days and on.day not in trigger.month_days:
            continue
        found = local(on, at, zone)
        if found > after:
            return found
    return None


def next_day(at: str, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment strictly after this one at this time of the brand's day."""
    found = next_run(TimeTrigger(segment=0, at=at), after, zone)
    assert found is not None
    return found


def month_days_of(day: date) -> tuple[int, ...]:
    """The days of the month of everybody whose day it is: on the last of a month also of those that it does not have."""
    last = (day + timedelta(days=1)).month != day.month
    return tuple(range(day.day, 32)) if last else (day.day,)


def days_of(day: date) -> tuple[str, ...]:
    """``MM-DD`` of everybody whose day it is: on 28 February of a common year also of those of the 29th."""
    own = day.strftime("%m-%d")
    tomorrow = day + timedelta(days=1)
    return (own, "02-29") if own == "02-28" and tomorrow.month == 3 else (own,)
