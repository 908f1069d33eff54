"""Applying what evaluations found: who comes and goes, what is due next, and the facts of it."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from pyroaring import BitMap64
from sqlalchemy import Connection

from siyu.kernel.fact import Fact
from siyu.segments.service.answering import Answer
from siyu.segments.service.asking import World
from siyu.segments.store import definitions, dues, members
from siyu.segments.store.bitmaps import bitmap
from siyu.segments.store.definitions import Stored
from siyu.segments.types import Change
from siyu.timeline import service as timeline


def apply(
    conn: Connection, world: World, answered: Sequence[tuple[Stored, BitMap64, Answer]], now: datetime
) -> list[Change]:
    """Make the asked people's part of some segments what was answered; returns who came and went. Safe to repeat.

    Somebody who was in one under an id that was merged away stays in it without coming or going.

    Args:
        conn: a transaction that holds the rows of the segments.
        world: of a few people.
        answered: segments, of whom it was asked (also ids that are nobody's any more), who of them passes and when that
            may change.
        now: the moment of the changes.
    """
    assert world.few is not None
    aliases, everybody = world.few.aliases, world.everybody
    everyone = BitMap64.union(*[asked for _, asked, _ in answered])
    stored = members.among_many(conn, [one.id for one, _, _ in answered], everyone | bitmap(aliases.merged))
    moves, dated, changes = {}, {}, []
    for one, asked, answer in answered:
        into = np.array([now_ in asked for now_ in aliases.merged_into.tolist()], np.bool_)
        merged, merged_into = aliases.merged[into], aliases.merged_into[into]
        held, people = stored[one.id] & (asked | bitmap(merged)), answer.people
        another = np.asarray([before in held for before in merged.tolist()], np.bool_)
        was = (held | bitmap(merged_into[another])) & everybody
        if people != held:
            moves[one.id] = people - held, held - people
        if len(answer.due_ids):
            dated[one.id] = dues.by_moment(answer.due_ids, answer.due_at, world.moment.now)
        changes += changes_of(one.id, people - was, was - people, now)
    if moves:
        members.change(conn, moves)
        definitions.count_moves(conn, {of: len(coming) - len(going) for of, (coming, going) in moves.items()})
    dues.add(conn, dated)
    return changes


def changes_of(segment_id: int, entered: BitMap64, left: BitMap64, now: datetime) -> list[Change]:
    """As others see them, by customer."""
    return [Change(segment_id, customer_id, True, now) for customer_id in entered] + [
        Change(segment_id, customer_id, False, now) for customer_id in left
    ]


def tell(conn: Connection, changes: Sequence[Change], segments: Sequence[Stored]) -> None:
    """Put the changes on the log."""
    known = {stored.id: stored for stored in segments}
    facts = []
    for change in changes:
        stored = known[change.segment_id]
        said = {"segment": stored.id, "name": stored.name, "version": stored.version}
        kind = "segment.entered" if change.entered else "segment.left"
        facts.append(Fact(kind, change.customer_id, 0, change.at, name=str(stored.id), properties=said))
    timeline.append(conn, facts)
