"""Every documented sample that the plugin sends or parses goes through it and comes out as it was."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.channels.wecom.standing import Platform, client, platform, ports

from siyu.channels.types import Content
from siyu.channels.wecom.calls import (
    contacts,
    figures,
    groups,
    media,
    moments,
    sends,
    service,
    staff,
    tags,
    transfers,
    ways,
)
from siyu.channels.wecom.client import Client
from siyu.channels.wecom.contents import message

FILE = Path(__file__).parents[5] / "shared" / "reference" / "wecom-samples.json"
SAMPLES: list[dict[str, Any]] = json.loads(FILE.read_bytes()) if FILE.exists() else []
# The collection names this one wrongly: what it shows is the request of externalcontact/remark.
_MISNAMED = {("POST", "/cgi-bin/externalcontact/get"): "/cgi-bin/externalcontact/remark"}

Body = Mapping[str, Any]


def sample(api: str) -> dict[str, Any]:
    if not SAMPLES:
        pytest.skip(f"the samples are not at {FILE}")
    for one in SAMPLES:
        path = _MISNAMED.get((one["method"], one["path"]), one["path"])
        if path == f"/cgi-bin/{api}":
            return one
    pytest.fail(f"no sample of {api}")


@pytest.fixture
def told() -> Iterator[Platform]:
    with platform() as found:
        yield found


@pytest.fixture
def asking(told: Platform) -> Iterator[Client]:
    with ports() as around:
        yield client(told, around)


def content(sent: Body, *, moment: bool = False) -> dict[str, Any]:
    """The sample's message, through our words and back."""
    names = {"miniprogram": "mini_program"}
    attachments = tuple(
        (names.get(one["msgtype"], one["msgtype"]), one[one["msgtype"]]) for one in sent.get("attachments", [])
    )
    return message(Content(sent["text"]["content"], attachments), moment=moment)


Ask = Callable[[Client, Any], Any]

