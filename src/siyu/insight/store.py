"""Plans → SQL → rows. All queries of insight on ClickHouse."""

from datetime import date, datetime
from typing import Any, Final

from siyu.engines.clickhouse.client import Client
from siyu.insight.rules import LEVELS, MONEY, PURCHASE, start_of
from siyu.insight.types import LtvPlan, Period, RetentionPlan, RfmPlan

# Whose a fact is now: where its identifier went after a split, else what its customer became by merges.
CUSTOMER: Final = (
    "dictGetOrDefault('alias_map', 'customer_id', via, "
    "dictGetOrDefault('alias_map', 'customer_id', customer_id, customer_id))"
)
_KINDS: Final = ", ".join(f"'{kind}'" for kind in MONEY)
_UNITS: Final[dict[Period, tuple[str, str]]] = {
    "month": ("toStartOfMonth(toTimeZone(occurred_at, {zone:String}))", "month"),
    "week": ("toMonday(toTimeZone(occurred_at, {zone:String}))", "week"),
}
_FAR_PAST: Final = date(1970, 1, 1)


def retention_sql(plan: RetentionPlan) -> str:
    """(cohort, customers, ages, customers active at each age), oldest cohort first."""
    return f"""
SELECT cohort, count() AS customers,
       sumMap(arrayMap(p -> dateDiff('{_UNITS[plan.period][1]}', cohort, p), periods) AS ages, arrayMap(a -> 1, ages)) AS active
FROM (
    SELECT {CUSTOMER} AS customer, groupUniqArray({_UNITS[plan.period][0]}) AS periods, arrayMin(periods) AS cohort
    FROM facts
    WHERE kind = '{PURCHASE}' AND occurred_at <= {{until:DateTime64(3, 'UTC')}}
    GROUP BY customer
    HAVING customer <> 0 AND cohort >= {{cohorts_from:Date}}
)
GROUP BY cohort ORDER BY cohort
""".strip()


def ltv_sql(plan: LtvPlan) -> str:
    """(cohort, customers, ages, net amount at each age), oldest cohort first. Money before the cohort counts at age 0."""
    return f"""
SELECT cohort, count() AS customers,
       sumMap(arrayMap(p -> greatest(dateDiff('{_UNITS[plan.period][1]}', cohort, p), 0), by_period.1), by_period.2) AS net
FROM (
    SELECT customer, minIf(period, purchases > 0) AS cohort, sum(purchases) AS orders, sumMap([period], [amount]) AS by_period
    FROM (
        SELECT {CUSTOMER} AS customer, {_UNITS[plan.period][0]} AS period,
               sum(amount_fen) AS amount, countIf(kind = '{PURCHASE}') AS purchases
        FROM facts
        WHERE kind IN ({_KINDS}) AND occurred_at <= {{until:DateTime64(3, 'UTC')}}
        GROUP BY customer, period
    )
    GROUP BY customer
    HAVING customer <> 0 AND orders > 0 AND cohort >= {{cohorts_from:Date}}
)
GROUP BY cohort ORDER BY cohort
""".strip()


def _people_sql() -> str:
    return f"""
    SELECT {CUSTOMER} AS customer,
           intDiv(dateDiff('second', maxIf(occurred_at, kind = '{PURCHASE}'), {{as_of:DateTime64(3, 'UTC')}}), 86400) AS days,
           countIf(kind = '{PURCHASE}') AS orders, sum(amount_fen) AS net
    FROM facts
    WHERE kind IN ({_KINDS})
      AND occurred_at >= {{since:DateTime64(3, 'UTC')}} AND occurred_at <= {{as_of:DateTime64(3, 'UTC')}}
    GROUP BY customer
    HAVING customer <> 0 AND orders > 0"""


def rfm_bounds_sql() -> str:
    """(customers, bounds of days, of orders, of net amounts)."""
    levels = ", ".join(map(str, LEVELS))
    return f"""
SELECT count(), quantilesExact({levels})(days), quantilesExact({levels})(orders), quantilesExact({levels})(net)
FROM ({_people_sql()}
)
""".strip()


def rfm_sql() -> str:
    """(r, f, m, customers, net amount), best first."""
    return f"""
SELECT toUInt8(5 - arrayCount(b -> days > b, {{days:Array(Int64)}})) AS r,
       toUInt8(1 + arrayCount(b -> orders > b, {{orders:Array(Int64)}})) AS f,
       toUInt8(1 + arrayCount(b -> net > b, {{net:Array(Int64)}})) AS m,
       count() AS customers, sum(net) AS money
FROM ({_people_sql()}
)
GROUP BY r, f, m ORDER BY r DESC, f DESC, m DESC
""".strip()


def buyers_sql() -> str:
    """How many customers paid an order."""
    return f"SELECT uniqExactIf({CUSTOMER} AS customer, customer <> 0) FROM facts WHERE kind = '{PURCHASE}'"


def retention(client: Client, plan: RetentionPlan) -> list[tuple[Any, ...]]:
    return client.rows(retention_sql(plan), **_cohort_parameters(plan))


def ltv(client: Client, plan: LtvPlan) -> list[tuple[Any, ...]]:
    return client.rows(ltv_sql(plan), **_cohort_parameters(plan))


def _cohort_parameters(plan: RetentionPlan | LtvPlan) -> dict[str, Any]:
    first = start_of(plan.period, plan.cohorts_from) if plan.cohorts_from else _FAR_PAST
    return {"until": plan.until, "zone": plan.zone, "cohorts_from": max(first, _FAR_PAST)}


def rfm_bounds(client: Client, plan: RfmPlan) -> tuple[Any, ...]:
    return client.one(rfm_bounds_sql(), **_rfm_parameters(plan))


def rfm(client: Client, plan: RfmPlan, days: list[int], orders: list[int], net: list[int]) -> list[tuple[Any, ...]]:
    return client.rows(rfm_sql(), **_rfm_parameters(plan), days=days, orders=orders, net=net)


def _rfm_parameters(plan: RfmPlan) -> dict[str, Any]:
    return {"as_of": plan.as_of, "since": plan.since or datetime(1970, 1, 1, tzinfo=plan.as_of.tzinfo)}


def buyers(client: Client) -> int:
    return int(client.scalar(buyers_sql()))
