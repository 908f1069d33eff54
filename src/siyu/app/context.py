"""What every process of Siyu opens at its start: settings, engines, keys. The only place where they meet."""

from dataclasses import dataclass

from siyu.engines.clickhouse.client import Client, connect
from siyu.engines.postgres import Database
from siyu.engines.settings import Settings
from siyu.engines.vault import service as vault
from siyu.engines.zone import set_brand_zone
from siyu.kernel.clock import Clock, SystemClock


@dataclass(frozen=True, slots=True)
class Context:
    """The open engines of one process."""

    settings: Settings
    database: Database
    clickhouse: Client
    clock: Clock

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