# API → how it is asked with the sample's request, and some of what must come of the sample's answer.
CASES: dict[str, tuple[Ask, Callable[[Any], Any], Any]] = {
    "externalcontact/get_follow_user_list": (lambda c, _: staff.serving(c), lambda r: r, ("zhangsan", "lissi")),
    "externalcontact/batch/get_by_user": (
        lambda c, b: contacts.page_of(c, b["userid_list"], b["cursor"], b["limit"]),
        lambda r: [
            (one.id, one.kind, one.follows[0].staff_id, one.follows[0].tag_ids, one.follows[0].way, one.complete)
            for one in contacts.contacts_on(r[0])
        ],
        [
            (
                "woAJ2GCAAAXtWyujaWJHDDGi0mACHAAA",
                "wecom",
                "rocky",
                ("etAJ2GCAAAXtWyujaWJHDDGi0mACHAAA",),
                "scan",
                False,
            ),
            (
                "woAJ2GCAAAXtWyujaWJHDDGi0mACHBBB",
                "wecom",
                "lisi",
                ("etAJ2GCAAAXtWyujaWJHDDGi0mACHAAA", "stJHDDGi0mAGi0mACHBBByujaW"),
                "card",
                False,
            ),
        ],
    ),
    "externalcontact/remark": (
        lambda c, b: contacts.remark(
            c, b["userid"], b["external_userid"], {k: v for k, v in b.items() if k not in {"userid", "external_userid"}}
        ),
        lambda r: r,
        None,
    ),
    "externalcontact/mark_tag": (
        lambda c, b: tags.mark(c, b["userid"], b["external_userid"], b["add_tag"], b["remove_tag"]),
        lambda r: r,
        None,
    ),
    "externalcontact/get_corp_tag_list": (
        lambda c, b: tags.tags(c, b["tag_id"], b["group_id"]),
        lambda r: [(one.id, one.name, one.group_id, one.order) for one in r],
        [("TAG_ID1", "NAME1", "TAG_GROUPID1", 1)],  # the other was deleted
    ),
    "externalcontact/add_corp_tag": (
        lambda c, b: tags.add_tags(
            c,
            str(b["agentid"]),
            [(one["name"], one["order"]) for one in b["tag"]],
            group_id=b["group_id"],
            group_name=b["group_name"],
            group_order=b["order"],
        ),
        lambda r: [one.id for one in r],
        ["TAG_ID1", "TAG_ID2"],
    ),
    "externalcontact/edit_corp_tag": (
        lambda c, b: tags.edit_tag(c, str(b["agentid"]), b["id"], name=b["name"], order=b["order"]),
        lambda r: r,
        None,
    ),
    "externalcontact/del_corp_tag": (
        lambda c, b: tags.delete_tags(c, str(b["agentid"]), b["tag_id"], b["group_id"]),
        lambda r: r,
        None,
    ),
    "externalcontact/get_contact_way": (
        lambda c, b: ways.contact_way(c, b["config_id"]),
        lambda r: (r.config_id, r.staff, r.departments, r.many, r.state, r.skip_verify),
        ("42b34949e138eb6e027c123cba77fAAA", ("zhangsan", "lisi", "wangwu"), ("2", "3"), False, "teststate", True),
    ),
    "externalcontact/list_contact_way": (
        lambda c, b: ways.contact_ways(c, b["start_time"], b["end_time"], b["cursor"], b["limit"]),
        lambda r: r,
        (("534b63270045c9ABiKEE814ef56d91c62f", "87bBiKEE811c62f63270041c62f5c9A4ef"), "NEXT_CURSOR"),
    ),
    "externalcontact/update_contact_way": (
        lambda c, b: ways.update_contact_way(
            c,
            ways.ContactWay(
                staff=tuple(b["user"]),
                departments=tuple(map(str, b["party"])),
                style=b["style"],
                remark=b["remark"],
                state=b["state"],
                skip_verify=b["skip_verify"],
                config_id=b["config_id"],
                further={k: b[k] for k in ("expires_in", "chat_expires_in", "unionid", "conclusions")},
            ),
        ),
        lambda r: r,
        None,
    ),
    "externalcontact/add_contact_way": (
        lambda c, b: ways.add_contact_way(
            c,
            ways.ContactWay(
                staff=tuple(b["user"]),
                departments=tuple(map(str, b["party"])),
                many=True,
                scene=b["scene"],
                style=b["style"],
                remark=b["remark"],
                state=b["state"],
                skip_verify=b["skip_verify"],
                further={
                    **{k: b[k] for k in ("is_temp", "expires_in", "chat_expires_in", "unionid", "conclusions")},
                    "type": b["type"],
                },
            ),
        ),
        lambda r: r,
        ("42b34949e138eb6e027c123cba77fAAA", "http://p.qpic.cn/wwhead/duc2TvpEgSdicZ9RrdUtBkv2UiaA/0"),
    ),
    "externalcontact/del_contact_way": (
        lambda c, b: ways.delete_contact_way(c, b["config_id"]),
        lambda r: r,
        None,
    ),
    "externalcontact/groupchat/add_join_way": (
        lambda c, b: ways.add_join_way(c, join_way(b)),
        lambda r: r,
        "9ad7fa5cdaa6511298498f979c472aaa",
    ),
    "externalcontact/groupchat/update_join_way": (
        lambda c, b: ways.update_join_way(c, join_way(b)),
        lambda r: r,
        None,
    ),
    "externalcontact/groupchat/get_join_way": (
        lambda c, b: ways.join_way(c, b["config_id"]),
        lambda r: (r.scene, r.groups, r.state, r.makes_more, r.base_name, r.base_number),
        (
            3,
            ("wrOgQhDgAAH2Yy-CTZ6POca8mlBEdaaa", "wrOgQhDgAALPUthpRAKvl7mgiQRw_aaa"),
            "klsdup3kj3s1",
            True,
            "销售客服群",
            10,
        ),
    ),
    "externalcontact/groupchat/get": (
        lambda c, b: groups.group(c, b["chat_id"]),
        lambda r: (
            r.id,
            r.owner_id,
            r.notice,
            r.admin_ids,
            [(one.id, one.kind, one.way, one.invited_by, one.name, one.union_id) for one in r.members],
        ),
        (
            "wrOgQhDgAAMYQiS5ol9G7gK9JVAAAA",
            "ZhuShengBen",
            "文明沟通，拒绝脏话",
            ("sam", "pony"),
            [
                ("abel", "staff", "invited", "jack", "张三丰", ""),
                (
                    "wmOgQhDgAAuXFJGwbve4g4iXknfOAAAA",
                    "customer",
                    "invited",
                    "",
                    "王语嫣",
                    "ozynqsulJFCZ2z1aYeS8h-nuasdAAA",
                ),
            ],
        ),
    ),
    "externalcontact/opengid_to_chatid": (
        lambda c, b: groups.chat_id(c, b["opengid"]),
        lambda r: r,
        "ooAAAAAAAAAAA",
    ),
    "externalcontact/transfer_customer": (
        lambda c, b: transfers.transfer(
            c, b["handover_userid"], b["takeover_userid"], b["external_userid"], said=b["transfer_success_msg"]
        ),
        lambda r: [(one.id, one.errcode) for one in r],
        [("woAJ2GCAAAXtWyujaWJHDDGi0mACAAAA", 40096), ("woAJ2GCAAAXtWyujaWJHDDGi0mACBBBB", 0)],
    ),
    "externalcontact/resigned/transfer_customer": (
        lambda c, b: transfers.transfer(
            c, b["handover_userid"], b["takeover_userid"], b["external_userid"], resigned=True
        ),
        lambda r: [one.errcode for one in r],
        [0, 40096],
    ),
    "externalcontact/transfer_result": (
        lambda c, b: transfers.transfer_results(c, b["handover_userid"], b["takeover_userid"], b["cursor"]),
        lambda r: ([(one.status, one.at) for one in r[0]], r[1]),
        (
            [
                ("done", datetime(2020, 4, 30, 16, 0, tzinfo=UTC)),
                ("waits", datetime(2020, 5, 3, 5, 6, 40, tzinfo=UTC)),
                ("refused", None),
            ],
            "NEXT_CURSOR",
        ),
    ),
    "externalcontact/resigned/transfer_result": (
        lambda c, b: transfers.transfer_results(
            c, b["handover_userid"], b["takeover_userid"], b["cursor"], resigned=True
        ),
        lambda r: [one.status for one in r[0]],
        ["done", "waits", "refused"],
    ),
    "externalcontact/get_unassigned_list": (
        lambda c, b: transfers.unassigned(c, b["cursor"], b["page_size"]),
        lambda r: ([one.staff_id for one in r[0]], r[1]),
        (["zhangsan", "lisi"], "aSfwejksvhToiMMfFeIGZZ"),
    ),
    "externalcontact/groupchat/onjob_transfer": (
        lambda c, b: transfers.transfer_groups(c, b["chat_id_list"], b["new_owner"], resigned=False),
        lambda r: [(one.id, one.errcode) for one in r],
        [("wrOgQhDgAAcwMTB7YmDkbeBsgT_KAAAA", 90501)],
    ),
    "externalcontact/groupchat/transfer": (
        lambda c, b: transfers.transfer_groups(c, b["chat_id_list"], b["new_owner"], resigned=True),
        lambda r: [one.errmsg for one in r],
        ["the owner of this chat is not resigned"],
    ),
    "externalcontact/add_msg_template": (
        lambda c, b: sends.add_to_customers(c, b["external_userid"], content(b), b["sender"]),
        lambda r: r,
        ("msgGCAAAXtWyujaWJHDDGi0mAAAA", frozenset({"wmqfasd1e1927831123109rBAAAA"})),
    ),
    "externalcontact/send_welcome_msg": (
        lambda c, b: sends.welcome(c, b["welcome_code"], content(b)),
        lambda r: r,
        None,
    ),
    "externalcontact/group_welcome_template/add": (
        lambda c, b: sends.add_group_welcome(
            c,
            b["text"]["content"],
            {k: b[k] for k in ("image", "link", "miniprogram", "file", "video")},
            str(b["agentid"]),
        ),
        lambda r: r,
        "msgXXXXXX",
    ),
    "externalcontact/add_moment_task": (
        lambda c, b: moments.add_moment(
            c,
            b["text"]["content"],
            content(b, moment=True)["attachments"],
            staff=b["visible_range"]["sender_list"]["user_list"],
            departments=[str(one) for one in b["visible_range"]["sender_list"]["department_list"]],
            tags=b["visible_range"]["external_contact_list"]["tag_list"],
        ),
        lambda r: r,
        "xxxx",
    ),
    "externalcontact/get_moment_comments": (
        lambda c, b: moments.moment_reactions(c, b["moment_id"], b["userid"]),
        lambda r: [[one.contact_id or one.staff_id for one in kind] for kind in r],
        [["woAJ2GCAAAXtWyujaWJHDDGi0mACAAAA", "zhangshan"], ["woAJ2GCAAAXtWyujaWJHDDGi0mACBBBB", "zhangshan"]],
    ),
    "externalcontact/groupchat/statistic": (
        lambda c, b: figures.groups_by_owner(
            c, b["day_begin_time"], b["day_end_time"], b["owner_filter"]["userid_list"], b["offset"], b["limit"]
        ),
        lambda r: ([(one.owner_id, one.counts["member_total"]) for one in r[0]], r[1]),
        ([("zhangsan", 6), ("lisi", 6)], 0),
    ),
    "kf/sync_msg": (
        lambda c, b: service.messages(c, b["open_kfid"], b["cursor"], b["token"], b["limit"]),
        lambda r: (r.cursor, r.more, r.messages[0].id, r.messages[0].origin, r.messages[0].staff_id),
        ("4gw7MepFLfgF2VC5npN", True, "from_msgid_4622416642169452483", "customer", "Zhangsan"),
    ),
    "kf/service_state/get": (
        lambda c, b: service.state(c, b["open_kfid"], b["external_userid"]),
        lambda r: r,
        ("staff", "zhangsan"),
    ),
    "kf/service_state/trans": (
        lambda c, b: service.change_state(c, b["open_kfid"], b["external_userid"], "staff", b["servicer_userid"]),
        lambda r: r,
        "MSG_CODE",
    ),
    "kf/customer/batchget": (
        lambda c, b: service.customers(c, b["external_userid_list"]),
        lambda r: [(one.name, one.union_id, one.scene, one.scene_param) for one in r],
        [("张三", "oxasdaosaosdasdasdasd", "123", "abc")],
    ),
    "externalcontact/cancel_moment_task": (
        lambda c, b: moments.cancel_moment(c, b["moment_id"]),
        lambda r: r,
        None,
    ),
}


