from contextlib import nullcontext
from pathlib import Path

import pytest

from siyu.engines.clickhouse.adapter.statement import split
from siyu.engines.clickhouse.client import ClickHouseError, Client, connect
from siyu.engines.clickhouse.embedded import EmbeddedClickHouse
from siyu.engines.clickhouse.migrate import migrate


@pytest.fixture
def client(tmp_path: Path) -> Client:
    embedded = EmbeddedClickHouse(tmp_path / "ch")
    yield connect(embedded.start())
    embedded.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "room" / "clickhouse" / "migrations"
    path.mkdir(parents=True)
    (path / "0001_first.sql").write_text("""
        -- one; two
        CREATE TABLE IF NOT EXISTS first (a String DEFAULT ';') ENGINE = MergeTree ORDER BY a;
        /* ; */ INSERT INTO first VALUES ('x');
    """)
    return path


class TestMigrate:
    def test_runs_each_file_once_in_order(self, client: Client, folder: Path) -> None:
        assert migrate(client, [folder], lock=nullcontext()) == ["room/0001_first"]
        (folder / "0002_second.sql").write_text("ALTER TABLE first ADD COLUMN IF NOT EXISTS b UInt8;")
        assert migrate(client, [folder], lock=nullcontext()) == ["room/0002_second"]
        assert migrate(client, [folder], lock=nullcontext()) == []
        assert client.rows("SELECT a, b FROM first") == [("x", 0)]

    def test_a_file_that_fails_runs_again(self, client: Client, folder: Path) -> None:
        (folder / "0002_second.sql").write_text("CREATE TABLE IF NOT EXISTS second (a UInt8) ENGINE = Memory; NONSENSE")
        with pytest.raises(ClickHouseError):
            migrate(client, [folder], lock=nullcontext())
        (folder / "0002_second.sql").write_text("CREATE TABLE IF NOT EXISTS second (a UInt8) ENGINE = Memory")
        assert migrate(client, [folder], lock=nullcontext()) == ["room/0002_second"]

    def test_a_dictionary_reads_with_the_login_of_today(self, client: Client, tmp_path: Path) -> None:
        """chDB has a user of its own, with an empty password; a dictionary's source has to sign in as anywhere."""
        server = Client(client.driver, "here", "default", "")
        yesterday = Client(client.driver, "here", "default", "it's; $database")
        read = "SELECT dictGet('map', 'value', toUInt64(1))"
        folder = tmp_path / "room" / "clickhouse" / "migrations"
        folder.mkdir(parents=True)
        (folder / "0001_map.sql").write_text("""
            CREATE TABLE IF NOT EXISTS source (id UInt64, value UInt64) ENGINE = MergeTree ORDER BY id;
            CREATE OR REPLACE DICTIONARY map (id UInt64, value UInt64) PRIMARY KEY id
            SOURCE(CLICKHOUSE($login QUERY 'SELECT id, value FROM $database.source')) LAYOUT(FLAT()) LIFETIME(0);
        """)
        assert migrate(yesterday, [folder], lock=nullcontext()) == ["room/0001_map"]
        client.run("INSERT INTO source VALUES (1, 7)")
        with pytest.raises(ClickHouseError) as refused:
            client.scalar(read)
        assert refused.value.number == 516
        assert migrate(server, [folder], lock=nullcontext()) == []
        assert client.scalar(read) == 7
        assert client.login == ""  # the adapter's user is not chDB's
        assert migrate(client, [folder], lock=nullcontext()) == []
        assert client.scalar(read) == 7


class TestSplit:
    def test_semicolons_in_strings_and_comments(self) -> None:
        script = "SELECT ';', \"a;b\", `c;d` -- ;\n; /* ; */ ;; SELECT 'it''s \\';'; -- end"
        assert split(script) == ["SELECT ';', \"a;b\", `c;d` -- ;", "SELECT 'it''s \\';'"]
