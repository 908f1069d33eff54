"""One embedded ClickHouse for the tests of the adapter, the client and the migrations."""

from collections.abc import Iterator
from typing import Any

import clickhouse_connect
import pytest

from siyu.engines.clickhouse.embedded import EmbeddedClickHouse


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedClickHouse]:
    embedded = EmbeddedClickHouse(tmp_path_factory.mktemp("clickhouse"))
    embedded.start()
    try:
        yield embedded
    finally:
        embedded.stop()


@pytest.fixture
def driver(server: EmbeddedClickHouse) -> Iterator[Any]:
    """clickhouse-connect as anyone would use it: default options, a session, compression."""
    client = clickhouse_connect.get_client(dsn=server.url)
    try:
        yield client
    finally:
        client.close()


@pytest.fixture
def plain(server: EmbeddedClickHouse) -> Iterator[Any]:
    """clickhouse-connect without a session, so that several threads may share it."""
    client = clickhouse_connect.get_client(dsn=server.url, autogenerate_session_id=False, compress=False)
    try:
        yield client
    finally:
        client.close()
