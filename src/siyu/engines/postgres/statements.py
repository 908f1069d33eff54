"""Statements: SQL with ``:named`` parameters, on the driver itself.

What SQLAlchemy does around a statement takes as long as a short statement takes the driver; it keeps the pool and the
transactions. Errors are psycopg's own, within a block (:func:`savepoint`) and behind it (:meth:`Database.transaction`).
"""

import re
from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import RawCursor, RawServerCursor
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

# Two colons are a cast, one between letters or digits is of a time, and one behind a backslash is itself.
_NAMED: Final = re.compile(r"(?<![:\w\\]):(\w+)")
_ESCAPED: Final = re.compile(r"\\(:[\w$]*)(?![:\w$])")
_numbers = count(1)

if TYPE_CHECKING:

    class AnyRow(tuple[Any, ...]):
        """A row: a tuple whose columns are attributes as well, each under its name in the statement."""

        __slots__ = ()
        _fields: tuple[str, ...]

        def __getattr__(self, name: str) -> Any: ...
        def _asdict(self) -> dict[str, Any]: ...

else:
    AnyRow = tuple


@lru_cache(maxsize=4000)
def _numbered(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """The statement as PostgreSQL itself takes it, with ``$1``, and the names in the order of their numbers."""
    places: dict[str, int] = {}
    numbered = _NAMED.sub(lambda found: f"${places.setdefault(found[1], len(places) + 1)}", sql)
    return _ESCAPED.sub(r"\1", numbered).encode(), tuple(places)


@lru_cache(maxsize=4000)
def _maker(names: tuple[bytes, ...]) -> Callable[[Sequence[Any]], AnyRow]:
    """Of rows with these columns; what is no name of Python is reached by its place alone."""
    kind: Any = namedtuple  # noqa: PYI024 - which columns there are, only the engine knows
    return partial(tuple.__new__, kind("Row", [name.decode() for name in names], rename=True))


def _named(cursor: Any) -> Callable[[Sequence[Any]], Any]:
    found = cursor.pgresult
    if found is None or found.nfields == 0:
        return tuple
    return _maker(tuple([found.fname(place) or b"" for place in range(found.nfields)]))


def _execute(connection: Connection, sql: str, parameters: dict[str, Any]) -> RawCursor[AnyRow]:
    query, names = _numbered(sql)
    cursor = RawCursor(driver_connection(connection), row_factory=_named)
    return cursor.execute(query, [parameters[name] for name in names])


def rows(connection: Connection, sql: str, **parameters: Any) -> list[AnyRow]:
    """Run ``sql`` with ``:named`` parameters and return every row.

    Raises:
        psycopg.Error: PostgreSQL refuses it; a savepoint or the transaction has to end before the next statement.
    """
    return _execute(connection, sql, parameters).fetchall()


def pieces(connection: Connection, sql: str, size: int, **parameters: Any) -> Iterator[list[AnyRow]]:
    """As :func:`rows`, so many rows at a time, of a statement that is run once. Others may be run between the pieces."""
    query, names = _numbered(sql)
    with RawServerCursor(driver_connection(connection), f"siyu_{next(_numbers)}", row_factory=_named) as cursor:
        cursor.execute(query, [parameters[name] for name in names])
        while piece := cursor.fetchmany(size):
            yield piece


def one(connection: Connection, sql: str, **parameters: Any) -> AnyRow | None:
    """The first row, or ``None``."""
    return _execute(connection, sql, parameters).fetchone()


def scalar(connection: Connection, sql: str, **parameters: Any) -> Any:
    """The first column of the first row, or ``None``."""
    found = _execute(connection, sql, parameters).fetchone()
    return found[0] if found else None


def run(connection: Connection, sql: str, **parameters: Any) -> None:
    """Run ``sql`` for its effect. What it did is asked with RETURNING, never by counting rows."""
    _execute(connection, sql, parameters)


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """What is done in the block is undone when it raises, and the transaction goes on."""
    with drivers_errors(), connection.begin_nested():
        yield


@contextmanager
def drivers_errors() -> Iterator[None]:
    """The driver's errors as they are, where SQLAlchemy has put its own around them."""
    try:
        yield
    except DBAPIError as problem:
        if problem.orig is None:
            raise
        raise problem.orig from None


def driver_connection(connection: Connection) -> psycopg.Connection:
    """The psycopg connection underneath, inside the same transaction: for COPY."""
    if not connection.in_transaction():
        connection.begin()  # as SQLAlchemy's own statements do; a commit would not reach what it does not know of
    inner = connection.connection.driver_connection
    assert isinstance(inner, psycopg.Connection)
    return inner
