"""Who spends so much gets something back. What they should have is reckoned anew whenever something is told of their orders."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection

from siyu.commerce import service as commerce
from siyu.commerce.types import OrderStanding
from siyu.draws.rules import orders as rules
from siyu.draws.service.ruling import VERSIONS
from siyu.draws.store import orders as tables
from siyu.draws.store.orders import Given
from siyu.draws.types import DrawRules, Rebate
from siyu.engines.versions.types import Version
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Request, Undo, gift

_Strand = tuple[str, int]  # a rebate, and a customer


class _Asked(NamedTuple):
    version: int
    rebate: Rebate


def reckon(conn: Connection, newest: Version[DrawRules], orders: Sequence[OrderStanding], now: datetime) -> None:
    """Give customers the rebates that their orders come to now; what is too much is taken back.

    A customer keeps the version by which a rebate was first given to them, whatever the rules become.

    Args:
        conn: a transaction that has these orders locked.
        newest: the rules in force.
        orders: of customers, of which something was told.
        now: the present.
    """
    customers = sorted({order.customer_id for order in orders})
    if not newest.rules.rebates and not tables.rebates(conn, customers):
        return
    tables.lock_buyers(conn, customers)
    had: dict[_Strand, list[Given]] = defaultdict(list)
    for row in tables.rebates(conn, customers):
        had[row.code, row.customer_id].append(row)
    asked = _asked(conn, newest, orders, had)
    if not asked:
        return
    theirs = _orders(conn, asked)
    _settle(
        conn,
        {strand: (one, rules.rebate_due(one.rebate, theirs.get(strand[1], ()))) for strand, one in asked.items()},
        had,
        now,
    )


def _asked(
    conn: Connection,
    newest: Version[DrawRules],
    orders: Sequence[OrderStanding],
    had: Mapping[_Strand, Sequence[Given]],
) -> dict[_Strand, _Asked]:
    """Which rebates are reckoned for whom, by which version."""
    kept = {strand: rows[0].version for strand, rows in had.items()}
    versions = {newest.version: newest.rules, **VERSIONS.numbered(conn, set(kept.values()) - {newest.version})}
    asked: dict[_Strand, _Asked] = {}
    for strand, version in kept.items():
        rebate = next(one for one in versions[version].rebates if one.code == strand[0])
        asked[strand] = _Asked(version, rebate)
    for rebate in newest.rules.rebates:
        for order in orders:
            if rules.fits(rebate, order):
                asked.setdefault((rebate.code, order.customer_id), _Asked(newest.version, rebate))
    return asked


def _orders(conn: Connection, asked: Mapping[_Strand, _Asked]) -> dict[int, list[OrderStanding]]:
    """Every order of these customers in the windows."""
    spans: dict[int, tuple[datetime, datetime]] = {}
    for (_, customer_id), (_, rebate) in asked.items():
        start, end = spans.get(customer_id, (rebate.opens_at, rebate.closes_at))
        spans[customer_id] = min(start, rebate.opens_at), max(end, rebate.closes_at)
    found: dict[int, list[OrderStanding]] = defaultdict(list)
    for order in commerce.standings_between(conn, [(one, *span) for one, span in sorted(spans.items())]):
        found[order.customer_id].append(order)
    return found


def _settle(
    conn: Connection,
    due: Mapping[_Strand, tuple[_Asked, int]],
    had: Mapping[_Strand, Sequence[Given]],
    now: datetime,
) -> None:
    giving: list[tuple[Request, Given]] = []
    taking: list[tuple[Undo, int]] = []
    for (code, customer_id), (asked, target) in sorted(due.items()):
        rows = had.get((code, customer_id), ())
        more = target - sum(one.amount - one.taken for one in rows)
        if more > 0:
            rebate = asked.rebate
            until = now + timedelta(rebate.expires_days) if rebate.expires_days else None
            key = f"rebate:{code}:{customer_id}:{rows[-1].transaction_id if rows else 0}"
            lines = gift(customer_id, rebate.unit, more, until)
            giving.append(
                (
                    Request(key, lines, "rebate", source=f"rebate:{code}"),
                    Given(code, customer_id, asked.version, 0, more, 0),
                )
            )
        for one in reversed(rows):
            part = min(max(-more, 0), one.amount - one.taken)
            if part:
                more += part
                back = f"rebate_back:{one.transaction_id}:{one.taken}"
                taking.append((Undo(back, one.transaction_id, part, source=f"rebate:{code}"), part))
    if giving:
        answers = loyalty.post(conn, [request for request, _ in giving], now)
        ids = [loyalty.sure(answer).transaction_id for answer in answers]
        tables.give_rebates(conn, [one._replace(transaction_id=id_) for (_, one), id_ in zip(giving, ids, strict=True)])
    if taking:
        for answer in loyalty.undo(conn, [undo for undo, _ in taking], now):
            loyalty.sure(answer)
        tables.take_rebates(conn, [(undo.transaction_id, part) for undo, part in taking])
