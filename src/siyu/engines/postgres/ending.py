"""The end of a thread that listens: it hears notifications and the word to end alike, and wakes for nothing else."""

import os
import select
import threading
import weakref

import psycopg


class Ending:
    """An event that also wakes who waits for notifications. To wait in short pieces instead would wake all day for nothing."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._heard, self._said = os.pipe()
        self._close = weakref.finalize(self, _close, self._heard, self._said)

    def set(self) -> None:
        """Say it; once is enough."""
        if not self._event.is_set():
            self._event.set()
            os.write(self._said, b"!")

    def is_set(self) -> bool:
        """Whether it was said."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for the word alone; whether it was said."""
        return self._event.wait(seconds)

    def hear(self, listener: psycopg.Connection, seconds: float) -> list[psycopg.Notify]:
        """Notifications that are there, or the first to come; none when the time is over, or the word was said.

        Raises:
            psycopg.Error: the server has cut the connection.
        """
        if found := list(listener.notifies(timeout=0)):
            return found
        called = select.poll()
        for wakes in (listener.fileno(), self._heard):
            called.register(wakes, select.POLLIN)
        called.poll(seconds * 1000)
        return list(listener.notifies(timeout=0))

    def close(self) -> None:
        """Behind the last who waits."""
        self._close()


def _close(*ends: int) -> None:
    for end in ends:
        os.close(end)
