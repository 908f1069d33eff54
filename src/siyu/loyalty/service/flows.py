"""What became of a unit, for whoever answers for what is owed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from siyu.engines.zone import brand_zone
from siyu.loyalty.rules import checking
from siyu.loyalty.store import flows as tables
from siyu.loyalty.types import Cohort, Flows, Week

_WEEK: Final = timedelta(days=7)


def flows(conn: Connection, unit: str, since: datetime | None, until: datetime | None) -> Flows:
    """How much of a unit people got, used and lost in a span, and what they have now.

    What was taken back is not issued; what came back is not spent. Reads every posting of the unit: for a report.

    Args:
        conn: an open transaction.
        unit: ``points``, ``coupon:12`` …
        since: only what is true since then; ``None``: from the beginning.
        until: only what was true before; ``None``: to the end.

    Raises:
        BadInput: there can be no such unit.
    """
    checking.unit_kind(unit)
    zone = brand_zone()
    found = tables.cohorts(conn, unit, since, until, zone)
    cohorts = tuple([Cohort(*one) for one in found])
    return Flows(unit, cohorts, tables.held(conn, unit), _weeks(tables.weeks(conn, unit, since, until, zone)))


def _weeks(found: Sequence[tuple[date, int, int, int, int]]) -> tuple[Week, ...]:
    """In a week in which nothing happened, people have what they had."""
    weeks: list[Week] = []
    for one in found:
        while weeks and (following := weeks[-1].start + _WEEK) < one[0]:
            weeks.append(Week(following, 0, 0, 0, weeks[-1].left))
        weeks.append(Week(*one))
    return tuple(weeks)
