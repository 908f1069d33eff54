"""Dead letters: look, replay, discard."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import Connection

from siyu.app import letters
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Id, Now, Router, needs
from siyu.intake import service as intake
from siyu.intake.types import LetterGroup, LettersOf, Settling

router = Router(prefix="/api/v1/dead-letters", tags=["intake"], responses=ERROR_RESPONSES)

CanSee = Annotated[Principal, needs("intake.read")]
CanManage = Annotated[Principal, needs("intake.manage")]


class Letter(BaseModel):
    """A message that could not be understood, and why. Its content stays sealed."""

    id: int
    source_id: int
    message_id: str
    message_type: str
    stage: Literal["door", "pipeline"]
    code: str
    reason: str
    reason_zh: str
    received_at: datetime
    died_at: datetime
    state: Literal["open", "replayed", "discarded"]


class Letters(BaseModel):
    """A page; ``next`` goes into ``before`` for the following one."""

    items: list[Letter]
    next: int | None


class Chosen(BaseModel):
    """Which letters, by their ids."""

    ids: Annotated[list[Id], Field(min_length=1, max_length=1000)]


class OfAKind(BaseModel):
    """What becomes of all letters that are open now and of one kind, or of any where neither is given."""

    how: Settling
    source_id: Id | None = None
    code: Annotated[str | None, Field(min_length=1, max_length=100, description="What they died of.")] = None


class Done(BaseModel):
    """How many letters it was done to."""

    count: int


class Asked(BaseModel):
    """How many letters it will be done to."""

    letters: int


@router.get("")
def list_letters(
    conn: Conn,
    _: CanSee,
    state: Literal["open", "replayed", "discarded"] = "open",
    source_id: int | None = None,
    code: Annotated[str | None, Query(max_length=100, description="Only what died of this.")] = None,
    before: int | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Letters:
    """List dead letters, newest first."""
    found = intake.dead_letters(conn, state=state, source_id=source_id, code=code, before=before, limit=limit)
    items = [Letter.model_validate(letter) for letter in found]
    return Letters(items=items, next=items[-1].id if len(items) == limit else None)


@router.get("/groups")
def list_groups(conn: Conn, _: CanSee, source_id: int | None = None) -> list[LetterGroup]:
    """Count the open letters by source and by what they died of: the 200 largest groups, with what the newest of each says."""
    return intake.dead_letter_groups(conn, source_id)


@router.post("/replay")
def replay(request: Request, conn: Conn, now: Now, principal: CanManage, chosen: Chosen) -> Done:
    """Put open letters back into the queue. Each goes once; what the door still refuses stays where it is."""
    return _settle(request, conn, now, principal, "replayed", chosen)


@router.post("/discard")
def discard(request: Request, conn: Conn, now: Now, principal: CanManage, chosen: Chosen) -> Done:
    """Give up open letters. They stay on record for a time (``SIYU_INTAKE_LETTERS_DAYS``)."""
    return _settle(request, conn, now, principal, "discarded", chosen)


@router.post("/settle", status_code=202)
def settle(request: Request, conn: Conn, principal: CanManage, wanted: OfAKind) -> Asked:
    """Replay or discard all open letters of one kind, however many: a job does it. What dies from now on is not among them."""
    of = LettersOf(wanted.source_id, wanted.code)
    return Asked(letters=letters.ask(request.app.state.context, conn, principal, wanted.how, of))


def _settle(
    request: Request, conn: Connection, now: datetime, principal: Principal, how: Settling, chosen: Chosen
) -> Done:
    count = intake.settle(conn, how, chosen.ids, now)
    letters.record(request.app.state.context, conn, principal, how, count)
    return Done(count=count)
