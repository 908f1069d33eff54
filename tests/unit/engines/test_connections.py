"""Connections that were cut while they rested; statements on the driver; calls behind the commit."""

import time
from contextlib import suppress

from siyu.engines.postgres import Database, call, quick, run, scalar


def backend(database: Database) -> int:
    with database.transaction() as conn:
        return int(scalar(conn, "SELECT pg_backend_pid()"))


def test_one_that_was_cut_is_opened_anew(database: Database) -> None:
    before = backend(database)
    assert backend(database) == before
    with database.raw() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (before,))
    time.sleep(0.25)
    assert backend(database) != before


def test_a_statement_on_the_driver_is_in_the_same_transaction(database: Database) -> None:
    with database.transaction() as conn:
        number = scalar(conn, "SELECT txid_current()")
        assert quick(conn, "SELECT txid_current(), %(word)s", {"word": "a"}) == [(number, "a")]


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
