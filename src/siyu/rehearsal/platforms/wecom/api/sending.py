"""Group messages: tasks that staff confirm."""

from typing import Any, Final

from siyu.rehearsal.platforms.wecom.api.frame import Call, Errcode, api, objects_of, page, texts_of
from siyu.rehearsal.platforms.wecom.api.welcome import check_content
from siyu.rehearsal.platforms.wecom.people import remind, will_confirm
from siyu.rehearsal.platforms.wecom.types import GroupSend, Target

_CUSTOMERS: Final = 10_000
_GROUPS: Final = 2000
_REMINDERS: Final = 3
_MONTH: Final = 31 * 86_400


def _tagged(call: Call, tags: set[str]) -> bool:
    """Whether a customer with these tags is meant: one of each list."""
    lists = objects_of(call.object("tag_filter"), "group_list")
    return all(tags & set(texts_of(one, "tag_list")) for one in lists)


def _single(call: Call, sender: str) -> tuple[list[Target], list[str]]:
    asked = call.texts("external_userid", _CUSTOMERS)
    if not asked and not sender:
        raise Errcode(40058, "external_userid and sender are both missing")
    corp, found, failed = call.corp, [], []
    for one in dict.fromkeys(asked or corp.customers_in_order(sender)):
        ties = [
            tie
            for userid, tie in corp.followers(one).items()
            if corp.seen(userid)
            and corp.state.staff[userid].status == 1
            and sender in {"", userid}
            and _tagged(call, set(tie.tags))
        ]
        if ties:  # who talked with them last
            chosen = max(ties, key=lambda tie: (tie.talked_at or tie.createtime, tie.userid))
            found.append(Target(one, chosen.userid))
        elif asked:
            failed.append(one)
    return found, failed


def _chats(call: Call, sender: str) -> tuple[list[Target], list[str]]:
    call.text("sender", 41009)
    asked = call.texts("chat_id_list", _GROUPS)
    owned = [one.chat_id for one in call.corp.state.groups.values() if one.owner == sender]
    return [Target(one, sender) for one in asked or owned if one in owned], [one for one in asked if one not in owned]


@api("externalcontact/add_msg_template")
def add_msg_template(call: Call) -> dict[str, Any]:
    """A task for each member of staff concerned; nobody is sent anything yet."""
    kind, sender = call.text("chat_type") or "single", call.text("sender")
    if kind not in {"single", "group"}:
        raise Errcode(40058, "invalid chat_type")
    if sender:
        call.serving(sender)
    content = check_content(call)
    targets, failed = _single(call, sender) if kind == "single" else _chats(call, sender)
    if not targets:
        raise Errcode(41048)
    corp, now = call.corp, call.corp.now()
    made = GroupSend(corp.new_id("msg"), kind, sender or "admin", now, call.app, content, targets=targets)
    for userid in dict.fromkeys(one.userid for one in targets):
        made.tasks[userid] = will_confirm(corp.state.staff[userid], now, corp.random)
    corp.state.sends[made.msgid] = made
    return {"fail_list": failed, "msgid": made.msgid}


def _sent(call: Call) -> GroupSend:
    found = call.corp.state.sends.get(call.text("msgid", 41046))
    if found is None:
        raise Errcode(41047)
    return found


@api("externalcontact/remind_groupmsg_send")
def remind_groupmsg_send(call: Call) -> dict[str, Any]:
    """At most three times in 24 hours."""
    send, now = _sent(call), call.corp.now()
    if len([one for one in send.reminded if one > now - 86_400]) >= _REMINDERS:
        raise Errcode(45009, "reminded too often")
    send.reminded.append(now)
    for task in send.tasks.values():
        remind(task, call.corp.state.staff[task.userid], now, call.corp.random)
    return {}


@api("externalcontact/cancel_groupmsg_send")
def cancel_groupmsg_send(call: Call) -> dict[str, Any]:
    """What was confirmed stays sent."""
    send = _sent(call)
    call.corp.do_tasks()
    send.cancelled_at = send.cancelled_at or call.corp.now()
    return {}


@api("externalcontact/get_groupmsg_list_v2")
def get_groupmsg_list_v2(call: Call) -> dict[str, Any]:
    first, last = call.number("start_time"), call.number("end_time")
    if not first or last - first > _MONTH:
        raise Errcode(40058, "start_time and end_time: at most a month")
    kind, creator, wanted = call.text("chat_type") or "single", call.text("creator"), call.number("filter_type", 2)
    found = [
        one.msgid
        for one in call.corp.state.sends.values()
        if one.chat_type == kind and first <= one.create_time <= last and creator in {"", one.creator} and wanted != 1
    ]
    ids, cursor = page(found, call.text("cursor"), call.limit(100, 50))
    shown = []
    for one in (call.corp.state.sends[msgid] for msgid in ids):
        head = {"msgid": one.msgid, "creator": one.creator, "create_time": str(one.create_time), "create_type": 0}
        shown.append({**head, **one.content})
    return {"group_msg_list": shown, "next_cursor": cursor}


@api("externalcontact/get_groupmsg_task")
def get_groupmsg_task(call: Call) -> dict[str, Any]:
    send = _sent(call)
    call.corp.do_tasks()
    ids, cursor = page(list(send.tasks), call.text("cursor"), call.limit(1000, 500))
    shown = []
    for task in (send.tasks[userid] for userid in ids):
        done = {"status": 2, "send_time": task.done_at} if task.done_at else {"status": 0}
        shown.append({"userid": task.userid, **done})
    return {"task_list": shown, "next_cursor": cursor}


def _result(one: Target, kind: str) -> dict[str, Any]:
    shown = {"external_userid" if kind == "single" else "chat_id": one.id, "userid": one.userid, "status": one.status}
    return {**shown, "send_time": one.send_time} if one.status == 1 else shown


@api("externalcontact/get_groupmsg_send_result")
def get_groupmsg_send_result(call: Call) -> dict[str, Any]:
    send, userid = _sent(call), call.text("userid", 41009)
    call.corp.do_tasks()
    targets = {one.id: one for one in send.targets if one.userid == userid}
    ids, cursor = page(list(targets), call.text("cursor"), call.limit(1000, 500))
    return {"send_list": [_result(targets[one], send.chat_type) for one in ids], "next_cursor": cursor}


@api("externalcontact/get_group_msg_result")
def get_group_msg_result(call: Call) -> dict[str, Any]:
    """The older way to ask, all at once."""
    send = _sent(call)
    call.corp.do_tasks()
    return {"check_status": 1, "detail_list": [_result(one, send.chat_type) for one in send.targets]}
