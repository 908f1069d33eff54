"""Who is assigned to what, and since when it counts. Arrays in, one statement each way, however many they are."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import repeat
from typing import Final

import numpy as np
from sqlalchemy import Connection

from siyu.customers import service as customers
from siyu.engines.postgres import AnyRow
from siyu.experiments import rules
from siyu.experiments.store import assignments as store
from siyu.experiments.types import Assignment, Group, GroupCount, Programme
from siyu.identity import service as identity
from siyu.kernel.errors import NotFound

_GROUPS: Final[tuple[Group, ...]] = ("treated", "control", "holdout")
_Pair = tuple[int, int]


def assign(
    conn: Connection, programme_id: int, customer_ids: Iterable[int], now: datetime, *, expose: bool = False
) -> dict[int, Assignment]:
    """The places of customers in one programme, by customer; see :func:`assign_many`."""
    found = assign_many(conn, zip(repeat(programme_id), customer_ids), now, expose=expose)
    return {customer_id: place for (_, customer_id), place in found.items()}


def assign_many(
    conn: Connection, pairs: Iterable[tuple[int, int]], now: datetime, *, expose: bool = False
) -> dict[tuple[int, int], Assignment]:
    """The places of customers in programmes, by (programme, customer); who has none yet gets one, for good.

    One statement reads, one writes, however many they are. Safe under concurrency and to repeat: the first assignment
    stays, whatever control group and holdout are by then.

    Args:
        conn: an open transaction.
        pairs: (programme, customer as OneID knows them now).
        now: the moment.
        expose: they are exposed at this moment as well, as :func:`expose` would do; what is returned says so.

    Raises:
        NotFound: there is no such programme.
    """
    wanted = sorted(set(pairs))
    places = {place[:2]: place for place in _read(conn, wanted)}
    new = [pair for pair in wanted if pair not in places]
    if new:
        made = _draw(conn, new, now, expose=expose)
        places |= made if made is not None else {place[:2]: place for place in _read(conn, new)}
    if expose and (hidden := [pair for pair, place in places.items() if place.exposed_at is None]):
        expose_many(conn, hidden, now)
        places |= {place[:2]: place for place in _read(conn, hidden)}
    return places


def _read(conn: Connection, pairs: Sequence[_Pair]) -> list[Assignment]:
    if not pairs:
        return []
    found = store.assigned(conn, [one for one, _ in pairs], [one for _, one in pairs])
    programmes = store.programmes(conn, sorted({row.programme_id for row in found})) if found else {}
    return [_assignment(row, programmes) for row in found]


def _assignment(row: AnyRow, programmes: dict[int, Programme]) -> Assignment:
    programme_id, customer_id, group_no, arm, control_bp, assigned_at, exposed_at, mixed = row
    return Assignment(
        programme_id,
        customer_id,
        _GROUPS[group_no],
        programmes[programme_id].arms[arm].name if arm >= 0 else None,
        control_bp,
        assigned_at,
        exposed_at,
        mixed,
    )


def _draw(conn: Connection, pairs: Sequence[_Pair], now: datetime, *, expose: bool) -> dict[_Pair, Assignment] | None:
    """Draw places for those who have none; ``None`` when another process was faster with one of them."""
    programmes = store.programmes(conn, sorted({one for one, _ in pairs}))
    ids = np.array(pairs, np.int64)
    groups, bps, arms = np.zeros(len(ids), np.int8), np.zeros(len(ids), np.int64), np.full(len(ids), -1, np.int64)
    holdout_bp = store.holdout(conn)
    for programme_id in np.unique(ids[:, 0]).tolist():
        if programme_id not in programmes:
            raise NotFound(what="programme", what_zh="以下编号的项目：", key=programme_id)
        programme, its = programmes[programme_id], ids[:, 0] == programme_id
        bps[its] = programme.control_bp
        groups[its], points = rules.draw(
            ids[its, 1].astype(np.uint64), programme.salt, programme.control_bp, holdout_bp
        )
        if programme.arms:
            arms[its] = rules.arm_at(points, [arm.weight for arm in programme.arms])
    columns: dict[str, Sequence[int | None]] = {
        "programme_id": ids[:, 0].tolist(),
        "customer_id": ids[:, 1].tolist(),
        "control_bp": bps.tolist(),
        "group_no": groups.tolist(),
        "arm": arms.tolist(),
        "expected_fen": [None] * len(ids),
    }
    if expose:
        expected = customers.expected_values(conn, sorted({one for _, one in pairs}))
        columns["expected_fen"] = [expected.get(one) for _, one in pairs]
    if store.insert(conn, columns, now, expose=expose) < len(pairs):
        return None
    exposed_at = now if expose else None
    names = {one.id: [arm.name for arm in one.arms] for one in programmes.values()}
    return {
        pair: Assignment(
            *pair, _GROUPS[group], names[pair[0]][arm] if arm >= 0 else None, bp, now, exposed_at, mixed=False
        )
        for pair, group, arm, bp in zip(pairs, groups.tolist(), arms.tolist(), bps.tolist(), strict=True)
    }


def expose(conn: Connection, programme_id: int, customer_ids: Iterable[int], at: datetime) -> None:
    """Have the outcome of these customers in one programme count from now on; see :func:`expose_many`."""
    expose_many(conn, zip(repeat(programme_id), customer_ids), at)


def expose_many(conn: Connection, pairs: Iterable[tuple[int, int]], at: datetime) -> None:
    """Have the outcome of (programme, customer) count from this moment on. The first exposure stays; safe to repeat.

    For the treated that is when their first touch was decided "send", for the control when it would have been: whoever
    asks has asked everything else before. What a customer is expected to bring is kept with it, so that no treatment
    can have moved it. Who is not assigned is left out.
    """
    wanted = sorted(set(pairs))
    if not wanted:
        return
    expected = customers.expected_values(conn, sorted({one for _, one in wanted}))
    store.expose(
        conn, [one for one, _ in wanted], [one for _, one in wanted], [expected.get(one) for _, one in wanted], at
    )


def places_of(conn: Connection, customer_id: int) -> list[Assignment]:
    """Every place that a customer has, newest first."""
    found = store.of_customer(conn, customer_id)
    programmes = store.programmes(conn, sorted({row.programme_id for row in found})) if found else {}
    return [_assignment(row, programmes) for row in found]


def counted(conn: Connection, programme_ids: Sequence[int]) -> list[GroupCount]:
    """How many people are assigned and exposed, by programme, group and arm."""
    programmes = store.programmes(conn, programme_ids)
    return [
        GroupCount(
            row.programme_id,
            _GROUPS[row.group_no],
            programmes[row.programme_id].arms[row.arm].name if row.arm >= 0 else None,
            row.assigned,
            row.exposed,
            row.mixed,
        )
        for row in store.counts(conn, programme_ids)
    ]


def reassign(conn: Connection, merged: Sequence[tuple[int, int]]) -> None:
    """After merges: the earlier place stays, exposed since the earlier exposure. Safe to repeat.

    Where the two had different groups or variants the person is mixed and no report counts them. A split gives nothing
    back: who is new has a new bucket and no place yet.

    Args:
        conn: an open transaction.
        merged: (loser, winner); chains within them are followed.
    """
    final = identity.ends_of(merged)
    if final:
        store.move(conn, list(final), list(final.values()))
