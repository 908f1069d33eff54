"""Databases for tests: each like one that was just migrated.

Making one takes longer than most tests do, so one that a test is done with is emptied for the next. Where that cannot
be told to be the same (tables of ours were changed or dropped, somebody is still connected), it is thrown away instead.
"""

import time
from collections.abc import Collection, Iterator
from copy import copy
from itertools import count
from typing import Any, Final, NamedTuple

import psycopg
from sqlalchemy import QueuePool, event, make_url

from siyu.engines.embedded_postgres import EmbeddedPostgres
from siyu.engines.postgres import Database

TEMPLATE: Final = "siyu"
_OURS: Final = (
    "relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace)"
)
# Whether anything was made, altered or dropped, PostgreSQL notes itself; what is temporary is gone with its connection.
_NOTES: Final = """
    CREATE SCHEMA pytest;
    CREATE TABLE pytest.altered (tag text);
    CREATE FUNCTION pytest.note() RETURNS event_trigger LANGUAGE plpgsql AS
        $$BEGIN
            IF tg_tag LIKE 'DROP %' OR EXISTS (
                SELECT FROM pg_event_trigger_ddl_commands() WHERE schema_name IS DISTINCT FROM 'pg_temp'
            ) THEN INSERT INTO pytest.altered VALUES (tg_tag); END IF;
        END$$;
    CREATE EVENT TRIGGER note ON ddl_command_end EXECUTE FUNCTION pytest.note();
    ALTER EVENT TRIGGER note ENABLE ALWAYS"""
