"""How often may be called: windows that, once full, stay shut for a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from siyu.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls in a calendar window of ``seconds``; the one too many shuts the door for ``blocked`` seconds."""

    seconds: int
    limit: int
    blocked: int


class Windows:
    """Counts per key, such as corp and API. A call while the door is shut neither counts nor makes it longer."""

    def __init__(self, clock: Clock, rates: tuple[Rate, ...]) -> None:
        self.rates = rates
        self._clock = clock
        self._counts: dict[tuple[str, int], tuple[int, int]] = {}
        self._shut: dict[str, datetime] = {}

    def take(self, key: str) -> datetime | None:
        """Count one call; ``None`` if it may pass, else until when the door is shut."""
        now = self._clock.now()
        shut = self._shut.get(key)
        if shut is not None:
            if shut > now:
                return shut
            del self._shut[key]
        for rate in self.rates:
            window = int(now.timestamp()) // rate.seconds
            begun, count = self._counts.get((key, rate.seconds), (window, 0))
            count = count + 1 if begun == window else 1
            self._counts[key, rate.seconds] = (window, count)
            if count > rate.limit:
                self._shut[key] = now + timedelta(seconds=rate.blocked)
                return self._shut[key]
        return None
