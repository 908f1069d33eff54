"""Customers and groups go from one member of staff to another, on duty and after leaving."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.unit.channels.acts.conftest import ME, Acted

from siyu.channels import service
from siyu.channels.types import HandoverRow
from siyu.kernel.errors import BadInput, NotAllowed, NotFound
from siyu.rehearsal.platforms.faults import Refusal

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def ask(acted: Acted, giver: str, taker: str, ids: list[str], **how: Any) -> list[HandoverRow]:
    found = acted.done(
        lambda conn: service.hand_over(conn, ME, acted.account, giver, taker, ids, acted.clock.now(), **how)
    )
    assert isinstance(found, list)
    return found


def ask_groups(acted: Acted, taker: str, ids: list[str]) -> list[HandoverRow]:
    found = acted.done(lambda conn: service.hand_over_groups(conn, ME, acted.account, taker, ids, acted.clock.now()))
    assert isinstance(found, list)
    return found


def work(acted: Acted) -> None:
    while service.do_handovers(acted.desk) or acted.read_again():
        pass


def later(acted: Acted, step: timedelta) -> None:
    acted.clock.advance(step)
    acted.corp.tick()
    work(acted)


def states(acted: Acted) -> dict[str, str]:
    found = acted.done(lambda conn: service.handover_page(conn, acted.account.id))
    return {one.subject_id: one.state for one in reversed(found)}


def two(acted: Acted, count: int = 2) -> tuple[str, str, list[str]]:
    """A member who serves so many that nobody else does, another who serves none of them, and those."""
    by_giver: dict[str, list[str]] = {}
    for follow in acted.follows(1):
        if not follow.gone and not acted.corp.state.people[follow.external_userid].refuses:
            by_giver.setdefault(follow.userid, []).append(follow.external_userid)
    giver = next(one for one, found in sorted(by_giver.items()) if len(found) >= count and active(acted, one))
    taker = next(one for one in sorted(by_giver) if one != giver and active(acted, one))
    return giver, taker, by_giver[giver][:count]


def active(acted: Acted, userid: str) -> bool:
    staff = acted.corp.state.staff[userid]
    return staff.status == 1 and staff.serves and acted.corp.seen(userid)


def test_on_duty_it_is_told_as_a_transfer_and_not_as_a_loss(acted: Acted) -> None:
    giver, taker, (first, second) = two(acted)
    made = ask(acted, giver, taker, [first, second, "wm-nobody"], said="以后由小李为您服务")
    assert [one.state for one in made] == ["asked"] * 3
    work(acted)
    assert states(acted) == {first: "waiting", second: "waiting", "wm-nobody": "failed"}
    (reason,) = acted.rows("SELECT code, reason_zh FROM channels.handover WHERE state = 'failed'")
    assert reason[0] == 40096
    assert "外部联系人" in reason[1]
    acted.corp.customer_refuses(second)
    later(acted, 25 * HOUR)
    assert states(acted) == {first: "done", second: "refused", "wm-nobody": "failed"}
    happened = [(one["kind"], one["properties"]) for m in acted.messages() for one in m.payload.get("happened", ())]
    kinds = [kind for kind, _ in happened]
    assert kinds.count("friend.transferred") == 1
    assert [said["by"] for kind, said in happened if kind == "friend.deleted"] == ["transfer"]
    (told,) = [said for kind, said in happened if kind == "friend.transferred"]
    assert (told["from_staff"], told["to_staff"]) == (giver, taker)
    (tie,) = acted.rows(
        "SELECT ended_by, transferred_to FROM channels.follow WHERE contact_id = :id AND staff_id = :staff",
        id=first, staff=giver,
    )  # fmt: skip
    assert tie == ("transfer", taker)


def test_who_is_under_way_is_not_asked_for_twice(acted: Acted) -> None:
    giver, taker, ids = two(acted)
    assert len(ask(acted, giver, taker, ids)) == 2
    assert ask(acted, giver, taker, ids) == []
    work(acted)
    assert ask(acted, giver, taker, ids) == []
    assert len(acted.corp.state.transfers) == 2


def test_the_third_time_in_ninety_days_is_refused_beforehand(acted: Acted) -> None:
    giver, taker, (contact,) = two(acted, 1)
    later(acted, 14 * HOUR)
    over = []
    for one, other in ((giver, taker), (taker, giver)):
        ask(acted, one, other, [contact])
        work(acted)
        later(acted, 25 * HOUR)
        assert states(acted)[contact] == "done"
        over.append(acted.clock.now())
    free = over[0] + 90 * DAY
    assert free.hour >= 16  # in Shanghai the next day has begun, and not in UTC
    before = len(acted.corp.state.transfers)
    (third,) = ask(acted, giver, taker, [contact])
    assert third.state == "limit"
    assert (
        f"90 days, which is the most; again from {free.astimezone(ZoneInfo('Asia/Shanghai')).date()}." in third.reason
    )
    work(acted)
    assert len(acted.corp.state.transfers) == before
    acted.clock.advance(90 * DAY)
    (fourth,) = ask(acted, giver, taker, [contact])
    assert fourth.state == "asked"


def test_after_leaving_the_list_of_heirs_empties(acted: Acted) -> None:
    giver, taker, _ = two(acted, 3)
    customers = list(acted.corp.state.follows[giver])
    acted.corp.staff_leaves(giver)
    acted.mirror_all()
    waiting = service.heirless(acted.desk, ME, acted.account.id)
    assert {one.contact_id for one in waiting if one.staff_id == giver} == set(customers)
    alone = [one for one in customers if len(acted.corp.followers(one)) == 1]
    made = ask(acted, giver, taker, alone)
    assert all(one.giver_left for one in made)
    work(acted)
    later(acted, 25 * HOUR)
    done = [one for one, state in states(acted).items() if state == "done"]
    assert set(done) == {one for one in alone if not acted.corp.state.people[one].refuses}
    left = {one.contact_id for one in service.heirless(acted.desk, ME, acted.account.id) if one.staff_id == giver}
    assert left == set(customers) - set(done)
    assert acted.rows(
        "SELECT DISTINCT ended_by FROM channels.follow WHERE staff_id = :giver AND contact_id = ANY(:done)",
        giver=giver, done=done,
    ) == [("transfer",)]  # fmt: skip


def test_more_than_a_call_takes_and_a_kill_in_between(acted: Acted) -> None:
    giver, taker, ids = two(acted, 2)

    class Killed(BaseException):
        pass

    def dying(channel: Any) -> Any:
        plain = channel.hand_over

        def hand_over(*given: Any, **how: Any) -> None:
            plain(*given, **how)
            raise Killed

        channel.hand_over = hand_over
        return channel

    ask(acted, giver, taker, ids)
    acted.dress = dying
    with pytest.raises(Killed):
        service.do_handovers(acted.desk)
    acted.dress = lambda channel: channel
    assert set(states(acted).values()) == {"sending"}
    later(acted, 11 * MINUTE)
    assert set(states(acted).values()) == {"waiting"}
    assert len(acted.corp.state.transfers) == 2


def test_a_platform_that_refuses_for_now_is_asked_again(acted: Acted) -> None:
    giver, taker, ids = two(acted)
    acted.corp.faults.refusals.append(Refusal(45009, "externalcontact/transfer_customer", times=1))
    ask(acted, giver, taker, ids)
    work(acted)
    assert set(states(acted).values()) == {"asked"}
    later(acted, 2 * MINUTE)
    assert set(states(acted).values()) == {"waiting"}


def test_groups_change_their_owner_within_the_quota(acted: Acted) -> None:
    group = next(one for one in acted.corp.state.groups.values() if active(acted, one.owner))
    owner = group.owner
    taker = next(one for one in sorted(acted.corp.state.staff) if one != owner and active(acted, one))
    (made,) = ask_groups(acted, taker, [group.chat_id])
    assert made.giver == owner
    used = acted.rows("SELECT subject_id, used FROM channels.quota_use WHERE quota = 'group_transfer'")
    assert used == [(owner, 1)]
    work(acted)
    assert states(acted) == {group.chat_id: "done"}
    assert group.owner == taker
    acted.clock.advance(3 * MINUTE)
    work(acted)
    assert acted.rows("SELECT owner_id FROM channels.chat_group WHERE group_id = :id", id=group.chat_id) == [(taker,)]


def test_a_group_that_did_not_go_gives_its_share_back(acted: Acted) -> None:
    group = next(one for one in acted.corp.state.groups.values() if active(acted, one.owner))
    owner = group.owner
    (made,) = ask_groups(acted, owner, [group.chat_id]) or [None]  # to whom it belongs already
    assert made is not None
    acted.corp.state.staff[owner].status = 5  # left a moment ago, which no push told
    other = next(one for one in sorted(acted.corp.state.staff) if one != owner and active(acted, one))
    acted.rows("UPDATE channels.handover SET taker = :other RETURNING id", other=other)
    work(acted)
    assert states(acted) == {group.chat_id: "failed"}
    assert acted.rows("SELECT used FROM channels.quota_use WHERE quota = 'group_transfer'") == [(0,)]


def test_who_may_and_what_is_wrong(acted: Acted) -> None:
    giver, taker, ids = two(acted)
    nobody = replace(ME, rights=frozenset({"channels.read"}))
    with pytest.raises(NotAllowed):
        acted.done(lambda conn: service.hand_over(conn, nobody, acted.account, giver, taker, ids, acted.clock.now()))
    for wrong in ((giver, giver, ids), (giver, taker, []), (giver, taker, [""]), ("", taker, ids)):
        with pytest.raises(BadInput):
            ask(acted, wrong[0], wrong[1], list(wrong[2]))
    with pytest.raises(NotFound):
        ask(acted, giver, "nobody", ids)
    with pytest.raises(NotFound):
        ask_groups(acted, taker, ["wr-nothing"])
