"""Moments: staff are asked, publish by themselves, and what customers do with it becomes facts."""

from datetime import timedelta

from tests.unit.channels.acts.conftest import Acted

from siyu.channels import service
from siyu.channels.types import Content, Item

HOUR = timedelta(hours=1)


def work(acted: Acted, step: timedelta) -> None:
    acted.clock.advance(step)
    while service.do_deliveries(acted.desk) + service.do_tasks(acted.desk) + service.do_reactions(acted.desk):
        pass


def happened(acted: Acted) -> list[tuple[str, str, str]]:
    return sorted(
        (message.payload["contact"], one["kind"], one["properties"]["staff"])
        for message in acted.messages()
        for one in message.payload.get("happened", ())
    )


def test_published_liked_and_commented(acted: Acted) -> None:
    first, second = acted.follows(2)[:2]
    staff = first.userid
    acted.corp.state.staff[staff].forgets = 1.0
    item = Item("m1", staff, Content("门店上新"), staff)
    acted.done(lambda conn: service.deliver(conn, acted.account, "moment", [item], acted.clock.now()))
    work(acted, timedelta(minutes=1))
    work(acted, timedelta(minutes=6))
    (moment,) = [one for one in acted.corp.state.moments.values() if one.content["text"]["content"] == "门店上新"]
    (task,) = acted.done(lambda conn: service.staff_tasks(conn, acted.account.id))
    assert (task.way, task.state, task.staff, task.confirmed, task.object_id) == (
        "moment",
        "open",
        1,
        0,
        moment.moment_id,
    )
    acted.corp.staff_confirms(staff, moment.moment_id)
    acted.messages()
    work(acted, HOUR)
    (task,) = acted.done(lambda conn: service.staff_tasks(conn, acted.account.id))
    assert (task.state, task.confirmed) == ("done", 1)
    assert acted.done(lambda conn: service.deliveries(conn, acted.account.id, ["m1"]))["m1"].state == "sent"
    acted.corp.customer_likes(first.external_userid, staff, moment.moment_id)
    acted.corp.customer_comments(first.external_userid, staff, moment.moment_id)
    work(acted, 2 * HOUR)
    assert happened(acted) == [
        (first.external_userid, "moment.commented", staff),
        (first.external_userid, "moment.liked", staff),
    ]
    work(acted, 13 * HOUR)
    assert happened(acted) == []  # the platform tells it again, we do not
    if second.userid == staff:
        acted.corp.customer_likes(second.external_userid, staff, moment.moment_id)
        work(acted, 13 * HOUR)
        assert happened(acted) == [(second.external_userid, "moment.liked", staff)]
    used = acted.rows("SELECT used FROM channels.quota_use WHERE quota = 'moment_reading'")
    assert used[0][0] >= 3
    work(acted, 24 * 8 * HOUR)
    opened = len(acted.opened)
    work(acted, 24 * HOUR)
    assert len(acted.opened) == opened


def test_one_task_for_each_member_of_staff_however_many_of_their_customers_it_is_for(acted: Acted) -> None:
    follows = acted.follows(6)
    items = [
        Item(f"m{number}", one.external_userid, Content("春茶到店"), one.userid) for number, one in enumerate(follows)
    ]
    acted.done(lambda conn: service.deliver(conn, acted.account, "staff_moment", items, acted.clock.now()))
    for one in follows:
        acted.corp.state.staff[one.userid].forgets = 1.0
    work(acted, timedelta(minutes=1))
    made = [one for one in acted.corp.state.moments.values() if one.content["text"]["content"] == "春茶到店"]
    assert sorted(next(iter(one.tasks)) for one in made) == sorted({one.userid for one in follows})
    first = made[0]
    (staff,) = first.tasks
    work(acted, timedelta(minutes=6))
    acted.corp.staff_confirms(staff, first.moment_id)
    work(acted, HOUR)
    found = acted.done(lambda conn: service.deliveries(conn, acted.account.id, [item.key for item in items]))
    assert {item.key for item in items if found[item.key].state == "sent"} == {
        item.key for item in items if item.staff_id == staff
    }
