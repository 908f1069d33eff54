"""Which orders take part, what a drawn one gets back, and what spending gives."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from siyu.commerce.types import OrderStanding
from siyu.draws.rules.proof import digest_of
from siyu.draws.types import FreeOrders, Rebate

_YUAN: Final = 100


class Ranked(NamedTuple):
    """An order that takes part, and where it stands."""

    order: OrderStanding
    fen: int
    digest: str
    place: int
    given: int


def named(order: OrderStanding) -> str:
    """As it is written in the proof and in the ledger."""
    return f"{order.platform}:{order.shop}:{order.order_no}"[:300]


def fen_of(order: OrderStanding) -> int:
    """What an order comes to, refunds taken off."""
    return max(0, order.paid_fen - order.refunded_fen)


def fits(rule: FreeOrders | Rebate, order: OrderStanding) -> bool:
    """Whether an order is of a customer, of the shop, and was bought in the window."""
    return (
        order.customer_id != 0
        and order.paid
        and rule.opens_at <= order.bought_at < rule.closes_at
        and rule.platform in {None, order.platform}
        and rule.shop in {None, order.shop}
    )


def ranked(rule: FreeOrders, seed: bytes, round_id: int, orders: Iterable[OrderStanding]) -> list[Ranked]:
    """The orders that take part, by their digests; the first win."""
    found = [
        (digest_of(seed, round_id, named(order)), named(order), order)
        for order in orders
        if fits(rule, order) and fen_of(order) >= rule.least_fen
    ]
    found.sort(key=lambda one: one[:2])
    return [
        Ranked(order, fen_of(order), digest, place, due(rule, fen_of(order)) if place <= rule.winners else 0)
        for place, (digest, _, order) in enumerate(found, 1)
    ]


def due(rule: FreeOrders, fen: int) -> int:
    """How many of the unit an order of so much gets back when it is drawn."""
    if fen < rule.least_fen:
        return 0
    if rule.per_yuan is None:
        return rule.amount or 0
    return min(fen, rule.most_fen) * rule.per_yuan // _YUAN


def rebate_due(rebate: Rebate, orders: Sequence[OrderStanding]) -> int:
    """What a customer should have got for these orders of theirs: that of the highest step they reach."""
    spent = sum(fen_of(order) for order in orders if fits(rebate, order))
    return max((step.amount for step in rebate.steps if step.at_least_fen <= spent), default=0)
