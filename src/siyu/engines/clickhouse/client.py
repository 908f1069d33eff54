"""The one way to talk to ClickHouse, the embedded one and any server alike."""

import contextlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import unquote, urlsplit

import clickhouse_connect
from clickhouse_connect.driver.exceptions import ClickHouseError as DriverError
from clickhouse_connect.driver.exceptions import OperationalError
from clickhouse_connect.driver.httputil import get_pool_manager

from siyu.engines.clickhouse.adapter.engine import quoted
from siyu.kernel.errors import EngineProblem, original

if TYPE_CHECKING:  # the supervisor moves no tables and starts sooner without Arrow and NumPy
    import pyarrow as pa

# It warns of every lost connection besides raising; whoever catches the error decides what to say.
logging.getLogger("clickhouse_connect").setLevel(logging.ERROR)

# What every session of ours assumes, whatever the server's own defaults are.
PINNED_SETTINGS: Mapping[str, str] = {
    "join_use_nulls": "1",
    "session_timezone": "UTC",
    "date_time_input_format": "best_effort",
    "insert_deduplicate": "1",
    # A block that is repeated under its token must not be added to a projection or a view again either.
    "deduplicate_blocks_in_dependent_materialized_views": "1",
}

# Codes after which the same request may succeed later: time-outs, memory, too many parts, network, shutting down.
_PASSING = frozenset({159, 202, 209, 210, 236, 241, 242, 252, 279, 285, 319, 394, 999})


class ClickHouseError(EngineProblem):
    """ClickHouse refused a statement or failed in it; ``number`` is its own code (60 = unknown table)."""

    status: ClassVar[int] = 500

    def __init__(self, *, number: int, reason: str) -> None:
        super().__init__(
            engine="ClickHouse",
            number=number,
            reason=reason,
            reason_zh=f"语句执行失败{original(reason)}。",
            advice="",
            advice_zh="",
        )

    @property
    def number(self) -> int:
        """ClickHouse's code of the error, 0 when it gave none."""
        return int(self.details["number"])

    @property
    def passing(self) -> bool:
        """Whether the same request may succeed later without any change."""
        return self.number in _PASSING


class Client:
    """A thread-safe client. Statements take server-side parameters: ``{name:Type}`` in the text, ``name=`` in the call.

    Every method raises :class:`ClickHouseError` when ClickHouse refuses or fails, and
    :class:`~siyu.kernel.errors.EngineProblem` when it cannot be reached; after the latter an insert with a token can
    be repeated as it was.
    """

    def __init__(self, driver: Any, place: str, user: str = "", password: str = "") -> None:
        self.driver = driver
        self._place = place
        self._user = user
        self._password = password

    @property
    def database(self) -> str:
        """The name of the database, quoted."""
        return f"`{self.scalar('SELECT currentDatabase()')}`"

    @property
    def login(self) -> str:
        """What the source of a dictionary needs to read from its own server: ``USER … PASSWORD …``, or nothing."""
        if self.scalar("SELECT currentUser()") != self._user:
            return ""  # embedded: the adapter's user is not one of chDB's
        return f"USER {quoted(self._user)} PASSWORD {quoted(self._password)}"

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """All rows of a SELECT."""
        with self._errors():
            return [tuple(row) for row in self.driver.query(sql, parameters=parameters or None).result_rows]

    def one(self, sql: str, **parameters: Any) -> tuple[Any, ...]:
        """The first row of a SELECT that always has one."""
        return self.rows(sql, **parameters)[0]

    def scalar(self, sql: str, **parameters: Any) -> Any:
        """The first column of that row."""
        return self.one(sql, **parameters)[0]

    def arrow(self, sql: str, **parameters: Any) -> "pa.Table":
        """The result of a SELECT as an Arrow table. Give columns without NULLs where you can."""
        with self._errors():
            table: pa.Table = self.driver.query_arrow(sql, parameters=parameters or None, use_strings=True)
            return table

    @contextlib.contextmanager
    def blocks(self, sql: str, **parameters: Any) -> Iterator[Iterator[Sequence[Sequence[Any]]]]:
        """The result of a SELECT of any size, as blocks of columns: ``with client.blocks(sql) as blocks: …``."""
        with self._errors(), self.driver.query_column_block_stream(sql, parameters=parameters or None) as stream:
            yield iter(stream)

    def run(self, sql: str, *, settings: Mapping[str, Any] | None = None, **parameters: Any) -> None:
        """A statement without a result: DDL, ALTER, OPTIMIZE, ``INSERT … SELECT``."""
        with self._errors():
            self.driver.command(sql, parameters=parameters or None, settings=dict(settings or {}))

    def insert(self, table: str, data: "pa.Table", *, token: str) -> None:
        """Insert an Arrow table, by column names.

        Idempotent: ClickHouse remembers the token for as many inserts as the table's
        ``non_replicated_deduplication_window`` says and ignores a repeat, so the same token must mean the same rows.
        """
        with self._errors():
            self.driver.insert_arrow(table, data, settings={"insert_deduplication_token": token})

    def table_sizes(self) -> list[tuple[str, int, int]]:
        """(table, rows, bytes on disk) of every table of the database that holds data."""
        found = self.rows(
            "SELECT table, sum(rows), sum(bytes_on_disk) FROM system.parts "
            "WHERE active AND database = currentDatabase() GROUP BY table ORDER BY table"
        )
        return [(str(table), int(rows), int(size)) for table, rows, size in found]

    def ping(self) -> bool:
        """Whether it answers."""
        return bool(self.driver.ping())

    def close(self) -> None:
        """Give the connections back."""
        self.driver.close()

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except DriverError as error:
            raise _translated(error, self._place) from error


def connect(url: str, *, timeout: float = 300) -> Client:
    """A client for ``http[s]://user:password@host:port/database``.

    Args:
        url: without a port 8123, or 8443 for https; without a database ``default``.
        timeout: seconds that a statement may take.

    Raises:
        EngineProblem: nothing answers there, or the user, password or database is refused.
    """
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (8443 if secure else 8123)
    place = f"{parts.hostname}:{port}"
    user, password = unquote(parts.username or "default"), unquote(parts.password or "")
    local = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    try:
        driver = clickhouse_connect.get_client(
            interface=parts.scheme,
            host=parts.hostname,
            port=port,
            username=user,
            password=password,
            database=unquote(parts.path.strip("/")) or "default",
            settings=dict(PINNED_SETTINGS),
            autogenerate_session_id=False,  # a session would forbid two threads to query at once
            compress=not local,
            send_receive_timeout=int(timeout),
            pool_mgr=get_pool_manager(maxsize=32, num_pools=1),
            tz_mode="aware",
            show_clickhouse_errors="scrub",  # the sentence without our URL
        )
    except DriverError as error:
        raise _translated(error, place) from error
    return Client(driver, place, user, password)


def _translated(error: Exception, place: str) -> EngineProblem:
    number = getattr(error, "code", None)
    if number:
        return ClickHouseError(number=int(number), reason=str(error))
    if isinstance(error, OperationalError):
        return EngineProblem(
            engine="ClickHouse",
            reason=f"nothing answers at {place}.",
            reason_zh=f"{place} 没有响应。",
            advice="Check that it runs and that SIYU_CLICKHOUSE_URL names it.",
            advice_zh="请确认它正在运行，且 SIYU_CLICKHOUSE_URL 指向它。",
        )
    return ClickHouseError(number=0, reason=str(error))
