"""Offers of the shop: drafted, put live behind the margin guard, stocked, ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.validation import read_json
from siyu.kernel.errors import BadInput, Conflict, NotFound
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Account, Posting, Request, Unit, issuer, stock
from siyu.rewards.rules import offers as rules
from siyu.rewards.rules.coupons import most_off
from siyu.rewards.rules.margin import check_margin
from siyu.rewards.service.economy import in_force
from siyu.rewards.service.payments import payments
from siyu.rewards.service.templates import SYSTEM, budget_of, there
from siyu.rewards.store import offers as tables
from siyu.rewards.store import redemptions
from siyu.rewards.types import TERMS, Offer, OfferRead, OfferState, OfferTerms

_NEXT: Final[dict[OfferState, tuple[OfferState, ...]]] = {
    "draft": ("live", "ended"),
    "live": ("paused", "ended"),
    "paused": ("live", "ended"),
    "ended": (),
}
_ZH: Final = {"draft": "草稿", "live": "在售", "paused": "已暂停", "ended": "已结束"}
_MOST_STOCK: Final = 100_000_000


def read_offer(said: Any) -> OfferTerms:
    """Terms from JSON.

    Raises:
        BadInput: says what to change.
    """
    found = read_json(TERMS, said, "terms")
    rules.check(found)
    return found


def make_offer(conn: Connection, principal: Principal, terms: OfferTerms, now: datetime) -> Offer:
    """Draft an offer. Nobody sees it until it is live. Audited.

    Raises:
        NotAllowed: without the right ``rewards.manage``.
        BadInput: the terms make no sense together.
        NotFound: there is no such coupon.
    """
    access.require(principal, "rewards.manage")
    rules.check(terms)
    cost_of(conn, terms)
    made = tables.insert(conn, terms, now)
    if terms.coupon_id is None:
        unit = stock_of(made.id).unit
        loyalty.ensure_unit(conn, SYSTEM, Unit(unit, "stock", terms.name, by_hand=0), now)
    _record(conn, principal, "rewards.offer_made", made, now, {"name": terms.name})
    return made


def change_offer(
    conn: Connection, principal: Principal, offer_id: int, terms: OfferTerms, version: int, now: datetime
) -> Offer:
    """Change the terms of an offer, all of them; of one that is live for redemptions to come. Audited. Safe to repeat.

    Raises:
        NotAllowed: without the right ``rewards.manage``.
        NotFound: there is no such offer or coupon.
        BadInput: the terms make no sense together.
        UnderMargin: it is live, and would be under its margin.
        Conflict: it was changed meanwhile, it has ended, or it would give something else.
    """
    access.require(principal, "rewards.manage")
    rules.check(terms)
    found = _locked(conn, offer_id)
    if terms == found.terms:
        return found
    if found.version != version:
        raise Conflict(
            reason=f"the offer was changed meanwhile, to version {found.version}; look at it and change that.",
            reason_zh=f"该权益商品已被他人更新至版本 {found.version}，请查看后再修改。",
        )
    if found.state == "ended":
        raise Conflict(reason="it has ended; make a new one.", reason_zh="该权益商品已结束，请新建。")
    if terms.coupon_id != found.terms.coupon_id:
        raise Conflict(
            reason="an offer goes on giving what it gave; make a new one for another thing.",
            reason_zh="不能更换兑换内容，请新建权益商品。",
        )
    if found.state == "live":
        _check_live(conn, terms)
    tables.write(conn, found.id, terms, found.state, found.version + 1, now)
    _record(conn, principal, "rewards.offer_changed", found, now, {"version": found.version + 1})
    return _found(conn, offer_id)


def set_offer_state(
    conn: Connection, principal: Principal, offer_id: int, state: OfferState, reason: str, now: datetime
) -> Offer:
    """Put an offer live, pause it, or end it for good. Audited. Safe to repeat.

    Raises:
        NotAllowed: without the right ``rewards.manage``.
        NotFound: there is no such offer.
        UnderMargin: its points and cash are worth less than it costs and the set margin.
        BadInput: nobody said what points are worth, nobody takes payments, or there is no reason.
        Conflict: it cannot come from its state into this one.
    """
    access.require(principal, "rewards.manage")
    said = access.reason_given(reason)
    found = _locked(conn, offer_id)
    if found.state == state:
        return found
    if state not in _NEXT[found.state]:
        raise Conflict(
            reason=f"an offer that is '{found.state}' cannot become '{state}'.",
            reason_zh=f"“{_ZH[found.state]}”的权益商品不能变为“{_ZH[state]}”。",
        )
    if state == "live":
        _check_live(conn, found.terms)
    tables.write(conn, found.id, found.terms, state, found.version, now)
    _record(conn, principal, "rewards.offer_state_set", found, now, {"state": state, "reason": said})
    return _found(conn, offer_id)


def add_stock(
    conn: Connection, principal: Principal, offer_id: int, pieces: int, key: str, reason: str, now: datetime
) -> OfferRead:
    """Add pieces to the stock of an offer, or take some away (below 0). Idempotent by key. Audited.

    Raises:
        NotAllowed: without the right ``rewards.manage``.
        NotFound: there is no such offer.
        BadInput: of 0 pieces or too many, of coupons, or there is no reason.
        NotEnough: fewer are left than would be taken away.
        IdempotencyMismatch: the key was used before with something else.
    """
    access.require(principal, "rewards.manage")
    said = access.reason_given(reason)
    found = _found(conn, offer_id)
    if not pieces or abs(pieces) > _MOST_STOCK:
        raise BadInput(
            reason=f"add 1 to {_MOST_STOCK:,} pieces, or take as many away with a number below 0.",
            reason_zh=f"请填写 1 至 {_MOST_STOCK:,} 件；减少库存请填负数。",
        )
    if found.terms.coupon_id is not None:
        raise BadInput(
            reason="coupons come out of the budget of their template; add to that.",
            reason_zh="优惠券从其模板预算中发放，请调整模板预算。",
        )
    account = stock_of(found.id)
    lines = (Posting(account, pieces), Posting(issuer(account.unit), -pieces))
    wanted = Request(f"stock:{key}", lines, "stock", source=f"offer:{found.id}: {said}"[:300], actor=principal.actor)
    posted = loyalty.post_one(conn, wanted, now)
    if not posted.repeated:
        _record(conn, principal, "rewards.stock_changed", found, now, {"pieces": pieces, "reason": said})
    return offer(conn, offer_id, now)


def offer(conn: Connection, offer_id: int, now: datetime) -> OfferRead:
    """One offer with its figures.

    Raises:
        NotFound: there is no such offer.
    """
    return _read(conn, [_found(conn, offer_id)], now)[0]


def offers(
    conn: Connection,
    now: datetime,
    *,
    states: Sequence[OfferState] = ("draft", "live", "paused", "ended"),
    before: int | None = None,
    limit: int = 50,
) -> list[OfferRead]:
    """Offers in these states with their figures, newest first; ``before``: only those with a lower id."""
    return _read(conn, tables.page(conn, states, before, max(1, min(limit, 200))), now)


def stock_of(offer_id: int) -> Account:
    """The account of an offer's pieces."""
    return stock(offer_id, f"stock:{offer_id}")


