"""What is to be migrated, asked without Alembic first; and by several at once."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.util import CommandError

from siyu.app import migrations
from siyu.app.migrations import migrate, migrate_postgres, newest_revisions, postgres_folders
from siyu.engines.clickhouse.client import Client
from siyu.engines.embedded_postgres import EmbeddedPostgres
from siyu.engines.postgres import Database, run
from siyu.engines.postgres import migrate as revisions

# Alembic keeps what it works on in its modules, so two at once are two processes, as they are in life.
_MIGRATES = """
import sys
from siyu.app.migrations import migrate_postgres
from siyu.engines.postgres import Database
database = Database(sys.argv[1], pool_size=1)
print(*migrate_postgres(database))
database.close()
"""
_WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Lock'"""


class TestNewestRevisions:
    def test_names_of_files_agree_with_alembic(self) -> None:
        folders = postgres_folders()
        assert newest_revisions(folders) == set(revisions.script_directory(folders).get_heads())


class TestMigratePostgres:
    def test_nothing_waits(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr(revisions, "migrate")
        assert migrate_postgres(database) == []

    def test_what_waits_is_run(self, database: Database) -> None:
        with database.transaction() as conn:
            run(conn, "DROP SCHEMA vault CASCADE")
            run(conn, "DELETE FROM siyu_migration WHERE version_num = 'vault_0001'")
        assert migrate_postgres(database) == ["vault_0001"]

    def test_a_database_of_a_newer_siyu_is_refused(self, database: Database) -> None:
        with database.transaction() as conn:
            run(conn, "UPDATE siyu_migration SET version_num = 'vault_0009' WHERE version_num = 'vault_0001'")
        with pytest.raises(CommandError, match="vault_0009"):
            migrate_postgres(database)


@pytest.fixture
def bare(postgres: EmbeddedPostgres) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A connection to a database with nothing in it."""
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as root:
        root.execute("CREATE DATABASE bare TEMPLATE template0")
        try:
            with psycopg.connect(postgres.url("bare")) as conn:
                yield conn
        finally:
            root.execute("DROP DATABASE bare WITH (FORCE)")


class TestAtOnce:
    def test_two_processes_on_an_empty_postgres(
        self, postgres: EmbeddedPostgres, bare: psycopg.Connection[tuple[Any, ...]]
    ) -> None:
        # Nobody can make a schema yet: both begin before one of them is done, however slow the machine.
        bare.execute("LOCK TABLE pg_namespace IN SHARE MODE")
        command = [sys.executable, "-c", _MIGRATES, postgres.url("bare")]
        both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        try:
            _until_waiting(bare, both)
            bare.rollback()
            answers = [process.communicate(timeout=60) for process in both]
        finally:
            for process in both:
                process.kill()
        assert [process.returncode for process in both] == [0, 0], answers
        ran = sorted(out.split() for out, _ in answers)
        assert ran[0] == []
        assert set(ran[1]) >= newest_revisions(postgres_folders())
        assert len(ran[1]) == len(set(ran[1]))
        applied = {row[0] for row in bare.execute("SELECT version_num FROM siyu_migration")}
        assert applied == newest_revisions(postgres_folders())

    def test_several_on_clickhouse(
        self,
        database: Database,
        clickhouse: Client,
        clickhouse_url: str,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        folder = tmp_path / "room" / "clickhouse" / "migrations"
        folder.mkdir(parents=True)
        (folder / "0001_first.sql").write_text("""
            CREATE TABLE IF NOT EXISTS first (a UInt8) ENGINE = MergeTree ORDER BY a;
            INSERT INTO first SELECT sleep(0.5);
        """)
        monkeypatch.setattr(migrations, "clickhouse_folders", lambda: [folder])
        threads = [threading.Thread(target=migrate, args=(database.url, clickhouse_url)) for _ in range(3)]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert clickhouse.scalar("SELECT count() FROM first") == 1
            assert clickhouse.scalar("SELECT count() FROM siyu_migration WHERE id = 'room/0001_first'") == 1
        finally:
            clickhouse.run("DROP TABLE IF EXISTS first")
            clickhouse.run("DELETE FROM siyu_migration WHERE id = 'room/0001_first'")


def _until_waiting(conn: psycopg.Connection[tuple[Any, ...]], processes: list[subprocess.Popen[str]]) -> None:
    """Until each of them waits for somebody."""
    deadline = time.monotonic() + 60
    while conn.execute(_WAITING).fetchone() != (len(processes),):
        assert all(process.poll() is None for process in processes), [p.communicate() for p in processes]
        assert time.monotonic() < deadline
        time.sleep(0.02)
        conn.execute("SELECT pg_stat_clear_snapshot()")
