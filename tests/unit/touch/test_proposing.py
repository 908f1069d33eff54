"""What is proposed is sent, waits or is dropped, each with its reasons."""

import pytest
from tests.unit.touch.conftest import DAY, HOUR, ME, NOON, Brand

from siyu.channels import service as channels
from siyu.kernel.errors import BadInput, IdempotencyMismatch, NotFound
from siyu.touch import service as touch
from siyu.touch.types import Decision, Message


def codes(decision: Decision) -> list[str]:
    return [one.code for one in decision.reasons]


def test_what_nothing_stands_against_is_sent_once(brand: Brand) -> None:
    (one,) = brand.people(1)
    proposal = brand.proposal(one, "journey:7:step:welcome")
    (first,) = brand.propose(proposal)
    assert (first.outcome, first.reasons) == ("send", ())
    assert brand.state(proposal.key) == ("queued", "")
    assert brand.rows("SELECT key, subject_id, staff_id, state FROM channels.delivery") == [
        (proposal.key, f"c{one}", "amy", "ready")
    ]
    assert brand.propose(proposal) == [first]
    assert len(brand.rows("SELECT FROM channels.delivery")) == 1
    with pytest.raises(IdempotencyMismatch):
        brand.propose(brand.proposal(one, proposal.key, value_fen=7))


def test_the_second_of_a_day_waits_for_its_room_and_is_sent_then(brand: Brand) -> None:
    (one,) = brand.people(1)
    assert brand.offer(one).outcome == "send"
    late = brand.offer(one, key="late")
    assert (late.outcome, codes(late), late.until) == ("defer", ["budget"], NOON + DAY)
    brand.now = NOON + DAY - HOUR
    assert brand.decide() == 0
    brand.run("UPDATE touch.touch SET received_at = :at WHERE received_at = 'infinity'", at=NOON)
    brand.now = NOON + DAY
    assert brand.decide() == 1
    assert brand.state("late") == ("queued", "")


def test_of_two_at_once_the_one_that_is_worth_more_is_sent(brand: Brand) -> None:
    (one,) = brand.people(1)
    low, high = brand.proposal(one, value_fen=10), brand.proposal(one, value_fen=20)
    found = brand.propose(low, high)
    assert [(each.outcome, codes(each)) for each in found] == [("defer", ["outbid"]), ("send", [])]


def test_of_whom_somebody_else_decides_is_left_to_them(brand: Brand) -> None:
    one, two = brand.people(2)
    brand.done(lambda conn: touch.hold_customers(conn, [one, two]))
    with brand.database.transaction() as conn:
        touch.hold_customers(conn, [one])
        assert brand.done(lambda other: touch.hold_free(other, [one, two])) == {two: two}
    held = brand.done(lambda conn: touch.hold_free(conn, [one, two]))
    assert held == {one: one, two: two}


def test_all_reasons_are_told(brand: Brand) -> None:
    (one,) = brand.people(1)
    brand.says(one, "denied")
    brand.now = NOON + 10 * HOUR
    found = brand.offer(one, wishes=(brand.group_send, brand.template), not_before=NOON + DAY)
    assert found.outcome == "drop"
    assert codes(found) == ["too_early", "consent_denied", "consent_denied", "quiet_hours"]


def test_the_next_wish_is_taken_where_the_first_is_not_possible(brand: Brand) -> None:
    (one,) = brand.people(1)
    found = brand.offer(one, wishes=(brand.template, brand.group_send))
    assert (found.outcome, codes(found), found.reasons[0].effect) == ("send", ["no_relation"], "pass")
    assert brand.rows("SELECT way FROM channels.delivery") == [("group_send",)]


def test_bad_proposals_are_refused_with_what_to_change(brand: Brand) -> None:
    (one,) = brand.people(1)
    for changed, said in (
        ({"key": "a b"}, "printable"),
        ({"wishes": ()}, "ways"),
        ({"wishes": (brand.group_send, brand.group_send)}, "different"),
        ({"valid_until": NOON.replace(tzinfo=None)}, "time zone"),
        ({"kinds": frozenset({"Red packet"})}, "kinds"),
        ({"message": Message(" ")}, "says nothing"),
        ({"purpose": "fun"}, "purpose"),
        ({"wishes": (type(brand.kf)(brand.corp.id, "group_chat_send"),)}, "group_chat_send"),
        ({"wishes": (type(brand.kf)(brand.official.id, "notice"),)}, "template_id"),
    ):
        with pytest.raises(BadInput, match=said):
            brand.propose(brand.proposal(one), brand.proposal(one, **changed))  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        brand.offer(one, programme_id=99)
    assert brand.rows("SELECT FROM touch.touch") == []


def test_an_account_that_is_gone_or_paused_is_passed_over_or_waited_for(brand: Brand) -> None:
    one, other = brand.people(2)
    gone = type(brand.kf)(99, "kf")
    found = brand.offer(one, wishes=(gone, brand.group_send))
    assert (found.outcome, codes(found)) == ("send", ["account_gone"])
    assert brand.offer(other, wishes=(gone,)).reasons[0].effect == "drop"
    brand.done(lambda conn: channels.pause_account(conn, ME, brand.corp.id, brand.now))
    waits = brand.offer(other, key="waits")
    assert (waits.outcome, codes(waits), waits.until) == ("defer", ["account_closed"], NOON + HOUR)
    brand.done(lambda conn: channels.resume_account(conn, ME, brand.corp.id, brand.now))
    brand.now += HOUR
    brand.decide()
    assert brand.state("waits") == ("queued", "")


def test_a_quota_of_the_platform_that_is_used_up_is_waited_for(brand: Brand) -> None:
    (one,) = brand.people(1)
    brand.run('UPDATE channels.account SET settings = settings || \'{"group_send_cap": "per_day"}\'')
    assert brand.offer(one, purpose="service").outcome == "send"
    found = brand.offer(one, purpose="service", key="k")
    assert (found.outcome, codes(found)) == ("defer", ["no_room"])
    assert found.until == NOON + 12 * HOUR  # midnight in Shanghai
    brand.now += 12 * HOUR
    brand.decide()
    assert brand.state("k") == ("queued", "")
    late = brand.offer(one, purpose="service", valid_until=brand.now + HOUR)
    assert (late.outcome, codes(late)) == ("drop", ["no_room", "no_time_left"])


def test_what_a_platform_allows_only_after_an_act_is_dropped_without_one(brand: Brand) -> None:
    (one,) = brand.people(1)
    details = Message("您好", details={"open_kfid": "kf1"})
    found = brand.offer(one, purpose="service", wishes=(brand.kf,), message=details)
    assert (found.outcome, codes(found)) == ("drop", ["no_grant"])
    again = brand.offer(one, purpose="service", wishes=(brand.kf, brand.group_send), message=details)
    assert (again.outcome, codes(again), again.reasons[0].effect) == ("send", ["no_grant"], "pass")
