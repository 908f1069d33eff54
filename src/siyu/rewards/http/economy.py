"""The API of the points economy."""

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from siyu.engines.http import ERROR_RESPONSES, Conn, Router
from siyu.rewards import service
from siyu.rewards.http.rules import CanSee

router = Router(prefix="/api/v1/rewards/economy", tags=["rewards"], responses=ERROR_RESPONSES)


class CohortRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    month: date = Field(description="In which these people first had points, on the brand's clock.")
    people: int
    issued: int
    spent: int
    expired: int
    left: int = Field(description="Now.")
    owed: int = Field(description="Now.")


class WeekRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    start: date = Field(description="A Monday, on the brand's clock.")
    issued: int
    spent: int
    expired: int
    left: int = Field(description="What all had at its end, or at the end of the span, less what some owed.")


class EconomyRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    issued: int = Field(description="In the span, less what was taken back.")
    spent: int = Field(description="In the span, less what came back.")
    expired: int = Field(description="In the span.")
    liability: int = Field(description="Points that people have now, or that are held of them.")
    liability_fen: int | None = Field(description="What those are worth by the rules.")
    owed: int = Field(description="Points that people owe the brand now.")
    burn_bp: int | None = Field(description="Spent of issued, in hundredths of a percent.")
    redeemed_points: int = Field(description="Spent in the shop on things, in the span.")
    redeemed_cost_fen: int = Field(description="What those things cost the brand, less the cash that came with them.")
    cohorts: list[CohortRead]
    weeks: list[WeekRead] = Field(description="Of the span, without gaps, from the first in which something happened.")


@router.get("", openapi_extra={"x-siyu-report": True})
def economy(
    _: CanSee,
    conn: Conn,
    since: Annotated[AwareDatetime | None, Query(description="Of the span; from the beginning without.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Of the span; to the end without.")] = None,
) -> EconomyRead:
    """How the points economy stands: issued, spent, expired, owed to people, and by cohort."""
    return EconomyRead.model_validate(service.economy(conn, since, until))
