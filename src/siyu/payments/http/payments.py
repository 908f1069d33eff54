"""The API of merchants, payments and refunds."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated

from fastapi import Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs
from siyu.kernel.errors import TryLater
from siyu.payments import service
from siyu.payments.http.till import till_of
from siyu.payments.types import Merchant, Payment, PaymentState, PaymentWay, Refund, RefundState

router = Router(prefix="/api/v1/payments", tags=["payments"], responses=ERROR_RESPONSES)

CanSee = Annotated[Principal, needs("payments.read")]
CanRefund = Annotated[Principal, needs("payments.reverse")]
CanManage = Annotated[Principal, needs("payments.manage")]
PathNumber = Annotated[int, Path(ge=1, le=2**63 - 1)]
Before = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only older ones.")]
Limit = Annotated[int, Query(ge=1, le=200)]
CustomerId = Annotated[int | None, Query(ge=1, le=2**63 - 1)]
Reason = Annotated[str, Field(min_length=3, max_length=500, description="Kept in the audit.")]


class Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class MerchantRead(Read):
    id: int
    mch_id: str
    app_id: str
    name: str
    serial: str
    platform_key_id: str
    base_url: str
    h5: bool


class MerchantChange(BaseModel):
    app_id: Annotated[str, Field(max_length=64, description="Of the app in which customers pay.")]
    name: Annotated[str, Field(max_length=100)]
    serial: Annotated[str, Field(max_length=64, description="Of the merchant's certificate.")]
    private_key: Annotated[str, Field(max_length=10_000, description="Of that certificate, PEM; kept sealed.")]
    api_key: Annotated[str, Field(max_length=64, description="The APIv3 key; kept sealed.")]
    platform_key_id: Annotated[str, Field(max_length=80, description="`PUB_KEY_ID_…`")]
    platform_key: Annotated[str, Field(max_length=10_000, description="The platform's public key, PEM.")]
    base_url: Annotated[str, Field(max_length=200)] = "https://api.mch.weixin.qq.com"
    h5: Annotated[bool, Field(description="It may take payments in browsers outside WeChat (H5).")] = False


class PaymentRead(Read):
    id: int
    merchant_id: int
    number: str = Field(description="By which the platform knows it.")
    customer_id: int
    about: str
    description: str
    fen: int
    state: PaymentState
    expires_at: datetime
    created_at: datetime
    platform_id: str = Field(description="The platform's number of what was paid.")
    paid_at: datetime | None
    refunded_fen: int
    way: PaymentWay = Field(
        description="`jsapi`: within WeChat; `h5`: in a browser; empty: nobody has begun to pay it."
    )


class RefundRead(Read):
    id: int
    number: str
    fen: int
    reason: str
    actor: str
    state: RefundState = Field(description="`new`: the platform is asked for it again by itself.")
    created_at: datetime
    platform_id: str
    done_at: datetime | None


class PaymentWhole(PaymentRead):
    refunds: list[RefundRead]


class RefundNew(BaseModel):
    key: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9_.:-]{8,100}$", description="Of this request: a repeat gives back nothing twice."),
    ]
    fen: Annotated[int, Field(ge=1, le=10**8)]
    reason: Reason


@router.get("/merchants")
def merchants(_: CanSee, conn: Conn) -> list[MerchantRead]:
    """Every merchant, without its keys."""
    return [_merchant(one) for one in service.merchants(conn)]


@router.put("/merchants/{mch_id}")
def change_merchant(
    mch_id: Annotated[str, Path(max_length=32, description="As the platform numbers it.")],
    wanted: MerchantChange,
    principal: CanManage,
    conn: Conn,
    now: Now,
) -> MerchantRead:
    """Connect a merchant, or change its app and keys. Safe to repeat."""
    return _merchant(
        service.ensure_merchant(conn, principal, Merchant(id=0, mch_id=mch_id, **wanted.model_dump()), now)
    )


@router.get("")
def payments(
    _: CanSee,
    conn: Conn,
    customer_id: CustomerId = None,
    state: PaymentState | None = None,
    before: Before = None,
    limit: Limit = 50,
) -> list[PaymentRead]:
    """Payments, newest first."""
    found = service.payments(conn, customer_id=customer_id, state=state, before=before, limit=limit)
    return [PaymentRead.model_validate(one) for one in found]


@router.get("/{payment_id}")
def payment(payment_id: PathNumber, _: CanSee, conn: Conn) -> PaymentWhole:
    """A payment with its refunds."""
    return _whole(service.payment_of(conn, payment_id), service.refunds_of(conn, payment_id))


@router.post("/{payment_id}/look")
def look(payment_id: PathNumber, _: CanSee, request: Request) -> PaymentRead:
    """Ask the platform now how a payment stands."""
    return PaymentRead.model_validate(service.look_at_payment(till_of(request), payment_id))


@router.post("/{payment_id}/refunds")
def refund(payment_id: PathNumber, wanted: RefundNew, principal: CanRefund, request: Request) -> RefundRead:
    """Give some of a payment back, or all of it. Safe to repeat. Where the platform does not answer it stays `new`."""
    till = till_of(request)
    with till.database.transaction() as conn:
        made = service.begin_refund(
            conn,
            principal,
            payment_id,
            fen=wanted.fen,
            reason=wanted.reason,
            key=f"by_hand:{wanted.key}",
            now=till.clock.now(),
        )
    with suppress(TryLater):
        made = service.send_refund(till, made.id)
    return RefundRead.model_validate(made)


def _merchant(one: Merchant) -> MerchantRead:
    return MerchantRead.model_validate(one)


def _whole(found: Payment, refunds: list[Refund]) -> PaymentWhole:
    said = PaymentRead.model_validate(found).model_dump()
    return PaymentWhole(**said, refunds=[RefundRead.model_validate(one) for one in refunds])
