"""The one way out: each key is sent once, quotas hold, staff confirm, and what comes of it is kept."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.channels.acts.conftest import ME, Acted

from siyu.channels import service
from siyu.channels.types import Content, Delivery, Item
from siyu.kernel.errors import BadInput, Conflict, IdempotencyMismatch, NotFound
from siyu.rehearsal.platforms.faults import Refusal
from siyu.rehearsal.platforms.wecom.types import Follow, GroupSend

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HELLO = Content("春茶上市，欢迎到店")


class Killed(BaseException):
    """The process dies."""


def deliver(acted: Acted, *items: Item, way: str = "group_send") -> list[Delivery]:
    found = acted.done(lambda conn: service.deliver(conn, acted.account, way, items, acted.clock.now()))
    assert isinstance(found, list)
    return found


def kept(acted: Acted, *keys: str) -> dict[str, Delivery]:
    found = acted.done(lambda conn: service.deliveries(conn, acted.account.id, keys))
    assert isinstance(found, dict)
    return found


def work(acted: Acted) -> None:
    while service.do_deliveries(acted.desk):
        pass


def poll(acted: Acted, step: timedelta = 6 * MINUTE) -> None:
    acted.clock.advance(step)
    while service.do_tasks(acted.desk):
        pass


def ties(acted: Acted, count: int) -> list[Follow]:
    """Of one member, who confirms when they are told to."""
    for userid in sorted(acted.corp.state.follows):
        found = [one for one in acted.follows(1) if one.userid == userid and not one.gone]
        if len(found) >= count:
            acted.corp.state.staff[userid].forgets = 1.0
            return found[:count]
    raise AssertionError("nobody has so many")


def items(found: list[Follow], prefix: str = "k", content: Content = HELLO) -> list[Item]:
    return [Item(f"{prefix}{number}", one.external_userid, content, one.userid) for number, one in enumerate(found)]


def sends(acted: Acted) -> list[GroupSend]:
    return list(acted.corp.state.sends.values())


def used(acted: Acted, subject_id: str) -> int:
    found = acted.rows(
        "SELECT used FROM channels.quota_use WHERE subject_id = :id AND quota = 'group_send'", id=subject_id
    )
    return int(found[0][0]) if found else 0


def test_staff_are_asked_once_and_every_customer_gets_a_result(acted: Acted) -> None:
    found = ties(acted, 4)
    first = deliver(acted, *items(found))
    assert {one.state for one in first} == {"ready"}
    assert sends(acted) == []
    work(acted)
    (send,) = sends(acted)
    assert [one.state for one in deliver(acted, *items(found))] == ["waits_for_staff"] * 4
    work(acted)
    assert len(sends(acted)) == 1
    acted.corp.customer_deletes(found[1].external_userid, found[1].userid)
    acted.corp.state.received[found[2].external_userid] = [int(acted.clock.now().timestamp())] * 31
    poll(acted)
    (task,) = acted.done(lambda conn: service.staff_tasks(conn, acted.account.id))
    assert (task.state, task.staff, task.confirmed, task.total) == ("open", 1, 0, 4)
    acted.corp.staff_confirms(found[0].userid, send.msgid)
    acted.messages()
    poll(acted, HOUR)
    task, staff = acted.done(lambda conn: service.staff_task(conn, acted.account.id, send.msgid))
    assert (task.state, task.confirmed, task.sent, task.no_friend, task.capped) == ("done", 1, 2, 1, 1)
    assert staff[0].confirmed_at is not None
    states = kept(acted, "k0", "k1", "k2", "k3")
    assert [(states[key].state, states[key].result) for key in sorted(states)] == [
        ("sent", "sent"), ("refused", "no_friend"), ("refused", "capped"), ("sent", "sent")
    ]  # fmt: skip
    # who is no friend any more has left, as if a push had told it; who is capped is full
    (told,) = [one for one in acted.messages() if one.payload["contact"] == found[1].external_userid]
    assert [(one["kind"], one["properties"]["by"]) for one in told.payload["happened"]] == [
        ("friend.deleted", "customer")
    ]
    assert [used(acted, one.external_userid) for one in found] == [1, 0, 31, 1]


def test_a_key_with_something_else_is_an_error(acted: Acted) -> None:
    (one,) = ties(acted, 1)
    deliver(acted, *items([one]))
    for other in (
        Item("k0", one.external_userid, Content("别的"), one.userid),
        Item("k0", "wm-other", HELLO, one.userid),
    ):
        with pytest.raises(IdempotencyMismatch):
            deliver(acted, other)
    with pytest.raises(IdempotencyMismatch):
        deliver(acted, *items([one]), way="kf")


def test_the_same_at_the_same_moment_is_sent_once(acted: Acted) -> None:
    both = items(ties(acted, 2))
    with ThreadPoolExecutor(1) as pool, acted.database.transaction() as conn:
        first = service.deliver(conn, acted.account, "group_send", both[:1], acted.clock.now())
        other = pool.submit(deliver, acted, *both)  # waits for the quota of the first
        wait([other], 0.3)
        assert not other.done()
        conn.commit()
        assert [one.state for one in other.result(30)] == [one.state for one in first] * 2
    assert acted.rows("SELECT key FROM channels.delivery ORDER BY key") == [("k0",), ("k1",)]
    assert acted.rows("SELECT used FROM channels.quota_use") == [(1,), (1,)]


def test_no_room_in_a_quota_keeps_nothing_and_may_come_again(acted: Acted) -> None:
    values = {"group_send_cap": "per_day"}
    acted.account = acted.done(
        lambda conn: service.update_account(conn, ME, acted.account.id, now=acted.clock.now(), values=values)
    )
    found = ties(acted, 2)
    deliver(acted, *items(found[:1], "a"))
    held, ready = deliver(acted, *items(found, "b"))
    assert (held.state, ready.state) == ("held", "ready")
    assert held.retry_at is not None
    assert held.retry_at > acted.clock.now()
    assert "quota" in held.reason
    assert set(kept(acted, "b0", "b1")) == {"b1"}
    acted.clock.advance(DAY)
    (again,) = deliver(acted, items(found[:1], "b")[0])
    assert again.state == "ready"


def test_whom_the_platform_cannot_reach_is_given_back(acted: Acted) -> None:
    found = ties(acted, 2)
    found[1].gone, person = False, found[1].external_userid
    wanted = items(found)
    deliver(acted, *wanted)
    assert used(acted, person) == 1
    acted.corp.staff_deletes(found[1].userid, person)  # a moment ago
    work(acted)
    states = kept(acted, "k0", "k1")
    assert (states["k0"].state, states["k1"].state, states["k1"].code) == ("waits_for_staff", "refused", 41048)
    assert (used(acted, found[0].external_userid), used(acted, person)) == (1, 0)


def dying(before: bool) -> Any:
    def dress(channel: Any) -> Any:
        plain = channel.send

        def send(*given: Any) -> None:
            if not before:
                plain(*given)
            raise Killed

        channel.send = send
        return channel

    return dress


@pytest.mark.parametrize("before", [True, False])
def test_a_kill_between_the_call_and_the_commit_sends_nothing_twice(acted: Acted, before: bool) -> None:
    found = ties(acted, 3)
    deliver(acted, *items(found))
    acted.dress = dying(before)
    with pytest.raises(Killed):
        service.do_deliveries(acted.desk)
    acted.dress = lambda channel: channel
    assert {one.state for one in kept(acted, "k0", "k1", "k2").values()} == {"sending"}
    assert len(sends(acted)) == (0 if before else 1)
    deliver(acted, *items(found))
    work(acted)
    assert len(sends(acted)) == (0 if before else 1)  # held by whoever died
    acted.clock.advance(11 * MINUTE)
    work(acted)
    (send,) = sends(acted)
    assert {(one.state, one.handle) for one in kept(acted, "k0", "k1", "k2").values()} == {
        ("waits_for_staff", send.msgid)
    }
    assert [used(acted, one.external_userid) for one in found] == [1, 1, 1]


def test_the_same_words_to_the_same_people_twice_are_not_taken_for_one(acted: Acted) -> None:
    found = ties(acted, 2)
    deliver(acted, *items(found, "a"))
    work(acted)
    deliver(acted, *items(found, "b"))
    acted.dress = dying(before=True)
    with pytest.raises(Killed):
        service.do_deliveries(acted.desk)
    acted.dress = lambda channel: channel
    acted.clock.advance(11 * MINUTE)
    work(acted)
    assert len(sends(acted)) == 2
    handles = {key: one.handle for key, one in kept(acted, "a0", "b0").items()}
    assert handles["a0"] != handles["b0"]


def test_a_platform_that_does_not_answer_whether_it_was_taken_is_asked_until_it_does(acted: Acted) -> None:
    found = ties(acted, 2)
    deliver(acted, *items(found))
    acted.dress = dying(before=False)
    with pytest.raises(Killed):
        service.do_deliveries(acted.desk)
    acted.dress = lambda channel: channel
    acted.corp.faults.refusals.append(Refusal(45009, "externalcontact/get_groupmsg_list_v2", times=1))
    acted.clock.advance(11 * MINUTE)
    work(acted)
    assert {one.state for one in kept(acted, "k0", "k1").values()} == {"sending"}
    acted.clock.advance(2 * HOUR)
    work(acted)
    assert {one.state for one in kept(acted, "k0", "k1").values()} == {"waits_for_staff"}
    assert len(sends(acted)) == 1


def test_reminders_and_cancelling(acted: Acted) -> None:
    found = ties(acted, 2)
    deliver(acted, *items(found))
    work(acted)
    (send,) = sends(acted)
    for _ in range(3):
        service.remind_staff(acted.desk, ME, acted.account.id, send.msgid)
    with pytest.raises(Conflict):
        service.remind_staff(acted.desk, ME, acted.account.id, send.msgid)
    assert len(send.reminded) == 3
    stand = acted.done(lambda conn: service.used(conn, acted.account, acted.clock.now()))
    reminders = [one for one in stand if one.quota == "reminder"]
    assert [(one.window, one.limit, one.used, one.subjects, one.full) for one in reminders] == [("24h", 3, 3, 1, 1)]
    acted.clock.advance(25 * HOUR)
    service.remind_staff(acted.desk, ME, acted.account.id, send.msgid)
    service.cancel_task(acted.desk, ME, acted.account.id, send.msgid)
    service.cancel_task(acted.desk, ME, acted.account.id, send.msgid)
    assert send.cancelled_at
    assert {(one.state, one.result) for one in kept(acted, "k0", "k1").values()} == {("refused", "cancelled")}
    assert [used(acted, one.external_userid) for one in found] == [0, 0]
    with pytest.raises(Conflict):
        service.remind_staff(acted.desk, ME, acted.account.id, send.msgid)
    with pytest.raises(NotFound):
        service.cancel_task(acted.desk, ME, acted.account.id, "msg-nothing")
    assert acted.audit()[-5:] == ["task.reminded"] * 4 + ["task.cancelled"]


def test_nobody_confirms_and_after_a_week_nobody_asks(acted: Acted) -> None:
    found = ties(acted, 1)
    deliver(acted, *items(found))
    work(acted)
    poll(acted, HOUR)
    poll(acted, 8 * DAY)
    (task,) = acted.done(lambda conn: service.staff_tasks(conn, acted.account.id))
    assert task.state == "expired"
    assert kept(acted, "k0")["k0"].result == "unconfirmed"
    asked = len(acted.opened)
    poll(acted, DAY)
    assert len(acted.opened) == asked


def test_a_platform_that_forgot_a_task_is_not_asked_for_ever(acted: Acted) -> None:
    deliver(acted, *items(ties(acted, 1)))
    work(acted)
    acted.corp.state.sends.clear()
    poll(acted, HOUR)
    (task,) = acted.done(lambda conn: service.staff_tasks(conn, acted.account.id))
    assert task.state == "open"
    ((problem,),) = acted.rows("SELECT problem->>'code' FROM channels.staff_task")
    assert problem == "41047"
    poll(acted, 8 * DAY)
    (task,) = acted.done(lambda conn: service.staff_tasks(conn, acted.account.id))
    assert task.state == "expired"
    assert kept(acted, "k0")["k0"].result == "unconfirmed"


@pytest.mark.parametrize("how", ["busy", "cut"])
def test_an_account_without_a_token_is_left_alone_for_a_while(acted: Acted, how: str) -> None:
    found = ties(acted, 3)
    acted.clock.advance(3 * HOUR)  # its token has ended
    if how == "busy":
        acted.corp.faults.refusals.append(Refusal(-1, "gettoken"))
    else:
        acted.corp.faults.cut = 1.0
    asked = len(acted.opened)
    deliver(acted, *items(found[:2]))
    work(acted)
    assert len(acted.opened) == asked + 1
    assert {one.state for one in kept(acted, "k0", "k1").values()} == {"ready"}  # certainly not sent
    acted.corp.faults.refusals.clear()
    acted.corp.faults.cut = 0.0
    deliver(acted, *items(found))
    work(acted)
    assert len(acted.opened) == asked + 1
    acted.clock.advance(timedelta(seconds=11))
    work(acted)
    assert {one.state for one in kept(acted, "k0", "k1", "k2").values()} == {"waits_for_staff"}
    assert [len(send.targets) for send in sends(acted)] == [3]


def test_groups_are_reached_through_their_owner(acted: Acted) -> None:
    group = next(
        one
        for one in acted.corp.state.groups.values()
        if acted.corp.seen(one.owner)
        and acted.corp.state.staff[one.owner].status == 1
        and acted.corp.state.staff[one.owner].serves
    )
    acted.corp.state.staff[group.owner].forgets = 1.0
    deliver(acted, Item("g", group.chat_id, HELLO, group.owner), way="group_chat_send")
    work(acted)
    (send,) = sends(acted)
    assert send.chat_type == "group"
    acted.corp.staff_confirms(group.owner, send.msgid)
    poll(acted)
    assert kept(acted, "g")["g"].state == "sent"


def test_contents_are_sealed(acted: Acted) -> None:
    found = ties(acted, 1)
    deliver(acted, *items(found))
    ((sealed,),) = acted.rows("SELECT sealed FROM channels.content")
    assert HELLO.text.encode() not in bytes(sealed)


def test_what_cannot_be_delivered(acted: Acted) -> None:
    (one,) = ties(acted, 1)
    good = items([one])[0]
    for wrong in ([], [good, good], [Item("", "wm", HELLO)], [Item("x", "", HELLO)], [Item("k" * 201, "wm", HELLO)]):
        with pytest.raises(BadInput):
            deliver(acted, *wrong)
    with pytest.raises(BadInput):
        deliver(acted, good, way="pigeon")
    acted.account = acted.done(lambda conn: service.pause_account(conn, ME, acted.account.id, acted.clock.now()))
    with pytest.raises(Conflict):
        deliver(acted, good)