def join_way(said: Body) -> ways.JoinWay:
    return ways.JoinWay(
        groups=tuple(said["chat_id_list"]),
        scene=said["scene"],
        remark=said["remark"],
        state=said["state"],
        makes_more=bool(said["auto_create_room"]),
        base_name=said["room_base_name"],
        base_number=said["room_base_id"],
        config_id=said.get("config_id", ""),
    )


@pytest.mark.parametrize("api", sorted(CASES))
def test_asked_and_answered(api: str, told: Platform, asking: Client) -> None:
    found = sample(api)
    ask, reached, wanted = CASES[api]
    told.on(api, found["response"] or {"errcode": 0, "errmsg": "ok"})
    request = found.get("request")
    assert reached(ask(asking, request)) == wanted
    (asked,) = told.of(api)
    if request is None:
        assert asked.method == found["method"] == "GET"
    else:
        assert asked.body == request


def test_details_of_a_customer(told: Platform, asking: Client) -> None:
    found = sample("externalcontact/get")["response"]
    told.on("externalcontact/get", found, {**found, "follow_user": [], "next_cursor": ""})
    one = contacts.contact(asking, "woAJ2GCAAAXtWyujaWJHDDGi0mACHAAA")
    assert (one.name, one.kind, one.gender, one.union_id, one.complete) == (
        "李四",
        "wecom",
        "male",
        "ozynqsulJFCZ2z1aYeS8h-nuasdAAA",
        True,
    )
    rocky, tommy = one.follows
    assert rocky.tag_ids == ("etAJ2GCAAAXtWyujaWJHDDGi0mACHAAA", "stAJ2GCAAAXtWyujaWJHDDGi0mACHAAA")
    assert rocky.phones == ("13800000001", "13000000002")
    assert (tommy.state, tommy.way) == ("外联二维码1", "card")
    assert [call.query.get("cursor") for call in told.of("externalcontact/get")] == [None, "NEXT_CURSOR"]


