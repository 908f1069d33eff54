"""What WeCom's error codes ask for: data first, and the platform's own words for the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Final
from zoneinfo import ZoneInfo

from siyu.channels.types import PlatformRefused
from siyu.channels.wecom.advice import ADVICE


class Course(StrEnum):
    """What to do when a code comes."""

    TOKEN = "token"  # noqa: S105 - the token is dead: fetch another one, once
    LIMITED = "limited"  # too many calls: nobody calls this API for a while
    BUSY = "busy"  # the platform is: again after a pause
    FINAL = "final"  # a repeat does not mend it


@dataclass(frozen=True, slots=True)
class Patience:
    """How a busy platform is waited for.

    Attributes:
        pauses: seconds before each further try within one call.
        later: seconds after which a job should come back.
    """

    pauses: tuple[float, ...]
    later: int


TOKEN_DEAD: Final = frozenset({40014, 42001, 42009})
LIMITED: Final = 45009
MISSING_SECRET: Final = 41004
NO_CUSTOMERS: Final = 84061
# A member of a batch who has no customers, or may not have any, is no reason to miss those of the others.
OF_ONE_MEMBER: Final = frozenset({40003, 40031, 50002, 60011, 60111, NO_CUSTOMERS, 84074})
# A welcome lives 20 seconds and a dispatch of a group send minutes: each is waited for in its own way.
BUSY: Final[Mapping[int, Patience]] = {
    -1: Patience((0.3, 1.0), 10),
    45033: Patience((0.3, 1.0), 5),
    41063: Patience((), 60),
    41078: Patience((), 60),
    41079: Patience((), 60),
    41096: Patience((0.5, 1.0, 1.5), 2),
}
_ZONE: Final = ZoneInfo("Asia/Shanghai")


def course(code: int) -> Course:
    """What to do when this code comes."""
    if code in TOKEN_DEAD:
        return Course.TOKEN
    if code == LIMITED:
        return Course.LIMITED
    return Course.BUSY if code in BUSY else Course.FINAL


def blocked_until(errmsg: str, now: datetime) -> datetime:
    """Until when the platform shuts an API that was called too often.

    The answer does not always say over which window; then it is a minute, and the next refusal says so again. A month is
    30 days, a day what is left of it.
    """
    said = errmsg.partition("hint")[0].lower()
    if "month" in said or "月" in said:
        return now + timedelta(days=30)
    if "day" in said or "日" in said or "天" in said:
        tomorrow = now.astimezone(_ZONE).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), _ZONE).astimezone(UTC)
    if "hour" in said or "小时" in said:
        return now + timedelta(hours=1)
    return now + timedelta(minutes=1)


@cache
def platform_texts() -> Mapping[int, str]:
    """What the platform's own list says of every code, in Chinese."""
    text = resources.files("siyu.channels.wecom").joinpath("errcodes.tsv").read_text("utf-8")
    pairs = (line.split("\t", 1) for line in text.splitlines() if line)
    return {int(code): said for code, said in pairs}


def advice(code: int) -> tuple[str, str]:
    """What happened and what to do, in English and in Chinese; whole sentences."""
    known = ADVICE.get(code)
    if known is not None:
        return f"{known.en} {known.do_en}", f"{known.zh}{known.do_zh}"
    said = platform_texts().get(code)
    if said is None:
        return (
            "The platform's list does not hold this code; look it up in the developer centre of WeCom.",
            "企业微信公开的错误码表中没有该代码，请到企业微信开发者中心查询。",
        )
    return (
        f"The platform's list says of it: “{said}”. A repeat does not mend it.",
        f"企业微信的说明：{said}。重试无法解决。",
    )


def refused(code: int, errmsg: str, **further: Any) -> PlatformRefused:
    """The error that says so."""
    en, zh = advice(code)
    return PlatformRefused(
        platform="WeCom",
        platform_zh="企业微信",
        errcode=code,
        errmsg=errmsg,
        advice=en,
        advice_zh=zh,
        **further,
    )
