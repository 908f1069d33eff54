"""How staff serve: what the platform counts by the day is kept, and shown with what they confirmed and forgot."""

from datetime import timedelta

from tests.unit.channels.acts.conftest import Acted

from siyu.channels import service
from siyu.channels.types import Content, Item
from siyu.channels.types.mirrored import Workload
from siyu.rehearsal.platforms.faults import Refusal

DAY = timedelta(days=1)
ASKED = "externalcontact/get_user_behavior_data"


def keep(acted: Acted) -> int:
    return service.keep_staff_days(acted.desk, acted.account, acted.clock.now())


def work(acted: Acted, staff: str, days: int = 30) -> Workload:
    now = acted.clock.now()
    found = acted.done(lambda conn: service.workload(conn, acted.account.id, now - days * DAY, now))
    (one,) = [row for row in found if row.staff_id == staff]
    assert isinstance(one, Workload)
    return one


def test_what_a_member_did_is_kept_by_the_day(acted: Acted) -> None:
    first, second = acted.follows(2)[:2]
    acted.corp.customer_talks(first.external_userid, first.userid)
    acted.clock.advance(DAY)
    acted.corp.customer_talks(first.external_userid, first.userid)
    acted.corp.customer_talks(second.external_userid, second.userid)
    acted.corp.customer_deletes(first.external_userid, first.userid)
    keep(acted)  # the day is not over: only the one before is counted
    chats = 1 + (second.userid == first.userid)
    assert work(acted, first.userid).chats == 1
    acted.clock.advance(DAY)
    assert keep(acted) > 0
    assert keep(acted) > 0  # a repeat counts nothing twice
    one = work(acted, first.userid)
    assert (one.chats, one.messages, one.deleted_by) == (1 + chats, 1 + chats, 1)
    assert (one.replied, one.first_reply_minutes) == (100.0, 1.0)
    acted.clock.advance(3 * DAY)
    assert work(acted, first.userid, days=2).chats == 0
    assert work(acted, first.userid, days=2).replied is None
    idle = next(one for one in acted.corp.state.staff if one not in {first.userid, second.userid})
    assert (work(acted, idle).chats, work(acted, idle).replied) == (0, None)


def test_shares_are_weighed_by_the_chats_of_their_days(acted: Acted) -> None:
    staff = acted.follows(1)[0].userid
    acted.rows(
        """INSERT INTO channels.staff_day
           SELECT :account, CAST(:day AS timestamptz) + n * interval '1 day', :staff, chats, 10, replied, minutes, 0
           FROM (VALUES (0, 30, 50.0, 4), (1, 10, 90.0, 8), (2, 0, 0.0, 0), (3, 5, NULL, NULL)) AS said (n, chats, replied, minutes)
           RETURNING day""",
        account=acted.account.id,
        day=acted.clock.now() - 6 * DAY,
        staff=staff,
    )
    one = work(acted, staff)
    assert (one.chats, one.messages, one.replied, one.first_reply_minutes) == (45, 40, 60.0, 5.0)


def test_one_who_cannot_be_read_keeps_no_other_away_and_a_refusal_is_no_failure(acted: Acted) -> None:
    acted.clock.advance(DAY)
    acted.corp.faults.refusals.append(Refusal(60111, ASKED, times=1))
    kept = keep(acted)
    assert kept > 0
    assert acted.rows("SELECT count(DISTINCT staff_id) FROM channels.staff_day")[0][0] == (kept // 30)
    acted.clock.advance(DAY)
    acted.corp.faults.refusals.append(Refusal(48002, ASKED, times=1))
    assert keep(acted) == 0
    assert keep(acted) > 0


def test_what_was_confirmed_and_forgotten(acted: Acted) -> None:
    follows = acted.follows(40)
    diligent, other = list(dict.fromkeys(one.userid for one in follows))[:2]
    for number, staff in enumerate((diligent, other)):
        acted.corp.state.staff[staff].forgets = 1.0
        who = next(one for one in follows if one.userid == staff)
        item = Item(f"k{number}", who.external_userid, Content("上新"), staff)
        acted.done(
            lambda conn, item=item: service.deliver(conn, acted.account, "group_send", [item], acted.clock.now())
        )
    while service.do_deliveries(acted.desk) + service.do_tasks(acted.desk):
        pass
    (msgid,) = [one.msgid for one in acted.corp.state.sends.values() if diligent in one.tasks]
    acted.corp.staff_confirms(diligent, msgid)
    for _ in range(40):
        acted.clock.advance(timedelta(hours=12))
        while service.do_deliveries(acted.desk) + service.do_tasks(acted.desk):
            pass
    found = {staff: work(acted, staff) for staff in (diligent, other)}
    assert (found[diligent].confirmed, found[diligent].forgotten) == (1, 0)
    assert (found[other].confirmed, found[other].forgotten) == (0, 1)