def cost_of(conn: Connection, terms: OfferTerms) -> int:
    """What one piece costs the brand: of a coupon the most that it may take off.

    Raises:
        NotFound: there is no such template.
        BadInput: nobody knows how much its coupons take off.
    """
    if terms.coupon_id is None:
        return terms.cost_fen
    most = most_off(there(conn, terms.coupon_id).terms)
    if most is None:
        raise BadInput(
            reason="nobody knows how much a coupon of this template takes off: give it a most_fen.",
            reason_zh="该券模板没有最高优惠额，无法核算成本，请设置 most_fen。",
        )
    return most


def pieces_of(offer: Offer) -> Account:
    """The account out of which an offer gives: its stock, or the budget of its coupons."""
    return stock_of(offer.id) if offer.terms.coupon_id is None else budget_of(offer.terms.coupon_id)


def check_may_be_given(conn: Connection, terms: OfferTerms) -> None:
    """Check that the margin is kept, and that cash can be taken.

    Raises:
        UnderMargin: it is not.
        BadInput: nobody said what points are worth, or nobody takes payments.
    """
    if terms.cash_fen:
        payments(conn, terms.name)
    check_margin(in_force(conn), terms.name, terms.points, terms.cash_fen, cost_of(conn, terms))


def _check_live(conn: Connection, terms: OfferTerms) -> None:
    tables.hold_rules(conn)
    check_may_be_given(conn, terms)


def _read(conn: Connection, found: Sequence[Offer], now: datetime) -> list[OfferRead]:
    left = loyalty.balances(conn, [pieces_of(one) for one in found], now) if found else []
    taken = redemptions.counts(conn, [one.id for one in found]) if found else {}
    return [OfferRead(one, has.balance, taken.get(one.id, 0)) for one, has in zip(found, left, strict=True)]


def _found(conn: Connection, offer_id: int) -> Offer:
    return _there(tables.find(conn, offer_id), offer_id)


def _locked(conn: Connection, offer_id: int) -> Offer:
    return _there(tables.find(conn, offer_id, lock=True), offer_id)


def _there(found: Offer | None, offer_id: int) -> Offer:
    if found is None:
        raise NotFound(what="offer", what_zh="权益商品", key=offer_id)
    return found


def _record(
    conn: Connection, principal: Principal, action: str, one: Offer, now: datetime, details: dict[str, Any]
) -> None:
    access.record(conn, actor=principal.actor, action=action, target=f"offer:{one.id}", details=details, now=now)
