"""When two people turn out to be one, their applications are one person's: nobody is chosen or rewarded twice for one."""

import pytest
from tests.unit.trials.conftest import DAY, NOON, Brand

from siyu.loyalty.types import customer
from siyu.trials import service
from siyu.trials.rules import pieces
from siyu.trials.types import AlreadyApplied, TrialBarred


def test_two_that_wait_are_one_and_the_points_of_the_other_go_back(brand: Brand) -> None:
    made = brand.trial(points=30)
    brand.earn(1, 50)
    brand.earn(2, 50)
    a, b = brand.apply(1, made), brand.apply(2, made)
    brand.merge(2, 1)
    assert [(brand.of(one).state, brand.of(one).counts, brand.of(one).customer_id) for one in (a, b)] == [
        ("applied", True, 1), ("withdrawn", False, 1),
    ]  # fmt: skip
    assert brand.has(1) == 70
    for who in (1, 2):
        with pytest.raises(AlreadyApplied):
            brand.apply(who, made)
    brand.done(lambda conn: service.regroup_trials(conn, [(2, 1)], brand.now))  # told again
    assert (brand.has(1), brand.read(made).applied) == (70, 1)
    brand.assert_whole()


def test_the_further_one_counts(brand: Brand) -> None:
    made = brand.trial(points=30)
    brand.earn(1, 50)
    brand.earn(2, 50)
    a, b = brand.apply(1, made), brand.apply(2, made)
    brand.choose(made, b)
    brand.merge(2, 1)
    assert [(brand.of(one).state, brand.of(one).counts) for one in (a, b)] == [("withdrawn", False), ("chosen", True)]
    assert brand.has(customer(1, pieces.unit_of(made))) == 1
    brand.send(made, b)
    assert (brand.has(1), brand.has(customer(1, pieces.unit_of(made)))) == (70, 0)
    brand.report(2, made)  # by either name
    brand.approve(made, b)
    assert brand.has(1) == 270
    brand.assert_whole()


def test_who_was_given_two_pieces_reports_on_both_and_is_rewarded_for_both(brand: Brand) -> None:
    made = brand.trial()
    a, b = brand.apply(1, made), brand.apply(2, made)
    brand.choose(made, a, b)
    brand.send(made, a, b)
    brand.report(1, made)
    brand.merge(2, 1)
    brand.report(1, made, 4, "第二份也喝完了。")
    assert [one.state for one in brand.approve(made, a, b)] == ["rewarded", "rewarded"]
    assert brand.has(1) == 400
    own = brand.done(lambda conn: service.applications_of(conn, 2))
    assert [one.id for one, _ in own] == [b.id, a.id]
    assert brand.done(lambda conn: service.trial_for(conn, 1, made, brand.now)).own.id == a.id
    brand.assert_whole()


def test_who_was_barred_stays_so_under_the_other_name(brand: Brand) -> None:
    made = brand.trial(barred_days=30)
    a = brand.apply(2, made)
    brand.choose(made, a)
    brand.send(made, a)
    brand.now = NOON + 29 * DAY
    brand.look_after()
    brand.merge(2, 1)
    now = brand.now
    other = brand.trial(opens_at=now, closes_at=now + DAY, chosen_by=now + DAY, reports_until=now + 9 * DAY)
    with pytest.raises(TrialBarred):
        brand.apply(1, other)


def test_chains_of_merges_within_one_go(brand: Brand) -> None:
    made = brand.trial(points=10)
    for one in (1, 2, 3):
        brand.earn(one, 10)
    a, b, c = (brand.apply(one, made) for one in (1, 2, 3))
    brand.merge(3, 2)
    brand.merge(2, 1)
    assert [brand.of(one).customer_id for one in (a, b, c)] == [1, 1, 1]
    assert [brand.of(one).state for one in (a, b, c)] == ["applied", "withdrawn", "withdrawn"]
    assert brand.has(1) == 20
    brand.assert_whole()
