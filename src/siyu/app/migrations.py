"""Bring both engines up to date, once, whoever starts first."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import structlog

import siyu
from siyu.engines.clickhouse.client import connect
from siyu.engines.clickhouse.migrate import migrate as migrate_clickhouse
from siyu.engines.postgres import Database, rows, scalar

log = structlog.get_logger(__name__)

_CLICKHOUSE_LOCK: Final = 0x5159_5530_0004


def postgres_folders() -> list[Path]:
    """Every folder of Alembic revisions, in the order of their names."""
    return sorted(p for p in Path(siyu.__file__).parent.rglob("migrations") if p.is_dir() and any(p.glob("*.py")))


def clickhouse_folders() -> list[Path]:
    """Every folder of ClickHouse migrations, in the order of their names."""
    return sorted(Path(siyu.__file__).parent.glob("*/clickhouse/migrations"))


def migrate(postgres_url: str, clickhouse_url: str) -> None:
    """Run what has not run yet on both engines. Safe when several processes do it at once: one runs, others wait.

    Raises:
        EngineProblem: an engine does not answer.
    """
    database = Database(postgres_url, pool_size=2)
    database.reach()
    clickhouse = connect(clickhouse_url)
    try:
        ran = migrate_postgres(database)
        ran += migrate_clickhouse(clickhouse, clickhouse_folders(), lock=_held(database))
        if ran:
            log.info("migrations.ran", revisions=ran)
    finally:
        clickhouse.close()
        database.close()


def newest_revisions(folders: Iterable[Path]) -> set[str]:
    """The newest revision of each folder, told from the names: ``identity/migrations/0001_….py`` is identity_0001."""
    newest = ((folder.parent.name, max(file.name for file in folder.glob("*.py"))) for folder in folders)
    return {f"{room}_{name.partition('_')[0]}" for room, name in newest}


def migrate_postgres(database: Database) -> list[str]:
    """Bring PostgreSQL up to date; return the revisions that ran."""
    folders = postgres_folders()
    with database.transaction() as conn:
        if scalar(conn, "SELECT to_regclass('siyu_migration')") is not None:
            applied = {row.version_num for row in rows(conn, "SELECT version_num FROM siyu_migration")}
            if applied == newest_revisions(folders):
                return []
    # Alembic is half of what `siyu up` would import, and nearly every start finds nothing to do.
    from siyu.engines.postgres.migrate import migrate as run_revisions  # noqa: PLC0415

    return run_revisions(database, folders)


@contextmanager
def _held(database: Database) -> Iterator[None]:
    with database.raw() as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_CLICKHOUSE_LOCK,))
        yield  # closing the connection gives the lock back
