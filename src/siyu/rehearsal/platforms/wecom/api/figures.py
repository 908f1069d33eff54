"""Figures by the day, counted from what was done."""

from collections.abc import Iterator
from typing import Any, Final

from siyu.rehearsal.platforms.wecom.api.frame import Call, Errcode, api, texts_of

_DAY: Final = 86_400
_BACK: Final = 180 * _DAY
_OFFSET: Final = 8 * 3600  # the platform's days begin at midnight in China, all the year


def _midnight(moment: int) -> int:
    return (moment + _OFFSET) // _DAY * _DAY - _OFFSET


def _days(call: Call, first: str, last: str) -> Iterator[int]:
    begin = _midnight(call.number(first))
    end = _midnight(call.number(last, begin))
    if begin > end or end - begin > 30 * _DAY or begin < call.corp.now() - _BACK - _DAY:
        raise Errcode(41052, f"{first} and {last}: at most 30 days, 180 days back")
    yield from range(begin, end + 1, _DAY)


def _count(call: Call, kind: str, who: set[str], begin: int) -> int:
    span = range(begin, begin + _DAY)
    return sum(one.kind == kind and one.who in who and one.at in span for one in call.corp.state.actions)


@api("externalcontact/get_user_behavior_data")
def get_user_behavior_data(call: Call) -> dict[str, Any]:
    """Of these staff together, one row a day. ``negative_feedback_cnt``: customers who deleted them."""
    users, parties = call.texts("userid", 100), call.numbers("partyid")
    if not users and not parties:
        raise Errcode(40058, "userid and partyid are both missing")
    who = {call.staff(one).userid for one in users} | set(call.corp.staff_of([], parties) if parties else [])
    rows = []
    for day in _days(call, "start_time", "end_time"):
        talked = _count(call, "talked", who, day)
        row: dict[str, Any] = {"stat_time": day, "chat_cnt": talked, "message_cnt": talked}
        row["reply_percentage"] = 100.0 if talked else 0.0
        row["avg_reply_time"] = 1 if talked else 0
        row["negative_feedback_cnt"] = _count(call, "blocked", who, day)
        row["new_apply_cnt"] = row["new_contact_cnt"] = _count(call, "added", who, day)
        rows.append(row)
    return {"behavior_data": rows}


def _group_row(call: Call, owners: set[str], begin: int, end: int) -> dict[str, Any]:
    days = range(begin, end + 1, _DAY)
    groups = [one for one in call.corp.state.groups.values() if one.owner in owners and one.create_time < end + _DAY]
    members = [m for group in groups for m in group.members.values() if m.join_time < end + _DAY]
    return {
        "new_chat_cnt": sum(begin <= one.create_time for one in groups),
        "chat_total": len(groups),
        "chat_has_msg": 0,
        "new_member_cnt": sum(begin <= m.join_time for m in members),
        "member_total": len(members),
        "member_has_msg": 0,
        "msg_total": sum(_count(call, "group message", owners, day) for day in days),
        "migrate_trainee_chat_cnt": 0,
    }


def _owners(call: Call) -> list[str]:
    asked = texts_of(call.object("owner_filter"), "userid_list")
    for userid in asked:
        call.staff(userid)
    return asked or sorted({one.owner for one in call.corp.state.groups.values() if call.corp.seen(one.owner)})


@api("externalcontact/groupchat/statistic")
def statistic(call: Call) -> dict[str, Any]:
    """One row an owner, over these days."""
    days = list(_days(call, "day_begin_time", "day_end_time"))
    items: list[dict[str, Any]] = [
        {"owner": one, "data": _group_row(call, {one}, days[0], days[-1])} for one in _owners(call)
    ]
    order = {1: "new_chat_cnt", 2: "chat_total", 3: "new_member_cnt", 4: "member_total"}
    key = order.get(call.number("order_by", 1))
    if key is None:
        raise Errcode(40058, "invalid order_by")
    items.sort(key=lambda one: one["data"][key], reverse=not call.number("order_asc"))
    start, limit = call.number("offset"), call.limit(1000, 500)
    shown = items[start : start + limit]
    return {"total": len(items), "next_offset": start + len(shown), "items": shown}


@api("externalcontact/groupchat/statistic_group_by_day")
def statistic_group_by_day(call: Call) -> dict[str, Any]:
    """One row a day, of these owners together."""
    owners = set(_owners(call))
    days = list(_days(call, "day_begin_time", "day_end_time"))
    return {"items": [{"stat_time": day, "data": _group_row(call, owners, day, day)} for day in days]}
