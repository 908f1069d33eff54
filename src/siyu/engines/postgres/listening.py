"""What a process hears of PostgreSQL: one connection for all who listen in it, whatever their channels.

A NOTIFY wakes every connection that listens in its database, also where the channel is another's (``SignalBackends`` in
PostgreSQL's ``async.c``, to version 18): with one for each loop, whatever was called would wake twenty.
"""

import os
import select
import threading
import time
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import psycopg
import structlog
from psycopg.sql import SQL, Identifier

log = structlog.get_logger(__name__)

_FIRST_PAUSE: Final = 0.1  # seconds to the next try of a connection that was lost; longer and longer while it fails
_LONGEST_PAUSE: Final = 10.0


class Call(NamedTuple):
    """Something was called, with whatever was said besides."""

    channel: str
    payload: str


class Listener:
    """Hears what is called on its channels, and the word to end alike; wakes for nothing else.

    It listens from the first time that it hears on. Then, and whenever the connection had to be made anew, it is called
    once on each of its channels, without a payload: something may have been called that nobody heard.

    Args:
        listening: that of the process.
        channels: none where nobody calls; it then hears the end alone, and needs no connection.
    """

    def __init__(self, listening: "Listening", channels: Iterable[str]) -> None:
        self.channels = frozenset(channels)
        self._listening = listening
        self._changed = threading.Condition()
        self._calls: dict[Call, None] = {}  # each once, in their order: who is long at work is not told all of it again
        self._ended = False

    @property
    def ended(self) -> bool:
        """Whether the word was said."""
        return self._ended

    def hear(self, seconds: float) -> list[Call]:
        """What was called since the last time, or the first to come; nothing when the time or all is over."""
        self._listening.join(self)
        with self._changed:
            self._changed.wait_for(lambda: self._calls or self._ended, seconds)
            calls, self._calls = list(self._calls), {}
        return calls

    def rest(self, seconds: float) -> bool:
        """Wait for the word to end and nothing else; whether it was said."""
        with self._changed:
            return self._changed.wait_for(lambda: self._ended, seconds)

    def end(self) -> None:
        """Say the word: who waits is woken, and nothing is heard any more. From any thread; once is enough."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._listening.leave(self)

    def tell(self, calls: Iterable[Call]) -> None:
        """Of what was called. The connection's thread does."""
        with self._changed:
            self._calls |= dict.fromkeys(calls)
            self._changed.notify_all()


class Listening:
    """Keeps one connection while anybody listens.

    Args:
        connect: opens it, committing by itself.
    """

    def __init__(self, connect: Callable[[], psycopg.Connection]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._line: _Line | None = None

    def join(self, listener: Listener) -> None:
        """Tell it from now on; one that ends, or that nobody calls, is told nothing. Safe to repeat."""
        with self._lock:
            if listener.ended or not listener.channels:
                return
            if self._line is None:
                self._line = _Line(self._connect)
                self._line.start()
            self._line.take(listener)

    def leave(self, listener: Listener) -> None:
        """Stop telling it; behind the last, the connection is closed. Safe to repeat."""
        with self._lock:
            if self._line is None or not self._line.drop(listener):
                return
            line, self._line = self._line, None
        line.join()
        line.close()


class _Line(threading.Thread):
    """The connection, and the thread that waits at it."""

    def __init__(self, connect: Callable[[], psycopg.Connection]) -> None:
        super().__init__(name="listening", daemon=True)
        self._connect = connect
        self._lock = threading.Lock()
        self._all: list[Listener] = []
        self._new: list[Listener] = []  # have not been called yet
        self._over = threading.Event()
        self._hears, self._says = os.pipe()

    def take(self, listener: Listener) -> None:
        """Whoever is not among those who listen already."""
        with self._lock:
            if listener in self._all:
                return
            self._all = [*self._all, listener]
            self._new.append(listener)
        self._wake()

    def drop(self, listener: Listener) -> bool:
        """Whether none is left; then it ends."""
        with self._lock:
            self._all = [one for one in self._all if one is not listener]
            self._new = [one for one in self._new if one is not listener]
            if not self._all:
                self._over.set()
        self._wake()
        return self._over.is_set()

    def close(self) -> None:
        """Behind its end."""
        os.close(self._hears)
        os.close(self._says)

    def _wake(self) -> None:
        os.write(self._says, b"!")

    def run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._over.is_set():
            began = time.monotonic()
            try:
                with self._connect() as connection:
                    self._follow(connection)
            except (psycopg.Error, OSError) as error:
                if time.monotonic() - began > _LONGEST_PAUSE:
                    pause = _FIRST_PAUSE  # it was well until now
                log.warning("listening.lost", error=str(error), note=f"tried again in {pause:.1f} s")
                self._over.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)

    def _follow(self, connection: psycopg.Connection) -> None:
        """Tell all who listen, until none does.

        Raises:
            psycopg.Error: the server has cut the connection.
        """
        with self._lock:
            self._new = self._all[:]
        heard = frozenset[str]()
        either = select.poll()
        for wakes in (connection.fileno(), self._hears):
            either.register(wakes, select.POLLIN)
        while not self._over.is_set():
            with self._lock:
                listeners, new, self._new = self._all, self._new, []
            heard = _turn_to(connection, heard, frozenset().union(*(one.channels for one in listeners)))
            for one in new:
                one.tell(Call(channel, "") for channel in sorted(one.channels))
            calls = [Call(note.channel, note.payload) for note in connection.notifies(timeout=0)]
            for one in listeners if calls else ():
                if mine := [call for call in calls if call.channel in one.channels]:
                    one.tell(mine)
            if any(wakes == self._hears for wakes, _ in either.poll()):
                os.read(self._hears, 512)


def _turn_to(connection: psycopg.Connection, heard: frozenset[str], wanted: frozenset[str]) -> frozenset[str]:
    for channels, statement in ((wanted - heard, "LISTEN {}"), (heard - wanted, "UNLISTEN {}")):
        for channel in sorted(channels):
            connection.execute(SQL(statement).format(Identifier(channel)))
    return wanted
