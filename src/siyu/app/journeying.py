"""The loop that takes people through journeys: whose hour has come, crowds, steps that are due, who is let out."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import httpx

from siyu.app.context import Context
from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database
from siyu.journeys import service as journeys
from siyu.kernel.clock import Clock


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
        with self.database.transaction() as conn:
            brought = journeys.bring_due(conn, now, self.zone)
        with self.database.transaction() as conn:
            let_in = journeys.let_crowds_in(conn, self.clickhouse, now)
        with self.database.transaction() as conn:
            stepped = journeys.step_once(conn, self.clickhouse, now, self.zone)
        with self.database.transaction() as conn:
            out = journeys.let_out(conn, now)
        return brought + let_in + stepped.enrolments + out


@dataclass(frozen=True, slots=True)
class Calling:
    """The loop that calls other systems for journeys; apart, because they take their time."""

    database: Database
    clock: Clock
    client: httpx.Client

    def run_once(self) -> int:
        """Make the calls that are due; 0 when none is."""
        return journeys.call_others(self.database, self.clock, self.client)
