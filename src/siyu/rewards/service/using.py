"""Coupons are quoted, and used on an order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.validation import read_json
from siyu.identity import service as identity
from siyu.kernel.errors import BadInput, IdempotencyMismatch, NotFound
from siyu.kernel.fact import Fact
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import NotPosted, Posting, Request, customer, spent
from siyu.rewards.rules import codes
from siyu.rewards.rules.keys import check_key
from siyu.rewards.rules.quoting import quote
from siyu.rewards.service.economy import rules
from siyu.rewards.service.handing import out_of
from siyu.rewards.service.issuing import aside_of, used_up
from siyu.rewards.service.templates import allowance_of, coupon_unit
from siyu.rewards.store import coupons as tables
from siyu.rewards.store import templates, uses
from siyu.rewards.store.uses import Part, Use
from siyu.rewards.types import (
    Basket,
    Coupon,
    CouponRefused,
    CouponState,
    OthersCoupon,
    Quote,
    TakenOff,
    Template,
    Used,
)
from siyu.timeline import service as timeline

_BASKET: Final = TypeAdapter(Basket)
_MOST: Final = 50  # coupons on one order


def read_basket(said: Any) -> Basket:
    """A basket from JSON.

    Raises:
        BadInput: says what to change.
    """
    found = read_json(_BASKET, said, "basket")
    if len({line.line for line in found.lines}) < len(found.lines):
        raise BadInput(reason="two lines of the basket have one name.", reason_zh="购物车中有重复的行号。")
    return found


def quote_coupons(
    conn: Connection,
    basket: Basket,
    *,
    customer_id: int | None,
    coupon_ids: Collection[int] = (),
    by_code: Collection[str] = (),
    now: datetime,
) -> Quote:
    """What coupons would take off a basket, to the fen, and why one does not apply. Writes nothing.

    Raises:
        NotFound: there is no such coupon, code or customer.
        OthersCoupon: one is somebody else's and not for whoever bears it.
        BadInput: a code has a slip in it, or there are too many.
    """
    _check_count(coupon_ids, by_code)
    wanted = [codes.normalised(one) for one in by_code]
    found = tables.find(conn, coupon_ids, wanted)
    return _quote(conn, basket, found, coupon_ids, wanted, customer_id, now)[0]


def use_coupons(
    conn: Connection,
    principal: Principal,
    order: str,
    basket: Basket,
    key: str,
    now: datetime,
    *,
    customer_id: int | None,
    coupon_ids: Collection[int] = (),
    by_code: Collection[str] = (),
) -> Used:
    """Use coupons on an order: all of them, or none. Idempotent by key. Audited.

    Args:
        conn: an open transaction of isolation READ COMMITTED.
        principal: a shop, a member of staff.
        order: the shop's order, up to 100 characters.
        basket: what is bought, before coupons.
        key: of this request, unique; 8 to 100 of letters, digits and ``_.:-``.
        now: the present.
        customer_id: who buys; ``None``: nobody knows, then only what is for its bearer can be used.
        coupon_ids: coupons by their ids.
        by_code: coupons by their codes.

    Raises:
        NotAllowed: without the right ``rewards.redeem``.
        NotFound: there is no such coupon, code or customer.
        OthersCoupon: one is somebody else's and not for whoever bears it.
        CouponRefused: one does not apply: says why.
        BadInput: the key or the order cannot be, a code has a slip in it, or there are none or too many.
        IdempotencyMismatch: the key was used before with something else.
    """
    access.require(principal, "rewards.redeem")
    check_key(key)
    if not 1 <= len(order) <= 100 or not order.isprintable():
        raise BadInput(reason="an order has 1 to 100 characters.", reason_zh="订单号须为 1 至 100 个字符。")
    _check_count(coupon_ids, by_code)
    wanted = sorted(codes.normalised(one) for one in by_code)
    said = [order, _BASKET.dump_python(basket), customer_id, sorted(coupon_ids), wanted]
    hash_ = blake2b(orjson.dumps(said), digest_size=16).digest()
    if (before := uses.of_key(conn, key)) is not None:
        return _again(conn, before, hash_)
    found = tables.lock(conn, coupon_ids, wanted)
    identity.hold_people(conn, alone=False)
    quoted, kinds, living = _quote(conn, basket, found, coupon_ids, wanted, customer_id, now)
    made = uses.insert(conn, key, hash_, order, living, quoted.off_fen, now)
    if made is None:  # somebody else used the key while we waited for the coupons
        before = uses.of_key(conn, key)
        assert before is not None
        return _again(conn, before, hash_)
    for one in quoted.taken:
        if one.why_not is not None:
            name = kinds[one.coupon.template_id].terms.name
            raise CouponRefused(name=name, reason=one.why_not[0], reason_zh=one.why_not[1])
    uses.insert_parts(conn, made, [_part(one) for one in quoted.taken])
    tables.change(conn, [replace(one.coupon, state="used", reserved_fen=0) for one in quoted.taken])
    _post_used(conn, made, quoted.taken, kinds, principal.actor, now)
    tell_used(conn, "coupon.used", made, order, [(one.coupon, one.off_fen) for one in quoted.taken], kinds, now)
    _record(conn, principal, "rewards.coupons_used", made, order, now)
    return use(conn, made)


def use(conn: Connection, use_id: int) -> Used:
    """One use of coupons.

    Raises:
        NotFound: there is none.
    """
    found = uses.find(conn, use_id)
    if found is None:
        raise NotFound(what="use of coupons", what_zh="优惠券使用记录", key=use_id)
    return _used(conn, found)


def uses_of(conn: Connection, order: str) -> list[Used]:
    """Coupons that were used on an order, the first use first."""
    return [_used(conn, one) for one in uses.of_order(conn, order)]


def coupons_of(
    conn: Connection,
    customer_id: int,
    now: datetime,
    *,
    state: CouponState | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[tuple[Coupon, Template]]:
    """What a customer has, newest first; the id of somebody merged away leads to who stayed.

    Raises:
        NotFound: nobody ever had this id.
    """
    living = identity.living(conn, customer_id)
    found = tables.of_customer(conn, living, state, before, max(1, min(limit, 500)), now)
    kinds = templates.find_many(conn, {one.template_id for one in found})
    return [(as_of(one, now), kinds[one.template_id]) for one in found]


def as_of(coupon: Coupon, now: datetime) -> Coupon:
    """A coupon as it is shown: what is past its end is expired, whether or not the job was there."""
    over = coupon.state == "held" and coupon.valid_until is not None and coupon.valid_until <= now
    return replace(coupon, state="expired") if over else coupon


def _quote(
    conn: Connection,
    basket: Basket,
    found: Sequence[Coupon],
    ids: Collection[int],
    by_code: Sequence[str],
    customer_id: int | None,
    now: datetime,
) -> tuple[Quote, Mapping[int, Template], int]:
    missing = set(ids) - {one.id for one in found}
    if missing:
        raise NotFound(what="coupon", what_zh="优惠券", key=min(missing))
    for code in sorted(set(by_code) - {one.code for one in found}):
        _no_code(code)
    living = 0 if customer_id is None else identity.living(conn, customer_id)
    kinds = templates.find_many(conn, {one.template_id for one in found})
    for one in found:
        terms = kinds[one.template_id].terms
        if terms.bearer:
            continue
        if not one.customer_id:
            raise CouponRefused(
                name=terms.name, reason="nobody holds it yet; claim it first.", reason_zh="该券尚未领取，请先领取。"
            )
        if one.customer_id != living:
            raise OthersCoupon
    in_force = rules(conn)
    quoted = quote(basket, found, kinds, in_force.rules if in_force else None, now)
    return quoted, kinds, living


def _no_code(code: str) -> None:
    if len(code) == codes.LENGTH and not codes.is_ours(code):
        raise BadInput(
            reason=f"the code {code} has a slip in it: one character is wrong, or two changed places.",
            reason_zh=f"券码 {code} 有误：可能输错一位或两位顺序颠倒，请核对。",
        )
    raise NotFound(what="coupon with the code", what_zh="以下券码：", key=code[:40])


def _post_used(
    conn: Connection,
    use_id: int,
    taken: Sequence[TakenOff],
    kinds: Mapping[int, Template],
    actor: str,
    now: datetime,
) -> None:
    wanted = []
    for one in taken:
        coupon, template = one.coupon, kinds[one.coupon.template_id]
        unit = coupon_unit(template.id)
        if coupon.customer_id:
            has = Posting(customer(coupon.customer_id, unit), -1, lots_of=coupon.transaction_id)
        else:
            has = Posting(out_of(template.id), -1)
        lines = [has, Posting(spent(unit), 1)]
        if template.terms.limited_fen:
            lines += _allowance(template.id, coupon.reserved_fen, one.cost_fen)
        key = f"coupon:{coupon.id}:used:{use_id}"
        wanted.append(Request(key, tuple(lines), "coupon", f"use:{use_id}", actor))
    for one, answer in zip(taken, loyalty.post(conn, wanted, now), strict=True):
        if isinstance(answer, NotPosted):
            raise used_up(kinds[one.coupon.template_id])


def _allowance(template_id: int, reserved: int, cost: int) -> list[Posting]:
    """What a use costs comes out of what was set aside; more than that out of the budget, and the rest goes back there."""
    aside, left = aside_of(template_id), allowance_of(template_id)
    moves = [(aside, -reserved), (left, reserved - cost), (spent(left.unit), cost)]
    return [Posting(account, amount) for account, amount in moves if amount]


def tell_used(
    conn: Connection,
    kind: str,
    use_id: int,
    order: str,
    told: Sequence[tuple[Coupon, int]],
    kinds: Mapping[int, Template],
    now: datetime,
) -> None:
    """Tell what became of coupons of a use, with what each took off."""
    facts = [
        Fact(
            kind,
            one.customer_id,
            0,
            now,
            name=kinds[one.template_id].terms.name,
            properties={**said_of(one), "use": use_id, "order": order, "off_fen": off},
        )
        for one, off in told
        if one.customer_id
    ]
    timeline.append(conn, facts)


def said_of(one: Coupon) -> dict[str, Any]:
    """What every fact says of a coupon."""
    until = one.valid_until.isoformat() if one.valid_until else ""
    return {"coupon": one.id, "template": one.template_id, "until": until}


def _part(one: TakenOff) -> Part:
    return Part(one.coupon.id, one.coupon.template_id, one.off_fen, one.cost_fen, one.shares, returned=False)


def _again(conn: Connection, before: Use, hash_: bytes) -> Used:
    if before.input_hash != hash_:
        raise IdempotencyMismatch(key=before.key)
    return replace(_used(conn, before), repeated=True)


def _used(conn: Connection, found: Use) -> Used:
    parts = uses.parts(conn, found.id)
    return Used(
        id=found.id,
        key=found.key,
        order=found.order_no,
        customer_id=found.customer_id,
        off_fen=found.off_fen,
        coupons=tuple((part.coupon_id, part.off_fen, part.shares) for part in parts),
        returned=tuple(part.coupon_id for part in parts if part.returned),
        refunded=found.returned,
        used_at=found.used_at,
    )


def _check_count(ids: Collection[int], by_code: Collection[str]) -> None:
    if not 1 <= len(set(ids)) + len(set(by_code)) <= _MOST:
        raise BadInput(reason=f"name 1 to {_MOST} coupons.", reason_zh=f"请提供 1 至 {_MOST} 张优惠券。")


def _record(conn: Connection, principal: Principal, action: str, use_id: int, order: str, now: datetime) -> None:
    access.record(
        conn,
        actor=principal.actor,
        action=action,
        target=f"coupon_use:{use_id}",
        details={"order": order},
        now=now,
    )
