"""What other rooms may know of payments, and what a platform of payments has to be able to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, Protocol

from siyu.kernel.errors import SiyuError
from siyu.kernel.fact import FactKind
from siyu.timeline.types import OF_PAYMENTS

PaymentState = Literal["new", "open", "paid", "closed"]
PaymentWay = Literal["", "jsapi", "h5"]
RefundState = Literal["new", "processing", "done", "failed"]
TransferState = Literal["new", "waiting", "moving", "done", "failed", "cancelled"]


class PlatformDeclined(SiyuError):
    """The platform of payments answered with an error that a repeat does not mend."""

    status: ClassVar[int] = 409
    en = "WeChat Pay answered {code}: {said}. {advice}"
    zh = "微信支付返回 {code}（{said}）。{advice_zh}"


class NotFromPlatform(SiyuError):
    """A notification, or an answer, that the platform has not signed."""

    status: ClassVar[int] = 401
    en = "This is not signed by the platform: {reason}"
    zh = "签名验证未通过：{reason_zh}"


@dataclass(frozen=True, slots=True)
class Merchant:
    """A merchant of WeChat Pay, with the app in which its customers pay.

    Attributes:
        mch_id: as the platform numbers it.
        app_id: of the official account or mini program that is tied to it.
        serial: of the merchant's certificate.
        private_key: of that certificate, PEM.
        api_key: the APIv3 key, 32 characters.
        platform_key_id: ``PUB_KEY_ID_…``.
        platform_key: the platform's public key, PEM.
        base_url: of the API.
        h5: it may take payments in browsers outside WeChat.
    """

    id: int
    mch_id: str
    app_id: str
    name: str
    serial: str
    platform_key_id: str
    platform_key: str
    base_url: str
    private_key: str = ""
    api_key: str = ""
    h5: bool = False


@dataclass(frozen=True, slots=True)
class Payment:
    """Something that a customer is to pay.

    Attributes:
        number: by which the platform knows it; unique.
        payer: the customer's id in the merchant's app (OpenID); empty: it can be paid in a browser only.
        about: what for, as ``offer:12``.
        description: what the customer reads.
        state: ``new``: the platform does not know it; ``open``: it can be paid; ``closed``: it cannot any more.
        prepaid_by: the platform's id of what it prepared.
        expires_at: until then it can be paid.
        platform_id: the platform's number of what was paid; empty before.
        refunded_fen: what went back of it.
        way: ``jsapi``: within WeChat; ``h5``: in a browser; empty: nobody has begun to pay it.
    """

    id: int
    merchant_id: int
    number: str
    key: str
    customer_id: int
    payer: str
    about: str
    description: str
    fen: int
    state: PaymentState
    prepaid_by: str
    expires_at: datetime
    created_at: datetime
    platform_id: str
    paid_at: datetime | None
    refunded_fen: int
    way: PaymentWay


@dataclass(frozen=True, slots=True)
class Refund:
    """Some of a payment, or all of it, that goes back. ``number`` is unique; the platform repeats nothing under it."""

    id: int
    payment_id: int
    number: str
    key: str
    fen: int
    reason: str
    actor: str
    state: RefundState
    created_at: datetime
    platform_id: str
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money for a customer, which they have to confirm in WeChat within a day.

    Attributes:
        payee: the customer's id in the merchant's app (OpenID).
        about: what for, as ``assist:7``.
        remark: what the customer reads, up to 32 characters.
        scene: the number of the kind of transfer that the platform has approved: ``1000``.
        state: ``new``: the platform does not know it; ``waiting``: for the customer; ``moving``: they have confirmed;
            ``done``, ``failed`` and ``cancelled`` are final.
        package: with which the page asks the customer to confirm; empty before and after.
        failed_for: the platform's word on why.
    """

    id: int
    merchant_id: int
    number: str
    key: str
    customer_id: int
    payee: str
    about: str
    remark: str
    scene: str
    fen: int
    state: TransferState
    package: str
    platform_id: str
    failed_for: str
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentSaid:
    """What the platform says of a payment. ``state`` as ours; ``fen`` is ``None`` where it does not say."""

    number: str
    state: Literal["open", "paid", "closed"]
    platform_id: str = ""
    fen: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RefundSaid:
    """What the platform says of a refund."""

    number: str
    state: Literal["processing", "done", "failed"]
    platform_id: str = ""
    fen: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TransferSaid:
    """What the platform says of a transfer. ``package`` only where it waits for the customer and was just made."""

    number: str
    state: Literal["waiting", "moving", "done", "failed", "cancelled"]
    platform_id: str = ""
    fen: int | None = None
    package: str = ""
    failed_for: str = ""


Said = PaymentSaid | RefundSaid | TransferSaid


@dataclass(frozen=True, slots=True)
class Turned:
    """Something that has come into another state, for the room that asked for it.

    Attributes:
        payment: that was paid or closed, or of which something went back.
        refund: that is done or has failed.
        transfer: that is at its end, or waits for the customer.
    """

    payment: Payment | None = None
    refund: Refund | None = None
    transfer: Transfer | None = None


class Port(Protocol):
    """A merchant at work on its platform. Each call is one request; nothing of it is remembered here.

    All may raise TryLater (nothing is known of what became of it, or it is to be repeated), PlatformDeclined and
    NotFromPlatform. What has a number may be repeated: the platform does it once.
    """

    def prepare(self, payment: Payment, notify_url: str, now: datetime) -> str:
        """Have a payment be payable within WeChat; returns the platform's id of it."""

    def visit(self, payment: Payment, notify_url: str, address: str, now: datetime) -> str:
        """Have a payment be payable in the browser at this internet address; returns where that is to go, for five minutes."""

    def page(self, prepaid_by: str, now: datetime) -> Mapping[str, str]:
        """What a page hands to WeChat so that its visitor can pay."""

    def payment(self, number: str, now: datetime) -> PaymentSaid | None:
        """How a payment stands; ``None`` where the platform has none."""

    def close(self, number: str, now: datetime) -> None:
        """Have a payment not be payable any more. Declined where it is paid."""

    def refund(self, payment: Payment, refund: Refund, notify_url: str, now: datetime) -> RefundSaid:
        """Give some of a payment back."""

    def refunded(self, number: str, now: datetime) -> RefundSaid | None:
        """How a refund stands; ``None`` where the platform has none."""

    def transfer(self, transfer: Transfer, notify_url: str, now: datetime) -> TransferSaid:
        """Have a customer be able to confirm that they take money."""

    def transferred(self, number: str, now: datetime) -> TransferSaid | None:
        """How a transfer stands; ``None`` where the platform has none."""

    def cancel(self, number: str, now: datetime) -> TransferSaid:
        """Take a transfer back that waits for its customer."""

    def read(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Said | None:
        """What a notification says; ``None`` where it is of something that we do not follow.

        Raises:
            NotFromPlatform: it is not the platform's, or too old.
        """


FACTS: tuple[FactKind, ...] = OF_PAYMENTS
