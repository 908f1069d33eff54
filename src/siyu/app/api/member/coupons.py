"""A member's coupons, with the code that they show at the counter."""

from datetime import datetime
from io import BytesIO
from typing import Annotated

import segno
from fastapi import Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.members import service as members
from siyu.members.http import Asking, Key
from siyu.rewards import service as rewards
from siyu.rewards.types import Coupon, CouponKind, CouponState, Template

router = Router(prefix="/member/v1/coupons", tags=["members"], responses=ERROR_RESPONSES)

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


class OwnCoupon(BaseModel):
    id: int
    name: str
    kind: CouponKind
    off_fen: int | None = Field(description="What a coupon of money takes off.")
    percent: int | None = Field(description="How many percent it takes off.")
    most_fen: int | None = Field(description="The most that it takes off.")
    pay_fen: int | None = Field(description="For so much an exchange gives the product.")
    threshold_fen: int = Field(description="What the goods have to come to.")
    some_goods: bool = Field(description="It is for certain products only.")
    code: str = Field(description="As people read it.")
    state: CouponState
    valid_from: datetime | None
    valid_until: datetime | None
    issued_at: datetime


class OwnCoupons(BaseModel):
    now: datetime
    coupons: list[OwnCoupon] = Field(description="Newest first.")
    next: int | None = Field(description="`before` of the following page.")


class CodeEntered(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(min_length=1, max_length=60)]


@router.get("")
def coupons(
    member: Asking,
    conn: Conn,
    now: Now,
    state: CouponState | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only older ones.")] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> OwnCoupons:
    """What they have and had."""
    found = rewards.coupons_of(conn, member.customer_id, now, state=state, before=before, limit=limit + 1)
    shown = found[:limit]
    more = shown[-1][0].id if len(found) > limit else None
    return OwnCoupons(now=now, coupons=[_coupon(*one) for one in shown], next=more)


@router.post("/claim")
def claim(member: Asking, key: Key, wanted: CodeEntered, conn: Conn, now: Now) -> OwnCoupon:
    """Get a coupon by a code that they were told or given. One that somebody else holds is refused."""
    got = rewards.claim(conn, member.customer_id, wanted.code, members.own_key(member, key), now)
    return _own(conn, member.customer_id, got.id, now)


@router.get("/{coupon_id}")
def coupon(coupon_id: Number, member: Asking, conn: Conn, now: Now) -> OwnCoupon:
    """One coupon of theirs."""
    return _own(conn, member.customer_id, coupon_id, now)


@router.get("/{coupon_id}/code.svg", responses={200: {"content": {"image/svg+xml": {}}}})
def picture(coupon_id: Number, member: Asking, conn: Conn, now: Now) -> Response:
    """The code as a picture that scanners read."""
    drawn = BytesIO()
    said = _own(conn, member.customer_id, coupon_id, now).code.replace("-", "")
    segno.make(said, error="m", micro=False).save(drawn, kind="svg", scale=8, border=4, light="#ffffff")
    return Response(drawn.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=60"})


def _own(conn: Conn, customer_id: int, coupon_id: int, now: datetime) -> OwnCoupon:
    found, template = rewards.coupon_for(conn, customer_id, coupon_id)
    return _coupon(rewards.as_of(found, now), template)


def _coupon(one: Coupon, of: Template) -> OwnCoupon:
    terms = of.terms
    names = ("name", "kind", "off_fen", "percent", "most_fen", "pay_fen", "threshold_fen")
    return OwnCoupon(
        id=one.id,
        some_goods=bool(terms.goods),
        code=rewards.shown_code(one, of),
        state=one.state,
        valid_from=one.valid_from,
        valid_until=one.valid_until,
        issued_at=one.issued_at,
        **{name: getattr(terms, name) for name in names},
    )
