"""Cohorts, money, RFM, facts by day: what comes back from the store, as the tables that were asked for."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection

from siyu.customers.service import buyers
from siyu.engines.clickhouse.client import Client
from siyu.identity.types import AssetCounts
from siyu.insight import rules, store
from siyu.insight.types import (
    Assets,
    By,
    DaysPlan,
    DaysTable,
    Definitions,
    LtvCohort,
    LtvPlan,
    LtvSpread,
    LtvSpreadPlan,
    LtvSpreadTable,
    LtvTable,
    RetentionCohort,
    RetentionPlan,
    RetentionTable,
    RetentionTotal,
    RfmCell,
    RfmPlan,
    RfmTable,
    Window,
    WindowFigures,
)
from siyu.timeline import service as timeline


def retention(client: Client, plan: RetentionPlan) -> RetentionTable:
    """Of those who first bought in each period, how many bought again later, how often, and for how much.

    Raises:
        BadInput: the plan's zone is unknown, a day is out of the calendar, or the last comes before the first.
    """
    cohorts = _cohorts(client, plan)
    return RetentionTable(
        plan.period,
        tuple(cohorts),
        tuple(_totals(cohorts)),
        plan.by,
        plan.until,
        plan.zone,
        rules.stated(plan.definitions),
    )


def _cohorts(client: Client, plan: RetentionPlan) -> list[RetentionCohort]:
    zone = rules.zone_of(plan.zone)
    rules.in_calendar(plan.cohorts_from, plan.cohorts_to)
    rules.in_order(plan.cohorts_from, plan.cohorts_to)
    found: dict[tuple[Any, str], list[Sequence[int]]] = defaultdict(list)
    for start, group, *figures in store.cohorts.cohorts(client, plan):
        found[start, group].append([int(figure) for figure in figures])
    answer = []
    for (start, group), rows in found.items():
        length = rules.ages(plan.period, start, plan.until, zone)
        active, orders, net = (rules.filled(length, {row[0]: row[column] for row in rows}) for column in (1, 2, 3))
        customers, active_now, repeat = (sum(row[column] for row in rows) for column in (4, 5, 6))
        answer.append(RetentionCohort(start, customers, active, group, orders, net, active_now, repeat))
    return answer


def _totals(cohorts: Sequence[RetentionCohort]) -> list[RetentionTotal]:
    groups: dict[str, list[RetentionCohort]] = defaultdict(list)
    for cohort in cohorts:
        groups[cohort.group].append(cohort)
    totals = [
        RetentionTotal(
            group,
            sum(one.customers for one in inside),
            rules.summed([one.customers] * len(one.active) for one in inside),
            rules.summed(one.active for one in inside),
            rules.summed(one.orders for one in inside),
            rules.summed(one.net_fen for one in inside),
            sum(one.active_now for one in inside),
            sum(one.repeat for one in inside),
        )
        for group, inside in groups.items()
    ]
    return sorted(totals, key=lambda total: (-total.customers, total.group))


def ltv(client: Client, plan: LtvPlan) -> LtvTable:
    """What customers brought in so far, by the period of their first purchase; actual money, nothing predicted.

    Raises:
        BadInput: the plan's zone is unknown, a day is out of the calendar, or the last comes before the first.
    """
    same = RetentionPlan(
        plan.until, plan.period, plan.cohorts_from, plan.zone, plan.by, plan.definitions, plan.cohorts_to
    )
    cohorts = tuple(
        LtvCohort(one.start, one.customers, tuple(accumulate(one.net_fen)), one.group) for one in _cohorts(client, same)
    )
    return LtvTable(
        plan.period,
        sum(cohort.customers for cohort in cohorts),
        sum(cohort.net_fen[-1] for cohort in cohorts),
        cohorts,
        plan.by,
        plan.until,
        plan.zone,
        rules.stated(plan.definitions),
    )


def ltv_spread(client: Client, plan: LtvSpreadPlan) -> LtvSpreadTable:
    """How the money is spread over those who ever bought: quantiles and bins, for everybody and each group.

    Raises:
        BadInput: the zone is unknown, a day is out of the calendar, the last comes before the first, or the edges do
            not ascend.
    """
    rules.zone_of(plan.zone)
    rules.in_calendar(plan.cohorts_from, plan.cohorts_to)
    rules.in_order(plan.cohorts_from, plan.cohorts_to)
    edges = rules.usable_edges(plan.edges)
    everybody = _spreads(client, plan, "none", edges)
    return LtvSpreadTable(
        rules.SPREAD_LEVELS,
        edges,
        everybody[0] if everybody else LtvSpread("", 0, 0, (), (0,) * (len(edges) + 1)),
        tuple(_spreads(client, plan, plan.by, edges)) if plan.by != "none" else (),
        plan.by,
        plan.until,
        plan.zone,
        rules.stated(plan.definitions),
    )


def _spreads(client: Client, plan: LtvSpreadPlan, by: By, edges: tuple[int, ...]) -> list[LtvSpread]:
    answer = []
    for group, customers, net, quantiles, below in store.spread.spread(client, plan, by, edges):
        ends = [*map(int, below), int(customers)]
        bins = [after - before for before, after in zip([0, *ends], ends, strict=False)]
        answer.append(LtvSpread(group, int(customers), int(net), tuple(map(int, quantiles)), tuple(bins)))
    return answer


def rfm(client: Client, plan: RfmPlan) -> RfmTable:
    """The grid of recency, frequency and money; definitions in :mod:`siyu.insight.rules.figures`.

    Raises:
        BadInput: bounds that are not four, or do not ascend.
    """
    settled, customers = settle_bounds(client, plan)
    cells: tuple[RfmCell, ...] = ()
    if customers:
        bounds = list(settled.days), list(settled.orders), list(settled.net)
        cells = tuple([RfmCell(*map(int, row)) for row in store.rfm.cells(client, plan, bounds)])
    return RfmTable(
        customers,
        cells,
        settled.days,
        settled.orders,
        settled.net,
        rules.squares(cells),
        rules.segments(cells),
        plan.as_of,
        plan.since,
        rules.stated(plan.definitions),
    )


def settle_bounds(client: Client, plan: RfmPlan) -> tuple[RfmPlan, int]:
    """The plan with bounds between all scores, quintiles where none were given; and how many buyers there are.

    Raises:
        BadInput: bounds that are not four, or do not ascend.
    """
    rules.check_bounds(plan)
    customers, *found = store.rfm.bounds(client, plan)
    if not customers:
        return plan, 0
    days, orders, net = (tuple(int(bound) for bound in bounds) for bounds in found)
    return replace(plan, days=plan.days or days, orders=plan.orders or orders, net=plan.net or net), int(customers)


def facts_by_day(client: Client, plan: DaysPlan) -> DaysTable:
    """How many facts of one kind each day has, of how many people, and the sum of their money.

    Raises:
        UnknownFactKind: no room publishes this kind.
        BadInput: the plan's zone is unknown, a day is out of the calendar, or the last comes before the first.
    """
    kind = rules.known_kind(plan.kind)
    first, last = rules.days_asked(plan)
    days = timeline.counts_by_day(client, kind=kind, start=first, end=last + timedelta(days=1), zone=plan.zone)
    return DaysTable(kind, first, last, plan.zone, tuple(days))


def windows(client: Client, definitions: Definitions, now: datetime, asked: Sequence[Window]) -> list[WindowFigures]:
    """What people bought in each of the windows, as OneID knows them now; facts of nobody are left out.

    Args:
        client: of the timeline's database.
        definitions: what a purchase is; whether something of an order is left is judged by what was told up to ``now``.
        now: the moment of the question; no window ends later.
        asked: the windows, at least one.
    """
    return store.windows.windows(client, definitions, now, asked)


def assets(conn: Connection, counts: AssetCounts) -> Assets:
    """The OneID assets without types; ``counts`` comes from identity. Buyers are among the known (or anonymous)."""
    return Assets(counts.anonymous, counts.known, buyers(conn), counts.people_by_channels)
