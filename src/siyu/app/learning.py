"""The gate learns at which hours people are active, behind the reactions: nobody waits for it.

A stream of events tells of the same people again and again. What gathers for a while is one row a person, and the reactions
to what somebody does are not kept waiting by what only counts in weeks.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from siyu.app.reacting import coded
from siyu.engines.postgres import Database
from siyu.identity import service as identity
from siyu.timeline import service as timeline
from siyu.touch import service as touch

READER: Final = "days"
SPACING: Final = 15.0  # seconds that are gathered
_MOST_FACTS: Final = 200_000
_COLUMNS: Final = ("customer_id", "via", "kind", "occurred_at")
_HOUR_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class Learning:
    """Follows the log behind the exporter. Several may run: they take turns.

    Attributes:
        database: of the log, and of what is known of people's days.
    """

    database: Database

    def run_once(self) -> int:
        """Learn from what was shipped since the last time; 0 when there is nothing."""
        with self.database.transaction() as conn:
            shipment = timeline.read_on(conn, READER, _MOST_FACTS, _COLUMNS)
            if shipment is None:
                return 0
            facts = shipment.facts
            kind, kinds = coded(facts["kind"])
            acts = np.isin(kind, [code for code, said in enumerate(kinds) if said in touch.ACTS])
            if acts.any():
                ids, vias = (facts[name].to_numpy()[acts].astype(np.int64) for name in ("customer_id", "via"))
                owners = identity.owners_now(conn, ids, vias)
                hours = facts["occurred_at"].cast(pa.int64()).to_numpy()[acts] // _HOUR_MS % 24
                touch.note_acts(conn, owners[owners > 0], hours[owners > 0])
        return 1 + facts.num_rows
