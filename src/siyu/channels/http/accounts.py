"""The API of accounts: what can be connected, what is, whether it works, and how much of its quotas is left."""

from datetime import datetime
from typing import Annotated

import httpx
from fastapi import Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from siyu.channels import service
from siyu.channels.types import Account, Capability, CodeKind, QuotaUse
from siyu.channels.types import Field as FormField
from siyu.engines.access.types import Principal
from siyu.engines.http import ERROR_RESPONSES, Conn, Now, Router, needs
from siyu.engines.postgres import Database

router = Router(prefix="/api/v1/channels", tags=["channels"], responses=ERROR_RESPONSES)

CanSee = Annotated[Principal, needs("channels.read")]
CanManage = Annotated[Principal, needs("channels.manage")]
AccountId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Name = Annotated[str, Field(max_length=200)]
Values = Annotated[dict[str, str], Field(max_length=100, description="By the name of the field, as the kind says.")]


class Read(BaseModel):
    """An answer made from a dataclass."""

    model_config = ConfigDict(from_attributes=True)


class KindField(Read):
    name: str
    en: str
    zh: str
    help_en: str
    help_zh: str
    secret: bool = Field(description="Never shown again.")
    required: bool
    pattern: str = Field(description="A regular expression that the whole value matches; empty for any text.")
    choices: list[str]
    default: str


class ContentRead(Read):
    """One kind of content with the platform's limits; 0 where there is none."""

    name: str
    max_bytes: int
    max_characters: int
    fields: dict[str, int] = Field(description="Limits in bytes of further texts, such as `title`.")


class WayRead(Read):
    """One way in which an account can reach somebody."""

    name: str
    en: str
    zh: str
    subject: str
    needs_staff: bool
    by_hand: bool = Field(description="A member of staff says it themselves; no platform is asked.")
    published: bool = Field(description="It is published once to whoever may see it, not sent to one.")
    attachments: int = Field(description="Contents beside the text, at most.")
    contents: list[ContentRead] = Field(description="What it carries; empty: it has no text of its own.")
    needs: list[str] = Field(
        description="Details without which nothing goes out; `data.`: at least one that begins so."
    )


class Kind(BaseModel):
    """A kind of account that can be connected."""

    channel: str
    en: str
    zh: str
    zone: str
    fields: list[KindField]
    external_id: str = Field(description="The field that says which account it is; empty: it is asked for beside them.")
    capabilities: list[Capability]
    codes: list[CodeKind] = Field(description="Kinds of entry codes that can be made.")
    ways: list[WayRead]


class BadKind(BaseModel):
    """A plugin that is installed and cannot be used."""

    channel: str
    message: str
    message_zh: str


class Kinds(BaseModel):
    kinds: list[Kind]
    unusable: list[BadKind]


class FindingRead(Read):
    check: str
    ok: bool
    en: str
    zh: str
    advice_en: str
    advice_zh: str
    code: int = Field(description="The platform's error code, 0 when none.")


class HealthRead(Read):
    checked_at: datetime
    ok: bool
    findings: list[FindingRead]


class AccountRead(Read):
    id: int
    channel: str
    external_id: str
    name: str
    source_id: int
    state: str
    settings: dict[str, str]
    secrets: list[str] = Field(description="Names of the secrets that are filled in.")
    callback_url: str | None = Field(description="To enter on the platform, where it pushes.")
    health: HealthRead | None = Field(description="As of the last check.")
    created_at: datetime


class AccountNew(BaseModel):
    channel: Annotated[str, Field(min_length=1, max_length=100)]
    values: Values
    name: Name = ""
    external_id: Annotated[
        str, Field(max_length=200, description="How the platform calls it, where no field of the kind says so.")
    ] = ""


class AccountChange(BaseModel):
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    values: Values | None = None


class QuotaRead(Read):
    quota: str
    en: str
    zh: str
    subject: str
    window: str
    since: datetime | None
    until: datetime | None
    limit: int
    used: int
    left: int | None
    subjects: int
    full: int
    shared: int = Field(description="So much of each subject's allowance went with what reached everybody.")


