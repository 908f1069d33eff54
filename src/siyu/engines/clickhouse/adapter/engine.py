"""chDB's connections: one engine a process, several connections to it, each used by one request at a time.

A connection remembers which settings and database it was given last. The next request tells it only the difference
(``SET a = 'x', b = DEFAULT``), so settings cannot leak and the common case, the same client again, costs nothing.
"""

import importlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from siyu.engines.clickhouse.adapter.failures import Failures
from siyu.engines.clickhouse.adapter.problem import QueryError

_POOL_LIMIT = 16
_POOL_WAIT = 60
_SESSION_LIMIT = 64
_SESSION_SECONDS = 60
_UNKNOWN = "\0"  # equals no value: a SET failed, nobody knows what holds now

# Given when the engine starts. A server's defaults allow caches of many gigabytes and 90 % of all memory; next to
# PostgreSQL on a laptop a query that asks for too much should fail instead.
_SERVER_SETTINGS = {
    "max_server_memory_usage_to_ram_ratio": "0.5",
    "mark_cache_size": str(256 << 20),
    "primary_index_cache_size": str(256 << 20),
    "index_mark_cache_size": str(32 << 20),
    "query_condition_cache_size": str(32 << 20),
    "compiled_expression_cache_size": str(32 << 20),
    # How often it compares what it believes to use with what the system says: twenty times a second is for whole machines.
    "memory_worker_period_ms": "500",
}

# What holds where a request asks for nothing else. The first two are as a server has them, and chDB, made for scripts, has
# not. Machine code for an expression takes 10 - 40 ms of a core the third time that it is asked for, and then saves a tenth of
# what 20 million rows take: a brand beside PostgreSQL on one machine waits for it more often than it gains by it.
_USUAL = {
    "implicit_select": "0",
    "allow_introspection_functions": "0",
    "compile_expressions": "0",
    "compile_aggregate_expressions": "0",
    "compile_sort_description": "0",
}


class Connection:
    """One chDB connection. Not for two threads at once."""

    def __init__(self, raw: Any, failures: Failures) -> None:
        self.raw = raw
        self._failures = failures
        self.database = "default"
        self.settings: dict[str, str] = {}
        self.tainted = False  # SET or USE ran on it: must not serve another request outside its session
        raw.query("SET " + ", ".join(f"{name} = {value}" for name, value in _USUAL.items()), "Null")

    def prepare(self, database: str, settings: Mapping[str, str]) -> None:
        """Bring the connection into the state that a request asks for.

        Raises:
            QueryError: there is no such database, or a value is refused.
        """
        if database != self.database:
            self.database = _UNKNOWN
            self.query(f"USE {quoted_name(database)}", "Null")
            self.database = database
        if settings != self.settings:
            changes = [f"{name} = {_USUAL.get(name, 'DEFAULT')}" for name in self.settings if name not in settings]
            changes += [f"{k} = {quoted(v)}" for k, v in settings.items() if self.settings.get(k) != v]
            self.settings = dict.fromkeys([*self.settings, *settings], _UNKNOWN)
            self.query("SET " + ", ".join(changes), "Null")
            self.settings = dict(settings)

    def query(self, text: str, form: str, params: Mapping[str, str] | None = None) -> Any:
        """Run a statement and give its whole result."""
        try:
            return self.raw.query(text, form, params=dict(params or {}))
        except RuntimeError as error:
            self._failures.look()  # an insert that reads its rows says itself that it failed: the next is not blamed for it
            raise QueryError(str(error)) from None

    def blocks(self, text: str, form: str, params: Mapping[str, str]) -> Iterator[bytes]:
        """Run a SELECT and give its result block by block; leaving early cancels it."""
        try:
            stream = self.raw.send_query(text, form, params=dict(params))
        except RuntimeError as error:
            raise QueryError(str(error)) from None
        finished = False
        try:
            while True:
                result = self.raw.streaming_fetch_result(stream)
                if result is None or result.rows_read() == 0:
                    finished = True
                    return
                yield result.bytes()
        except RuntimeError as error:
            finished = True
            raise QueryError(str(error)) from None
        finally:
            if not finished:
                self.raw.streaming_cancel_query(stream)

    def insert(self, statement: str, form: str, pieces: Iterator[bytes]) -> int:
        """Stream data into a table; give the number of rows. All or nothing as far as ClickHouse does so."""
        failed_before = self._failures.known()
        try:
            stream = self.raw.send_insert(statement, form)
        except RuntimeError as error:
            self._failures.look()
            raise QueryError(str(error)) from None
        finished = False
        try:
            for piece in pieces:
                self.raw.insert_append(stream, piece)
            finished = True
            rows = int(self.raw.insert_done(stream).rows_written())
        except RuntimeError as error:
            raise QueryError(str(error)) from None
        finally:
            if not finished:
                self.raw.insert_cancel(stream)
            failed = self._failures.look()
        if failed > failed_before:
            raise self._failures.newest()
        return rows


