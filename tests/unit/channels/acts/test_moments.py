"""Moments: staff are asked, publish by themselves, and what customers do with it becomes facts."""

from datetime import timedelta

import pytest
from tests.unit.channels.acts.conftest import Acted

from siyu.channels import service
from siyu.channels.types import Content, Delivery, Item

HOUR = timedelta(hours=1)
MB = 1024 * 1024


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


def kept(acted: Acted, content: bytes, media_type: str) -> str:
    now = acted.clock.now()
    return str(
        acted.done(lambda conn: service.keep_file(conn, acted.account.id, "f", content, media_type, "tests", now))
    )


def sent(acted: Acted, key: str, way: str, *attachments: tuple[str, dict[str, str]]) -> Delivery:
    """What became of the first try to send something in the name of somebody's member of staff."""
    tie = acted.follows(1)[0]
    item = Item(key, tie.userid if way == "moment" else tie.external_userid, Content("看", attachments), tie.userid)
    acted.done(lambda conn: service.deliver(conn, acted.account, way, [item], acted.clock.now()))
    while service.do_deliveries(acted.desk):
        pass
    found: dict[str, Delivery] = acted.done(lambda conn: service.deliveries(conn, acted.account.id, [key]))
    return found[key]


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


@pytest.mark.parametrize(
    ("kind", "media_type", "size", "rest"),
    [
        ("image", "image/png", 3 * MB, {}),  # of a group send the platform takes 2 MB
        ("video", "video/mp4", 4 * MB, {}),
        ("link", "image/png", 2000, {"title": "新品", "url": "https://shop.example/new"}),
    ],
)
@pytest.mark.parametrize("way", ["moment", "staff_moment"])
def test_a_moment_shows_what_is_kept_here(
    acted: Acted, way: str, kind: str, media_type: str, size: int, rest: dict[str, str]
) -> None:
    file = kept(acted, bytes(size), media_type)
    assert sent(acted, "m1", way, (kind, {"file": file, **rest})).state == "waits_for_staff"
    (media,) = acted.corp.state.media.values()
    assert (media.type, media.attachment_type, media.size) == (media_type.partition("/")[0], 1, size)
    assert [one.content["attachments"] for one in acted.corp.state.moments.values() if one.creator == "admin"] == [
        [{"msgtype": kind, kind: {"media_id": media.media_id, **rest}}]
    ]


def test_a_file_is_brought_once_for_moments_and_once_for_messages(acted: Acted) -> None:
    picture = ("image", {"file": kept(acted, bytes(2000), "image/png")})
    for key, way in (("a", "group_send"), ("b", "moment"), ("c", "staff_moment"), ("d", "group_send")):
        assert sent(acted, key, way, picture).state == "waits_for_staff"
    assert sorted(one.attachment_type for one in acted.corp.state.media.values()) == [0, 1]


def test_a_picture_that_is_too_large_for_a_moment_and_a_link_without_its_picture_are_refused(acted: Acted) -> None:
    large = sent(acted, "a", "moment", ("image", {"file": kept(acted, bytes(11 * MB), "image/png")}))
    assert (large.state, "10485760" in large.reason) == ("refused", True)
    bare = sent(acted, "b", "moment", ("link", {"title": "新品", "url": "https://shop.example/new"}))
    assert (bare.state, "media_id" in bare.reason) == ("refused", True)


def test_a_group_send_shows_a_link_with_the_address_of_its_picture(acted: Acted) -> None:
    link = {"title": "新品", "url": "https://shop.example/new"}
    refused = sent(acted, "a", "group_send", ("link", {**link, "file": kept(acted, bytes(2000), "image/png")}))
    assert (refused.state, "picurl" in refused.reason, "picurl" in refused.reason_zh) == ("refused", True, True)
    assert sent(acted, "b", "group_send", ("link", link)).state == "waits_for_staff"
