"""Ships the fact log to ClickHouse, each entry exactly once.

The manifest says which entries the next insert carries and is committed before the insert is sent. Its id is the
insert's deduplication token: when a crash leaves in doubt whether the insert arrived, the same rows are sent again
under the same token, and ClickHouse drops what it has.
"""

import time
from dataclasses import dataclass
from typing import Final

import structlog

from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database
from siyu.timeline import store
from siyu.timeline.columns import unpack
from siyu.timeline.types import EntryKind, Manifest

log = structlog.get_logger(__name__)

MAX_ENTRIES = 500
MAX_FACTS = 50_000
_RELOAD_EVERY: Final = 2.0  # seconds
_TABLES: Final[tuple[tuple[EntryKind, str], ...]] = (("facts", "facts"), ("aliases", "alias"))


@dataclass(slots=True)
class Exporter:
    """Ships the log of one database. Several may run: they take turns.

    Attributes:
        database: where the log is.
        clickhouse: where it goes.
    """

    database: Database
    clickhouse: Client
    _map_stale: bool = False
    _map_loaded: float = 0.0

    def export_once(self) -> int:
        """Ship the next entries; return how many facts and aliases went, 0 when nothing waited.

        Raises:
            EngineProblem: ClickHouse did not take them. Nothing is lost; call again.
        """
        with self.database.transaction() as turn:
            store.lock_shipping(turn)
            with self.database.transaction() as conn:
                manifest = store.unshipped(conn) or store.claim_entries(conn, MAX_ENTRIES, MAX_FACTS)
                shipment = store.bodies(conn, manifest) if manifest else {}
            if manifest is None:
                self._reload_map()
                return 0
            rows = sum(self._ship(table, shipment[kind], manifest) for kind, table in _TABLES if shipment[kind])
            self._map_stale |= bool(shipment["aliases"])
            self._reload_map()
            store.mark_shipped(turn, manifest)
        log.debug("timeline.shipped", manifest=manifest.id, entries=manifest.entries, rows=rows)
        return rows

    def _reload_map(self) -> None:
        """Let queries see new aliases, at most every two seconds: a map of millions takes a while to load.

        A person's own page does not wait for it: it asks OneID.
        """
        if self._map_stale and time.monotonic() - self._map_loaded > _RELOAD_EVERY:
            self.clickhouse.run("SYSTEM RELOAD DICTIONARY alias_map")
            self._map_stale, self._map_loaded = False, time.monotonic()

    def _ship(self, table: str, bodies: list[bytes], manifest: Manifest) -> int:
        data = unpack(bodies)
        self.clickhouse.insert(table, data, token=f"{table}-{manifest.id}")
        return int(data.num_rows)
