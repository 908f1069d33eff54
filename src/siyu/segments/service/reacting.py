"""Keeping live segments up to date: for the people to whom something happened, and when time alone changes an answer."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from pyroaring import BitMap64
from sqlalchemy import Connection

from siyu.engines.clickhouse.client import Client
from siyu.identity import service as identity
from siyu.segments.rules import AHEAD, ANY_FACT, PEOPLE, named_only
from siyu.segments.service.answering import answers
from siyu.segments.service.asking import open_world
from siyu.segments.service.changing import apply, tell
from siyu.segments.service.evaluating import evaluate
from siyu.segments.service.matching import AT_ONCE, moment_of
from siyu.segments.service.rulebook import without_references
from siyu.segments.store import definitions, dues
from siyu.segments.store.bitmaps import bitmap, ids
from siyu.segments.store.definitions import Stored
from siyu.segments.types import Change, Rule

CHANNEL: Final = "siyu_segments"  # NOTIFY: somebody was touched by something that no fact tells of
MANY: Final = 50_000  # people whose facts are not looked up one by one any more: everybody is asked


# To whom facts of a kind with one of these names happened.
OfNames = Callable[[str, Collection[str]], BitMap64]


def react(
    conn: Connection,
    clickhouse: Client,
    touched: Mapping[str, BitMap64],
    now: datetime,
    of_names: OfNames | None = None,
) -> list[Change]:
    """Evaluate the live segments that depend on what happened, for those to whom it did; write and tell the changes.

    Safe to repeat: an answer is what counts, not what happened. Segments that wait for their evaluation are left to it.

    Args:
        conn: an open transaction.
        clickhouse: has the facts already.
        touched: what happened (a kind of fact, or another cause) → to whom, as OneID knows them now; under ``AHEAD``
            those of whom a fact is dated ahead.
        now: nothing after it counts.
        of_names: says of kinds of facts more exactly to whom it happened; without it, everybody of the kind is asked.
    """
    happened = {cause: people for cause, people in touched.items() if people}
    if not happened or not definitions.any_live(conn, [*happened, ANY_FACT]):
        return []
    segments = definitions.lock_live(conn, [*happened, ANY_FACT])
    wanted = []
    trees = without_references(conn, [stored.tree for stored in segments])
    for stored, tree in zip(segments, trees, strict=True):
        exact = _exact(tree, happened, of_names) if of_names is not None else happened
        if everyone := _concerned(stored.depends_on, happened if ANY_FACT in stored.depends_on else exact):
            wanted.append((stored, everyone))
    # A fact that is dated ahead stays due until its moment: only new ones, or another's, are looked for.
    return _look_again(conn, clickhouse, wanted, now, ahead=not happened.keys().isdisjoint((AHEAD, *PEOPLE)))


def _exact(tree: Rule, happened: Mapping[str, BitMap64], of_names: OfNames) -> Mapping[str, BitMap64]:
    """What happened, of facts that the rule knows by their names without those of other names."""
    named = {kind: names for kind, names in named_only(tree).items() if kind in happened}
    return {**happened, **{kind: of_names(kind, names) for kind, names in named.items()}}


def _concerned(causes: Iterable[str], happened: Mapping[str, BitMap64]) -> BitMap64:
    if ANY_FACT in causes:
        return BitMap64.union(*happened.values())
    return BitMap64.union(*[happened[cause] for cause in causes if cause in happened])


def _look_again(
    conn: Connection, clickhouse: Client, wanted: Sequence[tuple[Stored, BitMap64]], now: datetime, *, ahead: bool
) -> list[Change]:
    few = [(stored, people) for stored, people in wanted if len(people) <= MANY]
    for stored, people in wanted:
        if len(people) > MANY:  # such a change is that of an import, which starts nothing for single people
            evaluate(conn, clickhouse, stored.id, now, "changed")
    changes: list[Change] = []
    if not few:
        return changes
    trees = without_references(conn, [stored.tree for stored, _ in few])
    everyone = ids(BitMap64.union(*[people for _, people in few]))
    moment = moment_of(conn, now)
    for start in range(0, len(everyone), AT_ONCE):
        asked = everyone[start : start + AT_ONCE]
        world = open_world(conn, clickhouse, moment, asked.tolist())
        answered = zip([stored for stored, _ in few], answers(world, trees, dues=True, ahead=ahead), strict=True)
        changes += apply(conn, world, bitmap(asked), list(answered), now)
    tell(conn, changes, [stored for stored, _ in few])
    return changes


def expire(conn: Connection, clickhouse: Client, now: datetime, most: int = 5000) -> list[Change]:
    """Look again at those whose answers may have changed by time alone; write and tell the changes.

    Takes the segment that waits first, and of it about ``most`` people: call it again while :func:`anything_due`.
    """
    millis = moment_of(conn, now).now
    for segment_id in dues.due_segments(conn, millis)[:1]:
        stored = definitions.by_id(conn, segment_id, lock=True)
        people = dues.take(conn, segment_id, millis, most)
        if stored is not None and stored.live and not stored.outdated:
            return _look_again(
                conn, clickhouse, [(stored, bitmap(identity.owners_now(conn, ids(people))))], now, ahead=True
            )
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
