"""The job that asks platforms of payments where no notification came."""

from collections.abc import Callable
from typing import Final

import structlog

from siyu.app import cashing
from siyu.app.context import Context
from siyu.app.outward import outward
from siyu.payments import service as payments
from siyu.payments.service import Till

log = structlog.get_logger(__name__)

JOB: Final = "payments.look_after"


def till(context: Context) -> Till:
    """Where this process calls platforms of payments."""
    opens = payments.opener(outward())
    return Till(context.database, context.clock, opens, context.settings.base_url, cashing.turned)


def look_after(context: Context, *, ending: Callable[[], bool] = lambda: False) -> int:
    """Ask of everything that is due, send what was not sent, close what is over; returns of how many. Safe to repeat."""
    done = 0
    while not ending():
        count = payments.look_after(till(context))
        done += count
        if not count:
            break
    if done:
        log.info("payments.looked_after", asked=done)
    return done
