"""Orders earn by category, on multiplier days, up to caps; and find their person later."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import permutations
from typing import Any

import pytest
from tests.unit.loyalty.conftest import ME, NOON, Ledger
from tests.unit.loyalty.test_earning import points, tell, through, told

from siyu.customers import service as customers
from siyu.customers.types import TraitWord
from siyu.identity import service as identity
from siyu.identity.types import Attribution
from siyu.kernel.clock import to_millis
from siyu.kernel.errors import BadInput
from siyu.loyalty import service
from siyu.loyalty.types import Cap, EarningRules, MultiplierDays, OrderRule

PLAIN = [OrderRule(1, 100, when="paid")]


def rule(ledger: Ledger, rules: EarningRules) -> None:
    def act(conn: Any) -> None:
        before = service.earning(conn)
        service.change_earning(conn, ME, rules, before.version if before else 0, "a test", NOON)

    ledger.done(act)


def paid(number: str, fen: int = 10_000, *, at: str = "2026-03-01T12:00:00+08:00", **given: Any) -> Any:
    when = to_millis(datetime.fromisoformat(at))
    return told(number, "paid", fen, placed_at=when, paid_at=when, **given)


def line(number: int, fen: int, category: str | None, refunded: int = 0) -> dict[str, Any]:
    said = {"line_no": str(number), "quantity": 1, "paid_fen": fen}
    return said | ({"category": category} if category else {}) | ({"refunded_fen": refunded} if refunded else {})


def test_by_category(ledger: Ledger) -> None:
    rule(ledger, EarningRules([OrderRule(5, 100, category="tea", when="paid", expires_days=10), *PLAIN]))
    lines = [line(1, 6_000, "tea"), line(2, 4_000, "cups")]
    tell(ledger, paid("1", lines=lines, second=1))
    assert points(ledger) == 300 + 40
    assert sorted(ledger.rows("SELECT rule, amount FROM loyalty.order_earning")) == [(0, 300), (1, 40)]
    back = [line(1, 6_000, "tea", 2_000), line(2, 4_000, "cups")]
    tell(ledger, paid("1", refunded=2_000, lines=back, second=2))
    assert points(ledger) == 200 + 40
    rule(ledger, EarningRules(PLAIN))
    tell(ledger, paid("1", refunded=10_000, lines=back, second=3), paid("2", lines=lines, second=3))
    assert points(ledger) == 100
    ledger.assert_whole()


def test_the_orders_own_day_decides(ledger: Ledger) -> None:
    """One o'clock on Wednesday in China is still Tuesday in London."""
    rule(ledger, EarningRules(PLAIN, [MultiplierDays(200, weekdays=[3])]))
    tell(ledger, paid("1", at="2026-03-04T00:30:00+08:00"), paid("2", at="2026-03-04T23:59:00+08:00"))
    assert points(ledger) == 400
    tell(ledger, paid("3", at="2026-03-05T00:00:00+08:00"), paid("4", at="2026-03-03T23:59:59+08:00"))
    assert points(ledger) == 600
    rule(ledger, EarningRules(PLAIN))
    tell(ledger, paid("1", at="2026-03-04T00:30:00+08:00", refunded=5_000, second=5))
    assert points(ledger) == 500
    assert ledger.rows("SELECT day_percent, version FROM loyalty.order_terms ORDER BY order_id")[:2] == [(200, 1)] * 2


def test_an_order_found_later_earns_by_its_own_day(ledger: Ledger) -> None:
    rule(ledger, EarningRules(PLAIN, [MultiplierDays(200, weekdays=[3])], [Cap(per_day=250)]))
    tell(ledger, paid("1", at="2026-03-04T12:00:00+08:00", buyer="", second=1))
    tell(ledger, paid("2", at="2026-03-04T12:00:00+08:00", second=1))
    assert points(ledger) == 200
    tell(ledger, paid("1", at="2026-03-04T12:00:00+08:00", second=2))
    assert points(ledger) == 250


