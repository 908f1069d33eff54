"""Customers and what staff wrote of them."""

from typing import Any, Final

from siyu.rehearsal.platforms.wecom.api.frame import Call, Errcode, api, cursor_of, page, parts_of
from siyu.rehearsal.platforms.wecom.types import Follow, Person

FOLLOWERS_A_PAGE: Final = 500


@api("externalcontact/get_follow_user_list", "GET")
def get_follow_user_list(call: Call) -> dict[str, Any]:
    staff = call.corp.state.staff.values()
    return {"follow_user": [one.userid for one in staff if one.serves and call.corp.seen(one.userid)]}


@api("externalcontact/list", "GET")
def list_(call: Call) -> dict[str, Any]:
    """84061 stands for an empty list."""
    userid = call.serving(call.text("userid", 41009)).userid
    found = call.corp.customers_in_order(userid)
    if not found:
        raise Errcode(84061)
    return {"external_userid": list(found)}


def _person(call: Call, one: Person) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "external_userid": one.external_userid,
        "name": one.name,
        "type": one.type,
        "avatar": one.avatar or f"http://wx.qlogo.cn/fake/{one.external_userid}/0",
        "gender": one.gender,
    }
    if one.type == 1:
        return {**shown, "unionid": one.unionid} if one.unionid and call.corp.rules.shows_union else shown
    profile = {"external_attr": [{"type": 0, "name": "企业", "text": {"value": one.corp_name}}]}
    more = {"position": one.position, "corp_name": one.corp_name, "corp_full_name": one.corp_name}
    return {**shown, **more, "external_profile": profile}


def _follow(one: Follow) -> dict[str, Any]:
    shown = {
        "userid": one.userid,
        "remark": one.remark,
        "description": one.description,
        "createtime": one.createtime,
        "remark_mobiles": list(one.remark_mobiles),
        "oper_userid": one.oper_userid or one.userid,
        "add_way": one.add_way,
    }
    if one.remark_corp_name:
        shown["remark_corp_name"] = one.remark_corp_name
    if one.state:
        shown["state"] = one.state
    if one.add_way == 10:
        shown["wechat_channels"] = {"nickname": "视频号", "source": 0}
    return shown


@api("externalcontact/get", "GET")
def get(call: Call) -> dict[str, Any]:
    """A customer with the visible staff who have them, 500 a page."""
    external_userid = call.text("external_userid", 41035)
    person = call.corp.state.people.get(external_userid)
    if person is None:
        raise Errcode(40096)
    followers = call.corp.followers(external_userid)
    seen = [one for one in followers if call.corp.seen(one)]
    if not seen:
        raise Errcode(84061)
    found, cursor = page(seen, call.text("cursor"), FOLLOWERS_A_PAGE)
    follow_user = []
    for userid in found:
        one = followers[userid]
        known = [pair for tag in one.tags if (pair := call.corp.find_tag(tag))]
        tags: list[dict[str, Any]] = [
            {"group_name": group.group_name, "tag_name": tag.name, "tag_id": tag.id, "type": 1} for group, tag in known
        ]
        tags += [{"group_name": "个人标签", "tag_name": name, "type": 2} for name in one.personal_tags]
        follow_user.append({**_follow(one), "tags": tags})
    answer = {"external_contact": _person(call, person), "follow_user": follow_user}
    return {**answer, "next_cursor": cursor} if cursor else answer


@api("externalcontact/batch/get_by_user")
def batch_get_by_user(call: Call) -> dict[str, Any]:
    """Customers of up to 100 staff, each tie once, in pages of up to 100."""
    asked = call.texts("userid_list", 100) or [call.text("userid", 41009)]
    userids = sorted(dict.fromkeys(asked))
    for userid in userids:
        call.serving(userid)
    limit, cursor = call.limit(100, 50), call.text("cursor")
    last_user, last_customer = parts_of(cursor, 2) if cursor else ("", "")
    found: list[Follow] = []
    for userid in userids:
        if userid < last_user:
            continue
        after = last_customer if userid == last_user else ""
        keys = call.corp.customers_after(userid, after)[: limit + 1 - len(found)]
        found += [call.corp.state.follows[userid][key] for key in keys]
        if len(found) > limit:
            break
    if not found and not cursor:
        raise Errcode(84061)
    shown = found[:limit]
    following = cursor_of(shown[-1].userid, shown[-1].external_userid) if len(found) > limit else ""
    contacts = [
        {
            "external_contact": _person(call, call.corp.state.people[one.external_userid]),
            "follow_info": {**_follow(one), "tag_id": list(one.tags)},
        }
        for one in shown
    ]
    return {"external_contact_list": contacts, "next_cursor": following}


@api("externalcontact/remark")
def remark(call: Call) -> dict[str, Any]:
    follow = call.follow(call.text("userid", 41009), call.text("external_userid", 41035))
    limits = {"remark": ("remark", 20), "description": ("description", 150), "remark_company": ("remark_corp_name", 20)}
    for name, (_, most) in limits.items():
        if len(call.text(name)) > most:
            raise Errcode(40058, f"{name} has more than {most} characters")
    phones = call.texts("remark_mobiles")
    for name, (own, _) in limits.items():
        if name in call.body:
            setattr(follow, own, call.text(name))
    if "remark_mobiles" in call.body:
        follow.remark_mobiles = [one for one in phones if one]
    if call.corp.rules.echo:
        call.corp.edited(follow.userid, follow.external_userid)
    return {}


@api("externalcontact/get_new_external_userid")
def get_new_external_userid(call: Call) -> dict[str, Any]:
    return {"items": [{"external_userid": o, "new_external_userid": o} for o in call.texts("external_userid_list")]}


@api("externalcontact/unionid_to_external_userid")
def unionid_to_external_userid(call: Call) -> dict[str, Any]:
    union, open_id = call.text("unionid", 40058), call.text("openid")
    for one in call.corp.state.people.values():
        if one.unionid == union and (not open_id or open_id == one.openid):
            if any(call.corp.seen(userid) for userid in call.corp.followers(one.external_userid)):
                return {"external_userid": one.external_userid}
            break
    raise Errcode(84061)


def _pending(call: Call, external_or_union: str) -> str:
    for pending, known in call.corp.state.pending.items():
        if known == external_or_union:
            return pending
    made = call.corp.new_id("pid")
    call.corp.state.pending[made] = external_or_union
    return made


@api("idconvert/unionid_to_external_userid")
def convert_unionid(call: Call) -> dict[str, Any]:
    """The customer's id, or one that stays the same until they become one."""
    union = call.text("unionid", 40058)
    for one in call.corp.state.people.values():
        if one.unionid == union and call.corp.followers(one.external_userid):
            return {"external_userid": one.external_userid, "pending_id": ""}
    return {"external_userid": "", "pending_id": _pending(call, union)}


@api("idconvert/batch/external_userid_to_pending_id")
def convert_external(call: Call) -> dict[str, Any]:
    people = call.corp.state.people
    return {
        "result": [
            {"external_userid": one, "pending_id": _pending(call, people[one].unionid)}
            for one in call.texts("external_userid", 100)
            if one in people and people[one].unionid
        ]
    }
