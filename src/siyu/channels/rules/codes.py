"""Whether an entry code is on its platform as it should be. Decides, and asks nobody."""

from dataclasses import dataclass
from typing import Final, Literal

from siyu.channels.types import OpenCode, Opening

Fault = Literal["Gone", "Changed", "Unavailable"]
UNAVAILABLE: Final = "unavailable"  # what a push may say of a code


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a code at its platform; what was ``Changed`` is set right by telling it again."""

    fault: Fault
    en: str
    zh: str


_GONE: Final = Wrong(
    "Gone",
    "It was deleted at the platform: who scans it reaches nobody. Make it anew there, and replace what is printed or linked; "
    "its page and its figures go on.",
    "该活码已在平台侧被删除，扫码无法添加任何人。请重新生成，并替换已投放的二维码或链接；落地页和数据会延续。",
)
_UNAVAILABLE: Final = Wrong(
    "Unavailable",
    "The platform says that it cannot be used now. See whether its members still may have customers and have real names "
    "confirmed, and whether the balance of acquisition links is used up.",
    "平台通知该活码当前不可用。请检查使用成员是否仍可添加客户并已完成实名认证，以及获客助手余额是否用完。",
)


def wrong_with(wanted: Opening, seen: OpenCode | None, said: str = "") -> Wrong | None:
    """What is wrong with a code of which the platform was told ``wanted``, by what it shows (``None``: it has none) and what
    a push ``said``.
    """
    if seen is None:
        return _GONE
    if different := _different(wanted, seen):
        en, zh = ", ".join(one for one, _ in different), "、".join(one for _, one in different)
        return Wrong(
            "Changed",
            f"It was changed at the platform, not here: {en}. Siyu sets it as it should be; change it here, not in the "
            "platform's console.",
            f"该活码在平台侧被修改：{zh}。系统会恢复为此处的设置；如需调整请在此修改，不要在平台管理后台修改。",
        )
    if seen.trouble:
        return Wrong("Unavailable", *seen.trouble)
    return _UNAVAILABLE if said == UNAVAILABLE else None


def _different(wanted: Opening, seen: OpenCode) -> list[tuple[str, str]]:
    found = []
    if wanted.chats is not None:
        there = seen.group_ids
        # Groups that the platform made when the others were full stand behind them.
        most = len(there) if wanted.chats.new_groups else len(wanted.chats.group_ids)
        if there[: len(wanted.chats.group_ids)] != wanted.chats.group_ids or len(there) > most:
            found.append(("its groups", "客户群"))
    elif set(wanted.staff_ids) != set(seen.staff_ids) or seen.others:
        found.append(("who serves", "使用成员"))
    if wanted.chats is None and wanted.skip_verify != seen.skip_verify:
        found.append(("whether people are confirmed", "是否免验证"))
    if seen.state is not None and seen.state != wanted.state:
        found.append(("the source that it carries", "渠道参数"))
    return found
