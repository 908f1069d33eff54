"""Coupons come back with a refund, and end when their time is over."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b

import orjson
from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.kernel.errors import NotFound
from siyu.kernel.fact import Fact
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Account, Posting, Request, Undo, expired, spent
from siyu.rewards.service.handing import out_of
from siyu.rewards.service.issuing import aside_of
from siyu.rewards.service.templates import allowance_of, coupon_unit
from siyu.rewards.service.using import said_of, tell_used
from siyu.rewards.store import coupons as tables
from siyu.rewards.store import templates, uses
from siyu.rewards.store.uses import Part, Use
from siyu.rewards.types import Returned
from siyu.timeline import service as timeline


def return_coupons(
    conn: Connection, principal: Principal, use_id: int, now: datetime, *, lines: Sequence[str] | None = None
) -> Returned:
    """A refund of an order on which coupons were used: of all of it, or of some lines. Safe to repeat. Audited.

    A coupon comes back when everything from which it took off was refunded. One whose time is over comes back with its days of
    grace, or is expired.

    Args:
        conn: an open transaction of isolation READ COMMITTED.
        principal: a shop, a member of staff.
        use_id: of the use.
        now: the present.
        lines: those that are refunded now, also what shipping cost as ``""``; ``None``: everything. One from which no coupon
            took off changes nothing.

    Raises:
        NotAllowed: without the right ``rewards.redeem``.
        NotFound: there is no such use.
    """
    access.require(principal, "rewards.redeem")
    found = uses.lock(conn, use_id)
    if found is None:
        raise NotFound(what="use of coupons", what_zh="优惠券使用记录", key=use_id)
    parts = uses.parts(conn, use_id)
    every = {line for part in parts for line in part.shares}
    refunded = every if lines is None else set(lines) & every
    before = set(found.returned)
    after = before | refunded
    off = sum(fen for part in parts for line, fen in part.shares.items() if line in refunded - before)
    coming = [part for part in parts if not part.returned and part.shares.keys() <= after]
    if refunded - before:
        uses.give_back(conn, use_id, after, [part.coupon_id for part in coming], now)
        _bring_back(conn, found, coming, principal.actor, now)
        access.record(
            conn,
            actor=principal.actor,
            action="rewards.coupons_returned",
            target=f"coupon_use:{use_id}",
            details={"order": found.order_no},
            now=now,
        )
    back = {part.coupon_id for part in parts if part.returned} | {part.coupon_id for part in coming}
    kept = tuple(part.coupon_id for part in parts if part.coupon_id not in back)
    return Returned(use_id, off, tuple(sorted(back)), kept)


def expire_coupons(conn: Connection, now: datetime, *, limit: int = 2000) -> int:
    """End coupons whose time is over, up to ``limit``; what was set aside for them can be given again. Returns how many.

    What customers have in the ledger ends with its lots. Several may run at once.
    """
    found = tables.lock_over(conn, now, limit)
    if not found:
        return 0
    kinds = templates.find_many(conn, {one.template_id for one in found})
    sums: dict[Account, int] = defaultdict(int)
    for one in found:
        if not one.customer_id:
            sums[out_of(one.template_id)] -= 1
            sums[expired(coupon_unit(one.template_id))] += 1
        sums[aside_of(one.template_id)] -= one.reserved_fen
        sums[allowance_of(one.template_id)] += one.reserved_fen
    lines = tuple(Posting(account, amount) for account, amount in sorted(sums.items()) if amount)
    if lines:
        ids = orjson.dumps([[one.id, one.valid_until] for one in found])
        wanted = Request(f"coupons_over:{blake2b(ids, digest_size=16).hexdigest()}", lines, "expired")
        loyalty.post_one(conn, wanted, now)
    tables.change(conn, [replace(one, state="expired", reserved_fen=0) for one in found])
    facts = [
        Fact(
            "coupon.expired",
            one.customer_id,
            0,
            one.valid_until or now,
            name=kinds[one.template_id].terms.name,
            properties=said_of(one),
        )
        for one in found
        if one.customer_id
    ]
    timeline.append(conn, facts)
    return len(found)


def _bring_back(conn: Connection, found: Use, coming: Sequence[Part], actor: str, now: datetime) -> None:
    if not coming:
        return
    costs = {part.coupon_id: part for part in coming}
    coupons = tables.lock(conn, costs, [])
    kinds = templates.find_many(conn, {one.template_id for one in coupons})
    keys = {one.id: f"coupon:{one.id}:used:{found.id}" for one in coupons}
    posted = loyalty.posted_under(conn, list(keys.values()))
    source = f"use:{found.id}"
    # Of the one transaction, the coupon: what it took off was shared with the budget, and is set aside anew.
    undone = [
        Undo(f"{keys[one.id]}:back", posted[keys[one.id]], 1, coupon_unit(one.template_id), "refund", source, actor)
        for one in coupons
    ]
    for answer in loyalty.undo(conn, undone, now):
        loyalty.sure(answer)
    money = [
        Request(
            f"{keys[one.id]}:set_aside",
            (Posting(spent(allowance_of(one.template_id).unit), -cost), Posting(aside_of(one.template_id), cost)),
            "refund",
            source,
            actor,
        )
        for one in coupons
        if (cost := costs[one.id].cost_fen) and kinds[one.template_id].terms.limited_fen
    ]
    for answer in loyalty.post(conn, money, now):
        loyalty.sure(answer)
    back = []
    for one in coupons:
        terms = kinds[one.template_id].terms
        until = one.valid_until
        if until is not None and until <= now and terms.grace_days:
            until = now + timedelta(terms.grace_days)
        reserved = costs[one.id].cost_fen if terms.limited_fen else 0
        back.append(replace(one, state="held", valid_until=until, reserved_fen=reserved))
    tables.change(conn, back)
    told = [(one, costs[one.id].off_fen) for one in back]
    tell_used(conn, "coupon.returned", found.id, found.order_no, told, kinds, now)
