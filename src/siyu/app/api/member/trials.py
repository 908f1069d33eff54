"""A member applies for trials, sees how far they are, and reports."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import customer
from siyu.members import service as members
from siyu.members.http import Asking, Key
from siyu.members.types import Member
from siyu.trials import service as trials
from siyu.trials.types import Application, ApplicationState, How, Trial, TrialShown, TrialStands

router = Router(prefix="/member/v1", tags=["members"], responses=ERROR_RESPONSES)

Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


class OwnApplication(BaseModel):
    id: int = Field(description="Its number; by it anybody finds it in the draw.")
    trial_id: int
    name: str = Field(description="Of the trial.")
    state: ApplicationState
    text: str
    answers: list[str]
    applied_at: datetime
    parcel: str = Field(description="What was said when the piece was sent.")
    due_at: datetime | None = Field(description="Until then they may report.")
    stars: int | None
    report: str
    note: str = Field(description="Why the report was sent back.")
    reward_points: int = Field(description="That a report earns.")
    reward_coupon: bool = Field(description="It earns a coupon.")
    barred_until: datetime | None = Field(description="Until then they may not apply for anything.")


class OwnTrial(BaseModel):
    id: int
    name: str
    about: str
    pieces: int
    worth_fen: int = Field(description="What one piece is sold for; 0: it is not said.")
    opens_at: datetime
    closes_at: datetime
    chosen_by: datetime
    reports_until: datetime
    how: How
    tiers: list[str] = Field(description="Names of the tiers that it is for; empty: everybody.")
    points: int = Field(description="That an application costs; they go back to who is not chosen.")
    questions: list[str]
    reward_points: int
    reward_coupon: bool
    least_words: int
    barred_days: int
    round_id: int | None = Field(description="Of the draw that anybody can verify; null: chosen by hand.")
    stands: TrialStands = Field(description="Whether they can apply now, and why not; points are not looked at.")
    applied: int = Field(description="How many have applied.")
    own: OwnApplication | None


class OwnTrials(BaseModel):
    now: datetime = Field(description="By this clock it begins and ends.")
    points: int = Field(description="What they can spend.")
    trials: list[OwnTrial]


class OwnTrialNow(BaseModel):
    now: datetime
    points: int = Field(description="What they can spend.")
    trial: OwnTrial


class OwnApplications(BaseModel):
    now: datetime
    applications: list[OwnApplication] = Field(description="Newest first.")
    next: int | None = Field(description="`before` of the following page.")


class Applying(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=1000, description="Why they.")]
    answers: Annotated[list[Annotated[str, Field(max_length=500)]], Field(max_length=10)] = []


class Reporting(BaseModel):
    model_config = ConfigDict(extra="forbid")

    stars: Annotated[int, Field(ge=1, le=5)]
    text: Annotated[str, Field(max_length=5000)]


@router.get("/trials")
def own_trials(member: Asking, conn: Conn, now: Now) -> OwnTrials:
    """What can be applied for now or later, or waits for the choice, as it stands for them."""
    found = trials.trials_for(conn, member.customer_id, now)
    names = _tier_names(conn)
    points = _points(conn, member, now)
    return OwnTrials(now=now, points=points, trials=[_trial(one, names) for one in found])


@router.get("/trials/{trial_id}")
def own_trial(trial_id: Number, member: Asking, conn: Conn, now: Now) -> OwnTrialNow:
    """One trial, as it stands for them."""
    found = trials.trial_for(conn, member.customer_id, trial_id, now)
    return OwnTrialNow(now=now, points=_points(conn, member, now), trial=_trial(found, _tier_names(conn)))


@router.post("/trials/{trial_id}/apply")
def apply_for(trial_id: Number, member: Asking, key: Key, wanted: Applying, conn: Conn, now: Now) -> OwnApplication:
    """Apply, once; points that it costs are held."""

    def act() -> dict[str, Any]:
        made = trials.apply_for(conn, member.customer_id, trial_id, wanted.text, wanted.answers, now)
        return _told(conn, member, made, now)

    given = {"apply": trial_id, **wanted.model_dump()}
    return OwnApplication.model_validate(members.once(conn, member, key, given, now, act))


@router.post("/trials/{trial_id}/withdraw")
def withdraw(trial_id: Number, member: Asking, key: Key, conn: Conn, now: Now) -> OwnApplication:
    """Take the application back, while nobody was chosen by it; points go back."""

    def act() -> dict[str, Any]:
        return _told(conn, member, trials.withdraw(conn, member.customer_id, trial_id, now), now)

    return OwnApplication.model_validate(members.once(conn, member, key, {"withdraw": trial_id}, now, act))


@router.post("/trials/{trial_id}/report")
def report(trial_id: Number, member: Asking, key: Key, wanted: Reporting, conn: Conn, now: Now) -> OwnApplication:
    """Report on what they were sent, or write a report again that was sent back."""

    def act() -> dict[str, Any]:
        done = trials.report(conn, member.customer_id, trial_id, wanted.stars, wanted.text, now)
        return _told(conn, member, done, now)

    given = {"report": trial_id, **wanted.model_dump()}
    return OwnApplication.model_validate(members.once(conn, member, key, given, now, act))


@router.get("/applications")
def own_applications(
    member: Asking,
    conn: Conn,
    now: Now,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only older ones.")] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> OwnApplications:
    """What they have applied for, and how far that is."""
    found = trials.applications_of(conn, member.customer_id, before=before, limit=limit + 1)
    shown = found[:limit]
    more = shown[-1][0].id if len(found) > limit else None
    return OwnApplications(now=now, applications=[_application(*one) for one in shown], next=more)


def _told(conn: Conn, member: Member, one: Application, now: datetime) -> dict[str, Any]:
    of = trials.trial_for(conn, member.customer_id, one.trial_id, now).trial
    return _application(one, of).model_dump(mode="json")


def _points(conn: Conn, member: Member, now: datetime) -> int:
    return loyalty.balances(conn, [customer(member.customer_id, "points")], now)[0].available


def _tier_names(conn: Conn) -> dict[str, str]:
    found = loyalty.tiers(conn)
    return {one.code: one.name for one in found.rules.tiers} if found else {}


def _trial(shown: TrialShown, names: dict[str, str]) -> OwnTrial:
    trial, terms = shown.trial, shown.trial.terms
    same = ("name", "about", "pieces", "worth_fen", "opens_at", "closes_at", "chosen_by", "reports_until", "how")
    more = ("points", "questions", "reward_points", "least_words", "barred_days")
    return OwnTrial(
        id=trial.id,
        tiers=[names.get(code, code) for code in terms.tiers],
        reward_coupon=terms.reward_coupon_id is not None,
        round_id=trial.round_id,
        stands=shown.stands,
        applied=shown.applied,
        own=_application(shown.own, trial) if shown.own else None,
        **{name: getattr(terms, name) for name in (*same, *more)},
    )


def _application(one: Application, of: Trial) -> OwnApplication:
    names = ("id", "trial_id", "state", "text", "applied_at", "parcel", "due_at", "stars", "report", "note")
    return OwnApplication(
        name=of.terms.name,
        answers=list(one.answers),
        reward_points=of.terms.reward_points,
        reward_coupon=of.terms.reward_coupon_id is not None,
        barred_until=one.barred_until,
        **{name: getattr(one, name) for name in names},
    )
