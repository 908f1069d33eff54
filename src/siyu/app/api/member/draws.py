"""A member draws: open rounds with everything that is told beforehand, a turn, and what they have won."""

from datetime import datetime
from typing import Annotated, cast

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from siyu.draws import service as draws
from siyu.draws.types import Draw, Pool, Prize, Round
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import customer
from siyu.members import service as members
from siyu.members.http import Asking, Key

router = Router(prefix="/member/v1", tags=["members"], responses=ERROR_RESPONSES)

_MOST = 20


class OwnPrize(BaseModel):
    code: str
    name: str
    percent: str = Field(description="Of the odds, exactly: `0.0123`.")
    stock: int | None = Field(description="How many there were at the beginning; null: as many as are drawn.")


class OwnPrice(BaseModel):
    amount: int
    unit: str


class OwnRound(BaseModel):
    id: int
    name: str
    opens_at: datetime
    closes_at: datetime
    prizes: list[OwnPrize]
    price: OwnPrice | None = Field(description="Of a turn; null: free.")
    has: int = Field(description="What they have of the unit of the price.")
    turns_left: int | None = Field(description="Of today; null: as many as they like.")
    per_person: int | None
    per_day: int | None
    fallback: str = Field(description="Code of what is given where a prize is gone.")
    seed_hash: str = Field(description="SHA-256 of the seed, told before anybody draws.")
    rule_hash: str


class OwnRounds(BaseModel):
    now: datetime
    rounds: list[OwnRound]


class Turn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    client_seed: Annotated[
        str, Field(pattern=r"^[!-~]{0,64}$", description="Of their own choice; part of what decides.")
    ] = ""


class OwnDraw(BaseModel):
    id: int
    round_id: int
    prize: str = Field(description="Code of what they got.")
    name: str
    won: bool = Field(description="They got something.")
    unit: str | None = Field(description="Of the ledger, where it is so many of one.")
    amount: int
    thing: bool = Field(description="Somebody hands it out.")
    handed_out_at: datetime | None
    instead: bool = Field(description="What they drew was gone, and this was given instead.")
    at: datetime
    nonce: int = Field(description="How many draws they had made in the round before.")
    client_seed: str
    number: int = Field(description="What was drawn, below 1,000,000.")


class OwnWins(BaseModel):
    wins: list[OwnDraw] = Field(description="Newest first.")
    next: int | None = Field(description="`before` of the following page.")


@router.get("/draws")
def rounds(member: Asking, conn: Conn, now: Now) -> OwnRounds:
    """Rounds in which they can draw now: prizes, odds, the hash of the seed, and their turns."""
    found = [one for one in draws.rounds(conn, open_at=now, limit=_MOST) if isinstance(one.rule, Pool)]
    left = draws.turns_left(conn, member.customer_id, found, now)
    return OwnRounds(now=now, rounds=[_round(conn, member.customer_id, one, left[one.id], now) for one in found])


@router.post("/draws/{round_id}/turns")
def turn(
    round_id: Annotated[int, Path(ge=1, le=2**63 - 1)], member: Asking, key: Key, wanted: Turn, conn: Conn, now: Now
) -> OwnDraw:
    """Draw once. A key is one turn."""
    made = draws.draw(
        conn,
        member.customer_id,
        round_id,
        now,
        key=members.own_key(member, key),
        client_seed=wanted.client_seed,
        actor=member.actor,
    )
    rule = cast("Pool", draws.round_of(conn, round_id).rule)
    return _draw(made, next(one for one in rule.prizes if one.code == made.prize))


@router.get("/wins")
def wins(
    member: Asking,
    conn: Conn,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only older ones.")] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> OwnWins:
    """What they have won by drawing, and whether it is with them."""
    found = draws.wins_of(conn, member.customer_id, before=before, limit=limit + 1)
    shown = found[:limit]
    return OwnWins(wins=[_draw(*one) for one in shown], next=shown[-1][0].id if len(found) > limit else None)


def _round(conn: Connection, customer_id: int, one: Round, left: int | None, now: datetime) -> OwnRound:
    rule = cast("Pool", one.rule)
    has = 0
    if rule.price is not None:
        has = loyalty.balances(conn, [customer(customer_id, rule.price.unit)], now)[0].available
    return OwnRound(
        id=one.id,
        name=rule.name,
        opens_at=one.opens_at,
        closes_at=one.closes_at,
        prizes=[
            OwnPrize(code=odds.code, name=odds.name, percent=odds.percent, stock=odds.stock)
            for odds in draws.odds_of(one)
        ],
        price=OwnPrice(amount=rule.price.amount, unit=rule.price.unit) if rule.price else None,
        has=has,
        turns_left=left,
        per_person=rule.per_person,
        per_day=rule.per_day,
        fallback=rule.fallback,
        seed_hash=one.seed_hash,
        rule_hash=one.rule_hash,
    )


def _draw(made: Draw, prize: Prize) -> OwnDraw:
    return OwnDraw(
        id=made.id,
        round_id=made.round_id,
        prize=prize.code,
        name=prize.name,
        won=prize.unit is not None or prize.thing,
        unit=prize.unit,
        amount=prize.amount,
        thing=prize.thing,
        handed_out_at=made.handed_out_at,
        instead=bool(made.why),
        at=made.at,
        nonce=made.nonce,
        client_seed=made.client_seed,
        number=made.number,
    )
