"""Enrolments follow when OneID merges people; what a split leaves behind."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.postgres import AnyRow
from siyu.identity import service as identity
from siyu.journeys.store import enrolments as tables
from siyu.journeys.store import journeys, passages
from siyu.journeys.store.enrolments import Left
from siyu.kernel.fact import Fact


def reassign(conn: Connection, merged: Sequence[tuple[int, int]], now: datetime) -> list[Fact]:
    """After merges: the loser's journeys are the winner's. Pairs are (loser, winner), chains are followed; safe to repeat.

    Where both are in one journey under one key, who has passed more steps stays (of equals, who entered first), and the
    other leaves as ``merged``: nobody goes through it twice, and nothing that was done is done again. Returns
    ``journey.ended`` of those. A split gives nothing back: the new person has no journeys until something brings them in.
    """
    final = identity.ends_of(merged)
    if not final:
        return []
    found = tables.of_people(conn, [*final, *final.values()])
    rivals: dict[tuple[int, int, str], list[AnyRow]] = defaultdict(list)
    for row in found:
        rivals[final.get(row.customer_id, row.customer_id), row.journey_id, row.key].append(row)
    stays, leaves = [], []
    for (customer_id, _, _), rows in rivals.items():
        first, *others = sorted(rows, key=lambda row: (-row.passed, row.entered_at, row.id))
        leaves += others
        if first.customer_id != customer_id:
            stays.append((first.id, customer_id))
    tables.leave(conn, [Left(row.id, row.version_id, row.step, row.passed, "merged") for row in leaves], now)
    tables.reassign(conn, stays, list(final.items()))
    counted: dict[tuple[int, str, str], int] = defaultdict(int)
    for row in leaves:
        counted[row.version_id, row.step, "merged"] += 1
    passages.add(conn, counted, now)
    known = journeys.journeys_by_id(conn, sorted({row.journey_id for row in leaves})) if leaves else {}
    return [
        Fact(
            "journey.ended",
            final.get(row.customer_id, row.customer_id),
            0,
            now,
            name=known[row.journey_id].key,
            properties={"journey": row.journey_id, "key": row.key, "step": row.step, "how": "merged"},
        )
        for row in leaves
    ]
