"""A loop of the worker: wait for something to do, do all of it, wait again."""

import random
import threading
import time
from collections.abc import Callable

import psycopg
import structlog
from psycopg.errors import DeadlockDetected

from siyu.engines.postgres import Database

log = structlog.get_logger(__name__)

_LOOK_ANYWAY = 2.0  # seconds after which a loop looks even though nobody called: a notification can be lost
_NOW_AND_THEN = 0.2
_LONGEST_PAUSE = 10.0


class Loop(threading.Thread):
    """Calls ``work`` again and again until it returns 0, then sleeps until ``channel`` is notified.

    An error is logged and the work tried again after a pause that grows; nothing that waits is lost by it.

    Args:
        name: for logs.
        database: where the notifications come from.
        channel: of LISTEN/NOTIFY, or several with blanks; empty for a loop that only looks now and then.
        work: does the next piece; returns how much it did.
        spacing: seconds from the beginning of one piece to that of the next, at least. A piece costs much before it has
            done anything: where little comes at a time, and always more, it is done together, and the processors are
            left to what follows. Who has had nothing to do begins at once, and longer pieces follow each other at once.
    """

    def __init__(
        self, name: str, database: Database, channel: str, work: Callable[[], int], *, spacing: float = 0.0
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._database = database
        self._channel = channel
        self._work = work
        self._spacing = spacing
        self._ending = threading.Event()

    def stop(self) -> None:
        """Finish the present piece, then end. Returns when it has."""
        self._ending.set()
        self.join()

    def run(self) -> None:
        pause = 0.1
        while not self._ending.is_set():
            try:
                with self._database.raw() as listener:
                    for channel in self._channel.split():
                        listener.execute(f"LISTEN {channel}".encode())
                    while not self._ending.is_set():
                        began = time.monotonic()
                        if self._work() == 0:
                            self._wait(listener)
                        if (left := began + self._spacing - time.monotonic()) > 0:
                            self._ending.wait(left)
                        pause = 0.1
            except Exception as error:
                if isinstance(getattr(error, "orig", error), DeadlockDetected):
                    # Two batches wrote the same people in two orders. PostgreSQL undid this one; it only comes later.
                    log.warning("loop.collided", loop=self.name, note="undone, and tried again")
                else:
                    log.exception("loop.failed", loop=self.name, error=str(error))
                self._ending.wait(pause * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
                pause = min(pause * 2, _LONGEST_PAUSE)

    def _wait(self, listener: psycopg.Connection) -> None:
        if not self._channel:
            self._ending.wait(_NOW_AND_THEN)
            return
        deadline = time.monotonic() + _LOOK_ANYWAY
        while not self._ending.is_set() and time.monotonic() < deadline:
            if list(listener.notifies(timeout=0.25, stop_after=1)):
                list(listener.notifies(timeout=0))  # whatever called meanwhile is answered by the same look
                return
