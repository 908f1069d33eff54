"""Moments (客户朋友圈): tasks that staff publish."""

from typing import Any, Final

from siyu.rehearsal.platforms.wecom.api.frame import (
    Call,
    Errcode,
    api,
    numbers_of,
    object_of,
    objects_of,
    page,
    texts_of,
)
from siyu.rehearsal.platforms.wecom.people import will_confirm
from siyu.rehearsal.platforms.wecom.types import Moment, Reaction

_MONTH: Final = 31 * 86_400
_MAKING: Final = 2  # seconds until a job is done
_JOB_LIFE: Final = 86_400


def _content(call: Call) -> dict[str, Any]:
    text = str(call.object("text").get("content", ""))
    attachments = objects_of(call.body, "attachments")
    if len(text) > 2000 or len(text.encode()) > 4000:
        raise Errcode(45002, "text too long")
    kinds = [str(one.get("msgtype")) for one in attachments]
    alone = {"image": 9, "video": 1, "link": 1}
    if len(set(kinds)) > 1 or any(kinds.count(one) > alone.get(one, 0) for one in kinds):
        raise Errcode(41065, "attachments: 9 images, or one video, or one link")
    for one in attachments:
        media = call.corp.state.media.get(str(object_of(one, str(one["msgtype"])).get("media_id", "")))
        if media is None or media.created_at + 3 * 86_400 <= call.corp.now():
            raise Errcode(40007)
        if media.attachment_type != 1:
            raise Errcode(41072, "upload it with upload_attachment and attachment_type 1")
    if not text and not attachments:
        raise Errcode(40063, "text and attachments are both missing")
    return {"text": {"content": text}, "attachments": attachments}


@api("externalcontact/add_moment_task")
def add_moment_task(call: Call) -> dict[str, Any]:
    corp, now, content = call.corp, call.corp.now(), _content(call)
    span = call.object("visible_range")
    senders, outside = object_of(span, "sender_list"), object_of(span, "external_contact_list")
    users, departments = texts_of(senders, "user_list"), numbers_of(senders, "department_list")
    tags = texts_of(outside, "tag_list")
    everybody = not users and not departments
    found = corp.staff_of(list(corp.state.staff) if everybody else users, departments)
    found = [one for one in found if corp.seen(one)]
    made = Moment(corp.new_id("mom"), corp.new_id("job"), "admin", now, now + _MAKING, content)
    made.tags = [one for one in tags if corp.find_tag(one)]
    made.invalid_tags = [one for one in tags if one not in made.tags]
    made.invalid_senders = {
        "user_list": [one for one in users if one not in found],
        "department_list": [one for one in departments if one not in corp.state.departments],
    }
    for userid in found:
        made.tasks[userid] = will_confirm(corp.state.staff[userid], now, corp.random)
    corp.state.moments[made.moment_id] = made
    return {"jobid": made.jobid}


@api("externalcontact/get_moment_task_result", "GET")
def get_moment_task_result(call: Call) -> dict[str, Any]:
    jobid, now = call.text("jobid", 40088), call.corp.now()
    found = next((one for one in call.corp.state.moments.values() if one.jobid == jobid), None)
    if found is None:
        raise Errcode(40088, "invalid jobid")
    if found.create_time + _JOB_LIFE < now:
        raise Errcode(40089, "the result was cleared")
    done = found.ready_at <= now
    result: dict[str, Any] = {"errcode": 0, "errmsg": "ok"}
    if done:
        result["moment_id"] = found.moment_id
        result["invalid_sender_list"] = found.invalid_senders
        result["invalid_external_contact_list"] = {"tag_list": found.invalid_tags}
    return {"status": 3 if done else 1 if found.create_time == now else 2, "type": "add_moment_task", "result": result}


