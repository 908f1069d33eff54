"""The API of applications: who applied, the chosen, what was sent, reports and their reward."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from siyu.engines.http import ERROR_RESPONSES, Conn, Id, Now, Router
from siyu.trials import service
from siyu.trials.http.trials import CanSee, CanServe, PathNumber
from siyu.trials.types import APPLICATION_STATES, Application, ApplicationState

router = Router(prefix="/api/v1/trials", tags=["trials"], responses=ERROR_RESPONSES)

Ids = Annotated[list[Id], Field(min_length=1, max_length=1000)]


class ApplicationRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    trial_id: int
    customer_id: int
    state: ApplicationState
    counts: bool = Field(description="Of two people who were merged, one application counts.")
    text: str = Field(description="Why they.")
    answers: list[str] = Field(description="To the questions of the trial, in their order.")
    applied_at: datetime
    changed_at: datetime
    chosen_at: datetime | None
    sent_at: datetime | None
    parcel: str
    due_at: datetime | None = Field(description="Until then they may report.")
    stars: int | None
    report: str
    reported_at: datetime | None
    note: str = Field(description="Why the report was sent back.")
    rewarded_at: datetime | None
    barred_until: datetime | None


class Applications(BaseModel):
    applications: list[ApplicationRead] = Field(description="Newest first.")
    next: str | None


class ApplicationOf(ApplicationRead):
    name: str = Field(description="Of the trial.")


class ApplicationsNamed(BaseModel):
    application_ids: Ids


class PiecesSent(BaseModel):
    application_ids: Ids
    parcel: Annotated[str, Field(max_length=200, description="Its number, or how it went; the customer reads it.")] = ""


class ReportsSentBack(BaseModel):
    application_ids: Ids
    note: Annotated[str, Field(min_length=3, max_length=500, description="What is missing; the customer reads it.")]


@router.get("/{trial_id}/applications")
def applications(
    trial_id: PathNumber,
    _: CanSee,
    conn: Conn,
    state: Annotated[list[ApplicationState] | None, Query(description="Only those; several may be named.")] = None,
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Applications:
    """Who applied, newest first."""
    page = service.applications(conn, trial_id, states=state or APPLICATION_STATES, cursor=cursor, limit=limit)
    return Applications(applications=_read(page.applications), next=page.next)


@router.get("/customers/{customer_id}")
def of_customer(
    customer_id: PathNumber,
    _: CanSee,
    conn: Conn,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only older ones.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[ApplicationOf]:
    """What a customer has applied for, newest first."""
    found = service.applications_of(conn, customer_id, before=before, limit=limit)
    return [ApplicationOf(**dict(ApplicationRead.model_validate(one)), name=of.terms.name) for one, of in found]


@router.post("/{trial_id}/choose")
def choose(
    trial_id: PathNumber, wanted: ApplicationsNamed, principal: CanServe, conn: Conn, now: Now
) -> list[ApplicationRead]:
    """Choose these by hand: all of them, or none. Safe to repeat."""
    return _read(service.choose(conn, principal, trial_id, wanted.application_ids, now))


@router.post("/{trial_id}/send")
def send(trial_id: PathNumber, wanted: PiecesSent, principal: CanServe, conn: Conn, now: Now) -> list[ApplicationRead]:
    """Say that their pieces were sent. Safe to repeat."""
    return _read(service.send_pieces(conn, principal, trial_id, wanted.application_ids, wanted.parcel, now))


@router.post("/{trial_id}/approve")
def approve(
    trial_id: PathNumber, wanted: ApplicationsNamed, principal: CanServe, conn: Conn, now: Now
) -> list[ApplicationRead]:
    """Approve their reports; each is rewarded once. Safe to repeat."""
    return _read(service.approve(conn, principal, trial_id, wanted.application_ids, now))


@router.post("/{trial_id}/send_back")
def send_back(
    trial_id: PathNumber, wanted: ReportsSentBack, principal: CanServe, conn: Conn, now: Now
) -> list[ApplicationRead]:
    """Have their reports be written again. Safe to repeat."""
    return _read(service.send_back(conn, principal, trial_id, wanted.application_ids, wanted.note, now))


def _read(found: Iterable[Application]) -> list[ApplicationRead]:
    return [ApplicationRead.model_validate(one) for one in found]
