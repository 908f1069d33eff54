"""Signing in, operators, API keys, sources, the audit."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from siyu.engines.access import service
from siyu.engines.access.types import Principal, Role, SignInFailed, SignInRefused
from siyu.engines.http import (
    ERROR_RESPONSES,
    SESSION_COOKIE,
    Caller,
    Conn,
    Now,
    Router,
    decode_cursor,
    encode_cursor,
    needs,
)
from siyu.engines.http.security import check_same_site
from siyu.engines.postgres import Database
from siyu.kernel.errors import TooManyRequests

router = Router(prefix="/api/v1", tags=["access"], responses=ERROR_RESPONSES)

Login = Annotated[str, Field(max_length=200)]
Password = Annotated[str, Field(max_length=2000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]

CanOperators = Annotated[Principal, needs("operators.manage")]
CanKeys = Annotated[Principal, needs("keys.manage")]
CanSeeSources = Annotated[Principal, needs("sources.read")]
CanSources = Annotated[Principal, needs("sources.manage")]
CanAudit = Annotated[Principal, needs("audit.read")]


class Read(BaseModel):
    """An answer made from a dataclass."""

    model_config = ConfigDict(from_attributes=True)


class SignIn(BaseModel):
    login: Login
    password: Password


class Redeem(SignIn):
    token: Annotated[str, Field(max_length=200)]
    name: Annotated[str, Field(max_length=200)] = ""


class Me(BaseModel):
    kind: str
    id: int
    name: str
    roles: list[Role]
    rights: list[str]


class ChangePassword(BaseModel):
    old: Password
    new: Password


class OperatorRead(Read):
    id: int
    login: str
    name: str
    roles: list[Role]
    disabled: bool
    created_at: datetime


class OperatorNew(SignIn):
    name: Annotated[str, Field(max_length=200)] = ""
    roles: list[Role]


class OperatorChange(BaseModel):
    name: Name | None = None
    roles: list[Role] | None = None
    disabled: bool | None = None


class ResetLink(BaseModel):
    token: str = Field(description="For POST /api/v1/redeem; good once and for 24 hours.")


class ApiKeyRead(Read):
    id: int
    name: str
    prefix: str
    scopes: list[str]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class ApiKeyNew(BaseModel):
    name: Name
    scopes: list[str] = Field(description="Rights, as in GET /api/v1/rights.")
    expires_at: datetime | None = None


class ApiKeyMade(Read):
    id: int
    token: str = Field(description="Told this one time.")


class WriteKeyRead(Read):
    id: int
    key: str
    created_at: datetime
    revoked_at: datetime | None


class SourceRead(Read):
    id: int
    name: str
    kind: str
    settings: dict[str, Any]
    created_at: datetime
    keys: list[WriteKeyRead]


class SourceNew(BaseModel):
    name: Name
    kind: Annotated[str, Field(min_length=1, max_length=50, description="`web`, `server`, `app`, `file` …")]
    settings: dict[str, Any] = {}


class SourceChange(BaseModel):
    name: Name | None = None
    settings: dict[str, Any] | None = None


class RightRead(BaseModel):
    right: str
    en: str
    zh: str
    roles: list[Role]


class AuditRead(Read):
    id: int
    at: datetime
    actor: str
    action: str
    target: str
    details: dict[str, Any]


class AuditPage(BaseModel):
    items: list[AuditRead]
    next: str | None = Field(description="Cursor of the next page, null on the last.")


@router.post("/sign-in")
def sign_in(request: Request, response: Response, body: SignIn, now: Now) -> Me:
    """Open a session; it comes back as a cookie."""
    database: Database = request.app.state.database
    with database.transaction() as conn:  # its own, committed also when the sign-in is refused: failures are counted
        outcome = service.sign_in(
            conn,
            login=body.login,
            password=body.password,
            now=now,
            agent=request.headers.get("user-agent", ""),
            idle=request.app.state.session_idle,
        )
    if isinstance(outcome, SignInRefused):
        if outcome.retry_after:
            raise TooManyRequests(
                reason="too many failed sign-ins.", reason_zh="登录失败次数过多。", retry_after=outcome.retry_after
            )
        raise SignInFailed
    response.set_cookie(
        SESSION_COOKIE,
        outcome.token,
        httponly=True,
        samesite="lax",
        secure=request.app.state.base_url.startswith("https://"),
        path="/",
    )
    return _me(outcome.principal)


@router.post("/sign-out", status_code=204)
def sign_out(request: Request, response: Response, conn: Conn, now: Now) -> None:
    """End the session. Safe to repeat."""
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        check_same_site(request)
        service.sign_out(conn, token, now)
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")


@router.get("/me")
def me(principal: Caller) -> Me:
    """Who is asking, and what they may."""
    return _me(principal)


@router.post("/me/password", status_code=204)
def change_password(request: Request, body: ChangePassword, principal: Caller, conn: Conn, now: Now) -> None:
    """Change one's own password; every other session ends."""
    keep = request.cookies.get(SESSION_COOKIE, "")
    service.change_password(conn, principal, old=body.old, new=body.new, now=now, keep_session=keep)


@router.post("/redeem")
def redeem(body: Redeem, conn: Conn, now: Now) -> OperatorRead:
    """Use a one-time link: make the first owner, or set a forgotten password."""
    return OperatorRead.model_validate(service.redeem(conn, body.token, body.login, body.password, now, name=body.name))


