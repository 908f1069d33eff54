"""Connections and transactions. Rooms are given a connection and never commit: the edge that opened it does."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeAlias

import psycopg
from sqlalchemy import Connection, Engine, Row, TextClause, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from siyu.engines.postgres.arrays import adapt_lists
from siyu.kernel.errors import EngineProblem, original

AnyRow: TypeAlias = Row[*tuple[Any, ...]]


class Database:
    """A pool of connections to one PostgreSQL database.

    Args:
        url: ``postgresql://user:password@host:port/name`` or ``postgresql:///name?host=/socket/folder``.
        pool_size: connections kept open; as many again may be opened for a while under load.
    """

    def __init__(self, url: str, *, pool_size: int = 5) -> None:
        self.url = url
        self.engine: Engine = create_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            connect_args={"options": "-c timezone=UTC", "application_name": "siyu"},
        )
        event.listen(self.engine, "connect", lambda connection, _: adapt_lists(connection))

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
        """One transaction: committed at the end of the block, rolled back when it raises."""
        with self.engine.begin() as connection:
            yield connection

    def raw(self, *, autocommit: bool = True) -> psycopg.Connection:
        """A connection of its own outside the pool, for LISTEN and for locks that outlive a transaction."""
        return psycopg.connect(self.url, autocommit=autocommit, application_name="siyu", options="-c timezone=UTC")

    def close(self) -> None:
        """Close every pooled connection; the object may be used again and opens new ones."""
        self.engine.dispose()


@lru_cache(maxsize=2000)
def _clause(sql: str) -> TextClause:
    """Looking for the parameters of a long statement costs as much as running a short one."""
    return text(sql)


def rows(connection: Connection, sql: str, **parameters: Any) -> list[AnyRow]:
    """Run ``sql`` with ``:named`` parameters and return every row."""
    return list(connection.execute(_clause(sql), parameters).all())


def one(connection: Connection, sql: str, **parameters: Any) -> AnyRow | None:
    """The first row, or ``None``."""
    return connection.execute(_clause(sql), parameters).first()


def scalar(connection: Connection, sql: str, **parameters: Any) -> Any:
    """The first column of the first row, or ``None``."""
    return connection.execute(_clause(sql), parameters).scalar()


def run(connection: Connection, sql: str, **parameters: Any) -> None:
    """Run ``sql`` for its effect. What it did is asked with RETURNING, never by counting rows."""
    connection.execute(_clause(sql), parameters)


def driver_connection(connection: Connection) -> psycopg.Connection:
    """The psycopg connection underneath, inside the same transaction: for COPY."""
    inner = connection.connection.driver_connection
    assert isinstance(inner, psycopg.Connection)
    return inner
