"""The embedded PostgreSQL comes back after a kill, whatever the killed one left behind."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from siyu.engines.embedded_postgres import EmbeddedPostgres

_ENDLESS = "SELECT count(*) FROM generate_series(1, 1000000000000)"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(tmp_path / "postgres", config={"fsync": "off", "shared_buffers": "'16MB'"})
    made.start()
    yield made
    made.stop()


def test_it_starts_beside_sessions_of_one_that_was_killed(server: EmbeddedPostgres) -> None:
    """Whoever computes does not notice that the server is gone, and holds on to its memory."""

    def compute() -> None:
        with psycopg.connect(server.url()) as connection, pytest.raises(psycopg.OperationalError):
            connection.execute(_ENDLESS)

    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        computing = threading.Thread(target=compute)
        computing.start()
        deadline = time.monotonic() + 30
        while connection.execute("SELECT FROM pg_stat_activity WHERE query = %s", (_ENDLESS,)).fetchone() is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    while server.pid is not None:  # as the supervisor looks
        assert time.monotonic() < deadline
        time.sleep(0.02)
    with psycopg.connect(server.start()) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    computing.join(30)
    assert not computing.is_alive()


def test_it_starts_beside_one_that_was_killed_and_not_buried(server: EmbeddedPostgres) -> None:
    """In a container whose first process buries nobody, its number answers for ever."""
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)  # and nobody asks for it: it stays a zombie of ours
    deadline = time.monotonic() + 30
    while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    another = EmbeddedPostgres(server.folder)
    try:
        with psycopg.connect(another.start()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    finally:
        another.stop()


@pytest.mark.parametrize(
    ("machine", "said"), [(1 << 30, "192MB"), (8 << 30, "512MB"), (24 << 30, "1536MB"), (1 << 40, "2048MB")]
)
def test_its_buffers_are_a_sixteenth_of_the_memory(
    machine: int, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("siyu.engines.embedded_postgres.memory", lambda: machine)
    assert EmbeddedPostgres(tmp_path).config["shared_buffers"] == f"'{said}'"
    assert EmbeddedPostgres(tmp_path, config={"shared_buffers": "'16MB'"}).config["shared_buffers"] == "'16MB'"
