"""What people do, what time does, and what is told of it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.unit.rehearsal.platforms.conftest import Ask

from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import BadInput, Conflict, NotFound
from siyu.rehearsal.platforms.wecom import world
from siyu.rehearsal.platforms.wecom.fake import Corp
from siyu.rehearsal.platforms.wecom.life import Life

EC = "externalcontact/"


@pytest.fixture
def heard(corp: Corp) -> list[str]:
    told: list[str] = []
    corp.events.append(told.append)
    return told


def kinds(heard: list[str]) -> list[str]:
    found = [dict(re.findall(r"<(Event|ChangeType|UpdateDetail|Source)><!\[CDATA\[(.*?)\]\]>", xml)) for xml in heard]
    return ["/".join(one[name] for name in ("ChangeType", "UpdateDetail", "Source") if name in one) for one in found]


def code(answer: dict[str, Any]) -> int:
    return int(answer["errcode"])


class TestWelcome:
    def test_once_within_twenty_seconds(self, ask: Ask, corp: Corp, clock: ManualClock) -> None:
        greeting = {"text": {"content": "你好"}}
        first = corp.customer_adds(corp.new_person().external_userid, "staff0001")
        clock.advance(timedelta(seconds=20))
        assert code(ask(f"{EC}send_welcome_msg", welcome_code=first, **greeting)) == 0
        assert code(ask(f"{EC}send_welcome_msg", welcome_code=first, **greeting)) == 41051
        late = corp.customer_adds(corp.new_person().external_userid, "staff0001")
        clock.advance(timedelta(seconds=21))
        assert code(ask(f"{EC}send_welcome_msg", welcome_code=late, **greeting)) == 41050
        assert code(ask(f"{EC}send_welcome_msg", welcome_code="made up", **greeting)) == 41050

    def test_not_while_they_chat(self, ask: Ask, corp: Corp) -> None:
        person = corp.new_person().external_userid
        made = corp.customer_adds(person, "staff0001")
        corp.customer_talks(person, "staff0001")
        assert code(ask(f"{EC}send_welcome_msg", welcome_code=made, text={"content": "你好"})) == 41051

    def test_what_is_wrong_with_the_content_does_not_spend_the_code(self, ask: Ask, corp: Corp) -> None:
        made = corp.customer_adds(corp.new_person().external_userid, "staff0001")
        assert code(ask(f"{EC}send_welcome_msg", welcome_code=made, text={"content": "长" * 1334})) == 45002
        picture = [{"msgtype": "image", "image": {"media_id": "none"}}]
        assert code(ask(f"{EC}send_welcome_msg", welcome_code=made, attachments=picture)) == 40007
        assert code(ask(f"{EC}send_welcome_msg", welcome_code=made, text={"content": "好"})) == 0

    def test_there_is_no_code_for_colleagues_of_others_or_where_the_console_greets(self, corp: Corp) -> None:
        assert corp.customer_adds(corp.new_person(type=2).external_userid, "staff0001") == ""
        corp.rules.admin_welcome = True
        assert corp.customer_adds(corp.new_person().external_userid, "staff0001") == ""


class TestCodes:
    def test_a_contact_way_shares_out_evenly(self, ask: Ask, corp: Corp, heard: list[str]) -> None:
        users = ["staff0001", "staff0002", "staff0003"]
        way = ask(f"{EC}add_contact_way", type=2, scene=2, user=users, state="门店")["config_id"]
        served = [corp.customer_scans(corp.new_person().external_userid, way)[0] for _ in range(30)]
        assert {one: served.count(one) for one in users} == dict.fromkeys(users, 10)
        assert kinds(heard) == ["add_external_contact"] * 30
        assert all("<State><![CDATA[门店]]></State>" in xml for xml in heard)

    def test_exclusive_and_missing(self, ask: Ask, corp: Corp) -> None:
        way = ask(f"{EC}add_contact_way", type=2, scene=2, user=["staff0001", "staff0002"], is_exclusive=True)
        person = corp.new_person().external_userid
        corp.customer_scans(person, way["config_id"])
        with pytest.raises(Conflict):
            corp.customer_scans(person, way["config_id"])
        with pytest.raises(NotFound):
            corp.customer_scans(person, "none")

    def test_errors(self, ask: Ask, corp: Corp) -> None:
        corp.staff_is_deactivated("staff0002")
        asked = {"type": 1, "scene": 2}
        assert code(ask(f"{EC}add_contact_way", **asked, user=["staff0002"])) == 41054
        assert code(ask(f"{EC}add_contact_way", **asked, user=["staff0001", "staff0003"])) == 41041
        assert code(ask(f"{EC}get_contact_way", config_id="none")) == 41044

    def test_a_link_takes_from_its_quota_and_tells_when_it_is_low(self, ask: Ask, corp: Corp, heard: list[str]) -> None:
        link = ask(f"{EC}customer_acquisition/create_link", link_name="抖音", range={"user_list": ["staff0001"]})
        link_id = link["link"]["link_id"]
        corp.state.link_quota = 20
        for number in range(20):
            corp.customer_clicks(corp.new_person().external_userid, link_id, f"c{number}" + "长" * 30)
        with pytest.raises(Conflict):
            corp.customer_clicks(corp.new_person().external_userid, link_id)
        events = [re.findall(r"ChangeType><!\[CDATA\[(\w+)", xml)[0] for xml in heard]
        assert events.count("balance_low") == 1
        assert events[-2:] == ["balance_exhausted", "link_unavailable"]
        said = ask(f"{EC}customer_acquisition/customer", link_id=link_id, limit=15)
        rest = ask(f"{EC}customer_acquisition/customer", link_id=link_id, cursor=said["next_cursor"])
        assert [len(said["customer_list"]), len(rest["customer_list"])] == [15, 5]
        assert all(len(one["state"].encode()) <= 64 for one in said["customer_list"])

    def test_a_full_group_is_followed_by_a_new_one(self, ask: Ask, corp: Corp) -> None:
        chat = corp.group_is_made("staff0001", "一群").chat_id
        way = ask(
            f"{EC}groupchat/add_join_way",
            scene=2,
            chat_id_list=[chat],
            room_base_name="福利",
            room_base_id=2,
            state="s",
        )["config_id"]
        corp.most_members = 3
        joined = [corp.customer_joins_by(corp.new_person().external_userid, way) for _ in range(3)]
        assert joined[0] == joined[1] == chat != joined[2]
        made = ask(f"{EC}groupchat/get", chat_id=joined[2], need_name=1)["group_chat"]
        assert made["name"] == "福利2"
        assert [one.get("state") for one in made["member_list"]] == [None, "s"]


class TestGroupSend:
    @pytest.fixture
    def sure(self, corp: Corp) -> None:
        for staff in corp.state.staff.values():
            staff.forgets, staff.minutes = 0.0, 1

    def send(self, ask: Ask, corp: Corp, clock: ManualClock) -> list[int]:
        customers = list(corp.state.follows["staff0001"])
        sent = ask(f"{EC}add_msg_template", external_userid=customers, sender="staff0001", text={"content": "上新"})
        before = ask(f"{EC}get_groupmsg_task", msgid=sent["msgid"])["task_list"]
        assert before == [{"userid": "staff0001", "status": 0}]
        clock.advance(timedelta(hours=1))
        corp.tick()
        asked = ask(f"{EC}get_groupmsg_send_result", msgid=sent["msgid"], userid="staff0001")
        return [one["status"] for one in asked["send_list"]]

    @pytest.mark.parametrize(
        ("cap", "start", "most"),
        [
            ("per_day", datetime(2026, 11, 2, 0, tzinfo=UTC), 1),
            ("per_week", datetime(2026, 11, 2, 0, tzinfo=UTC), 7),
            ("per_month", datetime(2026, 11, 2, 0, tzinfo=UTC), 30),
            ("per_month", datetime(2026, 12, 2, 0, tzinfo=UTC), 31),
        ],
    )
    def test_a_customer_has_enough(
        self, ask: Ask, corp: Corp, clock: ManualClock, sure: None, cap: Any, start: datetime, most: int
    ) -> None:
        """One sending an hour: the day and the week in China hold those of a week's cap; then a new window opens."""
        clock.advance(max(start - clock.now(), timedelta(0)))
        corp.rules.group_send = cap
        for follow in corp.state.follows["staff0001"].values():
            follow.gone = False
        assert [set(self.send(ask, corp, clock)) for _ in range(most + 1)] == [{1}] * most + [{3}]
        clock.advance({"per_day": timedelta(days=1), "per_week": timedelta(days=7)}.get(cap, timedelta(days=31)))
        assert set(self.send(ask, corp, clock)) == {1}

    def test_who_is_gone_is_no_friend(self, ask: Ask, corp: Corp, clock: ManualClock, sure: None) -> None:
        follows = list(corp.state.follows["staff0001"].values())
        for follow in follows:
            follow.gone = False
        corp.customer_deletes(follows[0].external_userid, "staff0001")
        assert sorted(self.send(ask, corp, clock)) == [1] * (len(follows) - 1) + [2]

    def test_who_forgets_can_be_reminded_and_a_task_cancelled(self, ask: Ask, corp: Corp, clock: ManualClock) -> None:
        corp.state.staff["staff0001"].forgets = 1.0
        sent = ask(f"{EC}add_msg_template", sender="staff0001", text={"content": "上新"})["msgid"]

        def status() -> int:
            clock.advance(timedelta(hours=1))
            corp.tick()
            return int(ask(f"{EC}get_groupmsg_task", msgid=sent)["task_list"][0]["status"])

        assert status() == 0
        corp.state.staff["staff0001"].forgets, corp.state.staff["staff0001"].minutes = 0.0, 0
        assert [code(ask(f"{EC}remind_groupmsg_send", msgid=sent)) for _ in range(4)] == [0, 0, 0, 45009]
        assert status() == 2
        corp.state.staff["staff0001"].minutes = 600
        sent = ask(f"{EC}add_msg_template", sender="staff0001", text={"content": "上新"})["msgid"]
        ask(f"{EC}cancel_groupmsg_send", msgid=sent)
        clock.advance(timedelta(days=10))
        assert status() == 0
        with pytest.raises(Conflict):
            corp.staff_confirms("staff0001", sent)

    def test_nobody_to_send_to(self, ask: Ask, corp: Corp) -> None:
        stranger = corp.new_person().external_userid
        assert code(ask(f"{EC}add_msg_template", external_userid=[stranger], text={"content": "x"})) == 41048
        known = next(iter(corp.state.follows["staff0001"]))
        sent = ask(f"{EC}add_msg_template", external_userid=[stranger, known], text={"content": "x"})
        assert sent["fail_list"] == [stranger]


