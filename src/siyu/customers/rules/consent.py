"""Reading what people agreed to, from the shapes in which it comes."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from siyu.customers.types import ConsentState, Purpose

ALL: Final = "all"
_CHANNELS: Final = {
    **{name: name for name in ("sms", "email", "phone", "wecom", "wechat", "push", "app", "web", "mail")},
    "mail": "email",
    "call": "phone",
    "短信": "sms",
    "邮件": "email",
    "电话": "phone",
    "企业微信": "wecom",
    "企微": "wecom",
    "微信": "wechat",
    "公众号": "wechat",
}
_PURPOSES: Final[dict[str, Purpose]] = {
    **dict.fromkeys(
        ("marketing", "advertising", "ads", "targeting", "promotion", "promotions", "营销", "推广"), "marketing"
    ),
    **dict.fromkeys(("service", "functional", "necessary", "essential", "服务"), "service"),
    **dict.fromkeys(("transactional", "transaction", "order", "交易", "订单"), "transactional"),
}
_STATES: Final[dict[str, ConsentState]] = {
    **dict.fromkeys(("true", "1", "yes", "y", "granted", "allow", "allowed", "opted_in", "是", "同意"), "granted"),
    **dict.fromkeys(("false", "0", "no", "n", "denied", "deny", "opted_out", "unsubscribed", "否", "拒绝"), "denied"),
}
_RESTRICTIVE: Final = {"denied": 2, "unknown": 1, "granted": 0}
_BREAKS: Final = re.compile(r"[\s._:/-]+")


def read_consent(preferences: Any) -> dict[tuple[str, Purpose], ConsentState]:
    """(channel, purpose) → state, from category names (``Advertising``, ``sms``, ``email_marketing``) or nested objects.

    A channel alone speaks of marketing, a purpose alone of every channel (``all``). Names that are neither, and values
    that are no clear word, are left out. Where two names say the same thing, the more restrictive counts.
    """
    found: dict[tuple[str, Purpose], ConsentState] = {}
    if isinstance(preferences, Mapping):
        _read(preferences, None, None, found)
    return found


def _read(
    node: Mapping[Any, Any],
    channel: str | None,
    purpose: Purpose | None,
    found: dict[tuple[str, Purpose], ConsentState],
) -> None:
    for key, value in node.items():
        its_channel, its_purpose = channel, purpose
        for word in _BREAKS.split(str(key)[:100].lower()):
            its_channel = _CHANNELS.get(word, its_channel)
            its_purpose = _PURPOSES.get(word, its_purpose)
        if isinstance(value, Mapping):
            if channel is None and purpose is None and (its_channel or its_purpose):  # one level below a known name
                _read(value, its_channel, its_purpose, found)
            continue
        state = _STATES.get(str(value).lower()[:20]) if isinstance(value, str | bool | int) else None
        if state is None or (its_channel is None and its_purpose is None):
            continue
        place = (its_channel or ALL, its_purpose or "marketing")
        if place not in found or _RESTRICTIVE[state] > _RESTRICTIVE[found[place]]:
            found[place] = state


def better_consent(one: tuple[str, datetime], other: tuple[str, datetime]) -> bool:
    """Whether ``other`` (state, since) stands against ``one``: the newer word, and of two at once the more restrictive."""
    return other[1] > one[1] or (other[1] == one[1] and _RESTRICTIVE[other[0]] > _RESTRICTIVE[one[0]])
