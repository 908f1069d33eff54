"""Ships the fact log to ClickHouse, each entry exactly once.

The manifest says which entries the next insert carries and is committed before the insert is sent. Its id is the
insert's deduplication token: when a crash leaves in doubt whether the insert arrived, the same rows are sent again
under the same token, and ClickHouse drops what it has.
"""

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
MAX_FACTS = 100_000
_TABLES: Final[tuple[tuple[EntryKind, str], ...]] = (("facts", "facts"), ("aliases", "alias"))


@dataclass(frozen=True, slots=True)
class Exporter:
    """Ships the log of one database. Several may run: they take turns.

    Attributes:
        database: where the log is.
        clickhouse: where it goes.
    """

    database: Database
    clickhouse: Client

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
                return 0
            rows = sum(self._ship(table, shipment[kind], manifest) for kind, table in _TABLES if shipment[kind])
            if shipment["aliases"]:
                self.clickhouse.run("SYSTEM RELOAD DICTIONARY alias_map")
            with self.database.transaction() as conn:
                store.mark_shipped(conn, manifest)
        log.debug("timeline.shipped", manifest=manifest.id, entries=manifest.entries, rows=rows)
        return rows

    def _ship(self, table: str, bodies: list[bytes], manifest: Manifest) -> int:
        data = unpack(bodies)
        self.clickhouse.insert(table, data, token=f"{table}-{manifest.id}")
        return int(data.num_rows)
