"""Codes by SMS: whose phone may get one, how many, and for how long they count."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from siyu.kernel.errors import BadInput, TooManyRequests

CODE_LIFE: Final = timedelta(minutes=5)
MOST_TRIES: Final = 5
DIGITS: Final = 6
# Abroad an SMS costs ten times as much, and whoever owns the line gets a share of it: that invites to have many sent.
_MAINLAND: Final = re.compile(r"\+861[3-9]\d{9}")
_CODE: Final = re.compile(r"\d{6}", re.ASCII)


class Limit(NamedTuple):
    """So many in a time."""

    most: int
    within: timedelta


OF_PHONE: Final = (Limit(1, timedelta(minutes=1)), Limit(5, timedelta(hours=1)), Limit(10, timedelta(days=1)))
# That of a shop or a carrier stands for many people.
OF_ADDRESS: Final = (Limit(30, timedelta(minutes=10)), Limit(200, timedelta(days=1)))
LONGEST: Final = timedelta(days=1)


def mainland(phone: str | None) -> str:
    """A phone to which codes are sent.

    Raises:
        BadInput: it is none, or not of mainland China.
    """
    if phone is None or not _MAINLAND.fullmatch(phone):
        raise BadInput(
            reason="give a mobile phone of mainland China: 11 digits that begin with 1.",
            reason_zh="请输入中国大陆 11 位手机号。",
        )
    return phone


def is_code(said: str) -> bool:
    """Whether it looks like a code of ours; nothing else is looked up."""
    return _CODE.fullmatch(said) is not None


def check_pace(sent: Sequence[datetime], limits: Sequence[Limit], now: datetime) -> None:
    """Whether one more may be sent.

    Args:
        sent: when the codes of the last day were sent, the newest first.
        limits: that all have to hold.
        now: the present.

    Raises:
        TooManyRequests: says when the next one may be.
    """
    waits = [
        sent[limit.most - 1] + limit.within - now
        for limit in limits
        if len(sent) >= limit.most and sent[limit.most - 1] + limit.within > now
    ]
    if waits:
        raise TooManyRequests(
            reason="codes were sent a moment ago.",
            reason_zh="验证码发送过于频繁。",
            retry_after=int(max(waits).total_seconds()) + 1,
        )
