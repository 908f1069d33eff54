"""Full evaluations of segments, as jobs: after a rule has changed, and every night of all."""

from typing import Final

import structlog

from siyu.app.context import Context
from siyu.kernel.errors import NotFound
from siyu.segments import service as segments
from siyu.segments.types import Cause

log = structlog.get_logger(__name__)

EVALUATE: Final = segments.EVALUATE
ALL: Final = "segments.evaluate_all"


def evaluate(context: Context, segment_id: int, cause: Cause = "asked") -> None:
    """Evaluate one, in a transaction of its own; one that was deleted meanwhile is left out. Safe to repeat."""
    with context.database.transaction() as conn:
        try:
            done = segments.evaluate(conn, context.clickhouse, segment_id, context.clock.now(), cause)
        except NotFound:
            return
    # Between two evaluations by the same rule everything should have come by reactions: the log tells when it did not.
    moved = done.entered + done.left
    log.info(
        "segment.evaluated", segment=segment_id, cause=done.cause, people=done.people, moved=moved, ms=done.took_ms
    )


def evaluate_all(context: Context) -> None:
    """Evaluate every segment, one after the other."""
    with context.database.transaction() as conn:
        ids = [segment.id for segment in segments.segments(conn)]
    for segment_id in ids:
        evaluate(context, segment_id, "nightly")
