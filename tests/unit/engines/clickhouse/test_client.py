import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

from siyu.engines.clickhouse.client import ClickHouseError, Client, connect
from siyu.engines.clickhouse.embedded import EmbeddedClickHouse
from siyu.kernel.errors import EngineProblem


@pytest.fixture
def client(server: EmbeddedClickHouse) -> Iterator[Client]:
    own = connect(server.url)
    yield own
    own.close()


class TestConnect:
    def test_nothing_there(self) -> None:
        with pytest.raises(EngineProblem, match=r"nothing answers at 127\.0\.0\.1:1\."):
            connect("http://siyu:x@127.0.0.1:1/siyu")

    def test_wrong_secret(self, server: EmbeddedClickHouse) -> None:
        with pytest.raises(ClickHouseError) as caught:
            connect(server.url.replace("siyu:", "siyu:x", 1))
        assert caught.value.number == 516
        assert not caught.value.passing

    def test_session_settings_are_pinned(self, client: Client) -> None:
        assert client.one("SELECT getSetting('join_use_nulls'), timezone()") == (True, "UTC")
        sql = "SELECT b.x FROM (SELECT 1 AS x) AS a LEFT JOIN (SELECT 2 AS x) AS b ON a.x = b.x"
        assert client.scalar(sql) is None


class TestClient:
    def test_reading(self, client: Client) -> None:
        assert client.rows("SELECT number FROM numbers({n:UInt64})", n=3) == [(0,), (1,), (2,)]
        assert client.scalar("SELECT {ids:Array(UInt64)}", ids=[1, 2]) == [1, 2]
        assert client.arrow("SELECT 'a' AS s").to_pydict() == {"s": ["a"]}
        with client.blocks("SELECT number FROM numbers(500000)") as blocks:
            assert sum(len(block[0]) for block in blocks) == 500_000

    def test_times_are_aware(self, client: Client) -> None:
        at = client.scalar("SELECT fromUnixTimestamp64Milli({ms:Int64}, 'UTC')", ms=1_700_000_000_123)
        assert at == dt.datetime(2023, 11, 14, 22, 13, 20, 123000, tzinfo=dt.UTC)
        assert at.tzinfo is not None

    def test_errors_keep_their_number(self, client: Client) -> None:
        with pytest.raises(ClickHouseError, match="nowhere") as caught:
            client.rows("SELECT * FROM nowhere")
        assert (caught.value.number, caught.value.passing) == (60, False)
        with pytest.raises(ClickHouseError) as caught:
            client.rows("SELECT sleep(3) SETTINGS max_execution_time = 1")
        assert (caught.value.number, caught.value.passing) == (159, True)

    def test_threads_share_it(self, client: Client) -> None:
        with ThreadPoolExecutor(16) as pool:
            answers = pool.map(lambda n: client.scalar("SELECT {n:UInt64}", n=n), range(300))
        assert list(answers) == list(range(300))

    def test_insert_under_a_token(self, client: Client) -> None:
        client.run(
            "CREATE TABLE once (a UInt64) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 9"
        )
        for _ in range(3):
            client.insert("once", pa.table({"a": pa.array([1, 2], pa.uint64())}), token="t")
        assert client.scalar("SELECT count() FROM once") == 2
        client.run("DROP TABLE once")
