"""What is right and wrong with an account, in plain words."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from siyu.channels.types import Account, Finding, PlatformRefused, Ports
from siyu.channels.wechat import crypto
from siyu.channels.wechat.client import SECRET, Client
from siyu.channels.wechat.errors import advice
from siyu.kernel.errors import TryLater

_MOST_SKEW: Final = timedelta(minutes=2)
_WHITELIST: Final = frozenset({40164, 61004})


def findings(account: Account, ports: Ports, client: Client, permission: Callable[[], None]) -> list[Finding]:
    """Try a token, what the account needs most (``permission``), the fields for pushes, and the clock."""
    found = [_token(ports, client)]
    if found[0].ok:
        found.append(_tried("permission", permission, "The account may call what it needs.", "账号具有所需接口权限。"))
    found.append(_callback(account, ports))
    if client.skew is not None:
        found.append(_clock(client.skew))
    return found


def _token(ports: Ports, client: Client) -> Finding:
    if not ports.secret(SECRET):
        do = ("Copy it from 基本配置 of the account.", "请从账号的“基本配置”复制。")
        return Finding("token", False, "AppSecret is not filled in.", "未填写 AppSecret。", *do)

    def fetch() -> None:
        client.token()

    return _tried("token", fetch, "AppID and AppSecret are right.", "AppID 和 AppSecret 正确。")


def _tried(check: str, what: Callable[[], None], en: str, zh: str) -> Finding:
    try:
        what()
    except PlatformRefused as problem:
        code, known = problem.errcode, advice(problem.errcode)
        named = f" ({problem.details['errmsg']})" if code in _WHITELIST else ""
        name = "ip_whitelist" if code in _WHITELIST else check
        return Finding(name, False, known.en + named, known.zh + named, known.do_en, known.do_zh, code)
    except TryLater as problem:
        do = ("Check the network of this server, and try again.", "请检查本服务器的网络后重试。")
        return Finding(check, False, str(problem.details["reason"]), str(problem.details["reason_zh"]), *do)
    return Finding(check, True, en, zh)


def _callback(account: Account, ports: Ports) -> Finding:
    do = (
        "Fill in the same token, EncodingAESKey and mode here and under 服务器配置 (mini program: 消息推送).",
        "请确保此处与平台“服务器配置”（小程序：“消息推送”）中的 Token、EncodingAESKey 和加解密方式一致。",
    )
    if not ports.secret("callback_token"):
        return Finding("callback", False, "The token for pushes is not filled in.", "未填写消息推送 Token。", *do)
    if account.settings.get("callback_mode") != "plain":
        try:
            crypto.key_of(ports.secret("callback_key"))
        except crypto.Garbled:
            return Finding(
                "callback", False, "EncodingAESKey is missing or wrong.", "EncodingAESKey 缺失或不正确。", *do
            )
    return Finding("callback", True, "Pushes can be read.", "可以接收消息推送。")


def _clock(skew: timedelta) -> Finding:
    seconds = round(abs(skew).total_seconds())
    if abs(skew) <= _MOST_SKEW:
        return Finding("clock", True, "The clock is right.", "本机时间正确。")
    return Finding(
        "clock",
        False,
        f"The clock of this server is wrong by {seconds} seconds.",
        f"本服务器时间偏差 {seconds} 秒。",
        "Switch on time synchronisation (NTP).",
        "请开启时间同步（NTP）。",
    )
