"""Some come into a segment of the demo brand and some leave it, by what they do on the website once it stands."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection

from siyu.app.context import Context
from siyu.app.demo.segments import BROWSING
from siyu.engines.access import service as access
from siyu.identity import service as identity
from siyu.rehearsal.types import NAME, SHOPS, WEBSITE, Shop, TrackingBatch
from siyu.segments import service as segments
from siyu.segments.types import AllOf, Bought, InSegment, Not, Span, Window

_COME: Final = 9
_LEAVE: Final = 4
_SEEN: Final = 3  # what somebody has to look at
_GOODS: Final[Mapping[str, Any]] = {"product_id": "demo-scarf", "sku": "demo-scarf", "name": "羊绒围巾", "price": 268}


def stir(context: Context, send: Callable[[TrackingBatch], int]) -> None:
    """Have some who did not buy lately look at goods, and some who only looked buy; next time it is others who do."""
    now = context.clock.now()
    with context.database.transaction() as conn:
        found = next((one for one in segments.segments(conn) if one.name == BROWSING), None)
        source = next((one.id for one in access.sources(conn) if one.name == WEBSITE), None)
        if found is None or source is None:
            return
        lately = Not(Bought(within=Window(Span(30))))
        quiet, _ = segments.everybody_who(conn, context.clickhouse, AllOf((lately, Not(InSegment(found.id)))), now)
        come = _users(conn, quiet, source, _COME)
        leave = _users(conn, segments.members(conn, found.id), source, _LEAVE)
    looks = [
        _event(user, f"look-{number}", "Product Viewed", _GOODS, now - timedelta(minutes=10 * number + 5))
        for user in come
        for number in range(_SEEN)
    ]
    if events := looks + [_order(user, now - timedelta(minutes=2)) for user in leave]:
        send(TrackingBatch(WEBSITE, "/v1/batch", events))


def _users(conn: Connection, customer_ids: Iterable[int], source: int, most: int) -> list[str]:
    """By which ids the website knows the first of them."""
    found: list[str] = []
    ids = iter(customer_ids)
    while len(found) < most and (some := list(islice(ids, 500))):
        found += dict(identity.values_of(conn, "user_id", str(source), some)).values()
    return found[:most]


def _order(user: str, at: datetime) -> dict[str, Any]:
    bought = {
        "order_id": f"demo-moves-{user}",
        "affiliation": SHOPS[Shop.WEBSITE].name,
        "total": _GOODS["price"],
        "currency": "CNY",
        "products": [{**_GOODS, "quantity": 1}],
    }
    return _event(user, "order", "Order Completed", bought, at)


def _event(user: str, what: str, name: str, properties: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    return {
        "type": "track",
        "event": name,
        "userId": user,
        "messageId": f"demo-moves-{user}-{what}",
        "timestamp": at.isoformat(),
        "properties": dict(properties),
        "context": {"page": {"title": NAME}},
    }
