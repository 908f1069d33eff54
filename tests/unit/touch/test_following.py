"""People who turn out to be one, or two; people who are left alone; the hours of their day."""

import numpy as np
import pytest
from tests.unit.touch.conftest import DAY, HOUR, ME, NOON, Brand

from siyu.app import people as app_people
from siyu.engines.postgres import run
from siyu.kernel.errors import BadInput
from siyu.touch import service


def merge(brand: Brand, one: int, other: int) -> None:
    brand.done(lambda conn: app_people.merge(conn, ME, one, other, "a test", brand.now))


def test_what_both_received_counts_for_the_one_they_are(brand: Brand) -> None:
    one, other, third = brand.people(3)
    brand.offer(other, key="earlier")
    merge(brand, one, other)
    found = brand.offer(one)
    assert (found.outcome, found.reasons[0].code) == ("defer", "budget")
    assert brand.offer(other, key="by the old id".replace(" ", "_")).outcome == "defer"
    assert brand.offer(third).outcome == "send"
    assert brand.rows("SELECT DISTINCT customer_id FROM touch.touch ORDER BY 1") == [(one,), (third,)]


def test_what_waits_goes_on_for_the_one_who_stays(brand: Brand) -> None:
    one, other = brand.people(2)
    brand.offer(other, key="k", not_before=NOON + HOUR)
    merge(brand, one, other)
    brand.now += HOUR
    assert brand.decide() == 1
    assert brand.rows("SELECT customer_id, state FROM touch.touch") == [(one, "queued")]
    assert brand.propose(brand.proposal(other, "k", not_before=NOON + HOUR, valid_until=NOON + 60 * DAY))[0].until


def test_what_reached_a_contact_goes_with_the_contact(brand: Brand) -> None:
    one, other = brand.people(2)
    brand.offer(other, key="k")
    merge(brand, one, other)
    identifier = other * 100 + brand.corp.id + 1_000_000_000
    new = brand.done(lambda conn: app_people.split(conn, ME, one, [identifier], "two people", brand.now))
    assert brand.rows("SELECT customer_id FROM touch.touch") == [(new,)]
    assert brand.offer(one).outcome == "send"
    assert brand.offer(new).reasons[0].code == "budget"


def test_who_is_left_alone_is_and_their_other_self_too(brand: Brand) -> None:
    one, other = brand.people(2)
    brand.done(lambda conn: service.leave_alone(conn, ME, other, service.FOR_EVER, "they asked", brand.now))
    assert brand.offer(other).reasons[0].code == "do_not_disturb"
    assert brand.offer(other, purpose="transactional").outcome == "send"
    merge(brand, one, other)
    assert brand.offer(one).outcome == "drop"
    brand.done(lambda conn: service.leave_alone(conn, ME, one, None, "they came back", brand.now))
    assert brand.offer(one).outcome == "send"
    until = NOON + 3 * HOUR
    brand.done(lambda conn: service.leave_alone(conn, ME, one, until, "this afternoon", brand.now))
    assert brand.offer(one, purpose="service").until == until
    with pytest.raises(BadInput):
        brand.done(lambda conn: service.leave_alone(conn, ME, one, None, "", brand.now))


def test_who_is_never_active_at_this_hour_hears_later(brand: Brand) -> None:
    one, other = brand.people(2)
    hours = np.array([8, 9, 10] * 20, np.int64)
    brand.done(lambda conn: service.note_acts(conn, np.full(60, one, np.int64), hours))
    found = brand.offer(one)  # noon in Shanghai is four in UTC
    assert (found.outcome, found.reasons[0].code, found.until) == ("defer", "resting", NOON + 3 * HOUR)
    assert brand.offer(other).outcome == "send"
    brand.done(lambda conn: service.note_acts(conn, np.full(400, other, np.int64), np.full(400, 8, np.int64)))
    ((acts,),) = brand.rows("SELECT acts FROM touch.daytime WHERE customer_id = :one", one=other)
    assert acts[8] == 200


def test_the_clock_of_the_person_counts(brand: Brand) -> None:
    one, other = brand.people(2)
    brand.done(
        lambda conn: run(
            conn,
            'UPDATE customers.profile SET traits = \'{"timezone": "Europe/London"}\' WHERE customer_id = :one',
            one=one,
        )
    )
    found = brand.offer(one)  # four in the morning there
    assert (found.outcome, found.reasons[0].code, found.until) == ("defer", "quiet_hours", NOON + 5 * HOUR)
    assert brand.offer(other).outcome == "send"
