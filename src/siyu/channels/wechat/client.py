"""The one place that calls WeChat: tokens, rates, time limits, and what its codes ask for."""

import logging
import re
from collections.abc import Mapping
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx
import orjson

from siyu.channels.types import Account, Ports, Token
from siyu.channels.wechat.errors import AGAIN_TOO_SOON, Course, course, free_again, refused
from siyu.kernel.errors import TryLater

BASE_URL: Final = "https://api.weixin.qq.com"
SECRET: Final = "app_secret"  # noqa: S105 - the name of the field, not its content
_STABLE: Final = "cgi-bin/stable_token"
_PLAIN: Final = "cgi-bin/token"
_NO_SUCH_API: Final = frozenset({40066, 48001})
_EARLY: Final = timedelta(minutes=5)  # a token is left before it ends: a clock may be wrong by that much
_LONGEST_LIFE: Final = 86_400
_NETWORK_SECONDS: Final = 10
_TIMEOUT: Final = httpx.Timeout(20.0, connect=5.0)
_MOST_BYTES: Final = 32 * 1024 * 1024
_SAID: Final = 300  # characters of the platform's words that are kept

Answer = Mapping[str, Any]


class _NoSecrets(logging.Filter):
    """httpx logs the address of every call, in which the platform wants tokens, secrets and codes."""

    _pattern = re.compile(r"((?:access_token|secret|code|js_code)=)[^&\s\"']+")

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        hidden = self._pattern.sub(r"\1…", said)
        if hidden != said:
            record.msg, record.args = hidden, ()
        return True


logging.getLogger("httpx").addFilter(_NoSecrets())


