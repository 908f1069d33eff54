"""Whose day it is, as a trigger of dates means it."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.customers import service as customers
from siyu.customers.types import DayWanted
from siyu.journeys.rules.moments import days_of, month_days_of
from siyu.journeys.types.definition import DateTrigger

_PAGE = 5000


def whose_day(conn: Connection, trigger: DateTrigger, day: date, zone: ZoneInfo, most: int | None = None) -> list[int]:
    """Whom a trigger brings in on this day of the brand's zone, by id; at most so many."""
    found: list[int] = []
    for page in _pages(conn, trigger, day, zone, min(most or _PAGE, _PAGE)):
        found += page
        if most is not None and len(found) >= most:
            return found[:most]
    return found


def _pages(conn: Connection, trigger: DateTrigger, day: date, zone: ZoneInfo, size: int) -> Iterator[list[int]]:
    own = day + timedelta(days=trigger.before_days - trigger.after_days)
    wanted = DayWanted(own, trigger.every, days_of(own), month_days_of(own))
    after = 0
    while True:
        if trigger.tie is not None:
            page = customers.people_tied_on(conn, trigger.tie, wanted, zone.key, after=after, most=size)
        else:
            page = customers.people_of_day(conn, trigger.trait, wanted, after=after, most=size)
        if not page:
            return
        yield page
        after = page[-1]
