"""What the API answers and refuses, over HTTP."""

import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.unit.rehearsal.platforms.conftest import Ask

from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import SiyuError
from siyu.rehearsal.platforms.faults import Refusal
from siyu.rehearsal.platforms.wecom.api.frame import ROUTES, Call, Errcode
from siyu.rehearsal.platforms.wecom.corp import APP
from siyu.rehearsal.platforms.wecom.fake import DEFAULT_SECRET, Corp
from siyu.rehearsal.platforms.windows import Rate, Windows

EC = "externalcontact/"
JUNK: list[Any] = [None, "", "x", 0, -1, 1, 2.5, True, [], ["x"], [1], [None], [{}], {}, {"a": 1}, 10**30, "y" * 5000]
NAMES = [
    "userid",
    "userid_list",
    "external_userid",
    "unionid",
    "openid",
    "cursor",
    "limit",
    "add_tag",
    "remove_tag",
    "tag",
    "tag_id",
    "group_id",
    "group_name",
    "id",
    "name",
    "order",
    "config_id",
    "type",
    "scene",
    "user",
    "party",
    "state",
    "conclusions",
    "chat_id",
    "chat_id_list",
    "owner_filter",
    "status_filter",
    "link_id",
    "link_name",
    "range",
    "skip_verify",
    "priority_option",
    "welcome_code",
    "text",
    "attachments",
    "image",
    "link",
    "template_id",
    "msgid",
    "chat_type",
    "sender",
    "tag_filter",
    "start_time",
    "end_time",
    "creator",
    "filter_type",
    "moment_id",
    "jobid",
    "visible_range",
    "handover_userid",
    "takeover_userid",
    "page_id",
    "page_size",
    "partyid",
    "day_begin_time",
    "day_end_time",
    "order_by",
    "offset",
    "open_kfid",
    "touser",
    "toparty",
    "msgtype",
    "token",
    "code",
    "service_state",
    "external_userid_list",
    "opengid",
    "new_owner",
    "department_id",
    "remark",
    "remark_mobiles",
    "room_base_id",
    "media_type",
    "attachment_type",
]


def code(answer: dict[str, Any]) -> int:
    return int(answer["errcode"])


class TestJunk:
    @pytest.mark.parametrize("path", sorted(ROUTES))
    def test_is_refused_with_a_code_and_harms_nothing(self, path: str, corp: Corp) -> None:
        """Everything at once, and each field alone beside what is right."""
        truth = corp.truth()
        right: dict[str, Any] = {"userid": "staff0001", "external_userid": next(iter(corp.state.follows["staff0001"]))}
        right |= {"type": 2, "scene": 2, "user": ["staff0001"], "chat_id": next(iter(corp.state.groups))}
        right |= {"open_kfid": next(iter(corp.state.accounts)), "text": {"content": "hi"}, "start_time": 1793000000}
        right |= {"end_time": 1793000100, "chat_id_list": [next(iter(corp.state.groups))], "group_name": "g"}
        bodies = [dict.fromkeys(NAMES, junk) for junk in JUNK]
        bodies += [{**right, name: junk} for name in NAMES for junk in (["x", {}], {"a": [1]}, "z", -5, [[1]])]
        for body in bodies:
            with contextlib.suppress(Errcode, SiyuError):
                ROUTES[path][1](Call(corp, APP, {}, body))
        if path not in {f"{EC}mark_tag", f"{EC}remark", f"{EC}add_corp_tag"}:
            assert corp.truth() == truth

    @pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"null", b"\xff\xfe", b'"x"', b'{"userid": {"a": 1}}'])
    def test_over_http(self, raw: bytes, web: httpx.Client, token: Callable[[], str]) -> None:
        answer = web.post(f"/cgi-bin/{EC}mark_tag", params={"access_token": token()}, content=raw)
        assert (answer.status_code, code(answer.json()) > 0) == (200, True)

    def test_an_unknown_path(self, web: httpx.Client) -> None:
        assert web.get("/cgi-bin/nothing/here").status_code == 404


