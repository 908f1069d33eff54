"""What other rooms may ask of commerce."""

import base64
import binascii
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from siyu.commerce import store
from siyu.commerce.rules import EMPTIED, STATUSES, Snapshot, View, facts_of_change, fold, is_order, read_view
from siyu.commerce.types import LineStanding, Order, OrderLine, OrderPage, OrderStanding, PlatformValue, Value
from siyu.customers import service as customers
from siyu.customers.types import Bought, PurchaseMeans
from siyu.engines.cursor import foreign_cursor
from siyu.engines.vault import service as vault
from siyu.identity import service as identity
from siyu.identity.types import Attribution
from siyu.intake.types import Message
from siyu.kernel.fact import Fact

__all__ = [
    "apply",
    "bought",
    "bought_since",
    "line_standings",
    "orders_of",
    "read",
    "reassign",
    "reassign_by_via",
    "standings",
    "standings_between",
    "values_of",
]

_Part = tuple[PlatformValue, datetime | None, datetime | None]
_Told = list[tuple[View, Message, Attribution]]
_RECEIVER_KINDS = {"name", "phone", "address"}
_COUNTED = {"order.paid", "order.refunded", "order.amended"}  # what changes how many paid orders, or their money
_MAX_PAGE = 500


def read(conn: Connection, messages: Sequence[Message]) -> dict[int, View]:
    """What the messages say of orders, by their place; receivers' personal data is in the vault when this returns.

    Messages of type ``order`` and the tracking events Order Completed, Order Refunded and Order Cancelled take part.

    Args:
        conn: an open transaction, which may be another than that of :func:`apply`: what the vault holds is true whatever
            becomes of the order.
        messages: a batch.

    Raises:
        UnreadableOrder: a message of type ``order`` is wrong; nothing of the batch may be kept.
    """
    views = {
        place: view
        for place, message in enumerate(messages)
        if is_order(message) and (view := read_view(message)) is not None
    }
    _seal_receivers(conn, views.values())
    return views


def apply(
    conn: Connection, batch: Sequence[tuple[Message, Attribution]], views: Mapping[int, View], now: datetime
) -> list[Fact]:
    """Bring the orders that the messages speak of up to date; returns the facts that are new.

    Several messages of one order are folded before anything is told. Orders of nobody (customer 0) are kept and told as
    well; an order belongs to the first customer it is tied to. Idempotent: the same messages again change nothing and
    yield nothing. Safe under concurrency: orders are locked by key, and a racing insert is folded again.

    Args:
        conn: an open transaction.
        batch: messages with whom they belong to, as OneID resolved them.
        views: what :func:`read` made of these messages.
        now: the moment of the batch; not used for money, kept so that every room's ``apply`` reads the same.
    """
    del now
    told: dict[store.Key, _Told] = defaultdict(list)
    for place, view in views.items():
        told[view.key].append((view, *batch[place]))
    if not told:
        return []
    facts: list[Fact] = []
    moved: set[int] = set()
    pending: Iterable[store.Key] = told
    while keys := sorted(pending):  # more than once only when another process inserts the same order at this moment
        known = store.lock_orders(conn, keys)
        folded = {key: _fold_one(known.get(key), told[key]) for key in keys}
        old = [order for key, order in folded.items() if key in known and order != known[key]]
        new = [order for key, order in folded.items() if key not in known]
        if old:
            store.update_orders(conn, old)
        if pending := () if store.insert_orders(conn, new) else [key for key in keys if key not in known]:
            folded = {key: order for key, order in folded.items() if key in known}
        for key, order in folded.items():
            facts += facts_of_change(known.get(key), order, told[key][-1][1])
            if key in known and _paid_time(order) != _paid_time(known[key]):
                moved.add(order.customer_id)
    _remember_products(conn, told.values())
    customers.mark_stale(conn, moved | {fact.customer_id for fact in facts if fact.kind in _COUNTED})
    return facts


def _paid_time(order: Snapshot) -> int | None:
    """When the purchase was, in ms: a later view may correct it, which no fact tells."""
    return (order.times[1] or order.ordered) if order.told & 2 else None


