"""One embedded ClickHouse with the timeline's own tables, emptied for every test that asks."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

import siyu.insight
import siyu.timeline
from siyu.engines.clickhouse.client import Client, connect
from siyu.engines.clickhouse.embedded import EmbeddedClickHouse
from siyu.engines.clickhouse.migrate import migrate


@pytest.fixture(scope="module")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    embedded = EmbeddedClickHouse(tmp_path_factory.mktemp("clickhouse"))
    client = connect(embedded.start())
    try:
        rooms = (siyu.timeline, siyu.insight)
        folders = [Path(str(room.__file__)).parent / "clickhouse" / "migrations" for room in rooms]
        migrate(client, folders, lock=nullcontext())
        yield client
    finally:
        client.close()
        embedded.stop()


@pytest.fixture
def empty(clickhouse: Client) -> Client:
    for table in ("facts", "alias", "exposed"):
        clickhouse.run(f"TRUNCATE TABLE {table}")
    clickhouse.run("SYSTEM RELOAD DICTIONARY alias_map")
    return clickhouse
