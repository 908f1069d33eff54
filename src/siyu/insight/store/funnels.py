"""Funnels: how far each person came, step by step, over arrays of their moments in the order of time.

A moment is one number, milliseconds since the beginning × 2ⁿ + a bit for each of the n steps it passes, so an array of
them sorts as numbers do. At every moment the best way that led to each step so far is known: the one that began last,
since it has most of the window left. Ways that reach a step later never began earlier, so it is always the newest one.
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
    count = len(definition.steps)
    window = values.put(int(window_of(definition.window).total_seconds() * 1000), "UInt64")
    time = f"bitShiftRight({{}}, {count})"
    labelled = bool(_LABELS[definition.by])
    label = ", argMinIf(label, (t, label), step_1) AS label" if labelled else ""
    sql = f"""
    SELECT customer, arraySort(groupArray(bitShiftLeft(t, {count}) + steps)) AS moments{label}
    FROM ({_facts_sql(plan, values)}
    )
    GROUP BY customer HAVING max(step_1)"""
    # began_k: at the moments that reach step k, when the way that led there began; 0 at all others.
    sql = f"""
    SELECT *, arrayMap(m -> if(bitTest(m, 0), {time.format("m")}, 0), moments) AS began_1
    FROM ({sql}
    )"""
    for step in range(2, count + 1):
        before = f"began_{step - 1}"
        newest = before if definition.strict else f"arrayFill(began -> began > 0, {before})"
        last = f"arrayLastIndex(began -> began > 0, arraySlice({before}, 1, at_{step} - 1))"
        gap = f"toInt64({time.format(f'moments[at_{step}]')}) - toInt64({time.format(f'moments[{last}]')})"
        sql = f"""
    SELECT *, arrayMap((m, began) -> if(bitTest(m, {step - 1}) AND began > 0 AND {time.format("m")} <= began + {window}, began, 0),
                       moments, arrayShiftRight({newest}, 1)) AS began_{step},
           arrayFirstIndex(began -> began > 0, began_{step}) AS at_{step}, if(at_{step} > 0, {gap}, 0) AS gap_{step}
    FROM ({sql}
    )"""
    further = "".join(f", at_{step} > 0 AS reached_{step}" for step in range(2, count + 1))
    gaps = "".join(f", gap_{step}" for step in range(2, count + 1))
    people = f"""
    SELECT customer, 1 AS reached_1{further}{gaps}{", label" if labelled else ", '' AS label"}
    FROM ({sql}
    )"""
    return _with_first_source(people, count) if definition.by == "first_source" else people


def _facts_sql(plan: FunnelPlan, values: Values) -> str:
    """(customer, t, step_1, steps[, label]) of every fact of a step; t in ms, 1 at the beginning."""
    definition = plan.definition
    _, _, start, end, follow = moments_of(plan)
    begin = values.put(start, _TIME)
    conditions = [_condition(step, values) for step in definition.steps]
    conditions[0] += f" AND occurred_at < {values.put(end, _TIME)}"
    steps = ", ".join(f"{condition} AS step_{place}" for place, condition in enumerate(conditions, 1))
    mask = " + ".join(f"step_{place} * {2 ** (place - 1)}" for place in range(1, len(conditions) + 1))
    kinds = values.put(sorted({step.kind for step in definition.steps}), "Array(String)")
    return f"""
        SELECT {CUSTOMER} AS customer, toUInt64(toUnixTimestamp64Milli(occurred_at) - toUnixTimestamp64Milli({begin}) + 1) AS t,
               {steps}, {mask} AS steps{_LABELS[definition.by]}
        FROM facts
        WHERE kind IN {kinds} AND occurred_at >= {begin} AND occurred_at < {values.put(follow, _TIME)}
          AND steps > 0 AND customer <> 0"""


_TIME: Final = "DateTime64(3, 'UTC')"


def _with_first_source(people: str, steps: int) -> str:
    # Moment and source as one number: its min costs a third of an argMin by a pair. And no join: to group who entered
    # with what is known of everybody costs half of it.
    first = "min(toInt128(toUnixTimestamp64Milli(occurred_at)) * 4294967296 + source_id)"
    reached = [f"reached_{step}" for step in range(1, steps + 1)]
    gaps = [f"gap_{step}" for step in range(2, steps + 1)]
    told = ", ".join(f"max({name}) AS {name}" for name in (*reached, *gaps))
    nothing = ", ".join((*("0" for _ in reached), *("toInt64(0)" for _ in gaps)))
    return f"""
    SELECT customer, {told}, toString(max(source)) AS label
    FROM (
        SELECT customer, {", ".join((*reached, *gaps))}, toUInt32(0) AS source FROM ({people}
        )
        UNION ALL
        SELECT {CUSTOMER} AS customer, {nothing}, toUInt32(bitAnd({first}, 4294967295)) FROM facts GROUP BY customer
    )
    GROUP BY customer HAVING reached_1"""


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
