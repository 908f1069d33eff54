"""The API of transfers."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field

from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Id, Router, needs
from siyu.kernel.errors import TryLater
from siyu.payments import service
from siyu.payments.http.payments import Before, CanRefund, CanSee, CustomerId, Limit, PathNumber, Read, Reason
from siyu.payments.http.till import till_of
from siyu.payments.types import TransferState

router = Router(prefix="/api/v1/transfers", tags=["payments"], responses=ERROR_RESPONSES)

CanPay = Annotated[Principal, needs("payments.pay")]


class TransferRead(Read):
    id: int
    merchant_id: int
    number: str = Field(description="By which the platform knows it.")
    customer_id: int
    about: str
    remark: str
    fen: int
    state: TransferState = Field(description="`waiting`: for the customer, who has a day to confirm it.")
    platform_id: str
    failed_for: str = Field(description="The platform's word on why.")
    created_at: datetime
    changed_at: datetime


class TransferNew(BaseModel):
    key: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_.:-]{8,100}$", description="Of this request: a repeat pays nothing twice.")
    ]
    customer_id: Id
    fen: Annotated[int, Field(ge=10, le=199_999)]
    remark: Annotated[str, Field(min_length=1, max_length=32, description="What the member reads.")]
    reason: Reason


class TransferCancel(BaseModel):
    reason: Reason


@router.get("")
def transfers(
    _: CanSee,
    conn: Conn,
    customer_id: CustomerId = None,
    state: TransferState | None = None,
    before: Before = None,
    limit: Limit = 50,
) -> list[TransferRead]:
    """Transfers, newest first."""
    found = service.transfers(conn, customer_id=customer_id, state=state, before=before, limit=limit)
    return [TransferRead.model_validate(one) for one in found]


@router.post("")
def pay(wanted: TransferNew, principal: CanPay, request: Request) -> TransferRead:
    """Pay a member, who has a day to take it in WeChat. Safe to repeat. Where the platform does not answer it stays `new`."""
    till = till_of(request)
    with till.database.transaction() as conn:
        made = service.transfer_by_hand(
            conn,
            principal,
            wanted.customer_id,
            fen=wanted.fen,
            remark=wanted.remark,
            reason=wanted.reason,
            key=f"by_hand:{wanted.key}",
            now=till.clock.now(),
        )
    with suppress(TryLater):
        made = service.send_transfer(till, made.id)
    return TransferRead.model_validate(made)


@router.post("/{transfer_id}/cancel")
def cancel(transfer_id: PathNumber, wanted: TransferCancel, principal: CanRefund, request: Request) -> TransferRead:
    """Take back a transfer that its customer has not confirmed. Safe to repeat."""
    done = service.cancel_transfer(till_of(request), principal, transfer_id, wanted.reason)
    return TransferRead.model_validate(done)
