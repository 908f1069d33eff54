"""The API of turns: drawing for a customer, the record of draws, handing out what was won."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from siyu.draws import service
from siyu.draws.http.rules import CanSee, PathNumber
from siyu.draws.types import Draw, Why
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Id, Now, Router, needs

router = Router(prefix="/api/v1/draws", tags=["draws"], responses=ERROR_RESPONSES)

CanServe = Annotated[Principal, needs("draws.serve")]


class TurnNew(BaseModel):
    key: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9_.:-]{8,100}$", description="Of this request: a repeat is no second turn.")
    ]
    customer_id: Id
    client_seed: Annotated[
        str, Field(pattern=r"^[!-~]{0,64}$", description="Of the customer's own choice; part of what decides.")
    ] = ""


class DrawRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    round_id: int
    version: int = Field(description="Of the rules.")
    key: str
    customer_id: int = Field(description="Who drew, as they were known then.")
    nonce: int = Field(description="How many draws they had made in the round before.")
    client_seed: str
    number: int = Field(description="What was drawn, below 1,000,000.")
    drawn: str = Field(description="Code of the prize to which the number belongs.")
    prize: str = Field(description="Code of what was given.")
    why: Why = Field(description="Why that is the fallback instead.")
    stock_before: int | None
    stock_after: int | None
    budget_before: int | None
    budget_after: int | None
    paid_by: int | None = Field(description="The ledger's transaction of the price.")
    given_by: int | None = Field(description="The ledger's transaction of the prize.")
    actor: str
    at: datetime
    handed_out_at: datetime | None
    handed_out_by: str
    repeated: bool


class HandedOut(BaseModel):
    note: Annotated[str, Field(min_length=3, max_length=500, description="How it went; kept in the record.")]


@router.post("/rounds/{round_id}/draws")
def draw(round_id: PathNumber, wanted: TurnNew, principal: CanServe, conn: Conn, now: Now) -> DrawRead:
    """Draw once for a customer. Safe to repeat: a key is one turn."""
    made = service.draw_for(
        conn, principal, wanted.customer_id, round_id, now, key=wanted.key, client_seed=wanted.client_seed
    )
    return _read(made)


@router.get("/rounds/{round_id}/draws")
def of_round(
    round_id: PathNumber,
    _: CanSee,
    conn: Conn,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="Only draws after the one with this id.")] = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> list[DrawRead]:
    """The record of a round, in the order of its draws."""
    return [_read(one) for one in service.draws_of_round(conn, round_id, after=after, limit=limit)]


@router.get("/customers/{customer_id}")
def of_customer(
    customer_id: PathNumber,
    _: CanSee,
    conn: Conn,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only older ones.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[DrawRead]:
    """What a customer has drawn, newest first."""
    return [_read(one) for one in service.draws_of(conn, customer_id, before=before, limit=limit)]


@router.post("/record/{draw_id}/hand_out")
def hand_out(draw_id: PathNumber, wanted: HandedOut, principal: CanServe, conn: Conn, now: Now) -> DrawRead:
    """Say that a thing that was won is with the customer. Safe to repeat: it is handed out once."""
    return _read(service.hand_out(conn, principal, draw_id, wanted.note, now))


def _read(one: Draw) -> DrawRead:
    return DrawRead.model_validate(one)
