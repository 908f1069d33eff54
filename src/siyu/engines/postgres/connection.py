"""Connections and transactions. Rooms are given a connection and never commit: the edge that opened it does."""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from siyu.engines.postgres.arrays import adapt_lists
from siyu.engines.postgres.listening import Listener, Listening
from siyu.engines.postgres.statements import driver_connection, drivers_errors, run
from siyu.kernel.errors import EngineProblem, original

_REST: Final = 60.0  # seconds
_CALLS: Final = "siyu.calls"


class Database:
    """A pool of connections to one PostgreSQL database.

    Args:
        url: ``postgresql://user:password@host:port/name`` or ``postgresql:///name?host=/socket/folder``.
        pool_size: connections kept open; as many again may be opened for a while under load.

    Attributes:
        most: how many connections there are at once.
    """

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.url = url
        self.most = 2 * pool_size
        self.engine: Engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=pool_size,
            # Who has just been at work is ready for more: it knows the statements, and those that nobody needs rest.
            pool_use_lifo=True,
            connect_args={"options": "-c timezone=UTC", "application_name": "siyu"},
        )
        event.listen(self.engine, "connect", lambda connection, _: adapt_lists(connection))
        _ask_the_silent(self.engine)
        self._listening = Listening(self.raw)

    def reach(self) -> None:
        """Make sure that it answers.

        Raises:
            EngineProblem: nothing answers, or the user, password or database is refused.
        """
        try:
            self.engine.connect().close()
        except OperationalError as problem:
            said = str(problem.orig).strip().replace("\n", " ")
            raise EngineProblem(
                engine="PostgreSQL",
                reason=f"it cannot be reached: {said}",
                reason_zh=f"无法连接{original(said)}。",
                advice="Check that it runs and that SIYU_POSTGRES_URL names it.",
                advice_zh="请确认它正在运行，且 SIYU_POSTGRES_URL 指向它。",
            ) from None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: committed at the end of the block, rolled back when it raises.

        Who is to be called (:func:`call`) is called behind the commit.

        Raises:
            psycopg.OperationalError: nothing answers.
            psycopg.Error: PostgreSQL refuses a statement, or the commit.
            sqlalchemy.exc.TimeoutError: all connections stay in use.
        """
        with drivers_errors(), self.engine.connect() as connection:
            kept, calls = connection.info, dict[tuple[str, str], None]()
            kept[_CALLS] = calls
            try:
                with connection.begin():
                    yield connection
            finally:
                del kept[_CALLS]
            if calls:
                _call(connection, list(calls))

    def raw(self, *, autocommit: bool = True) -> psycopg.Connection:
        """A connection of its own outside the pool, for locks that outlive a transaction."""
        return psycopg.connect(self.url, autocommit=autocommit, application_name="siyu", options="-c timezone=UTC")

    def listener(self, *channels: str) -> Listener:
        """Who hears of :func:`call` on these channels; all of a process share a connection for it."""
        return Listener(self._listening, channels)

    def close(self) -> None:
        """Close every pooled connection; the object may be used again and opens new ones."""
        self.engine.dispose()


def _ask_the_silent(engine: Engine) -> None:
    """Before a connection is used again, see whether the server is still there; else all are opened anew.

    A server that ends says so, and what it said waits at the socket: to look there costs nothing, while to ask every time
    (``pool_pre_ping``) takes three round trips of the seven that a short transaction has. The server is asked where it has said
    something, and after a rest so long that what lies between may have dropped the connection without a word.
    """

    def note(_: object, record: ConnectionPoolEntry) -> None:
        record.info["left"] = time.monotonic()

    def ask(connection: Any, record: ConnectionPoolEntry, _: object) -> None:
        left = record.info.pop("left", None)
        if left is None:
            return
        try:
            known = time.monotonic() - left < _REST and not _has_said(connection)
            alive = known or engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error:
            alive = False
        if not alive:
            raise InvalidatePoolError

    event.listen(engine, "checkin", note)
    event.listen(engine, "checkout", ask)


def _has_said(connection: psycopg.Connection) -> bool:
    """Whether anything waits to be read, that it is over not least.

    Raises:
        psycopg.OperationalError: it was closed here.
    """
    said = select.poll()
    said.register(connection.fileno(), select.POLLIN)
    return bool(said.poll(0))


def call(connection: Connection, channel: str, payload: str = "") -> None:
    """Wake whoever listens on a channel, when the transaction is committed; once for the same payload.

    A NOTIFY within the transaction would have all others that notify wait until this one is on the disk. Behind it, a call
    is lost where the process dies in between: who listens looks now and then.
    """
    calls = connection.info.get(_CALLS)
    if calls is None:  # the transaction was not opened here
        run(connection, "SELECT pg_notify(:channel, :payload)", channel=channel, payload=payload)
    else:
        calls[channel, payload] = None


def _call(connection: Connection, calls: list[tuple[str, str]]) -> None:
    inner = driver_connection(connection)
    try:
        inner.autocommit = True
        try:
            # To wait for the disk is of no use: what is called for is there already.
            inner.execute(
                """SELECT set_config('synchronous_commit', 'off', true), count(pg_notify(channel, payload))
                   FROM unnest(%s::text[], %s::text[]) AS one (channel, payload)""",
                ([channel for channel, _ in calls], [payload for _, payload in calls]),
            )
        finally:
            inner.autocommit = False
    except psycopg.Error:
        connection.invalidate()