def _fold_one(known: Snapshot | None, told: _Told) -> Snapshot:
    order = fold(known, [view for view, _, _ in told])
    if known is None:
        order.source_id = told[0][1].source_id
    if not order.customer_id:
        for _, _, owner in told:
            if owner.customer_id:
                order.customer_id, order.via = owner.customer_id, owner.via
                break
    if known and not (order.paid_fen or order.refunded_fen):
        # Of what was told: a customer who gets an order of nobody is told it anew, as it is now.
        if known.customer_id != order.customer_id:
            order.told &= ~EMPTIED
        elif known.paid_fen or known.refunded_fen:
            order.told |= EMPTIED
    order.touched = order.touched if known else set(order.lines)
    return order


def _seal_receivers(conn: Connection, views: Iterable[View]) -> None:
    """Personal data of receivers goes to the vault; the order keeps fingerprints and the district."""
    items: list[tuple[str, str]] = []
    places: list[tuple[dict[str, Any], str]] = []
    for view in views:
        if view.receiver:
            view.receiver["sealed"] = True
            for kind in _RECEIVER_KINDS & view.receiver.keys():
                items.append((kind, customers.normalise(kind, view.receiver[kind])))
                places.append((view.receiver, kind))
    if items:
        for (receiver, kind), print_ in zip(places, vault.store(conn, items), strict=True):
            receiver[kind] = print_


def _remember_products(conn: Connection, told: Iterable[_Told]) -> None:
    newest: dict[tuple[str, str], tuple[str, str, str | None, str | None, int]] = {}
    for views in told:
        for view, _, _ in views:
            for line in view.lines:
                if line.product_no and (line.title or line.category):
                    key = (view.platform, line.product_no)
                    there = newest.get(key)
                    if there is None or view.as_of >= there[4]:
                        newest[key] = (*key, line.title, line.category, view.as_of)
    if newest:
        store.upsert_products(conn, [newest[key] for key in sorted(newest)])


def reassign(conn: Connection, pairs: Sequence[tuple[int, int]]) -> int:
    """After merges: give the orders of each loser to its winner; returns how many. Safe to repeat.

    Pairs are (loser, winner); chains within them are followed. No facts: the alias map moves those.
    """
    final = identity.ends_of(pairs)
    return len(store.move_customers(conn, list(final), list(final.values()))) if final else 0


def reassign_by_via(conn: Connection, identifier_ids: Sequence[int], customer_id: int) -> int:
    """After a split: give the orders that the moved identifiers decided to the new customer; returns how many.

    Safe to repeat. No facts: identity gives the moved identifiers alias entries, which move them.
    """
    return len(store.move_by_via(conn, identifier_ids, customer_id)) if identifier_ids else 0


def forget_receivers(conn: Connection, customer_id: int) -> list[tuple[str, str]]:
    """Take away to whom orders of a customer were sent; returns (kind, fingerprint) for the vault. Safe to repeat.

    The orders themselves stay: they are the brand's books.
    """
    found = {
        (kind, str(receiver[kind]))
        for receiver in store.drop_receivers(conn, customer_id)
        for kind in _RECEIVER_KINDS & receiver.keys()
    }
    return sorted(found)


def standings(conn: Connection, keys: Iterable[tuple[str, str, str]]) -> list[OrderStanding]:
    """What orders come to now, by their ids; those that nobody ever told of are left out.

    Args:
        conn: an open transaction.
        keys: (platform, shop, order number).
    """
    return [OrderStanding(*row) for row in store.standings(conn, set(keys))]


def standings_between(conn: Connection, wanted: Sequence[tuple[int, datetime, datetime]]) -> list[OrderStanding]:
    """What paid orders of customers come to now, by their ids.

    Args:
        conn: an open transaction.
        wanted: (customer, from, until): only what was bought at or after the one and before the other. A customer once.
    """
    return [OrderStanding(*row) for row in store.standings_between(conn, wanted)] if wanted else []


def bought_between(
    conn: Connection, start: datetime, end: datetime, *, platform: str | None = None, shop: str | None = None
) -> list[OrderStanding]:
    """What paid orders of customers come to now that were bought at or after ``start`` and before ``end``, by their ids.

    Reads every order that there is: once for a draw, not once for a request.
    """
    return [OrderStanding(*row) for row in store.bought_between(conn, start, end, platform, shop)]


def line_standings(conn: Connection, order_ids: Sequence[int]) -> dict[int, list[LineStanding]]:
    """The lines of orders in the order of their numbers; an order without lines is absent."""
    found: dict[int, list[LineStanding]] = defaultdict(list)
    for order_id, *line in store.line_standings(conn, order_ids) if order_ids else ():
        found[order_id].append(LineStanding(*line))
    return dict(found)


