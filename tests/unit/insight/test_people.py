"""The definition of a purchase, groups, and the people behind every figure, by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import TypeAdapter
from tests.unit.insight.telling import UNTIL, become, money, tell

from siyu.engines.clickhouse.client import Client
from siyu.engines.settings import Settings
from siyu.insight import service
from siyu.insight.types import (
    RFM_SEGMENTS,
    Definitions,
    FunnelDefinition,
    FunnelPeople,
    FunnelPlan,
    FunnelStep,
    FunnelWindow,
    LtvPeople,
    LtvPlan,
    LtvSpreadPlan,
    PeopleAsked,
    Period,
    PropertyFilter,
    RetentionPeople,
    RetentionPlan,
    RfmPeople,
    RfmPlan,
)
from siyu.kernel.errors import BadInput
from siyu.kernel.fact import Fact

PAID = Definitions("paid")
JANUARY = date(2026, 1, 1)


def ids(client: Client, asked: PeopleAsked) -> tuple[int, ...]:
    page = service.people(client, asked)
    assert page.total == len(page.customer_ids)
    assert [one for chunk in service.all_people(client, asked) for one in chunk] == list(page.customer_ids)
    return page.customer_ids


class TestPurchase:
    def test_one_refunded_in_full_is_none_but_its_money_counts(self, empty: Client) -> None:
        tell(
            empty,
            money(1, "2026-01-05", 1000, order="a"),
            money(1, "2026-02-05", 500, order="b"),
            money(1, "2026-03-01", -500, "order.refunded", order="b"),
            money(2, "2026-01-05", 700, order="c"),
            money(2, "2026-01-06", -700, "order.refunded", order="c"),
        )
        table = service.retention(empty, RetentionPlan(UNTIL))
        (cohort,) = table.cohorts
        assert (cohort.customers, cohort.active, cohort.orders) == (1, (1, 0, 0, 0), (1, 0, 0, 0))
        assert cohort.net_fen == (1000, 500, -500, 0)
        told = service.retention(empty, RetentionPlan(UNTIL, definitions=PAID))
        assert told.cohorts[0].active == (2, 1, 0, 0)
        assert (
            service.rfm(empty, RfmPlan(UNTIL)).customers,
            service.rfm(empty, RfmPlan(UNTIL, None, PAID)).customers,
        ) == (1, 2)

    def test_before_the_refund_it_was_one(self, empty: Client) -> None:
        tell(empty, money(1, "2026-01-05", 700, order="c"), money(1, "2026-02-06", -700, "order.refunded", order="c"))
        assert service.retention(empty, RetentionPlan(datetime(2026, 2, 1, tzinfo=UTC))).cohorts[0].customers == 1
        assert service.retention(empty, RetentionPlan(UNTIL)).cohorts == ()

    @pytest.mark.parametrize(
        ("told", "counts"),
        [
            ([(0, "order.paid")], True),  # for nothing, and nobody took it back
            ([(500, "order.paid"), (-499, "order.refunded")], True),
            ([(500, "order.paid"), (-200, "order.refunded"), (-300, "order.refunded")], False),
            ([(500, "order.paid"), (-500, "order.refunded"), (500, "order.amended")], True),  # the refund was none
            ([(500, "order.paid"), (-500, "order.amended")], False),
            ([(0, "order.paid"), (500, "order.amended")], True),
            ([(-500, "order.refunded")], False),
        ],
    )
    def test_what_is_left(self, empty: Client, told: list[tuple[int, str]], counts: bool) -> None:
        tell(empty, *[money(1, "2026-01-05", fen, kind, order="a") for fen, kind in told])
        assert bool(service.ltv(empty, LtvPlan(UNTIL)).cohorts) is counts
        assert service.rfm(empty, RfmPlan(UNTIL)).customers == int(counts)
        assert service.ltv_spread(empty, LtvSpreadPlan(UNTIL)).everybody.customers == int(counts)

    def test_the_same_number_in_two_shops_is_two_orders(self, empty: Client) -> None:
        tell(
            empty,
            money(1, "2026-01-05", 500, order="a", shop="one"),
            money(1, "2026-01-06", 500, order="a", shop="two"),
            money(1, "2026-01-07", -500, "order.refunded", order="a", shop="two"),
        )
        assert service.retention(empty, RetentionPlan(UNTIL)).cohorts[0].orders[0] == 1

    def test_an_order_of_nobody_that_was_claimed(self, empty: Client) -> None:
        tell(
            empty,
            money(0, "2026-01-05", 500, order="a"),
            money(0, "2026-01-05", -500, "order.claimed", order="a"),
            money(1, "2026-01-05", 500, order="a"),
        )
        table = service.ltv(empty, LtvPlan(UNTIL))
        assert (table.customers, table.net_fen) == (1, 500)

    def test_active_and_repeat(self, empty: Client) -> None:
        tell(
            empty,
            *[money(n, day, 5) for n in (1, 2) for day in ("2026-01-05", "2026-01-06")],
            money(1, "2026-02-20", 5),
        )
        table = service.retention(
            empty, RetentionPlan(UNTIL, definitions=Definitions(active_days=60, repeat_purchases=3))
        )
        assert [(c.customers, c.active_now, c.repeat) for c in table.cohorts] == [(2, 1, 1)]
        assert (table.totals[0].active_now, table.totals[0].repeat) == (1, 1)
        assert "last 60 days" in table.definitions.en
        assert "60 天" in table.definitions.zh

    def test_definitions_come_from_the_settings(self) -> None:
        settings = Settings(purchase_means="paid", active_days=30, repeat_purchases=3)
        assert Definitions.of(settings) == Definitions("paid", 30, 3)
        assert Definitions.of(Settings()) == Definitions()


def telling(*rows: Sequence[int]) -> list[int]:
    """The places at which something is other than at the place before or after, and both ends."""
    places = list(zip(*rows, strict=True))
    around = zip([None, *places[:-1]], places, [*places[1:], None], strict=True)
    return [place for place, (before, here, after) in enumerate(around) if not before == here == after]


class TestRetentionGroups:
    @pytest.fixture
    def shops(self, empty: Client) -> Client:
        tell(
            empty,
            money(1, "2026-01-05", 100, platform="jd", shop="a", source=7),
            money(1, "2026-02-05", 100, platform="taobao", shop="b", source=8),
            money(2, "2026-02-05", 100, platform="jd", shop="b", source=7),
            money(3, "2026-01-07", 100, platform="taobao", shop="b", source=8),
        )
        return empty

    def test_by_platform(self, shops: Client) -> None:
        table = service.retention(shops, RetentionPlan(UNTIL, by="platform"))
        assert [(c.start.month, c.group, c.active) for c in table.cohorts] == [
            (1, "jd", (1, 1, 0, 0)),
            (1, "taobao", (1, 0, 0, 0)),
            (2, "jd", (1, 0, 0)),
        ]
        jd = table.totals[0]
        assert (jd.group, jd.customers, jd.eligible, jd.active) == ("jd", 2, (2, 2, 2, 1), (2, 1, 0, 0))
        assert jd.net_fen == (200, 100, 0, 0)

    def test_by_shop_and_by_source(self, shops: Client) -> None:
        for definitions in (Definitions(), PAID):
            by_shop = service.retention(shops, RetentionPlan(UNTIL, by="shop", definitions=definitions))
            assert [total.group for total in by_shop.totals] == ["jd/a", "jd/b", "taobao/b"]
            by_source = service.ltv(shops, LtvPlan(UNTIL, by="source", definitions=definitions))
            assert [(c.group, c.net_fen[-1]) for c in by_source.cohorts] == [("7", 200), ("8", 100), ("7", 100)]

    def test_cohorts_to(self, shops: Client) -> None:
        table = service.retention(shops, RetentionPlan(UNTIL, cohorts_to=date(2026, 1, 31)))
        assert [c.start for c in table.cohorts] == [JANUARY]
        with pytest.raises(BadInput):
            service.retention(shops, RetentionPlan(UNTIL, cohorts_from=date(2026, 2, 1), cohorts_to=JANUARY))

    @pytest.mark.parametrize("period", ["day", "week", "month"])
    def test_people_of_all_cohorts_are_those_of_the_totals(self, shops: Client, period: Period) -> None:
        for shown in ({}, {"cohorts_to": date(2026, 1, 5)}, {"cohorts_from": date(2026, 2, 1)}):
            plan = RetentionPlan(UNTIL, period, by="platform", **shown)
            for total in service.retention(shops, plan).totals:
                for offset in telling(total.active, total.eligible):
                    bought, eligible = total.active[offset], total.eligible[offset]
                    who = RetentionPeople(plan, None, offset, total.group)
                    assert len(ids(shops, who)) == bought
                    assert len(ids(shops, replace(who, active=False))) == eligible - bought

    def test_people(self, shops: Client) -> None:
        plan = RetentionPlan(UNTIL)
        assert ids(shops, RetentionPeople(plan, date(2026, 1, 20))) == (1, 3)
        assert ids(shops, RetentionPeople(plan, JANUARY, 1)) == (1,)
        assert ids(shops, RetentionPeople(plan, JANUARY, 1, active=False)) == (3,)
        assert ids(shops, RetentionPeople(plan, JANUARY, 5)) == ()
        by_shop = replace(plan, by="shop")
        assert ids(shops, RetentionPeople(by_shop, JANUARY, group="taobao/b")) == (3,)
        assert ids(shops, RetentionPeople(by_shop, JANUARY)) == (1, 3)
        become(shops, (3, 1), (1002, 40))
        assert ids(shops, RetentionPeople(plan, JANUARY, 1)) == (1,)
        assert ids(shops, RetentionPeople(plan, date(2026, 2, 1))) == (40,)

    @pytest.mark.parametrize("offset", [-1, 10**9])
    def test_no_such_age(self, empty: Client, offset: int) -> None:
        with pytest.raises(BadInput, match="offset"):
            service.people(empty, RetentionPeople(RetentionPlan(UNTIL), JANUARY, offset))

    @pytest.mark.parametrize("day", [date(1970, 1, 1), date(2149, 6, 5)])
    def test_ends_of_the_calendar(self, empty: Client, day: date) -> None:
        for period in ("day", "week", "month"):
            plan = RetentionPlan(UNTIL, period, day, cohorts_to=day)
            assert service.retention(empty, plan).cohorts == ()
            assert ids(empty, RetentionPeople(RetentionPlan(UNTIL, period), day)) == ()


class TestDays:
    @pytest.mark.parametrize(
        ("zone", "first", "second", "age"),
        [
            ("Asia/Shanghai", "2026-01-05T15:59:59.999", "2026-01-05T16:00:00", 1),  # either side of midnight
            ("America/New_York", "2026-03-08T05:00:00", "2026-03-09T03:59:59", 0),  # a day of 23 hours
            ("America/New_York", "2026-03-08T05:00:00", "2026-03-09T04:00:00", 1),
            ("America/New_York", "2025-11-02T04:00:00", "2025-11-03T04:59:59", 0),  # a day of 25 hours
            ("America/New_York", "2025-11-02T04:00:00", "2025-11-03T05:00:00", 1),
            ("Asia/Kathmandu", "2026-01-05T18:14:59", "2026-01-05T18:15:00", 1),
        ],
    )
    def test_ages_are_days_of_the_zone(self, empty: Client, zone: str, first: str, second: str, age: int) -> None:
        tell(empty, money(1, first, 5), money(1, second, 7))
        (cohort,) = service.retention(empty, RetentionPlan(UNTIL, "day", zone=zone)).cohorts
        assert [place for place, active in enumerate(cohort.active) if active] == sorted({0, age})
        assert sum(cohort.orders) == 2
        assert ids(empty, RetentionPeople(RetentionPlan(UNTIL, "day", zone=zone), cohort.start, age)) == (1,)

    def test_weeks_and_months_over_a_year(self, empty: Client) -> None:
        tell(empty, money(1, "2025-12-29", 5), money(1, "2026-01-04", 5), money(1, "2026-01-05", 5))
        week = service.retention(empty, RetentionPlan(UNTIL, "week")).cohorts[0]
        assert (week.start, week.orders[:2]) == (date(2025, 12, 29), (2, 1))
        month = service.retention(empty, RetentionPlan(UNTIL, "month")).cohorts[0]
        assert (month.start, month.orders[:2]) == (date(2025, 12, 1), (1, 2))


class TestSpread:
    def test_one_customer(self, empty: Client) -> None:
        tell(empty, money(1, "2026-01-05", 1500))
        table = service.ltv_spread(empty, LtvSpreadPlan(UNTIL, edges=(0, 1500, 3000)))
        assert (table.everybody.bins, set(table.everybody.quantiles_fen)) == ((0, 0, 1, 0), {1500})
        assert table.groups == ()

    def test_nobody(self, empty: Client) -> None:
        table = service.ltv_spread(empty, LtvSpreadPlan(UNTIL, by="shop"))
        assert (table.everybody.customers, sum(table.everybody.bins), table.groups) == (0, 0, ())
        assert len(table.everybody.bins) == len(table.edges) + 1

    def test_groups_days_and_people(self, empty: Client) -> None:
        facts = [money(n, f"2026-01-{n:02}", 1000 * n, platform="jd" if n % 3 else "taobao") for n in range(1, 11)]
        tell(empty, *facts)
        plan = LtvSpreadPlan(UNTIL, "platform", edges=(4000, 8000))
        table = service.ltv_spread(empty, plan)
        assert (table.everybody.customers, table.everybody.net_fen, table.everybody.bins) == (10, 55_000, (3, 4, 3))
        assert [(g.group, g.customers, g.bins) for g in table.groups] == [
            ("jd", 7, (2, 3, 2)),
            ("taobao", 3, (1, 1, 1)),
        ]
        assert ids(empty, LtvPeople(plan, 4000, 8000)) == (4, 5, 6, 7)
        assert ids(empty, LtvPeople(plan, 4000, 8000, "taobao")) == (6,)
        assert ids(empty, LtvPeople(plan, None, 4000)) == (1, 2, 3)
        few = replace(plan, cohorts_from=date(2026, 1, 3), cohorts_to=date(2026, 1, 4))
        assert service.ltv_spread(empty, few).everybody.net_fen == 7000
        assert ids(empty, LtvPeople(few)) == (3, 4)

    @pytest.mark.parametrize("edges", [(5, 4), (1, 1), tuple(range(101)), (2**63,)])
    def test_edges(self, empty: Client, edges: tuple[int, ...]) -> None:
        with pytest.raises(BadInput, match="ascend"):
            service.ltv_spread(empty, LtvSpreadPlan(UNTIL, edges=edges))


class TestRfm:
    def test_bounds_by_hand_and_segments(self, empty: Client) -> None:
        tell(
            empty,
            *[money(1, f"2026-04-{day:02}", 10_000) for day in range(1, 6)],  # lately, often, much
            money(2, "2026-04-10", 10),  # new
            *[money(3, f"2025-01-{day:02}", 10_000) for day in range(1, 6)],  # to win back
            money(4, "2025-01-01", 10),  # lost
        )
        plan = RfmPlan(UNTIL, days=(7, 30, 90, 180), orders=(1, 2, 3, 4), net=(100, 1000, 5000, 20_000))
        table = service.rfm(empty, plan)
        assert {s.name: s.customers for s in table.segments if s.customers} == {
            "champion": 1,
            "new": 1,
            "win_back": 1,
            "lost": 1,
        }
        assert [s.zh for s in table.segments][:2] == ["重要价值客户", "重要唤回客户"]
        assert (table.days_bounds, table.net_bounds) == (plan.days, plan.net)
        best = table.grid[-1]
        assert (best.r, best.f, best.customers, best.mean_fen, best.mean_m) == (1, 1, 1, 10, 1.0)
        assert ids(empty, RfmPeople(plan, segment="win_back")) == (3,)
        assert ids(empty, RfmPeople(plan, f=5)) == (1, 3)
        assert ids(empty, RfmPeople(plan, r=1, f=1, m=1)) == (4,)
        assert ids(empty, RfmPeople(RfmPlan(UNTIL), r=5, m=1)) == (2,)

    def test_every_combination_has_one_segment(self) -> None:
        assert len({(one.high_r, one.high_f, one.high_m) for one in RFM_SEGMENTS}) == 8

    def test_recency_is_whole_days_to_the_millisecond(self, empty: Client) -> None:
        bought = UNTIL - timedelta(days=7)
        tell(empty, Fact("order.paid", 1, 0, bought + timedelta(milliseconds=1), amount_fen=1))
        plan = RfmPlan(UNTIL, days=(6, 7, 8, 9))
        assert service.rfm(empty, plan).cells[0].r == 5
        tell(empty, Fact("order.paid", 2, 0, bought, amount_fen=1))
        assert ids(empty, RfmPeople(plan, r=4)) == (2,)

    def test_nobody(self, empty: Client) -> None:
        table = service.rfm(empty, RfmPlan(UNTIL))
        assert (table.customers, table.grid, sum(s.customers for s in table.segments)) == (0, (), 0)
        assert ids(empty, RfmPeople(RfmPlan(UNTIL), r=5)) == ()

    @pytest.mark.parametrize("bounds", [(1,), (1, 2, 3, 4, 5), (4, 3, 2, 1), (1, 2, 3, 2**63)])
    def test_wrong_bounds(self, empty: Client, bounds: tuple[int, ...]) -> None:
        with pytest.raises(BadInput, match="4 bounds"):
            service.rfm(empty, RfmPlan(UNTIL, days=bounds))


class TestPages:
    def test_a_foreign_cursor(self, empty: Client) -> None:
        for cursor in ("x", "WzEsMl0", "Wy01XQ"):
            with pytest.raises(BadInput):
                service.people(empty, LtvPeople(LtvSpreadPlan(UNTIL)), cursor=cursor)

    def test_pages_hold_everybody_once(self, empty: Client) -> None:
        tell(empty, *[money(n, "2026-01-05", 5) for n in range(1, 24)])
        asked, seen, cursor = LtvPeople(LtvSpreadPlan(UNTIL)), [], None
        while True:
            page = service.people(empty, asked, cursor=cursor, limit=5)
            assert page.total == (23 if cursor is None else None)
            seen += page.customer_ids
            cursor = page.next
            if cursor is None:
                break
        assert seen == list(range(1, 24))

    def test_a_question_can_be_kept_and_asked_again(self) -> None:
        """What an export takes: a question as JSON is the same question later."""
        steps = (FunnelStep("order.paid", None, (PropertyFilter("shop", "in", ["a", "b"]),)), FunnelStep("order.paid"))
        funnel = FunnelPlan(FunnelDefinition(steps, FunnelWindow(3)), UNTIL, JANUARY)
        kept: TypeAdapter[PeopleAsked] = TypeAdapter(PeopleAsked)
        for asked in (
            RetentionPeople(RetentionPlan(UNTIL, by="shop"), JANUARY, 3, "jd/a", False),
            RfmPeople(RfmPlan(UNTIL, days=(1, 2, 3, 4)), 5, segment="lost"),
            LtvPeople(LtvSpreadPlan(UNTIL, edges=(1, 2)), 1, 2),
            FunnelPeople(funnel, 1, "stopped"),
        ):
            assert kept.validate_json(kept.dump_json(asked)) == asked