_ALTERED: Final = "EXISTS (SELECT FROM pytest.altered) OR EXISTS (SELECT FROM pg_db_role_setting)"
# What makes two copies of one template alike: they have the same ids, and nothing in them was altered.
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
_SEEDS: Final = (
    f"SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND {_OURS} AND pg_relation_size(oid) > 0"
)
_SEQUENCES: Final = "SELECT format('%I.%I', schemaname, sequencename), start_value, last_value FROM pg_sequences"
_OTHERS: Final = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> ALL ($1::int[]) AND backend_type = 'client backend'"""
_PATIENCE: Final = 0.3  # seconds in which a connection that was closed is gone
# Bytes. To truncate a table makes its files and those of its indexes anew, and those of all tables that refer to it; to
# delete a few rows touches nothing else. They leave their space behind, until the table is no longer small.
_SMALL: Final = 64 << 10
# What DISCARD ALL does, but that statements stay prepared: the driver goes on to believe that they are.
_RESET: Final = """
    CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all();
    DISCARD SEQUENCES; DISCARD TEMP"""
# Of the connection that empties: rows go in any order, and past what refuses to let them go. For as long as it lives, because
# each change makes the server forget how to do what it has done before.
_IN_ANY_ORDER: Final = "-c session_replication_role=replica"
# As of a table that nobody has counted yet. One that was counted when all its rows were deleted would be planned for as if it
# had none, however many a test puts in: a minute's statement takes hours.
_UNCOUNTED: Final = """
        DELETE FROM pg_statistic WHERE starelid >= 16384;
        UPDATE pg_class SET relpages = 0, reltuples = -1, relallvisible = 0
        WHERE oid >= 16384 AND relkind = 'r' AND reltuples <> -1;"""
# What does it, in one call. The server keeps the plan of each statement in it.
_EMPTY: Final = """
    CREATE FUNCTION pytest.empty() RETURNS text[] LANGUAGE plpgsql AS $empty$
    DECLARE
        size bigint;
        large text[] := '{{}}';
    BEGIN
        {}
        RETURN large;
    END $empty$"""
_EMPTY_TABLE: Final = """
        size := pg_relation_size('{0}');
        IF size > {1} THEN large := array_append(large, '{0}'); ELSIF size > 0 THEN DELETE FROM {0}; END IF;"""
_RESTART: Final = """
        IF pg_sequence_last_value('{0}') IS DISTINCT FROM {1} THEN PERFORM setval('{0}', {2}, {3}); END IF;"""
_KEPT: Final = 2  # connections of a database; few tests have more at once

Connection = psycopg.Connection[tuple[Any, ...]]


class _State(NamedTuple):
    """What is asked of a database after a test.

    Attributes:
        others: connections that nobody here knows of.
        shape: what its tables look like; empty when nothing was altered.
        seeded: what is in those that a migration fills.
    """

    others: int
    shape: str
    seeded: str


class Databases:
    """Those of one server whose database ``siyu`` is migrated.

    Connections are kept from test to test as well, and what SQLAlchemy has asked at the first: the server needs longer to begin
    with one, and to learn every table anew, than to answer most tests.

    Args:
        server: running.
    """

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server, self._numbers = server, count(1)
        self._free: list[Database] = []
        self._own: dict[str, Connection] = {}  # ours, one a database
        self._rested: dict[str, list[Connection]] = {}  # what tests have left
        with psycopg.connect(server.url(TEMPLATE), autocommit=True) as conn:
            seeds = [table for (table,) in conn.execute(_SEEDS.encode())]
            conn.execute(_NOTES.encode())
            conn.execute(_emptying(conn, seeds).encode())
            conn.execute("DELETE FROM pytest.altered")
            all_of = "(SELECT hashtext(string_agg(one::text, '' ORDER BY one::text)) FROM {} AS one)".format
            seeded = f"SELECT concat_ws(' ', {', '.join(map(all_of, seeds))})"
            shape = f"CASE WHEN {_ALTERED} THEN ({_SHAPE}) ELSE '' END"
            self._asked = f"SELECT ({_OTHERS}), {shape}, ({seeded})"
            (self._shape,) = _one(conn, _SHAPE)
            self._seeded = self._state(conn, [conn.info.backend_pid]).seeded
            self._tables = _tables(conn)
            self._seeds = {table: _copied(conn, table) for table in seeds}
        self._root: Connection = psycopg.connect(server.url("postgres"), autocommit=True)

    def take(self) -> Database:
        """One that nobody else has."""
        if self._free:
            return copy(self._free.pop())  # another object: what is remembered of one is not of the next
        name = f"test_{next(self._numbers)}"
        self._root.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY".encode())
        self._own[name] = psycopg.connect(self._server.url(name), autocommit=True, options=_IN_ANY_ORDER)
        rested = self._rested[name] = []
        taken = Database(self._server.url(name))
        event.listen(taken.engine, "do_connect", lambda *_: rested.pop() if rested else None)
        return taken

    def give_back(self, taken: Database) -> None:
        """Nobody needs it any more."""
        name = make_url(taken.url).database
        assert name is not None
        conn, rested = self._own[name], self._rested[name]
        rested += _left(taken)
        if self._emptied(conn, [one.info.backend_pid for one in (conn, *rested)]):
            self._free.append(taken)
            return
        self._close(name)
        self._root.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    def close(self) -> None:
        """At the end."""
        for name in list(self._own):
            self._close(name)
        self._root.close()

    def _close(self, name: str) -> None:
        for conn in (self._own.pop(name), *self._rested.pop(name)):
            conn.close()

    def _state(self, conn: Connection, ours: list[int]) -> _State:
        return _State(*_one(conn, self._asked, ours))

    def _emptied(self, conn: Connection, ours: list[int]) -> bool:
        """Make it like new; whether that can be told."""
        try:
            state = self._alone(conn, ours)
            if state.shape not in {"", self._shape} and (more := _tables(conn) - self._tables):
                conn.execute(f"DROP TABLE IF EXISTS {', '.join(sorted(more))} CASCADE".encode())
                state = self._state(conn, ours)
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):  # which a migration had filled
            return False
        if state.others or state.shape not in {"", self._shape}:
            return False
        self._empty(conn, state)
        return True

    def _alone(self, conn: Connection, ours: list[int]) -> _State:
        """What there is when nobody else is connected any more, or they would not be gone in a moment."""
        deadline = time.monotonic() + _PATIENCE
        while (state := self._state(conn, ours)).others and time.monotonic() < deadline:
            time.sleep(0.005)
        return state

    def _empty(self, conn: Connection, state: _State) -> None:
        (large,) = _one(conn, "SELECT pytest.empty()")
        if large:
            conn.execute(f"TRUNCATE {', '.join(large)} CASCADE".encode())
        if large or state.seeded != self._seeded:  # to truncate one empties whatever refers to it
            self._seed(conn)

    def _seed(self, conn: Connection) -> None:
        with conn.transaction():
            for table, seed in self._seeds.items():
                if _copied(conn, table) != seed:
                    conn.execute(f"DELETE FROM {table}".encode())
                    with conn.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
                        copy.write(seed)


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
            conn._notice_handlers.clear()  # they are added when it is taken again
            conn.autocommit = True
            conn.execute(_RESET, prepare=False)
            conn.autocommit = False
        except psycopg.OperationalError:
            conn.close()  # the server has cut it
            continue
        yield conn
    taken.close()


def _one(conn: Connection, sql: str, *parameters: Any) -> tuple[Any, ...]:
    row = psycopg.RawCursor(conn).execute(sql.encode(), parameters, prepare=True).fetchone()
    assert row is not None
    return row


def _emptying(conn: Connection, seeds: Collection[str]) -> str:
    """The function that empties a database as this one is."""
    tables = sorted(_tables(conn) - set(seeds))
    restarts = (
        _RESTART.format(name, "NULL" if last is None else last, last or start, last is not None)
        for name, start, last in conn.execute(_SEQUENCES.encode())
    )
    return _EMPTY.format("".join([*(_EMPTY_TABLE.format(table, _SMALL) for table in tables), *restarts, _UNCOUNTED]))


def _tables(conn: Connection) -> frozenset[str]:
    return frozenset(row[0] for row in conn.execute(_TABLES.encode()))


def _copied(conn: Connection, table: str) -> bytes:
    with conn.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy:
        return b"".join(bytes(part) for part in copy)
