"""Databases for tests: each like one that was just migrated.

Making one takes longer than most tests do, so one that a test is done with is emptied for the next. Where that cannot
be told to be the same (tables of ours were changed or dropped, somebody is still connected), it is thrown away instead.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Literal
from sqlalchemy import QueuePool, event, make_url

from siyu.engines.embedded_postgres import EmbeddedPostgres
from siyu.engines.postgres import Database

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
        (SELECT sum(hash_record((attrelid, attname, atttypid, attnotnull, attgenerated, attisdropped)))
            FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0),
        (SELECT sum(hashtext(concat(oid, conname, convalidated))) FROM pg_constraint WHERE oid >= 16384),
        (SELECT sum(hashtext(concat(oid, tgenabled))) FROM pg_trigger WHERE NOT tgisinternal),
        (SELECT sum(hashtext(concat(oid, prosrc))) FROM pg_proc WHERE oid >= 16384),
        (SELECT sum(hashtext(concat(oid, nspname))) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'),
        (SELECT sum(hashtext(setconfig::text)) FROM pg_db_role_setting))"""
_TABLES: Final = f"SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') AND {_OURS}"
_FILLED: Final = f"""
    SELECT * FROM (SELECT oid::regclass::text, pg_relation_size(oid) AS size FROM pg_class WHERE relkind = 'r' AND {_OURS})
    WHERE size > 0"""
_SEQUENCES: Final = """
    SELECT format('%I.%I', schemaname, sequencename), start_value, last_value FROM pg_sequences ORDER BY 1"""
