"""What a customer may know of free orders: which of their orders take part, and what became of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from siyu.commerce import service as commerce
from siyu.draws.rules import orders as rules
from siyu.draws.store import orders as tables
from siyu.draws.store import rounds as kept
from siyu.draws.types import FreeOrders, OrderPart, Round, TakingPart
from siyu.identity import service as identity

_SHOWN_FOR: Final = timedelta(days=60)  # after the end


def free_orders_for(conn: Connection, customer_id: int, now: datetime) -> list[TakingPart]:
    """Rounds of free orders that have begun, and those that ended within 60 days, newest first, with the customer's orders.

    Before a round is drawn, what would take part if it were drawn now: a refund can still take an order out.

    Raises:
        NotFound: nobody ever had this id.
    """
    found = [(one, one.rule) for one in kept.of_orders(conn, now, now - _SHOWN_FOR) if isinstance(one.rule, FreeOrders)]
    if not found:
        return []
    living = identity.living(conn, customer_id)
    everybody = sorted(identity.aliases_of(conn, living).customer_ids)
    drawn = [one.id for one, _ in found if one.ended_at is not None]
    ranked = tables.entries_of(conn, drawn, everybody)
    counts = tables.counts(conn, drawn)
    return [
        TakingPart(one, rule, counts.get(one.id, 0), _parts(conn, one, rule, living, ranked)) for one, rule in found
    ]


def _parts(
    conn: Connection, round_: Round, rule: FreeOrders, customer_id: int, ranked: Mapping[int, Sequence[OrderPart]]
) -> tuple[OrderPart, ...]:
    if round_.ended_at is not None:
        return tuple(ranked.get(round_.id, ()))
    own = commerce.standings_between(conn, [(customer_id, rule.opens_at, rule.closes_at)])
    return tuple(
        OrderPart(rules.named(one), rules.fen_of(one))
        for one in own
        if rules.fits(rule, one) and rules.fen_of(one) >= rule.least_fen
    )
