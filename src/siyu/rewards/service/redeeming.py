"""Members redeem offers: points, stock and limits in one transaction, the row that many want last."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.zone import here
from siyu.identity import service as identity
from siyu.kernel.errors import BadInput, IdempotencyMismatch, NotFound
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import NotEnough, Posting, Request, customer, spent
from siyu.rewards.rules import offers as rules
from siyu.rewards.rules.keys import check_key
from siyu.rewards.service.issuing import begin, give
from siyu.rewards.service.offers import pieces_of
from siyu.rewards.service.payments import payments
from siyu.rewards.service.templates import there
from siyu.rewards.store import redemptions as tables
from siyu.rewards.store.redemptions import IN_ALL, Kept
from siyu.rewards.types import LimitReached, Offer, Redeemed, Redemption, SoldOut

_TIME_TO_PAY: Final = timedelta(minutes=15)
_MOST: Final = 1000  # pieces of one redemption


def redeem(
    conn: Connection,
    customer_id: int,
    offer_id: int,
    key: str,
    now: datetime,
    *,
    pieces: int = 1,
    principal: Principal | None = None,
) -> Redeemed:
    """Redeem an offer for a customer: points are spent and pieces taken, or nothing happens.

    However many ask at once, no more is given than there is, and nobody gets more than their limit. Idempotent by key: the
    same customer, offer and pieces again are answered with the first redemption, as it stands now. A refusal is not kept: the
    same key may be used again.

    Args:
        conn: an open transaction of isolation READ COMMITTED. The stock stays locked until its end: commit soon.
        customer_id: whose points; the id of somebody merged away leads to who stayed.
        offer_id: which.
        key: of this request, unique among all customers; 8 to 100 of letters, digits and ``_.:-``.
        now: the present.
        pieces: how many.
        principal: who does it for the customer, audited; ``None``: the customer.

    Raises:
        NotAllowed: the principal lacks the right ``rewards.redeem``.
        BadInput: the key or the pieces cannot be.
        NotFound: there is no such offer or customer.
        NotOpen: it is not live, or not within its window.
        LimitReached: the customer has had as much as one may have.
        SoldOut: fewer are left.
        NotEnough: the customer has fewer points.
        CouponRefused: the offer gives a coupon, and none is given now or not to this customer.
        IdempotencyMismatch: the key was used before with something else.
    """
    if principal is not None:
        access.require(principal, "rewards.redeem")
    check_key(key)
    _check_pieces(pieces)
    found, before = tables.look_up(conn, offer_id, key)
    if before is not None:
        return _again(before, customer_id, offer_id, pieces)
    if found is None:
        raise NotFound(what="offer", what_zh="权益商品", key=offer_id)
    rules.check_open(found, now)
    _check_left(conn, found, pieces, now)
    identity.hold_people(conn, alone=False)
    living = identity.living(conn, customer_id)
    placed = _place(conn, found, living, customer_id, key, pieces, now)
    if placed is None:
        _, before = tables.look_up(conn, offer_id, key)
        assert before is not None
        return _again(before, customer_id, offer_id, pieces)
    _count(conn, found, placed, now)
    if principal is not None:
        _record(conn, principal, placed, now)
    _ask_for_cash(conn, found, placed, now)
    _post(conn, found, placed, "customer" if principal is None else principal.actor, now)
    return Redeemed(placed, repeated=False)


def _check_pieces(pieces: int) -> None:
    if not 1 <= pieces <= _MOST:
        raise BadInput(reason=f"redeem 1 to {_MOST} pieces at a time.", reason_zh=f"每次可兑换 1 至 {_MOST} 件。")


def _check_left(conn: Connection, offer: Offer, pieces: int, now: datetime) -> None:
    """A look without a lock: who comes too late does not stand in the line of those who come in time."""
    (left,) = loyalty.balances(conn, [pieces_of(offer)], now)
    if left.balance < pieces:
        raise SoldOut(name=offer.terms.name, left=left.balance)


def _place(
    conn: Connection, offer: Offer, living: int, asked_by: int, key: str, pieces: int, now: datetime
) -> Redemption | None:
    terms = offer.terms
    new = Redemption(
        id=0,
        key=key,
        offer_id=offer.id,
        customer_id=living,
        pieces=pieces,
        points=terms.points * pieces,
        cash_fen=terms.cash_fen * pieces,
        state="awaiting_payment" if terms.cash_fen else "placed",
        until=now + _TIME_TO_PAY if terms.cash_fen else None,
        placed_at=now,
        changed_at=now,
    )
    made = tables.insert(conn, new, asked_by, _day(now))
    return None if made is None else replace(new, id=made)


def _count(conn: Connection, offer: Offer, placed: Redemption, now: datetime) -> None:
    terms = offer.terms
    standing = loyalty.tier_of(conn, placed.customer_id) if terms.tiers else None
    in_all = rules.most_in_all(terms, standing.tier.code if standing else None)
    if in_all == 0:
        raise LimitReached(
            reason=f"'{terms.name}' is for the tiers {', '.join(sorted(terms.tiers))}.",
            reason_zh=f"“{terms.name}”仅限等级 {'、'.join(sorted(terms.tiers))} 的会员兑换。",
        )
    within = tables.take(conn, offer.id, placed.customer_id, _day(now), placed.pieces, in_all, terms.per_day)
    if IN_ALL not in within:
        raise LimitReached(
            reason=f"one person may have {in_all} of '{terms.name}' in all.",
            reason_zh=f"“{terms.name}”每人最多可兑换 {in_all} 件。",
        )
    if len(within) == 1:
        raise LimitReached(
            reason=f"one person may have {terms.per_day} of '{terms.name}' on a day.",
            reason_zh=f"“{terms.name}”每人每日最多可兑换 {terms.per_day} 件。",
        )


def _ask_for_cash(conn: Connection, offer: Offer, placed: Redemption, now: datetime) -> None:
    if placed.until is not None:
        payments(conn, offer.terms.name).ask(
            conn,
            reference=f"redemption:{placed.id}",
            customer_id=placed.customer_id,
            fen=placed.cash_fen,
            title=offer.terms.name,
            until=placed.until,
            now=now,
        )


def _post(conn: Connection, offer: Offer, placed: Redemption, actor: str, now: datetime) -> None:
    pieces, coupon_id = pieces_of(offer), offer.terms.coupon_id
    lines = []
    if coupon_id is None:
        lines += [Posting(pieces, -placed.pieces), Posting(spent(pieces.unit), placed.pieces)]
    if placed.points:
        own = customer(placed.customer_id, "points")
        lines += [Posting(own, -placed.points), Posting(spent("points"), placed.points)]
    wanted = Request(f"redemption:{placed.id}", tuple(lines), "redemption", f"offer:{offer.id}", actor)
    try:
        loyalty.post_one(conn, wanted, now)
    except NotEnough as problem:
        if problem.details["account"] == str(pieces):
            raise SoldOut(name=offer.terms.name, left=problem.details["available"]) from None
        raise
    if coupon_id is not None:
        batch_id, _ = begin(conn, f"redemption:{placed.id}", coupon_id, placed.pieces, now)
        own_one = [placed.customer_id]
        give(conn, there(conn, coupon_id), own_one, placed.pieces, batch_id, actor, now, strict=True)


def _again(before: Kept, customer_id: int, offer_id: int, pieces: int) -> Redeemed:
    one = before.redemption
    if (before.asked_by, one.offer_id, one.pieces) != (customer_id, offer_id, pieces):
        raise IdempotencyMismatch(key=one.key)
    return Redeemed(one, repeated=True)


def _day(now: datetime) -> date:
    return here(now).date()


def _record(conn: Connection, principal: Principal, placed: Redemption, now: datetime) -> None:
    access.record(
        conn,
        actor=principal.actor,
        action="rewards.redeemed",
        target=f"customer:{placed.customer_id}",
        details={"redemption": placed.id, "offer": placed.offer_id, "pieces": placed.pieces},
        now=now,
    )
