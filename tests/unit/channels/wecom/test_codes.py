"""What WeCom is told of a code, call by call, and what is made of its refusals."""

from collections.abc import Iterator

import pytest
from tests.unit.channels.wecom.standing import Platform, StandingPorts, platform, ports, wecom

from siyu.channels.types import Chats, Handle, Note, OpenCode, Opening, PlatformRefused
from siyu.channels.wecom import Wecom
from siyu.kernel.errors import TryLater

OK = {"errcode": 0, "errmsg": "ok"}
GONE = {"errcode": 41044, "errmsg": "invalid config_id"}
STAFF = Opening("staff", "wall-7", "很长的名字" * 10, ("ann", "bob"), skip_verify=False)
GROUP = Opening("group", "g1", "群", chats=Chats(("c1", "c2"), base_name="福利群", base_number=3))
LINK = Opening("link", "ad 1", "广告", ("ann",))


@pytest.fixture
def told() -> Iterator[Platform]:
    with platform() as found:
        yield found


@pytest.fixture
def around() -> Iterator[StandingPorts]:
    with ports() as found:
        yield found


@pytest.fixture
def corp(told: Platform, around: StandingPorts) -> Wecom:
    return wecom(told, around)


def test_a_staff_code(told: Platform, corp: Wecom) -> None:
    told.on("externalcontact/add_contact_way", OK | {"config_id": "k1", "qr_code": "http://p.example/1"})
    handle = corp.open_code(STAFF)
    assert handle == Handle("k1", "", "http://p.example/1")
    [asked] = told.of("externalcontact/add_contact_way")
    assert asked.body == {
        "type": 2, "scene": 2, "style": 0, "remark": STAFF.title[:30], "skip_verify": False, "state": "wall-7",
        "user": ["ann", "bob"], "party": [],
    }  # fmt: skip
    told.on("externalcontact/update_contact_way", OK)
    corp.change_code(handle, STAFF)
    [changed] = told.of("externalcontact/update_contact_way")
    assert (changed.body["config_id"], changed.body["user"], changed.body["state"]) == ("k1", ["ann", "bob"], "wall-7")


def test_a_group_code_has_its_picture_asked_for(told: Platform, corp: Wecom) -> None:
    told.on("externalcontact/groupchat/add_join_way", OK | {"config_id": "k2"})
    handle = corp.open_code(GROUP)
    [asked] = told.of("externalcontact/groupchat/add_join_way")
    assert asked.body == {
        "scene": 2, "remark": "群", "auto_create_room": 1, "room_base_name": "福利群", "room_base_id": 3,
        "chat_id_list": ["c1", "c2"], "state": "g1",
    }  # fmt: skip
    way = {"config_id": "k2", "scene": 2, "qr_code": f"{told.url}/picture"}
    told.on("externalcontact/groupchat/get_join_way", OK | {"join_way": way})
    told.on("/picture", b"\x89PNG\r\n\x1a\nrest")
    assert corp.code_picture(handle, "group") == b"\x89PNG\r\n\x1a\nrest"


def test_a_link_carries_its_state(told: Platform, corp: Wecom) -> None:
    made = {"link_id": "l1", "link_name": "广告", "url": "https://work.example/ca/x"}
    told.on("externalcontact/customer_acquisition/create_link", OK | {"link": made})
    assert corp.open_code(LINK) == Handle("l1", "https://work.example/ca/x?customer_channel=ad%201")
    told.on("externalcontact/customer_acquisition/update_link", OK)
    corp.change_code(Handle("l1"), LINK)
    [changed] = told.of("externalcontact/customer_acquisition/update_link")
    assert changed.body["range"] == {"user_list": ["ann"], "department_list": []}


def test_what_is_gone_is_closed(told: Platform, corp: Wecom) -> None:
    told.on("externalcontact/del_contact_way", GONE)
    corp.close_code(Handle("k1"), "staff")
    told.on("externalcontact/groupchat/del_join_way", {"errcode": 48002, "errmsg": "api forbidden"})
    with pytest.raises(PlatformRefused):
        corp.close_code(Handle("k2"), "group")


def test_a_code_is_read_again(told: Platform, corp: Wecom) -> None:
    way = {"config_id": "k1", "type": 2, "user": ["ann"], "party": [2], "skip_verify": False, "state": "wall-7"}
    told.on("externalcontact/get_contact_way", OK | {"contact_way": way})
    assert corp.code_now(Handle("k1"), "staff") == OpenCode(("ann",), skip_verify=False, others=True, state="wall-7")
    joins = {"config_id": "k2", "chat_id_list": ["c1", "c2"], "state": "g1"}
    told.on("externalcontact/groupchat/get_join_way", OK | {"join_way": joins})
    assert corp.code_now(Handle("k2"), "group") == OpenCode(group_ids=("c1", "c2"), state="g1")
    told.on("externalcontact/groupchat/get_join_way", GONE)
    assert corp.code_now(Handle("k2"), "group") is None


def test_a_link_is_read_again_with_what_is_left_of_the_balance(told: Platform, corp: Wecom) -> None:
    of = "externalcontact/customer_acquisition"
    link = {"link_id": "l1", "link_name": "广告", "url": "https://work.example/ca/x", "skip_verify": True}
    told.on(f"{of}/get", OK | {"link": link, "range": {"user_list": ["ann"], "department_list": []}})
    told.on(f"{of}_quota", OK | {"total": 100, "balance": 1})
    assert corp.code_now(Handle("l1"), "link") == OpenCode(("ann",))
    told.on(f"{of}_quota", OK | {"total": 100, "balance": 0})
    empty = corp.code_now(Handle("l1"), "link")
    assert empty is not None
    assert empty.trouble is not None
    assert "获客助手余额已用完" in empty.trouble[1]
    told.on(f"{of}/get", {"errcode": 40058, "errmsg": "invalid link_id"})
    told.on(f"{of}/list_link", OK | {"link_id_list": ["l0"], "next_cursor": ""})
    assert corp.code_now(Handle("l1"), "link") is None
    told.on(f"{of}/list_link", OK | {"link_id_list": ["l1"], "next_cursor": ""})
    with pytest.raises(PlatformRefused):  # it is there, and cannot be read
        corp.code_now(Handle("l1"), "link")


@pytest.mark.parametrize("answer", [b"", b"x" * (1024 * 1024 + 1), b"<html>bad gateway"])
def test_a_picture_that_does_not_come_is_asked_for_again_later(told: Platform, corp: Wecom, answer: bytes) -> None:
    told.on("/picture", answer)
    with pytest.raises(TryLater) as caught:
        corp.code_picture(Handle("k1", picture_url=f"{told.url}/picture"), "staff")
    assert "p.qpic.cn" in caught.value.details["reason_zh"]
    assert "access_token" not in str(told.of("/picture")[0].query)


def test_a_mark_is_a_tag_and_a_remark(told: Platform, corp: Wecom) -> None:
    told.on("externalcontact/mark_tag", OK)
    told.on("externalcontact/remark", OK)
    corp.mark("ann", "w1", ["t1"], ())
    corp.note("ann", "w1", Note(remark="小美-店"))
    assert told.of("externalcontact/mark_tag")[0].body == {
        "userid": "ann", "external_userid": "w1", "add_tag": ["t1"],
    }  # fmt: skip
    assert told.of("externalcontact/remark")[0].body["remark"] == "小美-店"
    assert len(told.of("externalcontact/remark")) == 1
