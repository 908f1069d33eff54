"""The API of the shop's offers."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from siyu.engines.http import ERROR_RESPONSES, Conn, Id, Now, Router
from siyu.rewards import service
from siyu.rewards.http.redemptions import RedeemedRead, redeemed_read
from siyu.rewards.http.rules import CanManage, CanRedeem, CanSee, Key, PathNumber, Words
from siyu.rewards.types import Offer, OfferRead, OfferTerms

router = Router(prefix="/api/v1/rewards/offers", tags=["rewards"], responses=ERROR_RESPONSES)

State = Literal["draft", "live", "paused", "ended"]


class OfferNew(BaseModel):
    terms: dict[str, Any] = Field(description="As they are read.")


class OfferChange(BaseModel):
    version: int = Field(description="Of the terms that were changed.")
    terms: dict[str, Any] = Field(description="All of them, as they are read.")


class OfferLine(BaseModel):
    id: int
    terms: OfferTerms
    state: State
    version: int
    created_at: datetime
    changed_at: datetime


class OfferFigures(OfferLine):
    left: int = Field(description="Pieces in stock; of coupons, in the budget of their template.")
    taken: int = Field(description="Pieces that people have or wait for.")


class StateChange(BaseModel):
    state: Literal["live", "paused", "ended"]
    reason: Words


class StockChange(BaseModel):
    key: Key
    pieces: Annotated[int, Field(ge=-(10**8), le=10**8, description="Below zero they are taken away.")]
    reason: Words


class Redeem(BaseModel):
    customer_id: Id
    key: Key
    pieces: Annotated[int, Field(ge=1, le=1000)] = 1


@router.get("")
def offers(
    _: CanSee,
    conn: Conn,
    now: Now,
    state: State | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only older ones.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[OfferFigures]:
    """The shop's offers with their figures, newest first."""
    states: tuple[State, ...] = (state,) if state else ("draft", "live", "paused", "ended")
    return [_figures(one) for one in service.offers(conn, now, states=states, before=before, limit=limit)]


@router.post("", status_code=201)
def make_offer(wanted: OfferNew, principal: CanManage, conn: Conn, now: Now) -> OfferLine:
    """Draft an offer."""
    return _line(service.make_offer(conn, principal, service.read_offer(wanted.terms), now))


@router.get("/{offer_id}")
def offer(offer_id: PathNumber, _: CanSee, conn: Conn, now: Now) -> OfferFigures:
    """One offer with its figures."""
    return _figures(service.offer(conn, offer_id, now))


@router.put("/{offer_id}")
def change_offer(offer_id: PathNumber, wanted: OfferChange, principal: CanManage, conn: Conn, now: Now) -> OfferLine:
    """Change the terms of an offer, all of them. Safe to repeat."""
    terms = service.read_offer(wanted.terms)
    return _line(service.change_offer(conn, principal, offer_id, terms, wanted.version, now))


@router.post("/{offer_id}/state")
def set_state(offer_id: PathNumber, wanted: StateChange, principal: CanManage, conn: Conn, now: Now) -> OfferLine:
    """Put an offer live, pause it, or end it for good. Safe to repeat."""
    return _line(service.set_offer_state(conn, principal, offer_id, wanted.state, wanted.reason, now))


@router.post("/{offer_id}/stock")
def add_stock(offer_id: PathNumber, wanted: StockChange, principal: CanManage, conn: Conn, now: Now) -> OfferFigures:
    """Add pieces to the stock of an offer, or take some away. Safe to repeat under one key."""
    done = service.add_stock(conn, principal, offer_id, wanted.pieces, wanted.key, wanted.reason, now)
    return _figures(done)


@router.post("/{offer_id}/redeem")
def redeem(offer_id: PathNumber, wanted: Redeem, principal: CanRedeem, conn: Conn, now: Now) -> RedeemedRead:
    """Redeem an offer for a customer. Safe to repeat under one key; a refusal is not kept under it."""
    done = service.redeem(
        conn, wanted.customer_id, offer_id, wanted.key, now, pieces=wanted.pieces, principal=principal
    )
    return redeemed_read(done)


def _line(one: Offer) -> OfferLine:
    return OfferLine(
        id=one.id,
        terms=one.terms,
        state=one.state,
        version=one.version,
        created_at=one.created_at,
        changed_at=one.changed_at,
    )


def _figures(found: OfferRead) -> OfferFigures:
    return OfferFigures(**dict(_line(found.offer)), left=found.left, taken=found.taken)
