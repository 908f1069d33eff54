"""Signing in, phones, and codes that bring followers."""

import hashlib
from typing import Any, Final

from siyu.rehearsal.platforms.wechat.api.frame import MINI, OFFICIAL, Call, Declined, api

_LONGEST: Final = 2_592_000


@api("sns/oauth2/access_token", "GET", OFFICIAL, without_token=True)
def page(call: Call) -> Any:
    """Who came back to a page."""
    call.own_secret()
    code = call.spend("code", "page")
    found = call.person(code.open_id)
    answer = {
        "access_token": _key(call, found.open_id),
        "expires_in": 7200,
        "refresh_token": _key(call, f"refresh {found.open_id}"),
        "openid": found.open_id,
        "scope": "snsapi_userinfo" if code.ask else "snsapi_base",
    }
    return answer | ({"unionid": found.union_id} if code.ask else {})


@api("sns/userinfo", "GET", OFFICIAL, without_token=True)
def userinfo(call: Call) -> Any:
    """Name and picture, for the token of that person."""
    found = call.person(call.text("openid"))
    if call.text("access_token") != _key(call, found.open_id):
        raise Declined(40001)
    picture = f"https://thirdwx.qlogo.cn/mmopen/{found.open_id}/132"
    return {"openid": found.open_id, "nickname": found.name, "headimgurl": picture, "unionid": found.union_id, "sex": 0}


@api("sns/jscode2session", "GET", MINI, without_token=True)
def session(call: Call) -> Any:
    """Who signs in to the mini program."""
    call.own_secret()
    account = call.account
    held = account.state.codes.get(call.text("js_code"))
    if held is not None:
        person = call.person(held.open_id)
        if person.risky:
            raise Declined(40226)
        window = f"{held.open_id} {account.now() // 60}"
        account.calls["sns/jscode2session", window] += 1
        if account.calls["sns/jscode2session", window] > account.rules.sign_ins:
            raise Declined(45011)
    code = call.spend("js_code", "app")
    found = call.person(code.open_id)
    return {"openid": found.open_id, "session_key": _key(call, found.open_id)[:24], "unionid": found.union_id}


@api("wxa/business/getuserphonenumber", "POST", MINI)
def phone(call: Call) -> Any:
    """The phone that somebody gave; its code works once."""
    code = call.spend("code", "phone", used=40029)
    number = call.person(code.open_id).phone
    mark = {"timestamp": call.account.now(), "appid": call.account.state.app_id}
    info = {"phoneNumber": number, "purePhoneNumber": number, "countryCode": "86", "watermark": mark}
    return {"phone_info": info}


@api("wxaapi/newtmpl/gettemplate", "GET")
def templates(call: Call) -> Any:
    """The templates of the account."""
    rows = call.account.state.templates.items()
    return {
        "data": [
            {"priTmplId": one, "title": "提醒", "content": "".join(f"{{{{{p}.DATA}}}}" for p in places), "type": 2}
            for one, places in rows
        ]
    }


@api("cgi-bin/qrcode/create", "POST", OFFICIAL)
def qr_code(call: Call) -> Any:
    """A code with a scene, for a time or for ever."""
    action = call.text("action_name", 47001)
    info = call.body.get("action_info")
    scene = info.get("scene") if isinstance(info, dict) else None
    if action not in {"QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"} or not isinstance(
        scene, dict
    ):
        raise Declined(40053, "invalid action info")
    said = str(scene.get("scene_str") if "STR" in action else scene.get("scene_id", ""))
    if not 1 <= len(said) <= 64:
        raise Declined(40053, "invalid action info")
    account = call.account
    ticket = (
        "gQ" + hashlib.sha256(f"{account.state.app_id}/{action}/{said}/{account.next_number()}".encode()).hexdigest()
    )
    answer: dict[str, Any] = {"ticket": ticket, "url": f"http://weixin.qq.com/q/{ticket[:24]}"}
    until = 0
    if "LIMIT" not in action:
        answer["expire_seconds"] = max(60, min(int(call.body.get("expire_seconds", 60)), _LONGEST))
        until = account.now() + int(answer["expire_seconds"])
    account.state.scenes[ticket] = said, until
    return answer


def _key(call: Call, what: str) -> str:
    return hashlib.sha256(f"{call.account.state.secret}/{what}".encode()).hexdigest()
