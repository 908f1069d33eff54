"""The API of the rules of the gate."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs
from siyu.engines.versions.types import Version
from siyu.touch import service
from siyu.touch.types import RuleSet

router = Router(prefix="/api/v1/touch/rules", tags=["touch"], responses=ERROR_RESPONSES)

CanSee = Annotated[Principal, needs("touch.read")]
CanManage = Annotated[Principal, needs("touch.manage")]
Why = Annotated[str, Field(min_length=3, max_length=500, description="Kept in the audit.")]


class RulesRead(BaseModel):
    version: int
    rules: RuleSet
    at: datetime
    actor: str
    reason: str


class RulesChange(BaseModel):
    version: int = Field(description="Of the rules that were changed.")
    rules: dict[str, Any] = Field(description="All of them, as they are read; what is left out is as by default.")
    reason: Why


@router.get("")
def rules(_: CanSee, conn: Conn) -> RulesRead:
    """The rules in force."""
    return _read(service.rules(conn))


@router.get("/versions")
def versions(_: CanSee, conn: Conn, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> list[RulesRead]:
    """How they were changed, newest first."""
    return [_read(one) for one in service.rule_versions(conn, limit)]


@router.put("")
def change(wanted: RulesChange, principal: CanManage, conn: Conn, now: Now) -> RulesRead:
    """Have other rules in force; whatever waits is decided again by them."""
    changed = service.read_rules(wanted.rules)
    return _read(service.change_rules(conn, principal, changed, wanted.version, wanted.reason, now))


def _read(found: Version[RuleSet]) -> RulesRead:
    return RulesRead(version=found.version, rules=found.rules, at=found.at, actor=found.actor, reason=found.reason)
