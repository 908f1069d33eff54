"""Evaluating a segment in full: everybody is asked, and what is stored becomes what was answered."""

import time
from datetime import datetime

from pyroaring import BitMap64
from sqlalchemy import Connection

from siyu.engines.clickhouse.client import Client
from siyu.identity import service as identity
from siyu.kernel.errors import NotFound
from siyu.segments import rules
from siyu.segments.service.answering import answers
from siyu.segments.service.asking import open_world
from siyu.segments.service.changing import changes_of, tell
from siyu.segments.service.matching import moment_of
from siyu.segments.service.rulebook import without_references
from siyu.segments.store import definitions, dues, members, scans
from siyu.segments.store.bitmaps import bitmap, ids
from siyu.segments.store.definitions import Stored
from siyu.segments.types import Cause, Evaluation


def evaluate(
    conn: Connection, clickhouse: Client, segment_id: int, now: datetime, cause: Cause = "asked"
) -> Evaluation:
    """Ask everybody, write who is in the segment, tell who came and went (not when it is filled first). Safe to repeat.

    The segment's row is held meanwhile: reactions of this segment wait, so that none is overwritten by an older answer.

    Raises:
        NotFound: there is no such segment.
        DeletedSegment: its rule refers to one that is not there.
    """
    stored = definitions.by_id(conn, segment_id, lock=True)
    if stored is None:
        raise NotFound(what="segment", what_zh="人群", key=segment_id)
    began = time.perf_counter()
    (rule,) = without_references(conn, [stored.tree])
    scans.refresh_aliases(clickhouse)
    world = open_world(conn, clickhouse, moment_of(conn, now))
    (answer,) = answers(world, [rule], dues=stored.live)
    was = _living(conn, members.everybody(conn, segment_id), world.everybody)
    first = stored.evaluated_version == 0
    entered, left = answer.people - was, was - answer.people
    if not first:
        tell(conn, changes_of(segment_id, entered, left, now), [stored])
    members.replace(conn, segment_id, answer.people)
    dues.replace(conn, segment_id, dues.by_moment(answer.due_ids, answer.due_at, world.moment.now))
    definitions.depend(conn, segment_id, sorted(rules.depends_on(rule)))
    took = round((time.perf_counter() - began) * 1000)
    definitions.evaluated(conn, segment_id, stored.version, len(answer.people), now, took)
    kept = _evaluation(stored, "first" if first else cause, now, (len(answer.people), len(entered), len(left)), took)
    definitions.note_evaluation(
        conn, (segment_id, kept.version, kept.cause, now, kept.people, kept.entered, kept.left, took)
    )
    return kept


def _evaluation(stored: Stored, cause: str, now: datetime, counts: tuple[int, int, int], took: int) -> Evaluation:
    changed = stored.outdated and cause != "first"
    return Evaluation(stored.id, stored.version, "changed" if changed else cause, now, *counts, took)


def _living(conn: Connection, held: BitMap64, everybody: BitMap64) -> BitMap64:
    """Whoever was held under an id that was merged away was held, too."""
    gone = held - everybody
    if not gone:
        return held
    return ((held & everybody) | bitmap(identity.owners_now(conn, ids(gone)))) & everybody


def not_evaluated(conn: Connection) -> list[int]:
    """Segments that wait for a full evaluation."""
    return definitions.waiting(conn)
