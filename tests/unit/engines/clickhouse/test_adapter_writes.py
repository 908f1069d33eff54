"""clickhouse-connect, unchanged, writes through the adapter."""

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

UTC = dt.UTC
NOW = dt.datetime(2026, 5, 6, 7, 8, 9, 123000, tzinfo=UTC)


@pytest.fixture
def table(driver: Any) -> Iterator[str]:
    driver.command("""
        CREATE TABLE wide (id UInt64, kind LowCardinality(String), at DateTime64(3, 'UTC'), note Nullable(String),
            tags Array(String), more Map(String, String), many Array(LowCardinality(String)))
        ENGINE = MergeTree ORDER BY id SETTINGS non_replicated_deduplication_window = 1000
    """)
    yield "wide"
    driver.command("DROP TABLE wide")


def _row(number: int) -> tuple[Any, ...]:
    note = None if number % 2 else f"注 {number}"
    return (
        number,
        f"kind {number % 5}",
        NOW + dt.timedelta(seconds=number),
        note,
        ["a", "b"][: number % 3],
        {"k": "v"},
        ["x"],
    )


def _arrow(numbers: range) -> pa.Table:
    at = pa.array([NOW] * len(numbers), pa.timestamp("ms", "UTC"))
    kind = pa.array(["a"] * len(numbers)).dictionary_encode()
    return pa.table({"id": pa.array(numbers, pa.uint64()), "kind": kind, "at": at})


class TestNativeInsert:
    def test_rows_come_back(self, driver: Any, table: str) -> None:
        rows = [_row(number) for number in range(1000)]
        summary = driver.insert(table, rows, column_names="*")
        assert summary.written_rows == 1000
        back = driver.query(f"SELECT * FROM {table} ORDER BY id").result_rows
        assert [(*r[:2], r[2].replace(tzinfo=UTC), *r[3:]) for r in back] == rows

    @pytest.mark.parametrize("compress", ["lz4", "zstd", "gzip", False])
    def test_every_compression(self, server: Any, table: str, compress: Any) -> None:
        import clickhouse_connect

        client = clickhouse_connect.get_client(dsn=server.url, compress=compress)
        client.insert(table, [_row(number) for number in range(10_000)], column_names="*")
        assert client.query(f"SELECT count(), sum(id), max(kind) FROM {table}").result_rows == [
            (10_000, 49_995_000, "kind 4")
        ]
        assert len(client.query(f"SELECT * FROM {table}").result_rows) == 10_000
        assert client.raw_query("SELECT 1") == b"1\n"
        client.close()

    def test_broken_data_writes_nothing(self, driver: Any, table: str) -> None:
        with pytest.raises(DatabaseError):
            driver.raw_insert(table, ["id"], b"\x01\x05\x02id\x06UInt64only", fmt="Native")
        assert driver.command(f"SELECT count() FROM {table}") == 0
        driver.insert(table, [_row(1)], column_names="*")
        assert driver.command(f"SELECT count() FROM {table}") == 1

    def test_missing_table(self, driver: Any) -> None:
        with pytest.raises(DatabaseError) as caught:
            driver.raw_insert("nowhere", ["id"], b"1\n", fmt="TSV")
        assert caught.value.code == 60


class TestOtherInserts:
    def test_arrow(self, driver: Any, table: str) -> None:
        assert driver.insert_arrow(table, _arrow(range(20_000))).written_rows == 20_000
        back = driver.query_arrow(f"SELECT id, kind, at FROM {table} ORDER BY id", use_strings=True)
        assert back["id"].to_pylist() == list(range(20_000))
        assert back["at"][0].as_py() == NOW

    def test_arrow_stream_from_a_generator(self, driver: Any, table: str) -> None:
        sink = io.BytesIO()
        data = _arrow(range(20_000))
        with pa.ipc.new_stream(sink, data.schema) as writer:
            writer.write_table(data, max_chunksize=1000)
        pieces = (sink.getvalue()[i : i + 7777] for i in range(0, len(sink.getvalue()), 7777))  # chunked encoding
        driver.raw_insert(table, data.column_names, pieces, fmt="ArrowStream")
        assert driver.command(f"SELECT sum(id) FROM {table}") == 199_990_000

    @pytest.mark.parametrize(
        "sql",
        [
            "INSERT INTO wide (id, kind) VALUES (1, 'a;b'), (2, 'FORMAT CSV')",
            "INSERT INTO wide (id, kind) FORMAT CSV\n1,a\n2,b\n",
            "insert into `wide` (id, `kind`) settings async_insert=0 format TSV 1\ta\n2\tb\n",
            "/* two */ INSERT INTO siyu.wide (id) SELECT number + 1 FROM numbers(2)",
            'INSERT INTO TABLE wide (id) FORMAT JSONEachRow {"id": 1} {"id": 2}',
            "INSERT INTO wide (id) WITH 1 AS x SELECT number + x FROM numbers(2)",
        ],
    )
    def test_statements_with_their_data(self, driver: Any, table: str, sql: str) -> None:
        driver.command(sql)
        assert driver.query(f"SELECT count(), sum(id) FROM {table}").result_rows == [(2, 3)]

    def test_a_table_may_be_called_format(self, driver: Any) -> None:
        driver.command("CREATE TABLE format (values UInt8) ENGINE = Memory")
        driver.command("INSERT INTO format (values) FORMAT CSV\n7\n")
        assert driver.command("SELECT values FROM format") == 7
        driver.command("DROP TABLE format")


