"""Codes and links by which customers come: 联系我, 加入群聊, 获客助手."""

from typing import Any, Final
from urllib.parse import quote

from siyu.rehearsal.platforms.wecom.api.frame import Call, Errcode, api, numbers_of, page, texts_of
from siyu.rehearsal.platforms.wecom.types import ContactWay, JoinWay, Link

_WAYS: Final = 500_000
_REMARK: Final = 30
_DAYS: Final = 90 * 86_400
_WAY_FIELDS: Final = ("style", "remark", "skip_verify", "state", "user", "party", "is_exclusive", "mark_source")
_TEMPORARY: Final = ("expires_in", "chat_expires_in", "unionid", "conclusions")
_JOIN_FIELDS: Final = ("scene", "remark", "auto_create_room", "room_base_name", "room_base_id", "chat_id_list", "state")


def _code(call: Call, config_id: str) -> str:
    return f"{call.host}/wwhead/{config_id}/0"


def _people(call: Call, kind: int) -> None:
    users, parties = call.texts("user", 100), call.numbers("party")
    if kind == 1 and (len(users) != 1 or parties):
        raise Errcode(41041, "type 1 takes exactly one user")
    if not users and not parties:
        raise Errcode(40058, "user and party are both missing")
    for userid in users:
        if call.serving(userid).status != 1:
            raise Errcode(41054)
    if any(one not in call.corp.state.departments for one in parties):
        raise Errcode(60123, "invalid party")
    if len(call.text("remark")) > _REMARK or len(call.text("state")) > _REMARK:
        raise Errcode(40058, "remark or state has more than 30 characters")


@api("externalcontact/add_contact_way")
def add_contact_way(call: Call) -> dict[str, Any]:
    kind, scene = call.need("type", 41037), call.need("scene", 41038)
    if kind not in {1, 2}:
        raise Errcode(41039, "invalid type")
    if scene not in {1, 2}:
        raise Errcode(41040, "invalid scene")
    _people(call, kind)
    state = call.corp.state
    if len(state.ways) + len(state.join_ways) >= _WAYS:
        raise Errcode(41045, "too many contact ways")
    body: dict[str, Any] = {
        name: call.body[name] for name in (*_WAY_FIELDS, "is_temp", *_TEMPORARY) if name in call.body
    }
    made = call.corp.new_id("")
    state.ways[made] = ContactWay(made, call.corp.now(), call.app, {"type": kind, "scene": scene, **body})
    return {"config_id": made, "qr_code": _code(call, made)} if scene == 2 else {"config_id": made}


def _way(call: Call) -> ContactWay:
    found = call.corp.state.ways.get(call.text("config_id", 41043))
    if found is None:
        raise Errcode(41044)
    return found


@api("externalcontact/get_contact_way")
def get_contact_way(call: Call) -> dict[str, Any]:
    way = _way(call)
    shown = {"config_id": way.config_id, "style": 1, "remark": "", "skip_verify": True, "state": ""}
    shown |= {"qr_code": _code(call, way.config_id), "user": [], "party": [], "is_temp": False, **way.body}
    if not shown["is_temp"]:
        shown = {name: value for name, value in shown.items() if name not in _TEMPORARY}
    return {"contact_way": shown}


@api("externalcontact/list_contact_way")
def list_contact_way(call: Call) -> dict[str, Any]:
    """Those made in a time; of the last 90 days when none is given."""
    now = call.corp.now()
    first, last = call.number("start_time", now - _DAYS), call.number("end_time", now)
    found = [one.config_id for one in call.corp.state.ways.values() if first <= one.created_at <= last]
    ids, cursor = page(found, call.text("cursor"), call.limit(1000, 100))
    answer: dict[str, Any] = {"contact_way": [{"config_id": one} for one in ids]}
    return {**answer, "next_cursor": cursor} if cursor else answer


@api("externalcontact/update_contact_way")
def update_contact_way(call: Call) -> dict[str, Any]:
    """What is named is written over; user and party together."""
    way = _way(call)
    if call.body.get("user") is not None or call.body.get("party") is not None:
        _people(call, int(way.body["type"]))
        way.body.update(user=[], party=[])
    way.body |= {name: call.body[name] for name in (*_WAY_FIELDS, *_TEMPORARY) if call.body.get(name) is not None}
    return {}


@api("externalcontact/del_contact_way")
def del_contact_way(call: Call) -> dict[str, Any]:
    del call.corp.state.ways[_way(call).config_id]
    return {}


def _join_body(call: Call) -> dict[str, Any]:
    body: dict[str, Any] = {name: call.body[name] for name in _JOIN_FIELDS if name in call.body}
    if call.number("scene") not in {1, 2}:
        raise Errcode(41040, "invalid scene")
    chats = call.texts("chat_id_list", 5)
    if not chats:
        raise Errcode(40058, "chat_id_list is missing")
    for chat in chats:
        call.group(chat)
    if len(call.text("state")) > _REMARK:
        raise Errcode(40058, "state has more than 30 characters")
    body["remark"], body["chat_id_list"] = call.text("remark")[:_REMARK], chats
    if "room_base_id" in body:
        body["room_base_id"] = call.number("room_base_id")
    return body


