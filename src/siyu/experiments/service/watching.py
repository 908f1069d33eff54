"""Does a programme do harm? Treated against control since their exposure, by a test that may be asked at any time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, get_args

import numpy as np
from sqlalchemy import Connection

from siyu.engines.clickhouse.client import Client
from siyu.experiments.store import assignments, harms
from siyu.experiments.types import Harm, HarmCount, HarmKind, Watched
from siyu.kernel.clock import to_millis

ALPHA: Final = 0.05
_KINDS: Final[tuple[HarmKind, ...]] = get_args(HarmKind)
_NOBODY: Final = 10_000  # of ten thousand


def harm_counts(
    conn: Connection,
    clickhouse: Client,
    programme_id: int,
    until: datetime,
    *,
    days: int | None = None,
    since: datetime | None = None,
) -> list[HarmCount]:
    """To how many exposed people of each group each kind of harm happened since their exposure; once a person.

    Args:
        conn: an open transaction.
        clickhouse: of the timeline's database.
        programme_id: of whom.
        until: nothing after this moment counts.
        days: only what happened within so many days of the exposure; anything when absent.
        since: nothing before this moment counts.
    """
    _, first = assignments.exposed_strata(conn, programme_id, until)
    if first is None:
        return []
    harm, customer, at = harms.harms(clickhouse, max(first, since) if since else first, until)
    if not len(harm):
        return []
    within = timedelta(days=days).total_seconds() * 1000 if days is not None else np.inf
    people = assignments.exposed_of(conn, programme_id, np.unique(customer).tolist())
    if not people:
        return []
    known = np.array(sorted((row.customer_id, row.group_no, row.control_bp, to_millis(row.since)) for row in people))
    place = np.minimum(np.searchsorted(known[:, 0], customer), len(known) - 1)
    who = known[place]
    counts = (who[:, 0] == customer) & (at >= who[:, 3]) & (at < who[:, 3] + within)
    once = np.unique(np.column_stack([harm, who[:, 2], who[:, 1], customer])[counts], axis=0)
    cells, found = np.unique(once[:, :3], axis=0, return_counts=True)
    sums: dict[tuple[int, int], list[int]] = {}
    for (number, control_bp, group), count in zip(cells.tolist(), found.tolist(), strict=True):
        sums.setdefault((number, control_bp), [0, 0])[group] += count
    return [HarmCount(_KINDS[number - 1], bp, *both) for (number, bp), both in sorted(sums.items())]


def watch(
    conn: Connection,
    clickhouse: Client,
    programme_id: int,
    until: datetime,
    *,
    tolerated: float = 1.0,
    days: int | None = None,
    since: datetime | None = None,
) -> Watched:
    """How the harm of a programme stands, and whether it is past the limit.

    An alarm of a programme that does no harm has a probability of 5 % at most over its whole life, over all kinds of
    harm, however often this is asked. People who were assigned while nobody was left alone tell nothing and are left out.

    Args:
        conn: an open transaction.
        clickhouse: of the timeline's database.
        programme_id: of which.
        until: nothing after this moment counts.
        tolerated: so many times as often as in the control group is no harm; 1 or more.
        days: only what happened within so many days of the exposure; anything when absent.
        since: nothing before this moment counts.
    """
    strata, _ = assignments.exposed_strata(conn, programme_id, until)
    return weigh(
        [(row.control_bp, row.treated, row.control) for row in strata],
        harm_counts(conn, clickhouse, programme_id, until, days=days, since=since),
        tolerated=tolerated,
    )


def weigh(strata: Sequence[tuple[int, int, int]], counts: Sequence[HarmCount], *, tolerated: float = 1.0) -> Watched:
    """What these counts say; ``strata`` are (share of the control group, exposed treated, exposed control)."""
    from siyu.experiments.statistics import harm, ratio, together  # noqa: PLC0415 - SciPy, only where it is used

    compared = [one for one in strata if 0 < one[0] < _NOBODY]
    treated, control = sum(one[1] for one in compared), sum(one[2] for one in compared)
    limit = 1 / ALPHA
    if not compared:
        return Watched(treated, control, (), 1.0, limit, alarm=False, blind=True)
    shares = np.array([1 - bp / _NOBODY for bp, _, _ in compared])
    places = {bp: place for place, (bp, _, _) in enumerate(compared)}
    found, logs = [], []
    for kind in _KINDS:
        happened = np.zeros((2, len(compared)))
        for one in counts:
            if one.kind == kind and one.control_bp in places:
                happened[:, places[one.control_bp]] += (one.treated, one.control)
        evidence = harm(happened[0], happened[1], shares, tolerated)
        interval = ratio(happened[0], happened[1], shares)
        logs.append(float(evidence))
        high = float(interval.high)
        found.append(
            Harm(
                kind,
                int(happened[0].sum()),
                int(happened[1].sum()),
                float(happened[0].sum()) / max(treated, 1),
                float(happened[1].sum()) / max(control, 1),
                float(interval.low),
                high if np.isfinite(high) else None,
                _shown(float(evidence)),
            )
        )
    whole = float(together(logs))
    found.sort(key=lambda one: -one.evidence)
    return Watched(
        treated, control, tuple(found), _shown(whole), limit, alarm=whole >= float(np.log(limit)), blind=False
    )


def _shown(log: float) -> float:
    """The evidence itself, which JSON has no infinity for."""
    return float(np.exp(min(log, 700.0)))
