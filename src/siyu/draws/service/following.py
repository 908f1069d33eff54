"""What draws do when something is told of orders, when people are merged, and when years have gone by."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.commerce import service as commerce
from siyu.draws.rules.keeping import kept_until
from siyu.draws.service import rebates
from siyu.draws.service.free_orders import take_back_refunded
from siyu.draws.service.ruling import VERSIONS
from siyu.draws.store import draws as tables
from siyu.draws.store import orders
from siyu.identity import service as identity
from siyu.kernel.fact import Fact

_TURNS: Final = frozenset({"order.paid", "order.received", "order.refunded", "order.amended", "order.closed"})


def apply(conn: Connection, facts: Iterable[Fact], now: datetime) -> None:
    """Have customers get the rebates that their orders come to now, and take back what drawn orders got that were refunded.

    It is no matter in which order an order's payment and refunds are told, or how often.

    Args:
        conn: the transaction of :func:`siyu.commerce.service.apply`, which holds the orders' locks.
        facts: what it returned.
        now: the present.
    """
    told = [fact.properties for fact in facts if fact.kind in _TURNS and fact.customer_id]
    newest = VERSIONS.newest(conn) if told else None
    if newest is None:
        return
    keys = {(said["platform"], said["shop"], said["order_no"]) for said in told}
    found = [one for one in commerce.standings(conn, keys) if one.customer_id]
    if found:
        take_back_refunded(conn, found, now)
        rebates.reckon(conn, newest, found, now)


def regroup_draws(conn: Connection, merged: Sequence[tuple[int, int]], now: datetime) -> None:
    """After merges: turns and rebates of both are the winner's, who gets what both have spent together comes to. What was
    drawn stays as it was written.

    Args:
        conn: an open transaction that is alone with the people, in which the ledger and the orders have followed.
        merged: (loser, winner); chains within them are followed.
        now: the present.
    """
    final = identity.ends_of(merged)
    if not final:
        return
    tables.move(conn, final)
    orders.move(conn, final)
    newest = VERSIONS.newest(conn)
    if newest is None or not newest.rules.rebates:
        return
    start = min(one.opens_at for one in newest.rules.rebates)
    end = max(one.closes_at for one in newest.rules.rebates)
    wanted = [(winner, start, end) for winner in sorted(set(final.values()))]
    if bought := commerce.standings_between(conn, wanted):
        rebates.reckon(conn, newest, bought, now)


def forget_draws(conn: Connection, now: datetime, limit: int = 5000) -> int:
    """Delete up to ``limit`` rows of the record of rounds that ended more than two years ago; returns how many."""
    return tables.forget(conn, kept_until(now), limit)
