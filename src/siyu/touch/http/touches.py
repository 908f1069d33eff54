"""The API of touches: why somebody got something or not, what is planned, and how programmes send."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Id, Now, Router, needs
from siyu.touch import service
from siyu.touch.http.rules import CanManage, CanSee, Why
from siyu.touch.types import Decision, Judged, Message, Purpose, Reason, Touch, TouchState, Wish

router = Router(prefix="/api/v1/touch", tags=["touch"], responses=ERROR_RESPONSES)

CanNote = Annotated[Principal, needs("touch.complaints")]
PathNumber = Annotated[int, Path(ge=1, le=2**63 - 1)]
Number = Annotated[int, Query(ge=1, le=2**63 - 1)]
Before = Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only what is older than the one with this id.")]
Limit = Annotated[int, Query(ge=1, le=200)]
Word = Annotated[str, Field(max_length=60)]


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ReasonRead(BaseModel):
    code: str
    effect: str = Field(description="`drop` and `defer` decide; `pass`: why a way was passed over for the next one.")
    details: dict[str, Any]
    en: str
    zh: str


class JudgedRead(BaseModel):
    at: datetime
    outcome: str = Field(description="send, defer or drop")
    until: datetime | None
    reasons: list[ReasonRead]


class WishRead(_Read):
    account_id: int
    way: str


class TouchRead(_Read):
    id: int
    key: str
    programme_id: int
    customer_id: int
    purpose: Purpose
    kinds: list[str]
    wishes: list[WishRead]
    value_fen: int
    not_before: datetime | None
    valid_until: datetime
    state: TouchState
    code: str = Field(description="The reason that decided; empty where none did.")
    account_id: int | None
    way: str
    subject_id: str
    staff_id: str
    proposed_at: datetime
    due_at: datetime | None = Field(description="When it is decided again, while it waits.")
    decided_at: datetime
    ended_at: datetime | None
    decisions: list[JudgedRead] = Field(description="Oldest first.")

    complained_at: datetime | None = Field(None, description="When it was written down that the customer complained.")


class PersonRead(BaseModel):
    customer_id: int
    left_alone_until: datetime | None
    left_alone_because: str
    planned: list[TouchRead] = Field(description="What comes first first.")
    touches: list[TouchRead] = Field(description="Newest first.")
    next_before: int | None


class CountRead(BaseModel):
    state: TouchState
    code: str
    count: int


class ProgrammeRead(BaseModel):
    programme_id: int
    state: str = Field(description="running, paused, or halted by the harm guard")
    at: datetime | None
    actor: str
    reason: str
    counts: list[CountRead]


class ProgrammeLine(BaseModel):
    programme_id: int
    key: str
    kind: str
    name: str
    control_bp: int = Field(description="Of ten thousand newcomers so many are left alone.")
    started_at: datetime
    stopped_at: datetime | None
    state: str = Field(description="running, paused, or halted by the harm guard")
    reason: str = Field(description="Why it does not send.")


class Because(BaseModel):
    """For the audit."""

    reason: Why


class LeftAlone(BaseModel):
    """Until when somebody is not to be disturbed; without a moment, `for_ever` says whether they are at all."""

    until: datetime | None = None
    for_ever: bool = False
    reason: Why


class WishNew(BaseModel):
    account_id: Id
    way: Word


class TouchNew(BaseModel):
    key: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_.:-]{8,100}$", description="Of this request: a repeat sends nothing.")
    ]
    purpose: Purpose = "service"
    wishes: Annotated[list[WishNew], Field(min_length=1, max_length=10)]
    text: Annotated[str, Field(max_length=4000)] = ""
    attachments: Annotated[list[tuple[Word, dict[str, str]]], Field(max_length=9)] = []
    details: dict[Word, str] = Field(default={}, description="What a way needs besides, as `template_id`.")
    kinds: Annotated[list[Word], Field(max_length=10)] = []
    hours: Annotated[int, Field(ge=1, le=720, description="So long it is valid.")] = 24


class ComplaintNew(BaseModel):
    """What a customer complained about."""

    key: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_.:-]{8,100}$", description="Of this request: a repeat writes nothing.")
    ]
    touch_id: Id | None = Field(None, description="Which touch it was about; none in particular without it.")
    reason: Why


class ComplaintRead(_Read):
    customer_id: int
    touch_id: int | None
    at: datetime
    noted_by: str


class DecisionRead(BaseModel):
    key: str
    outcome: Literal["send", "defer", "drop"]
    until: datetime | None
    reasons: list[ReasonRead]


@router.get("/touches")
def touches(
    _: CanSee,
    conn: Conn,
    programme_id: Number | None = None,
    state: TouchState | None = None,
    code: Annotated[str | None, Query(max_length=60)] = None,
    purpose: Purpose | None = None,
    account_id: Number | None = None,
    since: Annotated[AwareDatetime | None, Query(description="Proposed then or later.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Proposed earlier.")] = None,
    before: Before = None,
    limit: Limit = 50,
) -> list[TouchRead]:
    """Touches that pass every filter, newest first."""
    found = service.touches(
        conn,
        programme_id=programme_id,
        state=state,
        code=code,
        purpose=purpose,
        account_id=account_id,
        since=since,
        until=until,
        before=before,
        limit=limit,
    )
    return [_touch(one) for one in found]


@router.get("/customers/{customer_id}")
def of_person(customer_id: PathNumber, _: CanSee, conn: Conn, before: Before = None, limit: Limit = 50) -> PersonRead:
    """Every touch of a person with all reasons, and what is planned next."""
    found = service.touches_of(conn, customer_id, before=before, limit=limit)
    return PersonRead(
        customer_id=found.customer_id,
        left_alone_until=found.left_alone_until,
        left_alone_because=found.left_alone_because,
        planned=[_touch(one) for one in found.planned],
        touches=[_touch(one) for one in found.touches],
        next_before=found.next_before,
    )


@router.put("/customers/{customer_id}/left_alone", status_code=204)
def leave_alone(customer_id: PathNumber, wanted: LeftAlone, principal: CanManage, conn: Conn, now: Now) -> None:
    """Have somebody not be disturbed until then, for ever, or no longer be left alone."""
    until = wanted.until or (service.FOR_EVER if wanted.for_ever else None)
    service.leave_alone(conn, principal, customer_id, until, wanted.reason, now)


@router.post("/customers/{customer_id}/touches")
def send_by_hand(customer_id: PathNumber, wanted: TouchNew, principal: CanManage, conn: Conn, now: Now) -> DecisionRead:
    """Propose one touch to one person; every rule of the gate holds, and the answer says what it says."""
    asked = service.ByHand(
        wanted.key,
        customer_id,
        wanted.purpose,
        Message(wanted.text, tuple([(kind, fields) for kind, fields in wanted.attachments]), dict(wanted.details)),
        [Wish(one.account_id, one.way) for one in wanted.wishes],
        frozenset(wanted.kinds),
        wanted.hours,
    )
    return _decision(service.propose_by_hand(conn, principal, asked, now))


@router.post("/customers/{customer_id}/complaints")
def note_complaint(
    customer_id: PathNumber, wanted: ComplaintNew, principal: CanNote, conn: Conn, now: Now
) -> ComplaintRead:
    """Write down that a customer complained about being reached; the harm guard counts it. A touch is complained about once."""
    found = service.note_complaint(
        conn, principal, customer_id, wanted.reason, now, key=wanted.key, touch_id=wanted.touch_id
    )
    return ComplaintRead.model_validate(found)


@router.get("/programmes")
def list_programmes(_: CanSee, conn: Conn, before: Before = None, limit: Limit = 50) -> list[ProgrammeLine]:
    """Whatever reaches people, newest first, and whether it sends."""
    return [
        ProgrammeLine(
            programme_id=one.id,
            key=one.key,
            kind=one.kind,
            name=one.name,
            control_bp=one.control_bp,
            started_at=one.started_at,
            stopped_at=one.stopped_at,
            state=sending.state if sending else "running",
            reason=sending.reason if sending else "",
        )
        for one, sending in service.programmes(conn, before=before, limit=limit)
    ]


@router.get("/programmes/{programme_id}")
def of_programme(programme_id: PathNumber, _: CanSee, conn: Conn) -> ProgrammeRead:
    """How a programme sends, and how many of its touches are in which state for which reason."""
    sending = service.sendings(conn, [programme_id]).get(programme_id)
    return ProgrammeRead(
        programme_id=programme_id,
        state=sending.state if sending else "running",
        at=sending.at if sending else None,
        actor=sending.actor if sending else "",
        reason=sending.reason if sending else "",
        counts=[
            CountRead(state=one.state, code=one.code, count=one.count)
            for one in service.reason_counts(conn, programme_id)
        ],
    )


@router.post("/programmes/{programme_id}/pause", status_code=204)
def pause(programme_id: PathNumber, wanted: Because, principal: CanManage, conn: Conn, now: Now) -> None:
    """Hold everything of a programme: nobody is thrown out. Safe to repeat."""
    service.pause_sending(conn, principal, programme_id, wanted.reason, now)


@router.post("/programmes/{programme_id}/resume", status_code=204)
def resume(programme_id: PathNumber, wanted: Because, principal: CanManage, conn: Conn, now: Now) -> None:
    """Let it send again, also where the harm guard stopped it. Safe to repeat."""
    service.resume_sending(conn, principal, programme_id, wanted.reason, now)


def _touch(found: Touch) -> TouchRead:
    fields = {name: getattr(found, name) for name in TouchRead.model_fields if name not in ("decisions", "wishes")}
    return TouchRead(
        **fields,
        wishes=[WishRead.model_validate(one) for one in found.wishes],
        decisions=[_judged(one) for one in found.decisions],
    )


def _judged(found: Judged) -> JudgedRead:
    return JudgedRead(at=found.at, outcome=found.outcome, until=found.until, reasons=_reasons(found.reasons))


def _decision(found: Decision) -> DecisionRead:
    return DecisionRead(key=found.key, outcome=found.outcome, until=found.until, reasons=_reasons(found.reasons))


def _reasons(found: Iterable[Reason]) -> list[ReasonRead]:
    said = [(one, *service.said(one)) for one in found]
    return [
        ReasonRead(code=one.code, effect=one.effect, details=dict(one.details), en=en, zh=zh) for one, en, zh in said
    ]
