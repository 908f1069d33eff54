"""Looks at the harm of every programme that runs, one transaction each."""

from collections.abc import Callable
from typing import Final

import structlog

from siyu.app.context import Context
from siyu.touch import service as touch

log = structlog.get_logger(__name__)

JOB: Final = "touch.watch"


def guard_all(context: Context, *, ending: Callable[[], bool] = lambda: False) -> list[int]:
    """Have the guard look at each; returns those that it stopped. Safe to repeat.

    Raises:
        ExceptionGroup: some could not be looked at; all others were.
    """
    with context.database.transaction() as conn:
        programmes = touch.guarded_programmes(conn)
    stopped, broken = [], []
    for programme_id in programmes:
        if ending():
            break
        now = context.clock.now()
        try:
            with context.database.transaction() as conn:
                found = touch.guard_programme(conn, context.clickhouse, programme_id, now)
        except Exception as error:
            log.exception("guard.failed", programme=programme_id)
            broken.append(error)
            continue
        if found.halted_at == now:
            stopped.append(programme_id)
            log.warning("guard.stopped", programme=programme_id, why=found.said_en)
    if broken:
        raise ExceptionGroup("programmes that the harm guard could not look at", broken)
    return stopped
