"""The API of the rules of draws: pools, free orders, rebates, and the limits of the law."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field

from siyu.draws import service
from siyu.draws.types import DrawRules
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs
from siyu.engines.versions.types import Version

router = Router(prefix="/api/v1/draws", tags=["draws"], responses=ERROR_RESPONSES)

CanSee = Annotated[Principal, needs("draws.read")]
CanManage = Annotated[Principal, needs("draws.manage")]
PathNumber = Annotated[int, Path(ge=1, le=2**63 - 1)]
Reason = Annotated[str, Field(min_length=3, max_length=500, description="Kept in the audit.")]


class DrawRulesRead(BaseModel):
    version: int = Field(description="0: nobody ever made any.")
    rules: DrawRules
    at: datetime | None
    actor: str
    reason: str


class DrawRulesChange(BaseModel):
    version: int = Field(description="Of the rules that were changed.")
    rules: dict[str, Any] = Field(description="All of them, as they are read.")
    reason: Reason


class WarnedRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    code: str = Field(description="Who publishes nevertheless names it.")
    en: str
    zh: str


@router.get("/rules")
def rules(_: CanSee, conn: Conn) -> DrawRulesRead:
    """Everything that is drawn for."""
    return _read(service.draw_rules(conn))


@router.get("/rules/versions")
def versions(_: CanSee, conn: Conn, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> list[DrawRulesRead]:
    """How the rules were changed, newest first."""
    return [_read(one) for one in service.draw_rule_versions(conn, limit)]


@router.put("/rules")
def change(wanted: DrawRulesChange, principal: CanManage, conn: Conn, now: Now) -> DrawRulesRead:
    """Have other rules in force, for rounds that are published from now on."""
    changed = service.read_draw_rules(wanted.rules)
    return _read(service.change_draw_rules(conn, principal, changed, wanted.version, wanted.reason, now))


@router.get("/warnings/{code}")
def warned(
    code: Annotated[str, Path(max_length=40, description="Of a pool or of free orders.")],
    _: CanSee,
    conn: Conn,
    now: Now,
) -> list[WarnedRead]:
    """What the law may have against publishing this now."""
    return [WarnedRead.model_validate(one) for one in service.warned_of(conn, code, now)]


def _read(found: Version[DrawRules] | None) -> DrawRulesRead:
    if found is None:
        return DrawRulesRead(version=0, rules=DrawRules(), at=None, actor="", reason="")
    return DrawRulesRead(version=found.version, rules=found.rules, at=found.at, actor=found.actor, reason=found.reason)
