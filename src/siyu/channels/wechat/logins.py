"""Signing in: on a page within WeChat (OAuth), and in a mini program."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import quote, urlencode

from siyu.channels.types import CodeSpent, Known, Login, LoginRefused, PlatformRefused
from siyu.channels.wechat.client import BASE_URL, Client, code_of, later
from siyu.channels.wechat.rules import is_id
from siyu.kernel.errors import BadInput

_PAGES: Final = "https://open.weixin.qq.com"
_MESSAGES: Final = "https://mp.weixin.qq.com"
_MOST_SCENE: Final = 10_000
_STATE: Final = re.compile(r"[A-Za-z0-9]{0,128}")
_CODE: Final = re.compile(r"[!-~]{1,512}")
_RISK: Final = 40226
_SPENT: Final = frozenset({40029, 40163, 41008, 42003})


def authorize_url(client: Client, redirect: str, state: str, *, ask: bool) -> str:
    """Where a page sends a visitor to be known; with ``ask`` they are asked for name and picture as well.

    Raises:
        BadInput: ``state`` is not what the platform takes.
    """
    if not _STATE.fullmatch(state):
        raise BadInput(reason="state has up to 128 letters and digits.", reason_zh="state 应为至多 128 位字母或数字。")
    pages = _PAGES if client.base_url == BASE_URL else client.base_url
    # In this order and with this end, or WeChat's own browser shows nothing.
    query = urlencode(
        {
            "appid": client.app_id,
            "redirect_uri": redirect,
            "response_type": "code",
            "scope": "snsapi_userinfo" if ask else "snsapi_base",
            "state": state,
        },
        quote_via=quote,
        safe="",
    )
    return f"{pages}/connect/oauth2/authorize?{query}#wechat_redirect"


def subscribe_url(client: Client, redirect: str, state: str, template_id: str, scene: int) -> str:
    """Where a page asks a visitor for one message of this template.

    Source: 一次性订阅消息, developers.weixin.qq.com, One-time_subscription_info.

    Raises:
        BadInput: the template, scene or state is not what the platform takes.
    """
    if not _STATE.fullmatch(state) or not is_id(template_id) or not 0 <= scene <= _MOST_SCENE:
        raise BadInput(
            reason=f"a template_id and a scene from 0 to {_MOST_SCENE} are needed.",
            reason_zh=f"需提供 template_id，scene 应为 0 至 {_MOST_SCENE} 的整数。",
        )
    pages = _MESSAGES if client.base_url == BASE_URL else client.base_url
    query = urlencode(
        {
            "action": "get_confirm",
            "appid": client.app_id,
            "scene": str(scene),
            "template_id": template_id,
            "redirect_url": redirect,
            "reserved": state,
        },
        quote_via=quote,
        safe="",
    )
    return f"{pages}/mp/subscribemsg?{query}#wechat_redirect"


def by_page(client: Client, secret: str, code: str) -> Login:
    """Who came back with this code; it works once and for five minutes.

    Raises:
        CodeSpent: the code is wrong, too old or was used.
        BadInput: the visitor only looks at a snapshot of the page, and WeChat made up an OpenID for them.
    """
    query = {"appid": client.app_id, "secret": secret, "code": _code(code), "grant_type": "authorization_code"}
    with _one_code():
        answer = client.without_token("sns/oauth2/access_token", query)
    if answer.get("is_snapshotuser") == 1:
        raise BadInput(
            reason="the visitor looks at a snapshot of the page and is nobody yet; let them tap 'use the full service'.",
            reason_zh="访问者处于快照页模式，OpenID 为虚拟身份，请引导其点击“使用完整服务”。",
        )
    login = _login(answer)
    if "snsapi_userinfo" not in str(answer.get("scope", "")).split(","):
        return login
    token = {"access_token": str(answer.get("access_token", "")), "openid": login.open_id, "lang": "zh_CN"}
    told = client.without_token("sns/userinfo", token)
    union_id = str(told.get("unionid") or login.union_id)
    return Login(login.open_id, union_id, _clean(told.get("nickname")), _clean(told.get("headimgurl")))


def by_app(client: Client, secret: str, code: str) -> Login:
    """Who signs in to the mini program with this code of ``wx.login``. The key of the session is thrown away.

    Raises:
        CodeSpent: the code is wrong, too old or was used.
        LoginRefused: WeChat holds the person for a risk.
    """
    query = {"appid": client.app_id, "secret": secret, "js_code": _code(code), "grant_type": "authorization_code"}
    with _one_code():
        answer = client.without_token("sns/jscode2session", query)
    return _login(answer)


def phone(client: Client, code: str) -> str:
    """The phone that the person gives, as ``+8613800000000``; its code works once and for five minutes.

    Raises:
        CodeSpent: the code is wrong, too old or was used.
        BadInput: the phone was given to another mini program.
    """
    with _one_code():
        answer = client.call("wxa/business/getuserphonenumber", None, {"code": _code(code)})
    info = answer.get("phone_info")
    told: Mapping[str, Any] = info if isinstance(info, dict) else {}
    mark = told.get("watermark")
    number, country = str(told.get("purePhoneNumber", "")), str(told.get("countryCode", ""))
    if not (number.isascii() and number.isdigit() and country.isascii() and country.isdigit()):
        raise later("WeChat gave no phone.", "微信未返回手机号。", 10)
    if not isinstance(mark, dict) or mark.get("appid") != client.app_id:
        raise BadInput(reason="the phone was given to another mini program.", reason_zh="该手机号授权给了其他小程序。")
    return f"+{country}{number}"


def claims_of(app_id: str, login: Login, given_phone: str = "") -> tuple[Known, ...]:
    """What a sign-in tells of a person, the surest first."""
    found = [Known("open_id", login.open_id, app_id)]
    if login.union_id:
        found.append(Known("union_id", login.union_id))
    if given_phone:
        found.append(Known("phone", given_phone))
    return tuple(found)


@contextmanager
def _one_code() -> Iterator[None]:
    """What the platform says of a code is for whoever brought it."""
    try:
        yield
    except PlatformRefused as refusal:
        if refusal.errcode in _SPENT:
            raise CodeSpent from None
        if refusal.errcode == _RISK:
            raise LoginRefused from None
        raise


def _code(code: str) -> str:
    if not _CODE.fullmatch(code):
        raise BadInput(reason="the code is empty or too long.", reason_zh="code 为空或过长。")
    return code


def _login(answer: Mapping[str, Any]) -> Login:
    open_id, union_id = str(answer.get("openid", "")), str(answer.get("unionid") or "")
    if code_of(answer) or not is_id(open_id) or (union_id and not is_id(union_id)):
        raise later("WeChat did not say who it is.", "微信未返回 OpenID。", 10)
    return Login(open_id, union_id)


def _clean(value: object) -> str:
    return "" if value is None else str(value).replace("\0", "")
