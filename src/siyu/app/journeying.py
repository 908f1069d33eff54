"""The loop that takes people through journeys: whose hour has come, crowds, steps that are due, who is let out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import orjson
from sqlalchemy import Connection

from siyu.app.context import Context
from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database
from siyu.identity import service as identity
from siyu.journeys import service as journeys
from siyu.journeys.types import Happened
from siyu.kernel.clock import Clock, from_millis
from siyu.segments.types import Change
from siyu.timeline.types import Shipment


def react(
    conn: Connection, clickhouse: Client, shipment: Shipment | None, changes: Sequence[Change], now: datetime
) -> None:
    """Show journeys what they listen for of what has happened; people as OneID knows them now."""
    if shipment is None and not changes:
        return
    ears = journeys.listen(conn)
    happened = _happened(conn, shipment, ears.kinds) if shipment is not None else ()
    journeys.react(conn, clickhouse, happened, changes, now, ears=ears)


def _happened(conn: Connection, shipment: Shipment, kinds: Collection[str]) -> list[Happened]:
    facts = shipment.facts
    said = facts["kind"].to_pylist()
    heard = [place for place, kind in enumerate(said) if kind in kinds]
    if not heard:
        return []
    facts = facts.take(heard)
    ids, vias = (facts[name].to_numpy().astype(np.int64) for name in ("customer_id", "via"))
    names = ("fact_id", "kind", "name", "source_id", "amount_fen", "properties")
    columns = [facts[name].to_pylist() for name in names]
    moments = facts["occurred_at"].to_numpy().astype("datetime64[ms]").astype(np.int64).tolist()
    return [
        Happened(fact_id, kind, name, owner, from_millis(at), source_id, amount_fen, orjson.loads(properties))
        for (fact_id, kind, name, source_id, amount_fen, properties), owner, at in zip(
            zip(*columns, strict=True), identity.owners_now(conn, ids, vias).tolist(), moments, strict=True
        )
    ]


@dataclass(frozen=True, slots=True)
class Journeying:
    """Several may run at once, in threads and processes: whom one has claimed, no other takes."""

    database: Database
    clickhouse: Client
    clock: Clock
    zone: ZoneInfo

    @classmethod
    def of(cls, context: Context) -> "Journeying":
        """With the engines of this process."""
        return cls(context.database, context.clickhouse, context.clock, ZoneInfo(context.settings.brand_zone))

    def run_once(self) -> int:
        """Do a piece of each; returns how much was done, 0 when nothing is due. Each piece is a transaction."""
        now = self.clock.now()
        with self.database.transaction() as conn:  # first: somebody may have entered by what they just did
            stepped = journeys.step_once(conn, self.clickhouse, now, self.zone)
        with self.database.transaction() as conn:
            brought = journeys.bring_due(conn, now, self.zone)
        with self.database.transaction() as conn:
            let_in = journeys.let_crowds_in(conn, self.clickhouse, now)
        with self.database.transaction() as conn:
            out = journeys.let_out(conn, now)
        return stepped.enrolments + brought + let_in + out


@dataclass(frozen=True, slots=True)
class Calling:
    """The loop that calls other systems for journeys; apart, because they take their time."""

    database: Database
    clock: Clock
    client: httpx.Client

    def run_once(self) -> int:
        """Make the calls that are due; 0 when none is."""
        return journeys.call_others(self.database, self.clock, self.client)
