"""Recency, frequency and money of each buyer, and their scores."""

from typing import Any

from siyu.engines.clickhouse.client import Client
from siyu.insight.rules import HIGH, LEVELS, segment_named
from siyu.insight.store.moves import moves_sql, span_of
from siyu.insight.types import RfmPeople, RfmPlan

Bounds = tuple[list[int], list[int], list[int]]  # of days, of purchases, of money


def people_sql(plan: RfmPlan) -> str:
    """(customer, days, purchases, money) of each buyer."""
    return f"""
    SELECT customer, intDiv(toUnixTimestamp64Milli({{until:DateTime64(3, 'UTC')}})
               - toUnixTimestamp64Milli(maxIf(at, purchase)), 86400000) AS days,
           sum(purchase) AS orders, sum(amount) AS net
    FROM ({moves_sql(plan.definitions)}
    )
    GROUP BY customer
    HAVING customer <> 0 AND orders > 0"""


def scored_sql(plan: RfmPlan) -> str:
    """(customer, money, r, f, m) of each buyer."""
    return f"""
    SELECT customer, net, toUInt8(5 - arrayCount(b -> days > b, {{days:Array(Int64)}})) AS r,
           toUInt8(1 + arrayCount(b -> orders > b, {{orders:Array(Int64)}})) AS f,
           toUInt8(1 + arrayCount(b -> net > b, {{net:Array(Int64)}})) AS m
    FROM ({people_sql(plan)}
    )"""


def bounds_sql(plan: RfmPlan) -> str:
    """(customers, quintiles of days, of purchases, of money)."""
    levels = ", ".join(map(str, LEVELS))
    return f"""
SELECT count(), quantilesExact({levels})(days), quantilesExact({levels})(orders), quantilesExact({levels})(net)
FROM ({people_sql(plan)}
)
""".strip()


def cells_sql(plan: RfmPlan) -> str:
    """(r, f, m, customers, money), best first."""
    return f"""
SELECT r, f, m, count() AS customers, sum(net) AS money
FROM ({scored_sql(plan)}
)
GROUP BY r, f, m ORDER BY r DESC, f DESC, m DESC
""".strip()


def bounds(client: Client, plan: RfmPlan) -> tuple[Any, ...]:
    return client.one(bounds_sql(plan), **span_of(plan.as_of, plan.since))


def cells(client: Client, plan: RfmPlan, found: Bounds) -> list[tuple[Any, ...]]:
    return client.rows(cells_sql(plan), **parameters_of(plan, found))


def cell_condition(asked: RfmPeople, found: Bounds) -> tuple[str, dict[str, Any]]:
    """Who lies in a cell or a segment, over :func:`scored_sql`; and its parameters."""
    condition, values = "1", parameters_of(asked.plan, found)
    for name, score in (("r", asked.r), ("f", asked.f), ("m", asked.m)):
        if score is not None:
            condition += f" AND {name} = {{score_{name}:UInt8}}"
            values[f"score_{name}"] = score
    if asked.segment is not None:
        segment = segment_named(asked.segment)
        for name, high in (("r", segment.high_r), ("f", segment.high_f), ("m", segment.high_m)):
            condition += f" AND {name} {'>=' if high else '<'} {HIGH}"
    return condition, values


def parameters_of(plan: RfmPlan, found: Bounds) -> dict[str, Any]:
    return {**span_of(plan.as_of, plan.since), **dict(zip(("days", "orders", "net"), found, strict=True))}
