"""The lift of a programme: what the treated did more than those who were left alone."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from siyu.customers import service as customers
from siyu.engines.clickhouse.client import Client
from siyu.experiments import service as experiments
from siyu.experiments.types import Exposures
from siyu.insight.lifetime import store as lifetime
from siyu.insight.store import lift as store
from siyu.insight.types import Lift, LiftArm, LiftCost, LiftGroup, LiftOutcome, LiftPlan, OutcomeName
from siyu.kernel.clock import from_millis
from siyu.kernel.errors import BadInput

if TYPE_CHECKING:
    from siyu.experiments.statistics import Moments

_MOST_DAYS: Final = 365


def lift(conn: Connection, client: Client, plan: LiftPlan, now: datetime) -> Lift:
    """What a programme brought so far. It may be asked as often as one likes: the intervals hold at all times.

    Counted is what people did from their exposure on, for ``plan.days`` days: whoever was exposed lately had less time,
    in both groups alike. Who is mixed, or was assigned while nobody was left alone, is left out and counted.

    Args:
        conn: an open transaction.
        client: of the timeline's database.
        plan: which programme, until when.
        now: the moment.

    Raises:
        NotFound: there is no such programme.
        BadInput: not 1 to 365 days.
    """
    from siyu.insight.rules import lift as rules  # noqa: PLC0415 - SciPy, only where it is used

    if not 1 <= plan.days <= _MOST_DAYS:
        raise BadInput(
            reason=f"outcomes are counted for 1 to {_MOST_DAYS} days after the exposure.",
            reason_zh=f"效果统计周期须为曝光后 1 至 {_MOST_DAYS} 天。",
        )
    programme = experiments.programme(conn, plan.programme_id)
    load = _load(conn, client, plan.programme_id, now)
    people = store.people(client, load, plan.until)
    did: Mapping[int, tuple[float, ...]] = {}
    if people:
        first = from_millis(int(min(row[1] for row in people.values())))
        did = store.did(client, load, plan.definitions, first, plan.until, plan.days)
    cells: dict[tuple[int, int, int], Mapping[OutcomeName, Moments]] = {
        store.cell(number): rules.moments_of(row, did.get(number, ())) for number, row in people.items()
    }
    compared = set(rules.comparable(cells))
    exposed = Counter[tuple[int, int]]()
    blind = 0
    for (group, arm, bp), moments in cells.items():
        count = int(moments["order"].count)
        exposed[group, arm] += count * (bp in compared)
        blind += count * (bp not in compared)
    counts = experiments.counted(conn, [plan.programme_id])
    found = rules.outcomes(cells)
    watched = experiments.watch(conn, client, plan.programme_id, plan.until, days=plan.days)
    costs = tuple([LiftCost(way, n, n * programme.costs.get(way, 0)) for way, n in sorted(plan.touches.items())])
    treated = sum(count for (group, _), count in exposed.items() if group == 0)
    gains = _gain(found, treated, sum(cost.cost_fen for cost in costs))
    return Lift(
        programme=programme,
        until=plan.until,
        days=plan.days,
        groups=tuple([LiftGroup(one.group, one.arm, one.assigned, one.exposed, one.mixed) for one in counts]),
        treated=treated,
        control=sum(count for (group, _), count in exposed.items() if group == 1),
        mixed=sum(one.mixed for one in counts),
        blind=blind,
        unbalanced=rules.unbalanced(cells),
        outcomes=found,
        arms=tuple(
            [
                LiftArm(arm.name, exposed[0, place], rules.outcomes(cells, place))
                for place, arm in enumerate(programme.arms)
                if exposed[0, place]
            ]
        ),
        harms=watched.harms,
        harm_alarm=watched.alarm,
        costs=costs,
        cost_fen=sum(cost.cost_fen for cost in costs),
        gain_fen=gains[0] or 0,
        gain_low_fen=gains[1],
        gain_high_fen=gains[2],
    )


def _gain(found: tuple[LiftOutcome, ...], treated: int, cost_fen: int) -> tuple[int | None, ...]:
    """Money more, less the cost of the touches: as it looks, at least, at most."""
    money = next((one for one in found if one.outcome == "money"), None)
    if money is None:
        return (-cost_fen, None, None)
    return tuple(
        [
            round(one * treated) - cost_fen if one is not None else None
            for one in (money.difference, money.low, money.high)
        ]
    )


def _load(conn: Connection, client: Client, programme_id: int, now: datetime) -> int:
    """Have the exposed people stand beside the facts; returns the number they stand under.

    The number says all that they are: whoever asks meanwhile finds the same people or makes another load. It says the
    day as well, because ClickHouse remembers what was put there longer than it is kept.
    """
    model = lifetime.latest(conn)
    kept = experiments.exposures_print(conn, programme_id)
    whole = f"{kept}/{model['fingerprint'] if model else ''}/{now.date()}"
    load = int.from_bytes(hashlib.sha256(whole.encode()).digest()[:8], "big")
    count = int(kept.split("/")[1])
    if count and store.loaded(client, load) != count:
        people = experiments.exposures(conn, programme_id)
        store.put(client, load, people, _predicted(conn, people), now)
        store.drop_old(client, load, now)
    return load


def _predicted(conn: Connection, people: Exposures) -> NDArray[np.float64]:
    ids, values = customers.expected_of_everybody(conn)
    found = np.zeros(len(people.customer))
    if len(ids):
        place = np.minimum(np.searchsorted(ids, people.customer), len(ids) - 1)
        known = ids[place] == people.customer
        found[known] = values[place[known]]
    return found