def test_on_the_birthday(ledger: Ledger) -> None:
    rule(ledger, EarningRules(PLAIN, [MultiplierDays(300, birthday="day")]))
    tell(ledger, paid("0", 100))

    def born(conn: Any) -> None:
        (found,) = identity.find(conn, "a", "platform_buyer")
        customers.put_traits(conn, [TraitWord(found.customer_id, "birthday", "1990-03-01", NOON)], NOON)

    ledger.done(born)
    tell(ledger, paid("1"), paid("2", at="2026-03-02T12:00:00+08:00"), paid("3", buyer="b"))
    assert points(ledger) == 1 + 300 + 100
    assert points(ledger, "b") == 100


def test_caps_in_whatever_order(ledger: Ledger) -> None:
    """Three orders of a day and one of the next, one refunded: whoever tells first, the person has the same."""
    rule(ledger, EarningRules(PLAIN, caps=[Cap(per_day=150, per_month=220)]))
    news = [("1", 0, 1), ("2", 0, 1), ("1", 9_000, 2)]
    for place, order in enumerate(permutations(news)):
        name = f"buyer{place}"
        for number, refunded, second in order:
            tell(ledger, paid(f"{name}-{number}", refunded=refunded, second=second, buyer=name))
        assert points(ledger, name) == 110, order
        tell(ledger, paid(f"{name}-3", buyer=name), paid(f"{name}-4", at="2026-03-02T12:00:00+08:00", buyer=name))
        assert points(ledger, name) == 220
        tell(ledger, paid(f"{name}-5", at="2026-04-01T00:00:00+08:00", buyer=name))
        assert points(ledger, name) == 320
    ledger.assert_whole()


def test_a_capped_order_earns_what_another_gives_back(ledger: Ledger) -> None:
    rule(ledger, EarningRules(PLAIN, caps=[Cap(per_day=100)]))
    tell(ledger, paid("1", second=1), paid("2", second=1))
    assert points(ledger) == 100
    tell(ledger, paid("1", refunded=10_000, second=2))
    assert points(ledger) == 100
    who = "SELECT order_no, sum(amount - taken) FROM loyalty.order_earning JOIN commerce.order_header ON id = order_id GROUP BY 1"
    assert sorted(ledger.rows(who)) == [("1", 0), ("2", 100)]
    ledger.assert_whole()


def test_an_order_from_before_the_rules_takes_no_part(ledger: Ledger) -> None:
    tell(ledger, paid("old"))
    rule(ledger, EarningRules(PLAIN, caps=[Cap(per_day=150)]))
    tell(ledger, paid("new"))
    assert points(ledger) == 100
    tell(ledger, paid("old", second=1, refunded=1_000))
    assert points(ledger) == 150


def test_caps_hold_when_orders_are_told_at_once(ledger: Ledger) -> None:
    rule(ledger, EarningRules(PLAIN, caps=[Cap(per_day=150)]))

    def told_alone(number: int) -> None:
        ledger.done(lambda conn: through(conn, [(paid(str(number)), Attribution(1 + number % 2, 7))]))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(told_alone, range(12)))
    assert [ledger.balance(one) for one in (1, 2)] == [150, 150]
    ledger.assert_whole()


def test_what_an_order_earned_before_it_could_earn_by_several_rules(ledger: Ledger) -> None:
    """Its rows name no rule: they count for the first by which it earns."""
    rule(ledger, EarningRules([OrderRule(9, 100, platform="taobao", when="paid"), *PLAIN]))
    tell(ledger, paid("1", second=1))
    ledger.tamper("UPDATE loyalty.order_earning SET rule = NULL")
    tell(ledger, paid("1", refunded=4_000, second=2))
    assert points(ledger) == 60
    tell(ledger, paid("1", refunded=10_000, second=3))
    assert points(ledger) == 0
    assert ledger.rows("SELECT count(*) FROM loyalty.transaction") == [(3,)]


@pytest.mark.parametrize("said", [
    {"days": [{"percent": 100, "weekdays": [1]}]}, {"days": [{"percent": 200, "weekdays": [8]}]},
    {"days": [{"percent": 200, "first": "2026-13-01", "last": "2026-13-02"}]}, {"caps": [{"per_day": -1}]},
    {"caps": [{"per_day": 1.5}]}, {"days": [{"percent": 200, "birthday": "year"}]}, {"orders": [{"amount": -1, "per_fen": 1}]},
])  # fmt: skip
def test_what_cannot_be_read(said: Any) -> None:
    with pytest.raises(BadInput) as raised:
        service.read_earning(said)
    assert raised.value.message_zh
