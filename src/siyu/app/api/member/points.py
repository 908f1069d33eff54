"""A member's points: how many, why, until when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import Query
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from siyu.app.api.member.home import PointsRead
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import customer
from siyu.members.http import Asking

router = Router(prefix="/member/v1/points", tags=["members"], responses=ERROR_RESPONSES)

What = Literal[
    "order", "refund", "task", "check_in", "streak", "by_hand", "spent", "held", "given_back", "expired", "joined", "other",
    "redemption", "draw", "trial",
]  # fmt: skip
_REASONS: Final[Mapping[str, What]] = {
    "order": "order",
    "refund": "refund",
    "task": "task",
    "check_in": "check_in",
    "by_hand": "by_hand",
    "redemption": "redemption",
    "draw": "draw",
    "trial": "trial",
    "cancelled": "given_back",
}
_KINDS: Final[Mapping[str, What]] = {
    "held": "held",
    "confirmed": "spent",
    "released": "given_back",
    "ran_out": "given_back",
    "expired": "expired",
    "merged": "joined",
    "split": "joined",
}


class PointsEntry(BaseModel):
    at: datetime
    amount: int = Field(description="Below zero: taken.")
    balance: int | None
    what: What
    name: str = Field(description="The task, or the number of the order; empty otherwise.")


class PointsEntries(BaseModel):
    entries: list[PointsEntry] = Field(description="Newest first.")
    next: str | None


class PointsLot(BaseModel):
    remaining: int
    expires_at: datetime | None
    available_from: datetime | None
    what: What
    name: str
    at: datetime


class PointsWhy(BaseModel):
    points: PointsRead
    lots: list[PointsLot] = Field(description="What the balance is made of, the first to end first.")


@router.get("")
def why(member: Asking, conn: Conn, now: Now) -> PointsWhy:
    """What they have, and what is left of what they got."""
    found = loyalty.why(conn, customer(member.customer_id, "points"), now)
    standing, names = found.standing, _names(conn)
    return PointsWhy(
        points=PointsRead(
            available=standing.available,
            pending=standing.pending,
            owed=standing.owed,
            next_expiry=standing.next_expiry,
        ),
        lots=[
            PointsLot(
                remaining=one.remaining,
                expires_at=one.expires_at,
                available_from=one.available_from,
                what=_REASONS.get(one.reason, "other"),
                name=_name(one.source, names),
                at=one.effective_at,
            )
            for one in found.lots
        ],
    )


@router.get("/entries")
def entries(
    member: Asking,
    conn: Conn,
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> PointsEntries:
    """Every change of their points. What an operator wrote beside one is not for them."""
    names = _names(conn)
    page = loyalty.entries(conn, customer(member.customer_id, "points"), cursor=cursor, limit=limit)
    return PointsEntries(
        entries=[
            PointsEntry(
                at=one.effective_at,
                amount=one.amount,
                balance=one.balance,
                what=_what(one.kind, one.reason, one.key),
                name=_name(one.source, names),
            )
            for one in page.entries
        ],
        next=page.next,
    )


def _what(kind: str, reason: str, key: str) -> What:
    if key.startswith("streak:"):
        return "streak"
    return _KINDS.get(kind) or _REASONS.get(reason, "other")


def _names(conn: Connection) -> dict[str, str]:
    found = loyalty.tasks(conn)
    return {task.code: task.name for task in found.rules.tasks} if found else {}


def _name(source: str, names: Mapping[str, str]) -> str:
    """Sources are ``task:<code>`` and ``order:<platform>:<shop>:<number>``; others are none of theirs."""
    word, _, rest = source.partition(":")
    if word == "task":
        return names.get(rest, "")
    return rest.rpartition(":")[2] if word == "order" else ""
