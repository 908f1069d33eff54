"""The API of postings by hand, and of taking a transaction back."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field

from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Id, Now, Router, needs
from siyu.loyalty import service
from siyu.loyalty.http.accounts import CanSee, PathNumber
from siyu.loyalty.types import ByHand, Posted

router = Router(prefix="/api/v1/ledger", tags=["ledger"], responses=ERROR_RESPONSES)

CanPost = Annotated[Principal, needs("ledger.post")]
CanApprove = Annotated[Principal, needs("ledger.approve")]
Key = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_.:-]{8,100}$", description="Of this request: a repeat posts nothing twice.")
]
Words = Annotated[str, Field(min_length=3, max_length=500, description="Kept with the transaction and in the audit.")]
State = Literal["waiting", "posted", "refused"]


class ByHandNew(BaseModel):
    key: Key
    customer_id: Id
    unit: Annotated[str, Field(max_length=80)] = "points"
    amount: Annotated[int, Field(ge=-(10**15), le=10**15, description="Below zero it is taken.")]
    expires_at: AwareDatetime | None = None
    reason: Words


class ByHandRead(BaseModel):
    id: int
    key: str
    customer_id: int
    unit: str
    amount: int
    expires_at: datetime | None
    reason: str
    asked_by: str
    asked_at: datetime
    state: State = Field(description="`waiting`: for a second person.")
    decided_by: str
    decided_at: datetime | None
    transaction_id: int | None


class Reversal(BaseModel):
    key: Key
    reason: Words


class ChangeRead(BaseModel):
    kind: str
    owner: int
    unit: str
    amount: int
    balance: int | None


class PostedRead(BaseModel):
    transaction_id: int
    changes: list[ChangeRead]
    repeated: bool


@router.post("/by_hand")
def post_by_hand(wanted: ByHandNew, principal: CanPost, conn: Conn, now: Now) -> ByHandRead:
    """Give a customer something or take it. Above the unit's limit it waits for a second person."""
    made = service.post_by_hand(
        conn,
        principal,
        key=wanted.key,
        customer_id=wanted.customer_id,
        unit=wanted.unit,
        amount=wanted.amount,
        reason=wanted.reason,
        now=now,
        expires_at=wanted.expires_at,
    )
    return _read(made)


@router.get("/by_hand")
def list_by_hand(
    _: CanSee,
    conn: Conn,
    state: State | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only older ones.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[ByHandRead]:
    """What was asked for by hand, newest first."""
    return [_read(one) for one in service.by_hand(conn, state=state, before=before, limit=limit)]


@router.post("/by_hand/{asked_id}/approve")
def approve(asked_id: PathNumber, principal: CanApprove, conn: Conn, now: Now) -> ByHandRead:
    """Have what somebody else asked for be posted. Safe to repeat."""
    return _read(service.approve(conn, principal, asked_id, now))


@router.post("/by_hand/{asked_id}/refuse")
def refuse(asked_id: PathNumber, principal: CanApprove, conn: Conn, now: Now) -> ByHandRead:
    """Have what somebody asked for not be posted. Safe to repeat."""
    return _read(service.refuse(conn, principal, asked_id, now))


@router.post("/transactions/{transaction_id}/reverse")
def reverse(transaction_id: PathNumber, wanted: Reversal, principal: CanApprove, conn: Conn, now: Now) -> PostedRead:
    """Take a transaction back in whole, once, by a new one that names it."""
    done = service.reverse(conn, principal, transaction_id, key=wanted.key, reason=wanted.reason, now=now)
    return _posted(done)


def _read(one: ByHand) -> ByHandRead:
    names = set(ByHandRead.model_fields) - {"customer_id", "unit"}
    return ByHandRead(
        customer_id=one.account.owner, unit=one.account.unit, **{name: getattr(one, name) for name in names}
    )


def _posted(done: Posted) -> PostedRead:
    changes = [
        ChangeRead(
            kind=one.account.kind,
            owner=one.account.owner,
            unit=one.account.unit,
            amount=one.amount,
            balance=one.balance,
        )
        for one in done.changes
    ]
    return PostedRead(transaction_id=done.transaction_id, changes=changes, repeated=done.repeated)
