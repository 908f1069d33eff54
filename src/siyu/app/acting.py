"""The loop that does on platforms what was asked for: a piece of each kind in turn, so that none waits for another."""

from collections.abc import Callable
from dataclasses import dataclass

from siyu.channels import service as channels
from siyu.channels.service import Desk


@dataclass(frozen=True, slots=True)
class Acting:
    """Several may run at once, in threads and processes: what one has claimed, no other does."""

    desk: Desk

    def run_once(self) -> int:
        """Do a piece of whatever is due; returns how much was done, 0 when nothing is due."""
        kinds: tuple[Callable[[Desk], int], ...] = (
            channels.do_deliveries,
            channels.do_conversations,
            channels.do_tasks,
            channels.do_marks,
            channels.do_handovers,
            channels.do_reactions,
        )
        return sum(do(self.desk) for do in kinds)
