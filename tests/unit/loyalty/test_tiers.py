"""Customers come up, fall after their days of grace, and earn by where they are."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from tests.unit.loyalty.conftest import DAY, ME, NOON, Ledger, join
from tests.unit.loyalty.test_earning import points, tell, told

from siyu.customers import service as customers
from siyu.engines.access.types import Principal
from siyu.identity import service as identity
from siyu.kernel.errors import Conflict, NotAllowed
from siyu.loyalty import service
from siyu.loyalty.types import EarningRules, OrderRule, Tier, TierRules
from siyu.timeline.columns import unpack

GROWTH = TierRules(
    [
        Tier("basic", "普通", 0, 100),
        Tier("silver", "银卡", 100, 500, 120, ["包邮"]),
        Tier("gold", "金卡", 500, percent=200),
    ],
    window_days=90,
    grace_days=10,
)
SPEND = TierRules([Tier("basic", "普通", 0, 20_000), Tier("gold", "金卡", 20_000, None, 150)], "spend", 365)


def rule(ledger: Ledger, rules: TierRules) -> Any:
    def act(conn: Any) -> Any:
        before = service.tiers(conn)
        return service.change_tiers(conn, ME, rules, before.version if before else 0, "a test", ledger.now)

    made = ledger.done(act)
    settle(ledger)
    return made


def settle(ledger: Ledger) -> int:
    """Seal what is posted, and move who is due."""
    while ledger.seal():
        pass
    looked = 0
    while count := ledger.done(lambda conn: service.move_due(conn, ledger.now)):
        looked += count
    return looked


def tier(ledger: Ledger, customer_id: int) -> Any:
    found = ledger.done(lambda conn: service.tier_of(conn, customer_id))
    return None if found is None else (found.tier.code, found.since, found.until, found.why, found.figure)


def facts(ledger: Ledger) -> list[tuple[Any, ...]]:
    """(kind, customer, name, from, to) of what was told of tiers."""
    found = unpack([bytes(row[0]) for row in ledger.rows("SELECT body FROM timeline.entry ORDER BY id")]).to_pylist()
    told = [(one, orjson.loads(one["properties"])) for one in found if one["kind"].startswith("tier.")]
    return [(one["kind"], one["customer_id"], one["name"], said["before"], said["tier"]) for one, said in told]


def test_without_tiers_there_is_none(ledger: Ledger) -> None:
    ledger.earn(1, 1000, unit="growth")
    assert (settle(ledger), tier(ledger, 1)) == (0, None)
    assert ledger.rows("SELECT * FROM loyalty.tier_due") == []


def test_up_at_once_and_down_after_grace(ledger: Ledger) -> None:
    rule(ledger, GROWTH)
    assert tier(ledger, 1) == ("basic", None, None, "reached", 0)
    ledger.earn(1, 600, unit="growth")
    ledger.earn(2, 99, unit="growth")
    ledger.earn(3, 10_000)
    assert settle(ledger) == 2
    assert tier(ledger, 1) == ("gold", NOON, None, "reached", 600)
    assert [tier(ledger, one)[0] for one in (2, 3)] == ["basic"] * 2
    ledger.now = NOON + 50 * DAY
    ledger.earn(1, 150, unit="growth")
    settle(ledger)
    ledger.now = NOON + 90 * DAY - timedelta(seconds=1)
    assert settle(ledger) == 0
    ledger.now = NOON + 90 * DAY
    assert settle(ledger) == 1
    assert tier(ledger, 1) == ("gold", NOON, NOON + 100 * DAY, "reached", 150)
    ledger.now = NOON + 100 * DAY
    settle(ledger)
    assert tier(ledger, 1) == ("silver", NOON + 100 * DAY, None, "lost", 150)
    ledger.now = NOON + 200 * DAY
    settle(ledger)
    ledger.now = NOON + 300 * DAY
    settle(ledger)
    assert tier(ledger, 1)[:1] == ("basic",)
    assert settle(ledger) == 0
    assert ledger.rows("SELECT next_at FROM loyalty.tier_standing WHERE next_at IS NOT NULL") == []


def test_who_comes_up_again_in_time_keeps_it(ledger: Ledger) -> None:
    rule(ledger, GROWTH)
    had = ledger.earn(1, 120, unit="growth")
    settle(ledger)
    ledger.undo(had, 50, unit="growth")
    settle(ledger)
    assert tier(ledger, 1) == ("silver", NOON, NOON + 10 * DAY, "reached", 70)
    ledger.now = NOON + 9 * DAY
    ledger.earn(1, 30, unit="growth")
    settle(ledger)
    assert tier(ledger, 1) == ("silver", NOON, None, "reached", 100)


def test_by_what_is_spent_and_refunded(ledger: Ledger) -> None:
    rule(ledger, SPEND)
    tell(ledger, told("1", paid=15_000, second=1), told("2", paid=15_000, second=1, platform="taobao"))
    settle(ledger)
    who = ledger.done(lambda conn: identity.find(conn, "a", "platform_buyer")[0].customer_id)
    assert tier(ledger, who)[:1] == ("gold",)
    tell(ledger, told("1", paid=15_000, refunded=15_000, second=2))
    settle(ledger)
    assert tier(ledger, who) == ("basic", NOON, None, "lost", 15_000)
    assert facts(ledger) == [
        ("tier.raised", who, "金卡", "basic", "gold"),
        ("tier.lowered", who, "普通", "gold", "basic"),
    ]
    rule(ledger, TierRules([Tier("one", "一单", 0, 2), Tier("two", "两单", 2)], "orders"))
    tell(ledger, told("3", paid=1, second=3))
    settle(ledger)
    assert tier(ledger, who)[0] == "two"


def test_orders_earn_by_tier(ledger: Ledger) -> None:
    rule(ledger, SPEND)

    def earning(conn: Any) -> None:
        service.change_earning(
            conn, ME, EarningRules([OrderRule(1, 100), OrderRule(1, 100, "growth")]), 0, "a test", NOON
        )

    ledger.done(earning)
    tell(ledger, told("1", paid=30_000, second=1))
    settle(ledger)
    assert points(ledger) == 300
    tell(ledger, told("2", paid=10_000, second=1), told("1", paid=30_000, refunded=29_000, second=2))
    assert points(ledger) == 10 + 150
    assert points(ledger, unit="growth") == 10 + 100
    settle(ledger)
    tell(ledger, told("2", paid=10_000, refunded=5_000, second=3), told("3", paid=10_000, second=3))
    assert points(ledger) == 10 + 75 + 100
    ledger.assert_whole()


def test_facts_and_the_trait(ledger: Ledger) -> None:
    rule(ledger, GROWTH)
    ledger.earn(1, 600, unit="growth")
    settle(ledger)
    assert ledger.done(lambda conn: customers.traits_of(conn, [1], ["tier"])) == {1: {"tier": "gold"}}
    rule(ledger, TierRules([Tier("gold", "金", 0, 1000), Tier("black", "黑", 1000)]))
    assert tier(ledger, 1)[0] == "gold"
    rule(ledger, TierRules([Tier("all", "会员", 0)]))
    assert ledger.done(lambda conn: customers.traits_of(conn, [1], ["tier"])) == {1: {"tier": "all"}}
    assert facts(ledger) == [("tier.raised", 1, "金卡", "basic", "gold")]  # whom nothing else came of than another name


def test_everybody_is_looked_at_when_tiers_change(ledger: Ledger) -> None:
    for one in range(1, 6):
        ledger.done(lambda conn, one=one: customers.start_profile(conn, one, NOON))
        ledger.earn(one, 100 * one, unit="growth")
    rule(ledger, GROWTH)
    assert [tier(ledger, one)[0] for one in range(1, 6)] == ["silver"] * 4 + ["gold"]
    higher = TierRules([Tier("basic", "普通", 0, 300), Tier("silver", "银卡", 300)])
    found = ledger.done(lambda conn: service.preview_tiers(conn, ME, higher, ledger.now, page=2))
    assert [(one.tier.code, one.people, one.up, one.down, one.same) for one in found] == [
        ("basic", 2, 0, 2, 0),
        ("silver", 3, 0, 1, 2),
    ]
    assert [tier(ledger, one)[0] for one in range(1, 6)] == ["silver"] * 4 + ["gold"]
    rule(ledger, higher)
    assert [tier(ledger, one)[0] for one in range(1, 6)] == ["basic"] * 2 + ["silver"] * 3
    assert tier(ledger, 1)[3] == "rules"


def test_people_who_are_one_keep_the_higher(ledger: Ledger) -> None:
    rule(ledger, GROWTH)
    ledger.earn(1, 600, unit="growth")
    ledger.earn(2, 150, unit="growth")
    settle(ledger)
    ledger.done(lambda conn: join(conn, 1, 2))
    ledger.done(lambda conn: service.reassign(conn, [(1, 2)], NOON))
    ledger.done(lambda conn: service.regroup_tiers(conn, [(1, 2)], []))
    assert tier(ledger, 2)[0] == "gold"
    ledger.earn(1, 5, unit="growth")
    settle(ledger)
    assert tier(ledger, 2) == ("gold", NOON, None, "merged", 755)
    assert ledger.rows("SELECT customer_id FROM loyalty.tier_standing") == [(2,)]


def test_a_row_of_somebody_who_is_no_more_is_looked_at_once(ledger: Ledger) -> None:
    rule(ledger, GROWTH)
    ledger.earn(1, 600, unit="growth")
    settle(ledger)
    ledger.done(lambda conn: join(conn, 1, 2))
    ledger.now = NOON + 90 * DAY
    assert settle(ledger) == 1
    assert ledger.rows("SELECT customer_id FROM loyalty.tier_standing") == []


def test_who_may_and_what_nobody_saw(ledger: Ledger) -> None:
    assert rule(ledger, GROWTH).version == 1
    assert rule(ledger, GROWTH).version == 1
    with pytest.raises(Conflict, match="to version 1"):
        ledger.done(lambda conn: service.change_tiers(conn, ME, SPEND, 0, "a test", NOON))
    nobody = Principal("operator", 9, "nobody", frozenset())
    for act in (
        lambda conn: service.change_tiers(conn, nobody, SPEND, 1, "a test", NOON),
        lambda conn: service.preview_tiers(conn, nobody, SPEND, NOON),
    ):
        with pytest.raises(NotAllowed):
            ledger.done(act)


def test_one_works_while_another_does(ledger: Ledger) -> None:
    rule(ledger, GROWTH)
    ledger.earn(1, 600, unit="growth")
    ledger.seal()
    with ledger.database.transaction() as conn:
        assert service.move_due(conn, NOON) == 1
        assert ledger.done(lambda other: service.move_due(other, NOON)) == 0
    assert tier(ledger, 1)[0] == "gold"
