"""What the platform counts of deletions is compared with what pushes told."""

from datetime import timedelta

from tests.unit.channels.acts.conftest import Acted

from siyu.channels import service
from siyu.channels.types import Departure, Push
from siyu.rehearsal.platforms.faults import Refusal

DAY = timedelta(days=1)


def test_deletions_of_which_no_push_came_are_counted(acted: Acted) -> None:
    first, second, third = acted.follows(3)[:3]
    for one in (first, second, third):
        acted.corp.customer_deletes(one.external_userid, one.userid)
    heard = Departure(first.userid, first.external_userid, "customer", acted.clock.now())
    push = service.push_message(acted.account, Push("p", "left", acted.clock.now(), (), (heard,)), acted.clock.now())
    acted.done(lambda conn: service.hear(conn, [push], acted.clock.now()))
    assert service.unheard_deletions(acted.desk, acted.account, acted.clock.now()) == []  # the day is not over
    acted.clock.advance(DAY)
    (found,) = service.unheard_deletions(acted.desk, acted.account, acted.clock.now())
    assert found.kind == "feedback"
    assert "counts 3 customers" in found.reason
    assert "告知了 1 位；其余 2 位" in found.reason_zh
    acted.corp.faults.refusals.append(Refusal(48002, "externalcontact/get_user_behavior_data", times=1))
    assert service.unheard_deletions(acted.desk, acted.account, acted.clock.now()) == []
    acted.clock.advance(8 * DAY)
    assert service.unheard_deletions(acted.desk, acted.account, acted.clock.now()) == []
