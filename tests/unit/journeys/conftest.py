"""One embedded ClickHouse for the room, and a moment to begin with."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

import siyu.timeline
from siyu.engines.clickhouse.client import Client, connect
from siyu.engines.clickhouse.embedded import EmbeddedClickHouse
from siyu.engines.clickhouse.migrate import migrate


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    embedded = EmbeddedClickHouse(tmp_path_factory.mktemp("clickhouse"))
    client = connect(embedded.start())
    try:
        migrate(client, [Path(siyu.timeline.__file__).parent / "clickhouse" / "migrations"], lock=nullcontext())
        yield client
    finally:
        client.close()
        embedded.stop()
