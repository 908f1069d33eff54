"""What a welcome and a remark say, and whether the platform takes it."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from siyu.channels.rules.schedule import check_span
from siyu.channels.types.channel import Content
from siyu.channels.types.codes import Greeting
from siyu.channels.types.declared import Way
from siyu.kernel.errors import BadInput

IN_WELCOME: Final = ("name", "staff", "greeting", "brand", "store")
IN_REMARK: Final = ("name", "store", "date")
LONGEST_REMARK: Final = 20
MOST_GREETINGS: Final = 20
_LONGEST_TEXT: Final = 4000  # characters; the platform's own limit in bytes is checked beside it
_VARIABLE: Final = re.compile(r"\{([^{}]*)\}")


def greeting_word(moment: datetime, zone: ZoneInfo) -> str:
    """How one says hello at this time of the day."""
    hour = moment.astimezone(zone).hour
    if 5 <= hour < 11:
        return "早上好"
    if 11 <= hour < 13:
        return "中午好"
    return "下午好" if 13 <= hour < 18 else "晚上好"


def filled(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its variables; what a value contains is not looked at again."""
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)


def welcome(greeting: Greeting, values: Mapping[str, str]) -> Content:
    """The content that is sent; titles of attachments may have variables too."""
    attachments = tuple(
        (
            kind,
            {name: filled(text, values) if name in {"title", "description"} else text for name, text in given.items()},
        )
        for kind, given in greeting.attachments
    )
    return Content(filled(greeting.text, values), attachments)


def remark(pattern: str, values: Mapping[str, str]) -> str:
    """The remark, no longer than the platform takes it; empty where there is no pattern."""
    return " ".join(filled(pattern, values).split())[:LONGEST_REMARK].strip(" -_·")


def check_variables(text: str, allowed: Sequence[str]) -> None:
    """Pass a text that names only variables that there are.

    Raises:
        BadInput: says which.
    """
    for name in _VARIABLE.findall(text):
        if name not in allowed:
            listed = ", ".join(f"{{{one}}}" for one in allowed)
            raise BadInput(
                reason=f"nothing is known as {{{name}}}. Use {listed}, or write it without braces.",
                reason_zh=f"没有变量 {{{name}}}，可用变量：{listed}；如为普通文字请去掉花括号。",
            )


def check_greetings(greetings: Sequence[Greeting], way: Way | None) -> None:
    """Pass welcomes that the platform will take.

    Args:
        greetings: as an operator gave them.
        way: the channel's ``welcome``, with its limits; ``None`` when it does not welcome.

    Raises:
        BadInput: says what to change.
    """
    if greetings and way is None:
        raise BadInput(
            reason="this channel sends no welcome. Take the welcomes out.",
            reason_zh="该渠道不支持欢迎语，请删除欢迎语。",
        )
    if len(greetings) > MOST_GREETINGS:
        raise BadInput(
            reason=f"that are more than {MOST_GREETINGS} welcomes. Put some of them together.",
            reason_zh=f"欢迎语超过 {MOST_GREETINGS} 条，请合并部分时段。",
        )
    for greeting in greetings:
        if greeting.span is not None:
            check_span(greeting.span)
        if not greeting.text.strip() and not greeting.attachments:
            raise BadInput(
                reason="a welcome says nothing. Write a text, or add an attachment.",
                reason_zh="欢迎语内容为空，请填写文字或添加附件。",
            )
        if len(greeting.text) > _LONGEST_TEXT:
            raise BadInput(
                reason=f"a welcome has more than {_LONGEST_TEXT} characters. Shorten it.",
                reason_zh=f"欢迎语超过 {_LONGEST_TEXT} 个字符，请缩短。",
            )
        check_variables(greeting.text, IN_WELCOME)
        if way is not None:
            _check_content(greeting, way)


def _check_content(greeting: Greeting, way: Way) -> None:
    limits = {kind.name: kind for kind in way.contents}
    if "text" in limits:
        _fits("text", greeting.text, limits["text"].max_bytes)
    if len(greeting.attachments) > way.attachments:
        raise BadInput(
            reason=f"a welcome takes {way.attachments} attachments, not {len(greeting.attachments)}. Take some out.",
            reason_zh=f"欢迎语最多 {way.attachments} 个附件，当前 {len(greeting.attachments)} 个，请删除部分附件。",
        )
    for kind, given in greeting.attachments:
        if kind not in limits or kind == "text":
            _unknown_kind(kind, limits)
        for name, most in limits[kind].fields.items():
            _fits(name, given.get(name, ""), most)


def _unknown_kind(kind: str, limits: Collection[str]) -> None:
    listed = ", ".join(sorted(set(limits) - {"text"}))
    raise BadInput(
        reason=f"a welcome cannot carry '{kind}'. Choose one of {listed}.",
        reason_zh=f"欢迎语不支持“{kind}”类型的附件，可选：{listed}。",
    )


def _fits(name: str, text: str, most: int) -> None:
    # Braces stand for words that are not known yet; what they become is cut by nobody, so they are left out here.
    size = len(_VARIABLE.sub("", text).encode())
    if most and size > most:
        raise BadInput(
            reason=f"'{name}' has {size} bytes; the platform takes {most}. A Chinese character has three. Shorten it.",
            reason_zh=f"“{name}”为 {size} 字节，平台上限为 {most} 字节（每个汉字 3 字节），请缩短。",
        )
