"""The exporter over both engines, where ClickHouse does not take what it is given."""

import pytest
from tests.unit.timeline.test_log import fact

from siyu.engines.clickhouse.client import ClickHouseError, Client
from siyu.engines.postgres import Database
from siyu.timeline import service as timeline


@pytest.fixture
def exporter(database: Database, empty: Client) -> timeline.Exporter:
    return timeline.Exporter(database, empty)


def append(database: Database, *numbers: int) -> None:
    with database.transaction() as conn:
        timeline.append(conn, [fact(number) for number in numbers])


def lag(database: Database) -> int:
    with database.transaction() as conn:
        return timeline.lag(conn).facts


def test_what_an_insert_fails_with_behind_its_last_row_is_sent_again(
    exporter: timeline.Exporter, database: Database, empty: Client
) -> None:
    """As a full disk or a lack of memory does. It is not noted as shipped, and is there once in the end."""
    append(database, *range(10))
    assert exporter.export_once() == 10
    empty.run("ALTER TABLE facts ADD CONSTRAINT full CHECK amount_fen > 0")
    try:
        append(database, *range(10, 30))
        for _ in range(3):
            with pytest.raises(ClickHouseError, match="Constraint `full`"):
                exporter.export_once()
        assert lag(database) == 20
    finally:
        empty.run("ALTER TABLE facts DROP CONSTRAINT full")
    assert exporter.export_once() == 20
    assert exporter.export_once() == 0
    assert lag(database) == 0
    assert empty.rows("SELECT count(), uniqExact(fact_id), uniqExact(message_id) FROM facts") == [(30, 30, 30)]
