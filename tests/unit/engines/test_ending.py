"""Who listens hears notifications and the word to end, and nothing keeps either waiting."""

import threading
import time
from collections.abc import Iterator

import psycopg
import pytest

from siyu.engines.postgres import Database, Ending, call

LONG = 30.0


@pytest.fixture
def listener(database: Database) -> Iterator[psycopg.Connection]:
    with database.raw() as listener:
        listener.execute(b"LISTEN somewhere")
        yield listener


def test_the_word_ends_a_long_wait_at_once(listener: psycopg.Connection) -> None:
    ending = Ending()
    said = threading.Timer(0.1, ending.set)
    said.start()
    began = time.monotonic()
    assert ending.hear(listener, LONG) == []
    assert time.monotonic() - began < LONG / 3
    assert ending.is_set()
    assert ending.hear(listener, LONG) == []  # said is said
    said.join()
    ending.set()
    ending.close()
    ending.close()


def test_what_came_before_and_what_comes_meanwhile_is_heard(database: Database, listener: psycopg.Connection) -> None:
    def notify() -> None:
        with database.transaction() as conn:
            call(conn, "somewhere")

    ending = Ending()
    notify()
    assert [one.channel for one in ending.hear(listener, LONG)] == ["somewhere"]
    later = threading.Timer(0.1, notify)
    later.start()
    assert [one.channel for one in ending.hear(listener, LONG)] == ["somewhere"]
    later.join()
    assert ending.hear(listener, 0.05) == []
    assert not ending.is_set()
    ending.close()


def test_a_cut_connection_is_no_silence(database: Database, listener: psycopg.Connection) -> None:
    with database.raw() as other:
        other.execute(b"SELECT pg_terminate_backend(%s)" % str(listener.info.backend_pid).encode())
    ending = Ending()

    def hear() -> None:
        for _ in range(3):  # the server's farewell may come by itself, a moment before the end
            ending.hear(listener, LONG)

    with pytest.raises(psycopg.OperationalError):
        hear()
    ending.close()
