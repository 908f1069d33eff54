"""All SQL of the lifetime models: who bought when, from the facts; and what each refit found."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import numpy as np
import orjson
from sqlalchemy import Connection

from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import one, rows, scalar
from siyu.insight.lifetime.counts import Whole
from siyu.insight.lifetime.people import Buyers
from siyu.insight.store.moves import PERIODS, moves_sql, span_of
from siyu.insight.types import CalibrationPeople
from siyu.insight.types.lifetime import MOST_REPEATS, LifetimePlan

_DAY: Final = PERIODS["day"]
_EPOCH: Final = date(1970, 1, 1)
_BY_CUT: Final = "toInt32(day) <= {cut:Int32}"


def span_sql(plan: LifetimePlan) -> str:
    """(purchases, the day by which one in a hundred of them was made): a stray old order does not begin the time."""
    return f"""
SELECT countIf(customer <> 0 AND purchase) AS purchases,
       toInt32(quantileExactIf(0.01)({_DAY}, customer <> 0 AND purchase)) AS start
FROM ({moves_sql(plan.definitions)}
)
""".strip()


def buyers_sql(plan: LifetimePlan) -> str:
    """One row a customer who ever bought; ``before`` is what was known at the end of day ``cut``."""
    return f"""
SELECT toInt64(customer) AS id, toInt64(toInt32(minIf(day, bought))) AS first,
       toInt64(toInt32(maxIf(day, bought))) AS last, toInt64(countIf(bought)) AS purchases, toInt64(sum(net)) AS net_fen,
       toInt64(countIf(bought AND {_BY_CUT})) AS purchases_before,
       toInt64(toInt32(maxIf(day, bought AND {_BY_CUT}))) AS last_before
FROM (
    SELECT customer, {_DAY} AS day, max(purchase) > 0 AS bought, sum(amount) AS net
    FROM ({moves_sql(plan.definitions)}
    )
    GROUP BY customer, day HAVING customer <> 0
)
GROUP BY customer HAVING purchases > 0 ORDER BY id
""".strip()


def known_sql(plan: LifetimePlan) -> str:
    """(customer, repeats) of those who had bought by day ``cut``: the groups of the calibration."""
    return f"""
    SELECT toUInt64(id) AS customer, least(purchases_before - 1, {MOST_REPEATS}) AS repeats
    FROM ({buyers_sql(plan)}
    )
    WHERE purchases_before > 0"""


def group_condition(asked: CalibrationPeople) -> tuple[str, dict[str, Any]]:
    """Who is of a group, over :func:`known_sql`; and its parameters."""
    values = {**_parameters(asked.plan), "cut": (asked.until - _EPOCH).days, "repeats": asked.repeats}
    return "repeats = {repeats:Int64}", values


def weekly_sql(plan: LifetimePlan) -> str:
    """(week, repeat purchases) of those who first bought by ``cut``; week 0 begins on ``start`` and takes what is older."""
    return f"""
SELECT toInt32(intDiv(greatest(toInt32(day) - {{start:Int32}}, 0), 7)) AS week, count() AS repeats
FROM (
    SELECT customer, arraySort(groupUniqArrayIf({_DAY}, purchase)) AS days
    FROM ({moves_sql(plan.definitions)}
    )
    GROUP BY customer HAVING customer <> 0 AND notEmpty(days) AND toInt32(days[1]) <= {{cut:Int32}}
)
ARRAY JOIN arraySlice(days, 2) AS day
GROUP BY week ORDER BY week
""".strip()


def span(client: Client, plan: LifetimePlan) -> tuple[int, int]:
    """How many purchases there are, and the day on which their time begins."""
    purchases, start = client.one(span_sql(plan), **_parameters(plan))
    return int(purchases), int(start)


def buyers(client: Client, plan: LifetimePlan, cut: int) -> Buyers:
    """Everybody who ever bought."""
    table = client.arrow(buyers_sql(plan), **_parameters(plan), cut=cut)
    names = ("id", "first", "last", "purchases", "net_fen", "purchases_before", "last_before")
    return Buyers(*[np.asarray(table.column(name).to_numpy(), dtype=np.int64) for name in names])


def weekly(client: Client, plan: LifetimePlan, *, start: int, cut: int) -> Whole:
    """Repeat purchases by week."""
    found = client.rows(weekly_sql(plan), **_parameters(plan), start=start, cut=cut)
    counts = np.zeros(max((int(week) for week, _ in found), default=-1) + 1, np.int64)
    for week, repeats in found:
        counts[int(week)] = repeats
    return counts


def _parameters(plan: LifetimePlan) -> dict[str, Any]:
    return {**span_of(plan.as_of), "zone": plan.zone}


_COLUMNS: Final = (
    "as_of, fitted_at, fingerprint, customers, actual_fen, predicted_fen, reason, reason_zh, CAST(body AS text) AS body"
)


def keep(conn: Connection, row: Mapping[str, Any]) -> bool:
    """Keep what a refit found; whether it is new. Of the same data there is one row."""
    body = row["body"]
    made = scalar(
        conn,
        """
        INSERT INTO insight.lifetime_model
            (as_of, fitted_at, fingerprint, customers, actual_fen, predicted_fen, reason, reason_zh, body)
        VALUES (:as_of, :fitted_at, :fingerprint, :customers, :actual_fen, :predicted_fen, :reason, :reason_zh,
                CAST(:body AS json))
        ON CONFLICT (fingerprint) DO NOTHING
        RETURNING id
        """,
        **{**row, "body": orjson.dumps(body).decode() if body is not None else None},
    )
    return made is not None


def latest(conn: Connection) -> Mapping[str, Any] | None:
    """The last refit."""
    found = one(conn, f"SELECT {_COLUMNS} FROM insight.lifetime_model ORDER BY fitted_at DESC, id DESC LIMIT 1")
    if found is None:
        return None
    row = found._asdict()
    row["body"] = orjson.loads(row["body"]) if row["body"] else None
    return row


def history(conn: Connection, days: int) -> list[Any]:
    """(as_of, customers, actual, predicted) of the last refit of each of the last ``days`` days that have one."""
    found = rows(
        conn,
        """SELECT DISTINCT ON (as_of) as_of, customers, actual_fen, predicted_fen FROM insight.lifetime_model
           ORDER BY as_of DESC, fitted_at DESC, id DESC LIMIT :days""",
        days=days,
    )
    return found[::-1]