_OTHERS: Final = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> ALL (%s) AND backend_type = 'client backend'"""
_PATIENCE: Final = 0.3  # seconds in which a connection that was closed is gone
# Bytes. To truncate a table makes its files and those of its indexes anew, and those of all tables that refer to it; to
# delete a few rows touches nothing else. They leave their space behind, until the table is no longer small.
_SMALL: Final = 64 << 10
# What DISCARD ALL does, but that statements stay prepared: the driver goes on to believe that they are.
_RESET: Final = """
    CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all();
    DISCARD SEQUENCES; DISCARD TEMP"""
# As of a table that nobody has counted yet. One that was counted when all its rows were deleted would be planned for as if it
# had none, however many a test puts in: a minute's statement takes hours.
_UNCOUNTED: Final = """
    UPDATE pg_class SET relpages = 0, reltuples = -1, relallvisible = 0
    WHERE oid >= 16384 AND relkind = 'r' AND reltuples <> -1"""
_KEPT: Final = 2  # connections of a database; few tests have more at once

Connection = psycopg.Connection[tuple[Any, ...]]


class Databases:
    """Those of one server whose database ``siyu`` is migrated.

    Connections are kept from test to test as well: the server needs longer to begin with one, and to learn every table
    anew, than to answer most tests.

    Args:
        server: running.
    """

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server, self._numbers = server, count(1)
        self._free: list[str] = []
        self._own: dict[str, Connection] = {}  # ours, one a database
        self._rested: dict[str, list[Connection]] = {}  # what tests have left
        with psycopg.connect(server.url(TEMPLATE), autocommit=True) as conn:
            self._shape = _one(conn, _SHAPE)
            self._sequences = _sequences(conn)
            self._tables = _tables(conn)
            filled = [row[0] for row in conn.execute(_FILLED.encode())]
            self._seeds = {table: _copied(conn, table) for table in filled}
            all_of = "(SELECT hashtext(string_agg(one::text, '' ORDER BY one::text)) FROM {} AS one)".format
            self._seeded = f"SELECT concat_ws(' ', {', '.join(map(all_of, filled))})"
            self._seeded_as = _one(conn, self._seeded)
        self._root: Connection = psycopg.connect(server.url("postgres"), autocommit=True)

    def take(self) -> Database:
        """One that nobody else has."""
        if self._free:
            name = self._free.pop()
        else:
            name = f"test_{next(self._numbers)}"
            self._root.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY".encode())
            self._rested[name] = []
        taken, rested = Database(self._server.url(name)), self._rested[name]
        event.listen(taken.engine, "do_connect", lambda *_: rested.pop() if rested else None)
        return taken

    def give_back(self, taken: Database) -> None:
        """Nobody needs it any more."""
        name = make_url(taken.url).database
        assert name is not None
        rested = self._rested[name]
        rested += _left(taken)
        conn = self._own.get(name)
        if conn is None:
            conn = self._own[name] = psycopg.connect(self._server.url(name), autocommit=True)
        if _alone(conn, [conn, *rested]) and self._shaped(conn):
            self._empty(conn)
            self._free.append(name)
            return
        self._close(name)
        self._root.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def close(self) -> None:
        """At the end."""
        for name in list(self._rested):
            self._close(name)
        self._root.close()

    def _close(self, name: str) -> None:
        own = self._own.pop(name, None)
        for conn in [*self._rested.pop(name), *([own] if own else [])]:
            conn.close()

    def _shaped(self, conn: Connection) -> bool:
        """Whether it is shaped as the template is, without the tables that a test has added."""
        if _one(conn, _SHAPE) == self._shape:
            return True
        more = _tables(conn) - self._tables
        if more:
            conn.execute(f"DROP TABLE IF EXISTS {', '.join(sorted(more))} CASCADE".encode())
        return bool(more) and bool(_one(conn, _SHAPE) == self._shape)

    def _empty(self, conn: Connection) -> None:
        with conn.transaction():
            conn.execute("SET LOCAL session_replication_role = replica")  # in any order, and past what refuses to go
            filled = [row for row in conn.execute(_FILLED.encode()) if row[0] not in self._seeds]
            if large := [table for table, size in filled if size > _SMALL]:
                conn.execute(f"TRUNCATE {', '.join(large)} CASCADE".encode())
            if small := [f"DELETE FROM {table}" for table, size in filled if size <= _SMALL]:
                conn.execute("; ".join(small).encode(), prepare=False)
            changed = _one(conn, self._seeded) != self._seeded_as
            for table, seed in self._seeds.items() if changed else ():
                if _copied(conn, table) != seed:
                    conn.execute(f"DELETE FROM {table}".encode())
                    with conn.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
                        copy.write(seed)
            conn.execute("DELETE FROM pg_statistic WHERE starelid >= 16384")
            conn.execute(_UNCOUNTED)
            for name, (start, last) in _sequences(conn).items():
                if (start, last) != self._sequences[name]:
                    value = self._sequences[name][1]
                    conn.execute(
                        SQL("SELECT setval({}, {}, {})").format(
                            Literal(name), Literal(start if value is None else value), Literal(value is not None)
                        )
                    )


def _left(taken: Database) -> Iterator[Connection]:
    """The connections that rest in its pool, as if each had just been opened."""
    pool = taken.engine.pool
    assert isinstance(pool, QueuePool)
    for _ in range(min(pool.checkedin(), _KEPT)):
        fairy = pool.connect()
        conn = fairy.driver_connection
        assert isinstance(conn, psycopg.Connection)
        fairy.detach()
        try:
            conn.rollback()
            conn._notice_handlers.clear()  # the next engine brings its own
            conn.autocommit = True
            conn.execute(_RESET, prepare=False)
            conn.autocommit = False
        except psycopg.OperationalError:
            conn.close()  # the server has cut it
            continue
        yield conn
    taken.close()


def _one(conn: Connection, sql: str, *parameters: Any) -> Any:
    row = conn.execute(sql.encode(), parameters or None).fetchone()
    assert row is not None
    return row[0]


def _tables(conn: Connection) -> frozenset[str]:
    return frozenset(row[0] for row in conn.execute(_TABLES.encode()))


def _alone(conn: Connection, ours: Sequence[Connection]) -> bool:
    """Whether nobody else is connected, or will not be in a moment."""
    deadline, pids = time.monotonic() + _PATIENCE, [one.info.backend_pid for one in ours]
    while _one(conn, _OTHERS, pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def _sequences(conn: Connection) -> Mapping[str, tuple[int, int | None]]:
    return {name: (start, last) for name, start, last in conn.execute(_SEQUENCES.encode())}


def _copied(conn: Connection, table: str) -> bytes:
    with conn.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy:
        return b"".join(bytes(part) for part in copy)