class TestTransfer:
    def test_after_a_day(self, ask: Ask, corp: Corp, clock: ManualClock, heard: list[str]) -> None:
        person = next(one for one in corp.state.follows["staff0001"] if "staff0002" not in corp.followers(one))
        between = {"handover_userid": "staff0001", "takeover_userid": "staff0002"}
        answer = ask(f"{EC}transfer_customer", **between, external_userid=[person, "none"])
        assert [one["errcode"] for one in answer["customer"]] == [0, 40096]
        again = ask(f"{EC}transfer_customer", **between, external_userid=[person])
        assert again["customer"][0]["errcode"] == 40129
        clock.advance(timedelta(hours=23))
        corp.tick()
        assert ask(f"{EC}transfer_result", **between)["customer"][0]["status"] == 2
        clock.advance(timedelta(hours=1))
        corp.tick()
        assert ask(f"{EC}transfer_result", **between)["customer"][0]["status"] == 1
        assert kinds(heard) == ["del_external_contact/DELETE_BY_TRANSFER", "add_external_contact"]
        assert corp.follow("staff0002", person).add_way == 202
        assert person not in corp.state.follows["staff0001"]

    def test_refused(self, ask: Ask, corp: Corp, clock: ManualClock, heard: list[str]) -> None:
        person = next(one for one in corp.state.follows["staff0001"] if "staff0002" not in corp.followers(one))
        between = {"handover_userid": "staff0001", "takeover_userid": "staff0002"}
        ask(f"{EC}transfer_customer", **between, external_userid=[person])
        corp.customer_refuses(person)
        clock.advance(timedelta(hours=48))
        corp.tick()
        assert ask(f"{EC}transfer_result", **between)["customer"][0]["status"] == 3
        assert kinds(heard) == ["transfer_fail"]
        assert person in corp.state.follows["staff0001"]

    def test_of_who_left(self, ask: Ask, corp: Corp, clock: ManualClock) -> None:
        between = {"handover_userid": "staff0001", "takeover_userid": "staff0002"}
        people = list(corp.state.follows["staff0001"])
        chat = corp.group_is_made("staff0001", "群").chat_id
        assert code(ask(f"{EC}resigned/transfer_customer", **between, external_userid=people[:1])) == 40097
        corp.staff_leaves("staff0001")
        first = ask(f"{EC}get_unassigned_list", page_size=len(people) - 1)
        last = ask(f"{EC}get_unassigned_list", page_size=100, cursor=first["next_cursor"])
        told = [one["external_userid"] for one in first["info"] + last["info"]]
        assert (sorted(told), first["is_last"], last["is_last"]) == (sorted(people), False, True)
        ask(f"{EC}resigned/transfer_customer", **between, external_userid=people)
        clock.advance(timedelta(hours=24))
        corp.tick()
        assert not corp.state.follows["staff0001"]
        assert set(people) <= set(corp.state.follows["staff0002"])
        listed = ask(f"{EC}groupchat/list", status_filter=1, limit=10)["group_chat_list"]
        assert chat in {one["chat_id"] for one in listed}
        moved = ask(f"{EC}groupchat/transfer", chat_id_list=[chat], new_owner="staff0002")
        assert (moved["failed_chat_list"], corp.group(chat).owner) == ([], "staff0002")


