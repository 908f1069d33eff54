"""Every condition, asked of everybody and of a few: the same people."""

from datetime import timedelta
from random import Random

import pytest
from tests.unit.segments.conftest import NOW, Brand, ago, did, paid

from siyu.segments import service as segments
from siyu.segments.types import (
    AllOf,
    AnyOf,
    Bought,
    Did,
    FactTest,
    FollowedBy,
    Not,
    PropertyTest,
    Rule,
    Span,
    Window,
)

LOOK = FactTest("event.tracked", "look")
CART = FactTest("event.tracked", "cart")
PAY = FactTest("order.paid")
WEEK = Window(Span(7))


@pytest.fixture
def shop(brand: Brand) -> Brand:
    brand.people(1, 2, 3, 4, 5)
    brand.tell(
        *(did(1, ago(days=day), price=day * 100, item="tea") for day in range(1, 6)),
        did(2, ago(days=3), price=50.5, gift=True),
        did(2, ago(days=20)),
        did(3, ago(days=7)),
        did(3, NOW + timedelta(days=1)),
        did(4, ago(hours=30), "cart"),
        paid(4, ago(hours=29), 10_000, "a1", lines=[{"product_no": "p1", "title": "Green tea", "category": "tea"}]),
        did(5, ago(hours=30), "cart"),
        paid(5, ago(days=40), 5_000, "b1", platform="taobao"),
        paid(5, ago(days=39), -5_000, "b1", "order.refunded", platform="taobao"),
        paid(5, ago(days=10), 7_000, "b2"),
        did(0, ago(days=1)),
    )
    brand.ship()
    return brand


CASES: list[tuple[Rule, set[int]]] = [
    (Did(LOOK), {1, 2, 3}),
    (Did(LOOK, value=2), {1, 2}),
    (Did(LOOK, comparison="eq", value=0), {4, 5}),
    (Did(LOOK, comparison="lt", value=2), {3, 4, 5}),
    (Not(Did(LOOK)), {4, 5}),
    (Did(LOOK, within=WEEK), {1, 2}),
    (Did(LOOK, within=Window(Span(73, "hour")), value=2), {1}),
    (Did(LOOK, within=Window(first_day=ago(days=20).date(), last_day=ago(days=7).date())), {2, 3}),
    (Did(LOOK, within=Window(last_day=ago(days=8).date())), {2}),
    (Did(LOOK, "days", "ge", 5), {1}),
    (Did(LOOK, "since_last", "ge", 7), {3}),
    (Did(LOOK, "since_last", "lt", 3), {1}),
    (Did(LOOK, "since_first", "ge", 20), {2}),
    (Did(PAY, "sum", "ge", 12_000), {5}),
    (Did(PAY, "sum", "lt", 12_000), {1, 2, 3, 4}),
    (Did(FactTest("event.tracked", "look", (PropertyTest("price", "gt", 100),))), {1}),
    (Did(FactTest("event.tracked", "look", (PropertyTest("price", "le", 60),))), {2}),
    (Did(FactTest("event.tracked", "look", (PropertyTest("gift", "eq", True),))), {2}),
    (Did(FactTest("event.tracked", "look", (PropertyTest("gift", "exists", False),))), {1, 2, 3}),
    (Did(FactTest("event.tracked", "look", (PropertyTest("item", "in", ("tea", "cup")),))), {1}),
    (Did(FactTest("event.tracked", "look", (PropertyTest("item", "contains", "TE"),))), {1}),
    (Did(FactTest("order.paid", None, (PropertyTest("amount_fen", "ge", 7000),))), {4, 5}),
    (FollowedBy(CART, PAY, Span(2, "hour")), {4}),
    (FollowedBy(CART, PAY, Span(30, "minute")), set()),
    (FollowedBy(CART, PAY, Span(24, "hour"), followed=False), {5}),
    (FollowedBy(CART, PAY, Span(31, "hour"), followed=False), set()),
    (FollowedBy(LOOK, LOOK, Span(1)), {1}),
    (FollowedBy(LOOK, LOOK, Span(30), followed=False), set()),
    (FollowedBy(LOOK, LOOK, Span(12, "hour"), followed=False), {1, 2, 3}),
    (FollowedBy(CART, PAY, Span(24, "hour"), since=Window(Span(1))), set()),
    (FollowedBy(LOOK, LOOK, Span(2), further=(LOOK,)), {1}),
    (FollowedBy(LOOK, LOOK, Span(47, "hour"), further=(LOOK,)), set()),
    (FollowedBy(LOOK, LOOK, Span(20), further=(LOOK,), followed=False), {2}),
    (FollowedBy(PAY, FactTest("order.refunded"), Span(40), further=(CART,)), {5}),
    (FollowedBy(PAY, CART, Span(40), further=(FactTest("order.refunded"),)), set()),
    (Bought(), {4, 5}),
    (Bought(value=2), set()),
    (Bought("sum", "ge", 8_000), {4}),
    (Bought(platform="taobao"), set()),
    (Bought(platform="jd", shop="flagship", within=WEEK), {4}),
    (Bought(product_nos=("p1", "p9")), {4}),
    (Bought(category="tea", title="green"), {4}),
    (Bought(category="coffee"), set()),
    (Not(Bought()), {1, 2, 3}),
    (Bought("since_last", "ge", 5), {5}),
    (AllOf((Did(LOOK), Not(Did(LOOK, value=3)))), {2, 3}),
    (AnyOf((Did(LOOK, value=5), Bought(), FollowedBy(CART, PAY, Span(1)))), {1, 4, 5}),
    (AllOf((Not(Bought()), AnyOf((Did(LOOK, value=5), Did(LOOK, comparison="eq", value=1))))), {1, 3}),
]


