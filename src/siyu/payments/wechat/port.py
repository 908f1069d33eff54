"""WeChat Pay's API v3, spoken for one merchant."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import httpx
import orjson

from siyu.kernel.errors import TryLater
from siyu.payments.types import (
    Merchant,
    NotFromPlatform,
    Payment,
    PaymentSaid,
    PlatformDeclined,
    Refund,
    RefundSaid,
    Said,
    Transfer,
    TransferSaid,
)
from siyu.payments.wechat import signing

_TIMEOUT: Final = httpx.Timeout(20.0, connect=5.0)
_MOST_BYTES: Final = 1 << 20
_CHINA: Final = ZoneInfo("Asia/Shanghai")
_PAY: Final = "/v3/pay/transactions"
_REFUNDS: Final = "/v3/refund/domestic/refunds"
_TRANSFERS: Final = "/v3/fund-app/mch-transfer/transfer-bills"
_TRADES: Final[Mapping[str, Literal["open", "paid", "closed"]]] = {
    "SUCCESS": "paid", "REFUND": "paid", "NOTPAY": "open", "USERPAYING": "open", "ACCEPT": "open", "PAYERROR": "open",
    "CLOSED": "closed", "REVOKED": "closed",
}  # fmt: skip
# ABNORMAL: the payer's bank does not take it. It is settled in the merchant's console, and must not go back a second time.
_BACK: Final[Mapping[str, Literal["processing", "done", "failed"]]] = {
    "SUCCESS": "done", "CLOSED": "failed", "PROCESSING": "processing", "ABNORMAL": "processing",
}  # fmt: skip
_MOVES: Final[Mapping[str, Literal["waiting", "moving", "done", "failed", "cancelled"]]] = {
    "ACCEPTED": "waiting", "PROCESSING": "moving", "WAIT_USER_CONFIRM": "waiting", "TRANSFERING": "moving",
    "SUCCESS": "done", "FAIL": "failed", "CANCELING": "waiting", "CANCELLED": "cancelled",
}  # fmt: skip
_GONE: Final = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS", "NOT_FOUND"})
_AGAIN: Final = frozenset({"SYSTEM_ERROR", "FREQUENCY_LIMITED", "FREQUENCY_LIMIT_EXCEED", "RATELIMIT_EXCEEDED"})
_ADVICE: Final[Mapping[str, tuple[str, str]]] = {
    "SIGN_ERROR": (
        "Compare the merchant's number, the serial of its certificate and its private key.",
        "请核对商户号、证书序列号与商户私钥。",
    ),
    "NOT_ENOUGH": ("Put money into the merchant's account.", "请为商户账户充值。"),
    "NO_AUTH": ("Ask the platform for the right to do this.", "请在商户平台开通相应权限。"),
}
_ELSE: Final = ("Look it up in the merchant's console.", "请到商户平台查看。")


class WechatPay:
    """One merchant. See :class:`siyu.payments.types.Port`."""

    def __init__(self, merchant: Merchant, http: httpx.Client) -> None:
        self._merchant, self._http = merchant, http
        self._key = signing.private_key(merchant.private_key)
        self._platform = signing.public_key(merchant.platform_key)

    def prepare(self, payment: Payment, notify_url: str, now: datetime) -> str:
        """Have a payment be payable within WeChat."""
        asked = {**self._wanted(payment, notify_url), "payer": {"openid": payment.payer}}
        return str(self._call("POST", f"{_PAY}/jsapi", asked, now)["prepay_id"])

    def visit(self, payment: Payment, notify_url: str, address: str, now: datetime) -> str:
        """Have a payment be payable in a browser (H5)."""
        scene = {"payer_client_ip": address, "h5_info": {"type": "Wap"}}
        asked = {**self._wanted(payment, notify_url), "scene_info": scene}
        return str(self._call("POST", f"{_PAY}/h5", asked, now)["h5_url"])

    def _wanted(self, payment: Payment, notify_url: str) -> Mapping[str, Any]:
        return {
            "appid": self._merchant.app_id,
            "mchid": self._merchant.mch_id,
            "description": payment.description,
            "out_trade_no": payment.number,
            "time_expire": payment.expires_at.astimezone(_CHINA).isoformat(timespec="seconds"),
            "attach": payment.about,
            "notify_url": notify_url,
            "amount": {"total": payment.fen, "currency": "CNY"},
        }

    def page(self, prepaid_by: str, now: datetime) -> Mapping[str, str]:
        """What a page hands to ``wx.requestPayment`` or ``WeixinJSBridge``."""
        stamp, said, package = str(int(now.timestamp())), signing.nonce(), f"prepay_id={prepaid_by}"
        return {
            "appId": self._merchant.app_id,
            "timeStamp": stamp,
            "nonceStr": said,
            "package": package,
            "signType": "RSA",
            "paySign": signing.signed(self._key, self._merchant.app_id, stamp, said, package),
        }

    def payment(self, number: str, now: datetime) -> PaymentSaid | None:
        """How a payment stands."""
        found = self._asked(f"{_PAY}/out-trade-no/{number}?mchid={self._merchant.mch_id}", now)
        return None if found is None else self._payment(found)

    def close(self, number: str, now: datetime) -> None:
        """Have a payment not be payable any more."""
        self._call("POST", f"{_PAY}/out-trade-no/{number}/close", {"mchid": self._merchant.mch_id}, now)

    def refund(self, payment: Payment, refund: Refund, notify_url: str, now: datetime) -> RefundSaid:
        """Give some of a payment back."""
        asked = {
            "out_trade_no": payment.number,
            "out_refund_no": refund.number,
            "reason": refund.reason[:80],
            "notify_url": notify_url,
            "amount": {"refund": refund.fen, "total": payment.fen, "currency": "CNY"},
        }
        return _refund(self._call("POST", _REFUNDS, asked, now))

    def refunded(self, number: str, now: datetime) -> RefundSaid | None:
        """How a refund stands."""
        found = self._asked(f"{_REFUNDS}/{number}", now)
        return None if found is None else _refund(found)

    def transfer(self, transfer: Transfer, notify_url: str, now: datetime) -> TransferSaid:
        """Have a customer be able to confirm that they take money."""
        asked = {
            "appid": self._merchant.app_id,
            "out_bill_no": transfer.number,
            "transfer_scene_id": transfer.scene,
            "openid": transfer.payee,
            "transfer_amount": transfer.fen,
            "transfer_remark": transfer.remark,
            "notify_url": notify_url,
            "transfer_scene_report_infos": [
                {"info_type": "活动名称", "info_content": transfer.remark},
                {"info_type": "奖励说明", "info_content": transfer.remark},
            ],
        }
        return self._transfer(self._call("POST", _TRANSFERS, asked, now))

    def transferred(self, number: str, now: datetime) -> TransferSaid | None:
        """How a transfer stands."""
        found = self._asked(f"{_TRANSFERS}/out-bill-no/{number}", now)
        return None if found is None else self._transfer(found)

    def cancel(self, number: str, now: datetime) -> TransferSaid:
        """Take a transfer back that waits for its customer."""
        return self._transfer(self._call("POST", f"{_TRANSFERS}/out-bill-no/{number}/cancel", {}, now))

    def read(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Said | None:
        """What a notification says."""
        small = {name.lower(): value for name, value in headers.items()}
        signing.check(self._platform, self._merchant.platform_key_id, small, body, now)
        told = _object(body)
        resource = told.get("resource")
        said = _object(signing.decrypted(self._merchant.api_key, resource if isinstance(resource, dict) else {}))
        event = str(told.get("event_type", ""))
        if said.get("mchid", self._merchant.mch_id) != self._merchant.mch_id:
            raise NotFromPlatform(reason="it is for another merchant.", reason_zh="通知属于其他商户。")
        if event.startswith("TRANSACTION."):
            return self._payment(said)
        if event.startswith("REFUND."):
            return _refund({**said, "status": said.get("refund_status")})
        return self._transfer(said) if event.startswith("MCHTRANSFER.") else None

    def _payment(self, told: Mapping[str, Any]) -> PaymentSaid:
        amount = told.get("amount") or {}
        return PaymentSaid(
            number=str(told.get("out_trade_no", "")),
            state=_TRADES.get(str(told.get("trade_state")), "open"),
            platform_id=str(told.get("transaction_id", "")),
            fen=amount.get("total"),
            at=_moment(told.get("success_time")),
        )

    def _transfer(self, told: Mapping[str, Any]) -> TransferSaid:
        return TransferSaid(
            number=str(told.get("out_bill_no", "")),
            state=_MOVES.get(str(told.get("state")), "waiting"),
            platform_id=str(told.get("transfer_bill_no", "")),
            fen=told.get("transfer_amount"),
            package=str(told.get("package_info", "")),
            failed_for=str(told.get("fail_reason", ""))[:200],
        )

    def _asked(self, path: str, now: datetime) -> Mapping[str, Any] | None:
        try:
            return self._call("GET", path, None, now)
        except PlatformDeclined as error:
            if error.details["code"] in _GONE:
                return None
            raise

    def _call(self, method: str, path: str, asked: Mapping[str, Any] | None, now: datetime) -> Mapping[str, Any]:
        body = b"" if asked is None else orjson.dumps(asked)
        by = signing.authorization(
            self._key, self._merchant.mch_id, self._merchant.serial, method, path, body.decode(), now
        )
        headers = {
            "authorization": by,
            "accept": "application/json",
            "content-type": "application/json",
            "wechatpay-serial": self._merchant.platform_key_id,
        }
        try:
            answer = self._http.request(
                method, f"{self._merchant.base_url}{path}", content=body, headers=headers, timeout=_TIMEOUT
            )
        except httpx.HTTPError as error:
            raise _later(type(error).__name__) from None
        return self._heard(answer, now)

    def _heard(self, answer: httpx.Response, now: datetime) -> Mapping[str, Any]:
        if len(answer.content) > _MOST_BYTES:
            raise _later("too long an answer")
        if answer.is_success:
            signing.check(self._platform, self._merchant.platform_key_id, answer.headers, answer.content, now)
            return _object(answer.content) if answer.content else {}
        told = _object(answer.content, strict=False)
        code = str(told.get("code", f"HTTP {answer.status_code}"))[:80]
        if answer.status_code >= 500 or answer.status_code == 429 or code in _AGAIN:
            raise _later(code)
        advice, advice_zh = _ADVICE.get(code, _ELSE)
        said = str(told.get("message", ""))[:300]
        raise PlatformDeclined(code=code, said=said, advice=advice, advice_zh=advice_zh)


def _refund(told: Mapping[str, Any]) -> RefundSaid:
    amount = told.get("amount") or {}
    return RefundSaid(
        number=str(told.get("out_refund_no", "")),
        state=_BACK.get(str(told.get("status")), "processing"),
        platform_id=str(told.get("refund_id", "")),
        fen=amount.get("refund"),
        at=_moment(told.get("success_time")),
    )


def _object(body: bytes, *, strict: bool = True) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = None
    if isinstance(found, dict):
        return found
    if strict:
        raise NotFromPlatform(reason="it is no JSON object.", reason_zh="内容不是 JSON 对象。")
    return {}


def _moment(said: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return found if found.tzinfo else None


def _later(said: str) -> TryLater:
    return TryLater(
        reason=f"WeChat Pay cannot be reached ({said}).", reason_zh=f"暂时无法连接微信支付（{said}）。", retry_after=15
    )