class TestTelling:
    def test_edits(self, corp: Corp, heard: list[str]) -> None:
        person = next(iter(corp.state.follows["staff0001"]))
        corp.staff_writes("staff0001", person, remark_mobiles=["13800000001"])
        assert heard == []  # nothing but phones
        corp.staff_writes("staff0001", person, remark="老王")
        corp.staff_writes("staff0001", person, remark="老王")
        corp.staff_tags("staff0001", person, personal=("我的",))
        assert kinds(heard) == ["edit_external_contact"]

    def test_the_console_changes_tags(self, corp: Corp, heard: list[str]) -> None:
        group = corp.tag_group_is_made("新组", ["甲", "乙"])
        first, second = group.tags
        corp.tag_is_renamed(first, "丙")
        corp.tag_is_deleted(first)
        corp.tag_is_deleted(second)
        corp.tags_are_shuffled()
        assert kinds(heard) == ["create", "create", "create", "update", "delete", "delete", "shuffle"]
        assert group.group_id not in corp.state.tag_groups

    def test_groups(self, corp: Corp, heard: list[str]) -> None:
        chat = corp.group_is_made("staff0001", "群").chat_id
        person = corp.new_person().external_userid
        corp.group_gains(chat, [person])
        corp.group_gains(chat, [person])
        corp.group_loses(chat, [person])
        corp.group_is_renamed(chat, "新名")
        corp.group_changes_owner(chat, "staff0002")
        corp.group_is_dismissed(chat)
        names = [
            "create",
            "update/add_member",
            "update/del_member",
            "update/change_name",
            "update/change_owner",
            "dismiss",
        ]
        assert kinds(heard) == names

    def test_nothing_is_told_of_whom_the_app_may_not_see(self, corp: Corp, heard: list[str]) -> None:
        corp.state.visible = ["staff0001"]
        corp.customer_adds(corp.new_person().external_userid, "staff0002")
        corp.group_is_made("staff0002", "群")
        assert heard == []
        corp.customer_adds(corp.new_person().external_userid, "staff0001")
        assert kinds(heard) == ["add_external_contact"]

    def test_impossible_acts(self, corp: Corp) -> None:
        person = next(iter(corp.state.follows["staff0001"]))
        corp.follow("staff0001", person).gone = False
        for act, error in (
            (lambda: corp.customer_adds(person, "staff0001"), Conflict),
            (lambda: corp.customer_adds("none", "staff0001"), NotFound),
            (lambda: corp.customer_adds(person, "none"), NotFound),
            (lambda: corp.staff_deletes("staff0001", "none"), NotFound),
            (lambda: corp.staff_is_hired("staff0001"), Conflict),
        ):
            with pytest.raises(error):
                act()


