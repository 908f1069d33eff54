"""Dead letters: look, replay, discard."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Id, Now, Router, needs
from siyu.intake import service as intake

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
    open_by_code: dict[str, int]


class Chosen(BaseModel):
    """Which letters; none named means the oldest open ones."""

    ids: Annotated[list[Id], Field(max_length=1000)] | None = None


class Done(BaseModel):
    """How many letters it was done to."""

    count: int


@router.get("")
def list_letters(
    conn: Conn,
    _: CanSee,
    state: Literal["open", "replayed", "discarded"] = "open",
    source_id: int | None = None,
    before: int | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Letters:
    """List dead letters, newest first."""
    found = intake.dead_letters(conn, state=state, source_id=source_id, before=before, limit=limit)
    items = [Letter.model_validate(letter) for letter in found]
    following = items[-1].id if len(items) == limit else None
    return Letters(items=items, next=following, open_by_code=intake.dead_letter_counts(conn))


@router.post("/replay")
def replay(conn: Conn, now: Now, principal: CanManage, chosen: Chosen) -> Done:
    """Put open letters back into the queue: those named, or the oldest thousand. Each goes once."""
    count = intake.replay(conn, now, chosen.ids)
    access.record(
        conn, actor=principal.actor, action="dead_letters.replayed", target="intake", details={"count": count}, now=now
    )
    return Done(count=count)


@router.post("/discard")
def discard(conn: Conn, now: Now, principal: CanManage, chosen: Chosen) -> Done:
    """Give up open letters by their ids; they stay on record."""
    count = intake.discard(conn, now, chosen.ids or [])
    access.record(
        conn, actor=principal.actor, action="dead_letters.discarded", target="intake", details={"count": count}, now=now
    )
    return Done(count=count)
