"""What rules would have given last month: the same as what those in force gave, and nothing is written."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.unit.loyalty.conftest import DAY, ME, Ledger
from tests.unit.loyalty.test_check_in import RULES, cards, check_in, make_up
from tests.unit.loyalty.test_check_in import rule as check_in_rule
from tests.unit.loyalty.test_earning import points, tell
from tests.unit.loyalty.test_earning_in_full import PLAIN, line, paid, rule

from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, NotAllowed
from siyu.loyalty import service
from siyu.loyalty.types import (
    Cap,
    CheckInRules,
    EarningRules,
    MonthLine,
    MonthPreview,
    MultiplierDays,
    OrderRule,
    Reward,
    Streak,
)

APRIL = datetime(2026, 4, 2, tzinfo=UTC)
FULL = EarningRules(
    [OrderRule(5, 100, category="tea", when="paid"), *PLAIN], [MultiplierDays(200, weekdays=[3])], [Cap(per_day=250)]
)


def preview(ledger: Ledger, rules: EarningRules, now: datetime = APRIL, who: Principal = ME) -> MonthPreview:
    return ledger.done(lambda conn: service.preview_earning(conn, who, rules, now))  # type: ignore[no-any-return]


def test_rules_in_force_would_have_given_what_they_gave(ledger: Ledger) -> None:
    rule(ledger, FULL)
    lines = [line(1, 6_000, "tea"), line(2, 4_000, "cups")]
    tell(
        ledger,
        paid("1", lines=lines, at="2026-03-02T12:00:00+08:00"),
        paid("2", at="2026-03-04T12:00:00+08:00"),
        paid("3", at="2026-03-04T13:00:00+08:00", refunded=2_000),
        paid("before", at="2026-02-28T23:59:59+08:00"),
        paid("after", at="2026-04-01T00:00:00+08:00"),
    )
    before = ledger.rows("SELECT id FROM loyalty.transaction")
    (found,) = preview(ledger, FULL).lines
    outside = 100 + 200  # 2026-04-01 is a Wednesday
    assert (found.unit, found.amount, found.in_force) == ("points", points(ledger) - outside, points(ledger) - outside)
    other = preview(ledger, EarningRules([replace(PLAIN[0], amount=3), replace(PLAIN[0], unit="growth")]))
    assert (other.first, other.last, other.counted, other.people) == (date(2026, 3, 1), date(2026, 3, 31), 3, 1)
    net = 10_000 + 10_000 + 8_000
    assert other.lines == (MonthLine("growth", net // 100, 0), MonthLine("points", net * 3 // 100, found.in_force))
    assert ledger.rows("SELECT id FROM loyalty.transaction") == before
    ledger.assert_whole()


def test_nobody_bought_and_nothing_is_in_force(ledger: Ledger) -> None:
    assert preview(ledger, EarningRules(PLAIN)) == MonthPreview(date(2026, 3, 1), date(2026, 3, 31), 0, 0, ())
    tell(ledger, paid("1"))
    assert preview(ledger, EarningRules(PLAIN)).lines == (MonthLine("points", 100, 0),)
    assert preview(ledger, EarningRules(), datetime(2026, 1, 31, 23, tzinfo=UTC)).first == date(2026, 1, 1)


def test_days_of_check_in(ledger: Ledger) -> None:
    check_in_rule(ledger)
    cards(ledger, 1)
    begun = ledger.now
    for after in (0, 1, 3):
        ledger.now = begun + after * DAY
        check_in(ledger)
    make_up(ledger, date(2026, 3, 5))  # joins them to four in a row
    check_in(ledger, 2)

    def asked(rules: CheckInRules) -> Any:
        return ledger.done(lambda conn: service.preview_check_in(conn, ME, rules, APRIL))

    found = asked(RULES)
    assert (found.counted, found.people) == (5, 2)
    assert found.lines == (MonthLine("make_up", 1, 1), MonthLine("points", 4 * 5 + 30, 4 * 5 + 30))
    other = asked(CheckInRules([Reward(1)], [Streak(2, [Reward(10)]), Streak(4, [Reward(7)])]))
    assert other.lines == (MonthLine("make_up", 0, 1), MonthLine("points", 4 + 10 + 7, 50))


def test_who_may_not_and_what_cannot_be(ledger: Ledger) -> None:
    nobody = Principal("operator", 1, "One", frozenset({"ledger.read"}))
    with pytest.raises(NotAllowed):
        preview(ledger, EarningRules(PLAIN), who=nobody)
    with pytest.raises(BadInput):
        preview(ledger, EarningRules([*PLAIN, *PLAIN]))
