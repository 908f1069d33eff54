"""What is right and wrong with an account, tried one by one and said in plain words."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Final

from siyu.channels.types import Finding, PlatformRefused
from siyu.channels.wecom.about import CAPS, CAPS_SAID
from siyu.channels.wecom.calls import links, sends, staff
from siyu.channels.wecom.client import APP, CONTACTS, SERVICE, Client
from siyu.channels.wecom.crypto import Garbled, key_of
from siyu.channels.wecom.errors import advice
from siyu.kernel.errors import TryLater

_SKEW: Final = timedelta(seconds=60)
_ADDRESS: Final = re.compile(r"from ip:?\s*([0-9a-fA-F.:]*[0-9a-fA-F])")
_BAD_ADDRESS: Final = 60020
_FEW: Final = 20  # below which the platform warns as well
_NOTHING_SEEN: Final = 60011
_SECRETS: Final = (
    (APP, "the application", "应用"),
    (CONTACTS, "客户联系", "客户联系"),
    (SERVICE, "customer service", "微信客服"),
)


def health(client: Client) -> list[Finding]:
    """All findings, in the order in which an operator mends them. Never raises for what the platform answers."""
    found = list(_tokens(client))
    if found[0].ok:
        found += [_visible(client), _contacts(client), _group_sends(client), *_acquisition(client)]
    found += _clock(client)
    found += [_callback(client), _cap(client)]
    return found


def _tokens(client: Client) -> Iterator[Finding]:
    """One finding for each secret that is filled in; that of the application comes first and always."""

    def look(name: str) -> None:
        client.new_token(name)

    for name, en, zh in _SECRETS:
        if name == APP or client.ports.secret(name):
            yield _tried(
                "token",
                partial(look, name),
                f"The secret of {en} is right: WeCom gives access tokens.",
                f"{zh} Secret 有效，可以获取 access_token。",
            )


def _visible(client: Client) -> Finding:
    """The address book as the walk will read it: nobody in it means that nobody was put into the visible range."""

    def look() -> Finding | None:
        try:
            if staff.departments(client):
                return None
        except PlatformRefused as refusal:
            if refusal.errcode != _NOTHING_SEEN:
                raise
        if staff.serving(client):
            return None  # members who were chosen one by one
        return Finding(
            "visible_range",
            ok=False,
            en="The application sees nobody.",
            zh="应用的可见范围为空。",
            advice_en="Add the members who serve customers: 应用管理 → the application → 可见范围.",
            advice_zh="请添加服务客户的成员：应用管理 → 对应应用 → 可见范围。",
        )

    return _tried("visible_range", look, "The application sees the address book.", "应用可以读取通讯录。")


def _contacts(client: Client) -> Finding:
    def look() -> Finding | None:
        if staff.serving(client):
            return None
        return Finding(
            "contacts",
            ok=False,
            en="No member that the application sees may have customers.",
            zh="应用可见范围内没有可使用客户联系的成员。",
            advice_en="Add them under 客户与上下游 → 客户联系 → 权限配置 → 使用范围, and to the visible range of the application.",
            advice_zh="请在“客户与上下游 → 客户联系 → 权限配置 → 使用范围”中添加成员，并加入应用的可见范围。",
        )

    return _tried("contacts", look, "Customers can be read.", "可以读取客户联系数据。")


def _group_sends(client: Client) -> Finding:
    def look() -> None:
        now = int(client.ports.clock.now().timestamp())
        next(sends.listed(client, "single", now - 24 * 3600, now), None)

    return _tried("group_sends", look, "Group sends can be read.", "可以读取群发记录。")


def _acquisition(client: Client) -> list[Finding]:
    """What is left of 获客助手; nothing is said to a corp that never bought any, or has not let the application use it."""
    try:
        left = links.balance(client)
    except (PlatformRefused, TryLater):
        return []
    if not left.total:
        return []
    advice_en = "Buy more: 客户与上下游 → 获客助手. Staff codes go on working."
    advice_zh = "请购买：客户与上下游 → 获客助手。员工活码不受影响。"
    if left.left <= 0:
        en, zh = (
            "The balance of acquisition links is used up: they bring nobody.",
            "获客助手余额已用完，获客链接无法添加客户。",
        )
        return [Finding("acquisition", False, en, zh, advice_en, advice_zh)]
    en, zh = f"Acquisition links may bring {left.left:,} more customers", f"获客助手余额可添加 {left.left} 位客户"
    if left.left < _FEW:
        return [Finding("acquisition", False, f"{en}.", f"{zh}。", advice_en, advice_zh)]
    return [Finding("acquisition", True, f"{en}.", f"{zh}。")]


def _tried(check: str, look: Callable[[], Finding | None], en: str, zh: str) -> Finding:
    """What ``look`` found, or why it could not look."""
    try:
        return look() or Finding(check, ok=True, en=en, zh=zh)
    except PlatformRefused as refusal:
        return _of_refusal(check, refusal)
    except TryLater as later:
        return Finding(
            check,
            ok=False,
            en=str(later.details["reason"]),
            zh=str(later.details["reason_zh"]),
            advice_en="Try again; if it stays, check the network and the address of the platform.",
            advice_zh="请稍后重试；若持续出现，请检查网络与接口地址。",
            code=int(later.details.get("errcode", 0)),
        )


def _of_refusal(check: str, refusal: PlatformRefused) -> Finding:
    code, said = refusal.errcode, str(refusal.details["errmsg"])
    advice_en, advice_zh = advice(code)
    named = _ADDRESS.search(said)
    if code == _BAD_ADDRESS and named:
        advice_en += f" The address is {named[1]}."
        advice_zh += f"需添加的 IP：{named[1]}。"
    return Finding(
        check,
        ok=False,
        en=f"WeCom answered {code} ({said}).",
        zh=f"企业微信返回 {code}（{said}）。",
        advice_en=advice_en,
        advice_zh=advice_zh,
        code=code,
    )


def _clock(client: Client) -> list[Finding]:
    """The platform says what time it is with every answer; callbacks are judged by the difference."""
    if client.dated is None:
        return []
    theirs, ours = client.dated
    apart = ours - theirs
    seconds = abs(round(apart.total_seconds()))
    if abs(apart) <= _SKEW:
        return [Finding("clock", ok=True, en="This machine's clock is right.", zh="本机时钟准确。")]
    ahead = apart > timedelta(0)
    return [
        Finding(
            "clock",
            ok=False,
            en=f"This machine's clock is {seconds} seconds {'ahead' if ahead else 'behind'}.",
            zh=f"本机时钟{'快' if ahead else '慢'} {seconds} 秒。",
            advice_en="Let the machine take its time from a time server; welcomes and callbacks depend on it.",
            advice_zh="请为本机启用时间同步（NTP）；欢迎语与回调依赖准确的时间。",
        )
    ]


def _callback(client: Client) -> Finding:
    token, key = client.ports.secret("callback_token"), client.ports.secret("encoding_aes_key")
    if not token or not key:
        missing = " and ".join(name for name, value in (("the token", token), ("EncodingAESKey", key)) if not value)
        missing_zh = "与".join(name for name, value in (("Token", token), ("EncodingAESKey", key)) if not value)
        return Finding(
            "callback",
            ok=False,
            en=f"Of the callback {missing} is not filled in: nothing is heard of who comes and goes.",
            zh=f"尚未填写回调 {missing_zh}：无法接收客户变更。",
            advice_en="Copy them from 应用管理 → the application → 接收消息 → 设置API接收.",
            advice_zh="请从“应用管理 → 对应应用 → 接收消息 → 设置API接收”复制。",
        )
    try:
        key_of(key)
    except Garbled:
        return Finding(
            "callback",
            ok=False,
            en=f"EncodingAESKey has {len(key)} characters and not 43 letters and digits.",
            zh=f"EncodingAESKey 为 {len(key)} 个字符，应为 43 位字母和数字。",
            advice_en="Copy it again, without spaces.",
            advice_zh="请重新复制，不要包含空格。",
        )
    return Finding("callback", ok=True, en="The fields of the callback are well-formed.", zh="回调配置格式正确。")


def _cap(client: Client) -> Finding:
    chosen = client.account.settings.get("group_send_cap") or CAPS[-1]
    if chosen in CAPS:
        en, zh = CAPS_SAID[chosen]
        return Finding(
            "quotas",
            ok=True,
            en=f"A customer receives as many group sends as set here: {en}.",
            zh=f"每位客户接收群发的上限按此处设置计算：{zh}。",
        )
    return Finding(
        "quotas",
        ok=False,
        en=f"'{chosen}' is no way to count group sends.",
        zh=f"群发上限“{chosen}”无效。",
        advice_en=f"Choose as set in WeCom (群发助手 → 设置群发规则): {'; '.join(en for en, _ in CAPS_SAID.values())}.",
        advice_zh=f"请按企业微信“群发助手 → 设置群发规则”选择：{'；'.join(zh for _, zh in CAPS_SAID.values())}。",
    )
