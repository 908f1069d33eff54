"""What follows from facts, once ClickHouse has them: segments change, and whatever is built on segments goes on.

One shipment of the log is one transaction: what it moves in every room, the facts of that, and how far the log was read
become durable together, so that a kill at any moment repeats and loses nothing. A reaction is a function of the
transaction, the shipment and what segments changed; the next room that reacts is one more line in ``_REACTIONS``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

import numpy as np
import pyarrow as pa
import structlog
from numpy.typing import NDArray
from pyroaring import BitMap64
from sqlalchemy import Connection

from siyu.app import journeying
from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database
from siyu.identity import service as identity
from siyu.kernel.clock import Clock, to_millis
from siyu.segments import service as segments
from siyu.segments.types import Change, Told
from siyu.timeline import service as timeline
from siyu.timeline.types import Shipment

log = structlog.get_logger(__name__)

READER: Final = "reactions"
ALIASES: Final = "aliases"  # the cause of those whose facts are other ones by a merge or a split


class Reaction(Protocol):
    """What a room does when facts have arrived (``None``: only time passed) and segments have changed."""

    def __call__(
        self, conn: Connection, clickhouse: Client, shipment: Shipment | None, changes: Sequence[Change], now: datetime
    ) -> object: ...


_REACTIONS: Final[tuple[Reaction, ...]] = (journeying.react,)


@dataclass(slots=True)
class Reacting:
    """Follows the log behind the exporter. Several may run: they take turns.

    Attributes:
        database: of the log.
        clickhouse: where its facts are.
        clock: what time it is.
        reactions: what follows when segments have changed, in this order.
    """

    database: Database
    clickhouse: Client
    clock: Clock
    reactions: Sequence[Reaction] = _REACTIONS

    def run_once(self) -> int:
        """React to the next shipment, to who was touched without a fact, or to what is due; 0 when there is nothing."""
        return self._shipped() or self._touched() or self._due()

    def _shipped(self) -> int:
        with self.database.transaction() as conn:
            shipment = timeline.read_on(conn, READER)
            if shipment is None:
                return 0
            now = self.clock.now()
            touched, told = touched_by(conn, shipment, now)
            changes = segments.react(conn, self.clickhouse, touched, now, told)
            self._follow(conn, shipment, changes, now)
        return 1 + shipment.facts.num_rows

    def _touched(self) -> int:
        with self.database.transaction() as conn:
            touched = segments.take_touched(conn)
            if touched:
                now = self.clock.now()
                self._follow(conn, None, segments.react(conn, self.clickhouse, touched, now), now)
        return len(touched)

    def _due(self) -> int:
        now = self.clock.now()
        with self.database.transaction() as conn:
            if not segments.anything_due(conn, now):
                return 0
            self._follow(conn, None, segments.expire(conn, self.clickhouse, now), now)
        return 1

    def _follow(self, conn: Connection, shipment: Shipment | None, changes: Sequence[Change], now: datetime) -> None:
        for reaction in self.reactions:
            reaction(conn, self.clickhouse, shipment, changes, now)


def touched_by(conn: Connection, shipment: Shipment, now: datetime) -> tuple[Mapping[str, BitMap64], Told]:
    """What happened (kinds of facts, and what segments hear of besides) → to whom, as OneID knows them now; and the facts."""
    facts = shipment.facts
    (kind, kinds), (name, names) = (coded(facts[column]) for column in ("kind", "name"))
    ids, vias = (facts[column].to_numpy().astype(np.int64) for column in ("customer_id", "via"))
    owners = identity.owners_now(conn, ids, vias) if len(ids) else ids
    at = facts["occurred_at"].cast(pa.int64()).to_numpy()
    touched = {
        said: BitMap64(np.unique(owners[(kind == code) & (owners > 0)]).tolist()) for code, said in enumerate(kinds)
    }
    ahead = at > to_millis(now) - 1  # to_millis may round up
    if ahead.any():
        touched[segments.AHEAD] = BitMap64(np.unique(owners[ahead & (owners > 0)]).tolist())
    if len(shipment.aliases):
        touched[ALIASES] = BitMap64(identity.owners_now(conn, np.unique(shipment.aliases)).tolist())
    return touched, Told(owners, at, kind, name, kinds, names)


def coded(texts: "pa.ChunkedArray[Any]") -> tuple[NDArray[np.int64], list[str]]:
    """Each text as its place among the different ones."""
    coded = texts.combine_chunks().dictionary_encode()
    return coded.indices.to_numpy(zero_copy_only=False).astype(np.int64), [
        str(text) for text in coded.dictionary.to_pylist()
    ]
