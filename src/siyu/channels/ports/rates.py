"""Rates of APIs, taken in portions: a call costs no transaction, and no window is ever overrun.

A process takes a portion of a window for itself and counts it down in memory; what it does not use is lost, and never
used in another window. What is blocked is read again once a second.
"""

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from siyu.channels.rules.windows import span_at
from siyu.channels.store import rates as tables
from siyu.channels.store.rates import Place
from siyu.channels.types import Rate
from siyu.engines.postgres import Database
from siyu.kernel.clock import Clock
from siyu.kernel.errors import TryLater

_PORTION: Final = 0.02  # of a window: fifty portions, each of which costs a transaction
_LOOK_EVERY: Final = timedelta(seconds=1)
_PATIENCE: Final = timedelta(seconds=75)  # a window of a minute is waited for, one of an hour is not


@dataclass(slots=True)
class _Lease:
    """What this process may still use of one window."""

    start: datetime
    end: datetime
    left: int


class Rates:
    """The rates of one account, as this process shares in them."""

    def __init__(self, account_id: int, rates: Sequence[Rate], zone: ZoneInfo) -> None:
        self._account_id = account_id
        self._rates = rates
        self._zone = zone
        self._lock = threading.Lock()
        self._leases: dict[Place, _Lease] = {}
        self._blocked: dict[str, datetime] = {}
        self._looked_at: datetime | None = None

    def take(self, database: Database, api: str, calls: int, clock: Clock, sleep: Callable[[float], None]) -> None:
        """Take so many calls from every window, or wait until there are.

        Raises:
            TryLater: the wait would be a long one.
            ValueError: no window holds so many.
        """
        if any(calls > rate.limit for rate in self._rates) or calls < 1:
            raise ValueError(f"{calls} calls at once do not fit into any window")
        began = clock.now()
        while (free_at := self._try(database, api, calls, clock.now())) is not None:
            now = clock.now()
            if free_at - began > _PATIENCE:
                raise TryLater(
                    reason=f"The platform's limit on calls of '{api}' is reached.",
                    reason_zh=f"接口“{api}”的调用频率已达平台上限。",
                    retry_after=max(1, math.ceil((free_at - now).total_seconds())),
                )
            sleep(max(0.001, (free_at - now).total_seconds()))

    def block(self, database: Database, api: str, until: datetime, now: datetime) -> None:
        """Nobody calls this API until then; other processes know within a second."""
        with database.transaction() as conn:
            tables.block(conn, self._account_id, api, until, now)
        with self._lock:
            self._blocked[api] = max(until, self._blocked.get(api, until))

    def _try(self, database: Database, api: str, calls: int, now: datetime) -> datetime | None:
        """``None`` when they are taken, otherwise when to ask again."""
        with self._lock:
            if self._looked_at is None or not timedelta(0) <= now - self._looked_at < _LOOK_EVERY:
                with database.transaction() as conn:
                    self._blocked = tables.blocked(conn, self._account_id, now)
                self._looked_at = now
            blocked_until = self._blocked.get(api)
            if blocked_until is not None and blocked_until > now:
                return blocked_until
            limits = {Place(api if rate.each else "", rate.seconds): rate.limit for rate in self._rates}
            lacking = [place for place in limits if not self._has(place, calls, now)]
            if lacking and (free_at := self._lease(database, lacking, limits, calls, now)) is not None:
                return free_at
            for place in limits:
                self._leases[place].left -= calls
            return None

    def _has(self, place: Place, calls: int, now: datetime) -> bool:
        lease = self._leases.get(place)
        return lease is not None and lease.start <= now < lease.end and lease.left >= calls

    def _lease(
        self, database: Database, lacking: Sequence[Place], limits: dict[Place, int], calls: int, now: datetime
    ) -> datetime | None:
        """Take portions of all these windows, or of none and say when the fullest of them is over."""
        windows = {place: span_at(place.seconds, self._zone, now) for place in lacking}
        with database.transaction() as conn:
            handed = tables.lock(conn, self._account_id, {place: start for place, (start, _) in windows.items()})
            portions: dict[Place, int] = {}
            waits: list[datetime] = []
            for place, (start, end) in windows.items():
                old = self._leases.get(place)
                rest = old.left if old is not None and old.start == start else 0
                room = limits[place] - handed[place].used
                if handed[place].start > start:
                    waits.append(handed[place].start)  # another's clock is ahead: this window is over for everybody
                elif rest + room < calls:
                    waits.append(end)
                else:
                    portions[place] = min(room, max(calls - rest, int(limits[place] * _PORTION)))
            if waits:
                return max(waits)
            tables.hand_out(conn, self._account_id, portions)
        for place, count in portions.items():
            old, (start, end) = self._leases.get(place), windows[place]
            rest = old.left if old is not None and old.start == start else 0
            self._leases[place] = _Lease(start, end, rest + count)
        return None
