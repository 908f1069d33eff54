"""The API of check-in: its rules, a customer's month, checking in for them."""

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.engines.versions.types import Version
from siyu.loyalty import service
from siyu.loyalty.http.accounts import CanManage, CanSee, PathNumber
from siyu.loyalty.http.by_hand import CanPost
from siyu.loyalty.http.previewing import MonthPreviewRead
from siyu.loyalty.types import CheckedIn, CheckInRules, Reward

router = Router(prefix="/api/v1/ledger/check_in", tags=["ledger"], responses=ERROR_RESPONSES)


class CheckInRulesRead(BaseModel):
    version: int = Field(description="0: nobody ever made any.")
    rules: CheckInRules
    at: datetime | None
    actor: str
    reason: str


class CheckInWanted(BaseModel):
    rules: dict[str, Any] = Field(description="All of them, as they are read.")


class CheckInChange(BaseModel):
    version: int = Field(description="Of the rules that were changed.")
    rules: dict[str, Any] = Field(description="All of them, as they are read.")
    reason: Annotated[str, Field(min_length=3, max_length=500, description="Kept in the audit.")]


class CheckInDayRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    day: date
    streak: int = Field(description="How many days in a row it completes.")
    made_up: bool = Field(description="With a card, later.")


class CalendarRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    customer_id: int
    days: list[CheckInDayRead]
    streak: int = Field(description="Days in a row up to today, or to yesterday while today is open.")
    cards: int = Field(description="How many days they may make up for.")
    today: date = Field(description="On the brand's clock.")


class CheckedInRead(CheckInDayRead):
    customer_id: int
    rewards: list[Reward]
    repeated: bool


class MadeUp(BaseModel):
    day: date


@router.get("")
def rules(_: CanSee, conn: Conn) -> CheckInRulesRead:
    """What checking in gives."""
    return _read(service.check_in_rules(conn))


@router.get("/versions")
def versions(_: CanSee, conn: Conn, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> list[CheckInRulesRead]:
    """How that was changed, newest first."""
    return [_read(one) for one in service.check_in_versions(conn, limit)]


@router.put("")
def change(wanted: CheckInChange, principal: CanManage, conn: Conn, now: Now) -> CheckInRulesRead:
    """Have checking in give something else, for days to come."""
    changed = service.read_check_in(wanted.rules)
    return _read(service.change_check_in(conn, principal, changed, wanted.version, wanted.reason, now))


@router.get("/customers/{customer_id}")
def calendar(
    customer_id: PathNumber,
    _: CanSee,
    conn: Conn,
    now: Now,
    year: Annotated[int, Query(ge=2000, le=9998)],
    month: Annotated[int, Query(ge=1, le=12)],
) -> CalendarRead:
    """A month of a customer."""
    return CalendarRead.model_validate(service.check_ins(conn, customer_id, year, month, now))


@router.post("/customers/{customer_id}")
def check_in(customer_id: PathNumber, principal: CanPost, conn: Conn, now: Now) -> CheckedInRead:
    """Check a customer in for today. Safe to repeat: a day counts, and gives, once."""
    return _made(service.check_in_for(conn, principal, customer_id, now))


@router.post("/customers/{customer_id}/make_up")
def make_up(customer_id: PathNumber, wanted: MadeUp, principal: CanPost, conn: Conn, now: Now) -> CheckedInRead:
    """Have one of their cards make up for a day that was missed. Safe to repeat: a day costs one card."""
    return _made(service.make_up_for(conn, principal, customer_id, wanted.day, now))


def _made(found: CheckedIn) -> CheckedInRead:
    return CheckedInRead.model_validate(found)


@router.post("/preview")
def preview(wanted: CheckInWanted, principal: CanManage, conn: Conn, now: Now) -> MonthPreviewRead:
    """By other rules, what the check-ins of last month would have given. Nothing is changed; all of them are read."""
    found = service.preview_check_in(conn, principal, service.read_check_in(wanted.rules), now)
    return MonthPreviewRead.model_validate(found)


def _read(found: Version[CheckInRules] | None) -> CheckInRulesRead:
    if found is None:
        return CheckInRulesRead(version=0, rules=CheckInRules(), at=None, actor="", reason="")
    return CheckInRulesRead(
        version=found.version, rules=found.rules, at=found.at, actor=found.actor, reason=found.reason
    )
