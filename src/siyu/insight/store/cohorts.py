"""Retention and the money of cohorts. One query for both: what each cohort did at each age."""

from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from siyu.engines.clickhouse.client import Client
from siyu.insight.rules import start_of
from siyu.insight.store.moves import FIRST_DAY, LAST_DAY, PERIODS, first_label, moves_sql, span_of
from siyu.insight.types import RetentionPeople, RetentionPlan

_FOUND: Final = "cohort >= {cohorts_from:Date} AND cohort <= {cohorts_to:Date}"


def people_sql(plan: RetentionPlan) -> str:
    """(customer, periods of (start, purchases, money), cohort, purchases, last purchase[, label]) of each buyer."""
    return f"""
    SELECT customer, groupArray((period, orders, net)) AS periods, minIf(period, orders > 0) AS cohort,
           sum(orders) AS purchases, max(last) AS last_at{first_label(plan.by, 2)}
    FROM (
        SELECT customer, {PERIODS[plan.period]} AS period, sum(purchase) AS orders, sum(amount) AS net,
               maxIf(at, purchase) AS last{first_label(plan.by, 1)}
        FROM ({moves_sql(plan.definitions, plan.by)}
        )
        GROUP BY customer, period HAVING customer <> 0
    )
    GROUP BY customer
    HAVING purchases > 0 AND {_FOUND}"""


def cohorts_sql(plan: RetentionPlan) -> str:
    """(cohort, group, age, buyers, purchases, money, people, people active now, repeat buyers), oldest cohort first.

    The last three stand at age 0 only. Money before the first purchase counts at age 0.
    """
    label = "''" if plan.by == "none" else "label"
    return f"""
SELECT cohort, {label} AS in_group, greatest(dateDiff('{plan.period}', cohort, period.1), 0) AS age,
       countIf(period.2 > 0), sum(period.2), sum(period.3), countIf(period.1 = cohort),
       countIf(period.1 = cohort AND last_at >= {{active_from:DateTime64(3, 'UTC')}}),
       countIf(period.1 = cohort AND purchases >= {{repeat:UInt32}})
FROM ({people_sql(plan)}
)
ARRAY JOIN periods AS period
GROUP BY cohort, in_group, age ORDER BY cohort, in_group, age
""".strip()


def cohorts(client: Client, plan: RetentionPlan) -> list[tuple[Any, ...]]:
    definitions = plan.definitions
    return client.rows(
        cohorts_sql(plan),
        **parameters_of(plan),
        active_from=plan.until - timedelta(days=definitions.active_days),
        repeat=definitions.repeat_purchases,
    )


def cell_condition(asked: RetentionPeople) -> tuple[str, dict[str, Any]]:
    """Who lies in a cell, over :func:`people_sql`; and its parameters."""
    bought = f"arrayExists(p -> p.2 > 0 AND dateDiff('{asked.plan.period}', cohort, p.1) = {{offset:Int32}}, periods)"
    condition = bought if asked.active else f"NOT {bought}"
    values: dict[str, Any] = parameters_of(asked.plan)
    if asked.cohort is not None:
        condition = "cohort = {cohort:Date} AND " + condition
        values["cohort"] = max(start_of(asked.plan.period, asked.cohort), FIRST_DAY)
    else:
        today = asked.plan.until.astimezone(ZoneInfo(asked.plan.zone)).date()
        condition = (
            f"dateDiff('{asked.plan.period}', cohort, {{this_period:Date}}) >= {{offset:Int32}} AND " + condition
        )
        values["this_period"] = start_of(asked.plan.period, today)
    values["offset"] = asked.offset
    if asked.group is not None and asked.plan.by != "none":
        condition += " AND label = {in_group:String}"
        values["in_group"] = asked.group
    return condition, values


def parameters_of(plan: RetentionPlan) -> dict[str, Any]:
    first = start_of(plan.period, plan.cohorts_from) if plan.cohorts_from else FIRST_DAY
    last = start_of(plan.period, plan.cohorts_to) if plan.cohorts_to else LAST_DAY
    return {**span_of(plan.until), "zone": plan.zone, "cohorts_from": max(first, FIRST_DAY), "cohorts_to": last}
