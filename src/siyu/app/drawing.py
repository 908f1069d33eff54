"""The job that ends rounds of draws, gives orders back, and forgets the record of what is long over."""

from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy import Connection

from siyu.app.context import Context
from siyu.app.piecewise import in_pieces
from siyu.draws import service as draws

log = structlog.get_logger(__name__)

JOB: Final = "draws.keep"


def keep(context: Context, *, ending: Callable[[], bool] = lambda: False) -> dict[str, int]:
    """End rounds whose time is over, then forget what ended more than two years ago; returns how many. Safe to repeat."""
    pieces: tuple[tuple[str, Callable[[Connection], int]], ...] = (
        ("rounds", lambda conn: draws.end_due(conn, context.clock.now())),
        ("forgotten", lambda conn: draws.forget_draws(conn, context.clock.now())),
    )
    done = in_pieces(context, pieces, ending)
    if any(done.values()):
        log.info("draws.kept", **done)
    return done
