"""What may be sent, what becomes of each item, and that nothing goes out twice."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.channels.wecom.standing import START, Cut, Platform, Silence, StandingPorts, platform, ports, wecom

from siyu.channels.types import Content, Item
from siyu.channels.wecom import Wecom
from siyu.channels.wecom.calls import links, media, ways
from siyu.channels.wecom.contents import complaints, message
from siyu.channels.wecom.sending import way_of
from siyu.kernel.errors import BadInput, TooLarge

OK = {"errcode": 0, "errmsg": "ok"}
TEMPLATE = "externalcontact/add_msg_template"
WELCOME = "externalcontact/send_welcome_msg"
HELLO = Content("您好")
LINK = ("link", {"title": "标题", "url": "https://example.com"})


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


class TestRules:
    @pytest.mark.parametrize(
        ("way", "content", "said"),
        [
            ("group_send", Content(), "nothing to send"),
            ("group_send", Content("汉" * 1334), "4002 bytes"),
            ("group_send", Content("x", (("image", {"media_id": "1"}),) * 10), "10 attachments"),
            ("group_send", Content("x", (("hologram", {}),)), "hologram"),
            ("group_send", Content("x", (("link", {"title": "t"}),)), "fill in title, url"),
            ("group_send", Content("x", (("link", {"title": "汉" * 43, "url": "u"}),)), "129 bytes"),
            ("group_send", Content("x", (("image", {"media_id": "1", "colour": "red"}),)), "colour"),
            ("welcome", Content("x", (("mini_program", {"title": "t", "appid": "a"}),)), "incomplete"),
            ("app_message", Content("x", (LINK,)), "text alone"),
            ("kf", Content("x" * 2049), "2048"),
            ("moment", Content("x" * 2001), "2000"),
            ("moment", Content("x", (LINK,)), "media_id, url"),
            ("moment", Content("x", (("video", {"media_id": "1"}), ("image", {"media_id": "1"}))), "nine images"),
        ],
    )
    def test_what_cannot_go_is_said_in_both_languages(self, way: str, content: Content, said: str) -> None:
        found = complaints(way_of(way), content)
        assert any(said in en for en, _ in found), found
        assert all(zh.endswith("。") for _, zh in found)

    @pytest.mark.parametrize("way", ["group_send", "group_chat_send", "welcome"])
    def test_what_just_fits_goes(self, way: str) -> None:
        content = Content("汉" * 1333, (("image", {"pic_url": "u"}), LINK) + (("file", {"media_id": "1"}),) * 7)
        assert complaints(way_of(way), content) == ()
        assert len(message(content)["attachments"]) == 9

    def test_no_such_way(self, corp: Wecom) -> None:
        with pytest.raises(BadInput, match="pigeon"):
            corp.send("pigeon", [Item("1", "wm", HELLO)])

    @given(
        st.text(max_size=3000),
        st.lists(
            st.tuples(
                st.sampled_from(["image", "link", "mini_program", "video", "file", "x"]),
                st.dictionaries(st.sampled_from(["media_id", "title", "url", "desc", "x"]), st.text(max_size=200)),
            ),
            max_size=11,
        ),
    )
    def test_what_has_no_complaint_has_a_form(
        self, text: str, attachments: list[tuple[str, Mapping[str, str]]]
    ) -> None:
        content = Content(text, tuple(attachments))
        if not complaints(way_of("group_send"), content):
            made = message(content)
            assert made
            assert len(made.get("text", {}).get("content", "").encode()) <= 4000


class TestGroupSends:
    def test_those_with_the_same_content_and_sender_go_together(self, told: Platform, corp: Wecom) -> None:
        told.on(
            TEMPLATE,
            {**OK, "msgid": "m1", "fail_list": ["wm2"]},
            {**OK, "msgid": "m2", "fail_list": []},
        )
        sent = corp.send(
            "group_send",
            [
                Item("a", "wm1", HELLO, "li"),
                Item("b", "wm9", Content("别的"), "li"),
                Item("c", "wm2", HELLO, "li"),
                Item("d", "wm3", Content(""), "li"),
                Item("e", "wm4", HELLO, "li"),
            ],
        )
        assert [(one.key, one.outcome, one.handle) for one in sent] == [
            ("a", "waits_for_staff", "m1"),
            ("b", "waits_for_staff", "m2"),
            ("c", "refused", ""),
            ("d", "refused", ""),
            ("e", "waits_for_staff", "m1"),
        ]
        assert sent[2].error == 41048
        assert "从名单中移除" in sent[2].reason_zh
        assert [one.body["external_userid"] for one in told.of(TEMPLATE)] == [["wm1", "wm2", "wm4"], ["wm9"]]
        assert {one.body["sender"] for one in told.of(TEMPLATE)} == {"li"}

    def test_ten_thousand_in_a_call(self, told: Platform, corp: Wecom) -> None:
        told.on(TEMPLATE, {**OK, "msgid": "m"})
        sent = corp.send("group_send", [Item(str(n), f"wm{n}", HELLO) for n in range(10_001)])
        assert {one.outcome for one in sent} == {"waits_for_staff"}
        assert [len(one.body["external_userid"]) for one in told.of(TEMPLATE)] == [10_000, 1]
        assert "sender" not in told.of(TEMPLATE)[0].body

    def test_groups_need_their_owner(self, told: Platform, corp: Wecom) -> None:
        told.on(TEMPLATE, {**OK, "msgid": "m"})
        sent = corp.send("group_chat_send", [Item("a", "wr1", HELLO), Item("b", "wr2", HELLO, "li")])
        assert [one.outcome for one in sent] == ["refused", "waits_for_staff"]
        (asked,) = told.of(TEMPLATE)
        assert asked.body == {
            "chat_type": "group",
            "chat_id_list": ["wr2"],
            "sender": "li",
            "text": {"content": "您好"},
        }

    def test_nobody_can_receive_it(self, told: Platform, corp: Wecom) -> None:
        told.on(TEMPLATE, {"errcode": 41048, "errmsg": "no customer to send"})
        (sent,) = corp.send("group_send", [Item("a", "wm1", HELLO)])
        assert (sent.outcome, sent.error) == ("refused", 41048)

    @pytest.mark.parametrize("answer", [Silence(), Cut(b'{"errcode": 0'), b"<html>504</html>"])
    def test_a_lost_answer_is_not_asked_for_again(self, told: Platform, corp: Wecom, answer: object) -> None:
        told.on(TEMPLATE, answer)
        (sent,) = corp.send("group_send", [Item("a", "wm1", HELLO)])
        assert sent.outcome == "refused"
        assert "群发记录" in sent.reason_zh
        assert len(told.of(TEMPLATE)) == 1

    def test_a_lost_answer_is_looked_for(self, told: Platform, corp: Wecom) -> None:
        """Of two sends with the same text the one to these people is ours."""
        told.on(TEMPLATE, Cut(b"{"))
        told.on(
            "externalcontact/get_groupmsg_list_v2",
            {
                **OK,
                "group_msg_list": [
                    {"msgid": name, "creator": "li", "text": {"content": text}}
                    for name, text in [("m1", "您好"), ("m2", "您好"), ("m3", "别的")]
                ],
            },
        )
        told.on("externalcontact/get_groupmsg_task", {**OK, "task_list": [{"userid": "li", "status": 0}]})
        reached = {"m1": ["wm7", "wm8"], "m2": ["wm1", "wm2"], "m3": ["wm1", "wm2", "wm3"]}
        told.on(
            "externalcontact/get_groupmsg_send_result",
            lambda asked: {
                **OK,
                "send_list": [
                    {"external_userid": one, "userid": "li", "status": 0} for one in reached[asked.body["msgid"]]
                ],
            },
        )
        sent = corp.send("group_send", [Item(one, one, HELLO) for one in ("wm1", "wm2", "wm3")])
        assert [(one.outcome, one.handle) for one in sent] == [
            ("waits_for_staff", "m2"),
            ("waits_for_staff", "m2"),
            ("refused", ""),
        ]
        assert "群发记录" in sent[2].reason_zh
        assert len(told.of(TEMPLATE)) == 1

    def test_too_many_calls_come_later(self, told: Platform, corp: Wecom, around: StandingPorts) -> None:
        told.on(TEMPLATE, {"errcode": 45009, "errmsg": "api freq out of limit"})
        (sent,) = corp.send("group_send", [Item("a", "wm1", HELLO)])
        assert (sent.outcome, sent.retry_at, sent.error) == ("later", START + timedelta(minutes=1), 45009)
        assert TEMPLATE in around.blocked

    def test_what_became_of_it(self, told: Platform, corp: Wecom) -> None:
        told.on(
            "externalcontact/get_groupmsg_task",
            {**OK, "task_list": [{"userid": "li", "status": 2, "send_time": 1}], "next_cursor": "c"},
            {**OK, "task_list": [{"userid": "wang", "status": 0}]},
        )
        told.on(
            "externalcontact/get_groupmsg_send_result",
            {**OK, "send_list": [{"external_userid": f"wm{n}", "userid": "li", "status": n} for n in range(4)]},
            {**OK, "send_list": [{"external_userid": "wm9", "userid": "wang", "status": 0}]},
        )
        found = corp.results("group_send", "m1")
        assert (found.done, found.waiting_staff) == (False, ("wang",))
        assert [(one.subject_id, one.outcome) for one in found.results] == [
            ("wm0", "waits_for_staff"),
            ("wm1", "sent"),
            ("wm2", "no_friend"),
            ("wm3", "capped"),
            ("wm9", "waits_for_staff"),
        ]


class TestWelcome:
    def test_greeted(self, told: Platform, corp: Wecom) -> None:
        told.on(WELCOME, OK)
        assert corp.welcome("CODE", Content("您好", (LINK,))).outcome == "sent"
        assert told.of(WELCOME)[0].body == {
            "welcome_code": "CODE",
            "text": {"content": "您好"},
            "attachments": [{"msgtype": "link", "link": LINK[1]}],
        }

    def test_greeted_already(self, told: Platform, corp: Wecom) -> None:
        told.on(WELCOME, {"errcode": 41051, "errmsg": "already"})
        sent = corp.welcome("CODE", HELLO)
        assert (sent.outcome, sent.error) == ("sent", 41051)

    def test_too_late(self, told: Platform, corp: Wecom) -> None:
        told.on(WELCOME, {"errcode": 41050, "errmsg": "invalid code"})
        sent = corp.welcome("CODE", HELLO)
        assert (sent.outcome, sent.error) == ("refused", 41050)
        assert "20 seconds" in sent.reason

    def test_another_application_greets(self, told: Platform, corp: Wecom) -> None:
        told.on(WELCOME, {"errcode": 41096, "errmsg": "being distributed"}, OK)
        assert corp.welcome("CODE", HELLO).outcome == "sent"
        told.on(WELCOME, {"errcode": 41096, "errmsg": "being distributed"})
        sent = corp.welcome("CODE", HELLO)
        assert (sent.outcome, sent.retry_at) == ("later", START + timedelta(seconds=2))

    def test_a_lost_answer_may_be_repeated(self, told: Platform, corp: Wecom) -> None:
        told.on(WELCOME, Cut(b"{"), {"errcode": 41051, "errmsg": "already"})
        assert corp.welcome("CODE", HELLO).outcome == "later"
        assert corp.welcome("CODE", HELLO).outcome == "sent"

    def test_nothing_is_asked_for_what_cannot_go(self, told: Platform, corp: Wecom) -> None:
        assert corp.welcome("CODE", Content("")).outcome == "refused"
        assert told.asked == []

    def test_as_a_way(self, told: Platform, corp: Wecom) -> None:
        told.on(WELCOME, OK)
        sent = corp.send("welcome", [Item("k", "wm", HELLO, details={"code": "C"}), Item("l", "wm", HELLO)])
        assert [(one.key, one.outcome) for one in sent] == [("k", "sent"), ("l", "refused")]


class TestOtherWays:
    def test_staff_in_the_application(self, told: Platform, corp: Wecom) -> None:
        told.on("message/send", {**OK, "msgid": "x", "invaliduser": "wang|ZHAO"})
        sent = corp.send("app_message", [Item(one, one, HELLO) for one in ("li", "wang", "zhao")])
        assert [one.outcome for one in sent] == ["sent", "refused", "refused"]
        body = told.of("message/send")[0].body
        assert (body["touser"], body["agentid"], body["enable_duplicate_check"]) == ("li|wang|zhao", 1000014, 1)

    def test_customer_service_is_safe_to_repeat(self, told: Platform, corp: Wecom) -> None:
        told.on("kf/send_msg", {**OK, "msgid": "x"}, {"errcode": 95001, "errmsg": "limit"}, Cut(b"{"))
        details = {"open_kfid": "wk"}
        items = [Item("k" * 40, "wm1", HELLO, details=details), Item("ok-1", "wm2", HELLO, details=details)]
        first, second = corp.send("kf", items)
        assert (first.outcome, second.outcome, second.error) == ("sent", "refused", 95001)
        assert corp.send("kf", items[:1])[0].outcome == "later"
        keys = [one.body["msgid"] for one in told.of("kf/send_msg")]
        assert keys[0] == keys[2]
        assert len(keys[0]) == 32
        assert keys[1] == "ok-1"
        assert corp.send("kf", [Item("x", "wm", HELLO)])[0].outcome == "refused"

    def test_a_moment(self, told: Platform, corp: Wecom) -> None:
        told.on("externalcontact/add_moment_task", {**OK, "jobid": "j"})
        content = Content("新品", (("link", {"title": "t", "url": "u", "media_id": "m"}),))
        (sent,) = corp.send("moment", [Item("k", "", content, "li", {"tags": "et1,et2", "departments": "2"})])
        assert (sent.outcome, sent.handle) == ("waits_for_staff", "j")
        assert told.of("externalcontact/add_moment_task")[0].body["visible_range"] == {
            "sender_list": {"user_list": ["li"], "department_list": [2]},
            "external_contact_list": {"tag_list": ["et1", "et2"]},
        }


class TestFilesAndCodes:
    def test_files_that_are_too_large(self, told: Platform, corp: Wecom) -> None:
        for kind, most in media.MOST.items():
            with pytest.raises(TooLarge):
                media.upload(corp.client, kind, "x", b"x" * (most + 1), "application/octet-stream")
        assert told.asked == []
        told.on("media/upload", {**OK, "media_id": "M", "created_at": "1380000000"})
        assert media.upload(corp.client, "file", "说明.pdf", b"%PDF", "application/pdf").id == "M"

    def test_what_would_be_cut_off_is_refused(self, told: Platform, corp: Wecom) -> None:
        with pytest.raises(BadInput):
            links.with_channel("https://work.weixin.qq.com/ca/x", "渠" * 22)
        assert links.with_channel("https://work.weixin.qq.com/ca/x", "渠道&1").endswith("%E6%B8%A0%E9%81%93%261")
        with pytest.raises(BadInput):
            ways.add_contact_way(corp.client, ways.ContactWay(("li",), state="x" * 31))
        with pytest.raises(BadInput):
            ways.add_join_way(corp.client, ways.JoinWay(("wr",), state="x" * 31))
        assert told.asked == []
