"""How the points economy stands."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.loyalty import service as loyalty
from siyu.rewards.rules.margin import WHOLE
from siyu.rewards.service.economy import rules
from siyu.rewards.store import redemptions as tables
from siyu.rewards.types import Economy

_UNIT: Final = "points"


def economy(conn: Connection, since: datetime | None = None, until: datetime | None = None) -> Economy:
    """What was issued, spent and lost in a span, what is owed to people now, and what a point brought in the shop.

    Reads every posting of points: for a report.

    Args:
        conn: an open transaction.
        since: ``None``: from the beginning.
        until: ``None``: to the end; what people have is always as of now.
    """
    found = loyalty.flows(conn, _UNIT, since, until)
    issued, spent, expired, left, owed = (
        sum(getattr(one, name) for one in found.cohorts) for name in ("issued", "spent", "expired", "left", "owed")
    )
    in_force = rules(conn)
    liability = left + found.held
    points, cost = tables.spent_in_shop(conn, since, until)
    return Economy(
        issued=issued,
        spent=spent,
        expired=expired,
        liability=liability,
        liability_fen=liability * in_force.rules.fen // in_force.rules.points if in_force else None,
        owed=owed,
        burn_bp=spent * WHOLE // issued if issued > 0 else None,
        redeemed_points=points,
        redeemed_cost_fen=cost,
        cohorts=found.cohorts,
        weeks=found.weeks,
    )