@router.get("/kinds")
def kinds(_: CanSee) -> Kinds:
    """What can be connected, and what is to be filled in for it."""
    return Kinds(
        kinds=[
            Kind(
                channel=one.name,
                en=one.en,
                zh=one.zh,
                zone=one.zone,
                fields=[_field(field) for field in one.fields],
                external_id=one.external_id,
                capabilities=sorted(one.capabilities),
                codes=list(one.codes) if Capability.ENTRY_CODES in one.capabilities else [],
                ways=[WayRead.model_validate(way) for way in one.ways],
            )
            for one in service.abouts()
        ],
        unusable=[
            BadKind(channel=one.details["plugin"], message=one.message, message_zh=one.message_zh)
            for one in service.bad_plugins()
        ],
    )


@router.get("/accounts")
def list_accounts(request: Request, _: CanSee, conn: Conn) -> list[AccountRead]:
    """Every account, with what its last check found."""
    return _read(request, conn, service.accounts(conn))


@router.post("/accounts", status_code=201)
def connect(request: Request, body: AccountNew, principal: CanManage, conn: Conn, now: Now) -> AccountRead:
    """Connect an account. Nothing is asked of the platform yet; its check does."""
    made = service.connect_account(
        conn,
        principal,
        channel=body.channel,
        external_id=body.external_id,
        name=body.name,
        values=body.values,
        now=now,
    )
    return _read(request, conn, [made])[0]


@router.get("/accounts/{account_id}")
def show(request: Request, account_id: AccountId, _: CanSee, conn: Conn) -> AccountRead:
    """One account."""
    return _read(request, conn, [service.account(conn, account_id)])[0]


@router.patch("/accounts/{account_id}")
def update(
    request: Request, account_id: AccountId, body: AccountChange, principal: CanManage, conn: Conn, now: Now
) -> AccountRead:
    """Change what is given. An empty value clears a field that is not required."""
    changed = service.update_account(conn, principal, account_id, now=now, name=body.name, values=body.values)
    return _read(request, conn, [changed])[0]


@router.post("/accounts/{account_id}/pause")
def pause(request: Request, account_id: AccountId, principal: CanManage, conn: Conn, now: Now) -> AccountRead:
    """Call nothing on the platform any more; pushes are still heard. Safe to repeat."""
    return _read(request, conn, [service.pause_account(conn, principal, account_id, now)])[0]


@router.post("/accounts/{account_id}/resume")
def resume(request: Request, account_id: AccountId, principal: CanManage, conn: Conn, now: Now) -> AccountRead:
    """Call again. Safe to repeat."""
    return _read(request, conn, [service.resume_account(conn, principal, account_id, now)])[0]


@router.delete("/accounts/{account_id}", status_code=204)
def delete(account_id: AccountId, principal: CanManage, conn: Conn, now: Now) -> None:
    """Delete an account that is paused; it cannot be undone. Ties end with the reason, history stays."""
    service.delete_account(conn, principal, account_id, now)


@router.post("/accounts/{account_id}/health")
def check(request: Request, account_id: AccountId, _: CanManage) -> HealthRead:
    """Try now what the account needs; this calls the platform, and may take some seconds."""
    database: Database = request.app.state.database
    http: httpx.Client = request.app.state.outward()
    with database.transaction() as conn:
        account = service.account(conn, account_id)
    base: str = request.app.state.base_url
    return HealthRead.model_validate(service.check_account(database, account, request.app.state.clock, http, base))


@router.get("/accounts/{account_id}/quotas")
def quotas(account_id: AccountId, _: CanSee, conn: Conn, now: Now) -> list[QuotaRead]:
    """How every quota of the account stands in its running window."""
    found: list[QuotaUse] = service.used(conn, service.account(conn, account_id), now)
    return [QuotaRead.model_validate(one) for one in found]


def _field(field: FormField) -> KindField:
    return KindField.model_validate(field)


def _read(request: Request, conn: Connection, accounts: list[Account]) -> list[AccountRead]:
    filled, health = service.filled_secrets(conn), service.health_of_accounts(conn)
    base: str = request.app.state.base_url
    pushing = {one.name for one in service.abouts() if Capability.PUSH in one.capabilities}
    return [
        AccountRead(
            id=one.id,
            channel=one.channel,
            external_id=one.external_id,
            name=one.name,
            source_id=one.source_id,
            state=one.state,
            settings=dict(one.settings),
            secrets=list(filled[one.id]),
            callback_url=f"{base}/callback/{one.channel}/{one.id}" if one.channel in pushing else None,
            health=HealthRead.model_validate(health[one.id]) if one.id in health else None,
            created_at=one.created_at,
        )
        for one in accounts
    ]