@api("externalcontact/groupchat/add_join_way")
def add_join_way(call: Call) -> dict[str, Any]:
    body = _join_body(call)
    made = call.corp.new_id("")
    call.corp.state.join_ways[made] = JoinWay(made, call.app, {"auto_create_room": 1, **body})
    return {"config_id": made}


def _join(call: Call) -> JoinWay:
    found = call.corp.state.join_ways.get(call.text("config_id", 41043))
    if found is None:
        raise Errcode(41044)
    return found


@api("externalcontact/groupchat/get_join_way")
def get_join_way(call: Call) -> dict[str, Any]:
    way = _join(call)
    empty = {"remark": "", "room_base_name": "", "room_base_id": 0, "state": ""}
    shown = {"config_id": way.config_id, "type": 3, **empty, **way.body, "qr_code": _code(call, way.config_id)}
    return {"join_way": shown}


@api("externalcontact/groupchat/update_join_way")
def update_join_way(call: Call) -> dict[str, Any]:
    way = _join(call)
    way.body = {"auto_create_room": 1, **_join_body(call)}
    return {}


@api("externalcontact/groupchat/del_join_way")
def del_join_way(call: Call) -> dict[str, Any]:
    del call.corp.state.join_ways[_join(call).config_id]
    return {}


# 获客助手: only links of the same app are shown


def _link(call: Call) -> Link:
    found = call.corp.state.links.get(call.text("link_id", 40058))
    if found is None or found.app != call.app:
        raise Errcode(40058, "invalid link_id")
    return found


def _range(call: Call) -> dict[str, Any]:
    span = call.object("range")
    users, departments = texts_of(span, "user_list"), numbers_of(span, "department_list")
    if not users and not departments:
        raise Errcode(40058, "range is missing")
    for userid in users:
        call.serving(userid)
    return {"user_list": users, "department_list": departments}


def _shown(link: Link) -> dict[str, Any]:
    return {
        "link_id": link.link_id,
        "link_name": link.body["link_name"],
        "url": link.url,
        "create_time": link.create_time,
        "skip_verify": bool(link.body.get("skip_verify", True)),
    }


@api("externalcontact/customer_acquisition/list_link")
def list_link(call: Call) -> dict[str, Any]:
    mine = [one.link_id for one in call.corp.state.links.values() if one.app == call.app]
    ids, cursor = page(mine, call.text("cursor"), call.limit(100))
    return {"link_id_list": ids, "next_cursor": cursor}


@api("externalcontact/customer_acquisition/get")
def get_link(call: Call) -> dict[str, Any]:
    link = _link(call)
    option = link.body.get("priority_option") or {"priority_type": 0, "priority_userid_list": []}
    return {"link": _shown(link), "range": link.body["range"], "priority_option": option}


@api("externalcontact/customer_acquisition/create_link")
def create_link(call: Call) -> dict[str, Any]:
    name = call.text("link_name", 40058)
    if len(name) > _REMARK:
        raise Errcode(40058, "link_name has more than 30 characters")
    body = {"link_name": name, "range": _range(call), "skip_verify": call.flag("skip_verify", default=True)}
    if option := call.object("priority_option"):
        body["priority_option"] = option
    made = call.corp.new_id("caw")
    url = f"https://work.weixin.qq.com/ca/{quote(made)}"
    link = call.corp.state.links[made] = Link(made, url, call.corp.now(), call.app, body)
    return {"link": _shown(link)}


@api("externalcontact/customer_acquisition/update_link")
def update_link(call: Call) -> dict[str, Any]:
    link = _link(call)
    if "range" in call.body:
        link.body["range"] = _range(call)
    for name in ("link_name", "skip_verify", "priority_option"):
        if name in call.body:
            link.body[name] = call.body[name]
    return {}


@api("externalcontact/customer_acquisition/delete_link")
def delete_link(call: Call) -> dict[str, Any]:
    del call.corp.state.links[_link(call).link_id]
    return {}


@api("externalcontact/customer_acquisition/customer")
def link_customers(call: Call) -> dict[str, Any]:
    customers = {f"{number:09d}": one for number, one in enumerate(_link(call).customers)}
    keys, cursor = page(list(customers), call.text("cursor"), call.limit(1000))
    shown = [
        {"external_userid": o.external_userid, "userid": o.userid, "chat_status": o.chat_status, "state": o.state}
        for o in (customers[key] for key in keys)
    ]
    return {"customer_list": shown, "next_cursor": cursor}


@api("externalcontact/customer_acquisition/statistic")
def link_statistic(call: Call) -> dict[str, Any]:
    link = _link(call)
    if call.number("end_time") - call.number("start_time") > 30 * 86_400:
        raise Errcode(40058, "more than 30 days")
    return {"click_link_customer_cnt": link.clicks, "new_customer_cnt": len(link.customers)}


@api("externalcontact/customer_acquisition_quota", "GET")
def quota(call: Call) -> dict[str, Any]:
    left = call.corp.state.link_quota
    used = sum(len(one.customers) for one in call.corp.state.links.values())
    return {"total": left + used, "balance": left, "quota_list": [{"expire_date": 0, "balance": left}]}
