"""Who signs in on a page or in an app of ours through a platform."""

from dataclasses import dataclass, field
from datetime import datetime

from siyu.kernel.errors import SiyuError


@dataclass(frozen=True, slots=True)
class Login:
    """What a code for signing in stands for. The key of the session is not kept: nothing of ours needs it.

    Attributes:
        open_id: within the account.
        union_id: across the accounts of one owner; empty when the platform does not say.
        name, avatar: where the person allowed it; personal data.
    """

    open_id: str
    union_id: str = ""
    name: str = field(default="", repr=False)
    avatar: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """One identifier of a person, as the claims of a message carry it.

    Attributes:
        type: of the identifier: ``open_id``, ``union_id``, ``phone``.
        scope: within which it counts; empty where it counts everywhere.
    """

    type: str
    value: str = field(repr=False)
    scope: str = ""


@dataclass(frozen=True, slots=True)
class MemberSession:
    """Somebody who signed in on a page or in an app of ours.

    Attributes:
        account_id: of the account through which they signed in.
        open_id: within that account.
        expires_at: until then the token counts.
        token: shows who they are to our own pages; signed, so that nobody can make one.
    """

    account_id: int
    open_id: str
    expires_at: datetime
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoginBegun:
    """A visitor is on their way to the platform's page.

    Attributes:
        url: of that page.
        cookie: for their browser; without it nobody comes back.
    """

    url: str
    cookie: str = field(repr=False)


class CodeSpent(SiyuError):
    """The code of a sign-in is wrong, too old or was used."""

    status = 400
    en = "This code is wrong, too old or was used before. Sign in again: a code works once and for five minutes."
    zh = "code 无效、已过期或已被使用，请重新登录：code 只能使用一次，五分钟内有效。"


class LoginBroken(SiyuError):
    """Somebody came back from the platform's page who did not go there with this browser, or long ago."""

    status = 400
    en = "This sign-in began in another browser or too long ago. Begin again, with cookies allowed."
    zh = "该登录请求并非由当前浏览器发起，或已超时，请允许 Cookie 后重新登录。"


class LoginRefused(SiyuError):
    """The platform does not let this person sign in."""

    status = 403
    en = "The platform does not let this person sign in."
    zh = "平台限制该用户登录。"


class LoginUnavailable(SiyuError):
    """The platform refuses for a reason that is the operators' and not the visitor's."""

    status = 502
    en = "Signing in does not work at present. Operators find the reason in the health of account {account}."
    zh = "暂时无法登录，运营人员可在账号 {account} 的健康检查中查看原因。"