class TestMoments:
    def test_staff_publish_and_customers_react(self, ask: Ask, corp: Corp, clock: ManualClock) -> None:
        corp.state.staff["staff0001"].forgets, corp.state.staff["staff0001"].minutes = 0.0, 0
        corp.state.staff["staff0002"].forgets = 1.0
        span = {"sender_list": {"user_list": ["staff0001", "staff0002", "none"]}}
        job = ask(f"{EC}add_moment_task", text={"content": "新品"}, visible_range=span)["jobid"]
        assert ask(f"{EC}get_moment_task_result", {"jobid": job})["status"] == 1
        clock.advance(timedelta(hours=1))
        corp.tick()
        done = ask(f"{EC}get_moment_task_result", {"jobid": job})
        assert done["status"] == 3
        assert done["result"]["invalid_sender_list"]["user_list"] == ["none"]
        moment = done["result"]["moment_id"]
        tasks = ask(f"{EC}get_moment_task", moment_id=moment)["task_list"]
        assert {one["userid"]: one["publish_status"] for one in tasks} == {"staff0001": 1, "staff0002": 0}
        assert code(ask(f"{EC}get_moment_comments", moment_id=moment, userid="staff0002")) == 41062
        person = next(iter(corp.state.follows["staff0001"]))
        for _ in range(2):
            corp.customer_likes(person, "staff0001", moment)
        assert len(ask(f"{EC}get_moment_comments", moment_id=moment, userid="staff0001")["like_list"]) == 1
        clock.advance(timedelta(hours=24))
        assert code(ask(f"{EC}get_moment_task_result", {"jobid": job})) == 40089


