"""Token, departments, staff, messages to staff."""

from typing import Any

from siyu.rehearsal.platforms.wecom.api.frame import Call, Errcode, api
from siyu.rehearsal.platforms.wecom.types import Department, Staff


@api("gettoken", "GET")
def gettoken(call: Call) -> dict[str, Any]:
    if call.text("corpid", 41002) != call.corp.corp_id:
        raise Errcode(40013)
    secret = call.text("corpsecret", 41004)
    if secret not in call.corp.state.secrets:
        raise Errcode(40001)
    told = call.corp.rules.token_life
    token, left = call.corp.tokens.issue(call.corp.state.secrets[secret], call.corp.faults.token_life or told)
    return {"access_token": token, "expires_in": told if call.corp.faults.token_life else left}


@api("getcallbackip", "GET")
def getcallbackip(_: Call) -> dict[str, Any]:
    return {"ip_list": ["127.0.0.1"]}


@api("get_api_domain_ip", "GET")
def get_api_domain_ip(_: Call) -> dict[str, Any]:
    return {"ip_list": ["127.0.0.1"]}


def _departments(call: Call) -> list[Department]:
    everything = call.corp.state.departments
    if not (number := call.number("id")):
        return list(everything.values())
    if number not in everything:
        raise Errcode(60003)
    return [everything[one] for one in sorted(_below(call, number))]


def _below(call: Call, number: int) -> set[int]:
    found, size = {number}, 0
    while len(found) > size:
        size = len(found)
        found |= {one.id for one in call.corp.state.departments.values() if one.parent in found}
    return found


@api("department/list", "GET")
def department_list(call: Call) -> dict[str, Any]:
    return {
        "department": [
            {"id": one.id, "name": one.name, "parentid": one.parent, "order": 100_000 - one.id}
            for one in _departments(call)
        ]
    }


@api("department/simplelist", "GET")
def department_simplelist(call: Call) -> dict[str, Any]:
    return {
        "department_id": [
            {"id": one.id, "parentid": one.parent, "order": 100_000 - one.id} for one in _departments(call)
        ]
    }


def _members(call: Call) -> list[Staff]:
    number = call.number("department_id", 1)
    if number not in call.corp.state.departments:
        raise Errcode(60003)
    span = _below(call, number) if call.number("fetch_child") else {number}
    return [one for one in call.corp.state.staff.values() if span & set(one.departments) and call.corp.seen(one.userid)]


def _described(one: Staff) -> dict[str, Any]:
    return {
        "userid": one.userid,
        "name": one.name,
        "department": list(one.departments),
        "main_department": one.departments[0] if one.departments else 1,
        "order": [0] * len(one.departments),
        "position": one.position,
        "is_leader_in_dept": [0] * len(one.departments),
        "status": one.status,
        "alias": "",
    }


@api("user/simplelist", "GET")
def user_simplelist(call: Call) -> dict[str, Any]:
    return {
        "userlist": [
            {"userid": one.userid, "name": one.name, "department": list(one.departments), "open_userid": ""}
            for one in _members(call)
        ]
    }


@api("user/list", "GET")
def user_list(call: Call) -> dict[str, Any]:
    return {"userlist": [_described(one) for one in _members(call)]}


@api("user/get", "GET")
def user_get(call: Call) -> dict[str, Any]:
    return _described(call.staff(call.text("userid", 41009)))


@api("message/send")
def message_send(call: Call) -> dict[str, Any]:
    """A message of the app to staff; who is not visible is told back and the others get it."""
    asked = [one for one in call.text("touser").split("|") if one]
    departments = [int(one) for one in call.text("toparty").split("|") if one.isdigit()]
    if not asked and not departments:
        raise Errcode(82001, "touser, toparty and totag are all empty")
    if asked == ["@all"]:
        found, invalid = [one for one in call.corp.state.staff if call.corp.seen(one)], []
    else:
        named = [*asked, *(call.corp.staff_of([], departments) if departments else [])]
        found = [one for one in dict.fromkeys(named) if call.corp.seen(one)]
        invalid = [one for one in asked if not call.corp.seen(one)]
    if not found:
        raise Errcode(81013, "all users are invalid or not visible")
    msgid = call.corp.new_id("msg")
    call.corp.state.app_messages.append({"msgid": msgid, "to": found, "at": call.corp.now(), "content": call.body})
    return {"invaliduser": "|".join(invalid), "invalidparty": "", "invalidtag": "", "msgid": msgid}
