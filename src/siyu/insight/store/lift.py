"""What exposed people did since, summed up by cell: six sums of each outcome, so that no person leaves the engine.

A cell is a group, an arm and the share of the control group at assignment, as one number.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from siyu.engines.clickhouse.client import Client
from siyu.experiments.types import Exposures
from siyu.insight.store.moves import CUSTOMER, moves_sql
from siyu.insight.types import Definitions

VISITS: Final = ("event.tracked", "page.viewed", "screen.viewed")
_ARMS: Final = 64
_GROUPS: Final = 2
_PIECE: Final = 250_000  # rows an insert
_KEPT: Final = timedelta(days=2)
_EXPOSED: Final = "SELECT customer_id AS customer, cell, since, expected AS x FROM exposed WHERE load = {load:UInt64}"
Sums = dict[int, tuple[float, ...]]


class Cell(NamedTuple):
    """Who belongs together in a comparison."""

    group: int
    arm: int
    control_bp: int


def cell(number: int) -> Cell:
    """What the number of a cell says."""
    rest, group = divmod(number, _GROUPS)
    control_bp, arm = divmod(rest, _ARMS)
    return Cell(group, arm - 1, control_bp)


def numbers(people: Exposures) -> NDArray[np.int64]:
    """The number of each one's cell."""
    found: NDArray[np.int64] = (people.control_bp * _ARMS + people.arm + 1) * _GROUPS + people.group
    return found


def loaded(client: Client, load: int) -> int:
    """How many people this load has."""
    return int(client.scalar("SELECT count() FROM exposed WHERE load = {load:UInt64}", load=load))


def put(client: Client, load: int, people: Exposures, predicted: NDArray[np.float64], now: datetime) -> None:
    """Keep these people beside the facts. Safe to repeat: the same load has the same people."""
    import pyarrow as pa  # noqa: PLC0415 - only where tables are moved

    order = np.argsort(people.customer)
    for number, start in enumerate(range(0, len(order), _PIECE)):
        place = order[start : start + _PIECE]
        table: pa.Table = pa.table(
            {
                "load": pa.array(np.full(len(place), load, np.uint64)),
                "loaded_at": pa.array(np.full(len(place), int(now.timestamp()), np.uint32)),
                "customer_id": pa.array(people.customer[place].astype(np.uint64)),
                "cell": pa.array(numbers(people)[place].astype(np.uint32)),
                "since": pa.array(people.since[place]).cast(pa.timestamp("ms", "UTC")),
                "expected": pa.array(people.expected[place].astype(np.float64)),
                "predicted": pa.array(predicted[place]),
            }
        )
        client.insert("exposed", table, token=f"exposed-{load}-{number}")


def drop_old(client: Client, load: int, now: datetime) -> None:
    """Drop the loads, but this one, that were made more than two days ago."""
    found = client.rows(
        "SELECT load FROM exposed WHERE load <> {load:UInt64} GROUP BY load HAVING max(loaded_at) < {before:DateTime}",
        load=load,
        before=now - _KEPT,
    )
    for row in found:
        client.run(f"ALTER TABLE exposed DROP PARTITION {int(row[0])}")


def people_sql() -> str:
    """By cell: people, the first exposure in ms, and sums of what was expected (x) and is predicted now (p)."""
    return """
SELECT cell, count() AS people, toInt64(min(toUnixTimestamp64Milli(since))) AS first,
       sum(expected) AS x, sum(expected * expected) AS xx, sum(predicted) AS p, sum(predicted * predicted) AS pp,
       sum(expected * predicted) AS xp
FROM exposed WHERE load = {load:UInt64} AND since <= {until:DateTime64(3, 'UTC')} GROUP BY cell ORDER BY cell
""".strip()


def did_sql(definitions: Definitions) -> str:
    """By cell, of those who did anything: sums of who visited, who bought, their money, each also times x.

    Counted is what lies between the exposure, which belongs to it, and {days} days later.
    """
    kinds = ", ".join(f"'{kind}'" for kind in VISITS)
    return f"""
SELECT cell, countIf(visits > 0), sumIf(x, visits > 0), countIf(orders > 0), sumIf(x, orders > 0),
       sum(money), sum(money * money), sum(money * x)
FROM (
    SELECT customer, any(cell) AS cell, any(x) AS x, countIf(visit) AS visits, countIf(purchase) AS orders,
           toFloat64(sum(amount)) AS money
    FROM (
        SELECT customer, at, purchase, amount, false AS visit FROM ({moves_sql(definitions)}
        )
        UNION ALL
        SELECT {CUSTOMER} AS customer, occurred_at AS at, false AS purchase, 0 AS amount, true AS visit FROM facts
        WHERE kind IN ({kinds}) AND occurred_at >= {{since:DateTime64(3, 'UTC')}}
          AND occurred_at <= {{until:DateTime64(3, 'UTC')}}
    ) AS happened
    INNER JOIN ({_EXPOSED}) AS who USING (customer)
    WHERE at >= who.since AND at < who.since + toIntervalDay({{days:UInt16}})
    GROUP BY customer
)
GROUP BY cell ORDER BY cell
""".strip()


def people(client: Client, load: int, until: datetime) -> Sums:
    """By cell, what :func:`people_sql` has."""
    return _by_cell(client.rows(people_sql(), load=load, until=until))


def did(
    client: Client, load: int, definitions: Definitions, since: datetime, until: datetime, days: int
) -> Mapping[int, tuple[float, ...]]:
    """By cell, what :func:`did_sql` has; cells of which nobody did anything are absent."""
    return _by_cell(client.rows(did_sql(definitions), load=load, since=since, until=until, days=days))


def _by_cell(found: Sequence[tuple[object, ...]]) -> Sums:
    return {int(str(row[0])): tuple([float(str(value)) for value in row[1:]]) for row in found}
