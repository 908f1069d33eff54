"""Bring both engines up to date, once, whoever starts first."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import structlog

import siyu
from siyu.engines.clickhouse.client import connect
from siyu.engines.clickhouse.migrate import migrate as migrate_clickhouse
from siyu.engines.postgres import Database
from siyu.engines.postgres.migrate import migrate as migrate_postgres

log = structlog.get_logger(__name__)

_CLICKHOUSE_LOCK: Final = 0x5159_5530_0004


def postgres_folders() -> list[Path]:
    """Every folder of Alembic revisions, in the order of their names."""
    return sorted(p for p in Path(siyu.__file__).parent.rglob("migrations") if p.is_dir() and any(p.glob("*.py")))


def clickhouse_folders() -> list[Path]:
    """Every folder of ClickHouse migrations, in the order of their names."""
    return sorted(Path(siyu.__file__).parent.glob("*/clickhouse/migrations"))


def migrate(postgres_url: str, clickhouse_url: str) -> None:
    """Run what has not run yet on both engines. Safe when several processes do it at once: one runs, others wait."""
    database = Database(postgres_url, pool_size=2)
    clickhouse = connect(clickhouse_url)
    try:
        ran = migrate_postgres(database, postgres_folders())
        ran += migrate_clickhouse(clickhouse, clickhouse_folders(), lock=_held(database))
        if ran:
            log.info("migrations.ran", revisions=ran)
    finally:
        clickhouse.close()
        database.close()


@contextmanager
def _held(database: Database) -> Iterator[None]:
    with database.raw() as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_CLICKHOUSE_LOCK,))
        yield  # closing the connection gives the lock back
