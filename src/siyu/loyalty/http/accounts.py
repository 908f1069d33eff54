"""The API of accounts: what a customer has, since when, and why."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs
from siyu.loyalty import service
from siyu.loyalty.types import Account, AccountRead, Unit, held, issuer
from siyu.loyalty.types.accounts import ACCOUNT_KINDS, UNIT_KINDS

router = Router(prefix="/api/v1/ledger", tags=["ledger"], responses=ERROR_RESPONSES)

CanSee = Annotated[Principal, needs("ledger.read")]
CanManage = Annotated[Principal, needs("ledger.manage")]
PathNumber = Annotated[int, Path(ge=1, le=2**63 - 1)]
UnitCode = Annotated[str, Path(max_length=80, description="`points`, `growth`, `coupon:12` …")]


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class UnitLine(_Read):
    code: str
    kind: str
    name: str
    grace_days: int | None = Field(description="So long what is given back lives when its lot has expired; null: not.")
    by_hand: int = Field(description="Up to so much may be posted by hand without a second person.")


class UnitChange(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    grace_days: Annotated[int | None, Field(ge=0, le=3650)] = None
    by_hand: Annotated[int, Field(ge=0, le=10**15)] = 1000


class Standing(BaseModel):
    kind: str
    owner: int = Field(description="Id of the customer or thing; 0 for nobody's.")
    unit: str
    balance: int = Field(description="The sum of all postings.")
    available: int = Field(description="What can be spent now.")
    pending: int = Field(description="What can be spent only later.")
    held: int = Field(description="What is set aside.")
    owed: int = Field(description="What a later credit pays first.")
    next_expiry: datetime | None = Field(description="When the next lot ends.")


class CustomerAccounts(BaseModel):
    customer_id: int
    accounts: list[Standing]


class EntryLine(_Read):
    transaction_id: int
    amount: int
    balance: int | None = Field(description="Of the account after it; null where it is counted later.")
    kind: str = Field(
        description="posted, held, confirmed, released, ran_out, reversed, undone, expired, merged, split"
    )
    reason: str
    source: str
    actor: str
    key: str
    of: int | None = Field(description="The transaction that it settles, takes back or gives back.")
    effective_at: datetime
    recorded_at: datetime


class Entries(BaseModel):
    entries: list[EntryLine] = Field(description="Newest first.")
    next: str | None


class LotLine(_Read):
    id: int
    amount: int
    remaining: int
    available_from: datetime | None
    expires_at: datetime | None
    earned_by: int = Field(description="The transaction that earned it.")
    reason: str
    source: str
    effective_at: datetime


class HoldLine(_Read):
    id: int
    amount: int
    until: datetime
    state: Literal["open", "confirmed", "released", "ran_out"]
    reason: str
    source: str
    held_at: datetime
    settled_by: int | None


class Explained(BaseModel):
    standing: Standing
    lots: list[LotLine] = Field(description="Those that are not used up, the first to end first.")
    holds: list[HoldLine] = Field(description="Newest first.")


class BalanceAt(BaseModel):
    at: datetime
    by: Literal["effective", "recorded"]
    balance: int


@router.get("/units")
def units(_: CanSee, conn: Conn) -> list[UnitLine]:
    """Everything that is counted."""
    return [UnitLine.model_validate(one) for one in service.units(conn)]


@router.put("/units/{unit}")
def change_unit(unit: UnitCode, wanted: UnitChange, principal: CanManage, conn: Conn, now: Now) -> UnitLine:
    """Make a unit, or change its name, its days of grace and its limit of postings by hand."""
    kind = unit.partition(":")[0]
    made = Unit(unit, kind if kind in UNIT_KINDS else "", wanted.name, wanted.grace_days, wanted.by_hand)
    return UnitLine.model_validate(service.ensure_unit(conn, principal, made, now))


@router.get("/totals/{unit}")
def totals(unit: UnitCode, _: CanSee, conn: Conn, now: Now) -> list[Standing]:
    """How much of a unit was issued, spent, has expired or was corrected: the accounts that belong to nobody."""
    kinds = [kind.name for kind in ACCOUNT_KINDS.values() if kind.owner == "nobody"]
    accounts = [issuer(unit)._replace(kind=kind) for kind in kinds]
    return [standing(one) for one in service.balances(conn, accounts, now)]


@router.get("/customers/{customer_id}")
def accounts_of(customer_id: PathNumber, _: CanSee, conn: Conn, now: Now) -> CustomerAccounts:
    """What a customer has of every unit."""
    found = service.accounts_of(conn, customer_id, now)
    owner = found[0].account.owner if found else customer_id
    return CustomerAccounts(customer_id=owner, accounts=[standing(one) for one in found])


@router.get("/customers/{customer_id}/{unit}")
def why(customer_id: PathNumber, unit: UnitCode, _: CanSee, conn: Conn, now: Now) -> Explained:
    """Why a customer has this balance: what is left of each credit, what is set aside, what is owed."""
    found = service.why(conn, service.account_of(conn, customer_id, unit), now)
    return Explained(
        standing=standing(found.standing),
        lots=[LotLine.model_validate(one) for one in found.lots],
        holds=[HoldLine.model_validate(one) for one in found.holds],
    )


@router.get("/customers/{customer_id}/{unit}/entries")
def entries(
    customer_id: PathNumber,
    unit: UnitCode,
    _: CanSee,
    conn: Conn,
    cursor: Annotated[str | None, Query(max_length=200, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    of_held: Annotated[bool, Query(description="Of what is set aside instead.")] = False,
) -> Entries:
    """Every posting of a customer's account, newest first."""
    account: Account = service.account_of(conn, customer_id, unit)
    asked = held(account.owner, account.unit) if of_held else account
    page = service.entries(conn, asked, cursor=cursor, limit=limit)
    return Entries(entries=[EntryLine.model_validate(one) for one in page.entries], next=page.next)


@router.get("/customers/{customer_id}/{unit}/balance")
def balance_at(
    customer_id: PathNumber,
    unit: UnitCode,
    _: CanSee,
    conn: Conn,
    at: Annotated[AwareDatetime, Query(description="The moment.")],
    by: Annotated[
        Literal["effective", "recorded"],
        Query(description="`effective`: what was true then as it is known now; `recorded`: what the ledger said then."),
    ] = "effective",
) -> BalanceAt:
    """The balance of a customer's account at a moment."""
    account = service.account_of(conn, customer_id, unit)
    return BalanceAt(at=at, by=by, balance=service.balance_at(conn, account, at, by=by))


def standing(found: AccountRead) -> Standing:
    account = found.account
    fields = {name: getattr(found, name) for name in Standing.model_fields if name not in ("kind", "owner", "unit")}
    return Standing(kind=account.kind, owner=account.owner, unit=account.unit, **fields)
