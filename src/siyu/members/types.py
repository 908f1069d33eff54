"""What other rooms may know of members."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal, Protocol

from siyu.intake.types import IdentifierClaim
from siyu.kernel.errors import SiyuError
from siyu.kernel.fact import FactKind

Way = Literal["sms", "official_account", "mini_program"]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who asks with a session of their own.

    Attributes:
        customer_id: who that is now; merges and splits of OneID count from the next request on.
        identifier_id: of the identifier with which they signed in.
        session: under which the session is kept; answers to repeated requests belong to it.
        way: how they signed in.
        claim: the identifier, for messages in which they act themselves.
        expires_at: when the session ends, unless it is used before.
    """

    customer_id: int
    identifier_id: int
    session: bytes = field(repr=False)
    way: Way
    claim: IdentifierClaim = field(repr=False)
    expires_at: datetime

    @property
    def actor(self) -> str:
        """How the audit names them."""
        return f"member:{self.customer_id}"


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A fresh session. The token is told this one time; only its hash is kept."""

    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CodeToTell:
    """A code that is kept and has still to be told to the phone."""

    id: int
    phone: str = field(repr=False)
    code: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Deletion:
    """Somebody asked for what is known of them to be deleted.

    Attributes:
        due_at: until then they can take it back.
    """

    id: int
    customer_id: int
    asked_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Referral:
    """Somebody who was no member first came by a member's invitation.

    Attributes:
        customer_id: who came, as OneID knows them now.
        inviter_id: who brought them, likewise.
        at: when they signed in for the first time.
        way: how.
    """

    customer_id: int
    inviter_id: int
    at: datetime
    way: Way


_HOW = ("string", "how they signed in: sms, official_account or mini_program")

FACTS: tuple[FactKind, ...] = (
    FactKind(
        "member.invited",
        1,
        "Somebody who was no member came by this customer's invitation.",
        "邀请好友成功",
        {"friend": ("integer", "id of the customer who came"), "way": _HOW},
    ),
    FactKind(
        "member.referred",
        1,
        "The customer signed in for the first time, by a member's invitation.",
        "受邀加入",
        {"inviter": ("integer", "id of the customer who invited them"), "way": _HOW},
    ),
)


class Sms(Protocol):
    """What brings codes to phones."""

    def tell(self, phone: str, code: str, minutes: int) -> None:
        """Have a code brought to a phone.

        Args:
            phone: with its country: ``+8613800138000``.
            code: digits.
            minutes: for so long the code counts.

        Raises:
            SmsRefused: the provider will not, and a repeat does not mend it.
            TryLater: it cannot now.
        """
        ...


class WrongCode(SiyuError):
    """The code of an SMS is wrong, too old, was used, or was tried too often; which of these is not said."""

    status: ClassVar[int] = 400
    en = "This code is wrong or does not count any more. Look at the newest message, or ask for another code."
    zh = "验证码错误或已失效，请查看最新短信，或重新获取验证码。"


class SmsRefused(SiyuError):
    """The provider of SMS refuses; the reason is for the operators."""

    status: ClassVar[int] = 502
    en = "The message could not be sent. The brand has to look at its account for SMS."
    zh = "短信发送失败，请联系品牌方检查短信账号。"


class SmsMissing(SiyuError):
    """No provider of SMS is set up."""

    status: ClassVar[int] = 409
    en = "Signing in by SMS is not set up here. Use another way."
    zh = "尚未开通短信登录，请使用其他方式登录。"


class LoginSpent(SiyuError):
    """A platform's sign-in has opened a session before."""

    status: ClassVar[int] = 400
    en = "This sign-in was used before. Sign in again."
    zh = "该登录凭据已被使用，请重新登录。"


class NotYetKnown(SiyuError):
    """Who just signed in is still on the way through the queue."""

    status: ClassVar[int] = 503
    en = "Your sign-in is being taken in. Ask again in {retry_after} seconds."
    zh = "正在登录，请在 {retry_after} 秒后重试。"
