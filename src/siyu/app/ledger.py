"""The loops that seal the ledger and move customers between tiers; the job that posts away what has expired and releases holds whose
time is over, and the one that checks the whole ledger in the night.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import Connection

from siyu.app.context import Context
from siyu.app.piecewise import in_pieces
from siyu.engines.access import service as access
from siyu.engines.postgres import Database
from siyu.kernel.clock import Clock
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Verified

log = structlog.get_logger(__name__)

JOB: Final = "ledger.keep"
VERIFY: Final = "ledger.verify"


@dataclass(frozen=True, slots=True)
class Sealing:
    """Several may run at once, in threads and processes: one of them seals."""

    database: Database
    clock: Clock

    def run_once(self) -> int:
        """Seal a block of what is committed; returns of how many transactions, 0 when none waits."""
        with self.database.transaction() as conn:
            return loyalty.seal(conn, self.clock.now())


@dataclass(frozen=True, slots=True)
class Tiering:
    """Several may run at once, in threads and processes: one of them moves customers between tiers."""

    database: Database
    clock: Clock

    def run_once(self) -> int:
        """Look at customers who are due; returns at how many, 0 when nobody is."""
        with self.database.transaction() as conn:
            return loyalty.move_due(conn, self.clock.now())


def keep(context: Context, *, ending: Callable[[], bool] = lambda: False) -> dict[str, int]:
    """Release holds whose time is over, post away what has expired, and tell of ties that have lasted as tasks ask for; returns how
    many of each. Safe to repeat.
    """
    pieces: tuple[tuple[str, Callable[[Connection], int]], ...] = (
        ("holds", lambda conn: loyalty.run_out_holds(conn, context.clock.now())),
        ("lots", lambda conn: loyalty.expire_due(conn, context.clock.now())),
        ("lasting", lambda conn: loyalty.tell_lasting(conn, context.clock.now())),
    )
    done = in_pieces(context, pieces, ending)
    if any(done.values()):
        log.info("ledger.kept", **done)
    return done


def verify(context: Context, anchor: tuple[int, str] | None = None, *, actor: str) -> Verified:
    """Check the whole ledger as of one moment, see :func:`siyu.loyalty.service.verify`; what was found is kept."""
    began = context.clock.now()
    with context.database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as conn, conn.begin():
        found = loyalty.verify(conn, anchor=anchor)
    with context.database.transaction() as conn:
        loyalty.note_verified(conn, found, anchor=anchor, actor=actor, began_at=began, ended_at=context.clock.now())
    return found


def verify_nightly(context: Context) -> Verified:
    """Check the whole ledger, and that the last block of the newest check that found nothing has the hash that it had then. Safe to
    repeat.
    """
    with context.database.transaction() as conn:
        before = loyalty.verifications(conn, limit=200)
    whole = next((one for one in before if not one.findings and one.block), None)
    anchor = (whole.block, whole.hash) if whole else None
    found = verify(context, anchor, actor=access.system(VERIFY).actor)
    if found.findings:
        log.error("ledger.broken", findings=len(found.findings), first=found.findings[0].en)
    return found
