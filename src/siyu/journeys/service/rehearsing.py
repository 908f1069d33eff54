"""Rehearsals that were asked for: made by a job piece by piece, seen while they go on, cancelled, kept."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from siyu.engines import jobs
from siyu.engines.access import service as access
from siyu.journeys.service.managing import definition_of, journey
from siyu.journeys.store import rehearsals
from siyu.journeys.types.definition import Definition
from siyu.journeys.types.running import AskedRehearsal, Rehearsal
from siyu.kernel.errors import BadInput, NotFound
from siyu.segments import service as segments

REHEARSE: Final = "journeys.rehearse"  # the job
LONGEST: Final = timedelta(days=100)


def ask_rehearsal(
    conn: Connection,
    journey_id: int,
    since: datetime,
    until: datetime,
    most: int,
    actor: str,
    now: datetime,
    *,
    segment_id: int | None = None,
) -> AskedRehearsal:
    """Have the draft (or the newest version) rehearsed, by a job: over what happened in a time that is past; or, with a
    segment, as if everybody of it were brought in at ``since``, which is now or later. Audited.

    Raises:
        NotFound: there is no such journey or segment.
        BadInput: the time is empty, longer than a hundred days, or not past; with a segment, past.
    """
    found = journey(conn, journey_id)
    if segment_id is None:
        _check_past(since, until, now)
    else:
        segments.segment(conn, segment_id)
        _check_ahead(since, until, now)
    definition = definition_of(conn, found)
    asked = rehearsals.insert(conn, found.id, definition, since, until, most, actor, now, segment_id)
    jobs.defer(conn, REHEARSE, {"rehearsal_id": asked.id}, queue=jobs.LONG)
    details = {"rehearsal": asked.id} | ({"segment": segment_id} if segment_id is not None else {})
    access.record(conn, actor=actor, action="journey.rehearsed", target=f"journey:{found.id}", details=details, now=now)
    return asked


def _check_past(since: datetime, until: datetime, now: datetime) -> None:
    if not since < until <= now or until - since > LONGEST:
        raise BadInput(
            reason="a rehearsal goes over at most 100 days that are past: 'since' lies before 'until', and that before now.",
            reason_zh="演练时段须为过去的时间，起点早于终点，且不超过 100 天。",
        )


def _check_ahead(since: datetime, until: datetime, now: datetime) -> None:
    if not now <= since < until or until - now > LONGEST:
        raise BadInput(
            reason="a rehearsal with a segment lies ahead: 'since' is now or later, before 'until', and that at most 100 days "
            "from now.",
            reason_zh="指定人群的演练须从现在或之后开始，起点早于终点，且终点在 100 天以内。",
        )


def rehearsal(conn: Connection, rehearsal_id: int) -> AskedRehearsal:
    """One rehearsal with its result, once it is done.

    Raises:
        NotFound: there is none of this id.
    """
    found = rehearsals.rehearsal(conn, rehearsal_id)
    if found is None:
        raise NotFound(what="rehearsal", what_zh="演练", key=rehearsal_id)
    return found


def rehearsals_of(conn: Connection, journey_id: int, limit: int = 20) -> list[AskedRehearsal]:
    """The last rehearsals of a journey, newest first, without their results."""
    return rehearsals.of_journey(conn, journey(conn, journey_id).id, max(1, min(limit, 100)))


def rehearsed_definition(conn: Connection, rehearsal_id: int) -> Definition:
    """The definition as it was when the rehearsal was asked for."""
    return rehearsals.definition_of(conn, rehearsal_id)


def note_rehearsal(conn: Connection, rehearsal_id: int, done: int, total: int) -> bool:
    """So many people of so many were taken through; whether it is to go on: it is not when it was cancelled or has ended."""
    return rehearsals.note(conn, rehearsal_id, done, total)


def cancel_rehearsal(conn: Connection, rehearsal_id: int, actor: str, now: datetime) -> AskedRehearsal:
    """Have it end before its next piece; what was found so far is kept. One that has ended stays as it is. Audited.

    Raises:
        NotFound: there is none of this id.
    """
    found = rehearsal(conn, rehearsal_id)
    if rehearsals.cancel(conn, rehearsal_id, now):
        access.record(
            conn,
            actor=actor,
            action="rehearsal.cancelled",
            target=f"journey:{found.journey_id}",
            details={"rehearsal": rehearsal_id},
            now=now,
        )
    return rehearsal(conn, rehearsal_id)


def finish_rehearsal(
    conn: Connection, rehearsal_id: int, result: Rehearsal | None, problem: Mapping[str, Any] | None, now: datetime
) -> None:
    """Keep what came of it. Safe to repeat: what came first stays. One that was cancelled stays so, with what was found."""
    rehearsals.finish(conn, rehearsal_id, result, problem, now)
