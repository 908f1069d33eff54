"""What was sent and done is deleted after a while; what is still needed stays."""

from datetime import timedelta

import pytest
from psycopg import IntegrityError
from tests.unit.channels.acts.conftest import ME, Acted

from siyu.channels import service
from siyu.channels.types import Content, Delivery, Item, MarkWanted
from siyu.rehearsal.platforms.wecom.types import Follow

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
HELLO = Content("春茶上市")
TABLES = ("delivery", "content", "report", "staff_task", "staff_task_member", "mark_order", "mark", "departure")


def forget(acted: Acted) -> dict[str, int]:
    gone: dict[str, int] = {}
    for what, batch in service.forgetting(acted.clock.now(), sent_days=180, acts_days=180):
        gone[what] = 0
        while count := acted.done(batch):
            gone[what] += count
    return gone


def counts(acted: Acted) -> dict[str, int]:
    return {one: acted.rows(f"SELECT count(*) FROM channels.{one}")[0][0] for one in TABLES}


def deliver(acted: Acted, tie: Follow, key: str, content: Content = HELLO) -> Delivery:
    item = Item(key, tie.external_userid, content, tie.userid)
    (made,) = acted.done(lambda conn: service.deliver(conn, acted.account, "group_send", [item], acted.clock.now()))
    assert isinstance(made, Delivery)
    return made


def work(acted: Acted, step: timedelta = MINUTE) -> None:
    acted.clock.advance(step)
    while service.do_deliveries(acted.desk) + service.do_tasks(acted.desk) + service.do_marks(acted.desk):
        pass


def test_what_has_ended_goes_and_what_has_not_stays(acted: Acted) -> None:
    tie = next(one for one in acted.follows(3) if not one.gone)
    acted.corp.state.staff[tie.userid].forgets = 1.0
    (tag, *_) = acted.rows("SELECT tag_id FROM channels.tag WHERE gone_at IS NULL ORDER BY 1")
    wanted = [MarkWanted(tie.external_userid, tie.userid, (tag[0],))]
    acted.done(lambda conn: service.order_marks(conn, ME, acted.account, wanted, acted.clock.now()))
    deliver(acted, tie, "k")
    work(acted)
    (task,) = acted.done(lambda conn: service.staff_tasks(conn, acted.account.id))
    service.cancel_task(acted.desk, ME, acted.account.id, task.handle)
    acted.clock.advance(179 * DAY)
    assert not any(forget(acted).values())
    assert deliver(acted, tie, "k").result == "cancelled"  # the key is known, and sent no second time
    waiting = [MarkWanted(tie.external_userid, tie.userid, (), (tag[0],))]
    acted.done(lambda conn: service.order_marks(conn, ME, acted.account, waiting, acted.clock.now()))
    deliver(acted, tie, "later", Content("夏茶上市"))
    acted.clock.advance(200 * DAY)
    assert forget(acted) == {
        "deliveries": 1, "contents": 1, "reports": 0, "tasks": 1, "mark_orders": 1, "departures": 0,
    }  # fmt: skip
    left = counts(acted)
    assert (left["delivery"], left["content"], left["staff_task"], left["staff_task_member"]) == (1, 1, 0, 0)
    assert (left["mark_order"], left["mark"]) == (1, 1)  # they wait still
    assert not any(forget(acted).values())


def test_a_content_that_is_taken_up_again_stays(acted: Acted) -> None:
    tie = next(one for one in acted.follows(3) if not one.gone)
    deliver(acted, tie, "k")
    work(acted)
    (task,) = acted.done(lambda conn: service.staff_tasks(conn, acted.account.id))
    service.cancel_task(acted.desk, ME, acted.account.id, task.handle)
    acted.clock.advance(200 * DAY)
    with acted.database.transaction() as conn:  # somebody sends the same words while the old ones are being deleted
        item = Item("again", tie.external_userid, HELLO, tie.userid)
        service.deliver(conn, acted.account, "group_send", [item], acted.clock.now())
        assert (forget(acted)["deliveries"], counts(acted)["content"]) == (1, 1)
    assert forget(acted)["contents"] == 0
    work(acted)
    assert len(acted.corp.state.sends) == 2


def test_a_content_that_a_delivery_has_is_deleted_by_nobody(acted: Acted) -> None:
    tie = next(one for one in acted.follows(3) if not one.gone)
    deliver(acted, tie, "k")
    with pytest.raises(IntegrityError, match="a delivery still has"):
        acted.rows("DELETE FROM channels.content RETURNING hash")
    acted.rows("DELETE FROM channels.delivery RETURNING id")
    assert len(acted.rows("DELETE FROM channels.content RETURNING hash")) == 1


def test_more_than_one_batch(acted: Acted) -> None:
    ties = [one for one in acted.follows(40) if not one.gone]
    for number, tie in enumerate(ties):
        deliver(acted, tie, f"k{number}")
    acted.rows("UPDATE channels.delivery SET state = 'refused', ended_at = asked_at RETURNING id")
    acted.clock.advance(181 * DAY)
    batches = dict(service.forgetting(acted.clock.now(), sent_days=180, acts_days=180))
    assert acted.done(batches["deliveries"]) == len(ties)
    assert acted.done(batches["deliveries"]) == 0
    assert acted.done(batches["contents"]) == 1


def test_a_customer_who_deleted_somebody_is_remembered_until_they_come_back(acted: Acted) -> None:
    contact, gone, back = acted.follows(3)[0].external_userid, "a", "b"
    acted.rows(
        """INSERT INTO channels.departure (account_id, contact_id, staff_id, at, by)
           SELECT :account, :contact, staff_id, CAST(:at AS timestamptz), by
           FROM (VALUES ('a', 'customer'), ('a', 'staff'), ('b', 'customer')) AS told (staff_id, by) RETURNING by""",
        account=acted.account.id,
        contact=contact,
        at=acted.clock.now(),
    )
    acted.rows(
        """INSERT INTO channels.follow (account_id, contact_id, staff_id, since, seen_at, told_at)
           SELECT :account, :contact, staff_id, since, since, since
           FROM (VALUES (:gone, CAST(:before AS timestamptz)), (:back, CAST(:after AS timestamptz))) AS tied (staff_id, since)
           RETURNING staff_id""",
        account=acted.account.id,
        contact=contact,
        gone=gone,
        back=back,
        before=acted.clock.now() - DAY,
        after=acted.clock.now() + DAY,
    )
    acted.clock.advance(181 * DAY)
    assert forget(acted)["departures"] == 2
    assert acted.rows("SELECT staff_id, by FROM channels.departure") == [("a", "customer")]
