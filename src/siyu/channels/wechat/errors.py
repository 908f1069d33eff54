"""What the codes of WeChat ask for: data first."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from siyu.channels.types import PlatformRefused
from siyu.channels.wechat.advice import ADVICE, UNKNOWN, Advice

ZONE: Final = ZoneInfo("Asia/Shanghai")


class Course(StrEnum):
    """What to do when a code comes."""

    TOKEN = "token"  # noqa: S105 - the token is dead: fetch another one, once
    DAY = "day"  # the allowance of the day is used up: nobody calls this API before midnight in China
    MINUTE = "minute"  # too fast: nobody calls this API for a minute
    BUSY = "busy"  # the platform is: again after a pause
    FINAL = "final"  # a repeat does not mend it


_COURSES: Final[Mapping[int, Course]] = {
    -1: Course.BUSY,
    -1000: Course.BUSY,
    40001: Course.TOKEN,  # of an API; where tokens are fetched it speaks of the secret
    40014: Course.TOKEN,
    42001: Course.TOKEN,
    45009: Course.DAY,
    45011: Course.MINUTE,
    45066: Course.MINUTE,  # of one broadcast; the others may go on
}
# Where one thing in a batch is meant, not the call: another call with the others may pass.
NOBODY: Final = frozenset({40003, 40031, 46004})  # there is no such person here
AGAIN_TOO_SOON: Final = 45066
ALREADY_SENT: Final = 45065  # this broadcast was made before: the answer has its id
_BUSY_SECONDS: Final = 5
_MINUTE_SECONDS: Final = 60


def course(code: int) -> Course:
    """What to do when this code comes."""
    return _COURSES.get(code, Course.FINAL)


def advice(code: int) -> Advice:
    """What an operator should know of this code."""
    return ADVICE.get(code, UNKNOWN)


def free_again(code: int, now: datetime) -> datetime | None:
    """When a call that was answered with this code may be tried again; ``None``: a repeat does not mend it."""
    match course(code):
        case Course.BUSY:
            return now + timedelta(seconds=_BUSY_SECONDS)
        case Course.MINUTE:
            return now + timedelta(seconds=_MINUTE_SECONDS)
        case Course.DAY:
            tomorrow = now.astimezone(ZONE).date() + timedelta(days=1)
            return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=ZONE).astimezone(now.tzinfo)
        case _:
            return None


def refused(code: int, said: str) -> PlatformRefused:
    """The error for a code that a repeat does not mend."""
    known = advice(code)
    details: dict[str, Any] = {
        "platform": "WeChat",
        "platform_zh": "微信",
        "errcode": code,
        "errmsg": said,
        "advice": known.sentence,
        "advice_zh": known.sentence_zh,
    }
    return PlatformRefused(**details)
