"""What anybody may read of a round, before they draw and after: ``/draw/{round_id}``."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from siyu.draws import service
from siyu.draws.http.rounds import OddsRead
from siyu.draws.http.rules import PathNumber
from siyu.draws.types import Kind
from siyu.engines.http import ERROR_RESPONSES, Conn, Router, paced

router = Router(tags=["draws"], responses=ERROR_RESPONSES)

_MANY = 300  # a minute, from one address: a shop's guests come from one


class PublishedRead(BaseModel):
    id: int
    kind: Kind
    code: str
    rule: dict[str, Any] = Field(description="As it was published; it does not change.")
    rule_hash: str = Field(description="SHA-256 of the rule as JSON: keys in order, no spaces, UTF-8.")
    odds: list[OddsRead] = Field(description="Empty of free orders.")
    seed_hash: str = Field(description="SHA-256 of the seed.")
    seed: str | None = Field(description="In hexadecimal; null until the round has ended.")
    published_at: datetime
    ended_at: datetime | None


class EntrantRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str = Field(description="Number of the application.")
    digest: str = Field(description="The lowest win.")
    place: int
    won: bool


@router.get("/draw/{round_id}", dependencies=[paced("draw", _MANY, 60)])
def published(round_id: PathNumber, conn: Conn) -> PublishedRead:
    """The rule, the odds and the hash of the seed of a round; after its end the seed, with which draws can be verified."""
    found = service.round_of(conn, round_id)
    names = set(PublishedRead.model_fields) - {"rule", "odds"}
    odds = [OddsRead.model_validate(line) for line in service.odds_of(found)]
    return PublishedRead(rule=service.rule_of(found), odds=odds, **{name: getattr(found, name) for name in names})


@router.get("/draw/{round_id}/entrants", dependencies=[paced("draw", _MANY, 60)])
def entrants(
    round_id: PathNumber,
    conn: Conn,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Only places behind this one.")] = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = 1000,
) -> list[EntrantRead]:
    """The numbers of those among whom was drawn, the winners first; nobody before it is drawn."""
    found = service.entrants_of_round(conn, round_id, after=after, limit=limit)
    return [EntrantRead.model_validate(one) for one in found]
