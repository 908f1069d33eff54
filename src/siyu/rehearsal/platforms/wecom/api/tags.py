"""Tags of the corp."""

from typing import Any, Final

from siyu.rehearsal.platforms.wecom.api.frame import Call, Errcode, api, number_of, objects_of
from siyu.rehearsal.platforms.wecom.types import Tag, TagGroup

_NAME: Final = 30


def _tag(tag: Tag) -> dict[str, Any]:
    return {"id": tag.id, "name": tag.name, "create_time": tag.create_time, "order": tag.order}


def _group(group: TagGroup, tags: list[Tag]) -> dict[str, Any]:
    return {
        "group_id": group.group_id,
        "group_name": group.group_name,
        "create_time": group.create_time,
        "order": group.order,
        "tag": [_tag(one) for one in tags],
    }


@api("externalcontact/get_corp_tag_list")
def get_corp_tag_list(call: Call) -> dict[str, Any]:
    """All, or those named; with groups named, the ids of tags are not looked at."""
    groups, tags = call.texts("group_id"), call.texts("tag_id")
    found = []
    for group in call.corp.state.tag_groups.values():
        if groups and group.group_id not in groups:
            continue
        chosen = [one for one in group.tags.values() if groups or not tags or one.id in tags]
        if chosen:
            shown = _group(group, chosen)
            shown["tag"] = [{**one, "deleted": False} for one in shown["tag"]]
            found.append({**shown, "deleted": False})
    return {"tag_group": found}


@api("externalcontact/add_corp_tag")
def add_corp_tag(call: Call) -> dict[str, Any]:
    """Tags in a group that is named, or in a new one. A name that is there already is no second one."""
    state = call.corp.state
    wanted = objects_of(call.body, "tag")
    if not wanted:
        raise Errcode(40058, "tag is missing")
    names = [str(one.get("name", "")) for one in wanted]
    orders = {str(one.get("name", "")): number_of(one, "order") for one in wanted}
    name = call.text("group_name")
    if any(not 1 <= len(one) <= _NAME for one in names) or len(name) > _NAME:
        raise Errcode(40071)
    group = state.tag_groups.get(call.text("group_id"))
    if group is None and call.text("group_id"):
        raise Errcode(40068)
    group = group or next((one for one in state.tag_groups.values() if one.group_name == name), None)
    present = sum(len(one.tags) for one in state.tag_groups.values())
    if present + len(names) > call.corp.rules.tags:
        raise Errcode(40126)
    if group is None:
        if not name:
            raise Errcode(40058, "group_id or group_name is missing")
        group = call.corp.tag_group_is_made(name, [], order=call.number("order"), app=call.app)
    known = {one.name for one in group.tags.values()}
    if known & set(names):
        raise Errcode(40071, "tag name already exists")
    made = [call.corp.tag_is_made(group.group_id, one, order=order, app=call.app) for one, order in orders.items()]
    return {"tag_group": _group(group, made)}


@api("externalcontact/edit_corp_tag")
def edit_corp_tag(call: Call) -> dict[str, Any]:
    key, name = call.text("id", 40068), call.text("name")
    if len(name) > _NAME:
        raise Errcode(40071)
    groups = call.corp.state.tag_groups
    if key in groups:
        group = groups[key]
        call.own(group.app)
        if name and any(one.group_name == name for one in groups.values() if one is not group):
            raise Errcode(40071)
        group.group_name, group.order = name or group.group_name, call.number("order", group.order)
        return {}
    found = call.corp.find_tag(key)
    if found is None:
        raise Errcode(40068)
    within, tag = found
    call.own(tag.app)
    if name and any(one.name == name for one in within.tags.values() if one is not tag):
        raise Errcode(40071)
    tag.name, tag.order = name or tag.name, call.number("order", tag.order)
    return {}


@api("externalcontact/del_corp_tag")
def del_corp_tag(call: Call) -> dict[str, Any]:
    tags, groups = call.texts("tag_id"), call.texts("group_id")
    if not tags and not groups:
        raise Errcode(40058, "tag_id and group_id are both missing")
    state = call.corp.state
    found = {tag: call.corp.find_tag(tag) for tag in tags}
    if any(one is None for one in found.values()) or any(one not in state.tag_groups for one in groups):
        raise Errcode(40068)
    for one in found.values():
        call.own(one[1].app if one else "")
    for key in groups:
        call.own(state.tag_groups[key].app)
    for key in [*tags, *groups]:
        if key in state.tag_groups or call.corp.find_tag(key):
            call.corp.tag_is_deleted(key, quiet=True)
    return {}


@api("externalcontact/mark_tag")
def mark_tag(call: Call) -> dict[str, Any]:
    """Tags on one tie. Unknown tags refuse the whole call."""
    follow = call.follow(call.text("userid", 41009), call.text("external_userid", 41035))
    add, remove = call.texts("add_tag"), call.texts("remove_tag")
    if not add and not remove:
        raise Errcode(40058, "add_tag and remove_tag are both missing")
    if any(call.corp.find_tag(one) is None for one in [*add, *remove]):
        raise Errcode(40068)
    follow.tags = [one for one in dict.fromkeys([*follow.tags, *add]) if one not in remove]
    if call.corp.rules.echo:
        call.corp.edited(follow.userid, follow.external_userid)
    return {}
