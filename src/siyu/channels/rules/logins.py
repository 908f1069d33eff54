"""Signing in: where one may be sent afterwards, and the signed forms that travel through browsers."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from json import JSONDecodeError, dumps, loads
from typing import Any, Final

from siyu.kernel.clock import from_millis, to_millis
from siyu.kernel.errors import BadInput

WAY_LIFE: Final = timedelta(minutes=10)  # from our page to the platform's and back
SESSION_LIFE: Final = timedelta(days=7)
_PATH: Final = re.compile(r"/(?:[!-.0-\[\]-~][!-\[\]-~]*)?")  # seen characters without \; no second slash
_LONGEST_PATH: Final = 1024
_LONGEST_TOKEN: Final = 4096
_STATE: Final = re.compile(r"([0-9a-f]{12})([0-9a-f]{64})")

Sign = Callable[[bytes], bytes]
Signed = Callable[[bytes, bytes], bool]


def local_path(path: str) -> str:
    """A path on this host, as it came.

    Raises:
        BadInput: it leads elsewhere: what browsers take for another host is none.
    """
    if len(path) > _LONGEST_PATH or not _PATH.fullmatch(path):
        raise BadInput(
            reason="'next' is a path on this host, such as /h5/home, percent-encoded.",
            reason_zh="next 应为本站路径，如 /h5/home，特殊字符需百分号编码。",
        )
    return path


def cookie_of(said: Mapping[str, Any]) -> str:
    """What the browser keeps on the way; the state signs it."""
    return _encode(dumps(said, separators=(",", ":")).encode())


def state_of(cookie: str, until: datetime, sign: Sign) -> str:
    """Letters and digits that come back with that cookie only, and only until then."""
    head = f"{to_millis(until):012x}"
    return head + sign(f"{head}{cookie}".encode()).hex()


def read_state(state: str, cookie: str, now: datetime, signed: Signed) -> Mapping[str, Any] | None:
    """What the cookie says; ``None`` when the state is not of this cookie, or it is too late."""
    found = _STATE.fullmatch(state)
    if found is None or len(cookie) > _LONGEST_TOKEN or not cookie.isascii():
        return None
    head, signature = found.groups()
    if not signed(f"{head}{cookie}".encode(), bytes.fromhex(signature)) or now >= from_millis(int(head, 16)):
        return None
    said = _read(cookie)
    return said if isinstance(said, dict) else None


def token_of(account_id: int, open_id: str, until: datetime, sign: Sign) -> str:
    """A session's token."""
    said = _encode(dumps([account_id, open_id, to_millis(until)], separators=(",", ":")).encode())
    return f"{said}.{_encode(sign(said.encode()))}"


def read_token(token: str, now: datetime, signed: Signed) -> tuple[int, str, datetime] | None:
    """Account, OpenID and end of a session; ``None`` when the token is none of ours, or it has ended."""
    said, _, signature = token.partition(".")
    if len(token) > _LONGEST_TOKEN or not token.isascii() or not signed(said.encode(), _decode(signature)):
        return None
    account_id, open_id, until = _read(said)
    end = from_millis(until)
    return (account_id, open_id, end) if now < end else None


def _read(text: str) -> Any:
    try:
        return loads(_decode(text))
    except (JSONDecodeError, UnicodeDecodeError):
        return None


def _encode(said: bytes) -> str:
    return urlsafe_b64encode(said).decode().rstrip("=")


def _decode(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (Error, ValueError):
        return b""
