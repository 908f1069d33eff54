"""Databases for tests: each like one that was just migrated.

Making one takes longer than most tests do, so one that a test is done with is emptied for the next. Where that cannot
be told to be the same (tables of ours were changed or dropped, somebody is still connected), it is thrown away instead.
"""

import time
from collections.abc import Mapping
from itertools import count
from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Literal

from siyu.engines.postgres.embedded import EmbeddedPostgres

TEMPLATE: Final = "siyu"
_OURS: Final = (
    "relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)"
)
# What makes two copies of one template alike: they have the same ids, and nothing in them was altered. Quick, because it is
# asked after every test.
_SHAPE: Final = """
    SELECT concat_ws(' ',
        (SELECT sum(hashtext(concat(oid, relname, relpersistence))) FROM pg_class
            WHERE oid >= 16384 AND relkind <> 't' AND relpersistence <> 't'),
        (SELECT sum(hashtext(concat(attrelid, attname, atttypid, attnotnull, attgenerated, attisdropped)))
            FROM pg_attribute JOIN pg_class AS c ON c.oid = attrelid
            WHERE attrelid >= 16384 AND attnum > 0 AND relkind IN ('r', 'p') AND relpersistence <> 't'),
        (SELECT sum(hashtext(concat(oid, conname, convalidated))) FROM pg_constraint WHERE oid >= 16384),
        (SELECT sum(hashtext(concat(oid, tgenabled))) FROM pg_trigger WHERE NOT tgisinternal),
        (SELECT sum(hashtext(concat(oid, prosrc))) FROM pg_proc WHERE oid >= 16384),
        (SELECT sum(hashtext(concat(oid, nspname))) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'),
        (SELECT sum(hashtext(setconfig::text)) FROM pg_db_role_setting))"""
_TABLES: Final = f"SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND {_OURS}"
_FILLED: Final = (
    f"SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND {_OURS} AND pg_relation_size(oid) > 0"
)
_SEQUENCES: Final = """
    SELECT format('%I.%I', schemaname, sequencename), start_value, last_value FROM pg_sequences ORDER BY 1"""
_OTHERS: Final = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
_PATIENCE: Final = 0.3  # seconds in which a connection that was closed is gone

Connection = psycopg.Connection[tuple[Any, ...]]


class Databases:
    """Those of one server whose database ``siyu`` is migrated.

    Args:
        server: running.
    """

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server, self._numbers = server, count(1)
        self._free: list[str] = []
        with psycopg.connect(server.url(TEMPLATE), autocommit=True) as conn:
            self._shape = _one(conn, _SHAPE)
            self._sequences = _sequences(conn)
            self._tables = _tables(conn)
            filled = [row[0] for row in conn.execute(_FILLED.encode())]
            self._seeds = {table: _copied(conn, table) for table in filled}

    def take(self) -> str:
        """The name of one that nobody else has."""
        if self._free:
            return self._free.pop()
        name = f"test_{next(self._numbers)}"
        with psycopg.connect(self._server.url("postgres"), autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY".encode())
        return name

    def give_back(self, name: str) -> None:
        """Nobody needs it any more."""
        with psycopg.connect(self._server.url(name), autocommit=True) as conn:
            if _alone(conn) and (more := _tables(conn) - self._tables):
                conn.execute(f"DROP TABLE IF EXISTS {', '.join(sorted(more))} CASCADE".encode())
            like_new = _alone(conn) and _one(conn, _SHAPE) == self._shape
            if like_new:
                self._empty(conn)
        if like_new:
            self._free.append(name)
            return
        with psycopg.connect(self._server.url("postgres"), autocommit=True) as conn:
            conn.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def _empty(self, conn: Connection) -> None:
        with conn.transaction():
            conn.execute("SET LOCAL session_replication_role = replica")  # seeds are put back in any order
            filled = [row[0] for row in conn.execute(_FILLED.encode()) if row[0] not in self._seeds]
            if filled:
                conn.execute(f"TRUNCATE {', '.join(filled)} CASCADE".encode())
            for table, seed in self._seeds.items():
                if _copied(conn, table) != seed:
                    conn.execute(f"DELETE FROM {table}".encode())
                    with conn.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
                        copy.write(seed)
            conn.execute("DELETE FROM pg_statistic WHERE starelid >= 16384")
            for name, (start, last) in _sequences(conn).items():
                if (start, last) != self._sequences[name]:
                    value = self._sequences[name][1]
                    conn.execute(
                        SQL("SELECT setval({}, {}, {})").format(
                            Literal(name), Literal(start if value is None else value), Literal(value is not None)
                        )
                    )


def _one(conn: Connection, sql: str) -> Any:
    row = conn.execute(sql.encode()).fetchone()
    assert row is not None
    return row[0]


def _tables(conn: Connection) -> frozenset[str]:
    return frozenset(row[0] for row in conn.execute(_TABLES.encode()))


def _alone(conn: Connection) -> bool:
    """Whether nobody else is connected, or will not be in a moment."""
    deadline = time.monotonic() + _PATIENCE
    while _one(conn, _OTHERS):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def _sequences(conn: Connection) -> Mapping[str, tuple[int, int | None]]:
    return {name: (start, last) for name, start, last in conn.execute(_SEQUENCES.encode())}


def _copied(conn: Connection, table: str) -> bytes:
    with conn.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy:
        return b"".join(bytes(part) for part in copy)
