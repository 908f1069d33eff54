"""Migrations of PostgreSQL: forward only, each room's own, safe when two processes start at once.

A room keeps its Alembic revisions in ``<room>/migrations/``; the first of them names the branch after the room. Rooms
do not depend on each other's tables, so the branches stand side by side.
"""

from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from siyu.engines.postgres.connection import Database

_LOCK = 0x5159_5530_0001  # an advisory lock of our own


def migrate(database: Database, folders: list[Path]) -> list[str]:
    """Bring the database up to date with the revisions in ``folders``; return the ids of those that ran.

    Everything runs in one transaction under an advisory lock: a second process waits, then finds nothing to do.
    """
    script = script_directory(folders)
    ran: list[str] = []

    def upgrade(revisions: Any, _context: Any) -> Any:
        # Alembic's own `upgrade` command asks the script directory in the same way.
        steps = script._upgrade_revs("heads", revisions)  # noqa: SLF001
        ran.extend(step.revision.revision for step in steps)
        return steps

    with database.transaction() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        environment = EnvironmentContext(Config(), script, fn=upgrade, destination_rev="heads")
        with environment:
            environment.configure(connection=connection, version_table="siyu_migration")
            environment.run_migrations()
    return ran


def script_directory(folders: list[Path]) -> ScriptDirectory:
    """Alembic's view of all revisions of all rooms."""
    return ScriptDirectory(str(Path(__file__).parent), version_locations=[str(folder) for folder in folders])
