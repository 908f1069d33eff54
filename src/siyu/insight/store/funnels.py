"""Funnels: how far each person came, step by step, in one pass over the facts in the order of time.

At every fact the best way that led to each step so far is known: the one that began last, since it has most of the
window left. Way and moment travel as one number (beginning × 2⁶⁴ + moment of its last step), so that ``max`` picks it.
Steps and values are parameters; names were checked before (:mod:`siyu.insight.rules.funnels`).
"""

from typing import Any, Final

from siyu.engines.clickhouse.client import Client
from siyu.insight.rules import COLUMNS, moments_of, window_of
from siyu.insight.store.moves import CUSTOMER, PLATFORM
from siyu.insight.types import Comparison, FunnelBy, FunnelPeople, FunnelPlan, FunnelStep, PropertyFilter

_LABELS: Final[dict[FunnelBy, str]] = {
    "none": "",
    "platform": f", {PLATFORM} AS label",
    "source": ", toString(source_id) AS label",
    "first_source": "",
}
_SIGNS: Final[dict[Comparison, str]] = {"eq": "=", "ne": "!=", "in": "IN", "gt": ">", "lt": "<", "contains": ""}
_MOMENT: Final = "toUInt128(18446744073709551616)"
MOST_GROUPS: Final = 50


class Values:
    """Parameters, numbered as they come."""

    def __init__(self) -> None:
        self.all: dict[str, Any] = {}

    def put(self, value: Any, type_: str) -> str:
        """Its place in the text."""
        name = f"v{len(self.all)}"
        self.all[name] = value
        return f"{{{name}:{type_}}}"


def people_sql(plan: FunnelPlan, values: Values) -> str:
    """(customer, reached_1 …, gap_2 …, label) of each person who entered; gaps in milliseconds."""
    definition = plan.definition
    steps = range(1, len(definition.steps) + 1)
    window = values.put(int(window_of(definition.window).total_seconds() * 1000), "UInt64")
    reach = "1" if definition.strict else "UNBOUNDED"
    sql = _facts_sql(plan, values)
    for step in steps[1:]:
        way = f"way_{step - 1}"
        sql = f"""
    SELECT *, if(step_{step} AND best_{step - 1} > 0 AND t <= intDiv(best_{step - 1}, {_MOMENT}) + {window},
               intDiv(best_{step - 1}, {_MOMENT}) * {_MOMENT} + t, 0) AS way_{step}
    FROM (
        SELECT *, max({way}) OVER (PARTITION BY customer ORDER BY t, steps
                                   ROWS BETWEEN {reach} PRECEDING AND 1 PRECEDING) AS best_{step - 1}
        FROM ({sql}
        )
    )"""
    reached = ", ".join(f"max(way_{step}) > 0 AS reached_{step}" for step in steps)
    gaps = ", ".join(
        f"argMinIf(toInt64(t - bitAnd(best_{step - 1}, {_MOMENT} - 1)), t, way_{step} > 0) AS gap_{step}"
        for step in steps[1:]
    )
    label = (
        "'' AS label"
        if definition.by in {"none", "first_source"}
        else "argMinIf(label, (t, label), way_1 > 0) AS label"
    )
    people = f"""
    SELECT customer, {reached}, {gaps}, {label}
    FROM ({sql}
    )
    GROUP BY customer HAVING reached_1"""
    return _with_first_source(people) if definition.by == "first_source" else people


def _facts_sql(plan: FunnelPlan, values: Values) -> str:
    """(customer, t, step_1 …, steps, way_1[, label]) of every fact of a step; t in ms, 1 at the beginning."""
    definition = plan.definition
    _, _, start, end, follow = moments_of(plan)
    begin = values.put(start, "DateTime64(3, 'UTC')")
    conditions = [_condition(step, values) for step in definition.steps]
    conditions[0] += f" AND occurred_at < {values.put(end, _TIME)}"
    steps = ", ".join(f"{condition} AS step_{place}" for place, condition in enumerate(conditions, 1))
    mask = " + ".join(f"step_{place} * {2 ** (place - 1)}" for place in range(1, len(conditions) + 1))
    kinds = values.put(sorted({step.kind for step in definition.steps}), "Array(String)")
    return f"""
        SELECT {CUSTOMER} AS customer, toUInt128(toUnixTimestamp64Milli(occurred_at) - toUnixTimestamp64Milli({begin}) + 1) AS t,
               {steps}, {mask} AS steps, if(step_1, t * {_MOMENT} + t, 0) AS way_1{_LABELS[definition.by]}
        FROM facts
        WHERE kind IN {kinds} AND occurred_at >= {begin} AND occurred_at < {values.put(follow, _TIME)}
          AND steps > 0 AND customer <> 0"""


