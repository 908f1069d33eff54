"""The API of the ledger as a whole: how far it is sealed, and the accounts of things."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.loyalty import service
from siyu.loyalty.http.accounts import CanSee, Standing, standing

router = Router(prefix="/api/v1/ledger", tags=["ledger"], responses=ERROR_RESPONSES)


class SealedRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    block: int = Field(description="Number of the last block; 0: there is none.")
    hash: str = Field(description="Its hash. Kept elsewhere it proves later that nothing before it was changed.")
    at: datetime | None = Field(description="When it was sealed.")
    waiting: int = Field(description="Transactions that wait for the sealer.")


class LedgerFindingRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    where: str
    en: str
    zh: str


class VerificationRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    began_at: datetime
    ended_at: datetime
    actor: str
    transactions: int = Field(description="That were sealed.")
    unsealed: int = Field(description="That waited for the sealer.")
    block: int = Field(description="Number of the last block then.")
    hash: str = Field(description="Its hash.")
    anchor: int | None = Field(description="The block whose hash was noted before and compared; null: none was.")
    findings: int = Field(description="0: nothing was changed.")
    first: list[LedgerFindingRead] = Field(description="The first of them.")


class Things(BaseModel):
    accounts: list[Standing] = Field(description="By the id of the thing.")
    next: str | None


@router.get("/sealed")
def sealed(_: CanSee, conn: Conn) -> SealedRead:
    """How far the ledger is sealed. `siyu ledger verify` proves that nothing was changed."""
    return SealedRead.model_validate(service.sealed(conn))


@router.get("/verifications")
def verifications(
    _: CanSee,
    conn: Conn,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only older ones.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> list[VerificationRead]:
    """When the whole ledger was checked, each night or by `siyu ledger verify`, and what was found; newest first."""
    found = service.verifications(conn, before=before, limit=limit)
    return [VerificationRead.model_validate(one) for one in found]


@router.get("/things/{kind}")
def things(
    kind: Literal["budget", "stock"],
    _: CanSee,
    conn: Conn,
    now: Now,
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Things:
    """What is left of budgets, or of what is there to be given out."""
    found, after = service.accounts_of_things(conn, kind, now, cursor=cursor, limit=limit)
    return Things(accounts=[standing(one) for one in found], next=after)
