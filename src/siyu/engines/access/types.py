"""What other rooms may know of access."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Literal

from siyu.kernel.errors import SiyuError


class Role(StrEnum):
    """What an operator is to the brand; an operator may have several."""

    OWNER = "owner"
    OPERATOR = "operator"
    ANALYST = "analyst"
    STAFF = "staff"
    AUDITOR = "auditor"


PrincipalKind = Literal["operator", "key", "system"]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking.

    Attributes:
        kind: an operator with a session, an API key, or Siyu itself (the command line, a job).
        id: of the operator or key; 0 for the system.
        name: for people to read.
        rights: the names of :data:`siyu.engines.access.rules.RIGHTS` it holds.
        roles: of an operator; empty otherwise.
    """

    kind: PrincipalKind
    id: int
    name: str
    rights: frozenset[str]
    roles: frozenset[Role] = frozenset()

    @property
    def actor(self) -> str:
        """How the audit names it: ``operator:7``, ``key:3``, ``system:cli``."""
        return f"{self.kind}:{self.name if self.kind == 'system' else self.id}"


@dataclass(frozen=True, slots=True)
class Operator:
    """Someone who uses the console."""

    id: int
    login: str
    name: str
    roles: tuple[Role, ...]
    disabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session. The token is told this one time; only its hash is kept."""

    token: str
    expires_at: datetime
    principal: Principal


@dataclass(frozen=True, slots=True)
class SignInRefused:
    """Why there is no session. Returned, not raised, so that the count of failures is committed.

    Attributes:
        retry_after: seconds until this login may try again; 0 when it may at once.
    """

    retry_after: int


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key as it may be shown."""

    id: int
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class WriteKey:
    """A key under which a source sends. It goes into web pages and apps, so it is no secret and may be shown."""

    id: int
    source_id: int
    key: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where messages come from: a website, a server, an export of a shop."""

    id: int
    name: str
    kind: str
    settings: Mapping[str, Any]
    created_at: datetime
    keys: tuple[WriteKey, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class SourceRef:
    """What intake needs of a source at each request."""

    id: int
    name: str
    kind: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit."""

    id: int
    at: datetime
    actor: str
    action: str
    target: str
    details: Mapping[str, Any]


class WeakPassword(SiyuError):
    """The password does not meet the rules."""

    status: ClassVar[int] = 400
    en = "Choose another password: {reason}"
    zh = "请更换密码：{reason_zh}"


class SignInFailed(SiyuError):
    """Wrong login or password; which of the two is not said."""

    status: ClassVar[int] = 401
    en = "The login or the password is wrong."
    zh = "账号或密码错误。"


class LinkSpent(SiyuError):
    """The one-time link was used, has expired, or never was."""

    status: ClassVar[int] = 403
    en = "This link is not valid any more. Run `siyu owner-link` on the server to get a new one."
    zh = "该链接已失效，请在服务器上运行 `siyu owner-link` 重新获取。"


class CrossSite(SiyuError):
    """A browser sent the session's cookie from another site."""

    status: ClassVar[int] = 403
    en = "The request came from another site. Send the header X-Siyu-CSRF, or use an API key."
    zh = "请求来自其他站点。请携带 X-Siyu-CSRF 请求头，或使用 API 密钥。"
