"""微信客服."""

import re
from typing import Any, Final

from siyu.rehearsal.platforms.wecom.api.frame import Call, Errcode, api, cursor_of, parts_of
from siyu.rehearsal.platforms.wecom.types import ServiceAccount, Session

_KEPT: Final = 3 * 86_400
_OPEN: Final = 48 * 3600
_MSGID: Final = re.compile(r"[0-9a-zA-Z_-]{1,32}")


def _account(call: Call) -> ServiceAccount:
    found = call.corp.state.accounts.get(call.text("open_kfid", 95000))
    if found is None:
        raise Errcode(95004, "open_kfid not found")
    return found


@api("kf/account/list", "GET")
def account_list(call: Call) -> dict[str, Any]:
    shown = [
        {"open_kfid": one.open_kfid, "name": one.name, "avatar": f"http://wx.qlogo.cn/fake/{one.open_kfid}/0"}
        for one in call.corp.state.accounts.values()
    ]
    return {"account_list": shown}


@api("kf/sync_msg")
def sync_msg(call: Call) -> dict[str, Any]:
    """What was said in the last three days, behind the cursor."""
    token, now = call.text("token"), call.corp.now()
    if token and call.corp.state.kf_tokens.get(token, 0) < now:
        raise Errcode(95007, "invalid msg token")
    chosen = call.text("open_kfid")
    accounts = [_account(call)] if chosen else list(call.corp.state.accounts.values())
    everything = sorted(
        (one for account in accounts for one in account.messages if one["send_time"] > now - _KEPT),
        key=lambda one: one["send_time"],
    )
    start, cursor = 0, call.text("cursor")
    if cursor:
        last = parts_of(cursor, 1)[0]
        start = next((n for n, one in enumerate(everything, 1) if one["msgid"] == last), 0)
    limit = call.limit(1000)
    shown = everything[start : start + limit]
    following = cursor_of(shown[-1]["msgid"]) if shown else cursor
    return {"next_cursor": following, "has_more": int(start + limit < len(everything)), "msg_list": shown}


def _session(call: Call, account: ServiceAccount, customer: str) -> Session:
    if customer not in call.corp.state.people:
        raise Errcode(40096)
    found = account.sessions.get(customer)
    if found is None:
        raise Errcode(95002, "the customer has not written")
    return found


def _msgid(call: Call) -> str:
    given = call.text("msgid")
    if given and not _MSGID.fullmatch(given):
        raise Errcode(40058, "msgid: 32 of [0-9a-zA-Z_-] at most")
    return given or call.corp.new_id("")


def _said(call: Call) -> tuple[str, Any]:
    kind = call.text("msgtype", 40008)
    said = call.object(kind)
    if kind == "text" and not said.get("content"):
        raise Errcode(44004, "text content is empty")
    if kind == "text" and len(str(said["content"]).encode()) > 2048:
        raise Errcode(45002, "text too long")
    return kind, said


def _keep(call: Call, account: ServiceAccount, customer: str, msgid: str) -> None:
    kind, said = _said(call)
    message: dict[str, Any] = {"msgid": msgid, "open_kfid": account.open_kfid, "external_userid": customer}
    message |= {"send_time": call.corp.now(), "origin": 5, "msgtype": kind, kind: said}
    account.messages.append(message)


@api("kf/send_msg")
def send_msg(call: Call) -> dict[str, Any]:
    """Five answers within 48 hours of the customer's word. A message id that was there is not sent again."""
    account, customer = _account(call), call.text("touser", 41009)
    session, msgid = _session(call, account, customer), _msgid(call)
    if any(one["msgid"] == msgid for one in account.messages):
        return {"msgid": msgid}
    _said(call)
    if session.state == 4:
        raise Errcode(95013, "the session has ended")
    if session.said_at <= call.corp.now() - _OPEN:
        raise Errcode(95002, "more than 48 hours")
    if session.left <= 0:
        raise Errcode(95001, "more than 5 answers")
    session.left -= 1
    _keep(call, account, customer, msgid)
    return {"msgid": msgid}


@api("kf/send_msg_on_event")
def send_msg_on_event(call: Call) -> dict[str, Any]:
    """One greeting within twenty seconds."""
    code = call.corp.state.event_codes.get(call.text("code", 40058))
    if code is None or code.used or code.until < call.corp.now():
        raise Errcode(95002, "the code is used or too old")
    msgid = _msgid(call)
    _keep(call, call.corp.account(code.open_kfid), code.external_userid, msgid)
    code.used = True
    return {"msgid": msgid}


@api("kf/service_state/get")
def service_state_get(call: Call) -> dict[str, Any]:
    session = _session(call, _account(call), call.text("external_userid", 41035))
    return {"service_state": session.state, "servicer_userid": session.servicer}


@api("kf/service_state/trans")
def service_state_trans(call: Call) -> dict[str, Any]:
    account = _account(call)
    session = _session(call, account, call.text("external_userid", 41035))
    wanted, servicer = call.number("service_state", -1), call.text("servicer_userid")
    if wanted not in {1, 2, 3, 4} or session.state == 4:
        raise Errcode(95016, "not from this state to that")
    if wanted == 3 and servicer not in account.servicers:
        raise Errcode(95014, "not a servicer of this account")
    session.state, session.servicer = wanted, servicer if wanted == 3 else ""
    return {"msg_code": call.corp.new_id("MSG")}


@api("kf/customer/batchget")
def customer_batchget(call: Call) -> dict[str, Any]:
    found, invalid = [], []
    for one in call.texts("external_userid_list", 100):
        person = call.corp.state.people.get(one)
        if person is None:
            invalid.append(one)
            continue
        shown: dict[str, Any] = {"external_userid": one, "nickname": person.name, "avatar": person.avatar}
        shown |= {"gender": person.gender, "unionid": person.unionid}
        if call.number("need_enter_session_context"):
            sessions = [a.sessions[one] for a in call.corp.state.accounts.values() if one in a.sessions]
            context = {"scene": sessions[-1].scene, "scene_param": sessions[-1].scene_param} if sessions else {}
            shown["enter_session_context"] = context
        found.append(shown)
    return {"customer_list": found, "invalid_external_userid": invalid}


@api("kf/add_contact_way")
def kf_add_contact_way(call: Call) -> dict[str, Any]:
    account, scene = _account(call), call.text("scene")
    if scene and not _MSGID.fullmatch(scene):
        raise Errcode(40058, "scene: 32 of [0-9a-zA-Z_-] at most")
    return {"url": f"https://work.weixin.qq.com/kf/{account.open_kfid}?enc_scene={scene}"}


@api("kf/servicer/list", "GET")
def servicer_list(call: Call) -> dict[str, Any]:
    return {"servicer_list": [{"userid": one, "status": 0} for one in _account(call).servicers]}
