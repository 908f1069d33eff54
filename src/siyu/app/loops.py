"""A loop of the worker: wait for something to do, do all of it, wait again."""

import random
import threading
import time
from collections.abc import Callable

import structlog
from psycopg.errors import DeadlockDetected

from siyu.engines.postgres import Database

log = structlog.get_logger(__name__)

# Seconds after which a loop looks even though nobody called: a call can be lost, and some work is due at a time.
_LOOK_ANYWAY = 2.0
_STANDS_STILL = 1.0  # seconds to the next question whether it may work
_NOW_AND_THEN = 0.2  # seconds to the next look of a loop that nobody calls; longer and longer while it finds nothing
_LONGEST_PAUSE = 10.0
# Whoever listens and looks without having been called does it when all do, one after the other: so they take one connection,
# which knows every statement, instead of one each, opened for the moment; and the processors sleep in between.
_IN_TURN = threading.Lock()
_PATIENCE = 0.1  # seconds that one waits for its turn: another may have found much, and it may be called itself


class Loop(threading.Thread):
    """Calls ``work`` again and again until it returns 0, then sleeps until ``channel`` is called.

    An error is logged and the work tried again after a pause that grows; nothing that waits is lost by it.

    Args:
        name: for logs.
        database: where the calls come from.
        channel: on which it is called, or several with blanks; empty for a loop that only looks now and then.
        work: does the next piece; returns how much it did.
        spacing: seconds from the beginning of one piece to that of the next, at least. A piece costs much before it has
            done anything: where little comes at a time, and always more, it is done together, and the processors are
            left to what follows. Who has had nothing to do begins at once, and longer pieces follow each other at once.
        seldom: seconds between two looks of a loop without a channel, at most.
        may: whether it may work at all now; asked before each piece.
    """

    def __init__(
        self,
        name: str,
        database: Database,
        channel: str,
        work: Callable[[], int],
        *,
        spacing: float = 0.0,
        seldom: float = _LOOK_ANYWAY,
        may: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._listener = database.listener(*channel.split())
        self._work = work
        self._spacing = spacing
        self._seldom = seldom
        self._may = may
        self._stands_still = False
        self._called = True  # rather than that it looks anyway
        self._in_vain = 0  # looks since it last found something

    def stop(self) -> None:
        """Finish the present piece, then end. Returns when it has."""
        self._listener.end()
        self.join()

    def run(self) -> None:
        pause = 0.1
        while not self._listener.ended:
            try:
                self._go_round()
                pause = 0.1
            except Exception as error:
                if isinstance(error, DeadlockDetected):
                    # Two batches wrote the same people in two orders. PostgreSQL undid this one; it only comes later.
                    log.warning("loop.collided", loop=self.name, note="undone, and tried again")
                else:
                    log.exception("loop.failed", loop=self.name, error=str(error))
                self._listener.rest(pause * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
                pause = min(pause * 2, _LONGEST_PAUSE)

    def _go_round(self) -> None:
        if not self._may_go_on():
            self._listener.rest(_STANDS_STILL)
            return
        began = time.monotonic()
        if self._piece() == 0:
            self._wait()
            self._in_vain += 1
        else:
            self._called = True  # by what it found: more may be there
            self._in_vain = 0
        if (left := began + self._spacing - time.monotonic()) > 0:
            self._listener.rest(left)

    def _may_go_on(self) -> bool:
        before, self._stands_still = self._stands_still, not self._may()
        if self._stands_still and not before:
            log.error(
                "loop.stands_still", loop=self.name, note="the disk is nearly full; it goes on when there is room"
            )
        elif before and not self._stands_still:
            log.warning("loop.goes_on", loop=self.name)
        return not self._stands_still

    def _piece(self) -> int:
        if self._called or not _IN_TURN.acquire(timeout=_PATIENCE):
            return self._work()
        try:
            return self._work()
        finally:
            _IN_TURN.release()

    def _wait(self) -> None:
        if self._listener.channels:
            # Whatever was called meanwhile is answered by the same look.
            self._called = bool(self._listener.hear(_LOOK_ANYWAY - time.monotonic() % _LOOK_ANYWAY))
        else:
            self._listener.rest(min(_NOW_AND_THEN * 2 ** min(self._in_vain, 8), self._seldom))
