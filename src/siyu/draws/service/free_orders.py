"""Orders that are drawn and given back; what a refunded one got is taken back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from siyu.commerce import service as commerce
from siyu.commerce.types import OrderStanding
from siyu.draws.rules import orders as rules
from siyu.draws.rules.orders import Ranked
from siyu.draws.store import orders as tables
from siyu.draws.store import rounds as kept
from siyu.draws.types import FreeOrders, OrderEntry, Round
from siyu.kernel.errors import NotFound
from siyu.kernel.fact import Fact
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Request, Undo, gift
from siyu.timeline import service as timeline


def settle(conn: Connection, round_: Round, rule: FreeOrders, seed: bytes, now: datetime) -> None:
    """Rank the orders that take part, and give the first of them back. All of them are kept with the digests.

    Args:
        conn: a transaction that is alone with the people and with the round.
        round_: that has not ended.
        rule: its own.
        seed: its own.
        now: the present.
    """
    orders = commerce.bought_between(conn, rule.opens_at, rule.closes_at, platform=rule.platform, shop=rule.shop)
    ranked = rules.ranked(rule, seed, round_.id, orders)
    if not ranked:
        return
    won = [one for one in ranked if one.given]
    answers = loyalty.post(conn, [_gift(round_.id, rule, one, now) for one in won], now)
    transactions = {one.place: loyalty.sure(answer).transaction_id for one, answer in zip(won, answers, strict=True)}
    tables.insert(conn, round_.id, ranked, transactions, now)
    timeline.append(conn, [_told(round_, rule, one, now) for one in won])


def _gift(round_id: int, rule: FreeOrders, one: Ranked, now: datetime) -> Request:
    until = now + timedelta(rule.expires_days) if rule.expires_days else None
    lines = gift(one.order.customer_id, rule.unit, one.given, until)
    source = f"order:{rules.named(one.order)}"[:300]
    return Request(f"free_order:{round_id}:{one.place}", lines, "free_order", source=source, via=one.order.via)


def _told(round_: Round, rule: FreeOrders, one: Ranked, now: datetime) -> Fact:
    said = {
        "pool": round_.code,
        "round": round_.id,
        "order": rules.named(one.order),
        "unit": rule.unit,
        "amount": one.given,
    }
    return Fact("free_order.won", one.order.customer_id, one.order.via, now, name=rule.name, properties=said)


def take_back_refunded(conn: Connection, orders: Sequence[OrderStanding], now: datetime) -> None:
    """What drawn orders got and do not come to any more is taken back.

    Args:
        conn: a transaction that has these orders locked.
        orders: of which something was told.
        now: the present.
    """
    by_id = {order.id: order for order in orders}
    wanted: list[tuple[tables.Winner, int]] = []
    for one in tables.winners(conn, by_id):
        round_ = kept.of_id(conn, one.round_id)
        assert round_ is not None
        assert isinstance(round_.rule, FreeOrders)
        order = by_id[one.order_id]
        part = one.given - one.taken - rules.due(round_.rule, rules.fen_of(order))
        if part > 0:
            wanted.append((one, part))
    if not wanted:
        return
    undone = [
        Undo(
            f"free_order_back:{one.transaction_id}:{one.taken}",
            one.transaction_id,
            part,
            source=f"order:{rules.named(by_id[one.order_id])}"[:300],
        )
        for one, part in wanted
    ]
    for answer in loyalty.undo(conn, undone, now):
        loyalty.sure(answer)
    tables.take_back(conn, [(one.round_id, one.place, part) for one, part in wanted])


def order_entries(conn: Connection, round_id: int, *, after: int = 0, limit: int = 1000) -> list[OrderEntry]:
    """The orders that took part in a round of free orders, the winners first; none before it is drawn.

    Raises:
        NotFound: there is no such round of free orders.
    """
    found = kept.of_id(conn, round_id)
    if found is None or not isinstance(found.rule, FreeOrders):
        raise NotFound(what="round of free orders", what_zh="免单轮次", key=round_id)
    return tables.entries(conn, round_id, after, limit)
