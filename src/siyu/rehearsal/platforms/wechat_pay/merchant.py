"""One fake merchant: what was asked of it, what people do with it, and what the platform tells of it."""

import heapq
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import httpx
import orjson

from siyu.kernel.clock import Clock
from siyu.rehearsal.platforms.wechat_pay import crypto

# Seconds between one try of a notification and the next; after the last nothing more comes.
RETRIES: Final = (15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600)
DAY: Final = timedelta(days=1)
_ZONE: Final = ZoneInfo("Asia/Shanghai")
_PATIENCE: Final = 5.0
PAGE: Final = "/cgi-bin/mmpayweb-bin/checkmweb"  # where browsers pay
VISIT: Final = 300.0  # seconds in which the address of a browser is good
_SETTLES: Final = 5.0  # seconds until a refund is through
_OURS: Final = frozenset({"notify_url", "refunded", "until", "time_expire", "way"})


class Declined(Exception):
    """The platform's answer where it does not do what was asked."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code = status, code
        super().__init__(message)


@dataclass(slots=True)
class PayFaults:
    """What may go wrong. Numbers are of how many times more.

    Attributes:
        lost: notifications that never come.
        repeated: notifications that come twice, although they were taken.
        spoiled: how notifications are wrong: a signature, a sealed resource, the amount, or a time long ago.
        refused: calls that are answered with an error of the platform's own.
        unanswered: calls that are done, and whose answer never comes.
        unsigned: answers with the signature of somebody else.
    """

    lost: int = 0
    repeated: int = 0
    spoiled: Literal["", "signature", "resource", "amount", "time"] = ""
    refused: int = 0
    unanswered: int = 0
    unsigned: int = 0

    def takes(self, name: str) -> bool:
        """Whether this goes wrong now; then it does so once less."""
        left: int = getattr(self, name)
        if left:
            setattr(self, name, left - 1)
        return left > 0


@dataclass(order=True, slots=True)
class Notice:
    """A notification on its way."""

    due: float
    number: int
    event: str = field(compare=False)
    kind: str = field(compare=False)
    url: str = field(compare=False)
    said: dict[str, Any] = field(compare=False)
    tries: int = field(compare=False, default=0)


class FakeMerchant:
    """A merchant with keys of its own. Time is the clock's; nothing is sent before :meth:`deliver`."""

    def __init__(
        self,
        clock: Clock,
        *,
        mch_id: str = "1900000109",
        app_id: str = "wx0000000000000001",
        name: str = "模拟商户",
        keys: tuple[crypto.Pair, crypto.Pair] | None = None,
    ) -> None:
        self.clock, self.mch_id, self.app_id, self.name = clock, mch_id, app_id, name
        self.serial = secrets.token_hex(20).upper()
        self.api_key = secrets.token_hex(16)
        self.key_id = f"PUB_KEY_ID_0{secrets.randbelow(10**24):024}"
        self.own, self.platform = keys or (crypto.pair(), crypto.pair())
        self.faults = PayFaults()
        self.trades: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, dict[str, Any]] = {}
        self.bills: dict[str, dict[str, Any]] = {}
        self.prepaid: dict[str, str] = {}
        self.visits: dict[str, float] = {}  # until when a browser's address is good
        self.balance = 10**9
        self.answers: list[tuple[str, int]] = []  # what notifications were answered with
        self.notices: list[Notice] = []
        self.number = 0
        self.lock = threading.RLock()

    # what people do

    def pays(self, prepay_id: str, open_id: str) -> None:
        """Somebody pays what was prepared for them."""
        with self.lock:
            trade = self.trades[self.prepaid[prepay_id]]
            if trade["trade_state"] != "NOTPAY" or trade.get("payer", {}).get("openid") != open_id:
                raise ValueError(f"{trade['trade_state']} of {trade.get('payer')}")
            self._paid(trade, "JSAPI")

    def visited(self, prepay_id: str) -> dict[str, Any]:
        """What somebody in a browser is asked to pay.

        Raises:
            ValueError: the address is no longer good, or never was.
        """
        with self.lock:
            if prepay_id not in self.visits or self.visits[prepay_id] <= self.clock.now().timestamp():
                raise ValueError("the address is older than five minutes, or wrong")
            return self.trades[self.prepaid[prepay_id]]

    def pays_in_browser(self, prepay_id: str) -> None:
        """Somebody pays at the address that a browser was sent to.

        Raises:
            ValueError: it cannot be paid any more.
        """
        with self.lock:
            trade = self.visited(prepay_id)
            if trade["trade_state"] != "NOTPAY" or datetime.fromisoformat(trade["time_expire"]) <= self.clock.now():
                raise ValueError(trade["trade_state"])
            trade["payer"] = {"openid": f"o-{secrets.token_hex(8)}"}
            self._paid(trade, "MWEB")

    def _paid(self, trade: dict[str, Any], how: str) -> None:
        trade |= {
            "trade_state": "SUCCESS",
            "trade_type": how,
            "transaction_id": self._id("42"),
            "success_time": self._stamp(),
        }
        self._tell("TRANSACTION.SUCCESS", "transaction", trade)

    def confirms(self, package: str) -> None:
        """Somebody takes the money of a transfer."""
        with self.lock:
            bill = next(one for one in self.bills.values() if one["package_info"] == package)
            if self._state(bill) != "WAIT_USER_CONFIRM":
                raise ValueError(bill["state"])
            bill |= {"state": "SUCCESS", "update_time": self._stamp()}
            self._tell("MCHTRANSFER.BILL.FINISHED", "mch_payment", bill)

    def settles(self, out_refund_no: str, *, well: bool = True) -> None:
        """A refund that takes its time comes to its end."""
        with self.lock:
            refund = self.refunds[out_refund_no]
            refund["status"] = "SUCCESS" if well else "CLOSED"
            if well:
                refund["success_time"] = self._stamp()
            else:
                self.balance += refund["amount"]["refund"]
                self.trades[refund["out_trade_no"]]["refunded"] -= refund["amount"]["refund"]
            event = "REFUND.SUCCESS" if well else "REFUND.CLOSED"
            self._tell(event, "refund", {**refund, "refund_status": refund["status"]})

    # what merchants ask

    def answer(self, method: str, path: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Do what was asked, and say so.

        Raises:
            Declined: the platform does not.
        """
        pay, refunds = "/v3/pay/transactions", "/v3/refund/domestic/refunds"
        bills = "/v3/fund-app/mch-transfer/transfer-bills"
        with self.lock:
            if (method, path) == ("POST", f"{pay}/jsapi"):
                return {"prepay_id": self._prepare(asked, "payer")}
            if (method, path) == ("POST", f"{pay}/h5"):
                return {"h5_url": self._sent(asked)}
            if path.startswith(f"{pay}/out-trade-no/"):
                number, _, act = path.removeprefix(f"{pay}/out-trade-no/").partition("/")
                trade = _found(self.trades, number, "ORDER_NOT_EXIST")
                return self._close(trade) if (method, act) == ("POST", "close") else _shown(trade)
            if (method, path) == ("POST", refunds):
                return self._refund(asked)
            if path.startswith(f"{refunds}/"):
                return _shown(_found(self.refunds, path.removeprefix(f"{refunds}/"), "RESOURCE_NOT_EXISTS"))
            if (method, path) == ("POST", bills):
                return self._transfer(asked)
            if path.startswith(f"{bills}/out-bill-no/"):
                number, _, act = path.removeprefix(f"{bills}/out-bill-no/").partition("/")
                bill = _found(self.bills, number, "NOT_FOUND")
                return self._cancel(bill) if (method, act) == ("POST", "cancel") else self._bill(bill)
        raise Declined(404, "NOT_FOUND", "no such API")

    def _sent(self, asked: dict[str, Any]) -> str:
        scene = asked["scene_info"]
        if not scene["payer_client_ip"] or scene["h5_info"]["type"] not in {"Wap", "iOS", "Android"}:
            raise Declined(400, "PARAM_ERROR", "wrong scene_info")
        prepay_id = self._prepare(asked)
        self.visits[prepay_id] = self.clock.now().timestamp() + VISIT
        return f"{PAGE}?prepay_id={prepay_id}&package={secrets.randbelow(10**10):010}"

    def _prepare(self, asked: dict[str, Any], *more: str) -> str:
        if asked.get("mchid") != self.mch_id or asked.get("appid") != self.app_id:
            raise Declined(400, "APPID_MCHID_NOT_MATCH", "appid and mchid do not match")
        number = asked["out_trade_no"]
        before = self.trades.get(number)
        wanted = {name: asked[name] for name in ("description", "amount", "notify_url", "time_expire", *more)}
        wanted["way"] = "jsapi" if more else "h5"
        if before is not None and {name: before.get(name) for name in wanted} != wanted:
            raise Declined(400, "INVALID_REQUEST", "the same out_trade_no with other parameters")
        if before is not None and before["trade_state"] != "NOTPAY":
            raise Declined(400, "ORDERPAID" if before["trade_state"] == "SUCCESS" else "ORDER_CLOSED", "")
        if before is None:
            self.trades[number] = {
                "appid": self.app_id, "mchid": self.mch_id, "out_trade_no": number, "trade_state": "NOTPAY",
                "attach": asked.get("attach", ""), "refunded": 0, **wanted,
            }  # fmt: skip
        prepay_id = self._id("wx")
        self.prepaid[prepay_id] = number
        return prepay_id

    def _close(self, trade: dict[str, Any]) -> dict[str, Any]:
        if trade["trade_state"] == "SUCCESS":
            raise Declined(400, "ORDERPAID", "the order is paid")
        trade["trade_state"] = "CLOSED"
        return {}

    def _refund(self, asked: dict[str, Any]) -> dict[str, Any]:
        number, amount = asked["out_refund_no"], asked["amount"]
        if (before := self.refunds.get(number)) is not None:
            if before["amount"] != amount or before["out_trade_no"] != asked["out_trade_no"]:
                raise Declined(400, "INVALID_REQUEST", "the same out_refund_no with other parameters")
            return _shown(before)
        trade = _found(self.trades, asked["out_trade_no"], "RESOURCE_NOT_EXISTS")
        if trade["trade_state"] not in {"SUCCESS", "REFUND"} or amount["total"] != trade["amount"]["total"]:
            raise Declined(400, "INVALID_REQUEST", "not paid, or another total")
        if trade["refunded"] + amount["refund"] > amount["total"]:
            raise Declined(400, "INVALID_REQUEST", "more than was paid")
        if amount["refund"] > self.balance:
            raise Declined(403, "NOT_ENOUGH", "the balance is too low")
        self.balance -= amount["refund"]
        trade |= {"trade_state": "REFUND", "refunded": trade["refunded"] + amount["refund"]}
        self.refunds[number] = {
            "refund_id": self._id("50"), "out_refund_no": number, "out_trade_no": asked["out_trade_no"],
            "transaction_id": trade["transaction_id"], "status": "PROCESSING", "amount": amount,
            "notify_url": asked["notify_url"], "create_time": self._stamp(),
        }  # fmt: skip
        return _shown(self.refunds[number])

    def _transfer(self, asked: dict[str, Any]) -> dict[str, Any]:
        number, fen = asked["out_bill_no"], asked["transfer_amount"]
        if not number.isalnum() or not 10 <= fen < 200_000 or asked["appid"] != self.app_id:
            raise Declined(400, "PARAM_ERROR", "wrong parameters")
        if (before := self.bills.get(number)) is not None:
            if (before["transfer_amount"], before["openid"]) != (fen, asked["openid"]):
                raise Declined(400, "INVALID_REQUEST", "the same out_bill_no with other parameters")
            return {**self._bill(before), "package_info": before["package_info"]}
        if fen > self.balance:
            raise Declined(403, "NOT_ENOUGH", "the balance is too low")
        self.balance -= fen
        self.bills[number] = {
            "mchid": self.mch_id, "out_bill_no": number, "transfer_bill_no": self._id("133"), "transfer_amount": fen,
            "openid": asked["openid"], "transfer_remark": asked["transfer_remark"], "state": "WAIT_USER_CONFIRM",
            "package_info": secrets.token_urlsafe(48), "notify_url": asked["notify_url"],
            "create_time": self._stamp(), "until": (self.clock.now() + DAY).timestamp(),
        }  # fmt: skip
        return {**self._bill(self.bills[number]), "package_info": self.bills[number]["package_info"]}

    def _cancel(self, bill: dict[str, Any]) -> dict[str, Any]:
        if self._state(bill) == "WAIT_USER_CONFIRM":
            self.balance += bill["transfer_amount"]
            bill |= {"state": "CANCELLED", "update_time": self._stamp()}
            self._tell("MCHTRANSFER.BILL.FINISHED", "mch_payment", bill)
        elif bill["state"] != "CANCELLED":
            raise Declined(400, "INVALID_REQUEST", "it cannot be cancelled any more")
        return self._bill(bill)

    def _bill(self, bill: dict[str, Any]) -> dict[str, Any]:
        self._state(bill)
        return {name: value for name, value in _shown(bill).items() if name not in {"package_info", "until"}}

    def _state(self, bill: dict[str, Any]) -> str:
        """One that nobody has confirmed for a day is given back."""
        if bill["state"] == "WAIT_USER_CONFIRM" and bill["until"] <= self.clock.now().timestamp():
            self.balance += bill["transfer_amount"]
            bill |= {"state": "FAIL", "fail_reason": "OVERDUE_CLOSE", "update_time": self._stamp()}
            self._tell("MCHTRANSFER.BILL.FINISHED", "mch_payment", bill)
        return str(bill["state"])

    # what is told

    def _tell(self, event: str, kind: str, of: dict[str, Any]) -> None:
        said = {name: value for name, value in _shown(of).items() if name not in {"package_info", "until"}}
        if self.faults.takes("lost"):
            return
        for _ in range(2 if self.faults.takes("repeated") else 1):
            self._push(Notice(self.clock.now().timestamp(), 0, event, kind, of["notify_url"], said))

    def _push(self, notice: Notice) -> None:
        with self.lock:
            self.number += 1
            notice.number = self.number
            heapq.heappush(self.notices, notice)

    def waiting(self) -> int:
        """How many notifications are still to come."""
        return len(self.notices)

    def deliver(self, send: Callable[[str, bytes, dict[str, str]], int] | None = None) -> int:
        """Send what is due; what is not taken comes again. Returns how many were tried."""
        post = send or _post
        now = self.clock.now().timestamp()
        count = 0
        while (notice := self._next(now)) is not None:
            body, headers = self._written(notice)
            status = post(notice.url, body, headers)
            self.answers.append((notice.event, status))
            count += 1
            if not 200 <= status < 300 and notice.tries < len(RETRIES):
                notice.due, notice.tries = now + RETRIES[notice.tries], notice.tries + 1
                self._push(notice)
        return count

    def live(self) -> None:
        """What time does: refunds get through, transfers that nobody took are given back, and what is due is told."""
        with self.lock:
            until = self.clock.now().timestamp() - _SETTLES
            for number, one in self.refunds.items():
                if one["status"] == "PROCESSING" and datetime.fromisoformat(one["create_time"]).timestamp() <= until:
                    self.settles(number)
            for bill in self.bills.values():
                self._state(bill)
        self.deliver()

    def _next(self, now: float) -> Notice | None:
        with self.lock:
            return heapq.heappop(self.notices) if self.notices and self.notices[0].due <= now else None

    def _written(self, notice: Notice) -> tuple[bytes, dict[str, str]]:
        said, spoiled, now = dict(notice.said), self.faults.spoiled, int(self.clock.now().timestamp())
        if spoiled == "amount" and "amount" in said:
            said["amount"] = {**said["amount"], "total": 1, "refund": 1}
        resource = crypto.seal(self.api_key, orjson.dumps(said), notice.kind)
        if spoiled == "resource":
            resource["nonce"] = "0" * 12
        body = orjson.dumps(
            {
                "id": f"EV-{notice.number:018}",
                "create_time": self._stamp(),
                "resource_type": "encrypt-resource",
                "event_type": notice.event,
                "summary": notice.event,
                "resource": resource,
            }
        )
        key = self.own.key if spoiled == "signature" else self.platform.key
        headers = crypto.headers(key, self.key_id, body, now - 301 if spoiled == "time" else now)
        return body, {**headers, "Content-Type": "application/json"}

    def _id(self, prefix: str) -> str:
        return f"{prefix}{secrets.randbelow(10**26):026}"

    def _stamp(self) -> str:
        return _moment(self.clock.now())


def _moment(at: datetime) -> str:
    return at.astimezone(_ZONE).isoformat(timespec="seconds")


def _found(of: dict[str, dict[str, Any]], number: str, code: str) -> dict[str, Any]:
    if number not in of:
        raise Declined(404, code, "there is none")
    return of[number]


def _shown(of: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in of.items() if name not in _OURS}


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    try:
        return httpx.post(url, content=body, headers=headers, timeout=_PATIENCE, trust_env=False).status_code
    except httpx.HTTPError:
        return 0
