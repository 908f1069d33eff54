"""Who stood on which layer of the relation ladder at two moments, judged by the facts alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from siyu.customers.types import Rung
from siyu.engines.clickhouse.client import Client
from siyu.insight.store.moves import CUSTOMER, purchases_sql, span_of
from siyu.insight.types import Definitions, LadderMove
from siyu.kernel.clock import to_millis

_BEGAN: Final = "relation.started"
_ENDED: Final = "relation.ended"
# Where a fact stands in time, the later written last: a pair, as one number, which compares several times faster.
# A relation to a scope is one number likewise: two texts as a key take twice the time.
_PLACE: Final = "bitShiftLeft(toInt128(toUnixTimestamp64Milli(occurred_at)), 64) + fact_id"


def stood_sql(definitions: Definitions, rungs: Sequence[Rung]) -> tuple[str, dict[str, Any]]:
    """(customer, layer_then, layer_now) of everybody at {then} and {until}, and the parameters of the rungs."""
    parameters: dict[str, Any] = {}
    layers = []
    for moment in ("then", "now"):
        reached = []
        for rung in sorted(rungs, key=lambda one: -one.layer):
            layer = int(rung.layer)
            conditions = []
            if rung.relations:
                parameters[f"ties{layer}"] = sorted(rung.relations)
                conditions.append(f"maxIf({moment}, tie IN {{ties{layer}:Array(String)}}) > 0")
            if rung.min_orders:
                parameters[f"orders{layer}"] = rung.min_orders
                conditions.append(f"sumIf({moment}, tie = '') >= {{orders{layer}:Int64}}")
            if conditions:
                reached += [" OR ".join(conditions), str(layer)]
        layers.append(f"multiIf({', '.join([*reached, '0'])}) AS layer_{moment}")
    sql = f"""
SELECT customer, {", ".join(layers)} FROM (
    SELECT customer, any(relation) AS tie,
           toInt64(argMaxIf(kind = '{_BEGAN}', place, moment <= {{then:Int64}})) AS then,
           toInt64(argMax(kind = '{_BEGAN}', place)) AS now
    FROM (
        SELECT {CUSTOMER} AS customer, kind, toUnixTimestamp64Milli(occurred_at) AS moment,
               {_PLACE} AS place, tie AS relation, cityHash64(tie, tie_scope) AS which
        FROM facts WHERE kind IN ('{_BEGAN}', '{_ENDED}') AND occurred_at <= {{until:DateTime64(3, 'UTC')}}
    )
    GROUP BY customer, which
    UNION ALL
    SELECT customer, '' AS tie, toInt64(earlier) AS then, toInt64(ever) AS now
    FROM ({purchases_sql(definitions, "{then:Int64}")}
    )
)
GROUP BY customer HAVING customer <> 0
""".strip()
    return sql, parameters


def moves(
    client: Client, definitions: Definitions, rungs: Sequence[Rung], since: datetime, until: datetime
) -> list[LadderMove]:
    """See :func:`siyu.insight.service.ladder_moves`."""
    stood, parameters = stood_sql(definitions, rungs)
    found = client.rows(
        f"""SELECT layer_then, layer_now, count() FROM ({stood}) WHERE layer_then <> layer_now
            GROUP BY layer_then, layer_now ORDER BY layer_then, layer_now""",
        **parameters,
        **span_of(until),
        then=to_millis(since),
    )
    return [LadderMove(*(int(value) for value in row)) for row in found]


def moved_sql(
    definitions: Definitions, rungs: Sequence[Rung], since: datetime, until: datetime, before: int, after: int
) -> tuple[str, str, dict[str, Any]]:
    """The query of those who stood on layer ``before`` at ``since`` and on ``after`` at ``until``, as those of other figures."""
    stood, parameters = stood_sql(definitions, rungs)
    values = {**parameters, **span_of(until), "from": before, "then": to_millis(since), "to": after}
    return stood, "layer_then = {from:UInt8} AND layer_now = {to:UInt8}", values
