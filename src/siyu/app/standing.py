"""Counts anew where customers stand (ladder, orders, value), shortly after something of it has changed."""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from siyu.commerce import service as commerce
from siyu.customers import service as customers
from siyu.engines.postgres import Database
from siyu.identity import service as identity
from siyu.intake import service as intake
from siyu.kernel.clock import Clock

_GATHERED: Final = 1.0  # seconds; in a stream of events somebody is marked all the time: they are counted together
# While an import runs, a customer with ten orders in it is better counted once than ten times, and the cores are wanted.
_BUSY: Final = 5000  # messages that wait
_PATIENCE: Final = timedelta(seconds=30)


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
        """Let marks gather for a second, then count some of those who wait; return how many.

        0 when nobody waits, or when they can wait a little longer.
        """
        time.sleep(_GATHERED)
        with self.database.transaction() as conn:
            since = customers.stale_since(conn)
            if since is None:
                return 0
            if self.clock.now() - since < _PATIENCE and sum(intake.depth(conn).messages.values()) > _BUSY:
                return 0
            return count_marked(conn)


def count_marked(conn: Connection) -> int:
    """Count some of those who wait, whatever else there is to do; return how many."""
    identity.hold_people(conn, alone=False)  # nobody is merged away while their row is written; first, as batches do
    ids = customers.take_stale(conn)
    if ids:
        customers.keep_standings(conn, ids, commerce.bought(conn, ids), identity.known_since(conn, ids))
    return len(ids)
