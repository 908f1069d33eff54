"""The API of what points are worth and which margin is kept."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, Field

from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs
from siyu.engines.versions.types import Version
from siyu.rewards import service
from siyu.rewards.types import RewardRules

router = Router(prefix="/api/v1/rewards/rules", tags=["rewards"], responses=ERROR_RESPONSES)

CanSee = Annotated[Principal, needs("rewards.read")]
CanManage = Annotated[Principal, needs("rewards.manage")]
CanRedeem = Annotated[Principal, needs("rewards.redeem")]
CanRule = Annotated[Principal, needs("rewards.rules")]
PathNumber = Annotated[int, Path(ge=1, le=2**63 - 1)]
Key = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_.:-]{8,100}$", description="Of this request: a repeat does nothing twice.")
]
Words = Annotated[str, Field(min_length=3, max_length=500, description="Kept in the audit.")]


class RewardRulesRead(BaseModel):
    version: int = Field(description="0: nobody ever made any, and nothing can go live.")
    rules: RewardRules | None
    at: datetime | None
    actor: str
    reason: str


class RewardRulesChange(BaseModel):
    version: int = Field(description="Of the rules that were changed.")
    rules: dict[str, Any] = Field(description="All of them, as they are read.")
    reason: Words


@router.get("")
def rules(_: CanSee, conn: Conn) -> RewardRulesRead:
    """What points are worth, and which margin is kept."""
    return _read(service.rules(conn))


@router.get("/versions")
def versions(_: CanSee, conn: Conn, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> list[RewardRulesRead]:
    """How that was changed, newest first."""
    return [_read(one) for one in service.rule_versions(conn, limit)]


@router.put("")
def change(wanted: RewardRulesChange, principal: CanRule, conn: Conn, now: Now) -> RewardRulesRead:
    """Have points be worth something else, or another margin kept."""
    changed = service.read_rules(wanted.rules)
    return _read(service.change_rules(conn, principal, changed, wanted.version, wanted.reason, now))


def _read(found: Version[RewardRules] | None) -> RewardRulesRead:
    if found is None:
        return RewardRulesRead(version=0, rules=None, at=None, actor="", reason="")
    return RewardRulesRead(
        version=found.version, rules=found.rules, at=found.at, actor=found.actor, reason=found.reason
    )