class Engine:
    """The one chDB engine of this process."""

    def __init__(self, path: str, database: str) -> None:
        # The compiled part alone: the Python around it would load pyarrow.
        compiled: Any = importlib.import_module("chdb._chdb")
        place = f"{path}?{urlencode(_SERVER_SETTINGS)}"
        self._failures = Failures(compiled.connect(place))
        self._connect: Callable[[], Connection] = lambda: Connection(compiled.connect(place), self._failures)
        self._lock = threading.Condition()
        self._idle: list[Connection] = []
        self._pooled = 0
        self._sessions: dict[str, tuple[Connection, float]] = {}
        self._busy: set[str] = set()  # names of sessions with a request under way
        self._closing = False
        self.requests = 0
        first = self._connect()
        first.query(f"CREATE DATABASE IF NOT EXISTS {quoted_name(database)}", "Null")
        rows = first.query("SELECT name FROM system.settings", "TabSeparated").bytes()
        self.setting_names = frozenset(rows.decode().split())
        self.version = first.query("SELECT version()", "TabSeparated").bytes().decode().strip()
        self.timezone = first.query("SELECT timezone()", "TabSeparated").bytes().decode().strip()
        self._idle.append(first)
        self._control = self._connect()  # outside the pool: a query must be killable when all connections are busy
        self._pooled = 1

    @contextmanager
    def connection(self, database: str, settings: Mapping[str, str], session: str = "") -> Iterator[Connection]:
        """A connection in the state that the request asks for, alone for as long as the block lasts."""
        unknown = [name for name in settings if name not in self.setting_names]
        if unknown:
            raise QueryError.of(115, "UNKNOWN_SETTING", f"Unknown setting '{unknown[0]}'.")
        self.requests += 1  # for those who want to know whether anything happened; need not be exact
        own = self._take_session(session) if session else self._take(database, settings)
        try:
            own.prepare(database, settings)
            yield own
        finally:
            if session:
                self._keep_session(session, own)
            else:
                self._give_back(own)

    def kill(self, mark: str) -> None:
        """Ask the queries that begin with this comment to stop. For one thread."""
        self._control.query(f"KILL QUERY WHERE startsWith(query, {quoted(mark)}) ASYNC", "Null")

    def release_memory(self) -> None:
        """Give unused memory of chDB back to the system; does nothing when every connection is busy."""
        with self._lock:
            if not self._idle:
                return
            own = self._idle.pop()
        try:
            own.query("SYSTEM JEMALLOC PURGE", "Null")
        finally:
            self._give_back(own)

    def close(self, timeout: float) -> None:
        """Let running requests end, at most ``timeout`` seconds, then shut chDB down."""
        deadline = time.monotonic() + timeout
        with self._lock:
            self._closing = True
            while (self._busy or self._pooled > len(self._idle)) and (left := deadline - time.monotonic()) > 0:
                self._lock.wait(left)
            for own in [self._control, *self._idle, *(own for own, _ in self._sessions.values())]:
                own.raw.close()
            self._failures.close()
            self._idle.clear()
            self._sessions.clear()

    def _take(self, database: str, settings: Mapping[str, str]) -> Connection:
        with self._lock:
            self._wait_for_room()
            if self._idle:
                fits = (c for c in reversed(self._idle) if c.settings == settings and c.database == database)
                own = next(fits, self._idle[-1])
                self._idle.remove(own)
                return own
            self._pooled += 1
        try:
            return self._connect()
        except RuntimeError as error:
            with self._lock:
                self._pooled -= 1
            raise QueryError(str(error)) from None

    def _wait_for_room(self) -> None:
        deadline = time.monotonic() + _POOL_WAIT
        while not self._idle and self._pooled >= _POOL_LIMIT and not self._closing:
            left = deadline - time.monotonic()
            if left <= 0:
                text = f"Too many simultaneous queries: {_POOL_LIMIT} have been running for {_POOL_WAIT} seconds."
                raise QueryError.of(202, "TOO_MANY_SIMULTANEOUS_QUERIES", text, status=503)
            self._lock.wait(left)
        self._refuse_when_closing()

    def _refuse_when_closing(self) -> None:
        if self._closing:
            raise QueryError.of(236, "ABORTED", "The server is shutting down.", status=503)

    def _give_back(self, own: Connection) -> None:
        if own.tainted:
            own.raw.close()
        with self._lock:
            if own.tainted:
                self._pooled -= 1
            else:
                self._idle.append(own)
            self._lock.notify_all()

    def _take_session(self, name: str) -> Connection:
        """The connection of a session; temporary tables and SET live in it until it was unused for its timeout."""
        with self._lock:
            self._refuse_when_closing()
            if name in self._busy:
                raise QueryError.of(373, "SESSION_IS_LOCKED", f"Session {name} is locked by a concurrent client.")
            now = time.monotonic()
            oldest_first = sorted(self._sessions.items(), key=lambda item: item[1][1])
            for index, (key, (own, until)) in enumerate(oldest_first):
                if key != name and (until < now or index < len(oldest_first) - _SESSION_LIMIT):
                    del self._sessions[key]
                    own.raw.close()
            self._busy.add(name)
            held = self._sessions.pop(name, None)
        if held:
            return held[0]
        try:
            return self._connect()
        except RuntimeError as error:
            with self._lock:
                self._busy.discard(name)
            raise QueryError(str(error)) from None

    def _keep_session(self, name: str, own: Connection) -> None:
        with self._lock:
            self._busy.discard(name)
            self._sessions[name] = (own, time.monotonic() + _SESSION_SECONDS)
            self._lock.notify_all()


def quoted(text: str) -> str:
    """A string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def quoted_name(name: str) -> str:
    """An identifier."""
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"
