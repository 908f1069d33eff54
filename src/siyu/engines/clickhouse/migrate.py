"""Migrations of ClickHouse: numbered ``.sql`` files, forward only, each room's own.

ClickHouse has no transactions over DDL, so every statement must be idempotent (``IF NOT EXISTS``): a file that was
interrupted runs again from its beginning. It has no locks either: the caller brings one (PostgreSQL's advisory lock).
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from siyu.engines.clickhouse.adapter.statement import split
from siyu.engines.clickhouse.client import Client

_TABLE = """
    CREATE TABLE IF NOT EXISTS siyu_migration (id String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
    ENGINE = MergeTree ORDER BY id
"""


def migrate(client: Client, folders: Sequence[Path], *, lock: AbstractContextManager[object]) -> list[str]:
    """Run the files in ``folders`` that have not run yet, folder by folder in the order of their names.

    Args:
        client: connected to the database to migrate.
        folders: ``<room>/clickhouse/migrations`` of every room; a file's id is ``<room>/<name>``. In a file
            ``$database`` is the database's name, and ``$login`` the user and password that the source of a dictionary
            needs to read from its own server (nothing for the embedded one). A file with ``$login`` runs again each
            time where there is one, because the password may have changed: write ``CREATE OR REPLACE`` in it.
        lock: held meanwhile; two processes that start at once must be given the same one.

    Returns:
        The ids of the files that ran for the first time.
    """
    ran: list[str] = []
    with lock:
        client.run(_TABLE)
        done = {row[0] for row in client.rows("SELECT id FROM siyu_migration")}
        database, login = client.database, client.login
        for folder in folders:
            for file in sorted(folder.glob("*.sql")):
                key = f"{folder.parent.parent.name}/{file.stem}"
                text = file.read_text("utf-8")
                if key in done and not (login and "$login" in text):
                    continue
                for sql in split(text.replace("$database", database).replace("$login", login)):
                    client.run(sql)
                if key in done:
                    continue
                client.run("INSERT INTO siyu_migration (id) SELECT {id:String}", id=key)
                ran.append(key)
    return ran
