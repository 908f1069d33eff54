"""What became of a unit, for whoever answers for what is owed."""

from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.zone import brand_zone
from siyu.loyalty.rules import checking
from siyu.loyalty.store import flows as tables
from siyu.loyalty.types import Cohort, Flows


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
    found = tables.cohorts(conn, unit, since, until, brand_zone())
    return Flows(unit, tuple([Cohort(*one) for one in found]), tables.held(conn, unit))
