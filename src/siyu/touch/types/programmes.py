"""How the sending of a programme stands, and what the gate counted of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from siyu.touch.types.proposals import TouchState

SendingState = Literal["running", "paused", "halted"]


@dataclass(frozen=True, slots=True)
class Sending:
    """Whether a programme's touches go out.

    Attributes:
        state: ``paused``: they wait, nobody is thrown out; ``halted``: the harm guard stopped it, they are dropped.
    """

    programme_id: int
    state: SendingState
    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """So many touches of a programme are in a state for a reason."""

    state: TouchState
    code: str
    count: int
