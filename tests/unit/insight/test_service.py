"""Insight on a real ClickHouse, against numbers worked out by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from scripts import contents
from tests.unit.insight.telling import UNTIL, become, money, tell

from siyu.engines.clickhouse.client import Client
from siyu.insight import service
from siyu.insight.types import KINDS, DaysPlan, Definitions, LtvPlan, RetentionPlan, RfmPlan, UnknownFactKind, Window
from siyu.kernel.errors import BadInput
from siyu.kernel.fact import Fact
from siyu.timeline.types import DayCount

FACTS = (
    money(1, "2026-01-05", 1000),
    money(1, "2026-03-05", 500),
    money(1, "2026-03-09", -200, "order.refunded"),
    money(2, "2026-01-20", 3000),
    money(3, "2026-02-02", 700),
    money(3, "2026-02-03", 100, "order.amended"),
    money(0, "2026-01-01", 9999),  # of nobody
    money(4, "2026-01-01", 0, "order.placed"),  # never paid
    money(5, "2026-05-01", 1),  # after the end
)


class TestRetention:
    def test_by_month(self, empty: Client) -> None:
        tell(empty, *FACTS)
        table = service.retention(empty, RetentionPlan(UNTIL))
        assert [(c.start, c.customers, c.active) for c in table.cohorts] == [
            (date(2026, 1, 1), 2, (2, 0, 1, 0)),
            (date(2026, 2, 1), 1, (1, 0, 0)),
        ]

    def test_by_week_from_a_cohort_on(self, empty: Client) -> None:
        tell(empty, *FACTS)
        table = service.retention(empty, RetentionPlan(UNTIL, "week", cohorts_from=date(2026, 1, 21)))
        assert [(c.start, c.customers) for c in table.cohorts] == [(date(2026, 1, 19), 1), (date(2026, 2, 2), 1)]
        assert len(table.cohorts[1].active) == 11

    def test_calendar_is_that_of_the_zone(self, empty: Client) -> None:
        evening = datetime(2026, 1, 31, 17, tzinfo=UTC)  # already February in Shanghai
        tell(empty, Fact("order.paid", 1, 0, evening, amount_fen=1))
        starts = [
            service.retention(empty, RetentionPlan(UNTIL, zone=zone)).cohorts[0].start
            for zone in ("Asia/Shanghai", "UTC")
        ]
        assert starts == [date(2026, 2, 1), date(2026, 1, 1)]

    def test_merged_people_are_one(self, empty: Client) -> None:
        tell(empty, *FACTS)
        become(empty, (3, 1))
        table = service.retention(empty, RetentionPlan(UNTIL))
        assert [(c.customers, c.active) for c in table.cohorts] == [(2, (2, 1, 1, 0))]

    def test_split_identifier_takes_its_facts_along(self, empty: Client) -> None:
        tell(empty, *FACTS, money(1, "2026-02-07", 5, via=77))
        become(empty, (77, 88))
        table = service.retention(empty, RetentionPlan(UNTIL))
        assert [(c.start.month, c.customers) for c in table.cohorts] == [(1, 2), (2, 2)]

    @pytest.mark.parametrize("zone", ["Mars/Base", "../etc/passwd", "", "x'); DROP TABLE facts"])
    def test_unknown_zone(self, empty: Client, zone: str) -> None:
        with pytest.raises(BadInput):
            service.retention(empty, RetentionPlan(UNTIL, zone=zone))

    def test_nothing_yet(self, empty: Client) -> None:
        assert service.retention(empty, RetentionPlan(UNTIL)).cohorts == ()
        assert service.ltv(empty, LtvPlan(UNTIL)).cohorts == ()
        assert service.rfm(empty, RfmPlan(UNTIL)).cells == ()


class TestLtv:
    def test_refunds_and_amendments_count(self, empty: Client) -> None:
        tell(empty, *FACTS)
        table = service.ltv(empty, LtvPlan(UNTIL))
        assert [(c.customers, c.net_fen, c.ltv_fen) for c in table.cohorts] == [
            (2, (4000, 4000, 4300, 4300), 2150),
            (1, (800, 800, 800), 800),
        ]
        assert (table.customers, table.net_fen) == (3, 5100)

    def test_money_before_the_first_purchase_counts_at_its_start(self, empty: Client) -> None:
        tell(empty, money(1, "2026-01-05", -100, "order.refunded"), money(1, "2026-03-05", 1000))
        table = service.ltv(empty, LtvPlan(UNTIL))
        assert [(c.start.month, c.net_fen) for c in table.cohorts] == [(3, (900, 900))]


class TestRfm:
    def test_scores_follow_the_definition(self, empty: Client) -> None:
        facts = [money(n, f"2026-01-{n:02}", 100 * n) for n in range(1, 11)]
        facts += [money(10, "2026-01-11", 50), money(1, "2026-01-02", -99, "order.refunded")]
        tell(empty, *facts)
        as_of = datetime(2026, 1, 12, 3, tzinfo=UTC)
        table = service.rfm(empty, RfmPlan(as_of))
        days = sorted((as_of - datetime(2026, 1, max(n, 11 * (n == 10)), 4, tzinfo=UTC)).days for n in range(1, 11))
        assert table.customers == 10
        assert table.days_bounds == tuple(days[int(level * 10)] for level in (0.2, 0.4, 0.6, 0.8))
        assert table.orders_bounds == (1, 1, 1, 1)
        best = table.cells[0]
        assert (best.r, best.f, best.m, best.customers, best.net_fen) == (5, 5, 5, 1, 1050)
        assert sum(cell.customers for cell in table.cells) == 10
        assert sum(cell.net_fen for cell in table.cells) == 5500 + 50 - 99

    def test_since_leaves_older_orders_out(self, empty: Client) -> None:
        tell(empty, *FACTS)
        table = service.rfm(empty, RfmPlan(UNTIL, since=UNTIL - timedelta(days=60)))
        assert (table.customers, sum(cell.net_fen for cell in table.cells)) == (1, 300)


class TestFactsByDay:
    def test_days_as_the_zone_has_them(self, empty: Client) -> None:
        late = [
            money(n, "2026-01-05", 10)._replace(occurred_at=datetime(2026, 1, 5, 16, 30, tzinfo=UTC)) for n in (1, 2)
        ]
        tell(empty, *FACTS, *late)
        become(empty, (2, 1))
        plan = DaysPlan("order.paid", UNTIL, date(2026, 1, 5), date(2026, 1, 20))
        table = service.facts_by_day(empty, plan)
        assert table.days == (
            DayCount(date(2026, 1, 5), 1, 1, 1000),
            DayCount(date(2026, 1, 6), 2, 1, 20),
            DayCount(date(2026, 1, 20), 1, 1, 3000),
        )
        in_utc = service.facts_by_day(empty, replace(plan, zone="UTC", last=date(2026, 1, 5)))
        assert in_utc.days == (DayCount(date(2026, 1, 5), 3, 1, 1020),)

    def test_nobodys_facts_count_and_nobody_is_no_person(self, empty: Client) -> None:
        tell(empty, *FACTS)
        first = date(2026, 1, 1)
        table = service.facts_by_day(empty, DaysPlan("order.paid", UNTIL, first, first))
        assert table.days == (DayCount(first, 1, 0, 9999),)

    def test_thirty_days_to_today_unless_told(self, empty: Client) -> None:
        evening = datetime(2026, 4, 15, 17, tzinfo=UTC)  # 16 April in Shanghai
        table = service.facts_by_day(empty, DaysPlan("order.paid", evening))
        assert (table.first, table.last, table.days) == (date(2026, 3, 18), date(2026, 4, 16), ())
        table = service.facts_by_day(empty, DaysPlan("order.paid", evening, last=date(2026, 1, 30)))
        assert (table.first, table.last) == (date(2026, 1, 1), date(2026, 1, 30))

    @pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Los_Angeles", "Pacific/Kiritimati"])
    def test_days_at_both_ends_of_the_calendar(self, empty: Client, zone: str) -> None:
        tell(empty, *FACTS, money(6, "2120-01-01", 5), money(6, "1970-01-02", 6))
        ends = (date(1970, 1, 1), date(2149, 6, 5))
        table = service.facts_by_day(empty, DaysPlan("order.paid", UNTIL, *ends, zone))
        assert sum(day.facts for day in table.days) == 8
        assert (table.days[0].amount_fen, table.days[-1].amount_fen) == (6, 5)
        assert service.facts_by_day(empty, DaysPlan("order.paid", UNTIL, last=ends[0], zone=zone)).first == ends[0]

    @pytest.mark.parametrize("day", [date.min, date(1969, 12, 31), date(2149, 6, 6), date.max])
    def test_days_out_of_the_calendar(self, empty: Client, day: date) -> None:
        for plan in (DaysPlan("order.paid", UNTIL, first=day), DaysPlan("order.paid", UNTIL, last=day)):
            with pytest.raises(BadInput, match="is not between 1970-01-01 and"):
                service.facts_by_day(empty, plan)

    def test_last_before_first(self, empty: Client) -> None:
        with pytest.raises(BadInput, match="2026-01-01, comes before the first, 2026-01-02"):
            service.facts_by_day(empty, DaysPlan("order.paid", UNTIL, date(2026, 1, 2), date(2026, 1, 1)))

    @pytest.mark.parametrize(
        ("kind", "nearest"),
        [("order.payed", "order.paid"), ("refund", "order.refunded"), ("", ""), ("下单" * 5000, "")],
    )
    def test_unknown_kind_names_the_nearest(self, empty: Client, kind: str, nearest: str) -> None:
        with pytest.raises(UnknownFactKind) as caught:
            service.facts_by_day(empty, DaysPlan(kind, UNTIL))
        named = caught.value.details["nearest"].split(", ")
        assert set(named) <= set(KINDS)
        assert len(named) == 3
        assert not nearest or nearest in named
        assert len(caught.value.message) < 300

    def test_unknown_zone(self, empty: Client) -> None:
        with pytest.raises(BadInput):
            service.facts_by_day(empty, DaysPlan("order.paid", UNTIL, zone="Mars/Olympus"))

    def test_every_kind_that_a_room_publishes_may_be_asked(self) -> None:
        assert set(KINDS) == {kind.name for _, kind in contents.facts()}


class TestWindows:
    def test_buyers(self, empty: Client) -> None:
        tell(empty, *FACTS)
        become(empty, (2, 1))
        [ever] = service.windows(empty, Definitions(), UNTIL, [Window(None, UNTIL)])
        assert (ever.buyers, ever.new, ever.earlier) == (2, 2, 0)  # 5 buys later
