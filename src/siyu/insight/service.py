"""What may be asked of insight. Every answer comes from the facts, as OneID resolves them now."""

from datetime import timedelta
from itertools import accumulate
from typing import Any

from siyu.engines.clickhouse.client import Client
from siyu.identity.types import AssetCounts
from siyu.insight import rules, store
from siyu.insight.types import (
    Assets,
    DaysPlan,
    DaysTable,
    LtvCohort,
    LtvPlan,
    LtvTable,
    RetentionCohort,
    RetentionPlan,
    RetentionTable,
    RfmCell,
    RfmPlan,
    RfmTable,
)
from siyu.timeline import service as timeline

__all__ = ["assets", "buyers", "facts_by_day", "ltv", "retention", "rfm"]


def retention(client: Client, plan: RetentionPlan) -> RetentionTable:
    """Of those who first bought in each period, how many bought again later.

    Raises:
        BadInput: the plan's zone is unknown.
    """
    zone = rules.zone_of(plan.zone)
    cohorts = [
        RetentionCohort(
            start, customers, tuple(rules.filled(rules.ages(plan.period, start, plan.until, zone), *_lists(active)))
        )
        for start, customers, active in store.retention(client, plan)
    ]
    return RetentionTable(plan.period, tuple(cohorts))


def ltv(client: Client, plan: LtvPlan) -> LtvTable:
    """What customers brought in so far, by the period of their first purchase; actual money, nothing predicted.

    Raises:
        BadInput: the plan's zone is unknown.
    """
    zone = rules.zone_of(plan.zone)
    cohorts = []
    for start, customers, net in store.ltv(client, plan):
        row = rules.filled(rules.ages(plan.period, start, plan.until, zone), *_lists(net))
        cohorts.append(LtvCohort(start, customers, tuple(accumulate(row))))
    return LtvTable(
        plan.period,
        sum(cohort.customers for cohort in cohorts),
        sum(cohort.net_fen[-1] for cohort in cohorts),
        tuple(cohorts),
    )


def _lists(pair: Any) -> tuple[list[int], list[int]]:
    """(keys, values) as sumMap answers them."""
    return [int(key) for key in pair[0]], [int(value) for value in pair[1]]


def rfm(client: Client, plan: RfmPlan) -> RfmTable:
    """The grid of recency, frequency and money; definitions in :mod:`siyu.insight.rules`."""
    customers, *found = store.rfm_bounds(client, plan)
    if not customers:
        return RfmTable(0, (), (), (), ())
    days, orders, net = ([int(bound) for bound in bounds] for bounds in found)
    cells = tuple([RfmCell(*row) for row in store.rfm(client, plan, days, orders, net)])
    return RfmTable(int(customers), cells, tuple(days), tuple(orders), tuple(net))


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


def buyers(client: Client) -> int:
    """How many customers have paid an order."""
    return store.buyers(client)


def assets(client: Client, counts: AssetCounts) -> Assets:
    """The OneID assets in three numbers; ``counts`` comes from identity. Buyers are among the known (or anonymous)."""
    return Assets(anonymous=counts.anonymous, known=counts.known, buyers=buyers(client))
