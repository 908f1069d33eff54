"""The address to which callbacks go."""

import secrets
from typing import Final

import httpx

from siyu.kernel.clock import Clock
from siyu.rehearsal.platforms.faults import Faults
from siyu.rehearsal.platforms.wecom.crypto import CallbackCrypto, signature

_AGENT: Final = "1000002"
_LONG_AGO: Final = 86_400
_OTHER_KEY: Final = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


class Receiver:
    """Posts events as WeCom does: encrypted and signed, under a fresh time and nonce each try."""

    def __init__(
        self,
        url: str,
        token: str,
        aes_key: str,
        corp_id: str,
        clock: Clock,
        faults: Faults,
        *,
        timeout: float = 5.0,
    ) -> None:
        self.url = url
        self._token = token
        self._aes_key = aes_key
        self._corp_id = corp_id
        self._clock = clock
        self._faults = faults
        self._http = httpx.Client(timeout=timeout, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _signed(self, encrypted: str) -> dict[str, str]:
        now = int(self._clock.now().timestamp())
        timestamp = str(now - _LONG_AGO if self._faults.spoiled == "time" else now)
        nonce = str(secrets.randbelow(10**10))
        token = "somebody else's" if self._faults.spoiled == "signature" else self._token
        return {
            "msg_signature": signature(token, timestamp, nonce, encrypted),
            "timestamp": timestamp,
            "nonce": nonce,
        }

    def _encrypted(self, text: str) -> str:
        spoiled = self._faults.spoiled
        key = _OTHER_KEY if spoiled == "key" else self._aes_key
        receiver = "ww1111111111111111" if spoiled == "receiver" else self._corp_id
        return CallbackCrypto(key, receiver).encrypt(text, secrets.token_bytes(16))

    def post(self, payload: str) -> bool:
        """Post one event; whether it was taken: 200, within the platform's patience."""
        encrypted = self._encrypted(payload)
        body = (
            f"<xml><ToUserName><![CDATA[{self._corp_id}]]></ToUserName><AgentID><![CDATA[{_AGENT}]]></AgentID>"
            f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
        )
        try:
            answer = self._http.post(
                self.url, params=self._signed(encrypted), content=body.encode(), headers={"Content-Type": "text/xml"}
            )
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError):  # RuntimeError: closed while a try was under way
            return False
        return answer.status_code == httpx.codes.OK

    def verify(self) -> tuple[bool, str]:
        """Ask the receiver to decrypt a text; whether it did, and what it said if not."""
        text = str(secrets.randbelow(10**18))
        encrypted = self._encrypted(text)
        answer = self._http.get(self.url, params={**self._signed(encrypted), "echostr": encrypted})
        if answer.status_code == httpx.codes.OK and answer.content == text.encode():
            return True, ""
        return False, f"{answer.status_code}: {answer.text[:200]}"
