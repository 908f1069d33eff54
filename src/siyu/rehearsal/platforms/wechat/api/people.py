"""Followers and tags."""

from typing import Any

from siyu.rehearsal.platforms.wechat.api.frame import OFFICIAL, Call, Declined, api
from siyu.rehearsal.platforms.wechat.types import Person


@api("cgi-bin/user/get", "GET", OFFICIAL)
def followers(call: Call) -> Any:
    """OpenIDs behind one, in the order in which people followed."""
    everybody = list(call.account.truth())
    after = call.text("next_openid")
    if after and after not in call.account.state.people:
        raise Declined(40003)
    start = 0
    if after:
        # Who left in between still has a place in the order of all.
        order = {open_id: place for place, open_id in enumerate(call.account.state.people)}
        start = next((n for n, one in enumerate(everybody) if order[one] > order[after]), len(everybody))
    page = everybody[start : start + call.account.rules.page]
    answer: dict[str, Any] = {"total": len(everybody), "count": len(page), "next_openid": page[-1] if page else ""}
    if page:
        answer["data"] = {"openid": page}
    return answer


@api("cgi-bin/user/info", "GET", OFFICIAL)
def info(call: Call) -> Any:
    """One person; of who does not follow nothing but that."""
    return _told(call.person(call.text("openid")))


@api("cgi-bin/user/info/batchget", "POST", OFFICIAL)
def infos(call: Call) -> Any:
    """Up to 100; one stranger spoils all."""
    rows = call.rows("user_list", 100)
    ids = [row.get("openid") if isinstance(row, dict) else None for row in rows]
    return {"user_info_list": [_told(call.person(one)) for one in ids]}


def _told(person: Person) -> dict[str, Any]:
    if not person.subscribed_at:
        return {"subscribe": 0, "openid": person.open_id, "tagid_list": []}
    return {
        "subscribe": 1,
        "openid": person.open_id,
        "nickname": "",
        "sex": 0,
        "language": "zh_CN",
        "city": "",
        "province": "",
        "country": "",
        "headimgurl": "",
        "subscribe_time": person.subscribed_at,
        "unionid": person.union_id,
        "remark": person.remark,
        "groupid": person.tag_ids[0] if person.tag_ids else 0,
        "tagid_list": list(person.tag_ids),
        "subscribe_scene": person.scene,
        "qr_scene": 0,
        "qr_scene_str": person.scene_str,
    }


@api("cgi-bin/user/info/updateremark", "POST", OFFICIAL)
def remark(call: Call) -> Any:
    """What the account calls somebody."""
    call.person(call.text("openid")).remark = call.text("remark")[:30]
    return {}


@api("cgi-bin/tags/get", "GET", OFFICIAL)
def tags(call: Call) -> Any:
    """All tags with how many have each."""
    everybody = call.account.truth().values()
    return {
        "tags": [
            {"id": tag_id, "name": name, "count": sum(tag_id in one.tag_ids for one in everybody)}
            for tag_id, name in call.account.state.tags.items()
        ]
    }


@api("cgi-bin/tags/create", "POST", OFFICIAL)
def make_tag(call: Call) -> Any:
    """A tag with a name of its own."""
    tag = call.body.get("tag")
    name = tag.get("name") if isinstance(tag, dict) else None
    if not isinstance(name, str) or not 1 <= len(name) <= 30:
        raise Declined(45158, "invalid tag name size")
    held = call.account.state.tags
    if name in held.values():
        raise Declined(45157)
    tag_id = max(held, default=99) + 1
    held[tag_id] = name
    return {"tag": {"id": tag_id, "name": name}}


@api("cgi-bin/tags/members/batchtagging", "POST", OFFICIAL)
def put_tag(call: Call) -> Any:
    """A tag on up to 50 people."""
    return _tagged(call, put=True)


@api("cgi-bin/tags/members/batchuntagging", "POST", OFFICIAL)
def take_tag(call: Call) -> Any:
    """A tag off up to 50 people."""
    return _tagged(call, put=False)


def _tagged(call: Call, *, put: bool) -> Any:
    tag_id = call.body.get("tagid")
    if tag_id not in call.account.state.tags:
        raise Declined(45159, "invalid tagid")
    for one in [call.person(open_id) for open_id in call.rows("openid_list", 50, 40032)]:
        if put and tag_id not in one.tag_ids:
            one.tag_ids.append(tag_id)
        elif not put and tag_id in one.tag_ids:
            one.tag_ids.remove(tag_id)
    return {}
