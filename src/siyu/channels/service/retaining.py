"""What was sent and done is kept for so long, and then deleted, a batch a transaction."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from siyu.channels.store import retention as tables

AT_ONCE: Final = 2_000
Batch = Callable[[Connection], int]


def forgetting(now: datetime, *, sent_days: int, acts_days: int) -> Iterator[tuple[str, Batch]]:
    """What is deleted, in the order in which that has to be done: call each in a transaction of its own until it returns 0.

    What has not ended stays, however old. A key of a delivery that is gone would be sent again: ``sent_days`` is longer than
    a repeat can be late.

    Args:
        now: the present.
        sent_days: for how long it is kept what was sent, to whom, and what came of it.
        acts_days: the same of orders of tags, and of what pushes said of ties that ended.
    """
    sent, acts = now - timedelta(days=sent_days), now - timedelta(days=acts_days)
    yield "deliveries", lambda conn: tables.deliveries(conn, sent, AT_ONCE)
    yield "contents", lambda conn: tables.contents(conn, AT_ONCE)
    yield "reports", lambda conn: tables.reports(conn, sent, AT_ONCE)
    yield "tasks", lambda conn: tables.tasks(conn, sent, AT_ONCE)
    yield "mark_orders", lambda conn: tables.mark_orders(conn, acts, AT_ONCE)
    yield "departures", lambda conn: tables.departures(conn, acts, AT_ONCE)
