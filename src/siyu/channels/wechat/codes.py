"""QR codes with a scene: who scans one follows the account, and the push says which code it was."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from siyu.channels.wechat.client import BASE_URL, Client, later
from siyu.kernel.errors import BadInput

LONGEST: Final = timedelta(days=30)
_SHORTEST: Final = timedelta(minutes=1)
_MOST_STATE: Final = 64
_PICTURES: Final = "https://mp.weixin.qq.com"


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
