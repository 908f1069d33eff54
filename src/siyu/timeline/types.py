"""What other rooms may know of the timeline."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from siyu.kernel.errors import BadInput
from siyu.timeline.declared import (
    OF_DRAWS,
    OF_JOURNEYS,
    OF_LEDGER,
    OF_PAYMENTS,
    OF_REWARDS,
    OF_TOUCHES,
    OF_TRIALS,
)

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "OF_DRAWS",
    "OF_JOURNEYS",
    "OF_LEDGER",
    "OF_PAYMENTS",
    "OF_REWARDS",
    "OF_TOUCHES",
    "OF_TRIALS",
    "DayCount",
    "DaysWith",
    "EntryKind",
    "ExportLag",
    "LoggedFact",
    "Manifest",
    "Shipment",
    "Tail",
    "TimelineEntry",
    "TimelinePage",
    "UnknownFactKind",
    "UnknownProperty",
]

EntryKind = Literal["facts", "aliases"]


class UnknownFactKind(BadInput):
    """No room publishes facts of this kind."""

    en = "There is no kind of fact '{kind}'. The nearest are {nearest}; docs/reference/facts.md has them all."
    zh = "没有名为“{kind}”的事实类型，相近的有 {nearest}；全部类型见 docs/reference/facts.md。"


class UnknownProperty(BadInput):
    """Facts of this kind have no such property."""

    en = "Facts of the kind '{kind}' have no property '{property}'. They have: {known}."
    zh = "“{kind}”类型的事实没有属性“{property}”，可用的属性有：{known}。"


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


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One fact as it is read; ``amount_fen`` is money in fen, negative when it flowed back, 0 when none."""

    fact_id: int
    kind: str
    name: str
    occurred_at: datetime
    received_at: datetime
    source_id: int
    message_id: str
    amount_fen: int
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Facts, newest first; ``next`` is the cursor of the following page, ``None`` at the end."""

    entries: tuple[TimelineEntry, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class DayCount:
    """One day of one kind: how many facts, of how many people (those that are known), and the sum of their money."""

    day: date
    facts: int
    people: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class LoggedFact:
    """One fact as it stands on the log, for those who watch it grow; ``customer_id`` is 0 for nobody."""

    fact_id: int
    customer_id: int
    kind: str
    name: str
    occurred_at: datetime
    source_id: int
    message_id: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Tail:
    """What is new on the log: entries by id, their facts in order, and how many facts were left out for their number."""

    entries: tuple[int, ...]
    facts: tuple[LoggedFact, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Shipment:
    """Entries of the log that are in ClickHouse, in the order in which they were written.

    Attributes:
        position: how far the log is read with it.
        facts: columns as facts are kept (:mod:`siyu.timeline.columns`).
        aliases: the customers whose facts are other ones now, by merges and splits.
    """

    position: int
    facts: "pa.Table"
    aliases: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DaysWith:
    """Days on which people had facts, as columns of the same length.

    Attributes:
        customers: whose, as OneID knows them now.
        days: since 1970, on the clock that was asked for.
        about: of what each was; 0 where that was not asked for, or a fact does not say.
    """

    customers: NDArray[np.int64]
    days: NDArray[np.int64]
    about: NDArray[np.int64]
