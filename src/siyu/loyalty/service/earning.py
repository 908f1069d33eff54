"""Orders earn, by rules that are data: what an order should have earned is reckoned anew whenever it changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection

from siyu.commerce import service as commerce
from siyu.commerce.types import OrderStanding
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.versions.service import Versions
from siyu.engines.versions.types import Version
from siyu.kernel.fact import Fact
from siyu.loyalty.rules import earning as rules
from siyu.loyalty.rules.earning import Terms
from siyu.loyalty.service.posting import post, sure
from siyu.loyalty.service.undoing import undo
from siyu.loyalty.store import earning as tables
from siyu.loyalty.store.earning import Earned
from siyu.loyalty.types import (
    EARNING,
    EarningRules,
    Posting,
    Request,
    Undo,
    customer,
    issuer,
)

_TURNS: Final = frozenset({"order.paid", "order.received", "order.refunded", "order.amended", "order.closed"})
_VERSIONS: Final = Versions("loyalty.earning_rules", EARNING, rules.check, "earning")


def apply(conn: Connection, facts: Iterable[Fact], now: datetime) -> None:
    """Have orders of which something was told earn what they come to now; what is too much is taken back.

    It is no matter in which order an order's payment, receipt and refunds are told, or how often. An order keeps the terms
    by which it first earned. One of nobody earns when it finds its customer.

    Args:
        conn: the transaction of :func:`siyu.commerce.service.apply`, which holds the orders' locks.
        facts: what it returned.
        now: the present.
    """
    keys = {_key(fact) for fact in facts if fact.kind in _TURNS and fact.customer_id}
    found = earning(conn) if keys else None
    if found is None:
        return
    orders = [one for one in commerce.standings(conn, keys) if one.customer_id]
    told = tables.earned(conn, [one.id for one in orders])
    before = {
        order_id: {unit: list(same) for unit, same in groupby(own, lambda one: one.unit)}
        for order_id, own in groupby(told, lambda one: one.order_id)
    }
    due = _Due(now)
    for order in orders:
        had = before.get(order.id, {})
        first = {unit: same[0].terms for unit, same in had.items()}
        for unit, terms in {**rules.terms_of(found.rules.orders, order), **first}.items():
            due.reckon(order, unit, terms, had.get(unit, []))
    due.settle(conn)


def _key(fact: Fact) -> tuple[str, str, str]:
    said = fact.properties
    return said["platform"], said["shop"], said["order_no"]


@dataclass(slots=True)
class _Due:
    """What is to be posted and taken back."""

    now: datetime
    earnings: list[tuple[Request, Earned]] = field(default_factory=list)
    takings: list[tuple[Undo, int]] = field(default_factory=list)

    def reckon(self, order: OrderStanding, unit: str, terms: Terms, before: Sequence[Earned]) -> None:
        """Compare what an order should have earned with what it has."""
        more = terms.target(order) - sum(one.amount - one.taken for one in before)
        if more > 0:
            self._earn(order, unit, terms, len(before), more)
        for one in reversed(before):
            part = min(max(-more, 0), one.amount - one.taken)
            if part:
                more += part
                key = f"order_back:{one.transaction_id}:{one.taken}"
                source = _source(order)
                self.takings.append((Undo(key, one.transaction_id, part, reason="refund", source=source), part))

    def _earn(self, order: OrderStanding, unit: str, terms: Terms, number: int, amount: int) -> None:
        until = order.at + terms.lasts if terms.lasts else None
        lines = (
            Posting(customer(order.customer_id, unit), amount, None, until),
            Posting(issuer(unit), -amount),
        )
        key = f"order:{order.id}:{unit}:{number}"
        request = Request(key, lines, "order", source=_source(order), effective_at=order.at, via=order.via)
        self.earnings.append((request, Earned(order.id, unit, number, 0, amount, 0, terms)))

    def settle(self, conn: Connection) -> None:
        """Post it."""
        if self.earnings:
            answers = post(conn, [request for request, _ in self.earnings], self.now)
            ids = [sure(answer).transaction_id for answer in answers]
            made = [one._replace(transaction_id=id_) for (_, one), id_ in zip(self.earnings, ids, strict=True)]
            tables.insert(conn, made)
        if self.takings:
            for answer in undo(conn, [one for one, _ in self.takings], self.now):
                sure(answer)
            tables.take_back(conn, [(one.transaction_id, part) for one, part in self.takings])


def _source(order: OrderStanding) -> str:
    return f"order:{order.platform}:{order.shop}:{order.order_no}"[:300]


def earning(conn: Connection) -> Version[EarningRules] | None:
    """The rules in force; ``None`` when nobody ever made any: then nothing is earned."""
    return _VERSIONS.newest(conn)


def earning_versions(conn: Connection, limit: int = 50) -> list[Version[EarningRules]]:
    """How the rules were changed, newest first."""
    return _VERSIONS.listed(conn, limit)


def read_earning(said: Any) -> EarningRules:
    """Rules from JSON.

    Raises:
        BadInput: says what to change.
    """
    return _VERSIONS.read(said)


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
    return _VERSIONS.change(conn, principal, changed, version, reason, now, action="ledger.earning_changed")
