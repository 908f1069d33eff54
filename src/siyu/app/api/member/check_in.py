"""A member checks in, and makes up for days."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.kernel.errors import NotFound
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import CheckedIn, CheckInRules, Reward, Streak
from siyu.members import service as members
from siyu.members.http import Asking, Key

router = Router(prefix="/member/v1/check_in", tags=["members"], responses=ERROR_RESPONSES)


class OwnDay(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    day: date
    streak: int = Field(description="How many days in a row it completes.")
    made_up: bool


class OwnMonth(BaseModel):
    days: list[OwnDay]
    streak: int
    cards: int = Field(description="How many days they may make up for.")
    today: date = Field(description="On the brand's clock.")
    make_up_from: date | None = Field(description="The first day a card makes up for; null: none.")
    daily: list[Reward]
    streaks: list[Streak]


class OwnReward(BaseModel):
    amount: int
    unit: str
    expires_days: int | None


class OwnCheckIn(BaseModel):
    day: date
    streak: int
    made_up: bool
    rewards: list[OwnReward]


class OwnMakeUp(BaseModel):
    model_config = ConfigDict(extra="forbid")

    day: date


@router.get("")
def month(
    member: Asking,
    conn: Conn,
    now: Now,
    year: Annotated[int, Query(ge=2000, le=9998)],
    month: Annotated[int, Query(ge=1, le=12)],
) -> OwnMonth:
    """A month, and what checking in gives."""
    rules = _rules(conn)
    found = loyalty.check_ins(conn, member.customer_id, year, month, now)
    return OwnMonth(
        days=[OwnDay.model_validate(one) for one in found.days],
        streak=found.streak,
        cards=found.cards,
        today=found.today,
        make_up_from=date.fromordinal(found.today.toordinal() - rules.make_up_days) if rules.make_up_days else None,
        daily=rules.daily,
        streaks=rules.streaks,
    )


@router.post("")
def check_in(member: Asking, key: Key, conn: Conn, now: Now) -> OwnCheckIn:
    """Check in for today, on the brand's clock. A day counts, and gives, once."""
    _rules(conn)

    def act() -> dict[str, Any]:
        return _told(loyalty.check_in(conn, member.customer_id, now))

    return OwnCheckIn.model_validate(members.once(conn, member, key, {"check_in": True}, now, act))


@router.post("/make_up")
def make_up(member: Asking, key: Key, wanted: OwnMakeUp, conn: Conn, now: Now) -> OwnCheckIn:
    """Have a card make up for a day that was missed. A day costs one card."""
    _rules(conn)

    def act() -> dict[str, Any]:
        return _told(loyalty.make_up(conn, member.customer_id, wanted.day, now))

    given = {"make_up": wanted.day.isoformat()}
    return OwnCheckIn.model_validate(members.once(conn, member, key, given, now, act))


def _rules(conn: Connection) -> CheckInRules:
    found = loyalty.check_in_rules(conn)
    if found is None:
        raise NotFound(what="check-in", what_zh="签到活动", key="check_in")
    return found.rules


def _told(done: CheckedIn) -> dict[str, Any]:
    rewards = [{"amount": one.amount, "unit": one.unit, "expires_days": one.expires_days} for one in done.rewards]
    return {"day": done.day.isoformat(), "streak": done.streak, "made_up": done.made_up, "rewards": rewards}
