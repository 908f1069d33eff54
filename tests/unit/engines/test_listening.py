"""Who listens hears what is called, and the word to end, and nothing keeps either waiting; all share a connection."""

import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from structlog.testing import capture_logs

from siyu.engines.postgres import Call, Database, Listener, call, rows

LONG = 30.0


@pytest.fixture
def listen(database: Database) -> Iterator[Callable[..., Listener]]:
    """Listeners, each heard on once: they listen. All end with the test."""
    made: list[Listener] = []

    def listen(*channels: str) -> Listener:
        listener = database.listener(*channels)
        made.append(listener)
        assert listener.hear(LONG) == [Call(channel, "") for channel in sorted(channels)]
        return listener

    yield listen
    for listener in made:
        listener.end()


def notify(database: Database, channel: str, *payloads: str) -> None:
    with database.transaction() as conn:
        for payload in payloads or ("",):
            call(conn, channel, payload)


def backends(database: Database) -> list[int]:
    """Those whose last statement was to listen, or to stop it."""
    with database.transaction() as conn:
        found = rows(conn, "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query ~ '^(UN)?LISTEN'")  # fmt: skip
    return [row.pid for row in found]


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def test_what_came_before_and_what_comes_meanwhile_is_heard(
    database: Database, listen: Callable[..., Listener]
) -> None:
    listener = listen("somewhere")
    notify(database, "somewhere", "a")
    notify(database, "elsewhere")
    notify(database, "somewhere", "a", "b")
    assert within(LONG, lambda: len(listener._calls) == 2)
    assert listener.hear(LONG) == [Call("somewhere", "a"), Call("somewhere", "b")]
    later = threading.Timer(0.1, notify, [database, "somewhere", "c"])
    later.start()
    assert listener.hear(LONG) == [Call("somewhere", "c")]
    later.join()
    assert listener.hear(0.05) == []
    assert not listener.ended


def test_each_hears_its_own_on_one_connection(database: Database, listen: Callable[..., Listener]) -> None:
    one, both = listen("one"), listen("one", "other")
    assert len(backends(database)) == 1
    notify(database, "other", "x")
    assert both.hear(LONG) == [Call("other", "x")]
    assert one.hear(0.05) == []
    notify(database, "one", "y")
    assert one.hear(LONG) == both.hear(LONG) == [Call("one", "y")]


def test_the_connection_is_closed_behind_the_last(database: Database, listen: Callable[..., Listener]) -> None:
    first, second = listen("somewhere"), listen("elsewhere")
    first.end()
    first.end()
    notify(database, "elsewhere", "x")
    assert second.hear(LONG) == [Call("elsewhere", "x")]
    second.end()
    assert within(LONG, lambda: backends(database) == [])  # closed by us; the server takes a moment to see it
    assert not [one for one in threading.enumerate() if one.name == "listening"]
    assert second.hear(LONG) == []
    listen("somewhere")  # another begins anew
    assert len(backends(database)) == 1


def test_the_word_ends_a_long_wait_at_once(listen: Callable[..., Listener]) -> None:
    for wait in (lambda one: one.hear(LONG), lambda one: one.rest(LONG)):
        listener = listen("somewhere")
        said = threading.Timer(0.1, listener.end)
        said.start()
        began = time.monotonic()
        assert wait(listener) in ([], True)
        assert time.monotonic() - began < LONG / 3
        assert listener.ended
        assert wait(listener) in ([], True)  # said is said
        said.join()


def test_one_that_ends_before_it_has_heard_anything(database: Database) -> None:
    listener = database.listener("somewhere")
    assert not listener.rest(0.01)
    listener.end()
    assert listener.hear(LONG) == []
    assert backends(database) == []


def test_one_without_channels_needs_no_connection(database: Database) -> None:
    listener = database.listener()
    assert listener.hear(0.01) == []
    assert backends(database) == []
    listener.end()


def test_a_cut_connection_is_no_silence(database: Database, listen: Callable[..., Listener]) -> None:
    listeners = [listen("somewhere"), listen("elsewhere")]
    with capture_logs() as logged, database.raw() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", backends(database))
        # Something may have been called while nobody heard it.
        assert [one.hear(LONG) for one in listeners] == [[Call("somewhere", "")], [Call("elsewhere", "")]]
    assert [line["event"] for line in logged] == ["listening.lost"]
    notify(database, "elsewhere", "x")
    assert listeners[1].hear(LONG) == [Call("elsewhere", "x")]


def test_nobody_there_is_tried_again_more_and_more_seldom(database: Database) -> None:
    tried: list[float] = []

    def connect() -> psycopg.Connection:
        tried.append(time.monotonic())
        if len(tried) < 4:
            raise psycopg.OperationalError("nobody there")
        return connected()

    connected, database._listening._connect = database._listening._connect, connect
    listener = database.listener("somewhere")
    with capture_logs() as logged:
        assert listener.hear(LONG) == [Call("somewhere", "")]
    assert [line["error"] for line in logged] == ["nobody there"] * 3
    assert tried[3] - tried[2] > tried[1] - tried[0] > 0.09
    listener.end()


def test_the_word_ends_also_who_waits_for_a_server(database: Database) -> None:
    nowhere = Database("postgresql:///siyu?host=/nowhere")
    listener = nowhere.listener("somewhere")
    with capture_logs():
        assert listener.hear(1) == []
        began = time.monotonic()
        listener.end()
    assert time.monotonic() - began < 5
