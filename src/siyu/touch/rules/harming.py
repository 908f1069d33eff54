"""What the harm guard says when it stops a programme. Pure."""

from collections.abc import Mapping
from typing import Final

from siyu.experiments.types import Harm, HarmKind, Watched

KINDS: Final[Mapping[HarmKind, tuple[str, str]]] = {
    "deleted": ("deleted a member of staff", "删除好友"),
    "unfollowed": ("unfollowed the account", "取消关注"),
    "left": ("left a group", "退群"),
    "blocked": ("blocked the sender", "拉黑"),
    "unsubscribed": ("unsubscribed", "退订"),
    "complained": ("complained", "投诉"),
}


def why(watched: Watched) -> tuple[str, str]:
    """The kind of harm with the most evidence, with its figures, in English and Chinese."""
    worst = watched.harms[0]
    en, zh = KINDS[worst.kind]
    times_en, times_zh = _times(worst)
    said = (
        f"{worst.treated} of {watched.treated} treated people ({worst.treated_rate:.2%}) {en}, {worst.control} of "
        f"{watched.control} in the control group ({worst.control_rate:.2%}){times_en}; chance does not explain it."
    )
    said_zh = (
        f"触达组 {watched.treated} 人中有 {worst.treated} 人{zh}（{worst.treated_rate:.2%}），对照组 {watched.control} 人中有 "
        f"{worst.control} 人（{worst.control_rate:.2%}）{times_zh}，已超出偶然波动。"
    )
    return said, said_zh


def _times(harm: Harm) -> tuple[str, str]:
    if harm.low <= 1:
        return "", ""
    return f", at least {harm.low:.1f} times as often", f"，至少为对照组的 {harm.low:.1f} 倍"
