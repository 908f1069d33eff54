"""The job that has the chosen of trials be known in time, marks whose report did not come, and ends what is over."""

from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy import Connection

from siyu.app.context import Context
from siyu.app.piecewise import in_pieces
from siyu.trials import service as trials

log = structlog.get_logger(__name__)

JOB: Final = "trials.keep"


def keep(context: Context, *, ending: Callable[[], bool] = lambda: False) -> dict[str, int]:
    """Settle trials whose time to choose is over, mark late reports, end trials, give back their coupons; returns how many of each. Safe to repeat."""
    pieces: tuple[tuple[str, Callable[[Connection], int]], ...] = (
        ("settled", lambda conn: trials.settle_due(conn, context.clock.now())),
        ("missed", lambda conn: trials.mark_missed(conn, context.clock.now())),
        ("ended", lambda conn: trials.end_finished(conn, context.clock.now())),
        ("released", lambda conn: trials.release_coupons(conn, context.clock.now())),
    )
    done = in_pieces(context, pieces, ending)
    if any(done.values()):
        log.info("trials.kept", **done)
    return done
