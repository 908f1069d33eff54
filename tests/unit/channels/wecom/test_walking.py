"""What a walk does where the platform refuses a part of it: that part is named, and the rest is told."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.channels.wecom.standing import Asked, Platform, StandingPorts, platform, ports, wecom

from siyu.channels.types import Contact, Everything, Group, PlatformRefused, Seen, Staff, Unseen
from siyu.channels.wecom import Wecom
from siyu.kernel.errors import TryLater

OK = {"errcode": 0, "errmsg": "ok"}
BATCH = "externalcontact/batch/get_by_user"
LIST = "externalcontact/list"
GROUPS = "externalcontact/groupchat/list"
GROUP = "externalcontact/groupchat/get"


def contact(name: str, staff: str) -> dict[str, Any]:
    return {
        "external_contact": {"external_userid": name, "name": name, "type": 1},
        "follow_info": {"userid": staff, "createtime": 1700000000, "tag_id": [], "add_way": 1},
    }


@pytest.fixture
def told() -> Iterator[Platform]:
    """Three members with a customer each, and nothing else."""
    with platform() as found:
        found.on("department/list", {**OK, "department": [{"id": 1, "name": "总部", "parentid": 0}]})
        found.on("externalcontact/get_follow_user_list", {**OK, "follow_user": ["a", "b", "c"]})
        members = [{"userid": one, "name": one, "department": [1], "status": 1} for one in "abc"]
        found.on("user/list", {**OK, "userlist": members})
        found.on("externalcontact/get_corp_tag_list", {**OK, "tag_group": []})
        found.on(GROUPS, {**OK, "group_chat_list": []})
        found.on(LIST, lambda asked: {**OK, "external_userid": [f"wm-{asked.query['userid']}"]})
        found.on(BATCH, lambda asked: batch(asked, {}))
        yield found


@pytest.fixture
def around() -> Iterator[StandingPorts]:
    with ports() as found:
        yield found


@pytest.fixture
def corp(told: Platform, around: StandingPorts) -> Wecom:
    return wecom(told, around)


def batch(asked: Asked, refused: dict[str, int]) -> dict[str, Any]:
    """One member of the batch spoils it for all."""
    wanted = asked.body["userid_list"]
    for one in wanted:
        if one in refused:
            return {"errcode": refused[one], "errmsg": "refused"}
    return {**OK, "external_contact_list": [contact(f"wm-{one}", one) for one in wanted]}


def walked(corp: Wecom) -> list[Seen]:
    return [seen for piece, _ in corp.walk("") for seen in piece]


def told_of(seen: list[Seen]) -> tuple[set[str], dict[str, tuple[str, ...]], set[tuple[str, str]]]:
    return (
        {one.id for one in seen if isinstance(one, Contact)},
        dict(one.contacts_of for one in seen if isinstance(one, Everything) and one.contacts_of),
        {(one.kind, one.id) for one in seen if isinstance(one, Unseen)},
    )


@pytest.mark.parametrize("spoiler", ["a", "b", "c"])
@pytest.mark.parametrize("code", [84074, 60111, 60011, 40003])
def test_one_member_is_refused(told: Platform, corp: Wecom, spoiler: str, code: int) -> None:
    told.on(BATCH, lambda asked: batch(asked, {spoiler: code}))
    others = sorted({"a", "b", "c"} - {spoiler})
    assert told_of(walked(corp)) == (
        {f"wm-{one}" for one in others},
        {one: (f"wm-{one}",) for one in others},
        {("staff", spoiler)},
    )


@pytest.mark.parametrize("spoiler", ["a", "b", "c"])
def test_one_member_has_no_customers_and_the_platform_says_so_of_all(told: Platform, corp: Wecom, spoiler: str) -> None:
    told.on(BATCH, lambda asked: batch(asked, {spoiler: 84061}))
    told.on(
        LIST,
        lambda asked: (
            {"errcode": 84061, "errmsg": "none"}
            if asked.query["userid"] == spoiler
            else {**OK, "external_userid": [f"wm-{asked.query['userid']}"]}
        ),
    )
    others = sorted({"a", "b", "c"} - {spoiler})
    assert told_of(walked(corp)) == (
        {f"wm-{one}" for one in others},
        {**{one: (f"wm-{one}",) for one in others}, spoiler: ()},
        set(),
    )


def test_the_list_of_one_member_is_refused(told: Platform, corp: Wecom) -> None:
    told.on(
        LIST,
        lambda asked: (
            {"errcode": 84074, "errmsg": "no"}
            if asked.query["userid"] == "b"
            else {**OK, "external_userid": [f"wm-{asked.query['userid']}"]}
        ),
    )
    found, lists, unseen = told_of(walked(corp))
    assert found == {"wm-a", "wm-b", "wm-c"}
    assert set(lists) == {"a", "c"}
    assert unseen == {("staff", "b")}


def test_a_cursor_that_the_platform_forgot(told: Platform, corp: Wecom) -> None:
    whole = {**OK, "external_contact_list": [contact("wm-a", "a")], "next_cursor": "second"}
    told.on(BATCH, whole, {"errcode": 50100, "errmsg": "invalid cursor"}, lambda asked: batch(asked, {}))
    assert told_of(walked(corp))[0] == {"wm-a", "wm-b", "wm-c"}
    assert [one.body["cursor"] for one in told.of(BATCH)] == ["", "second", ""]


def page(name: str, following: str) -> dict[str, Any]:
    return {**OK, "external_contact_list": [contact(name, "a")], "next_cursor": following}


def test_pages_are_told_together_and_none_is_lost_to_a_refusal(
    told: Platform, corp: Wecom, around: StandingPorts
) -> None:
    pages = [page(f"wm-{number}", str(number + 1)) for number in range(7)]
    told.on(BATCH, *pages, {"errcode": 45009, "errmsg": "reach max api daily quota limit"})
    pieces: list[tuple[Sequence[Seen], str]] = []
    with pytest.raises(TryLater):
        pieces.extend(corp.walk(""))
    found = [[one.id for one in seen if isinstance(one, Contact)] for seen, _ in pieces]
    assert [one for one in found if one] == [[f"wm-{number}" for number in range(5)], ["wm-5", "wm-6"]]
    told.on(BATCH, page("wm-7", ""))
    around.clock.advance(timedelta(days=1))
    rest = [one for seen, _ in corp.walk(pieces[-1][1]) for one in seen]
    assert told_of(rest)[0] == {"wm-7"}
    assert told.of(BATCH)[-1].body["cursor"] == "7"


def test_a_slow_platform_has_each_page_told_at_once(told: Platform, corp: Wecom, around: StandingPorts) -> None:
    def slow(answer: dict[str, Any]) -> dict[str, Any]:
        around.clock.advance(timedelta(seconds=1))
        return answer

    told.on(BATCH, lambda _: slow(page("wm-0", "1")), lambda _: slow(page("wm-1", "")))
    pieces = [[one.id for one in seen if isinstance(one, Contact)] for seen, _ in corp.walk("")]
    assert [one for one in pieces if one] == [["wm-0"], ["wm-1"]]


def test_a_refusal_of_the_whole_account_ends_it(told: Platform, corp: Wecom) -> None:
    told.on(BATCH, {"errcode": 48002, "errmsg": "api forbidden"})
    with pytest.raises(PlatformRefused):
        walked(corp)


def test_somebody_who_serves_and_is_not_shown(told: Platform, corp: Wecom) -> None:
    """Then the list of staff is not whole, and nobody who is missing in it may be taken for gone."""
    told.on("externalcontact/get_follow_user_list", {**OK, "follow_user": ["a", "b", "c", "hidden", "alone", "gone"]})
    told.on(
        "user/get",
        lambda asked: {
            "hidden": {"errcode": 60011, "errmsg": "no privilege"},
            "alone": {**OK, "userid": "alone", "name": "独", "department": [9], "status": 1},
            "gone": {"errcode": 60111, "errmsg": "userid not found"},
        }[asked.query["userid"]],
    )
    seen = walked(corp)
    (staff,) = [one for one in seen if isinstance(one, Everything) and one.departments is not None]
    assert staff.staff is None
    assert ("staff", "hidden") in told_of(seen)[2]
    assert {one.id for one in seen if isinstance(one, Staff)} == {"a", "b", "c", "alone"}


def test_groups_of_every_status_and_one_that_is_not_shown(told: Platform, corp: Wecom) -> None:
    told.on(GROUPS, lambda asked: {**OK, "group_chat_list": [{"chat_id": f"wr{asked.body['status_filter']}"}]})
    told.on(
        GROUP,
        lambda asked: (
            {"errcode": 60011, "errmsg": "no privilege"}
            if asked.body["chat_id"] == "wr2"
            else {**OK, "group_chat": {"chat_id": asked.body["chat_id"], "create_time": 1, "member_list": []}}
        ),
    )
    seen = walked(corp)
    assert {one.id for one in seen if isinstance(one, Group)} == {"wr0", "wr1", "wr3"}
    assert told_of(seen)[2] == {("group", "wr2")}
    (groups,) = [one.groups for one in seen if isinstance(one, Everything) and one.groups is not None]
    assert groups == ("wr0", "wr1", "wr2", "wr3")


def test_half_an_answer_says_nothing(told: Platform, corp: Wecom) -> None:
    """Without its list an answer would say that there is nobody."""
    for api, answer in {
        "department/list": OK,
        "user/list": OK,
        "externalcontact/get_follow_user_list": OK,
        "externalcontact/get_corp_tag_list": OK,
        BATCH: OK,
        LIST: OK,
        GROUPS: OK,
    }.items():
        before = told.answers[api]
        told.on(api, answer)
        with pytest.raises(Exception, match="without"):
            walked(corp)
        told.answers[api] = before
    assert told_of(walked(corp))[0] == {"wm-a", "wm-b", "wm-c"}
