"""What is told of redemptions, behind the sealer; and the job that cancels what is not paid in time, and ends coupons."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import Connection

from siyu.app.context import Context
from siyu.app.ledger import Sealing
from siyu.app.piecewise import in_pieces
from siyu.engines.postgres import Database
from siyu.rewards import service as rewards

log = structlog.get_logger(__name__)

JOB: Final = "rewards.keep"


@dataclass(frozen=True, slots=True)
class SealingAndTelling:
    """Several may run at once, in threads and processes."""

    database: Database
    sealing: Sealing

    def run_once(self) -> int:
        """Seal a block of the ledger, and tell what became of redemptions; returns of how many, 0 when nothing waits."""
        sealed = self.sealing.run_once()
        with self.database.transaction() as conn:
            return sealed + rewards.tell(conn)


def keep(context: Context, *, ending: Callable[[], bool] = lambda: False) -> dict[str, int]:
    """Cancel redemptions whose payment did not come in time, and end coupons whose time is over; returns how many of each.

    Safe to repeat.
    """
    pieces: tuple[tuple[str, Callable[[Connection], int]], ...] = (
        ("unpaid", lambda conn: rewards.cancel_unpaid(conn, context.clock.now())),
        ("coupons", lambda conn: rewards.expire_coupons(conn, context.clock.now())),
    )
    done = in_pieces(context, pieces, ending)
    if any(done.values()):
        log.info("rewards.kept", **done)
    return done