def orders_of(conn: Connection, customer_id: int, *, cursor: str | None = None, limit: int = 50) -> OrderPage:
    """Orders of a customer, newest first, with their lines.

    Args:
        conn: an open transaction.
        customer_id: the customer as OneID knows it now.
        cursor: ``next`` of the page before; ``None`` for the first.
        limit: 1 to 500.

    Raises:
        BadInput: the cursor is none of ours.
    """
    limit = max(1, min(limit, _MAX_PAGE))
    found = store.page_of_orders(conn, customer_id, _read_cursor(cursor), limit + 1)
    shown = found[:limit]
    lines: dict[int, list[OrderLine]] = defaultdict(list)
    for order_id, *line in store.lines_of(conn, [row["id"] for row in shown]) if shown else ():
        lines[order_id].append(OrderLine(*line))
    orders = tuple([_order(row, lines[row["id"]]) for row in shown])
    more = len(found) > limit
    return OrderPage(orders, _cursor(orders[-1]) if more else None)


def _order(row: dict[str, object], lines: list[OrderLine]) -> Order:
    fields = {name: row[name] for name in Order.__slots__ if name in row}
    fields["status"] = STATUSES[int(str(row["status"]))]
    fields["extra"] = row["extra"] or {}
    return Order(**fields, lines=tuple(lines))  # type: ignore[arg-type]  # names and types are those of the table


def _cursor(order: Order) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([order.ordered_at, order.id])).decode()


def _read_cursor(cursor: str | None) -> tuple[datetime, int] | None:
    if cursor is None:
        return None
    try:
        at, order_id = orjson.loads(base64.urlsafe_b64decode(cursor))
        return datetime.fromisoformat(at), int(order_id)
    except (ValueError, TypeError, binascii.Error):
        raise foreign_cursor() from None


def values_of(conn: Connection, customer_ids: Sequence[int], purchase: PurchaseMeans = "kept") -> dict[int, Value]:
    """What each customer spent so far; customers without a paid order get zeros.

    Args:
        conn: an open transaction.
        customer_ids: as OneID knows them now.
        purchase: which orders count, see :class:`siyu.customers.types.Basis`; money is that of all paid orders.
    """
    platforms: dict[int, list[_Part]] = defaultdict(list)
    for customer_id, platform, orders, paid, refunded, first, last in store.values_of(conn, customer_ids, purchase):
        platforms[customer_id].append((PlatformValue(platform, orders, paid, refunded), first, last))
    return {customer_id: _value(customer_id, platforms[customer_id]) for customer_id in customer_ids}


def _value(customer_id: int, parts: list[_Part]) -> Value:
    paid = sum(part.paid_fen for part, _, _ in parts)
    refunded = sum(part.refunded_fen for part, _, _ in parts)
    return Value(
        customer_id=customer_id,
        orders=sum(part.orders for part, _, _ in parts),
        paid_fen=paid,
        refunded_fen=refunded,
        net_fen=paid - refunded,
        first_order_at=min((first for _, first, _ in parts if first), default=None),
        last_order_at=max((last for _, _, last in parts if last), default=None),
        platforms=tuple([part for part, _, _ in parts]),
    )


def bought_since(
    conn: Connection, customer_ids: Sequence[int], since: datetime | None, purchase: PurchaseMeans
) -> dict[int, tuple[int, int, datetime]]:
    """(purchases, what was paid and did not go back in fen, when the first was) of what was bought after ``since``.

    Who bought nothing after it is absent.
    """
    found = store.bought_since(conn, customer_ids, since, purchase) if customer_ids else ()
    return {customer_id: (orders, net, first) for customer_id, orders, net, first in found}


def bought_from(conn: Connection, asked: Sequence[tuple[int, datetime]], purchase: PurchaseMeans) -> list[int]:
    """The places in ``asked``, (customer, moment), of those who bought something at that moment or after it; ascending."""
    return store.bought_from(conn, asked, purchase) if asked else []


def bought(conn: Connection, customer_ids: Sequence[int], purchase: PurchaseMeans = "kept") -> dict[int, Bought]:
    """What each customer bought so far, in short: what their place in lists is counted from; who paid nothing is absent.

    Arguments as for :func:`values_of`.
    """
    return {
        customer_id: Bought(orders, net, first, last, (*sorted(platforms or ()), *sorted(shops or ())))
        for customer_id, orders, net, first, last, platforms, shops in store.bought(conn, customer_ids, purchase)
    }
