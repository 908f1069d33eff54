"""Connections that were cut while they rested."""

import time

from siyu.engines.postgres import Database, quick, scalar


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