_TIME: Final = "DateTime64(3, 'UTC')"


def _with_first_source(people: str) -> str:
    return f"""
    SELECT people.* EXCEPT label, toString(known.source) AS label
    FROM ({people}
    ) AS people
    INNER JOIN (
        SELECT {CUSTOMER} AS customer, argMin(source_id, (occurred_at, source_id)) AS source FROM facts GROUP BY customer
    ) AS known ON known.customer = people.customer"""


def _condition(step: FunnelStep, values: Values) -> str:
    parts = [f"kind = {values.put(step.kind, 'String')}"]
    if step.name is not None:
        parts.append(f"name = {values.put(step.name, 'String')}")
    parts += [_filter(condition, values) for condition in step.where]
    return "(" + " AND ".join(parts) + ")"


def _filter(condition: PropertyFilter, values: Values) -> str:
    value, sign = condition.value, _SIGNS[condition.comparison]
    one = value[0] if isinstance(value, list) else value
    if condition.property in COLUMNS:
        place = values.put(value, "Array(Int64)" if isinstance(value, list) else "Int64")
        return f"toInt64({condition.property}) {sign} {place}"
    path = "properties, " + ", ".join(values.put(part, "String") for part in condition.property.split("."))
    if condition.comparison == "contains":
        return f"positionCaseInsensitiveUTF8(JSONExtractString({path}), {values.put(value, 'String')}) > 0"
    if isinstance(one, bool):
        type_, types = "Bool", "'Bool'"
    elif isinstance(one, str):
        type_, types = "String", "'String'"
    else:
        type_, types = "Float64", "'Int64', 'UInt64', 'Double'"
    # Without a look at the type, true would be 1 and any number true.
    read = f"if(JSONType({path}) IN ({types}), JSONExtract({path}, 'Nullable({type_})'), NULL)"
    place = values.put(value, f"Array({type_})" if isinstance(value, list) else type_)
    missing = 1 if condition.comparison == "ne" else 0
    return f"ifNull({read} {sign} {place}, {missing})"


def counts_sql(plan: FunnelPlan, values: Values) -> str:
    """(all groups together, group, people at each step, median gaps in ms); everybody first, then the largest."""
    steps = range(1, len(plan.definition.steps) + 1)
    people = ", ".join(f"countIf(reached_{step})" for step in steps)
    medians = ", ".join(f"quantileExactLowIf(0.5)(gap_{step}, reached_{step})" for step in steps[1:])
    return f"""
SELECT grouping(label) = 0 AS inside, label, [{people}] AS people, [{medians}]
FROM ({people_sql(plan, values)}
)
GROUP BY GROUPING SETS ((), (label))
ORDER BY inside, people[1] DESC, label LIMIT {MOST_GROUPS + 1}
""".strip()


def counts(client: Client, plan: FunnelPlan) -> list[tuple[Any, ...]]:
    values = Values()
    return client.rows(counts_sql(plan, values), **values.all)


def step_condition(asked: FunnelPeople) -> tuple[str, str, dict[str, Any]]:
    """(people, who of them reached or stopped at a step, parameters)."""
    values = Values()
    people = people_sql(asked.plan, values)
    condition = f"reached_{int(asked.step)}"
    if asked.outcome == "stopped" and asked.step < len(asked.plan.definition.steps):
        condition += f" AND NOT reached_{int(asked.step) + 1}"
    if asked.group is not None and asked.plan.definition.by != "none":
        condition += f" AND label = {values.put(asked.group, 'String')}"
    return people, condition, values.all
