"""Groups of customers."""

from typing import Any

from siyu.rehearsal.platforms.wecom.api.frame import Call, Errcode, api, page, texts_of
from siyu.rehearsal.platforms.wecom.types import Group, Member


@api("externalcontact/groupchat/list")
def groupchat_list(call: Call) -> dict[str, Any]:
    """Groups whose owner is visible; of one status, or all."""
    owners = texts_of(call.object("owner_filter"), "userid_list")
    if len(owners) > 100:
        raise Errcode(81017, "more than 100 owners")
    for userid in owners:
        call.staff(userid, 40003)
    status = call.number("status_filter")
    found = [
        one.chat_id
        for one in call.corp.state.groups.values()
        if (not owners or one.owner in owners) and (not status or one.status == status) and call.corp.shown(one)
    ]
    ids, cursor = page(found, call.text("cursor"), call.limit(1000))
    shown = [{"chat_id": one, "status": call.corp.state.groups[one].status} for one in ids]
    return {"group_chat_list": shown, "next_cursor": cursor}


def _member(call: Call, one: Member, *, named: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "userid": one.userid,
        "type": one.type,
        "join_time": one.join_time,
        "join_scene": one.join_scene,
        "group_nickname": one.group_nickname,
    }
    if one.invitor:
        shown["invitor"] = {"userid": one.invitor}
    if one.state:
        shown["state"] = one.state
    person = call.corp.state.people.get(one.userid)
    if person is not None and person.unionid:
        shown["unionid"] = person.unionid
    if named:
        staff = call.corp.state.staff.get(one.userid)
        shown["name"] = person.name if person else staff.name if staff else ""
    return shown


@api("externalcontact/groupchat/get")
def groupchat_get(call: Call) -> dict[str, Any]:
    group = call.group(call.text("chat_id", 86201))
    named = call.number("need_name") == 1
    return {
        "group_chat": {
            "chat_id": group.chat_id,
            "name": group.name,
            "owner": group.owner,
            "create_time": group.create_time,
            "notice": group.notice,
            "member_list": [_member(call, one, named=named) for one in group.members.values()],
            "admin_list": [{"userid": one} for one in group.admins],
            "member_version": group.version,
        }
    }


@api("externalcontact/opengid_to_chatid")
def opengid_to_chatid(call: Call) -> dict[str, Any]:
    opengid = call.text("opengid", 90511)
    for one in call.corp.state.groups.values():
        if one.opengid == opengid and call.corp.seen(one.owner):
            return {"chat_id": one.chat_id}
    raise Errcode(90511)


def _transfer(call: Call, *, onjob: bool) -> dict[str, Any]:
    owner, failed = call.serving(call.text("new_owner", 86203)).userid, []
    for chat_id in call.texts("chat_id_list", 100):
        group = call.corp.state.groups.get(chat_id)
        if reason := _hindered(call, group, owner, onjob=onjob):
            failed.append({"chat_id": chat_id, "errcode": reason, "errmsg": Errcode(reason).errmsg})
        elif group is not None:
            group.transferred.append(call.corp.now())
            call.corp.hand_over(group, owner)
            group.status = 0 if onjob else 3
    return {"failed_chat_list": failed}


def _hindered(call: Call, group: Group | None, owner: str, *, onjob: bool) -> int:
    if group is None:
        return 90501
    left = call.corp.state.staff[group.owner].status == 5
    if onjob and left:
        return 90502
    if not onjob and not left:
        return 90500
    if group.owner == owner:
        return 90504
    lately = [one for one in group.transferred if one > call.corp.now() - 90 * 86_400]
    return 40128 if onjob and len(lately) >= 2 else 0


@api("externalcontact/groupchat/transfer")
def transfer(call: Call) -> dict[str, Any]:
    """Groups of somebody who left."""
    return _transfer(call, onjob=False)


@api("externalcontact/groupchat/onjob_transfer")
def onjob_transfer(call: Call) -> dict[str, Any]:
    return _transfer(call, onjob=True)
