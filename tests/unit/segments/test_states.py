"""Conditions on what the rooms know of a person, asked of everybody and of a few."""

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.segments.conftest import NOW, Brand, ago

from siyu.customers import service as customers
from siyu.customers.types import Bought as BoughtSoFar
from siyu.customers.types import ConsentChange, FirstTrait, RelationChange, TagChange
from siyu.engines.postgres import run
from siyu.segments import service as segments
from siyu.segments.types import (
    AllOf,
    Anniversary,
    Bounds,
    ConsentIs,
    EntryCode,
    FirstSource,
    InGroup,
    InSegment,
    Not,
    OnLayer,
    OnList,
    Predicted,
    RelationIs,
    Rfm,
    Rule,
    TagOn,
    Trait,
    TraitDate,
    ValueIs,
)

DAY = NOW.date()


def _traits(conn: Any) -> None:
    given = {
        1: {"city": "上海", "age": 30, "birthday": "1990-03-03", "joined": "2026-02-20", "vip": True},
        2: {"city": "北京", "age": 41.5, "birthday": "2000/02/29", "joined": "2026-03-05T10:00:00Z"},
        3: {"city": 7, "birthday": "none of yours", "joined": "2025-02-30"},
    }
    for customer_id, traits in given.items():
        changes = [FirstTrait(customer_id, "entry_code", {"account": 1, "code": 9, "card": 0}, NOW)]
        if customer_id == 1:
            customers.keep_first(conn, changes, NOW)
        # By the room's own writing: what a message says of traits comes the same way.
        profile = customers.profile(conn, customer_id)
        told = {**profile.traits, **traits}
        run(conn, "UPDATE customers.profile SET traits = CAST(:t AS jsonb) WHERE customer_id = :id",
            t=json.dumps(told), id=customer_id)  # fmt: skip
    run(conn, """UPDATE customers.profile SET personal = '{"phone": "x"}' WHERE customer_id = 4""")
    run(conn, "UPDATE customers.profile SET first_source_id = 7 WHERE customer_id IN (2, 3)")


@pytest.fixture
def known(brand: Brand) -> Brand:
    brand.people(1, 2, 3, 4, 5)
    brand.do(_traits)

    def marks(conn: Any) -> None:
        customers.add_tags(conn, [
            TagChange(1, "vip", ago(days=10), "operator:1"), TagChange(2, "vip", ago(days=1), "source:3"),
            TagChange(2, "vip", NOW, "operator:1"), TagChange(3, "other", NOW, "operator:1"),
        ])  # fmt: skip
        customers.change_consents(conn, [
            ConsentChange(1, "sms", "marketing", "granted", NOW, "t"), ConsentChange(2, "all", "marketing", "granted", NOW, "t"),
            ConsentChange(2, "sms", "marketing", "denied", NOW, "t"), ConsentChange(3, "all", "marketing", "denied", NOW, "t"),
            ConsentChange(4, "sms", "service", "granted", NOW, "t"),
        ], NOW)  # fmt: skip
        customers.change_relations(conn, [
            RelationChange(1, "friend", "a", True, ago(days=30), "t"), RelationChange(1, "friend", "b", True, ago(days=2), "t"),
            RelationChange(2, "friend", "a", True, ago(days=5), "t"), RelationChange(2, "friend", "a", False, ago(days=3), "t"),
            RelationChange(3, "group_member", "g1", True, ago(days=3), "t"),
            RelationChange(4, "group_member", "g2", True, ago(days=3), "t"),
        ], NOW)  # fmt: skip
        bought = {
            4: BoughtSoFar(3, 30_000, ago(days=90), ago(days=10), ("jd",)),
            5: BoughtSoFar(1, 500, ago(days=70), ago(days=70), ("jd",)),
        }
        customers.keep_standings(conn, [1, 2, 3, 4, 5], bought, {})
        run(conn, """INSERT INTO customers.prediction VALUES
            (4, '2026-02-28', 'bgnbd', 12, 0.8, 2.5, 9000, 20000, 3, '2025-12-01', '2026-02-19'),
            (5, '2026-02-28', 'bgnbd', 12, 0.1, 0.2, 500, 90, 1, '2025-12-21', '2025-12-21')""")  # fmt: skip

    brand.do(marks)
    return brand


