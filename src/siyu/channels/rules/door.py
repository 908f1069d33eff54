"""Whether the calls of a platform arrive: what an operator is told of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from siyu.channels.types.channel import Finding
from siyu.channels.types.mirrored import Walk
from siyu.channels.types.pushes import Heard

CHECK: Final = "pushes"
_SAVE: Final = (
    "Then save the page of the callback on the platform once more: it tries the address at once.",
    "修改后请在平台的回调配置页重新保存，平台会立即验证该地址。",
)


def judge(heard: Heard, walks: Sequence[Walk], address: str, now: datetime) -> Finding:
    """What becomes of the platform's calls.

    Args:
        heard: at the door of the account.
        walks: its reconciles, newest first.
        address: where the platform should call.
        now: the present.
    """
    if heard.refusals and heard.refused_at is not None:
        return _refused(heard, now)
    if heard.good_at is None:
        return _nothing(address)
    if (missed := _missed(heard.good_at, walks)) > 0:
        return _silent(heard.good_at, missed, address, now)
    return Finding(
        CHECK,
        ok=True,
        en=f"The platform reaches the callback; it last called {_ago(now - heard.good_at)}.",
        zh=f"回调正常，平台最近一次调用在{_ago_zh(now - heard.good_at)}。",
    )


def _refused(heard: Heard, now: datetime) -> Finding:
    assert heard.refused_at is not None
    when, when_zh = _ago(now - heard.refused_at), _ago_zh(now - heard.refused_at)
    before = f"the last good one came {_ago(now - heard.good_at)}" if heard.good_at else "no good one ever came"
    before_zh = f"最近一次成功在{_ago_zh(now - heard.good_at)}" if heard.good_at else "尚无成功的调用"
    return Finding(
        CHECK,
        ok=False,
        en=f"A call was refused {when}: {heard.reason} ({before}).",
        zh=f"{when_zh}有调用被拒绝：{heard.reason_zh}（{before_zh}）",
        advice_en=f"Make token, key and id the same here and on the platform. {_SAVE[0]} "
        "A stranger's call looks the same; the platform's next good one clears it.",
        advice_zh=f"请确保此处与平台的 Token、密钥和 ID 一致。{_SAVE[1]}若为他人误调，平台下一次成功调用后会自动恢复。",
    )


def _nothing(address: str) -> Finding:
    return Finding(
        CHECK,
        ok=False,
        en="The platform has never called the callback: nothing is heard of who comes and goes.",
        zh="平台从未调用过回调地址：无法及时获知客户变更。",
        advice_en=f"Enter {address} on the platform. {_UNREACHABLE[0]}",
        advice_zh=f"请在平台填写 {address}。{_UNREACHABLE[1]}",
    )


_UNREACHABLE: Final = (
    (
        "If it stands there already, the platform cannot reach it: the address must be open to the internet "
        "(SIYU_PUBLIC_URL says it), and whatever lies in between must pass on the path and the query."
    ),
    "若已填写，则平台无法访问该地址：它须能从公网访问（由 SIYU_PUBLIC_URL 指定），且中间的代理须原样转发路径和参数。",
)


def _missed(good_at: datetime, walks: Sequence[Walk]) -> int:
    """How much the last reconcile found that happened since the one before it, while nothing was called."""
    done = [walk for walk in walks if walk.state == "done" and walk.ended_at is not None]
    if len(done) < 2:
        return 0
    last, before = done[0], done[1]
    assert before.ended_at is not None
    if good_at >= before.began_at:
        return 0
    return last.counts.get("began", 0) + last.counts.get("ended", 0)


def _silent(good_at: datetime, missed: int, address: str, now: datetime) -> Finding:
    return Finding(
        CHECK,
        ok=False,
        en=f"The platform last called {_ago(now - good_at)}, and the last reconcile found {missed} changes since.",
        zh=f"平台最近一次调用在{_ago_zh(now - good_at)}，而此后的对账发现了 {missed} 处变更。",
        advice_en=f"See that {address} still stands on the platform. {_UNREACHABLE[0]} {_SAVE[0]}",
        advice_zh=f"请确认平台仍填写 {address}。{_UNREACHABLE[1]}{_SAVE[1]}",
    )


def _ago(age: timedelta) -> str:
    number, unit = _size(age)
    if not number:
        return "just now"
    name = ("minute", "hour", "day")[unit]
    return f"{number} {name}{'s' if number > 1 else ''} ago"


def _ago_zh(age: timedelta) -> str:
    number, unit = _size(age)
    return f" {number} {('分钟', '小时', '天')[unit]}前" if number else "刚刚"


def _size(age: timedelta) -> tuple[int, int]:
    minutes = max(0, int(age.total_seconds() // 60))
    if minutes < 120:
        return minutes, 0
    return (minutes // 60, 1) if minutes < 48 * 60 else (minutes // 1440, 2)
