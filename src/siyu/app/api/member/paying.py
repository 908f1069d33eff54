"""A member pays for what they have redeemed, leaves it, and takes money that is waiting for them."""

from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from fastapi import Path, Request
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from siyu.app.api.member.shop import OwnRedemption, own_redemption
from siyu.engines.http import ERROR_RESPONSES, Conn, Router
from siyu.engines.postgres import Database
from siyu.identity import service as identity
from siyu.kernel.errors import Conflict, NotFound
from siyu.members.http import Asking, Key
from siyu.members.types import Member
from siyu.payments import service as payments
from siyu.payments.http.till import till_of
from siyu.payments.types import Payment, Transfer
from siyu.rewards import service as rewards

router = Router(prefix="/member/v1", tags=["members"], responses=ERROR_RESPONSES)

_TO_TAKE: Final = timedelta(days=1)  # the platform gives back what nobody has taken until then
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


class ToPay(BaseModel):
    """What the page hands to WeChat."""

    app_id: str
    time_stamp: str
    nonce: str
    package: str
    sign_type: str
    pay_sign: str


class ToVisit(BaseModel):
    """Where a browser outside WeChat goes to pay."""

    url: str = Field(description="For five minutes; `&redirect_url=` behind it says where to come back to.")


class OwnTransfer(BaseModel):
    id: int
    remark: str
    fen: int
    state: Literal["new", "waiting", "moving", "done", "failed", "cancelled"] = Field(
        description="`new` and `waiting`: for them to take it."
    )
    created_at: datetime
    until: datetime | None = Field(description="Until then they can take it; null: there is nothing to take.")


class ToConfirm(BaseModel):
    """What the page hands to WeChat so that they can take the money."""

    mch_id: str
    app_id: str
    package: str


@router.post("/redemptions/{redemption_id}/pay")
def pay(redemption_id: Number, member: Asking, _: Key, conn: Conn, request: Request) -> ToPay:
    """Have it be payable within WeChat. The platform does it once, whatever the key: a payment has a number of its own."""
    begun = _begun(conn, member, redemption_id)
    page = payments.prepare(till_of(request), begun.id)
    return ToPay(
        app_id=page["appId"],
        time_stamp=page["timeStamp"],
        nonce=page["nonceStr"],
        package=page["package"],
        sign_type=page["signType"],
        pay_sign=page["paySign"],
    )


@router.post("/redemptions/{redemption_id}/pay_in_browser")
def pay_in_browser(redemption_id: Number, member: Asking, _: Key, conn: Conn, request: Request) -> ToVisit:
    """Have it be payable in this browser, where the merchant takes that. Safe to repeat."""
    begun = _begun(conn, member, redemption_id)
    address = request.client.host if request.client else "127.0.0.1"
    return ToVisit(url=payments.visit(till_of(request), begun.id, address))


@router.post("/redemptions/{redemption_id}/look")
def look(redemption_id: Number, member: Asking, _: Key, conn: Conn, request: Request) -> OwnRedemption:
    """They say that they have paid: the platform is asked, where it has not told it yet."""
    found, offer = rewards.redemption_for(conn, member.customer_id, redemption_id)
    if found.state == "awaiting_payment":
        payments.look_at_payment(till_of(request), payments.payment_of_key(conn, f"redemption:{found.id}").id)
        found, offer = rewards.redemption_for(conn, member.customer_id, redemption_id)
    return own_redemption(found, offer)


@router.post("/redemptions/{redemption_id}/leave")
def leave(redemption_id: Number, member: Asking, _: Key, conn: Conn, request: Request) -> OwnRedemption:
    """They do not pay it. Points and pieces go back when the platform says that it cannot be paid any more; where it was paid
    at this moment, it is theirs.
    """
    found, offer = rewards.redemption_for(conn, member.customer_id, redemption_id)
    if found.state == "awaiting_payment":
        database: Database = request.app.state.database
        till, reference = till_of(request), f"redemption:{found.id}"
        with database.transaction() as own:  # its own, committed before the platform is asked
            begun = payments.payment_of_key(own, reference)
            payments.withdraw_payment(own, reference, till.clock.now())
        payments.look_at_payment(till, begun.id)
        found, offer = rewards.redemption_for(conn, member.customer_id, redemption_id)
    return own_redemption(found, offer)


@router.get("/transfers")
def transfers(member: Asking, conn: Conn) -> list[OwnTransfer]:
    """Money that the brand pays them, newest first."""
    living = identity.living(conn, member.customer_id)
    return [_transfer(one) for one in payments.transfers(conn, customer_id=living)]


@router.post("/transfers/{transfer_id}/claim")
def claim(transfer_id: Number, member: Asking, _: Key, conn: Conn, request: Request) -> ToConfirm:
    """Have it wait for them in WeChat. The platform pays once, whatever the key: a transfer has a number of its own."""
    _own(conn, member.customer_id, transfer_id)
    page = payments.claim(till_of(request), transfer_id)
    return ToConfirm(mch_id=page["mchId"], app_id=page["appId"], package=page["package"])


@router.post("/transfers/{transfer_id}/look")
def look_at_transfer(transfer_id: Number, member: Asking, _: Key, conn: Conn, request: Request) -> OwnTransfer:
    """They say that they have taken it: the platform is asked, where it has not told it yet."""
    _own(conn, member.customer_id, transfer_id)
    return _transfer(payments.look_at_transfer(till_of(request), transfer_id))


def _begun(conn: Connection, member: Member, redemption_id: int) -> Payment:
    found = rewards.redemption_for(conn, member.customer_id, redemption_id)[0]
    if found.state != "awaiting_payment":
        raise Conflict(reason="there is nothing to pay.", reason_zh="该兑换无需支付。")
    return payments.payment_of_key(conn, f"redemption:{found.id}")


def _own(conn: Connection, customer_id: int, transfer_id: int) -> Transfer:
    found = payments.transfer_of(conn, transfer_id)
    if identity.living(conn, found.customer_id) != identity.living(conn, customer_id):
        raise NotFound(what="transfer", what_zh="转账单", key=transfer_id)
    return found


def _transfer(one: Transfer) -> OwnTransfer:
    until = one.changed_at + _TO_TAKE if one.state in {"new", "waiting"} else None
    return OwnTransfer(
        id=one.id, remark=one.remark, fen=one.fen, state=one.state, created_at=one.created_at, until=until
    )
