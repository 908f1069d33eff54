"""Counts anew where customers stand (ladder, orders, value), shortly after something of it has changed.

Why rows are marked and counted by a loop, what order locks are taken in and how long it takes:
docs/decisions/0016-standings-are-marked-and-counted-again.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from siyu.commerce import service as commerce
from siyu.customers import service as customers
from siyu.customers.types import Basis, Bought, StandingDifference
from siyu.engines.postgres import Database
from siyu.engines.settings import Settings
from siyu.identity import service as identity
from siyu.intake import service as intake
from siyu.kernel.clock import Clock
from siyu.segments import service as segments

# While an import runs, a customer with ten orders in it is better counted once than ten times, and the cores are wanted: to
# count a million customers three times beside an import of five million lines took a third of them.
_BUSY: Final = 5000  # messages that wait
_PATIENCE: Final = timedelta(minutes=4)
_CHUNK: Final = 5000  # customers counted at once when everybody is


@dataclass(slots=True)
class Standings:
    """Counts whoever was marked. Several may run: they take turns.

    Attributes:
        database: of the customers.
        clock: what time it is.
    """

    database: Database
    clock: Clock

    def run_once(self) -> int:
        """Count some of those who wait; return how many.

        0 when nobody waits, or when they can wait a little longer.
        """
        with self.database.transaction() as conn:
            since = customers.stale_since(conn)
            if since is None:
                return 0
            if self.clock.now() - since < _PATIENCE and sum(intake.depth(conn).messages.values()) > _BUSY:
                return 0
            customers.gather_stale(conn)  # by itself: people need not be held for it
        with self.database.transaction() as conn:
            return count_marked(conn)


def count_marked(conn: Connection) -> int:
    """Count some of those who wait, whatever else there is to do; return how many."""
    identity.hold_people(conn, alone=False)  # nobody is merged away while their row is written; first, as batches do
    ids = customers.take_stale(conn)
    if ids:
        customers.keep_standings(conn, ids, *_counted_from(conn, ids))
        segments.touch(conn, ids, segments.STANDING)
    return len(ids)


def adopt(database: Database, settings: Settings) -> bool:
    """Count by what the settings say; when that is new everybody is marked. Returns whether it is. Safe to repeat."""
    with database.transaction() as conn:
        new = customers.count_by(conn, Basis(settings.purchase_means, settings.repeat_purchases))
        if new:
            segments.count_anew_after(conn, segments.PURCHASE)
        segments.adopt(conn, settings.brand_zone)
        return new


def check(conn: Connection, *, mend: bool = False) -> Iterator[StandingDifference]:
    """Count everybody in full and tell where the stored standings differ; with ``mend`` mark those to be counted again.

    Only what went unnoticed is told: who is marked already is left out. Everything is read as of one moment, so that
    what the pipeline does meanwhile is no difference.

    Args:
        conn: a transaction in which nothing was done yet.
        mend: mark them.
    """
    waiting = customers.marked_at_one_moment(conn)
    above = 0
    while ids := customers.everybody(conn, above=above, limit=_CHUNK):
        above = ids[-1]
        if settled := [customer_id for customer_id in ids if customer_id not in waiting]:
            found = customers.standing_differences(conn, settled, *_counted_from(conn, settled))
            if mend:
                customers.mark_stale(conn, [one.customer_id for one in found])
            yield from found


def _counted_from(conn: Connection, ids: Sequence[int]) -> tuple[Mapping[int, Bought], Mapping[int, datetime]]:
    return commerce.bought(conn, ids, customers.basis(conn).purchase), identity.known_since(conn, ids)