class TestDeduplicationToken:
    def test_a_repeat_is_ignored(self, driver: Any, table: str) -> None:
        for token, rows in (("one", range(10)), ("one", range(10)), ("two", range(10))):
            driver.insert_arrow(table, _arrow(rows), settings={"insert_deduplication_token": token})
        assert driver.command(f"SELECT count() FROM {table}") == 20

    def test_the_token_does_not_stay(self, driver: Any, table: str) -> None:
        driver.insert(table, [_row(1)], column_names="*", settings={"insert_deduplication_token": "mine"})
        driver.insert(table, [_row(2)], column_names="*")
        driver.insert(table, [_row(3)], column_names="*")
        assert driver.command(f"SELECT count() FROM {table}") == 3


class TestAnInsertThatFails:
    """Behind its last row, where chDB's streaming insert itself says nothing."""

    @pytest.fixture
    def strict(self, driver: Any) -> Iterator[str]:
        driver.command("""
            CREATE TABLE strict (id UInt64, CONSTRAINT small CHECK id < 1000) ENGINE = MergeTree ORDER BY id
            SETTINGS non_replicated_deduplication_window = 1000
        """)
        yield "strict"
        driver.command("DROP TABLE strict")

    def insert(self, driver: Any, numbers: range, token: str) -> None:
        data = pa.table({"id": pa.array(numbers, pa.uint64())})
        driver.insert_arrow("strict", data, settings={"insert_deduplication_token": token})

    def test_says_so_and_can_be_repeated_under_its_token(self, driver: Any, strict: str) -> None:
        self.insert(driver, range(10), "first")
        for _ in range(2):
            with pytest.raises(DatabaseError, match="Constraint `small`") as refused:
                self.insert(driver, range(990, 1010), "second")
            assert refused.value.code == 469
        self.insert(driver, range(10, 20), "third")  # is not blamed for those
        driver.command(f"ALTER TABLE {strict} DROP CONSTRAINT small")
        for _ in range(2):
            self.insert(driver, range(990, 1010), "second")
        assert driver.query(f"SELECT count(), uniqExact(id) FROM {strict}").result_rows == [(40, 40)]

    def test_with_its_rows_read_elsewhere_is_nobody_elses(self, driver: Any, strict: str) -> None:
        with pytest.raises(DatabaseError, match="Constraint `small`"):
            driver.command(f"INSERT INTO {strict} SELECT number + 995 FROM numbers(10)")
        self.insert(driver, range(10), "one")
        assert driver.query(f"SELECT count() FROM {strict}").result_rows == [(10,)]

    def test_when_there_are_too_many_parts(self, driver: Any) -> None:
        driver.command("""
            CREATE TABLE crowded (id UInt64) ENGINE = MergeTree ORDER BY id
            SETTINGS parts_to_throw_insert = 1, parts_to_delay_insert = 1, max_bytes_to_merge_at_max_space_in_pool = 1
        """)
        driver.insert("crowded", [[1]], column_names=["id"])
        with pytest.raises(DatabaseError, match="Too many parts"):
            driver.insert("crowded", [[2]], column_names=["id"])
        assert driver.query("SELECT id FROM crowded").result_rows == [(1,)]
        driver.command("DROP TABLE crowded")