CASES: list[tuple[Rule, set[int]]] = [
    (Trait("city", "eq", "上海"), {1}),
    (Trait("city", "ne", "上海"), {2, 3, 4, 5}),
    (Trait("city", "in", ("上海", "北京")), {1, 2}),
    (Trait("city", "contains", "京"), {2}),
    (Trait("city", "exists", True), {1, 2, 3}),
    (Trait("city", "exists", False), {4, 5}),
    (Trait("phone", "exists", True), {4}),
    (Trait("age", "ge", 41.5), {2}),
    (Trait("age", "lt", 41), {1}),
    (Trait("city", "gt", 6), {3}),
    (Trait("vip", "eq", True), {1}),
    (TraitDate("joined", "before", day=DAY), {1}),
    (TraitDate("joined", "from", day=DAY), {2}),
    (TraitDate("joined", "last_days", days=9), {1}),
    (TraitDate("joined", "last_days", days=8), set()),
    (TraitDate("joined", "days_ago", days=9), {1}),
    (TraitDate("joined", "next_days", days=4), {2}),
    (TraitDate("joined", "next_days", days=3), set()),
    (Anniversary(2), {1}),
    (Anniversary(1), set()),
    (Anniversary(364), {1, 2}),
    (TagOn("vip"), {1, 2}),
    (TagOn("vip", source="source:3"), {2}),
    (TagOn("vip", at_least_days=10), {1}),
    (TagOn("vip", less_than_days=10), {2}),
    (Not(TagOn("vip")), {3, 4, 5}),
    (ConsentIs("sms", "marketing", "granted"), {1}),
    (ConsentIs("wecom", "marketing", "granted"), {2}),
    (ConsentIs("sms", "marketing", "denied"), {2, 3}),
    (ConsentIs("sms", "marketing", "unknown"), {4, 5}),
    (RelationIs("friend"), {1}),
    (RelationIs("friend", scope="b"), {1}),
    (RelationIs("friend", "ended"), {2}),
    (RelationIs("friend", "ended", less_than_days=3), set()),
    (RelationIs("friend", "ended", at_least_days=3), {2}),
    (RelationIs("friend", at_least_days=30), {1}),
    (RelationIs("friend", less_than_days=3), {1}),
    (RelationIs("friend", less_than_days=2), set()),
    (InGroup(), {3, 4}),
    (InGroup(("g1", "g9")), {3}),
    (OnLayer((4,)), {1}),
    (OnLayer((0,)), {2, 5}),
    (OnLayer((0, 3)), {2, 3, 4, 5}),
    (FirstSource((7, 8)), {2, 3}),
    (EntryCode((9,)), {1}),
    (EntryCode((8,)), set()),
    (Rfm(recency_days=Bounds(most=10)), {4}),
    (Rfm(recency_days=Bounds(least=11)), {5}),
    (Rfm(purchases=Bounds(2, 3), money_fen=Bounds(30_000)), {4}),
    (ValueIs("ge", 500), {4, 5}),
    (ValueIs("lt", 501), {1, 2, 3, 5}),
    (ValueIs("eq", 0), {1, 2, 3}),
    (Predicted("value_fen", "ge", 90), {4, 5}),
    (Predicted("alive_percent", "lt", 50), {5}),
    (Predicted("purchases", "gt", 2), {4}),
    (AllOf((Not(RelationIs("friend")), Not(InGroup()))), {2, 5}),
]  # fmt: skip


def test_states(known: Brand) -> None:
    wrong = []
    for rule, who in CASES:
        found = known.who(rule), known.few(rule, 1, 2, 3, 4, 5, 77), known.few(rule, 2, 4)
        if found != (who, who, who & {2, 4}):
            wrong.append((rule, who, found))
    assert wrong == []


def test_another_segment_and_a_list(known: Brand) -> None:
    listed = known.upload("call list", "customer", "2", "4", "77", "x", "", "4")
    inner = known.segment(OnList(listed), "listed")
    rule = AllOf((InSegment(inner), Not(TagOn("vip"))))
    assert known.who(rule) == known.few(rule, 2, 4) == {4}
    with known.database.transaction() as conn:
        (kept,) = segments.lists(conn)
    assert (kept.lines, kept.unknown, kept.people, kept.unknown_lines) == (5, 2, 2, ("77", "x"))


def test_days_go_by(known: Brand) -> None:
    """Each day is what a full evaluation says, with nothing but the clock."""
    made = [known.segment(rule, f"case {place}") for place, (rule, _) in enumerate(CASES)]
    known.settle()
    for step in (timedelta(hours=1), timedelta(days=1), timedelta(days=1), timedelta(days=7), timedelta(days=20)):
        known.clock.advance(step)
        known.settle()
        wrong = [
            rule
            for segment_id, (rule, _) in zip(made, CASES, strict=True)
            if known.members(segment_id) != known.who(rule)
        ]
        assert wrong == []


def test_nothing_is_due_for_ever(known: Brand) -> None:
    segment_id = known.segment(RelationIs("friend", less_than_days=3), "new friends")
    assert known.members(segment_id) == {1}
    known.settle()
    known.clock.advance(timedelta(days=1, milliseconds=-1))
    known.settle()
    assert known.members(segment_id) == {1}
    known.clock.advance(timedelta(milliseconds=1))
    known.settle()
    assert known.members(segment_id) == set()
    with known.database.transaction() as conn:
        assert not segments.anything_due(conn, NOW + timedelta(days=365))
