"""How money is spread over those who ever bought."""

from typing import Any

from siyu.engines.clickhouse.client import Client
from siyu.insight.rules import SPREAD_LEVELS
from siyu.insight.store.moves import FIRST_DAY, LAST_DAY, moves_sql, span_of
from siyu.insight.types import By, LtvPeople, LtvSpreadPlan


def people_sql(plan: LtvSpreadPlan, by: By) -> str:
    """(customer, money, first day[, label]) of each buyer."""
    label = "" if by == "none" else ", minIf((at, label), purchase).2 AS first_label"
    return f"""
    SELECT customer, sum(amount) AS net, toDate(toTimeZone(minIf(at, purchase), {{zone:String}})) AS first_day{label}
    FROM ({moves_sql(plan.definitions, by)}
    )
    GROUP BY customer
    HAVING customer <> 0 AND sum(purchase) > 0
       AND first_day >= {{first_from:Date}} AND first_day <= {{first_to:Date}}"""


def spread_sql(plan: LtvSpreadPlan, by: By) -> str:
    """(group, customers, money, quantiles, how many lie below each edge), largest first."""
    levels = ", ".join(map(str, SPREAD_LEVELS))
    return f"""
SELECT {"''" if by == "none" else "first_label"} AS in_group, count() AS customers, sum(net),
       quantilesExact({levels})(net), sumForEach(arrayMap(edge -> toUInt64(net < edge), {{edges:Array(Int64)}}))
FROM ({people_sql(plan, by)}
)
GROUP BY in_group ORDER BY customers DESC, in_group
""".strip()


def spread(client: Client, plan: LtvSpreadPlan, by: By, edges: tuple[int, ...]) -> list[tuple[Any, ...]]:
    return client.rows(spread_sql(plan, by), **parameters_of(plan), edges=list(edges))


def bin_condition(asked: LtvPeople) -> tuple[str, dict[str, Any]]:
    """Who lies in a bin, over :func:`people_sql`; and its parameters."""
    condition, values = "1", parameters_of(asked.plan)
    for name, comparison, bound in (("low", ">=", asked.low_fen), ("high", "<", asked.high_fen)):
        if bound is not None:
            condition += f" AND net {comparison} {{{name}:Int64}}"
            values[name] = bound
    if asked.group is not None and asked.plan.by != "none":
        condition += " AND first_label = {in_group:String}"
        values["in_group"] = asked.group
    return condition, values


def parameters_of(plan: LtvSpreadPlan) -> dict[str, Any]:
    return {
        **span_of(plan.until),
        "zone": plan.zone,
        "first_from": plan.cohorts_from or FIRST_DAY,
        "first_to": plan.cohorts_to or LAST_DAY,
    }
