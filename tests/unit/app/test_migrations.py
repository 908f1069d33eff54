"""What is to be migrated, asked without Alembic first."""

import pytest
from alembic.util import CommandError

from siyu.app.migrations import migrate_postgres, newest_revisions, postgres_folders
from siyu.engines.postgres import Database, run
from siyu.engines.postgres import migrate as revisions


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
