"""The API of the rules of earning."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.engines.versions.types import Version
from siyu.loyalty import service
from siyu.loyalty.http.accounts import CanManage, CanSee
from siyu.loyalty.http.previewing import MonthPreviewRead
from siyu.loyalty.types import EarningRules

router = Router(prefix="/api/v1/ledger/earning", tags=["ledger"], responses=ERROR_RESPONSES)


class EarningRead(BaseModel):
    version: int = Field(description="0: nobody ever made any.")
    rules: EarningRules
    at: datetime | None
    actor: str
    reason: str


class EarningWanted(BaseModel):
    rules: dict[str, Any] = Field(description="All of them, as they are read.")


class EarningChange(BaseModel):
    version: int = Field(description="Of the rules that were changed.")
    rules: dict[str, Any] = Field(description="All of them, as they are read.")
    reason: Annotated[str, Field(min_length=3, max_length=500, description="Kept in the audit.")]


@router.get("")
def earning(_: CanSee, conn: Conn) -> EarningRead:
    """The rules in force: for what customers earn."""
    return _read(service.earning(conn))


@router.get("/versions")
def versions(_: CanSee, conn: Conn, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> list[EarningRead]:
    """How they were changed, newest first."""
    return [_read(one) for one in service.earning_versions(conn, limit)]


@router.put("")
def change(wanted: EarningChange, principal: CanManage, conn: Conn, now: Now) -> EarningRead:
    """Have other rules in force, for orders that have earned nothing yet."""
    changed = service.read_earning(wanted.rules)
    return _read(service.change_earning(conn, principal, changed, wanted.version, wanted.reason, now))


@router.post("/preview")
def preview(wanted: EarningWanted, principal: CanManage, conn: Conn, now: Now) -> MonthPreviewRead:
    """By other rules, what the orders bought last month would have earned. Nothing is changed; all of them are read."""
    found = service.preview_earning(conn, principal, service.read_earning(wanted.rules), now)
    return MonthPreviewRead.model_validate(found)


def _read(found: Version[EarningRules] | None) -> EarningRead:
    if found is None:
        return EarningRead(version=0, rules=EarningRules(), at=None, actor="", reason="")
    return EarningRead(version=found.version, rules=found.rules, at=found.at, actor=found.actor, reason=found.reason)
