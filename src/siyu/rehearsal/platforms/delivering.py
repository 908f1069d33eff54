"""Callbacks on their way: three tries each, and all that may go wrong with them."""

import heapq
import threading
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np

from siyu.kernel.clock import Clock
from siyu.rehearsal.platforms.faults import Faults

TRIES: Final = 3
_BEHIND: Final = 10  # a disordered callback comes behind at most so many later ones
_HELD: Final = 2.0  # seconds that a disordered one is held back while a thread sends
_PAUSE: Final = 0.2  # seconds between looks at what became due
_REMEMBERED: Final = 1000


@dataclass(frozen=True, slots=True)
class Delivery:
    """One callback that was sent: after how many tries, and whether it was taken."""

    payload: str
    tries: int
    taken: bool


class Deliverer:
    """Keeps callbacks until they are due by the clock. Nothing is sent before :meth:`flush`, or :meth:`start`.

    ``send`` posts one payload and says whether it was taken; it may take as long as the platform waits.
    """

    def __init__(
        self, send: Callable[[str], bool], clock: Clock, faults: Faults, *, seed: int = 0, workers: int = 1
    ) -> None:
        self._send = send
        self._clock = clock
        self._faults = faults
        self._random = np.random.default_rng([seed, 11])
        self._workers = workers
        self._waiting: list[tuple[float, int, int, str]] = []
        self._number = 0
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self.counts: Counter[str] = Counter()
        self.history: deque[Delivery] = deque(maxlen=_REMEMBERED)

    def put(self, payload: str) -> None:
        """Take a callback; the faults of this moment decide what becomes of it."""
        faults = self._faults
        with self._lock:
            lost, repeated, disordered, delayed = self._random.random(4)
            if lost < faults.lost:
                self.counts["lost"] += 1
                return
            self._push(payload, late=delayed < faults.delayed, behind=disordered < faults.disordered)
            if repeated < faults.repeated:
                self.counts["repeated"] += 1
                self._push(payload, late=False, behind=True)
        self._wake.set()

    def _push(self, payload: str, *, late: bool, behind: bool) -> None:
        due = self._clock.now()
        if behind and self.by_itself:  # else the next one comes too late to be overtaken by
            due += timedelta(seconds=_HELD)
        if late:
            due += timedelta(seconds=float(self._random.uniform(0, self._faults.delayed_seconds)))
        self._number += 1
        order = self._number + (int(self._random.integers(1, _BEHIND + 1)) if behind else 0)
        # By the second: what happens at one moment of a clock that stands still must be able to change places.
        heapq.heappush(self._waiting, (float(int(due.timestamp())), order, self._number, payload))

    @property
    def by_itself(self) -> bool:
        """Whether a thread sends."""
        return self._thread is not None

    def waiting(self) -> int:
        """How many were not sent yet."""
        with self._lock:
            return len(self._waiting)

    def flush(self) -> int:
        """Send all that is due by the clock, and say how many these were."""
        with self._sending:
            due = self._due()
            if self._workers > 1 and len(due) > 1:
                with ThreadPoolExecutor(self._workers) as pool:
                    list(pool.map(self._deliver, due))
            else:
                for payload in due:
                    self._deliver(payload)
            return len(due)

    def _due(self) -> list[str]:
        now = self._clock.now().timestamp()
        with self._lock:
            found = []
            while self._waiting and self._waiting[0][0] <= now:
                found.append(heapq.heappop(self._waiting)[3])
            return found

    def _deliver(self, payload: str) -> None:
        taken, tries = False, 0
        while not taken and tries < TRIES:
            tries += 1
            taken = self._send(payload)
        self.counts["taken" if taken else "refused"] += 1
        self.counts["tries"] += tries
        self.history.append(Delivery(payload, tries, taken))

    def start(self) -> None:
        """Send from now on by itself, in a thread."""
        self._thread = threading.Thread(target=self._run, name="callbacks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what waits goes on waiting."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._stop.clear()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(_PAUSE)
            self._wake.clear()
            if not self._stop.is_set():
                self.flush()
