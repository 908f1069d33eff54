"""How the harm guard stands with a programme."""

from dataclasses import dataclass
from datetime import datetime

from siyu.experiments.types import Watched


@dataclass(frozen=True, slots=True)
class Guard:
    """What the guard knows of a programme.

    Attributes:
        watching: it stops the programme by itself. Off only with a reason, which the audit keeps.
        tolerated: so many times as often as in the control group is no harm yet; 1 or more.
        since: only harm from then on counts; ``None``: all of it.
        halted_at: when it stopped the programme; ``None`` while it has not, or an operator let it go on.
        said_en, said_zh: why, as operators read it.
        checked_at: when it last looked; ``watched`` is what it saw.
    """

    programme_id: int
    watching: bool = True
    tolerated: float = 1.0
    since: datetime | None = None
    halted_at: datetime | None = None
    said_en: str = ""
    said_zh: str = ""
    checked_at: datetime | None = None
    watched: Watched | None = None
