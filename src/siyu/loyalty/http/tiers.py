"""The API of tiers."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router
from siyu.engines.versions.types import Version
from siyu.identity import service as identity
from siyu.loyalty import service
from siyu.loyalty.http.accounts import CanManage, CanSee, PathNumber
from siyu.loyalty.types import Tier, TierRules
from siyu.loyalty.types.tiers import TierBy, TierWhy

router = Router(prefix="/api/v1/ledger", tags=["ledger"], responses=ERROR_RESPONSES)

_Reason = Annotated[str, Field(min_length=3, max_length=500, description="Kept in the audit.")]


class TiersRead(BaseModel):
    version: int = Field(description="0: nobody ever made any.")
    rules: TierRules | None
    at: datetime | None
    actor: str
    reason: str


class TiersChange(BaseModel):
    version: int = Field(description="Of the tiers that were changed.")
    rules: dict[str, Any] = Field(description="All of them, as they are read.")
    reason: _Reason


class TiersWanted(BaseModel):
    rules: dict[str, Any] = Field(description="All of them, as they are read.")


class TierPreviewRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    tier: Tier
    people: int = Field(description="Who would be in it: those who come up, come down, and are in it now.")
    up: int
    down: int
    same: int


class TierStandingRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    customer_id: int
    tier: Tier
    since: datetime | None = Field(description="Null: never left the lowest.")
    until: datetime | None = Field(description="Kept until then although less is there.")
    why: TierWhy
    by: TierBy
    figure: int = Field(description="Growth, fen or orders, when it was last looked at.")


class CustomerTier(BaseModel):
    standing: TierStandingRead | None = Field(description="Null: there are no tiers.")


@router.get("/tiers")
def tiers(_: CanSee, conn: Conn) -> TiersRead:
    """The tiers in force."""
    return _read(service.tiers(conn))


@router.get("/tiers/versions")
def versions(_: CanSee, conn: Conn, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> list[TiersRead]:
    """How they were changed, newest first."""
    return [_read(one) for one in service.tier_versions(conn, limit)]


@router.put("/tiers")
def change(wanted: TiersChange, principal: CanManage, conn: Conn, now: Now) -> TiersRead:
    """Have other tiers in force; everybody is looked at soon after."""
    changed = service.read_tiers(wanted.rules)
    return _read(service.change_tiers(conn, principal, changed, wanted.version, wanted.reason, now))


@router.post("/tiers/preview")
def preview(wanted: TiersWanted, principal: CanManage, conn: Conn, now: Now) -> list[TierPreviewRead]:
    """What other tiers would do to how many. Nothing is changed; everybody is read."""
    found = service.preview_tiers(conn, principal, service.read_tiers(wanted.rules), now)
    return [TierPreviewRead.model_validate(one) for one in found]


@router.get("/tiers/customers/{customer_id}")
def of_customer(customer_id: PathNumber, _: CanSee, conn: Conn) -> CustomerTier:
    """In which tier a customer is, since when and why."""
    found = service.tier_of(conn, identity.living(conn, customer_id))
    return CustomerTier(standing=None if found is None else TierStandingRead.model_validate(found))


def _read(found: Version[TierRules] | None) -> TiersRead:
    if found is None:
        return TiersRead(version=0, rules=None, at=None, actor="", reason="")
    return TiersRead(version=found.version, rules=found.rules, at=found.at, actor=found.actor, reason=found.reason)
