"""What people bought in windows of time: all windows in one pass over the movements of money."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from siyu.engines.clickhouse.client import Client
from siyu.insight.store.moves import moves_sql, span_of
from siyu.insight.types import Definitions, Window, WindowFigures
from siyu.kernel.clock import to_millis


def windows_sql(definitions: Definitions, count: int) -> str:
    """(buyers, new ones, earlier buyers, those of them who returned, net) of each of {s0}, {e0} … one after the other."""
    by_person, over_all = [], []
    for place in range(count):
        within = f"moment > {{s{place}:Int64}} AND moment <= {{e{place}:Int64}}"
        by_person.append(f"sumIf(amount, {within}) AS n{place}")
        by_person.append(f"countIf(purchase AND {within}) > 0 AS b{place}")
        earlier = f"first <= {{s{place}:Int64}}"
        over_all += [
            f"countIf(b{place})",
            f"countIf(b{place} AND NOT {earlier})",
            f"countIf({earlier})",
            f"countIf(b{place} AND {earlier})",
            f"sum(n{place})",
        ]
    return f"""
SELECT {", ".join(over_all)} FROM (
    SELECT customer, minIf(moment, purchase) AS first_or_0, countIf(purchase) AS purchases,
           if(purchases = 0, toInt64(9007199254740992), first_or_0) AS first, {", ".join(by_person)}
    FROM (
        SELECT customer, toUnixTimestamp64Milli(at) AS moment, purchase, amount
        FROM ({moves_sql(definitions)}
        )
    )
    GROUP BY customer HAVING customer <> 0
)
""".strip()


def windows(client: Client, definitions: Definitions, now: datetime, asked: Sequence[Window]) -> list[WindowFigures]:
    """See :func:`siyu.insight.service.windows`."""
    parameters: dict[str, Any] = span_of(now)
    for place, window in enumerate(asked):
        parameters[f"s{place}"] = to_millis(window.start) if window.start else -1
        parameters[f"e{place}"] = to_millis(window.end)
    found = client.one(windows_sql(definitions, len(asked)), **parameters)
    return [WindowFigures(*(int(value) for value in found[n : n + 5])) for n in range(0, len(found), 5)]
