"""What is said to whole group chats goes through the gate to the fake WeCom, and owners confirm it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.unit.channels.acts.conftest import Acted, acted, clock, corp
from tests.unit.channels.conftest import _parrot
from tests.unit.touch.conftest import ME

from siyu.channels import service as channels
from siyu.content import service as content
from siyu.content.types import Body, Offer
from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, IdempotencyMismatch, NotAllowed
from siyu.touch import service
from siyu.touch.types import Announced, Announcement, GroupNews, Message

__all__ = ["_parrot", "acted", "clock", "corp"]

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(1), timedelta(minutes=1)


class Groups:
    """The chats of a corp, what is said to them, and what became of it."""

    def __init__(self, acted: Acted) -> None:
        self.acted = acted
        now = acted.clock.now()
        noon = datetime(now.year, now.month, now.day, 4, tzinfo=UTC) + DAY
        acted.clock.advance(noon - now)
        found = acted.done(lambda conn: channels.group_list(conn, acted.account.id, noon, noon))
        self.owners = {one.group_id: one.owner_id for one in found if one.gone_at is None}

    def announce(self, key: str = "k1", text: str = "周三会员日，群内专享价。", **more: Any) -> Announcement:
        now = self.acted.clock.now()
        news = GroupNews(key, key, self.acted.account.id, Message(text), now + 2 * DAY)
        made: Announcement = self.acted.done(lambda conn: service.announce(conn, ME, replace(news, **more), now))
        return made

    def work(self, step: timedelta = MINUTE) -> None:
        """The loops of the worker, a while later."""
        self.acted.clock.advance(step)
        while self.acted.done(lambda conn: service.announce_due(conn, self.acted.clock.now())):
            pass
        while channels.do_deliveries(self.acted.desk) + channels.do_tasks(self.acted.desk):
            pass

    def of(self, announcement_id: int) -> dict[str, Announced]:
        found = self.acted.done(lambda conn: service.announced(conn, announcement_id))
        return {one.group_id: one for one in found}

    def states(self, announcement_id: int) -> set[tuple[str, str]]:
        return {(one.state, one.code) for one in self.of(announcement_id).values()}

    def confirm(self) -> None:
        for send in self.acted.corp.state.sends.values():
            for staff in {target.userid for target in send.targets}:
                self.acted.corp.staff_confirms(staff, send.msgid)


@pytest.fixture
def groups(acted: Acted) -> Groups:
    found = Groups(acted)
    for one in acted.corp.state.staff.values():
        one.forgets = 1.0  # nobody confirms by themselves
    return found


def test_owners_confirm_what_is_said_to_their_chats(groups: Groups) -> None:
    made = groups.announce()
    assert (made.groups, made.waiting, made.handed) == (len(groups.owners), len(groups.owners), 0)
    assert made.groups >= 3
    groups.work()
    assert {group: one.staff_id for group, one in groups.of(made.id).items()} == groups.owners
    assert groups.states(made.id) == {("waits_for_staff", "")}
    groups.confirm()
    groups.work(HOUR)
    assert groups.states(made.id) == {("sent", "sent")}
    whole = groups.acted.done(service.announcements)[0]
    assert (whole.waiting, whole.handed, whole.dropped) == (0, made.groups, 0)


def test_the_same_key_is_said_once(groups: Groups) -> None:
    valid = groups.acted.clock.now() + DAY
    one = groups.announce(valid_until=valid)
    groups.work()
    assert groups.announce(valid_until=valid).id == one.id
    with pytest.raises(IdempotencyMismatch):
        groups.announce(valid_until=valid, text="另一句话，群内专享。")
    again = groups.announce("k2")  # another announcement of the same words
    groups.work()
    assert groups.states(again.id) == {("dropped", "repeated")}
    assert len(groups.acted.corp.state.sends) == len(set(groups.owners.values()))


def test_it_waits_for_the_end_of_quiet_hours_and_keeps_its_pace(groups: Groups) -> None:
    groups.acted.clock.advance(10 * HOUR)  # ten in the evening
    made = groups.announce(per_minute=1)
    groups.work(MINUTE * made.groups)
    assert groups.states(made.id) == {("waiting", "quiet_hours")}
    groups.work(11 * HOUR)
    assert groups.states(made.id) == {("waits_for_staff", "")}

    slow = groups.announce("k2", "周五到店有礼，欢迎来坐。", per_minute=1)
    due = sorted(one.due_at for one in groups.of(slow.id).values())
    assert [later - due[0] for later in due] == [MINUTE * number for number in range(slow.groups)]


def test_a_chat_has_its_quota_and_what_finds_no_room_in_time_is_dropped(groups: Groups) -> None:
    groups.acted.done(
        lambda conn: channels.update_account(
            conn, ME, groups.acted.account.id, now=groups.acted.clock.now(), values={"group_send_cap": "per_day"}
        )
    )
    first = groups.announce()
    groups.work()
    soon = groups.announce("k2", "第二条，今天就要说。", valid_until=groups.acted.clock.now() + HOUR)
    later = groups.announce("k3", "第三条，明天再说也可以。")
    groups.work()
    assert groups.states(first.id) == {("waits_for_staff", "")}
    assert groups.states(soon.id) == {("dropped", "no_room")}
    assert groups.states(later.id) == {("waiting", "no_room")}
    groups.work(DAY)
    assert groups.states(later.id) == {("waits_for_staff", "")}


def test_a_programme_that_is_paused_waits_and_one_that_was_halted_says_nothing(groups: Groups) -> None:
    paused, halted = groups.announce("k1"), groups.announce("k2", "周五到店有礼，欢迎来坐。")
    now = groups.acted.clock.now()
    groups.acted.done(lambda conn: service.pause_sending(conn, ME, paused.programme_id, "a test", now))
    groups.acted.done(lambda conn: service.halt_sending(conn, halted.programme_id, "it does harm", now))
    groups.work()
    assert groups.states(paused.id) == {("waiting", "programme_paused")}
    assert groups.states(halted.id) == {("dropped", "programme_halted")}
    groups.acted.done(lambda conn: service.resume_sending(conn, ME, paused.programme_id, "go on", now))
    groups.work(HOUR)
    assert groups.states(paused.id) == {("waits_for_staff", "")}


def test_what_cannot_be_said_is_refused_and_keeps_nothing(groups: Groups) -> None:
    now = groups.acted.clock.now()
    for wrong in (
        {"group_ids": ("wr-none",)},
        {"valid_until": now},
        {"message": Message(" ")},
        {"message": Message("长" * 2000)},
        {"per_minute": -1},
        {"name": ""},
        {"message": Message("您好，{{name|顾客}}")},
        {"message": Message("新品", (("hologram", {}),))},
    ):
        with pytest.raises(BadInput):
            groups.announce(**wrong)
    news = GroupNews("k", "k", groups.acted.account.id, Message("好"), now + DAY)
    nobody = Principal("operator", 2, "Eve", frozenset())
    with pytest.raises(NotAllowed):
        groups.acted.done(lambda conn: service.announce(conn, nobody, news, now))
    assert groups.acted.rows("SELECT count(*) FROM touch.announcement") == [(0,)]


def test_a_script_is_said_with_its_fallbacks_and_none_that_asks_for_a_person(groups: Groups) -> None:
    now = groups.acted.clock.now()

    def script(name: str, text: str) -> Message:
        made = groups.acted.done(
            lambda conn: content.make_script(conn, ME, name, Body(bait_a=Offer(text), hook=Offer("回复“1”领取。")), now)
        )
        return groups.acted.done(lambda conn: service.scripted_for_all(conn, made.script_id, 1, "b"))

    made = groups.announce(message=script("day", "{{name|各位}}，周三会员日。"))
    said = groups.acted.done(lambda conn: service.announcement_said(conn, made.id))
    assert said == Message("各位，周三会员日。\n回复“1”领取。")
    groups.work()
    assert {send.content["text"]["content"] for send in groups.acted.corp.state.sends.values()} == {said.text}
    with pytest.raises(BadInput, match="name"):
        script("personal", "{{name}}，周三会员日。")
