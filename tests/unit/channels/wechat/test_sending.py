"""Sending against the fake: windows, one-time grants, broadcasts, repeats, and what is refused beforehand."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siyu.channels.types import Content, Item
from siyu.channels.wechat import MiniProgram, OfficialAccount, rules
from siyu.channels.wechat.declared import MINI_PROGRAM, OFFICIAL_ACCOUNT
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import BadInput
from siyu.rehearsal.platforms.faults import Refusal
from siyu.rehearsal.platforms.wechat.account import Account as Fake


def follower(fake: Fake) -> str:
    open_id = fake.new_person()
    fake.follows(open_id)
    return open_id


def text(open_id: str, said: str = "你好", key: str = "k") -> Item:
    return Item(key, open_id, Content(said))


def templated(open_id: str, template_id: str, key: str = "k", **details: str) -> Item:
    given = {"template_id": template_id, "data.thing1": "新品到店", **details}
    return Item(key, open_id, Content(), details=given)


def test_a_welcome_needs_an_arrival(official: OfficialAccount, fake: Fake) -> None:
    open_id = follower(fake)
    with pytest.raises(BadInput, match="no way 'welcome'"):
        official.send("welcome", [text(open_id)])
    (declared,) = (way for way in official.about.ways if way.name == "welcome")
    assert [kind.name for kind in declared.contents] == ["text"]
    assert official.welcome(f"{open_id}:1", Content("欢迎关注")).outcome == "sent"


class TestCustom:
    def test_three_after_following_within_a_minute(
        self, official: OfficialAccount, fake: Fake, clock: ManualClock
    ) -> None:
        open_id = follower(fake)
        sent = official.send("custom", [text(open_id, key=str(n)) for n in range(4)])
        assert [(one.key, one.outcome, one.error) for one in sent] == [
            ("0", "sent", 0),
            ("1", "sent", 0),
            ("2", "sent", 0),
            ("3", "refused", 45047),
        ]
        clock.advance(timedelta(minutes=1))
        (late,) = official.send("custom", [text(open_id)])
        assert late.error == 45015
        assert late.reason_zh

    def test_five_after_a_message_within_48_hours(
        self, official: OfficialAccount, fake: Fake, clock: ManualClock
    ) -> None:
        open_id = follower(fake)
        clock.advance(timedelta(hours=1))
        fake.writes(open_id, "在吗")
        clock.advance(timedelta(hours=47))
        sent = official.send("custom", [text(open_id) for _ in range(6)])
        assert [one.outcome for one in sent] == ["sent"] * 5 + ["refused"]

    def test_one_refusal_harms_nobody_else(self, official: OfficialAccount, fake: Fake) -> None:
        stranger, friend = fake.new_person(), follower(fake)
        sent = official.send("custom", [text(stranger), text("no!"), text(friend), text("oNobody")])
        assert [(one.outcome, one.error) for one in sent] == [
            ("refused", 43004),
            ("refused", 0),
            ("sent", 0),
            ("refused", 40003),
        ]

    @pytest.mark.parametrize(
        ("kind", "fields", "msgtype"),
        [
            ("image", {"media_id": "m"}, "image"),
            ("video", {"media_id": "m", "thumb_media_id": "t", "title": "看"}, "video"),
            ("link", {"title": "新品", "url": "https://a.b"}, "news"),
            ("mini_program", {"title": "a", "app_id": "wx1", "page": "p", "thumb_media_id": "t"}, "miniprogrampage"),
        ],
    )
    def test_attachments(
        self, official: OfficialAccount, fake: Fake, kind: str, fields: dict[str, str], msgtype: str
    ) -> None:
        (sent,) = official.send("custom", [Item("k", follower(fake), Content("", ((kind, fields),)))])
        assert sent.outcome == "sent"
        assert fake.state.received[-1].body["msgtype"] == msgtype

    @pytest.mark.parametrize(
        "content",
        [
            Content(),
            Content("  "),
            Content("字" * 683),
            Content("a", (("image", {"media_id": "m"}),)),
            Content("", (("image", {}),)),
            Content("", (("file", {"media_id": "m"}),)),
            Content("", (("text", {}),)),
            Content("", (("link", {"title": "字" * 43, "url": "u"}),)),
        ],
    )
    def test_too_much_is_refused_without_a_call(
        self, official: OfficialAccount, fake: Fake, ports: Any, content: Content
    ) -> None:
        (sent,) = official.send("custom", [Item("k", follower(fake), content)])
        assert (sent.outcome, sent.error) == ("refused", 0)
        assert not ports.taken

    def test_what_may_have_been_sent_is_not_sent_again(self, official: OfficialAccount, fake: Fake) -> None:
        open_id = follower(fake)
        official.read("tags", ["*"])
        fake.faults.cut = 1.0
        (custom,) = official.send("custom", [text(open_id)])
        (template,) = official.send("template", [templated(open_id, fake.new_template("thing1"))])
        assert custom.outcome == "refused"
        assert template.outcome == "later"  # the platform knows a repeat by its key

    def test_the_day_is_used_up(self, official: OfficialAccount, fake: Fake, clock: ManualClock) -> None:
        fake.rules.daily["cgi-bin/message/custom/send"] = 1
        open_id = follower(fake)
        sent = official.send("custom", [text(open_id), text(open_id), text(open_id)])
        assert [one.outcome for one in sent] == ["sent", "later", "later"]
        assert {one.retry_at for one in sent[1:]} == {clock.now().replace(hour=16)}

    def test_busy_comes_later(self, official: OfficialAccount, fake: Fake) -> None:
        fake.faults.refusals.append(Refusal(-1, "cgi-bin/message/custom/send", times=1))
        (sent,) = official.send("custom", [text(follower(fake))])
        assert sent.outcome == "later"
        assert sent.retry_at is not None


class TestWelcome:
    def test_up_to_three(self, official: OfficialAccount, fake: Fake) -> None:
        open_id = follower(fake)
        content = Content("欢迎", (("image", {"media_id": "m"}), ("link", {"title": "t", "url": "u"})))
        sent = official.welcome(f"{open_id}:1", content)
        assert (sent.key, sent.outcome) == (f"{open_id}:1", "sent")
        assert [one.body["msgtype"] for one in fake.state.received] == ["text", "image", "news"]

    def test_too_late(self, official: OfficialAccount, fake: Fake, clock: ManualClock) -> None:
        open_id = follower(fake)
        clock.advance(timedelta(minutes=2))
        assert official.welcome(f"{open_id}:1", Content("欢迎")).error == 45015

    def test_nothing_to_say(self, official: OfficialAccount, fake: Fake) -> None:
        assert official.welcome(f"{follower(fake)}:1", Content()).outcome == "refused"


class TestTemplates:
    def test_once_for_a_key(self, official: OfficialAccount, fake: Fake) -> None:
        open_id, template_id = follower(fake), fake.new_template("thing1")
        one = official.send("template", [templated(open_id, template_id, url="https://a.b")])
        two = official.send("template", [templated(open_id, template_id, url="https://a.b")])
        assert one == two
        assert one[0].handle
        assert len(fake.state.received) == 1

    @pytest.mark.parametrize(
        ("change", "error"), [({"template_id": "unknown"}, 40037), ({"template_id": ""}, 0), ({"data.thing1": ""}, 0)]
    )
    def test_refused(self, official: OfficialAccount, fake: Fake, change: dict[str, str], error: int) -> None:
        item = Item("k", follower(fake), Content(), details={"template_id": "t", "data.thing1": "a", **change})
        (sent,) = official.send("template", [item])
        assert (sent.outcome, sent.error) == ("refused", error)

    def test_the_blacklist(self, official: OfficialAccount, fake: Fake) -> None:
        open_id, template_id = follower(fake), fake.new_template("thing1")
        fake.person(open_id).blacklisted = True
        (sent,) = official.send("template", [templated(open_id, template_id)])
        assert sent.error == 43019


class TestSubscriptions:
    def test_one_for_each_accept(self, mini: MiniProgram, mini_fake: Fake) -> None:
        open_id, template_id = mini_fake.new_person(), mini_fake.new_template("thing1")
        mini_fake.answers_popup(open_id, {template_id: "accept"})
        mini_fake.answers_popup(open_id, {template_id: "accept"})
        sent = mini.send("notice", [templated(open_id, template_id, page="pages/a") for _ in range(3)])
        assert [(one.outcome, one.error) for one in sent] == [("sent", 0), ("sent", 0), ("refused", 43101)]
        assert mini_fake.state.received[0].body["miniprogram_state"] == "formal"

    def test_a_value_that_does_not_fit(self, mini: MiniProgram, mini_fake: Fake, ports: Any) -> None:
        open_id, template_id = mini_fake.new_person(), mini_fake.new_template("thing1")
        (sent,) = mini.send("notice", [templated(open_id, template_id, **{"data.thing1": "字" * 21})])
        assert (sent.outcome, sent.error) == ("refused", 0)
        assert not ports.taken

    def test_of_an_official_account(self, official: OfficialAccount, fake: Fake) -> None:
        open_id, template_id = follower(fake), fake.new_template("thing1")
        fake.answers_popup(open_id, {template_id: "reject"})
        (refused,) = official.send("notice", [templated(open_id, template_id)])
        fake.answers_popup(open_id, {template_id: "accept"})
        (sent,) = official.send("notice", [templated(open_id, template_id)])
        assert (refused.error, sent.outcome) == (43101, "sent")

    def test_once_on_a_page(self, official: OfficialAccount, fake: Fake) -> None:
        open_id, template_id = fake.new_person(), fake.new_template("content")
        item = Item(
            "k",
            open_id,
            Content(),
            details={"template_id": template_id, "scene": "7", "title": "开奖", "data.content": "您中奖了"},
        )
        fake.confirms_once(open_id, template_id)
        assert official.accepted_once("", template_id, "cancel") == ()
        given = official.accepted_once(open_id, template_id, "confirm")
        subject = f"{open_id}/{template_id}"
        assert [(one.quota, one.subject_id, one.count) for one in given] == [
            ("subscribe_once", subject, 0),
            ("subscribe_once", subject, 1),
        ]
        sent = official.send("subscribe_once", [item, item])
        assert [(one.outcome, one.error) for one in sent] == [("sent", 0), ("refused", 43101)]


class TestBroadcasts:
    def test_one_call_for_one_content(self, official: OfficialAccount, fake: Fake, ports: Any) -> None:
        ids = [follower(fake) for _ in range(5)]
        items = [text(one, "促销", str(n)) for n, one in enumerate(ids)]
        items += [text(ids[0], "独享", "x"), text("bad id", "促销", "y")]
        sent = official.send("broadcast", items)
        assert [one.key for one in sent] == ["0", "1", "2", "3", "4", "x", "y"]
        assert [one.outcome for one in sent] == ["sent"] * 5 + ["refused"] * 2
        assert len({one.handle for one in sent[:5]}) == 1
        assert "两人" in sent[5].reason_zh
        assert ports.taken["cgi-bin/message/mass/send"] == 1

    def test_the_same_once_more_is_not_sent_twice(
        self, official: OfficialAccount, fake: Fake, clock: ManualClock
    ) -> None:
        items = [text(follower(fake), "促销", str(n)) for n in range(3)]
        first = official.send("broadcast", items)
        soon = official.send("broadcast", items)
        assert {one.outcome for one in soon} == {"later"}
        clock.advance(timedelta(minutes=1))
        assert official.send("broadcast", items) == first
        assert len(fake.state.received) == 3

    def test_to_all_once_a_day(self, official: OfficialAccount, fake: Fake, clock: ManualClock) -> None:
        follower(fake)
        outcomes = []
        for number in range(2):
            (sent,) = official.send("broadcast_to_all", [Item(str(number), "*", Content("双十二"))])
            outcomes.append((sent.outcome, sent.error))
        assert outcomes == [("sent", 0), ("refused", 45028)]
        clock.advance(timedelta(days=1))
        assert official.send("broadcast_to_all", [Item("3", "*", Content("双十二"))])[0].outcome == "sent"

    @given(count=st.integers(0, 60), most=st.integers(2, 20))
    def test_parts(self, count: int, most: int) -> None:
        ids = [str(n) for n in range(count)]
        parts = rules.parts(ids, most)
        assert [one for part in parts for one in part] == ids
        assert all(len(part) <= most for part in parts)
        # one receiver alone is refused by the platform: a part has one only where nothing else is possible
        assert all(len(part) > 1 for part in parts) or count == 1 or most < 3


class TestDeclared:
    @pytest.mark.parametrize("about", [OFFICIAL_ACCOUNT, MINI_PROGRAM])
    def test_ways_name_quotas_that_exist(self, about: Any) -> None:
        names = {quota.name for quota in about.quotas}
        assert all(set(way.quotas) <= names for way in about.ways)
        assert len({field.name for field in about.fields}) == len(about.fields)
