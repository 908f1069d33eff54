"""The API of redemptions."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.rewards import service
from siyu.rewards.http.rules import CanRedeem, CanSee, PathNumber, Words
from siyu.rewards.types import Redeemed, Redemption

router = Router(prefix="/api/v1/rewards/redemptions", tags=["rewards"], responses=ERROR_RESPONSES)

State = Literal["awaiting_payment", "placed", "fulfilled", "cancelled"]


class RedemptionRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    key: str
    offer_id: int
    customer_id: int
    pieces: int
    points: int = Field(description="Of all pieces together.")
    cash_fen: int = Field(description="Of all pieces together.")
    state: State
    until: datetime | None = Field(description="Until then it can be paid; cancelled by itself soon after.")
    placed_at: datetime
    changed_at: datetime


class RedeemedRead(RedemptionRead):
    repeated: bool


class Redemptions(BaseModel):
    redemptions: list[RedemptionRead] = Field(description="Newest first.")
    next: str | None


class Cancelled(BaseModel):
    reason: Words


@router.get("")
def redemptions(
    _: CanSee,
    conn: Conn,
    offer_id: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    customer_id: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    state: State | None = None,
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Redemptions:
    """What was redeemed, newest first."""
    page = service.redemptions(
        conn, offer_id=offer_id, customer_id=customer_id, state=state, cursor=cursor, limit=limit
    )
    return Redemptions(redemptions=[_read(one) for one in page.redemptions], next=page.next)


@router.get("/{redemption_id}")
def redemption(redemption_id: PathNumber, _: CanSee, conn: Conn) -> RedemptionRead:
    """One redemption."""
    return _read(service.redemption(conn, redemption_id))


@router.post("/{redemption_id}/fulfil")
def fulfil(redemption_id: PathNumber, principal: CanRedeem, conn: Conn, now: Now) -> RedemptionRead:
    """The customer has got it. Safe to repeat."""
    return _read(service.fulfil(conn, principal, redemption_id, now))


@router.post("/{redemption_id}/cancel")
def cancel(redemption_id: PathNumber, wanted: Cancelled, principal: CanRedeem, conn: Conn, now: Now) -> RedemptionRead:
    """Give points and pieces back of what was not fulfilled. Safe to repeat."""
    return _read(service.cancel(conn, principal, redemption_id, wanted.reason, now))


def redeemed_read(done: Redeemed) -> RedeemedRead:
    return RedeemedRead(**dict(_read(done.redemption)), repeated=done.repeated)


def _read(one: Redemption) -> RedemptionRead:
    return RedemptionRead.model_validate(one)
