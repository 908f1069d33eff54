"""Facts as stories tell them: orders with numbers, behaviour, merges and splits."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from siyu.engines.clickhouse.client import Client
from siyu.kernel.fact import Fact
from siyu.timeline.columns import aliases_to_table, facts_to_table

_entries = count(1)
_orders = count(1)
UNTIL = datetime(2026, 4, 15, tzinfo=UTC)


def tell(client: Client, *facts: Fact) -> None:
    entry = next(_entries)
    client.insert("facts", facts_to_table(entry, facts, 0), token=f"facts-{entry}")


def become(client: Client, *pairs: tuple[int, int]) -> None:
    entry = next(_entries)
    client.insert("alias", aliases_to_table(entry, pairs), token=f"alias-{entry}")
    client.run("SYSTEM RELOAD DICTIONARY alias_map")


def moment(text: str) -> datetime:
    """A day is four o'clock UTC, noon in Shanghai; a time is UTC."""
    return datetime.fromisoformat(text if "T" in text else f"{text}T04:00:00").replace(tzinfo=UTC)


def money(
    customer: int,
    at: str,
    fen: int,
    kind: str = "order.paid",
    via: int = 0,
    *,
    order: str = "",
    platform: str = "jd",
    shop: str = "flagship",
    source: int = 0,
) -> Fact:
    """A fact of an order; of one of its own when no number is given."""
    properties = {"platform": platform, "shop": shop, "order_no": order or f"no-{next(_orders)}"}
    return Fact(kind, customer, via or customer + 1000, moment(at), source, amount_fen=fen, properties=properties)


def did(customer: int, at: str, name: str, kind: str = "event.tracked", *, source: int = 0, **properties: Any) -> Fact:
    """A fact of behaviour."""
    return Fact(kind, customer, customer + 1000, moment(at), source, name=name, properties=properties)