class Client:
    """Calls of one account. Every call may raise :class:`~siyu.kernel.errors.TryLater`: it cannot be answered now."""

    def __init__(self, account: Account, ports: Ports) -> None:
        self._ports = ports
        self.app_id = account.external_id
        self.base_url = (account.settings.get("base_url") or BASE_URL).rstrip("/")
        self.skew: timedelta | None = None  # of our clock against the platform's, by its last answer

    def call(self, api: str, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None) -> Answer:
        """Call with the account's token: POST when there is a body.

        Raises:
            PlatformRefused: a repeat does not mend it.
        """
        answer = self.ask(api, query, body)
        self.check(api, answer)
        return answer

    def ask(self, api: str, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None) -> Answer:
        """As :meth:`call`, but every code of the platform comes back: for those who have an answer for it."""
        self._ports.take(api)
        token = self.token()
        answer = self._once(api, {**(query or {}), "access_token": token}, body)
        if course(code_of(answer)) is Course.TOKEN:
            token = self.token(stale=token)
            answer = self._once(api, {**(query or {}), "access_token": token}, body)
        self._heed(api, code_of(answer))
        return answer

    def without_token(self, api: str, query: Mapping[str, str]) -> Answer:
        """Call what takes no token of the account, such as a sign-in. Being too fast blocks nobody else: it counts per person.

        Raises:
            PlatformRefused: a repeat does not mend it.
        """
        self._ports.take(api)
        answer = self._once(api, query, None)
        self.check(api, answer)
        return answer

    def check(self, api: str, answer: Answer) -> None:
        """Turn a code into an error.

        Raises:
            PlatformRefused: a repeat does not mend it.
            TryLater: it does.
        """
        code = code_of(answer)
        if code == 0:
            return
        now = self._ports.clock.now()
        until = free_again(code, now)
        if until is None:
            raise refused(code, said_by(answer))
        raise later(f"WeChat answered {code} to {api}.", f"微信接口 {api} 返回 {code}。", (until - now).total_seconds())

    def token(self, *, stale: str | None = None) -> str:
        """The account's token; ``stale`` is one that the platform has just refused."""
        return self._ports.token(SECRET, lambda: self._fetch(force=stale is not None), stale=stale)

    def _fetch(self, *, force: bool) -> Token:
        """A new token. In its normal way the platform gives the present one again, which may be the dead one."""
        secret = self._ports.secret(SECRET)
        body = {"grant_type": "client_credential", "appid": self.app_id, "secret": secret, "force_refresh": force}
        self._ports.take(_STABLE)
        answer = self._once(_STABLE, {}, body)
        if code_of(answer) in _NO_SUCH_API:
            self._ports.take(_PLAIN)
            query = {"grant_type": "client_credential", "appid": self.app_id, "secret": secret}
            answer = self._once(_PLAIN, query, None)
        code = code_of(answer)
        if course(code) is Course.TOKEN:  # here it speaks of the secret
            raise refused(code, said_by(answer))
        self._heed(_STABLE, code)
        self.check(_STABLE, answer)
        value, life = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(value, str) or not value or not isinstance(life, int) or not 0 < life <= _LONGEST_LIFE:
            raise later("WeChat gave no token.", "微信未返回 access_token。", _NETWORK_SECONDS)
        kept = max(timedelta(seconds=life) - _EARLY, timedelta(seconds=life) / 2)
        return Token(value, self._ports.clock.now() + kept)

    def _heed(self, api: str, code: int) -> None:
        """Nobody calls an API that the platform has shut."""
        until = free_again(code, self._ports.clock.now())
        if until is not None and course(code) in {Course.DAY, Course.MINUTE} and code != AGAIN_TOO_SOON:
            self._ports.block(api, until)

    def _once(self, api: str, query: Mapping[str, str], body: Mapping[str, Any] | None) -> Answer:
        try:
            response = self._ports.http.request(
                "GET" if body is None else "POST",
                f"{self.base_url}/{api}",
                params=dict(query),
                # As bytes: WeChat shows escaped Chinese to people as it stands.
                content=None if body is None else orjson.dumps(body),
                headers={} if body is None else {"content-type": "application/json; charset=utf-8"},
                timeout=_TIMEOUT,
            )
        except httpx.HTTPError as error:
            kind = type(error).__name__
            unsure = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
            raise later(
                f"WeChat cannot be reached ({kind}).", f"无法连接微信（{kind}）。", _NETWORK_SECONDS, unsure=unsure
            ) from None
        self._measure(response)
        if response.status_code >= 500 or response.status_code == 429:
            number = response.status_code
            raise later(
                f"WeChat answered with HTTP {number}.", f"微信返回 HTTP {number}。", _NETWORK_SECONDS, unsure=True
            )
        if response.status_code == 404:
            return {"errcode": 40066, "errmsg": "HTTP 404"}
        try:
            answer = orjson.loads(response.content) if len(response.content) <= _MOST_BYTES else None
        except orjson.JSONDecodeError:
            answer = None
        if not isinstance(answer, dict):
            raise later(
                f"The answer of WeChat to {api} is no JSON.",
                f"微信接口 {api} 返回的不是 JSON。",
                _NETWORK_SECONDS,
                unsure=True,
            )
        return answer

    def _measure(self, response: httpx.Response) -> None:
        """Date is by the second, and the answer was under way; only a difference of minutes says anything."""
        try:
            told = parsedate_to_datetime(response.headers.get("date", ""))
        except (TypeError, ValueError):
            return
        self.skew = self._ports.clock.now() - told.replace(tzinfo=told.tzinfo or UTC)


def code_of(answer: Answer) -> int:
    """The code of an answer; 0 for success, which many APIs do not say."""
    code = answer.get("errcode", 0)
    if isinstance(code, str) and code.lstrip("-").isdecimal() and len(code) < 10:
        return int(code)
    return code if isinstance(code, int) else -1


def said_by(answer: Answer) -> str:
    """The platform's own words."""
    return str(answer.get("errmsg", ""))[:_SAID]


def later(reason: str, reason_zh: str, seconds: float, *, unsure: bool = False) -> TryLater:
    """It cannot be answered now; asking again in so many seconds may help.

    ``unsure``: the platform may have done what it was asked.
    """
    return TryLater(reason=reason, reason_zh=reason_zh, retry_after=max(1, round(seconds)), unsure=unsure)