@router.get("/rights")
def rights(_principal: Caller) -> list[RightRead]:
    """The table of rights: which role may do what."""
    return [
        RightRead(right=name, en=right.en, zh=right.zh, roles=sorted(right.roles))
        for name, right in service.RIGHTS.items()
    ]


@router.get("/operators")
def operators(_principal: CanOperators, conn: Conn) -> list[OperatorRead]:
    """Every operator."""
    return [OperatorRead.model_validate(operator) for operator in service.operators(conn)]


@router.post("/operators", status_code=201)
def create_operator(body: OperatorNew, principal: CanOperators, conn: Conn, now: Now) -> OperatorRead:
    """Make an operator."""
    made = service.create_operator(
        conn, principal, login=body.login, name=body.name, roles=body.roles, password=body.password, now=now
    )
    return OperatorRead.model_validate(made)


@router.patch("/operators/{operator_id}")
def update_operator(
    operator_id: int, body: OperatorChange, principal: CanOperators, conn: Conn, now: Now
) -> OperatorRead:
    """Change what is given. New roles, or disabling, end the operator's sessions."""
    changed = service.update_operator(
        conn, principal, operator_id, now=now, name=body.name, roles=body.roles, disabled=body.disabled
    )
    return OperatorRead.model_validate(changed)


@router.post("/operators/{operator_id}/reset-link", status_code=201)
def create_reset_link(operator_id: int, principal: CanOperators, conn: Conn, now: Now) -> ResetLink:
    """A one-time link with which the operator sets a new password."""
    return ResetLink(token=service.create_reset_link(conn, principal, operator_id, now))


@router.get("/api-keys")
def api_keys(_principal: CanKeys, conn: Conn) -> list[ApiKeyRead]:
    """Every API key, revoked ones too."""
    return [ApiKeyRead.model_validate(key) for key in service.api_keys(conn)]


@router.post("/api-keys", status_code=201)
def create_api_key(body: ApiKeyNew, principal: CanKeys, conn: Conn, now: Now) -> ApiKeyMade:
    """Make an API key. Its token is told this one time."""
    made = service.create_api_key(
        conn, principal, name=body.name, scopes=body.scopes, now=now, expires_at=body.expires_at
    )
    return ApiKeyMade.model_validate(made)


@router.delete("/api-keys/{key_id}", status_code=204)
def revoke_api_key(key_id: int, principal: CanKeys, conn: Conn, now: Now) -> None:
    """Refuse the key from the next request on. Safe to repeat."""
    service.revoke_api_key(conn, principal, key_id, now)


@router.get("/sources")
def sources(_principal: CanSeeSources, conn: Conn) -> list[SourceRead]:
    """Every source with its write keys."""
    return [SourceRead.model_validate(source) for source in service.sources(conn)]


@router.post("/sources", status_code=201)
def create_source(body: SourceNew, principal: CanSources, conn: Conn, now: Now) -> SourceRead:
    """Make a source with a first write key."""
    made = service.create_source(conn, principal, name=body.name, kind=body.kind, settings=body.settings, now=now)
    return SourceRead.model_validate(made)


@router.get("/sources/{source_id}")
def source(source_id: int, _principal: CanSeeSources, conn: Conn) -> SourceRead:
    """One source with its write keys."""
    return SourceRead.model_validate(service.source(conn, source_id))


@router.patch("/sources/{source_id}")
def update_source(source_id: int, body: SourceChange, principal: CanSources, conn: Conn, now: Now) -> SourceRead:
    """Change what is given."""
    changed = service.update_source(conn, principal, source_id, now=now, name=body.name, settings=body.settings)
    return SourceRead.model_validate(changed)


@router.post("/sources/{source_id}/write-keys", status_code=201)
def create_write_key(source_id: int, principal: CanSources, conn: Conn, now: Now) -> WriteKeyRead:
    """A further write key, so that keys can be changed without a gap."""
    return WriteKeyRead.model_validate(service.create_write_key(conn, principal, source_id, now))


@router.delete("/sources/{source_id}/write-keys/{key_id}", status_code=204)
def revoke_write_key(source_id: int, key_id: int, principal: CanSources, conn: Conn, now: Now) -> None:
    """Refuse the key within a second. What was accepted under it stays accepted. Safe to repeat."""
    service.revoke_write_key(conn, principal, source_id, key_id, now)


@router.get("/audit")
def audit(
    _principal: CanAudit,
    conn: Conn,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    actor: str | None = None,
    action: str | None = None,
    target: str | None = None,
    since: Annotated[AwareDatetime | None, Query(alias="from", description="At this moment or later.")] = None,
    until: Annotated[AwareDatetime | None, Query(alias="before", description="Before this moment.")] = None,
) -> AuditPage:
    """The audit, newest first. `actor` also finds what a job did for them."""
    start = decode_cursor(cursor, int)
    found = service.audit_page(
        conn,
        before=int(start[0]) if start else None,
        limit=limit + 1,
        actor=actor,
        action=action,
        target=target,
        since=since,
        until=until,
    )
    shown = found[:limit]
    return AuditPage(
        items=[AuditRead.model_validate(entry) for entry in shown],
        next=encode_cursor([shown[-1].id]) if len(found) > limit else None,
    )


def _me(principal: Principal) -> Me:
    return Me(
        kind=principal.kind,
        id=principal.id,
        name=principal.name,
        roles=sorted(principal.roles),
        rights=sorted(principal.rights),
    )
