"""Time is passed in, so that a rehearsal can live through half a year in minutes."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that can say what time it is."""

    def now(self) -> datetime:
        """Return the present moment, tz-aware, in UTC."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is moved: for tests and rehearsals."""

    def __init__(self, start: datetime) -> None:
        self._now = require_utc(start)

    def now(self) -> datetime:
        return self._now

    def advance(self, step: timedelta) -> datetime:
        """Move the clock and return the new moment; a step backwards is refused with ``ValueError``."""
        if step < timedelta(0):
            raise ValueError("a clock does not run backwards")
        self._now += step
        return self._now


def require_utc(moment: datetime) -> datetime:
    """Return ``moment`` in UTC; a naive datetime is refused with ``ValueError`` because its zone is unknown."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC)


def to_millis(moment: datetime) -> int:
    """Milliseconds since 1970-01-01T00:00Z, the form in which messages and facts carry time."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return round(moment.timestamp() * 1000)


def from_millis(millis: int) -> datetime:
    """Inverse of :func:`to_millis`, exact from 1 to 9999: a double holds such a number of seconds to a microsecond."""
    return datetime.fromtimestamp(millis / 1000, UTC)
