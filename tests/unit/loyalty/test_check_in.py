"""A day counts once; days in a row give more; cards make up for what was missed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.loyalty.conftest import DAY, ME, NOON, Ledger, join

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, Conflict, NotAllowed, NotFound
from siyu.loyalty import service
from siyu.loyalty.rules.check_in import completed, row_around
from siyu.loyalty.types import CheckInRules, NotEnough, Reward, Streak, customer
from siyu.timeline.columns import unpack

TODAY = date(2026, 3, 3)
RULES = CheckInRules(
    [Reward(5)], [Streak(3, [Reward(30), Reward(1, "make_up")]), Streak(7, [Reward(100, expires_days=30)])], 10
)


def rule(ledger: Ledger, rules: CheckInRules = RULES) -> Any:
    def act(conn: Any) -> Any:
        before = service.check_in_rules(conn)
        return service.change_check_in(conn, ME, rules, before.version if before else 0, "a test", ledger.now)

    return ledger.done(act)


def check_in(ledger: Ledger, customer_id: int = 1) -> Any:
    return ledger.done(lambda conn: service.check_in(conn, customer_id, ledger.now))


def make_up(ledger: Ledger, day: date, customer_id: int = 1) -> Any:
    return ledger.done(lambda conn: service.make_up(conn, customer_id, day, ledger.now))


def on(ledger: Ledger, *days: int, customer_id: int = 1) -> None:
    """Check in so many days from the first."""
    for after in days:
        ledger.now = NOON + after * DAY
        check_in(ledger, customer_id)


def streaks(ledger: Ledger, customer_id: int = 1) -> list[int]:
    sql = "SELECT streak FROM loyalty.check_in WHERE customer_id = :id ORDER BY day"
    return [row[0] for row in ledger.rows(sql, id=customer_id)]


def cards(ledger: Ledger, count: int, customer_id: int = 1) -> None:
    ledger.earn(customer_id, count, unit="make_up")


def test_a_day_counts_once(ledger: Ledger) -> None:
    rule(ledger)
    first = check_in(ledger)
    assert (first.day, first.streak, first.rewards, first.repeated) == (TODAY, 1, (Reward(5),), False)
    again = check_in(ledger)
    assert (again.streak, again.rewards, again.repeated) == (1, (), True)
    assert ledger.balance(1) == 5
    ledger.assert_whole()


def test_two_tabs(ledger: Ledger) -> None:
    rule(ledger)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: check_in(ledger), range(4)))
    assert sorted(one.repeated for one in found) == [False, True, True, True]
    assert ledger.balance(1) == 5


def test_midnight_is_the_brands(ledger: Ledger) -> None:
    rule(ledger)
    midnight = datetime(2026, 3, 4, tzinfo=ZoneInfo("Asia/Shanghai"))
    ledger.now = midnight - timedelta(microseconds=1)
    assert check_in(ledger).day == TODAY
    ledger.now = midnight
    second = check_in(ledger)
    assert (second.day, second.streak, second.repeated) == (TODAY + DAY, 2, False)


def test_days_in_a_row(ledger: Ledger) -> None:
    rule(ledger)
    on(ledger, *range(7))
    assert ledger.balance(1) == 7 * 5 + 30 + 100
    assert ledger.balance(customer(1, "make_up")) == 1
    on(ledger, 8, 9, 10)
    assert streaks(ledger) == [*range(1, 8), 1, 2, 3]
    assert ledger.balance(1) == 10 * 5 + 2 * 30 + 100
    ledger.assert_whole()


def test_a_card_joins_two_rows_and_gives_what_they_complete_once(ledger: Ledger) -> None:
    rule(ledger)
    on(ledger, 0, 1, 2, 4, 5, 6)
    assert (ledger.balance(1), ledger.balance(customer(1, "make_up"))) == (6 * 5 + 2 * 30, 2)
    made = make_up(ledger, TODAY + 3 * DAY)
    assert (made.streak, made.made_up, [one.amount for one in made.rewards]) == (4, True, [100])
    assert streaks(ledger) == list(range(1, 8))
    assert (ledger.balance(1), ledger.balance(customer(1, "make_up"))) == (6 * 5 + 2 * 30 + 100, 1)
    assert make_up(ledger, TODAY + 3 * DAY).repeated
    assert ledger.balance(customer(1, "make_up")) == 1
    on(ledger, 7)
    assert streaks(ledger)[-1] == 8
    ledger.assert_whole()


def test_what_cannot_be_made_up(ledger: Ledger) -> None:
    rule(ledger)
    on(ledger, 0, 20)
    with pytest.raises(NotEnough):
        make_up(ledger, TODAY + 15 * DAY)
    assert streaks(ledger) == [1, 1]
    cards(ledger, 3)
    for day, said in ((20, "is not over"), (21, "is not over"), (9, "is too long ago; cards make up for the last 10")):
        with pytest.raises(BadInput) as raised:
            make_up(ledger, TODAY + day * DAY)
        assert said in raised.value.message
    make_up(ledger, TODAY + 10 * DAY)
    ledger.now = NOON + 5 * DAY
    with pytest.raises(Conflict, match="needs no card"):
        make_up(ledger, TODAY)
    with pytest.raises(NotFound):
        check_in(ledger, 2**40)
    assert ledger.balance(customer(1, "make_up")) == 2


def test_without_rules_days_are_kept_and_give_nothing(ledger: Ledger) -> None:
    on(ledger, 0, 1, 2, 3)
    rule(ledger)
    on(ledger, 4)
    assert (streaks(ledger), ledger.balance(1)) == ([1, 2, 3, 4, 5], 5)


def test_a_month(ledger: Ledger) -> None:
    rule(ledger)
    on(ledger, -3, -2, -1, 0)
    found = ledger.done(lambda conn: service.check_ins(conn, 1, 2026, 3, ledger.now))
    assert [(one.day.day, one.streak, one.made_up) for one in found.days] == [
        (1, 2, False),
        (2, 3, False),
        (3, 4, False),
    ]
    assert (found.streak, found.cards, found.today) == (4, 1, TODAY)
    later = [ledger.done(lambda conn, n=n: service.check_ins(conn, 1, 2026, 2, NOON + n * DAY)) for n in (1, 2)]
    assert [one.streak for one in later] == [4, 0]
    assert [one.day for one in later[0].days] == [date(2026, 2, 28)]


def test_two_who_are_one(ledger: Ledger) -> None:
    rule(ledger)
    on(ledger, 0, 1, 2)
    on(ledger, 1, 3, 4, customer_id=2)
    before = ledger.balance(1) + ledger.balance(2)
    ledger.done(lambda conn: join(conn, 2, 1))
    ledger.done(lambda conn: service.reassign(conn, [(2, 1)], ledger.now))
    ledger.done(lambda conn: service.regroup_check_ins(conn, [(2, 1)]))
    assert (streaks(ledger), streaks(ledger, 2)) == ([1, 2, 3, 4, 5], [])
    on(ledger, 4, 5, customer_id=2)
    assert streaks(ledger) == [1, 2, 3, 4, 5, 6]
    assert ledger.balance(1) == before + 5
    ledger.assert_whole()


def test_it_is_told(ledger: Ledger) -> None:
    rule(ledger)
    on(ledger, 0)
    found = unpack([bytes(row[0]) for row in ledger.rows("SELECT body FROM timeline.entry ORDER BY id")]).to_pylist()
    told = [(one["kind"], orjson.loads(one["properties"])) for one in found]
    assert told == [("check_in.made", {"day": "2026-03-03", "streak": 1, "made_up": False})]


def test_by_an_operator(ledger: Ledger) -> None:
    """Is audited once, whatever is repeated."""
    rule(ledger)
    cards(ledger, 1)
    yesterday = TODAY - DAY
    for _ in range(2):
        ledger.done(lambda conn: service.check_in_for(conn, ME, 1, NOON))
        ledger.done(lambda conn: service.make_up_for(conn, ME, 1, yesterday, NOON))
    nobody = Principal("operator", 9, "nobody", frozenset())
    for act in (
        lambda conn: service.check_in_for(conn, nobody, 1, NOON),
        lambda conn: service.make_up_for(conn, nobody, 1, yesterday, NOON),
    ):
        with pytest.raises(NotAllowed):
            ledger.done(act)
    for action, day in (("ledger.checked_in", TODAY), ("ledger.made_up", yesterday)):
        (found,) = ledger.done(lambda conn, action=action: access.audit_page(conn, action=action))
        assert (found.target, found.details["day"]) == ("customer:1", day.isoformat())


def test_who_may_change_it(ledger: Ledger) -> None:
    assert rule(ledger).version == 1
    nobody = Principal("operator", 9, "nobody", frozenset())
    with pytest.raises(NotAllowed):
        ledger.done(lambda conn: service.change_check_in(conn, nobody, RULES, 1, "a test", NOON))


DAYS = st.sets(st.integers(0, 40), min_size=1).map(lambda found: {TODAY + n * DAY for n in found})
STREAKS = [Streak(3, [Reward(1)]), Streak(7, [Reward(1)])]


@given(DAYS, st.randoms(use_true_random=False))
def test_a_row_of_days_gives_each_thing_once(days: set[date], random: Any) -> None:
    """In whatever order days are added: in each row, at most one of each; all that the row has completed."""
    order = sorted(days)
    random.shuffle(order)
    there: set[date] = set()
    given_: list[tuple[int, date]] = []
    for day in order:
        there.add(day)
        first, last = row_around(there, day)
        assert {first + n * DAY for n in range((last - first).days + 1)} <= there
        assert not {first - DAY, last + DAY} & there
        given_ += [(streak.days, when) for streak, when in completed(STREAKS, first, day, last, given_)]
    assert len(given_) == len(set(given_))
    for first, last in {row_around(there, day) for day in there}:
        length = (last - first).days + 1
        for streak in STREAKS:
            within = [when for count, when in given_ if count == streak.days and first <= when <= last]
            assert len(within) >= (length >= streak.days)
            assert all(when - (streak.days - 1) * DAY >= first for when in within)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"daily": [{"amount": 0}]}, "greater than or equal to 1"),
        (
            {"daily": [{"amount": 1, "unit": "fen"}]},
            "the day gives points, growth, group_points, make_up, turn, not 'fen'",
        ),
        ({"daily": [{"amount": 1}, {"amount": 2}]}, "gives 'points' twice"),
        (
            {"streaks": [{"days": 7, "rewards": [{"amount": 1}]}, {"days": 7, "rewards": [{"amount": 1}]}]},
            "7 comes after 7",
        ),
        ({"streaks": [{"days": 1, "rewards": [{"amount": 1}]}]}, "greater than or equal to 2"),
        ({"streaks": [{"days": 7, "rewards": []}]}, "at least 1 item"),
        ({"make_up_days": -1}, "greater than or equal to 0"),
    ],
)
def test_rules_that_make_no_sense(said: Any, why: str) -> None:
    with pytest.raises(BadInput) as raised:
        service.read_check_in(said)
    assert why in raised.value.message
    assert raised.value.message_zh
