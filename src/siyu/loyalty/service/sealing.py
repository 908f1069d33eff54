"""The sealer: what is committed is sealed in blocks, counted, and told. It is off the way of whoever posts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.kernel.fact import Fact
from siyu.loyalty.rules.sealing import ORIGIN, block_hash
from siyu.loyalty.service.tiers import growth_changed
from siyu.loyalty.store import blocks
from siyu.loyalty.store.blocks import Block, Told
from siyu.loyalty.types import UNIT_KINDS
from siyu.loyalty.types.accounts import COUNTED
from siyu.timeline import service as timeline

_OF_ONE: Final = ("customer", "held")  # what is held is still the customer's
_TOLD: Final = tuple(kind.name for kind in UNIT_KINDS.values() if kind.told)


def seal(conn: Connection, now: datetime, *, limit: int = 5000) -> int:
    """Seal up to ``limit`` committed transactions as one block; returns how many, 0 when none waits or another seals.

    In the same transaction the balances of counted accounts are brought up to date, and what the transactions mean for
    customers goes on their timelines: each fact once, whatever fails, because what waits is taken away with it. Whose growth
    changed is looked at for their tier.
    """
    if not blocks.hold_sealing(conn):
        return 0
    ids = blocks.unsealed(conn, limit)
    if not ids:
        return 0
    before = blocks.last(conn)
    number, previous = (before.number + 1, before.hash) if before else (1, ORIGIN)
    lines = blocks.lines(conn, ids)
    hash_ = block_hash(previous, number, [line for _, line, _ in lines])
    block = Block(number, len(lines), sum(count for _, _, count in lines), previous, hash_)
    blocks.insert(conn, block, ids, now)
    blocks.count_balances(conn, ids, COUNTED)
    told = blocks.told(conn, ids, _OF_ONE, _TOLD)
    timeline.append(conn, list(_facts(told)))
    growth_changed(conn, [one.customer_id for one in told if one.unit == "growth"])
    return len(ids)


def _facts(told: Iterable[Told]) -> Iterable[Fact]:
    for one in told:
        undoing = one.kind in {"undone", "reversed"}
        if one.amount > 0:
            kind = "points.given_back" if undoing else "points.earned"
        elif one.kind == "expired":
            kind = "points.expired"
        else:
            kind = "points.taken_back" if undoing else "points.spent"
        properties = {
            "unit": one.unit,
            "amount": abs(one.amount),
            "transaction": one.transaction_id,
            "reason": one.reason,
            "about": one.source,
        }
        if undoing:
            properties["of"] = one.of_id
        yield Fact(kind, one.customer_id, one.via, one.effective_at, name=one.reason, properties=properties)
