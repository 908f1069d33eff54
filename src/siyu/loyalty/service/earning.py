"""Orders earn, by rules that are data: what an order should have earned is reckoned anew whenever it changes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.commerce import service as commerce
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.versions.types import Version
from siyu.engines.zone import brand_zone
from siyu.kernel.fact import Fact
from siyu.loyalty.service.reckoning import VERSIONS, reckon
from siyu.loyalty.service.tiers import orders_changed
from siyu.loyalty.types import EarningRules

_TURNS: Final = frozenset({"order.paid", "order.received", "order.refunded", "order.amended", "order.closed"})


def apply(conn: Connection, facts: Iterable[Fact], now: datetime) -> None:
    """Have orders of which something was told earn what they come to now; what is too much is taken back. Where tiers go by
    orders, their customers are looked at soon after.

    It is no matter in which order an order's payment, receipt and refunds are told, or how often. An order keeps the terms
    by which it first earned: the rules, and what its own day gave. One of nobody earns when it finds its customer. What
    caps keep one order from, another of the same customer earns when there is room again.

    Args:
        conn: the transaction of :func:`siyu.commerce.service.apply`, which holds the orders' locks.
        facts: what it returned.
        now: the present.
    """
    told = [fact for fact in facts if fact.kind in _TURNS and fact.customer_id]
    orders_changed(conn, {fact.customer_id for fact in told})
    keys = {_key(fact) for fact in told}
    found = earning(conn) if keys else None
    if found is None:
        return
    if orders := [one for one in commerce.standings(conn, keys) if one.customer_id]:
        reckon(conn, found, orders, now, ZoneInfo(brand_zone()))


def _key(fact: Fact) -> tuple[str, str, str]:
    said = fact.properties
    return said["platform"], said["shop"], said["order_no"]


def earning(conn: Connection) -> Version[EarningRules] | None:
    """The rules in force; ``None`` when nobody ever made any: then nothing is earned."""
    return VERSIONS.newest(conn)


def earning_versions(conn: Connection, limit: int = 50) -> list[Version[EarningRules]]:
    """How the rules were changed, newest first."""
    return VERSIONS.listed(conn, limit)


def read_earning(said: Any) -> EarningRules:
    """Rules from JSON.

    Raises:
        BadInput: says what to change.
    """
    return VERSIONS.read(said)


def change_earning(
    conn: Connection, principal: Principal, changed: EarningRules, version: int, reason: str, now: datetime
) -> Version[EarningRules]:
    """Have these rules in force: for orders that have earned nothing yet. Audited.

    Args:
        conn: an open transaction.
        principal: who changes them.
        changed: all of them.
        version: of the rules that were changed, 0 where there were none, so that nobody overwrites what they did not see.
        reason: 3 to 500 characters, kept in the audit.
        now: the present.

    Raises:
        NotAllowed: without the right ``ledger.manage``.
        BadInput: the rules make no sense together, or there is no reason.
        Conflict: they were changed meanwhile.
    """
    access.require(principal, "ledger.manage")
    return VERSIONS.change(conn, principal, changed, version, reason, now, action="ledger.earning_changed")
