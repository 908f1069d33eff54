"""Triggers of time and of dates: whose hour has come brings its crowd in."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from siyu.journeys.rules.moments import next_day, next_run
from siyu.journeys.service.dates import whose_day
from siyu.journeys.service.entering import bring_crowd
from siyu.journeys.store import journeys as store
from siyu.journeys.types.definition import DateTrigger, TimeTrigger
from siyu.kernel.errors import Conflict
from siyu.segments import service as segments

log = structlog.get_logger(__name__)


def bring_due(conn: Connection, now: datetime, zone: ZoneInfo) -> int:
    """Have the crowds enter whose hour has come; how many people that are. Safe to repeat and to run twice at a time.

    An hour that was missed is made up for once, however many of them were missed.
    """
    people = 0
    for journey in store.due_runs(conn, now):
        _, definition = store.newest(conn, [journey.id])[journey.id]
        due = journey.next_run_at
        assert due is not None
        day = due.astimezone(zone).date()
        trigger = definition.trigger
        following: datetime | None = None
        found: Sequence[int] = ()
        # Each run is its own, so that the same person may come again where re-entry lets them.
        if isinstance(trigger, TimeTrigger):
            try:
                found = list(segments.members(conn, trigger.segment))
            except Conflict:  # it is still being evaluated: a little later
                continue
            following = next_run(trigger, now, zone)
        elif isinstance(trigger, DateTrigger):
            found = whose_day(conn, trigger, day, zone)
            following = next_day(trigger.at, now, zone)
        people += bring_crowd(conn, journey, definition, found, origin=f"time:{due.isoformat()}", begins_at=due)
        store.set_next_run(conn, journey.id, following)
        log.info("journeys.crowd", journey=journey.id, people=len(found))
    return people
