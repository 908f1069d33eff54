"""The API of trials: drafted, put live, settled and ended, with their figures."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, Field

from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs
from siyu.trials import service
from siyu.trials.types import TRIAL_STATES, Trial, TrialRead, TrialState, TrialTerms

router = Router(prefix="/api/v1/trials", tags=["trials"], responses=ERROR_RESPONSES)

CanSee = Annotated[Principal, needs("trials.read")]
CanServe = Annotated[Principal, needs("trials.serve")]
CanManage = Annotated[Principal, needs("trials.manage")]
PathNumber = Annotated[int, Path(ge=1, le=2**63 - 1)]


class TrialNew(BaseModel):
    terms: dict[str, Any] = Field(description="As they are read.")


class TrialChange(BaseModel):
    version: int = Field(description="Of the terms that were changed.")
    terms: dict[str, Any] = Field(description="All of them, as they are read.")


class TrialEnd(BaseModel):
    reason: Annotated[str, Field(min_length=3, max_length=500, description="Kept in the audit.")]


class TrialLine(BaseModel):
    id: int
    terms: TrialTerms
    state: TrialState = Field(description="`chosen`: those who were not chosen know it.")
    version: int
    round_id: int | None = Field(description="Of draws, in which its chosen are drawn; null: by hand, or never live.")
    created_at: datetime
    changed_at: datetime


class TrialFigures(TrialLine):
    left: int = Field(description="Pieces that can still be given to somebody.")
    applied: int = Field(description="Applications but those that were withdrawn.")
    chosen: int = Field(description="Of them, who got a piece or will get it.")
    sent: int = Field(description="Of them, to whom it was sent.")
    reported: int = Field(description="Of them, who reported, whatever is thought of it.")
    rewarded: int = Field(description="Of them, whose report was approved.")
    missed: int = Field(description="Who was sent a piece and did not report in time.")
    waiting: int = Field(description="Reports that somebody has to look at.")
    stars: int | None = Field(description="Of all reports, on average, in hundredths; null: there is none.")


@router.get("")
def trials(
    _: CanSee,
    conn: Conn,
    now: Now,
    state: TrialState | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only older ones.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[TrialFigures]:
    """Trials with their figures, newest first."""
    states = (state,) if state else TRIAL_STATES
    return [_figures(one) for one in service.trials(conn, now, states=states, before=before, limit=limit)]


@router.post("", status_code=201)
def make(wanted: TrialNew, principal: CanManage, conn: Conn, now: Now) -> TrialLine:
    """Draft a trial."""
    return _line(service.make_trial(conn, principal, service.read_trial(wanted.terms), now))


@router.get("/{trial_id}")
def trial(trial_id: PathNumber, _: CanSee, conn: Conn, now: Now) -> TrialFigures:
    """One trial with its figures."""
    return _figures(service.trial(conn, trial_id, now))


@router.put("/{trial_id}")
def change(trial_id: PathNumber, wanted: TrialChange, principal: CanManage, conn: Conn, now: Now) -> TrialLine:
    """Change the terms of a trial; once it was live only its description and a later end for reports. Safe to repeat."""
    terms = service.read_trial(wanted.terms)
    return _line(service.change_trial(conn, principal, trial_id, terms, wanted.version, now))


@router.post("/{trial_id}/start")
def start(trial_id: PathNumber, principal: CanManage, conn: Conn, now: Now) -> TrialLine:
    """Put a trial live. Where its chosen are drawn, the hash of the seed is told from now on. Safe to repeat."""
    return _line(service.start_trial(conn, principal, trial_id, now))


@router.post("/{trial_id}/settle")
def settle(trial_id: PathNumber, principal: CanServe, conn: Conn, now: Now) -> TrialLine:
    """Have the choosing be over: what is drawn is drawn, all others are told and get their points back. Safe to repeat."""
    return _line(service.settle_trial(conn, principal, trial_id, now))


@router.post("/{trial_id}/end")
def end(trial_id: PathNumber, wanted: TrialEnd, principal: CanManage, conn: Conn, now: Now) -> TrialLine:
    """End a trial before its time. Who has no piece yet gets the points back. Safe to repeat."""
    return _line(service.end_trial(conn, principal, trial_id, wanted.reason, now))


def _line(one: Trial) -> TrialLine:
    return TrialLine(**{name: getattr(one, name) for name in TrialLine.model_fields})


def _figures(found: TrialRead) -> TrialFigures:
    names = set(TrialFigures.model_fields) - set(TrialLine.model_fields)
    return TrialFigures(**dict(_line(found.trial)), **{name: getattr(found, name) for name in names})
