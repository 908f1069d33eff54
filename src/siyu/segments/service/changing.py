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
    conn: Connection, world: World, stored: Stored, asked: BitMap64, answer: Answer, now: datetime
) -> list[Change]:
    """Make the asked people's part of a segment what was answered; returns who came and went. Safe to repeat.

    Somebody who was in it under an id that was merged away stays in it without coming or going.

    Args:
        conn: a transaction that holds the segment's row.
        world: of a few people.
        stored: the segment.
        asked: whom it was asked of, also ids that are nobody's any more.
        answer: who of them passes, and when that may change.
        now: the moment of the changes.
    """
    assert world.few is not None
    aliases = world.few.aliases
    held = members.among(conn, stored.id, [*asked, *aliases.merged.tolist()])
    under_another = np.asarray([one in held for one in aliases.merged.tolist()], np.bool_)
    was = (held & world.everybody) | (bitmap(aliases.merged_into[under_another]) & world.everybody)
    coming, going = answer.people - held, held - answer.people
    if coming or going:
        members.change(conn, stored.id, coming, going)
        definitions.count_moves(conn, stored.id, len(coming) - len(going))
    dues.add(conn, stored.id, dues.by_moment(answer.due_ids, answer.due_at, world.moment.now))
    return changes_of(stored.id, answer.people - was, was - answer.people, now)


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
