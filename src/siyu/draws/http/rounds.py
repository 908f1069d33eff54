"""The API of rounds: publishing and ending them, their odds, and everything by which they can be checked."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from siyu.draws import service
from siyu.draws.http.rules import CanManage, CanSee, PathNumber, Reason
from siyu.draws.types import Kind, Round
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router

router = Router(prefix="/api/v1/draws/rounds", tags=["draws"], responses=ERROR_RESPONSES)


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class OddsRead(_Read):
    code: str
    name: str
    weight: int = Field(description="Parts per million.")
    percent: str = Field(description="The same in percent, exactly.")
    stock: int | None = Field(description="How many there are; null: as many as are drawn.")
    worth_fen: int = Field(description="What one is worth on the market.")


class RoundRead(_Read):
    id: int
    kind: Kind
    code: str
    version: int = Field(description="Of the rules in which it was published.")
    rule: dict[str, Any] = Field(description="As it was published.")
    rule_hash: str = Field(description="SHA-256 of the rule as JSON: keys in order, no spaces, UTF-8.")
    odds: list[OddsRead] = Field(description="As members read them; empty of free orders.")
    seed_hash: str = Field(description="SHA-256 of the seed.")
    seed: str | None = Field(description="In hexadecimal; null until the round has ended.")
    opens_at: datetime
    closes_at: datetime
    published_at: datetime
    published_by: str
    ended_at: datetime | None
    ended_by: str
    confirmed: list[str] = Field(description="Warnings with which it was published nevertheless.")


class RoundNew(BaseModel):
    code: Annotated[str, Field(max_length=40, description="Of a pool or of free orders.")]
    version: int = Field(description="Of the rules that were looked at.")
    confirmed: Annotated[
        list[str], Field(max_length=20, description="Codes of the warnings with which it is published nevertheless.")
    ] = []


class RoundEnd(BaseModel):
    reason: Reason


class PrizeTallyRead(_Read):
    code: str
    weight: int
    expected: float = Field(description="By its weight.")
    drawn: int = Field(description="By its numbers.")
    given: int = Field(description="As what was got, fallbacks with it.")
    left: int | None = Field(description="Of its stock; null where it has none.")


class TallyRead(_Read):
    draws: int
    prizes: list[PrizeTallyRead]
    chi_square: float | None = Field(description="How far the numbers are from the odds.")
    p: float | None = Field(description="How often honest odds are as far off, or farther.")
    budget_left: int


class OrderEntryRead(_Read):
    order_id: int
    customer_id: int
    order: str = Field(description="platform:shop:order_no")
    fen: int = Field(description="What it came to, refunds taken off.")
    digest: str = Field(description="The lowest win.")
    place: int
    given: int
    taken: int = Field(description="Of that, taken back when it was refunded.")


@router.get("")
def listed(
    _: CanSee,
    conn: Conn,
    now: Now,
    code: Annotated[str | None, Query(max_length=40)] = None,
    is_open: Annotated[bool, Query(alias="open", description="Only those in which can be drawn now.")] = False,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="Only older ones.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[RoundRead]:
    """Rounds, newest first."""
    found = service.rounds(conn, code=code, open_at=now if is_open else None, before=before, limit=limit)
    return [_round(one) for one in found]


@router.post("")
def publish(wanted: RoundNew, principal: CanManage, conn: Conn, now: Now) -> RoundRead:
    """Publish a round: its rule, its odds and the hash of its seed do not change any more. Safe to repeat."""
    return _round(service.publish(conn, principal, wanted.code, wanted.version, wanted.confirmed, now))


@router.get("/{round_id}")
def show(round_id: PathNumber, _: CanSee, conn: Conn) -> RoundRead:
    """A round with its rule, its odds, the hash of its seed, and after its end the seed."""
    return _round(service.round_of(conn, round_id))


@router.post("/{round_id}/end")
def end(round_id: PathNumber, wanted: RoundEnd, principal: CanManage, conn: Conn, now: Now) -> RoundRead:
    """End a round before its time; its seed is told. Free orders are not drawn then. Safe to repeat."""
    return _round(service.end_round(conn, principal, round_id, wanted.reason, now))


@router.get("/{round_id}/tally")
def tally(round_id: PathNumber, _: CanSee, conn: Conn, now: Now) -> TallyRead:
    """How often each prize was drawn, beside how often it should have been."""
    return TallyRead.model_validate(service.tally_of(conn, round_id, now))


@router.get("/{round_id}/orders")
def orders(
    round_id: PathNumber,
    _: CanSee,
    conn: Conn,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Only places behind this one.")] = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> list[OrderEntryRead]:
    """The orders that took part in a round of free orders, the winners first."""
    found = service.order_entries(conn, round_id, after=after, limit=limit)
    return [OrderEntryRead.model_validate(one) for one in found]


def _round(one: Round) -> RoundRead:
    names = set(RoundRead.model_fields) - {"rule", "odds", "confirmed"}
    odds = [OddsRead.model_validate(line) for line in service.odds_of(one)]
    said = {name: getattr(one, name) for name in names}
    return RoundRead(rule=service.rule_of(one), odds=odds, confirmed=list(one.confirmed), **said)