def test_a_page_of_groups(told: Platform, asking: Client) -> None:
    found = sample("externalcontact/groupchat/list")
    told.on("externalcontact/groupchat/list", found["response"])
    ids, following = groups.group_ids(asking, 0, found["request"]["cursor"], found["request"]["limit"])
    assert ids == ("wrOgQhDgAAMYQiS5ol9G7gK9JVAAAA", "wrOgQhDgAAcwMTB7YmDkbeBsAAAA")
    assert following == "tJzlB9tdqfh-g7i_J-ehOz_TWcd7dSKa39_AqCIeMFw"
    owners = {key: value for key, value in found["request"].items() if key != "owner_filter"}
    assert told.of("externalcontact/groupchat/list")[0].body == owners


def last_page(api: str) -> dict[str, Any]:
    return {**sample(api)["response"], "next_cursor": ""}


def test_what_became_of_a_group_send(told: Platform, asking: Client) -> None:
    for api in ("get_groupmsg_task", "get_groupmsg_send_result", "get_groupmsg_list_v2"):
        told.on(f"externalcontact/{api}", last_page(f"externalcontact/{api}"))
    (task,) = sends.tasks(asking, "msg")
    assert (task.staff_id, task.status, task.sent_at) == ("zhangsan", 1, datetime(2019, 3, 14, 4, 6, 15, tzinfo=UTC))
    (sent,) = sends.deliveries(asking, "msg", "zhangsan")
    assert (sent.contact_id, sent.group_id, sent.status) == (
        "wmqfasd1e19278asdasAAAA",
        "wrOgQhDgAAMYQiS5ol9G7gK9JVAAAA",
        1,
    )
    (listed,) = sends.listed(asking, "single", 1605171726, 1605172726)
    assert (listed.msgid, listed.creator, listed.text) == ("msgGCAAAXtWyujaWJHDDGi0mAAAA", "xxxx", "文本消息内容")


