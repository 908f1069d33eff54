"""The API of transfers."""

from datetime import datetime

from fastapi import Request
from pydantic import BaseModel, Field

from siyu.engines.http import ERROR_RESPONSES, Conn, Router
from siyu.payments import service
from siyu.payments.http.payments import Before, CanRefund, CanSee, CustomerId, Limit, PathNumber, Read, Reason
from siyu.payments.http.till import till_of
from siyu.payments.types import TransferState

router = Router(prefix="/api/v1/transfers", tags=["payments"], responses=ERROR_RESPONSES)


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


@router.post("/{transfer_id}/cancel")
def cancel(transfer_id: PathNumber, wanted: TransferCancel, principal: CanRefund, request: Request) -> TransferRead:
    """Take back a transfer that its customer has not confirmed. Safe to repeat."""
    done = service.cancel_transfer(till_of(request), principal, transfer_id, wanted.reason)
    return TransferRead.model_validate(done)
