"""The one place that calls WeCom: rates, tokens, time limits, and what its codes ask for."""

import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from siyu.channels.types import Account, Ports, Token
from siyu.channels.wecom.errors import (
    BUSY,
    MISSING_SECRET,
    Course,
    blocked_until,
    course,
    refused,
)
from siyu.channels.wecom.row import Row
from siyu.kernel.errors import TryLater

BASE_URL: Final = "https://qyapi.weixin.qq.com"
# Which secret a call needs; each has its own token.
APP: Final = "secret"
CONTACTS: Final = "contact_secret"
SERVICE: Final = "kf_secret"
_EARLY: Final = timedelta(minutes=5)  # a token is left before it ends: a clock may be wrong by that much
_NETWORK: Final = 10  # seconds until a job should try again


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a call may take in all and in its parts, in seconds, and how much may come back, in bytes."""

    connect: float = 5.0
    silence: float = 10.0
    whole: float = 30.0
    answer: int = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Call:
    """What is sent; ``upload`` as (file name, content, media type)."""

    method: str
    api: str
    query: Mapping[str, str]
    body: bytes | None = None
    upload: tuple[str, bytes, str] | None = None


class _NoSecrets(logging.Filter):
    """httpx logs the address of every call, in which the platform wants the token and the secret."""

    _pattern = re.compile(r"((?:access_token|corpsecret|suite_access_token)=)[^&\s\"']+")

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        hidden = self._pattern.sub(r"\1…", said)
        if hidden != said:
            record.msg, record.args = hidden, ()
        return True


logging.getLogger("httpx").addFilter(_NoSecrets())


class Client:
    """Calls of one account.

    Every call may raise :class:`~siyu.channels.types.PlatformRefused` (a repeat does not mend it) and
    :class:`~siyu.kernel.errors.TryLater`; its details say ``unsure`` where the platform may have done what it was asked.
    """

    def __init__(
        self,
        account: Account,
        ports: Ports,
        *,
        limits: Limits = Limits(),
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._account = account
        self._ports = ports
        self._limits = limits
        self._pause = pause
        self._base = (account.settings.get("base_url") or BASE_URL).rstrip("/")
        self.dated: tuple[datetime, datetime] | None = None

    @property
    def ports(self) -> Ports:
        return self._ports

    @property
    def account(self) -> Account:
        return self._account

    def get(self, api: str, query: Mapping[str, str] | None = None, *, secret: str = APP) -> Row:
        """Read."""
        return self._call(_Call("GET", api, query or {}), self._secret(secret))

    def post(self, api: str, body: Mapping[str, Any], *, secret: str = APP) -> Row:
        """Send a JSON object."""
        raw = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        return self._call(_Call("POST", api, {}, raw), self._secret(secret))

    def upload(
        self, api: str, query: Mapping[str, str], *, name: str, content: bytes, media_type: str, secret: str = APP
    ) -> Row:
        """Send a file as the form field ``media``."""
        return self._call(_Call("POST", api, query, upload=(name, content, media_type)), self._secret(secret))

    def _secret(self, name: str) -> str:
        """An account may do everything with the secret of its application; others are used where they are filled in."""
        return name if name == APP or self._ports.secret(name) else APP

    def _call(self, call: _Call, secret: str) -> Row:
        token = self._ports.token(secret, lambda: self.new_token(secret))
        renewed = False
        tried = 0
        while True:
            answer, code, said = self._exchange(replace(call, query={**call.query, "access_token": token}), token)
            if code == 0:
                return Row(call.api, answer)
            way = course(code)
            if way is Course.TOKEN and not renewed:
                renewed = True
                token = self._ports.token(secret, lambda: self.new_token(secret), stale=token)
            elif way is Course.BUSY:
                self._wait(code, said, tried)
                tried += 1
            else:
                raise self._refusal(call.api, code, said)

    def new_token(self, secret: str) -> Token:
        """Ask for a token; the platform gives the same one again while it lives."""
        value = self._ports.secret(secret)
        if not value:
            raise refused(MISSING_SECRET, "nothing was asked")
        query = {"corpid": self._account.external_id, "corpsecret": value}
        tried = 0
        while True:
            answer, code, said = self._exchange(_Call("GET", "gettoken", query), value)
            if code == 0:
                row = Row("gettoken", answer)
                life = timedelta(seconds=max(0, min(row.number("expires_in"), 7200)))
                margin = min(_EARLY, life / 2)
                return Token(row.required("access_token"), self._ports.clock.now() + life - margin)
            if course(code) is not Course.BUSY:
                raise self._refusal("gettoken", code, said)
            self._wait(code, said, tried)
            tried += 1

    def _wait(self, code: int, said: str, tried: int) -> None:
        """Pause before the next try, or say that a job should come back."""
        patience = BUSY[code]
        if tried >= len(patience.pauses):
            raise TryLater(
                reason=f"WeCom answered {code} ({said}): it is busy.",
                reason_zh=f"企业微信返回 {code}（{said}）：系统繁忙。",
                retry_after=patience.later,
                errcode=code,
            )
        self._pause(patience.pauses[tried])

    def _refusal(self, api: str, code: int, said: str) -> Exception:
        if course(code) is not Course.LIMITED:
            return refused(code, said, api=api)
        now = self._ports.clock.now()
        until = blocked_until(said, now)
        self._ports.block(api, until)
        return TryLater(
            reason=f"WeCom lets nobody call {api} for a while: it was called too often.",
            reason_zh=f"接口 {api} 调用频率超过企业微信限制，已暂停调用。",
            retry_after=max(1, round((until - now).total_seconds())),
            errcode=code,
        )

    def _exchange(self, call: _Call, hidden: str) -> tuple[dict[str, Any], int, str]:
        """One request: the answer, its code, and the platform's words without what is ``hidden``."""
        self._ports.take(call.api)
        status, raw = self._sent(call)
        answer = _understood(raw)
        code = answer.get("errcode") if answer is not None else None
        if answer is None or not isinstance(code, int) or isinstance(code, bool) or (status != 200 and code == 0):
            raise TryLater(
                reason=f"WeCom answered {call.api} with something else than an answer (HTTP {status}).",
                reason_zh=f"企业微信接口 {call.api} 的返回无法解析（HTTP {status}）。",
                retry_after=_NETWORK,
                unsure=True,
            )
        return answer, code, str(answer.get("errmsg") or "").replace(hidden, "…")[:500]

    def _sent(self, call: _Call) -> tuple[int, bytes]:
        limits = self._limits
        timeout = httpx.Timeout(limits.silence, connect=limits.connect)
        headers = {"Content-Type": "application/json; charset=utf-8"} if call.body is not None else {}
        files = {"media": call.upload} if call.upload else None
        deadline = time.monotonic() + limits.whole
        try:
            with self._ports.http.stream(
                call.method,
                f"{self._base}/cgi-bin/{call.api}",
                params=dict(call.query),
                content=call.body,
                files=files,
                headers=headers,
                timeout=timeout,
            ) as response:
                self._note_date(response.headers.get("date", ""))
                read = bytearray()
                for piece in response.iter_bytes():
                    read += piece
                    if len(read) > limits.answer or time.monotonic() > deadline:
                        raise httpx.ReadTimeout("the answer does not end")
                return response.status_code, bytes(read)
        except (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.InvalidURL,
            httpx.UnsupportedProtocol,
        ):
            problem = self._unreachable(call.api)
        except (httpx.HTTPError, httpx.StreamError):
            problem = TryLater(
                reason=f"WeCom did not answer {call.api} to the end.",
                reason_zh=f"企业微信接口 {call.api} 未返回完整结果。",
                retry_after=_NETWORK,
                unsure=True,
            )
        raise problem  # outside of the handlers: what httpx says holds the address, and the address holds the token

    def _unreachable(self, api: str) -> TryLater:
        return TryLater(
            reason=f"WeCom cannot be reached at {self._base} ({api}).",
            reason_zh=f"无法连接企业微信 {self._base}（{api}）。",
            retry_after=_NETWORK,
        )

    def _note_date(self, said: str) -> None:
        """Keep what time it is for the platform and for us, for a look at the difference."""
        try:
            theirs = parsedate_to_datetime(said)
        except (TypeError, ValueError):
            return
        if theirs.tzinfo is not None:
            self.dated = theirs, self._ports.clock.now()


def _understood(raw: bytes) -> dict[str, Any] | None:
    """The JSON object in ``raw``. By the standard library: it keeps whole numbers of every size exact."""
    try:
        value = json.loads(raw.decode("utf-8-sig"), strict=False, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _no_number(said: str) -> float:
    raise ValueError(f"{said} is no JSON")
