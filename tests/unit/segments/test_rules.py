"""What a rule may be, how it reads, how it is planned, and days of the calendar against a plain count."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from siyu.kernel.errors import BadInput
from siyu.segments import rules
from siyu.segments.rules.depending import passes_blank
from siyu.segments.types import (
    AllOf,
    Anniversary,
    AnyOf,
    Bought,
    Bounds,
    ConsentIs,
    Did,
    EntryCode,
    FactTest,
    FirstSource,
    FollowedBy,
    InGroup,
    InSegment,
    Leaf,
    Not,
    OnLayer,
    OnList,
    Predicted,
    PropertyTest,
    RelationIs,
    Rfm,
    Rule,
    Span,
    TagOn,
    Trait,
    TraitDate,
    ValueIs,
    Window,
    rule_as_json,
    rule_from_json,
)

PAID = FactTest("order.paid")
EVERY_LEAF: tuple[Leaf, ...] = (
    Trait("city", "in", ("上海", "北京")),
    TraitDate("joined", "last_days", days=3),
    TraitDate("joined", "from", day=date(2026, 1, 2)),
    Anniversary(7),
    Anniversary(0, "joined"),
    TagOn("vip", "operator:1", at_least_days=3),
    ConsentIs("all", "marketing", "denied"),
    RelationIs("friend", "ended", "a", less_than_days=4),
    InGroup(("g1",)),
    OnLayer((0, 4)),
    FirstSource((3,)),
    EntryCode((1, 2)),
    Did(FactTest("event.tracked", "look", (PropertyTest("price", "gt", 3.5),)), "days", "ge", 2, Window(Span(30))),
    Did(PAID, "since_last", "lt", 30),
    Did(PAID, "sum", "gt", 100, Window(first_day=date(2026, 1, 1), last_day=date(2026, 2, 1))),
    Bought("count", "le", 2, platform="jd", shop="flagship", product_nos=("p1",), category="tea", title="绿茶"),
    FollowedBy(FactTest("event.tracked", "cart"), PAID, Span(24, "hour"), followed=False, since=Window(Span(7))),
    FollowedBy(FactTest("event.tracked", "cart"), PAID, Span(90, "minute")),
    FollowedBy(FactTest("page.viewed"), FactTest("order.placed"), Span(3), further=(PAID, FactTest("order.received"))),
    FollowedBy(FactTest("page.viewed"), FactTest("order.placed"), Span(3), followed=False, further=(PAID,)),
    Rfm(Bounds(1, 30), Bounds(2), Bounds(most=50_000)),
    ValueIs("ge", 100_000),
    Predicted("alive_percent", "lt", 30),
    InSegment(7),
    OnList(9),
)


class TestJson:
    @pytest.mark.parametrize("leaf", EVERY_LEAF, ids=lambda leaf: leaf.condition)
    def test_comes_back_as_it_was(self, leaf: Rule) -> None:
        rule = AllOf((leaf, Not(AnyOf((leaf,)))))
        assert rule_from_json(rule_as_json(rule)) == rule

    @pytest.mark.parametrize(
        "document",
        [
            {},
            {"version": 2, "rule": {"condition": "layer", "layers": [1]}},
            {"rule": {"condition": "layers", "layers": [1]}},
            {"rule": {"condition": "tag", "tag": "vip", "days": 3}},
            {"rule": {"condition": "all", "of": {"condition": "layer", "layers": [1]}}},
        ],
    )
    def test_refuses_what_it_does_not_know(self, document: object) -> None:
        with pytest.raises(ValidationError):
            rule_from_json(document)


class TestSentences:
    @pytest.mark.parametrize("leaf", EVERY_LEAF, ids=lambda leaf: leaf.condition)
    def test_every_condition_has_words_in_both_languages(self, leaf: Rule) -> None:
        rules.check(leaf)
        zh, en = rules.sentence(leaf, "zh"), rules.sentence(leaf, "en")
        assert any("一" <= sign <= "鿿" for sign in zh)
        assert en.isascii() or "绿茶" in en or "上海" in en
        assert "None" not in zh + en
        assert "{" not in zh + en

    @pytest.mark.parametrize(
        ("fact", "zh", "en"),
        [
            (
                FactTest("points.spent", where=(PropertyTest("amount", "ge", 100),)),
                "消耗积分（数量不小于100）",
                "(the amount is",
            ),
            (
                FactTest("draw.made", where=(PropertyTest("won", "eq", value=True),)),
                "参与抽奖（中奖等于是）",
                "(won is true)",
            ),
            (FactTest("coupon.used", "满减"), "使用优惠券“满减”", "coupon.used '满减'"),
            (FactTest("reward.redeemed"), "兑换权益商品", "reward.redeemed"),
            (FactTest("payment.paid"), "完成支付", "payment.paid"),
        ],
    )
    def test_rules_ask_of_points_draws_payments_rewards_and_coupons(self, fact: FactTest, zh: str, en: str) -> None:
        rules.check(Did(fact))
        assert rules.sentence(Did(fact), "zh") == f"{zh}至少 1 次"
        assert en in rules.sentence(Did(fact), "en")

    def test_a_long_way_is_told_in_its_order(self) -> None:
        way = FollowedBy(FactTest("page.viewed"), FactTest("order.placed"), Span(3), further=(PAID,))
        assert rules.sentence(way, "zh") == "浏览页面后 3 天内依次发生下单、付款"
        assert rules.sentence(way, "en") == "page.viewed and then order.placed, then order.paid within 3 days"
        not_all = replace(way, followed=False)
        assert rules.sentence(not_all, "zh") == "浏览页面后 3 天内没有依次发生下单、付款"
        assert "and then not all of order.placed, then order.paid within 3 days" in rules.sentence(not_all, "en")

    def test_reads_like_one(self) -> None:
        rule = AllOf(
            (
                Bought("sum", "ge", 100_000, Window(Span(90))),
                Not(Did(FactTest("event.tracked", "look"), within=Window(Span(30)))),
                AnyOf((TagOn("vip"), InSegment(7))),
            )
        )
        assert rules.sentence(rule, "zh", {7: "老客"}) == (
            "最近 90 天内购买金额合计至少 1,000.00 元，且并非（最近 30 天内行为事件“look”至少 1 次），"
            "且（有标签“vip”，或属于人群“老客”）"
        )
        assert rules.sentence(rule, "en", {7: "regulars"}) == (
            "purchase worth in all at least 1,000.00 yuan within the last 90 days and not (event.tracked 'look' at least 1 "
            "times within the last 30 days) and (has the tag 'vip' or is in the segment 'regulars')"
        )


class TestChecks:
    @pytest.mark.parametrize(
        ("rule", "says"),
        [
            (AllOf(()), "empty"),
            (Did(FactTest("order.payed")), "order.paid"),
            (Did(FactTest("order.paid", None, (PropertyTest("shopp", "eq", "x"),))), "shop"),
            (Did(FactTest("segment.entered")), "no kind of fact"),
            (Did(FactTest("order.paid", None, (PropertyTest("amount_fen", "eq", 1.5),))), "whole number"),
            (Did(PAID, "since_last", "gt", 3), "'ge'"),
            (Did(PAID, "count", "ge", -1), "never below 0"),
            (Did(PAID, within=Window(Span(3), date(2026, 1, 1))), "not both"),
            (Did(PAID, within=Window(first_day=date(2026, 2, 1), last_day=date(2026, 1, 1))), "after the last"),
            (Did(PAID, within=Window(Span(0))), "one minute"),
            (Trait("city", "in", "上海"), "list"),
            (Trait("age", "gt", "30"), "numbers"),
            (Trait("city", "exists", 1), "true or false"),
            (Trait("city", "in", ("a", 1)), "one sort"),
            (Trait(" ", "eq", 1), "empty"),
            (Trait("phone", "eq", "139"), "encrypted"),
            (Anniversary(366), "365"),
            (TraitDate("joined", "before", days=3), "'day'"),
            (TraitDate("joined", "last_days"), "'days'"),
            (OnLayer((5,)), "0 to 4"),
            (Rfm(), "bounds"),
            (Rfm(Bounds(3, 1)), "not above"),
            (FirstSource(()), "1 to"),
            (FollowedBy(PAID, PAID, Span(10**6)), "36600 days"),
            (FollowedBy(PAID, PAID, Span(1), further=(PAID,) * 5), "at most 6"),
            (AllOf(tuple([OnLayer((1,))] * 101)), "at most 100"),
            (Predicted("value_fen", "ge", float("inf")), "too large"),
        ],
    )
    def test_says_what_to_change(self, rule: Rule, says: str) -> None:
        with pytest.raises(BadInput) as caught:
            rules.check(rule, ["phone"])
        assert says in caught.value.message
        assert any("一" <= sign <= "鿿" for sign in caught.value.message_zh)

    def test_a_deep_rule_is_refused(self) -> None:
        rule: Rule = OnLayer((1,))
        for _ in range(12):
            rule = Not(rule)
        with pytest.raises(BadInput):
            rules.check(rule)


class TestPlans:
    def test_what_one_scan_can_decide_is_decided_there(self) -> None:
        look, cart = Did(FactTest("event.tracked", "look")), Did(FactTest("event.tracked", "cart"))
        rule = AllOf((look, TagOn("vip"), AnyOf((Not(cart), Did(PAID))), Bought()))
        plan = rules.plan([rule])
        assert plan.counted == {
            "facts": (AllOf((look, AnyOf((Not(cart), Did(PAID))))),),
            "purchases": (Bought(),),
        }
        assert plan.asked == (TagOn("vip"),)

    def test_rules_share_their_parts(self) -> None:
        look = Did(FactTest("event.tracked", "look"))
        plan = rules.plan([look, AllOf((look, TagOn("vip"))), Not(TagOn("vip"))])
        assert plan.counted["facts"] == (look,)
        assert plan.asked == (TagOn("vip"),)

    @pytest.mark.parametrize(
        ("rule", "passes"),
        [
            (Did(PAID), False),
            (Did(PAID, comparison="le", value=3), True),
            (Not(Did(PAID, "since_last", "ge", 3)), True),
            (AnyOf((Did(PAID), Did(PAID, comparison="eq", value=0))), True),
            (AllOf((Did(PAID), Did(PAID, comparison="eq", value=0))), False),
        ],
    )
    def test_baseline(self, rule: Rule, passes: bool) -> None:
        assert rules.baseline(rule) is passes is passes_blank(rule)

    def test_a_rule_depends_on_what_may_change_it(self) -> None:
        causes = rules.depends_on(AllOf((Did(PAID), TagOn("vip"), Not(RelationIs("friend")))))
        assert {"order.paid", "tag.added", "relation.ended", "customer.merged", "aliases"} <= causes
        assert rules.NEW not in causes
        assert rules.NEW in rules.depends_on(Not(TagOn("vip")))

    def test_only_facts_of_some_names_matter_where_a_rule_names_them(self) -> None:
        looked, added = (Did(FactTest("event.tracked", name)) for name in ("look", "add"))
        then = FollowedBy(FactTest("page.viewed", "home"), FactTest("event.tracked", "buy"), Span(1))
        assert rules.named_only(AllOf((looked, Not(added), then))) == {
            "event.tracked": {"look", "add", "buy"},
            "page.viewed": {"home"},
        }
        assert rules.named_only(AllOf((looked, Did(FactTest("event.tracked"))))) == {}


DAYS = st.dates(date(2023, 1, 1), date(2030, 12, 31))
LEAVES = st.one_of(
    st.builds(TraitDate, st.just("d"), st.sampled_from(["before", "from"]), day=DAYS),
    st.builds(
        TraitDate, st.just("d"), st.sampled_from(["last_days", "days_ago", "next_days"]), days=st.integers(0, 400)
    ),
)


def number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


class TestCalendar:
    @given(st.lists(st.integers(0, 99_999_999), max_size=50))
    def test_numbers_are_days_where_there_is_such_a_day(self, numbers: list[int]) -> None:
        days, there = rules.day_number(np.asarray(numbers, np.int64))
        for given_, day, exists in zip(numbers, days.tolist(), there.tolist(), strict=True):
            try:
                wanted = date(given_ // 10_000, given_ // 100 % 100, given_ % 100)
            except ValueError:
                assert not exists
            else:
                assert exists
                assert date(1970, 1, 1) + timedelta(days=day) == wanted

    @given(LEAVES, DAYS, DAYS)
    def test_a_date_flips_on_the_day_that_is_told(self, leaf: TraitDate, day: date, today: date) -> None:
        days = np.asarray([(day - date(1970, 1, 1)).days], np.int64)

        def passes(on: date) -> bool:
            return bool(rules.flips_by_day(leaf, days, on)[0][0])

        flips = int(rules.flips_by_day(leaf, days, today)[1][0])
        for step in range(1, 60):
            later = today + timedelta(days=step)
            if (later - date(1970, 1, 1)).days < flips:
                assert passes(later) == passes(today)
        if flips < 100_000:
            assert passes(date(1970, 1, 1) + timedelta(days=flips)) != passes(today)

    @given(DAYS, st.integers(0, 365), DAYS)
    def test_anniversaries(self, born: date, days: int, today: date) -> None:
        passes, changes = rules.next_anniversaries(np.asarray([number(born)], np.int64), days, today)

        def comes(on: date) -> bool:
            def falls(day: date) -> bool:
                short = (born.month, born.day) == (2, 29) and (day + timedelta(days=1)).day == 1
                return (day.month, day.day) == (born.month, born.day) or (short and day.month == 2 and day.day == 28)

            return any(falls(on + timedelta(days=step)) for step in range(days + 1))

        assert bool(passes[0]) == comes(today)
        later = today + timedelta(days=1)
        while (later - date(1970, 1, 1)).days < int(changes[0]) and (later - today).days < 40:
            assert comes(later) == comes(today)
            later += timedelta(days=1)
