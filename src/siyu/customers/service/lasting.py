"""Ties that have lasted: friends for a month, members of a group for a year."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from siyu.customers.store import lasting as tables
from siyu.kernel.fact import Fact

_MOST: Final = 10_000


def lasting(conn: Connection, relation: str, days: int, after: datetime, now: datetime) -> list[Fact]:
    """``relation.lasted`` of every tie that has stood for so many days since ``after``, in the order of these moments, up to
    10,000. Nothing is written: whoever tells them sees to it that each is told once.

    Args:
        conn: an open transaction.
        relation: follower, subscriber, member, friend, group_member, fan.
        days: so long without an end.
        after: only those that had not lasted so long then.
        now: the present.
    """
    long = timedelta(days)
    return [
        Fact(
            "relation.lasted",
            customer_id,
            0,
            since + long,
            properties={"relation": relation, "scope": scope, "days": days},
        )
        for customer_id, scope, since in tables.began_between(conn, relation, after - long, now - long, _MOST)
    ]