class TestToken:
    def test_corp_and_secret(self, web: httpx.Client, corp: Corp) -> None:
        def ask(corpid: str, secret: str) -> dict[str, Any]:
            return dict(web.get("/cgi-bin/gettoken", params={"corpid": corpid, "corpsecret": secret}).json())

        first, second = ask(corp.corp_id, DEFAULT_SECRET), ask(corp.corp_id, DEFAULT_SECRET)
        assert first == second
        assert (first["errcode"], first["expires_in"]) == (0, 7200)
        assert code(ask("ww1", DEFAULT_SECRET)) == 40013
        assert code(ask(corp.corp_id, "wrong")) == 40001

    def test_missing_made_up_expired_dead(
        self, web: httpx.Client, token: Callable[[], str], corp: Corp, clock: ManualClock
    ) -> None:
        def ask(access: str) -> int:
            return code(web.get(f"/cgi-bin/{EC}get_follow_user_list", params={"access_token": access}).json())

        first = token()
        assert [ask(""), ask("made up"), ask(first)] == [41001, 40014, 0]
        clock.advance(timedelta(hours=2))
        assert ask(first) == 42001
        second = token()
        corp.tokens.die()
        assert ask(second) == 40014
        corp.faults.token_life = 60
        third = token()
        clock.advance(timedelta(seconds=60))
        assert ask(third) == 42001


class TestRates:
    def test_block_of_a_minute_for_one_api(
        self, web: httpx.Client, token: Callable[[], str], corp: Corp, clock: ManualClock
    ) -> None:
        access = token()
        corp.windows = Windows(clock, (Rate(60, 5, 60),))

        def ask(path: str) -> int:
            return code(web.get(f"/cgi-bin/{EC}{path}", params={"access_token": access}).json())

        answers = [ask("customer_acquisition_quota") for _ in range(3)]
        clock.advance(timedelta(seconds=50))
        answers += [ask("customer_acquisition_quota") for _ in range(3)]
        assert answers == [0] * 5 + [45009]
        clock.advance(timedelta(seconds=59))
        assert ask("customer_acquisition_quota") == 45009
        assert ask("get_follow_user_list") == 0
        clock.advance(timedelta(seconds=1))
        assert ask("customer_acquisition_quota") == 0


class TestFaults:
    def test_refusals(self, ask: Ask, corp: Corp, clock: ManualClock) -> None:
        corp.faults.refusals = [Refusal(48002, f"{EC}get_corp_tag_list"), Refusal(45033, f"{EC}list", times=1)]
        assert code(ask(f"{EC}get_corp_tag_list")) == 48002
        assert [code(ask(f"{EC}list", {"userid": "staff0001"})) for _ in range(2)] == [45033, 0]
        corp.faults.refusals = [Refusal(60020, f"{EC}list", until=corp.now() + 10)]
        assert code(ask(f"{EC}list", {"userid": "staff0001"})) == 60020
        clock.advance(timedelta(seconds=10))
        assert code(ask(f"{EC}list", {"userid": "staff0001"})) == 0

    def test_silent(self, url: str, corp: Corp) -> None:
        corp.faults.silent = 1.0
        with httpx.Client(timeout=0.5, trust_env=False) as web, pytest.raises(httpx.ReadTimeout):
            web.get(f"{url}/cgi-bin/gettoken")

    def test_cut(self, web: httpx.Client, corp: Corp) -> None:
        corp.faults.cut = 1.0
        with pytest.raises(httpx.RemoteProtocolError):
            web.get("/cgi-bin/gettoken")

    def test_slow(self, url: str, corp: Corp) -> None:
        corp.faults.slow, corp.faults.slow_seconds = 1.0, 0.7
        with httpx.Client(timeout=0.3, trust_env=False) as web, pytest.raises(httpx.ReadTimeout):
            web.get(f"{url}/cgi-bin/gettoken")
        with httpx.Client(timeout=5, trust_env=False) as web:
            assert web.get(f"{url}/cgi-bin/gettoken").elapsed > timedelta(seconds=0.6)