def test_facts(shop: Brand) -> None:
    wrong = []
    for rule, who in CASES:
        found = shop.who(rule), shop.few(rule, 1, 2, 3, 4, 5, 77), shop.few(rule, 1, 4)
        if found != (who, who, who & {1, 4}):
            wrong.append((rule, who, found))
    assert wrong == []


STEPS = {"a": LOOK, "b": CART, "c": PAY}


def test_ways_of_any_length_are_found_as_by_trying_all(brand: Brand) -> None:
    chance, hour = Random(5), timedelta(hours=1)
    told = {
        one: [(chance.choice("abc"), at) for at in sorted(chance.sample(range(400), chance.randint(0, 8)))]
        for one in range(1, 121)
    }
    kinds = {"a": ("look", "event.tracked"), "b": ("cart", "event.tracked"), "c": ("", "order.paid")}
    brand.people(*told)
    brand.tell(*[did(one, NOW - at * hour, *kinds[kind]) for one, facts in told.items() for kind, at in facts])
    brand.ship()
    for way in ("ab", "abc", "aab", "aba", "abcab"):
        for hours in (20, 90, 300):
            for followed in (True, False):
                first, then, *further = [STEPS[kind] for kind in way]
                rule = FollowedBy(first, then, Span(hours, "hour"), followed=followed, further=tuple(further))
                who = {one for one, facts in told.items() if _goes(facts, way, hours, followed=followed)}
                assert brand.who(rule) == brand.few(rule, *told) == who, (way, hours, followed)


def _goes(facts: list[tuple[str, int]], way: str, hours: int, *, followed: bool) -> bool:
    """Facts are (kind, hours ago), the newest first."""

    def ends(start: int, rest: str) -> set[int]:
        if not rest:
            return {start}
        return set[int]().union(*[ends(at, rest[1:]) for kind, at in facts if kind == rest[0] and at < start])

    firsts = [at for kind, at in facts if kind == way[0] and (followed or at >= hours)]
    near = [any(start - end <= hours for end in ends(start, way[1:])) for start in firsts]
    return any(near) if followed else not all(near)


def test_many_rules_at_once_are_answered_as_each_alone(shop: Brand) -> None:
    with shop.database.transaction() as conn:
        rules = [rule for rule, _ in CASES]
        found = segments.matching(conn, shop.clickhouse, rules, range(1, 6), shop.clock.now())
    assert [set(people) for people in found] == [who for _, who in CASES]
