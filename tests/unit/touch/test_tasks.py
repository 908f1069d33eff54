"""What staff say themselves: the gate decides, whoever came last is asked, and what they say of it is what became of it."""

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.touch.conftest import DAY, HOUR, ME, Brand, befriend, hire

from siyu.channels import service as channels
from siyu.channels.service import Desk
from siyu.channels.types import StaffMember
from siyu.engines.access import service as access
from siyu.engines.access.rules import rights_of
from siyu.engines.access.types import Principal, Role
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import BadInput, NotAllowed, NotFound
from siyu.timeline import service as timeline
from siyu.touch import service
from siyu.touch.types import Budget, Message, RuleSet, Task, Wish

SAY = Message("您上次看的大衣到货了。", (), {service.TITLE: "告诉客户到货"})


def personal(brand: Brand) -> tuple[Wish, ...]:
    return (Wish(brand.corp.id, "personal"),)


def ask(brand: Brand, customer_id: int, **more: Any) -> str:
    """The outcome of the gate."""
    return str(brand.offer(customer_id, message=SAY, wishes=personal(brand), **more).outcome)


def lists(brand: Brand) -> None:
    """What the worker does: tasks come onto the lists, and what became of them is kept."""
    desk = Desk(brand.database, ManualClock(brand.now), lambda _: pytest.fail("no platform is to be asked"))
    while channels.do_deliveries(desk):
        pass
    brand.done(lambda conn: service.take_outcomes(conn, brand.now))


def tasks(brand: Brand, **filters: Any) -> list[Task]:
    found: list[Task] = brand.done(lambda conn: service.staff_tasks(conn, **filters))
    return found


def end(brand: Brand, task: Task, state: Any = "done", reason: str = "", principal: Principal = ME) -> Task:
    found: Task = brand.done(
        lambda conn: service.end_staff_task(conn, principal, task.id, state, brand.now, reason=reason)
    )
    return found


def told(brand: Brand) -> list[tuple[str, int]]:
    return brand.done(  # type: ignore[no-any-return]
        lambda conn: [(one.kind, one.customer_id) for one in timeline.tail(conn, after=0).facts]
    )


def test_whoever_follows_the_person_and_came_last_is_asked(brand: Brand) -> None:
    one, two = brand.people(2)
    with brand.database.transaction() as conn:
        hire(conn, brand.corp, "bob")
    brand.run(
        """INSERT INTO channels.follow (account_id, contact_id, staff_id, since, seen_at, told_at)
           VALUES (:account, :contact, 'bob', :since, :since, :since)""",
        account=brand.corp.id, contact=f"c{one}", since=brand.now - DAY,
    )  # fmt: skip
    assert (ask(brand, one), ask(brand, two)) == ("send", "send")
    lists(brand)
    (of_bob,) = tasks(brand, staff_id="bob")
    assert (of_bob.customer_id, of_bob.title, of_bob.say, of_bob.state) == (
        one, "告诉客户到货", "您上次看的大衣到货了。", "open",
    )  # fmt: skip
    assert [task.customer_id for task in tasks(brand, staff_id="amy")] == [two]
    # A tie that has ended is none, and somebody who serves no more is asked nothing.
    brand.run("UPDATE channels.follow SET ended_at = :at WHERE staff_id = 'bob'", at=brand.now)
    assert ask(brand, one, purpose="service") == "send"
    lists(brand)
    assert [task.customer_id for task in tasks(brand, staff_id="amy")] == [two, one]


def test_whom_nobody_follows_the_fallback_of_the_brand_is_asked_for(brand: Brand) -> None:
    (stranger,) = brand.people(1)
    brand.run("DELETE FROM channels.follow")
    assert ask(brand, stranger) == "drop"
    rules = RuleSet()
    brand.rule(replace(rules, staff=replace(rules.staff, fallback="nobody")))
    assert ask(brand, stranger) == "drop"
    brand.rule(replace(rules, staff=replace(rules.staff, fallback="amy")))
    assert ask(brand, stranger) == "send"
    lists(brand)
    assert [(task.staff_id, task.customer_id) for task in tasks(brand)] == [("amy", stranger)]
    assert brand.offer(stranger).outcome == "drop"  # a platform cannot reach whom nobody follows


def test_the_gate_holds_it_like_everything(brand: Brand) -> None:
    denied, busy, night = brand.people(3)
    brand.says(denied, "denied")
    brand.rule(replace(RuleSet(), budgets=(Budget("day", 24, 1),)))
    assert brand.offer(busy).outcome == "send"
    brand.run("UPDATE channels.delivery SET state = 'sent', result = 'sent', ended_at = :at", at=brand.now)
    assert (ask(brand, denied), ask(brand, busy)) == ("drop", "defer")
    brand.now += 10 * HOUR  # ten in the evening
    assert ask(brand, night) == "defer"
    lists(brand)
    assert tasks(brand) == []
    brand.now += 15 * HOUR
    brand.decide()
    lists(brand)
    assert {task.customer_id for task in tasks(brand)} == {busy, night}