class TestContacts:
    def test_the_visible_range(self, ask: Ask, corp: Corp) -> None:
        hidden = next(iter(corp.state.follows["staff0002"]))
        for userid in list(corp.followers(hidden)):
            if userid != "staff0002":
                corp.untie(corp.follow(userid, hidden))
        corp.state.visible = ["staff0001"]
        assert ask(f"{EC}get_follow_user_list", {})["follow_user"] == ["staff0001"]
        assert code(ask(f"{EC}list", {"userid": "staff0002"})) == 60111
        assert code(ask("user/get", {"userid": "staff0002"})) == 60111
        assert code(ask(f"{EC}get", {"external_userid": hidden})) == 84061
        assert code(ask(f"{EC}get", {"external_userid": "wmNobody"})) == 40096
        assert {g["chat_id"] for g in ask(f"{EC}groupchat/list", limit=100)["group_chat_list"]} == {
            one.chat_id for one in corp.state.groups.values() if one.owner == "staff0001"
        }
        assert {one.userid for one in corp.truth(visible_only=True).follows} == {"staff0001"}

    def test_nobody_has_customers_yet(self, ask: Ask, corp: Corp) -> None:
        corp.staff_is_hired("new")
        assert code(ask(f"{EC}list", {"userid": "new"})) == 84061
        assert code(ask(f"{EC}batch/get_by_user", userid_list=["new"])) == 84061
        corp.staff_is_hired("desk", serves=False)
        assert code(ask(f"{EC}list", {"userid": "desk"})) == 84074

    def test_more_than_500_followers_come_in_pages(self, ask: Ask, corp: Corp) -> None:
        person = corp.new_person().external_userid
        for number in range(501):
            corp.staff_is_hired(f"more{number:03d}")
            corp.customer_adds(person, f"more{number:03d}")
        first = ask(f"{EC}get", {"external_userid": person})
        second = ask(f"{EC}get", {"external_userid": person, "cursor": first["next_cursor"]})
        assert [len(first["follow_user"]), len(second["follow_user"])] == [500, 1]
        assert "next_cursor" not in second
        assert code(ask(f"{EC}get", {"external_userid": person, "cursor": "!"})) == 50100

    def test_pages_stay_right_while_others_come_and_go(self, ask: Ask, corp: Corp) -> None:
        users = sorted(corp.state.staff)
        before = {(one.userid, one.external_userid) for one in corp.truth().follows}
        seen: list[tuple[str, str]] = []
        cursor, removed = "", set()
        while True:
            answer = ask(f"{EC}batch/get_by_user", userid_list=users, limit=7, cursor=cursor)
            seen += [
                (one["follow_info"]["userid"], one["external_contact"]["external_userid"])
                for one in answer["external_contact_list"]
            ]
            cursor = answer["next_cursor"]
            if not cursor:
                break
            if gone := sorted(before - set(seen) - removed)[:1]:
                corp.staff_deletes(*gone[0])
                removed |= set(gone)
            corp.customer_adds(corp.new_person().external_userid, users[0])
        assert len(seen) == len(set(seen))
        assert before - removed <= set(seen)

    def test_who_deleted_the_member_stays_in_the_list(self, ask: Ask, corp: Corp) -> None:
        person = corp.new_person().external_userid
        corp.customer_adds(person, "staff0001")
        corp.customer_deletes(person, "staff0001")
        assert person in ask(f"{EC}list", {"userid": "staff0001"})["external_userid"]
        (true,) = [one for one in corp.truth().follows if one.external_userid == person]
        assert true.gone
        corp.staff_deletes("staff0001", person)
        assert person not in ask(f"{EC}list", {"userid": "staff0001"})["external_userid"]

    def test_remark(self, ask: Ask, corp: Corp) -> None:
        person = next(iter(corp.state.follows["staff0001"]))
        who = {"userid": "staff0001", "external_userid": person}
        assert code(ask(f"{EC}remark", **who, remark="王", remark_mobiles=["1", "2"])) == 0
        assert code(ask(f"{EC}remark", **who, remark_mobiles=[""])) == 0
        assert (corp.follow("staff0001", person).remark, corp.follow("staff0001", person).remark_mobiles) == ("王", [])
        assert code(ask(f"{EC}remark", **who, remark="长" * 21)) == 40058

    def test_a_union_id_before_and_after(self, ask: Ask, corp: Corp) -> None:
        person = corp.new_person()
        first = ask("idconvert/unionid_to_external_userid", unionid=person.unionid, openid="o", subject_type=0)
        assert first["pending_id"]
        again = ask("idconvert/unionid_to_external_userid", unionid=person.unionid, openid="o")
        assert again["pending_id"] == first["pending_id"]
        corp.customer_adds(person.external_userid, "staff0001")
        after = ask("idconvert/unionid_to_external_userid", unionid=person.unionid, openid="o")
        assert after["external_userid"] == person.external_userid
        linked = ask("idconvert/batch/external_userid_to_pending_id", external_userid=[person.external_userid])
        assert linked["result"][0]["pending_id"] == first["pending_id"]
        asked = {"unionid": person.unionid, "openid": person.openid}
        assert ask(f"{EC}unionid_to_external_userid", **asked)["external_userid"] == person.external_userid


