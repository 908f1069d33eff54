"""Queries whose client went away are cancelled: nobody waits for them, and they would hold a connection."""

import logging
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_EVERY = 0.5

log = logging.getLogger(__name__)


class Watch:
    """One thread that looks at the sockets of all running queries.

    Args:
        kill: called with the mark of a query (the comment it begins with) whose client is gone.
    """

    def __init__(self, kill: Callable[[str], None]) -> None:
        self._kill = kill
        self._running: dict[str, socket.socket] = {}
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin watching, for as long as the process lives."""
        threading.Thread(target=self._run, name="watch", daemon=True).start()

    @contextmanager
    def over(self, client: socket.socket, mark: str) -> Iterator[None]:
        """Watch this client while its query runs."""
        with self._lock:
            self._running[mark] = client
        try:
            yield
        finally:
            with self._lock:
                self._running.pop(mark, None)

    def _run(self) -> None:
        while True:
            time.sleep(_EVERY)
            with self._lock:
                gone = [mark for mark, client in self._running.items() if _hung_up(client)]
                for mark in gone:
                    del self._running[mark]
            for mark in gone:
                try:
                    self._kill(mark)
                except Exception:
                    log.exception("clickhouse.kill_failed")


def _hung_up(client: socket.socket) -> bool:
    try:
        poll = select.poll()
        poll.register(client, getattr(select, "POLLRDHUP", select.POLLHUP))
        return bool(poll.poll(0))
    except (OSError, ValueError):
        return True