@pytest.mark.parametrize("api", ["remind_groupmsg_send", "cancel_groupmsg_send"])
def test_what_names_a_group_send(api: str, told: Platform, asking: Client) -> None:
    found = sample(f"externalcontact/{api}")
    told.on(f"externalcontact/{api}", found["response"])
    msgid = "msgGCAAAXtWyujaWJHDDGi0mACAAAA"
    {"remind_groupmsg_send": sends.remind, "cancel_groupmsg_send": sends.cancel}[api](asking, msgid)
    # The sample's text has a comma too much, so it is no JSON; its fields are these.
    assert told.of(f"externalcontact/{api}")[0].body == {"msgid": msgid}
    assert f'"msgid": "{msgid}"' in found["request"]


def test_moments(told: Platform, asking: Client) -> None:
    for api in ("get_moment_task", "get_moment_customer_list", "get_moment_send_result"):
        told.on(f"externalcontact/{api}", sample(f"externalcontact/{api}")["response"])
    assert moments.moment_staff(asking, "momxxx") == ({"zhangsan": True}, "CURSOR")
    assert moments.moment_customers(asking, "momxxx", "xxx") == (("woAJ2GCAAAXtWyujaWJHDDGi0mACCCC",), "CURSOR")
    assert moments.moment_shown(asking, "momxxx", "xxx") == (("woAJ2GCAAAXtWyujaWJHDDGi0mACCCC",), "CURSOR")
    asked = told.of("externalcontact/get_moment_send_result")[0].body
    assert asked == {"moment_id": "momxxx", "userid": "xxx", "limit": 100}
    broken = sample("externalcontact/get_moment_task_result")["response"]  # without a comma that belongs there
    told.on(
        "externalcontact/get_moment_task_result", broken.replace('"ok"\r\n\t\t"moment', '"ok",\r\n\t\t"moment').encode()
    )
    job = moments.moment_job(asking, "xxxx")
    assert (job.state, job.moment_id, job.refused_staff, job.refused_tags) == (
        "begun",
        "xxxx",
        ("zhangshan", "lisi"),
        ("xxx",),
    )


def test_an_uploaded_attachment(told: Platform, asking: Client) -> None:
    told.on("media/upload_attachment", sample("media/upload_attachment")["response"])
    found = media.upload_attachment(asking, "image", "图.png", b"\x89PNG\r\n", "image/png")
    assert found.id == "1G6nrLmr5EC3MMb_-zK1dDdzmd0p7cNliYu9V5w7o8K0"
    assert found.until == datetime.fromtimestamp(1380000000 + 70 * 3600, UTC)
    (asked,) = told.of("media/upload_attachment")
    assert {k: v for k, v in asked.query.items() if k != "access_token"} == {
        "media_type": "image",
        "attachment_type": "1",
    }
    assert b'name="media"' in asked.raw
    assert b"\x89PNG\r\n" in asked.raw


def test_greeting_in_customer_service(told: Platform, asking: Client) -> None:
    told.on("kf/send_msg_on_event", sample("kf/send_msg_on_event")["response"])
    assert service.send_on_event(asking, "CODE", "您好", "MSG_ID") == "MSG_ID"
    body = told.of("kf/send_msg_on_event")[0].body
    assert {k: body[k] for k in ("code", "msgid")} == {"code": "CODE", "msgid": "MSG_ID"}