@api("externalcontact/get_moment_list")
def get_moment_list(call: Call) -> dict[str, Any]:
    first, last = call.number("start_time"), call.number("end_time")
    if not first or last - first > _MONTH:
        raise Errcode(40058, "start_time and end_time: at most a month")
    creator, wanted = call.text("creator"), call.number("filter_type", 2)
    found = [
        one.moment_id
        for one in call.corp.state.moments.values()
        if first <= one.create_time <= last
        and creator in {"", one.creator}
        and not one.cancelled_at
        and wanted in {2, 0 if one.jobid else 1}
        and one.ready_at <= call.corp.now()
    ]
    ids, cursor = page(found, call.text("cursor"), call.limit(100, 20))
    return {"moment_list": [_shown(call.corp.state.moments[one]) for one in ids], "next_cursor": cursor}


def _shown(one: Moment) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "moment_id": one.moment_id,
        "creator": one.creator,
        "create_time": one.create_time,
        "create_type": 0 if one.jobid else 1,
        "visible_type": 0 if one.tags else 1,
        "text": one.content["text"],
    }
    for attachment in one.content.get("attachments", []):
        kind = attachment["msgtype"]
        said = attachment[kind]
        if kind == "image":
            shown.setdefault("image", []).append({"media_id": said["media_id"]})
        elif kind == "video":
            shown["video"] = {"media_id": said["media_id"], "thumb_media_id": said["media_id"]}
        else:
            shown["link"] = {"title": said.get("title", ""), "url": said.get("url", "")}
    return shown


def _moment(call: Call) -> Moment:
    found = call.corp.state.moments.get(call.text("moment_id", 41059))
    if found is None:
        raise Errcode(41060)
    call.corp.do_tasks()
    return found


def _of_staff(call: Call) -> tuple[Moment, str]:
    moment, userid = _moment(call), call.text("userid", 41009)
    task = moment.tasks.get(userid)
    if task is None:
        raise Errcode(41061, "not of this member")
    if not task.done_at:
        raise Errcode(41062, "not published by this member yet")
    return moment, userid


@api("externalcontact/get_moment_task")
def get_moment_task(call: Call) -> dict[str, Any]:
    moment = _moment(call)
    ids, cursor = page(list(moment.tasks), call.text("cursor"), call.limit(1000, 500))
    shown = [{"userid": one, "publish_status": int(bool(moment.tasks[one].done_at))} for one in ids]
    return {"task_list": shown, "next_cursor": cursor}


@api("externalcontact/get_moment_customer_list")
def get_moment_customer_list(call: Call) -> dict[str, Any]:
    moment, userid = _moment(call), call.text("userid", 41009)
    if userid not in moment.tasks:
        raise Errcode(41061, "not of this member")
    ids, cursor = page(call.corp.moment_audience(moment, userid), call.text("cursor"), call.limit(1000, 500))
    return {"customer_list": [{"userid": userid, "external_userid": one} for one in ids], "next_cursor": cursor}


@api("externalcontact/get_moment_send_result")
def get_moment_send_result(call: Call) -> dict[str, Any]:
    moment, userid = _of_staff(call)
    ids, cursor = page(call.corp.moment_audience(moment, userid), call.text("cursor"), call.limit(5000, 3000))
    return {"customer_list": [{"external_userid": one} for one in ids], "next_cursor": cursor}


def _reaction(one: Reaction) -> dict[str, Any]:
    who = {"external_userid": one.external_userid} if one.external_userid else {"userid": one.userid}
    return {**who, "create_time": one.create_time}


@api("externalcontact/get_moment_comments")
def get_moment_comments(call: Call) -> dict[str, Any]:
    moment, userid = _of_staff(call)
    return {
        "comment_list": [_reaction(one) for owner, one in moment.comments if owner == userid],
        "like_list": [_reaction(one) for owner, one in moment.likes if owner == userid],
    }


@api("externalcontact/cancel_moment_task")
def cancel_moment_task(call: Call) -> dict[str, Any]:
    """What was published stays."""
    moment = _moment(call)
    moment.cancelled_at = moment.cancelled_at or call.corp.now()
    return {}
