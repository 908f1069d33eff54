"""The address to which callbacks go."""

import secrets
from collections.abc import Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

import httpx
import orjson

from siyu.kernel.clock import Clock
from siyu.kernel.errors import BadInput
from siyu.rehearsal.platforms.faults import Faults
from siyu.rehearsal.platforms.wechat.types import Mode
from siyu.rehearsal.platforms.wecom.crypto import CallbackCrypto, signature

_LONG_AGO: Final = 86_400
_OTHER_KEY: Final = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def check(url: str, token: str, aes_key: str, mode: Mode) -> None:
    """Check what an operator filled in.

    Raises:
        BadInput: something of it cannot be right.
    """
    if not url.startswith(("http://", "https://")):
        raise BadInput(reason=f"'{url}' is no address.", reason_zh=f"“{url}”不是有效的网址。")
    if not token or (mode != "plain" and (len(aes_key) != 43 or not aes_key.isalnum())):
        raise BadInput(
            reason="a callback needs a token, and but in plain mode a key of 43 letters and digits.",
            reason_zh="回调需要 Token；除明文模式外，还需要 43 位字母或数字组成的 EncodingAESKey。",
        )


class Receiver:
    """Posts as WeChat does: signed under a fresh time and nonce each try; encrypted, or beside the plain text, or plain."""

    def __init__(
        self,
        url: str,
        token: str,
        aes_key: str,
        app_id: str,
        mode: Mode,
        clock: Clock,
        faults: Faults,
        *,
        timeout: float = 5.0,
    ) -> None:
        self.url = url
        self._token = token
        self._aes_key = aes_key
        self._app_id = app_id
        self._mode = mode
        self._clock = clock
        self._faults = faults
        self._http = httpx.Client(timeout=timeout, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @staticmethod
    def written(said: Mapping[str, Any], form: str) -> str:
        """A callback as XML or JSON."""
        return orjson.dumps(said).decode() if form == "json" else f"<xml>{_elements(said)}</xml>"

    def _signed(self, encrypted: str = "") -> dict[str, str]:
        now = int(self._clock.now().timestamp())
        timestamp = str(now - _LONG_AGO if self._faults.spoiled == "time" else now)
        nonce = str(secrets.randbelow(10**10))
        token = "somebody else's" if self._faults.spoiled == "signature" else self._token
        query = {"signature": signature(token, timestamp, nonce, ""), "timestamp": timestamp, "nonce": nonce}
        if encrypted:
            query |= {"encrypt_type": "aes", "msg_signature": signature(token, timestamp, nonce, encrypted)}
        return query

    def request(self, payload: str) -> tuple[dict[str, str], bytes]:
        """Query and body of one try."""
        if self._mode == "plain":
            return self._signed(), payload.encode()
        spoiled = self._faults.spoiled
        key = _OTHER_KEY if spoiled == "key" else self._aes_key
        app_id = "wx1111111111111111" if spoiled == "receiver" else self._app_id
        encrypted = CallbackCrypto(key, app_id).encrypt(payload, secrets.token_bytes(16))
        beside = payload if self._mode == "compatible" else ""
        if payload.startswith("{"):
            told = orjson.loads(payload)
            kept = told if beside else {"ToUserName": told.get("ToUserName", "")}
            return self._signed(encrypted), orjson.dumps({**kept, "Encrypt": encrypted})
        kept_xml = beside.removeprefix("<xml>").removesuffix("</xml>")
        return self._signed(encrypted), f"<xml>{kept_xml}<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>".encode()

    def post(self, payload: str) -> bool:
        """Post one callback; whether it was taken: 200, within the platform's patience."""
        query, body = self.request(payload)
        kind = "application/json" if payload.startswith("{") else "text/xml"
        try:
            answer = self._http.post(self.url, params=query, content=body, headers={"Content-Type": kind})
        except (httpx.HTTPError, RuntimeError):  # RuntimeError: closed while a try was under way
            return False
        return answer.status_code == httpx.codes.OK

    def verify(self) -> tuple[bool, str]:
        """Ask the receiver to give a text back; whether it did, and what it said if not."""
        text = str(secrets.randbelow(10**18))
        answer = self._http.get(self.url, params={**self._signed(), "echostr": text})
        if answer.status_code == httpx.codes.OK and answer.content == text.encode():
            return True, ""
        return False, f"{answer.status_code}: {answer.text[:200]}"


def _elements(said: Mapping[str, Any]) -> str:
    return "".join(_element(name, value) for name, value in said.items())


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, one) for one in value)
    if isinstance(value, dict):
        return f"<{name}>{_elements(value)}</{name}>"
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    text = str(value)
    return f"<{name}>{escape(text)}</{name}>" if "]]>" in text else f"<{name}><![CDATA[{text}]]></{name}>"
