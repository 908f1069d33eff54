"""QR codes with a scene: who scans one follows the account, and the push says which code it was."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

import httpx

from siyu.channels.wechat.client import BASE_URL, Client, later
from siyu.kernel.errors import BadInput, TryLater

LONGEST: Final = timedelta(days=30)
_SHORTEST: Final = timedelta(minutes=1)
_MOST_STATE: Final = 64
_PICTURES: Final = "https://mp.weixin.qq.com"
_PICTURE_BYTES: Final = 1024 * 1024
_PICTURE_TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code at the platform.

    Attributes:
        url: what the code says: for drawing one's own.
        picture: where the platform's drawing is.
        expires_at: ``None``: never; such codes are few (100,000 an account).
    """

    ticket: str
    url: str
    picture: str
    expires_at: datetime | None


def make(client: Client, now: datetime, state: str, life: timedelta | None) -> QrCode:
    """Make a code that carries ``state``. Every call makes another one; keep it.

    Raises:
        BadInput: ``state`` or ``life`` is not what the platform takes.
        PlatformRefused: the account may not, or has too many.
    """
    if not 1 <= len(state.encode()) <= _MOST_STATE:
        raise BadInput(reason=f"state has 1 to {_MOST_STATE} bytes.", reason_zh=f"state 应为 1–{_MOST_STATE} 字节。")
    body: dict[str, object] = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": state}}}
    if life is not None:
        if not _SHORTEST <= life <= LONGEST:
            raise BadInput(
                reason="a code lives from a minute to 30 days.", reason_zh="临时二维码有效期为 1 分钟至 30 天。"
            )
        body |= {"action_name": "QR_STR_SCENE", "expire_seconds": int(life.total_seconds())}
    answer = client.call("cgi-bin/qrcode/create", None, body)
    ticket, url = answer.get("ticket"), answer.get("url")
    if not isinstance(ticket, str) or not isinstance(url, str) or not ticket:
        raise later("WeChat gave no code.", "微信未返回二维码。", 10)
    pictures = _PICTURES if client.base_url == BASE_URL else client.base_url
    seconds = answer.get("expire_seconds")
    told = life if not isinstance(seconds, int) or life is None else min(life, timedelta(seconds=min(seconds, 10**7)))
    expires_at = None if told is None else now + told
    return QrCode(ticket, url, f"{pictures}/cgi-bin/showqrcode?ticket={quote(ticket, safe='')}", expires_at)


def picture(http: httpx.Client, url: str) -> bytes:
    """The platform's drawing of a code, whose address tells no token.

    Raises:
        TryLater: it could not be fetched.
    """
    try:
        with http.stream("GET", url, timeout=_PICTURE_TIMEOUT) as response:
            response.raise_for_status()
            read = bytearray()
            for piece in response.iter_bytes():
                read += piece
                if len(read) > _PICTURE_BYTES:
                    break
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as problem:
        raise _no_picture(type(problem).__name__) from None
    if not read or len(read) > _PICTURE_BYTES:
        raise _no_picture(f"{len(read)} bytes")
    return bytes(read)


def _no_picture(said: str) -> TryLater:
    return later(
        f"WeChat has made the code; its picture could not be fetched ({said}). Check that this server may reach "
        "mp.weixin.qq.com.",
        f"微信已生成二维码，但未能下载图片（{said}）。请确认服务器可访问 mp.weixin.qq.com。",
        30,
    )
