"""The loops of the touch gate: what waited is decided again, and what became of what was sent is kept."""

from dataclasses import dataclass

from siyu.engines.postgres import Database
from siyu.kernel.clock import Clock
from siyu.touch import service as touch


@dataclass(frozen=True, slots=True)
class Touching:
    """Several may run at once, in threads and processes: what one has claimed, no other does."""

    database: Database
    clock: Clock

    def decide_once(self) -> int:
        """Decide a batch of what is due, of people and of group chats; returns how many there were, 0 when none is."""
        with self.database.transaction() as conn:
            decided = touch.decide_due(conn, self.clock.now())
        with self.database.transaction() as conn:
            return decided + touch.announce_due(conn, self.clock.now())

    def hear_once(self) -> int:
        """Keep a batch of what became of deliveries; returns how many had turned, 0 when none had."""
        with self.database.transaction() as conn:
            return touch.take_outcomes(conn, self.clock.now())