def test_what_is_done_was_received_and_what_is_declined_was_not(brand: Brand) -> None:
    one, two = brand.people(2)
    brand.rule(replace(RuleSet(), budgets=(Budget("day", 24, 1),)))
    ask(brand, one)
    ask(brand, two)
    lists(brand)
    first, second = tasks(brand)
    done = end(brand, first)
    assert (done.state, done.ended_at, done.ended_by) == ("done", brand.now, ME.actor)
    assert end(brand, first, "declined", "too late") == done  # what was said first stays
    declined = end(brand, second, "declined", "客户正在投诉")
    assert (declined.state, declined.said) == ("declined", "客户正在投诉")
    assert told(brand) == [("touch.sent", one), ("touch.failed", two)]
    lists(brand)  # the loop hears of it again, and has nothing to add
    assert told(brand) == [("touch.sent", one), ("touch.failed", two)]
    assert (brand.state(first.key), brand.state(second.key)) == (("sent", ""), ("failed", "declined"))
    assert (brand.offer(one).outcome, brand.offer(two).outcome) == ("defer", "send")
    with brand.database.transaction() as conn:
        found = service.touches_of(conn, two).touches[-1]
        assert service.said(found.decisions[-1].reasons[-1])[1] == "员工未执行：客户正在投诉"
        assert [dict(entry.details)["state"] for entry in access.audit_page(conn, action="staff_task.ended")] == [
            "declined",
            "done",
        ]


def test_what_nobody_does_in_time_is_taken_off_the_list(brand: Brand) -> None:
    (one,) = brand.people(1)
    ask(brand, one, valid_until=brand.now + HOUR)
    lists(brand)
    (task,) = tasks(brand, state="open")
    assert brand.done(lambda conn: service.end_overdue(conn, brand.now)) == 0
    brand.now += HOUR
    assert brand.done(lambda conn: service.end_overdue(conn, brand.now)) == 1
    lists(brand)
    assert [found.state for found in tasks(brand)] == ["expired"]
    assert end(brand, task).state == "expired"
    assert tasks(brand, state="open") == []


def test_it_is_for_whoever_may_and_needs_a_reason_to_be_declined(brand: Brand) -> None:
    (one,) = brand.people(1)
    ask(brand, one)
    lists(brand)
    (task,) = tasks(brand, customer_id=one)
    with pytest.raises(NotAllowed):
        end(brand, task, principal=Principal("operator", 2, "Eve", frozenset()))
    with pytest.raises(BadInput):
        end(brand, task, "declined", " ")
    with pytest.raises(NotFound):
        end(brand, replace(task, id=999))
    assert tasks(brand, programme_id=brand.programme.id, state="open") == [task]
    assert tasks(brand, after=task.id) == []


def test_who_only_does_tasks_sees_and_ends_their_own(brand: Brand) -> None:
    amys, bobs = brand.people(2)
    with brand.database.transaction() as conn:
        hire(conn, brand.corp, "bob")
        roles = {"Amy": Role.STAFF, "Olga": Role.OPERATOR}
        made = {
            name: access.create_operator(
                conn, ME, login=name, name=name, roles=[role], password="long enough 1", now=brand.now
            )
            for name, role in roles.items()
        }
    amy, olga = (
        Principal("operator", one.id, one.name, rights_of(one.roles), frozenset(one.roles)) for one in made.values()
    )
    brand.run("UPDATE channels.follow SET staff_id = 'bob' WHERE contact_id = :contact", contact=f"c{bobs}")
    ask(brand, amys)
    ask(brand, bobs)
    lists(brand)

    def seen(who: Principal) -> list[int]:
        def look(conn: Any) -> list[int]:
            return [one.customer_id for one in service.staff_tasks(conn, members=service.whose_tasks(conn, who))]

        return brand.done(look)  # type: ignore[no-any-return]

    def tie(*staff: str) -> Any:
        members = [StaffMember(brand.corp.id, one) for one in staff]
        return brand.done(lambda conn: channels.tie_operator(conn, ME, amy.id, members, brand.now))

    assert (seen(amy), seen(olga), seen(ME)) == ([], [amys, bobs], [amys, bobs])
    with pytest.raises(BadInput, match="nobody") as refused:
        tie("amy", "nobody")
    assert "没有员工“nobody”" in refused.value.message_zh
    assert tie("amy") == tie("amy") == ((brand.corp.id, "amy"),)
    assert seen(amy) == [amys]
    of_amy, of_bob = tasks(brand)
    with pytest.raises(NotFound):
        end(brand, of_bob, principal=amy)
    assert end(brand, of_amy, principal=amy).ended_by == amy.actor
    assert end(brand, of_bob, principal=olga).state == "done"
    # Who has left stays who they were; nobody is tied anew to them.
    brand.run("UPDATE channels.staff SET gone_at = :at WHERE staff_id = 'bob'", at=brand.now)
    with pytest.raises(BadInput, match="bob"):
        tie("amy", "bob")
    with pytest.raises(NotAllowed):
        brand.done(lambda conn: channels.tie_operator(conn, amy, amy.id, [], brand.now))
    with pytest.raises(NotFound):
        brand.done(lambda conn: channels.tie_operator(conn, ME, 999, [], brand.now))
    with brand.database.transaction() as conn:
        assert [dict(one.details)["staff"] for one in access.audit_page(conn, action="operator.tied")] == [
            [f"{brand.corp.id}/amy"]
        ]


def test_people_of_several_accounts_are_asked_by_the_first_that_has_them(brand: Brand) -> None:
    """A wish of an account that does not know somebody is passed over for the next."""
    (one,) = brand.people(1)
    with brand.database.transaction() as conn:
        befriend(conn, brand.official, "open_id", [one], "", brand.now - 9 * DAY)
    wishes = (brand.template, *personal(brand))
    brand.run("UPDATE channels.account SET state = 'paused' WHERE id = :id", id=brand.official.id)
    message = replace(SAY, details={**SAY.details, "template_id": "t1"})
    assert brand.offer(one, wishes=wishes, message=message).outcome == "send"
    lists(brand)
    assert [task.account_id for task in tasks(brand)] == [brand.corp.id]
