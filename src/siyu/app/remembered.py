"""Answers that are dear to make and may be a minute old: each process makes one at a time and keeps it."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

Answer = TypeVar("Answer")
_MOST = 32


@dataclass(slots=True)
class Remembered:
    """Answers by key, each with the moment it was made."""

    age: timedelta = timedelta(minutes=1)
    _kept: dict[Hashable, tuple[datetime, Any]] = field(default_factory=dict)
    _making: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, now: datetime, make: Callable[[], Answer]) -> tuple[datetime, Answer]:
        """The answer and when it was made: the kept one when it is young enough, else a new one.

        Whoever asks while it is made waits for it. What ``make`` raises is raised, and nothing is kept.
        """
        with self._making:
            kept = self._kept.get(key)
            if kept is None or not timedelta(0) <= now - kept[0] < self.age:
                kept = (now, make())
                if len(self._kept) >= _MOST:
                    self._kept.clear()
                self._kept[key] = kept
        return kept
