"""What every process of Siyu opens at its start: settings, engines, keys. The only place where they meet."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from siyu.engines import machine
from siyu.engines.clickhouse.client import Client, connect
from siyu.engines.postgres import Database
from siyu.engines.settings import Settings
from siyu.engines.vault import service as vault
from siyu.engines.zone import set_brand_zone
from siyu.kernel.clock import Clock, SystemClock

_HERE: Final = (None, "localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Context:
    """The open engines of one process."""

    settings: Settings
    database: Database
    clickhouse: Client
    clock: Clock

    @property
    def disk(self) -> Path | None:
        """A folder on the disk that fills; ``None`` where PostgreSQL is on another machine."""
        return self.settings.data_folder if urlsplit(self.database.url).hostname in _HERE else None

    def has_room(self) -> bool:
        """Whether the engines have room for more of what waits. What is accepted is stopped at twice as much: this is the last
        half of the reserve, without which PostgreSQL would not even start and ClickHouse would write parts that are broken.
        """
        return self.disk is None or machine.disk_free(self.disk) >= self.settings.minimum_free_bytes // 2

    def close(self) -> None:
        """Close the connections."""
        self.clickhouse.close()
        self.database.close()


def open_context(settings: Settings, postgres_url: str, clickhouse_url: str, clock: Clock | None = None) -> Context:
    """Connect to migrated engines and load the keys of the personal data.

    Raises:
        EngineProblem: an engine does not answer.
        VaultKeyMissing, VaultKeyWrong: the key does not belong to this database.
    """
    database = Database(postgres_url, pool_size=settings.postgres_pool)
    database.reach()
    set_brand_zone(settings.brand_zone)
    with database.transaction() as conn:
        key = settings.vault_key.get_secret_value()
        vault.configure(vault.open_keyring(conn, key=key, file=settings.vault_key_file))
    return Context(settings, database, connect(clickhouse_url), clock or SystemClock())
