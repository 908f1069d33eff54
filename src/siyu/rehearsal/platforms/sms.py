"""A fake Alibaba Cloud SMS: checks signatures as the real one does, limits what a phone gets, and shows what it got."""

import hashlib
import hmac
import re
import threading
from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any, Final
from urllib.parse import quote

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from siyu.kernel.clock import Clock

_KEPT: Final = 200
_CLOCK: Final = timedelta(minutes=15)
_MAINLAND: Final = re.compile(r"1[3-9]\d{9}")
_SIGNED: Final = re.compile(r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})")
_NEEDED: Final = (
    "host",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-version",
)
_PAGE: Final = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="3"><title>SMS</title></head>
<body style="font: 16px/1.6 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem">
<h1>收到的短信 / Received messages</h1>{rows}</body></html>
"""


@dataclass(frozen=True, slots=True)
class Received:
    """A message as a phone shows it."""

    phone: str
    sign_name: str
    template: str
    code: str
    at: str


class Provider:
    """What the provider knows, and what it has brought to phones.

    Args:
        clock: what time it is.
        key, secret: the access key that it knows.
    """

    def __init__(self, clock: Clock, key: str = "fake-key", secret: str = "fake-secret") -> None:  # noqa: S107 - of a fake
        self.clock = clock
        self.key = key
        self.secret = secret
        self.received: deque[Received] = deque(maxlen=_KEPT)
        self.refuse = ""  # a code with which everything is refused
        self._nonces: set[str] = set()
        self._last: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def answer(self, method: str, path: str, query: dict[str, str], headers: dict[str, str]) -> tuple[int, str, str]:
        """(HTTP status, code, message) for one call."""
        if refused := self._unsigned(method, path, query, headers):
            return refused
        if headers["x-acs-action"] != "SendSms" or headers["x-acs-version"] != "2017-05-25":
            return 404, "InvalidAction.NotFound", "Specified api is not found."
        if self.refuse:
            return 200, self.refuse, "refused"
        return self._bring(query)

    def _unsigned(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str]
    ) -> tuple[int, str, str] | None:
        found = _SIGNED.fullmatch(headers.get("authorization", ""))
        if found is None or any(name not in headers for name in _NEEDED):
            return 400, "MissingSignature", "The request is not signed."
        key, names, signature = found.groups()
        if key != self.key:
            return 404, "InvalidAccessKeyId.NotFound", "Specified access key is not found."
        if not set(_NEEDED) <= set(names.split(";")):
            return 400, "IncompleteSignature", "Not all headers are signed."
        lines = "".join(f"{name}:{headers.get(name, '').strip()}\n" for name in names.split(";"))
        asked = "&".join(f"{quote(one, safe='-_.~')}={quote(query[one], safe='-_.~')}" for one in sorted(query))
        canonical = "\n".join((method, path, asked, lines, names, headers["x-acs-content-sha256"]))
        said = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        right = hmac.new(self.secret.encode(), said.encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right, signature):
            return 400, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation."
        return self._stale(headers)

    def _stale(self, headers: dict[str, str]) -> tuple[int, str, str] | None:
        try:
            at = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            return 400, "InvalidTimeStamp.Format", "Specified time stamp is not well formatted."
        if abs(self.clock.now() - at) > _CLOCK:
            return 400, "InvalidTimeStamp.Expired", "Specified time stamp is expired."
        with self._lock:
            if headers["x-acs-signature-nonce"] in self._nonces:
                return 400, "SignatureNonceUsed", "Specified signature nonce was used already."
            self._nonces.add(headers["x-acs-signature-nonce"])
        return None

    def _bring(self, query: dict[str, str]) -> tuple[int, str, str]:
        phone = query.get("PhoneNumbers", "")
        if not _MAINLAND.fullmatch(phone):
            return 200, "isv.MOBILE_NUMBER_ILLEGAL", "invalid phone number"
        if not query.get("SignName") or not query.get("TemplateCode", "").startswith("SMS_"):
            return 200, "isv.SMS_TEMPLATE_ILLEGAL", "unknown template or signature"
        try:
            code = str(orjson.loads(query.get("TemplateParam", ""))["code"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return 200, "isv.TEMPLATE_MISSING_PARAMETERS", "template parameter code is missing"
        now = self.clock.now()
        with self._lock:
            last = self._last.get(phone)
            if last is not None and now - last < timedelta(seconds=50):
                return 200, "isv.BUSINESS_LIMIT_CONTROL", "1 a minute"
            self._last[phone] = now
            self.received.appendleft(
                Received(phone, query["SignName"], query["TemplateCode"], code, now.isoformat(timespec="seconds"))
            )
        return 200, "OK", "OK"


def create_app(provider: Provider) -> Starlette:
    """The application: the API at ``/``, the phones at the same address for a browser, ``/_control`` for a test."""

    async def api(request: Request) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        status, code, message = provider.answer("POST", "/", dict(request.query_params), headers)
        said = {"Code": code, "Message": message, "RequestId": "FAKE-0000-0000"}
        return Response(orjson.dumps(said), status, media_type="application/json")

    async def page(request: Request) -> Response:
        del request
        rows = "".join(
            f"<p><b>{escape(one.phone)}</b> {escape(one.at)}<br>【{escape(one.sign_name)}】您的验证码为 "
            f"<b>{escape(one.code)}</b>，5 分钟内有效，请勿泄露。</p>"
            for one in list(provider.received)
        )
        return HTMLResponse(_PAGE.format(rows=rows or "<p>—</p>"), headers={"Cache-Control": "no-store"})

    async def control(request: Request) -> Response:
        if request.method == "PUT":
            body: Any = orjson.loads(await request.body() or b"{}")
            provider.refuse = str(body.get("refuse", ""))
        told = [asdict(one) for one in list(provider.received)]
        return Response(orjson.dumps(told), media_type="application/json")

    return Starlette(
        routes=[
            Route("/", api, methods=["POST"]),
            Route("/", page, methods=["GET"]),
            Route("/_control/messages", control, methods=["GET", "PUT"]),
        ]
    )
