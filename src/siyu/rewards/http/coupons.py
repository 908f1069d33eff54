"""The API of coupons for shops and staff: what somebody has, what it would take off, its use, and its return."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from siyu.engines.http import ERROR_RESPONSES, Conn, Id, Now, Router
from siyu.rewards import service
from siyu.rewards.http.rules import CanRedeem, CanSee, Key, PathNumber
from siyu.rewards.rules import codes
from siyu.rewards.types import Coupon, CouponTerms, TakenOff, Used

router = Router(prefix="/api/v1/rewards/coupons", tags=["rewards"], responses=ERROR_RESPONSES)

State = Literal["held", "used", "expired", "revoked"]
Code = Annotated[str, Field(min_length=1, max_length=60)]


class CouponRead(BaseModel):
    id: int
    template_id: int
    code: str = Field(description="Empty where the template has a shared one.")
    customer_id: int = Field(description="0: nobody holds it yet.")
    state: State
    valid_from: datetime | None
    valid_until: datetime | None
    issued_at: datetime


class CouponHeld(CouponRead):
    terms: CouponTerms


class Claim(BaseModel):
    customer_id: Id
    code: Code
    key: Key


class Chosen(BaseModel):
    customer_id: Id | None = Field(default=None, description="Null: nobody knows who buys.")
    coupon_ids: Annotated[list[Id], Field(max_length=50)] = []
    codes: Annotated[list[Code], Field(max_length=50)] = []
    basket: dict[str, Any] = Field(
        description="`{lines: [{line, product, quantity, price_fen}], shipping_fen}`, before coupons."
    )


class UseNew(Chosen):
    order: Annotated[str, Field(min_length=1, max_length=100)]
    key: Key


class TakenOffLine(BaseModel):
    coupon_id: int
    off_fen: int
    shares: dict[str, int] = Field(description='By line of the basket; what shipping cost is the line `""`.')
    why_not: str | None
    why_not_zh: str | None


class QuoteRead(BaseModel):
    total_fen: int = Field(description="Before coupons, with shipping.")
    off_fen: int
    coupons: list[TakenOffLine] = Field(description="In the order in which they take off.")


class UsedCoupon(BaseModel):
    coupon_id: int
    off_fen: int
    shares: dict[str, int]
    returned: bool


class UsedRead(BaseModel):
    id: int
    key: str
    order: str
    customer_id: int
    off_fen: int
    coupons: list[UsedCoupon]
    refunded: list[str] = Field(description='Lines that were refunded, also what shipping cost as `""`.')
    used_at: datetime
    repeated: bool


class Refund(BaseModel):
    lines: Annotated[list[Annotated[str, Field(max_length=64)]] | None, Field(max_length=501)] = Field(
        default=None, description='Refunded now, also what shipping cost as `""`; null: everything.'
    )


class ReturnedRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    use_id: int
    off_fen: int = Field(
        description="So much of the refunded lines' price was taken off: the refund is that much less."
    )
    coupons: list[int] = Field(description="Those that came back, now or before.")
    kept: list[int] = Field(description="Those that stay used.")


@router.get("/customers/{customer_id}")
def coupons_of(
    customer_id: PathNumber,
    _: CanSee,
    conn: Conn,
    now: Now,
    state: State | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only older ones.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> list[CouponHeld]:
    """What a customer has, newest first."""
    found = service.coupons_of(conn, customer_id, now, state=state, before=before, limit=limit)
    return [CouponHeld(**dict(_read(coupon)), terms=template.terms) for coupon, template in found]


@router.get("/codes/{code}")
def coupon_of_code(code: Annotated[str, Path(max_length=60)], _: CanSee, conn: Conn, now: Now) -> CouponRead:
    """The coupon of a code, however it is written."""
    return _read(service.as_of(service.find_code(conn, code), now))


@router.get("/uses")
def uses_of(_: CanSee, conn: Conn, order: Annotated[str, Query(min_length=1, max_length=100)]) -> list[UsedRead]:
    """Coupons that were used on an order."""
    return [_used(one) for one in service.uses_of(conn, order)]


@router.get("/uses/{use_id}")
def use(use_id: PathNumber, _: CanSee, conn: Conn) -> UsedRead:
    """One use of coupons."""
    return _used(service.use(conn, use_id))


@router.post("/claim")
def claim(wanted: Claim, _: CanRedeem, conn: Conn, now: Now) -> CouponRead:
    """Have a customer get a coupon by a code. Safe to repeat under one key."""
    return _read(service.claim(conn, wanted.customer_id, wanted.code, wanted.key, now))


@router.post("/quote")
def quote(wanted: Chosen, _: CanSee, conn: Conn, now: Now) -> QuoteRead:
    """What coupons would take off a basket, to the fen, and why one does not apply."""
    found = service.quote_coupons(
        conn,
        service.read_basket(wanted.basket),
        customer_id=wanted.customer_id,
        coupon_ids=wanted.coupon_ids,
        by_code=wanted.codes,
        now=now,
    )
    return QuoteRead(total_fen=found.total_fen, off_fen=found.off_fen, coupons=[_taken(one) for one in found.taken])


@router.post("/use")
def use_coupons(wanted: UseNew, principal: CanRedeem, conn: Conn, now: Now) -> UsedRead:
    """Use coupons on an order: all of them, or none. Safe to repeat under one key."""
    done = service.use_coupons(
        conn,
        principal,
        wanted.order,
        service.read_basket(wanted.basket),
        wanted.key,
        now,
        customer_id=wanted.customer_id,
        coupon_ids=wanted.coupon_ids,
        by_code=wanted.codes,
    )
    return _used(done)


@router.post("/uses/{use_id}/return")
def return_coupons(use_id: PathNumber, wanted: Refund, principal: CanRedeem, conn: Conn, now: Now) -> ReturnedRead:
    """An order is refunded, in whole or some lines: what comes back, and by how much the refund is less. Safe to repeat."""
    return ReturnedRead.model_validate(service.return_coupons(conn, principal, use_id, now, lines=wanted.lines))


def _read(one: Coupon) -> CouponRead:
    return CouponRead(
        id=one.id,
        template_id=one.template_id,
        code=codes.shown(one.code),
        customer_id=one.customer_id,
        state=one.state,
        valid_from=one.valid_from,
        valid_until=one.valid_until,
        issued_at=one.issued_at,
    )


def _taken(one: TakenOff) -> TakenOffLine:
    en, zh = one.why_not or (None, None)
    return TakenOffLine(coupon_id=one.coupon.id, off_fen=one.off_fen, shares=one.shares, why_not=en, why_not_zh=zh)


def _used(one: Used) -> UsedRead:
    coupons = [
        UsedCoupon(coupon_id=coupon_id, off_fen=off, shares=shares, returned=coupon_id in one.returned)
        for coupon_id, off, shares in one.coupons
    ]
    names = ("id", "key", "order", "customer_id", "off_fen", "refunded", "used_at", "repeated")
    return UsedRead(**{name: getattr(one, name) for name in names}, coupons=coupons)
