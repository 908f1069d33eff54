"""What other rooms may know of the timeline."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

EntryKind = Literal["facts", "aliases"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One shipment to ClickHouse: the entries ``first`` to ``last`` that were free when it was written."""

    id: int
    first: int
    last: int
    entries: int
    facts: int


@dataclass(frozen=True, slots=True)
class ExportLag:
    """How far ClickHouse is behind the log.

    Attributes:
        entries: batches not yet shipped.
        facts: facts in them.
        oldest: when the oldest of them was written, ``None`` when there is none.
    """

    entries: int
    facts: int
    oldest: datetime | None