class TestLife:
    def test_the_same_seed_lives_the_same_life(self, clock: ManualClock) -> None:
        lived = []
        for seed in (1, 1, 2):
            moving = ManualClock(clock.now())
            corp = world.build(moving, seed=9, staff=8, follows=300, groups=6)
            told: list[str] = []
            corp.events.append(told.append)
            life = Life(corp, seed)
            for _ in range(10):
                life.live(200)
                moving.advance(timedelta(hours=7))
                corp.tick()
            often = [name for name, (weight, _) in life._acts.items() if weight >= 0.5 and name != "scan"]
            assert [name for name in often if not life.counts[name]] == []
            lived.append((corp.truth(), told))
        assert lived[0] == lived[1]
        assert lived[1] != lived[2]

    def test_codes_are_scanned(self, ask: Ask, corp: Corp) -> None:
        ask(f"{EC}add_contact_way", type=1, scene=2, user=["staff0001"])
        life = Life(corp)
        life.live(300)
        assert life.counts["scan"] > 0


class TestWorld:
    def test_same_seed_same_corp(self, clock: ManualClock) -> None:
        first, second = (world.build(clock, seed=9, staff=8, follows=300, groups=6).truth() for _ in range(2))
        other = world.build(clock, seed=10, staff=8, follows=300, groups=6).truth()
        assert first == second
        assert second != other
        assert (len(first.staff), len(first.follows), len(first.groups)) == (8, 300, 6)
        assert all(one.createtime < clock.now().timestamp() for one in first.follows)

    @pytest.mark.parametrize(("staff", "follows"), [(1, 50), (3, 1), (2, 0), (4, 5000)])
    def test_sizes(self, clock: ManualClock, staff: int, follows: int) -> None:
        truth = world.build(clock, staff=staff, follows=follows, groups=1).truth()
        assert len({(one.userid, one.external_userid) for one in truth.follows}) == follows

    def test_nonsense(self, clock: ManualClock) -> None:
        with pytest.raises(BadInput):
            world.build(clock, staff=0)

    def test_saved_and_loaded(self, clock: ManualClock, tmp_path: Path, ask: Ask, corp: Corp) -> None:
        ask(f"{EC}add_contact_way", type=1, scene=2, user=["staff0001"])
        ask(f"{EC}add_msg_template", sender="staff0001", text={"content": "上新"})
        ask(f"{EC}add_moment_task", text={"content": "新品"})
        corp.customer_says(corp.new_person().external_userid, next(iter(corp.state.accounts)), "在吗")
        path = tmp_path / "corp.json"
        corp.save(path)
        again = Corp.load(path, clock)
        assert again.state == corp.state
        assert again.truth() == corp.truth()
        assert again.new_id("x") == corp.new_id("x")
        path.write_text('{"staff": 1}')
        with pytest.raises(BadInput):
            Corp.load(path, clock)
