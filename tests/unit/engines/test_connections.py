"""Connections that were cut; calls behind the commit."""

from collections.abc import Callable
from contextlib import suppress

import psycopg
import pytest

from siyu.engines.postgres import Database, call, run, savepoint, scalar


def backend(database: Database) -> int:
    with database.transaction() as conn:
        return int(scalar(conn, "SELECT pg_backend_pid()"))


def test_one_that_was_cut_is_opened_anew(database: Database) -> None:
    before = backend(database)
    assert backend(database) == before
    with database.raw() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (before,))
    assert backend(database) != before


def cut(database: Database) -> None:
    """In the middle of a transaction; then it goes on."""
    with database.transaction() as conn:
        with database.raw() as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (scalar(conn, "SELECT pg_backend_pid()"),))
        run(conn, "SELECT 1")


def cut_before_a_savepoint(database: Database) -> None:
    with database.transaction() as conn:
        with database.raw() as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", (scalar(conn, "SELECT pg_backend_pid()"),))
        with savepoint(conn):
            run(conn, "SELECT 1")


@pytest.mark.parametrize("act", [cut, cut_before_a_savepoint])
def test_one_that_is_cut_at_work_is_said_as_the_driver_says_it_and_opened_anew(
    database: Database, act: Callable[[Database], None]
) -> None:
    before = backend(database)
    with pytest.raises(psycopg.OperationalError):
        act(database)
    assert backend(database) != before


def test_nobody_there() -> None:
    nowhere = Database("postgresql:///siyu?host=/nowhere")
    with pytest.raises(psycopg.OperationalError, match="nowhere"), nowhere.transaction():
        pass


class TestCall:
    def test_who_listens_is_woken_behind_the_commit_once_and_not_by_what_failed(self, database: Database) -> None:
        with database.raw() as listener:
            listener.execute("LISTEN siyu_test")
            with database.transaction() as conn:
                for payload in ("a", "b", "a"):
                    call(conn, "siyu_test", payload)
                run(conn, "SELECT 1")
                assert list(listener.notifies(timeout=0)) == []
            with suppress(ZeroDivisionError), database.transaction() as conn:
                call(conn, "siyu_test", "never")
                raise ZeroDivisionError
            with database.transaction() as conn:
                call(conn, "siyu_test", "c")
            assert [note.payload for note in listener.notifies(timeout=5, stop_after=3)] == ["a", "b", "c"]
