"""The first page of a member: what they have, what comes next, what there is to do."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field
from sqlalchemy import Connection

from siyu.customers import service as customers
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.engines.vault import service as vault
from siyu.engines.zone import here
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import CheckInRules, Reward, TaskState, customer
from siyu.members.http import Asking
from siyu.members.types import Member
from siyu.payments import service as payments
from siyu.rewards import service as rewards

router = Router(prefix="/member/v1", tags=["members"], responses=ERROR_RESPONSES)


class PointsRead(BaseModel):
    available: int = Field(description="What can be spent now.")
    pending: int = Field(description="What can be spent only later.")
    owed: int = Field(description="What later points pay first.")
    next_expiry: datetime | None = Field(description="When the next of them end.")


class TierRead(BaseModel):
    name: str
    benefits: list[str]
    until: datetime | None = Field(description="They have fallen under it and keep it until then; null: they have not.")


class NextTier(BaseModel):
    name: str
    by: Literal["growth", "spend", "orders"] = Field(description="What counts; `spend` in fen.")
    figure: int = Field(description="What they have of it.")
    at_least: int
    missing: int


class NextReward(BaseModel):
    days: int = Field(description="Days in a row that give it.")
    left: int = Field(description="So many of them are missing.")
    rewards: list[Reward]


class CheckInNow(BaseModel):
    today: bool = Field(description="They have checked in today.")
    streak: int
    daily: list[Reward]
    next_reward: NextReward | None


class MemberTaskRead(BaseModel):
    code: str
    name: str
    rewards: list[Reward]
    every: str
    open: bool = Field(description="They can do it today.")
    done_at: datetime | None = Field(description="When they did it in the present period.")
    fact: str = Field(description="What fulfils it: the page knows the way to some.")


class NextOffer(BaseModel):
    id: int
    name: str
    points: int
    missing: int = Field(description="Points they have to get for it; 0: they can have it now.")


class HomeRead(BaseModel):
    name: str = Field(description="Masked; empty where nobody told it.")
    points: PointsRead
    tier: TierRead | None = Field(description="Null where the brand has no tiers.")
    next_tier: NextTier | None
    next_offer: NextOffer | None = Field(description="What they can have for points next; null: nothing is offered.")
    check_in: CheckInNow | None = Field(description="Null where the brand has no check-in.")
    tasks: list[MemberTaskRead]
    to_take: int = Field(description="Transfers that wait for them to take the money, of the latest 50.")


@router.get("/home")
def home(member: Asking, conn: Conn, now: Now) -> HomeRead:
    """Points, tier and what is missing to the next, the next reward to come, tasks."""
    (points,) = loyalty.balances(conn, [customer(member.customer_id, "points")], now)
    tier, ahead = _tier(conn, member.customer_id, now)
    rules = loyalty.check_in_rules(conn)
    return HomeRead(
        name=_name(conn, member.customer_id),
        points=PointsRead(
            available=points.available, pending=points.pending, owed=points.owed, next_expiry=points.next_expiry
        ),
        tier=tier,
        next_tier=ahead,
        next_offer=_next_offer(conn, member.customer_id, points.available, now),
        check_in=_check_in(conn, member, rules.rules, now) if rules else None,
        tasks=_tasks(conn, member, now),
        to_take=len(payments.transfers(conn, customer_id=member.customer_id, state="waiting")),
    )


@router.get("/tasks")
def tasks(member: Asking, conn: Conn, now: Now) -> list[MemberTaskRead]:
    """Every task, and how they stand with it."""
    return _tasks(conn, member, now)


def _name(conn: Connection, customer_id: int) -> str:
    item = customers.personal_items(conn, customer_id).get("name")
    return vault.masked(conn, [item]).get(item[1], "") if item else ""


def _tasks(conn: Connection, member: Member, now: datetime) -> list[MemberTaskRead]:
    return [_task(one) for one in loyalty.tasks_of(conn, member.customer_id, now) if _shown(one)]


def _shown(one: TaskState) -> bool:
    """What is of another season, or what a series has not come to yet, is no promise to make."""
    return one.open or one.times > 0


def _task(one: TaskState) -> MemberTaskRead:
    task = one.task
    return MemberTaskRead(
        code=task.code,
        name=task.name,
        rewards=task.rewards,
        every=task.every,
        open=one.open,
        done_at=one.done_at,
        fact=task.fact,
    )


def _next_offer(conn: Connection, customer_id: int, points: int, now: datetime) -> NextOffer | None:
    """The cheapest that is beyond what they have, else the dearest within it."""
    found = [one.offer for one in rewards.offers_for(conn, customer_id, now) if one.stands == "open"]
    priced = sorted((one.terms.points, one.id, one.terms.name) for one in found if one.terms.points)
    if not priced:
        return None
    price, offer_id, name = next((one for one in priced if one[0] > points), priced[-1])
    return NextOffer(id=offer_id, name=name, points=price, missing=max(price - points, 0))


def _tier(conn: Connection, customer_id: int, now: datetime) -> tuple[TierRead | None, NextTier | None]:
    standing, ahead = loyalty.tier_of(conn, customer_id), loyalty.tier_ahead(conn, customer_id, now)
    if standing is None:
        return None, None
    own = TierRead(name=standing.tier.name, benefits=standing.tier.benefits, until=standing.until)
    if ahead is None:
        return own, None
    above = ahead.tier
    return own, NextTier(
        name=above.name, by=standing.by, figure=ahead.figure, at_least=above.at_least, missing=ahead.missing
    )


def _check_in(conn: Connection, member: Member, rules: CheckInRules, now: datetime) -> CheckInNow:
    day = here(now).date()
    calendar = loyalty.check_ins(conn, member.customer_id, day.year, day.month, now)
    ahead = next((one for one in rules.streaks if one.days > calendar.streak), None)
    return CheckInNow(
        today=any(one.day == calendar.today for one in calendar.days),
        streak=calendar.streak,
        daily=rules.daily,
        next_reward=NextReward(days=ahead.days, left=ahead.days - calendar.streak, rewards=ahead.rewards)
        if ahead
        else None,
    )
