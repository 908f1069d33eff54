"""Keeping live segments up to date: for the people to whom something happened, and when time alone changes an answer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import numpy as np
from pyroaring import BitMap64
from sqlalchemy import Connection

from siyu.engines.clickhouse.client import Client
from siyu.identity import service as identity
from siyu.segments.rules import AHEAD, ANY_FACT, PEOPLE, named_only
from siyu.segments.service.answering import Answer, answers
from siyu.segments.service.asking import Ids, open_world
from siyu.segments.service.certain import certain
from siyu.segments.service.changing import apply, tell
from siyu.segments.service.evaluating import evaluate
from siyu.segments.service.matching import AT_ONCE, moment_of
from siyu.segments.service.rulebook import without_references
from siyu.segments.store import definitions, dues
from siyu.segments.store.aggregates import NEVER, Moment
from siyu.segments.store.bitmaps import bitmap, ids
from siyu.segments.store.definitions import Stored
from siyu.segments.types import Change, Rule, Told

CHANNEL: Final = "siyu_segments"  # NOTIFY: somebody was touched by something that no fact tells of
MANY: Final = 50_000  # people whose facts are not looked up one by one any more: everybody is asked
_NOBODY: Final = (np.empty(0, np.int64), np.empty(0, np.int64))


def react(
    conn: Connection,
    clickhouse: Client,
    touched: Mapping[str, BitMap64],
    now: datetime,
    told: Told | None = None,
) -> list[Change]:
    """Evaluate the live segments that depend on what happened, for those to whom it did; write and tell the changes.

    Safe to repeat: an answer is what counts, not what happened. Segments that wait for their evaluation are left to it.

    Args:
        conn: an open transaction.
        clickhouse: has the facts already.
        touched: what happened (a kind of fact, or another cause) → to whom, as OneID knows them now; under ``AHEAD``
            those of whom a fact is dated ahead.
        now: nothing after it counts.
        told: the facts themselves, of which it can be seen more exactly to whom it happened, and who passes by them
            alone; without them, everybody of the kind is asked.
    """
    happened = {cause: people for cause, people in touched.items() if people}
    if not happened or not definitions.any_live(conn, [*happened, ANY_FACT]):
        return []
    segments = definitions.lock_live(conn, [*happened, ANY_FACT])
    trees = without_references(conn, [stored.tree for stored in segments])
    wanted = []
    for stored, tree in zip(segments, trees, strict=True):
        exact = _exact(tree, happened, told) if told is not None else happened
        if everyone := _concerned(stored.depends_on, happened if ANY_FACT in stored.depends_on else exact):
            wanted.append((stored, tree, everyone))
    moment = moment_of(conn, now)
    changes, asked = _pass_by_what_was_told(conn, clickhouse, wanted, told, moment, now)
    # A fact that is dated ahead stays due until its moment: only new ones, or another's, are looked for.
    return changes + _look_again(
        conn, clickhouse, asked, moment, now, ahead=not happened.keys().isdisjoint((AHEAD, *PEOPLE))
    )


Wanted = Sequence[tuple[Stored, Rule, BitMap64]]  # a segment, its rule without references, who is to be looked at


def _exact(tree: Rule, happened: Mapping[str, BitMap64], told: Told) -> Mapping[str, BitMap64]:
    """What happened, of facts that the rule knows by their names without those of other names."""
    named = {kind: names for kind, names in named_only(tree).items() if kind in happened}
    return {**happened, **{kind: bitmap(told.owners[told.which(kind, names)]) for kind, names in named.items()}}


def _concerned(causes: Iterable[str], happened: Mapping[str, BitMap64]) -> BitMap64:
    if ANY_FACT in causes:
        return BitMap64.union(*happened.values())
    return BitMap64.union(*[happened[cause] for cause in causes if cause in happened])


def _pass_by_what_was_told(
    conn: Connection, clickhouse: Client, wanted: Wanted, told: Told | None, moment: Moment, now: datetime
) -> tuple[list[Change], Wanted]:
    """Have those in whose answer needs no look at other facts; returns what changed, and who is still to be asked."""
    passing: list[tuple[Stored, BitMap64, Ids, Ids]] = []
    asked = []
    for stored, tree, people in wanted:
        ids_, until = certain(tree, told, moment) if told is not None and len(people) <= MANY else _NOBODY
        known = bitmap(ids_)
        if known:
            passing.append((stored, known, ids_, until))
        if rest := people - known:
            asked.append((stored, tree, rest))
    if not passing:
        return [], asked
    world = open_world(conn, clickhouse, moment, ids(BitMap64.union(*[known for _, known, _, _ in passing])).tolist())
    answered = [
        (stored, known, Answer(known & world.everybody, ids_[until < NEVER], until[until < NEVER]))
        for stored, known, ids_, until in passing
    ]
    changes = apply(conn, world, answered, now)
    tell(conn, changes, [stored for stored, _, _ in answered])
    return changes, asked


def _look_again(
    conn: Connection, clickhouse: Client, wanted: Wanted, moment: Moment, now: datetime, *, ahead: bool
) -> list[Change]:
    few = [one for one in wanted if len(one[2]) <= MANY]
    for stored, _, people in wanted:
        if len(people) > MANY:  # such a change is that of an import, which starts nothing for single people
            evaluate(conn, clickhouse, stored.id, now, "changed")
    changes: list[Change] = []
    if not few:
        return changes
    everyone = ids(BitMap64.union(*[people for _, _, people in few]))
    for start in range(0, len(everyone), AT_ONCE):
        asked = everyone[start : start + AT_ONCE]
        world = open_world(conn, clickhouse, moment, asked.tolist())
        found = answers(world, [tree for _, tree, _ in few], dues=True, ahead=ahead)
        of = bitmap(asked)
        changes += apply(conn, world, [(one[0], of, answer) for one, answer in zip(few, found, strict=True)], now)
    tell(conn, changes, [stored for stored, _, _ in few])
    return changes


def expire(conn: Connection, clickhouse: Client, now: datetime, most: int = 5000) -> list[Change]:
    """Look again at those whose answers may have changed by time alone; write and tell the changes.

    Takes the segment that waits first, and of it about ``most`` people: call it again while :func:`anything_due`.
    """
    moment = moment_of(conn, now)
    for segment_id in dues.due_segments(conn, moment.now)[:1]:
        stored = definitions.by_id(conn, segment_id, lock=True)
        people = dues.take(conn, segment_id, moment.now, most)
        if stored is not None and stored.live and not stored.outdated:
            (tree,) = without_references(conn, [stored.tree])
            owners = bitmap(identity.owners_now(conn, ids(people)))
            return _look_again(conn, clickhouse, [(stored, tree, owners)], moment, now, ahead=True)
    return []


def anything_due(conn: Connection, now: datetime) -> bool:
    """Whether :func:`expire` has something to do."""
    return bool(dues.due_segments(conn, moment_of(conn, now).now))


def touch(conn: Connection, customer_ids: Iterable[int], cause: str) -> None:
    """Have these customers looked at again once this transaction is committed, for something that no fact tells of.

    Does nothing when no live segment depends on it. Safe to repeat.
    """
    if definitions.any_live(conn, [cause]):
        dues.touch(conn, cause, sorted({customer_id for customer_id in customer_ids if customer_id}), CHANNEL)


def wants(conn: Connection, cause: str) -> bool:
    """Whether any live segment may answer otherwise after this cause."""
    return definitions.any_live(conn, [cause])


def take_touched(conn: Connection) -> dict[str, BitMap64]:
    """Some of those who were touched, by cause, as OneID knows them now; the caller reacts in this transaction."""
    return {
        cause: bitmap(identity.owners_now(conn, ids(BitMap64(touched))))
        for cause, touched in dues.take_touched(conn).items()
    }
