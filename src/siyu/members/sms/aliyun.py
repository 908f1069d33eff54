"""Codes by Alibaba Cloud's SMS (阿里云短信服务): one call, signed as its API has it since V3 (ACS3-HMAC-SHA256)."""

import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx
import orjson
import structlog

from siyu.kernel.clock import Clock
from siyu.kernel.errors import TryLater
from siyu.members.types import SmsRefused

log = structlog.get_logger(__name__)

BASE_URL: Final = "https://dysmsapi.aliyuncs.com"
_ACTION: Final = "SendSms"
_VERSION: Final = "2017-05-25"
_ALGORITHM: Final = "ACS3-HMAC-SHA256"
_NO_BODY: Final = hashlib.sha256(b"").hexdigest()
_TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)
_SAID: Final = 200  # characters of the provider's words that are kept
_SOON, _MINUTE = 10, 60
_BUSY: Final = ("Throttling", "ServiceUnavailable", "InternalError", "isp.")
_TOO_MANY: Final = frozenset({"isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL"})


class _NoCodes(logging.Filter):
    """httpx logs the address of every call, in which this provider wants phones and codes."""

    _pattern = re.compile(r"((?:PhoneNumbers|TemplateParam)=)[^&\s\"']+")

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        hidden = self._pattern.sub(r"\1…", said)
        if hidden != said:
            record.msg, record.args = hidden, ()
        return True


logging.getLogger("httpx").addFilter(_NoCodes())


@dataclass(frozen=True, slots=True)
class Terms:
    """What the brand has agreed with the provider.

    Attributes:
        key, secret: of an access key that may send SMS.
        sign_name: how the brand signs its messages, approved by the provider.
        template: code of the approved text, in which ``${code}`` stands.
        base_url: of the API.
    """

    key: str
    secret: str = field(repr=False)
    sign_name: str
    template: str
    base_url: str = BASE_URL


class Aliyun:
    """Brings codes to phones of mainland China; see :class:`~siyu.members.types.Sms`."""

    def __init__(self, terms: Terms, http: httpx.Client, clock: Clock) -> None:
        self._terms = terms
        self._http = http
        self._clock = clock

    def tell(self, phone: str, code: str, minutes: int) -> None:
        """Have a code brought to a phone; how long it counts is written in the template.

        Raises:
            SmsRefused: the provider will not, and a repeat does not mend it. The log has its words.
            TryLater: it cannot now.
        """
        del minutes
        terms = self._terms
        query = {
            "PhoneNumbers": phone.removeprefix("+86"),
            "SignName": terms.sign_name,
            "TemplateCode": terms.template,
            "TemplateParam": orjson.dumps({"code": code}).decode(),
        }
        headers = signed_headers(
            terms.key, terms.secret, urlsplit(terms.base_url).netloc, _ACTION, _VERSION, query, self._clock.now()
        )
        try:
            answer = self._http.post(
                f"{terms.base_url.rstrip('/')}/?{written(query)}", headers=headers, timeout=_TIMEOUT
            )
        except httpx.HTTPError as error:
            raise _later(f"({type(error).__name__})", _SOON) from None
        self._heed(answer)

    def _heed(self, answer: httpx.Response) -> None:
        try:
            told: Any = orjson.loads(answer.content)
        except orjson.JSONDecodeError:
            told = None
        said = str(told.get("Code", "")) if isinstance(told, dict) else ""
        if said == "OK":
            return
        if not said or answer.status_code >= 500 or said.startswith(_BUSY):
            raise _later(f"({said or answer.status_code})", _SOON)
        words = str(told.get("Message", ""))[:_SAID]
        log.warning("members.sms_refused", code=said, said=words)
        if said in _TOO_MANY:
            raise _later(f"({said})", _MINUTE)
        raise SmsRefused


def written(query: Mapping[str, str]) -> str:
    """A query in the one form that is signed: sorted, percent-encoded as RFC 3986 has it."""
    return "&".join(f"{quote(name, safe='-_.~')}={quote(query[name], safe='-_.~')}" for name in sorted(query))


def signed_headers(
    key: str,
    secret: str,
    host: str,
    action: str,
    version: str,
    query: Mapping[str, str],
    now: datetime,
    nonce: str | None = None,
) -> dict[str, str]:
    """The headers of a POST without a body, with its signature."""
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": _NO_BODY,
        "x-acs-date": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce or secrets.token_hex(16),
        "x-acs-version": version,
    }
    return {**headers, "Authorization": authorization(key, secret, headers, written(query))}


def authorization(key: str, secret: str, headers: Mapping[str, str], query: str) -> str:
    """What proves that a request is of who holds the secret. All of ``headers`` are signed; their names are lower case."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    asked = f"POST\n/\n{query}\n{lines}\n{names}\n{headers['x-acs-content-sha256']}"
    said = f"{_ALGORITHM}\n{hashlib.sha256(asked.encode()).hexdigest()}"
    signature = hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()
    return f"{_ALGORITHM} Credential={key},SignedHeaders={names},Signature={signature}"


def _later(why: str, seconds: int) -> TryLater:
    return TryLater(
        reason=f"The provider of SMS cannot be reached {why}.",
        reason_zh=f"短信服务暂不可用{why}。",
        retry_after=seconds,
    )
