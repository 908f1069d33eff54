"""The shop of a member: what they can have for their points, what they have redeemed, and paying for it."""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import customer
from siyu.members import service as members
from siyu.members.http import Asking, Key
from siyu.rewards import service as rewards
from siyu.rewards.types import Offer, OfferShown, Redemption, RedemptionState, Stands

router = Router(prefix="/member/v1", tags=["members"], responses=ERROR_RESPONSES)

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


class OwnOffer(BaseModel):
    id: int
    name: str
    points: int = Field(description="Of one piece.")
    cash_fen: int = Field(description="That one piece costs besides.")
    coupon: bool = Field(description="It gives a coupon, which is there at once.")
    seckill: bool
    starts_at: datetime | None
    ends_at: datetime | None
    per_person: int | None = Field(description="Pieces that one person may have in all; null: no limit.")
    per_day: int | None = Field(description="Pieces that one person may have on a day; null: no limit.")
    left: int = Field(description="Pieces that are there.")
    may: int | None = Field(description="How many of them they may still have today; null: no limit.")
    stands: Stands = Field(description="Whether they can have it now, and why not; points are not looked at.")
    tiers: list[str] = Field(description="Names of the tiers that it is for; empty: everybody.")


class OwnShop(BaseModel):
    now: datetime = Field(description="By this clock it begins and ends.")
    points: int = Field(description="What they can spend.")
    offers: list[OwnOffer]


class OwnOfferNow(BaseModel):
    now: datetime = Field(description="By this clock it begins and ends.")
    points: int = Field(description="What they can spend.")
    offer: OwnOffer


class Redeeming(BaseModel):
    model_config = ConfigDict(extra="forbid")

    pieces: Annotated[int, Field(ge=1, le=1000)] = 1


class OwnRedemption(BaseModel):
    id: int
    offer_id: int
    name: str
    coupon: bool = Field(description="What they got is among their coupons.")
    pieces: int
    points: int
    cash_fen: int
    state: RedemptionState
    until: datetime | None = Field(description="Until then it can be paid.")
    at: datetime


class OwnRedemptions(BaseModel):
    now: datetime
    redemptions: list[OwnRedemption] = Field(description="Newest first.")
    next: str | None


@router.get("/rewards")
def shop(member: Asking, conn: Conn, now: Now) -> OwnShop:
    """What is offered now and will be, as it stands for them."""
    found = rewards.offers_for(conn, member.customer_id, now)
    names = _tier_names(conn)
    return OwnShop(now=now, points=_points(conn, member.customer_id, now), offers=[_offer(one, names) for one in found])


@router.get("/rewards/{offer_id}")
def offer(offer_id: Number, member: Asking, conn: Conn, now: Now) -> OwnOfferNow:
    """One offer, as it stands for them."""
    found = rewards.offer_for(conn, member.customer_id, offer_id, now)
    points = _points(conn, member.customer_id, now)
    return OwnOfferNow(now=now, points=points, offer=_offer(found, _tier_names(conn)))


@router.post("/rewards/{offer_id}/redeem")
def redeem(offer_id: Number, member: Asking, key: Key, wanted: Redeeming, conn: Conn, now: Now) -> OwnRedemption:
    """Redeem it. What costs cash besides is set aside until it is paid or its time to pay is over."""
    own = members.own_key(member, key)
    done = rewards.redeem(conn, member.customer_id, offer_id, own, now, pieces=wanted.pieces).redemption
    return own_redemption(*rewards.redemption_for(conn, member.customer_id, done.id))


@router.get("/redemptions")
def redemptions(
    member: Asking,
    conn: Conn,
    now: Now,
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> OwnRedemptions:
    """What they have redeemed."""
    page = rewards.redemptions(conn, customer_id=member.customer_id, cursor=cursor, limit=limit)
    found = [own_redemption(*one) for one in rewards.named(conn, page)]
    return OwnRedemptions(now=now, redemptions=found, next=page.next)


@router.get("/redemptions/{redemption_id}")
def redemption(redemption_id: Number, member: Asking, conn: Conn) -> OwnRedemption:
    """One redemption of theirs."""
    return own_redemption(*rewards.redemption_for(conn, member.customer_id, redemption_id))


def own_redemption(one: Redemption, of: Offer) -> OwnRedemption:
    """A redemption as its customer reads it."""
    return OwnRedemption(
        id=one.id,
        offer_id=of.id,
        name=of.terms.name,
        coupon=of.terms.coupon_id is not None,
        pieces=one.pieces,
        points=one.points,
        cash_fen=one.cash_fen,
        state=one.state,
        until=one.until,
        at=one.placed_at,
    )


def _offer(shown: OfferShown, tier_names: dict[str, str]) -> OwnOffer:
    terms = shown.offer.terms
    names = ("name", "points", "cash_fen", "seckill", "starts_at", "ends_at", "per_person", "per_day")
    return OwnOffer(
        id=shown.offer.id,
        coupon=terms.coupon_id is not None,
        left=shown.left,
        may=shown.may,
        stands=shown.stands,
        tiers=[tier_names.get(code, code) for code in sorted(terms.tiers)],
        **{name: getattr(terms, name) for name in names},
    )


def _points(conn: Conn, customer_id: int, now: datetime) -> int:
    (found,) = loyalty.balances(conn, [customer(customer_id, "points")], now)
    return found.available


def _tier_names(conn: Conn) -> dict[str, str]:
    found = loyalty.tiers(conn)
    return {one.code: one.name for one in found.rules.tiers} if found else {}