class TestTags:
    def test_only_the_app_that_made_it_may_change_it(self, ask: Ask, corp: Corp) -> None:
        theirs = next(iter(corp.state.tag_groups))
        assert code(ask(f"{EC}edit_corp_tag", id=theirs, name="新")) == 301002
        assert code(ask(f"{EC}del_corp_tag", group_id=[theirs])) == 301002
        mine = ask(f"{EC}add_corp_tag", group_name="自建", tag=[{"name": "一"}])["tag_group"]
        assert code(ask(f"{EC}edit_corp_tag", id=mine["group_id"], name="改")) == 0
        assert code(ask(f"{EC}add_corp_tag", group_id=mine["group_id"], tag=[{"name": "一"}])) == 40071

    def test_a_deleted_tag_vanishes_from_customers(self, ask: Ask, corp: Corp) -> None:
        tag = ask(f"{EC}add_corp_tag", group_name="自建", tag=[{"name": "一"}])["tag_group"]["tag"][0]["id"]
        person = next(iter(corp.state.follows["staff0001"]))
        who = {"userid": "staff0001", "external_userid": person}
        assert code(ask(f"{EC}mark_tag", **who, add_tag=[tag])) == 0
        assert tag in corp.follow("staff0001", person).tags
        assert code(ask(f"{EC}mark_tag", **who, add_tag=["none"])) == 40068
        assert code(ask(f"{EC}del_corp_tag", tag_id=[tag])) == 0
        assert tag not in corp.follow("staff0001", person).tags


class TestQuietness:
    """What is done by the API raises no callback, unless the corp echoes."""

    @pytest.mark.parametrize("echo", [False, True])
    def test_echo(self, ask: Ask, corp: Corp, echo: bool) -> None:
        heard: list[str] = []
        corp.rules.echo = echo
        corp.events.append(heard.append)
        group = ask(f"{EC}add_corp_tag", group_name="自建", tag=[{"name": "一"}])["tag_group"]
        person = next(iter(corp.state.follows["staff0001"]))
        who = {"userid": "staff0001", "external_userid": person}
        ask(f"{EC}mark_tag", **who, add_tag=[group["tag"][0]["id"]])
        ask(f"{EC}remark", **who, remark="王")
        ask(f"{EC}del_corp_tag", group_id=[group["group_id"]])
        assert len(heard) == (2 if echo else 0)


def test_every_route_says_how_it_is_asked() -> None:
    assert {method for method, _ in ROUTES.values()} == {"GET", "POST"}
    assert len(ROUTES) > 80
