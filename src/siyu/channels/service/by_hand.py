"""What members of staff say to customers themselves: no platform tells what became of it, they do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.store import deliveries as tables


@dataclass(frozen=True, slots=True)
class SaidByHand:
    """What became of one delivery that staff carry out themselves.

    Attributes:
        key: of the delivery.
        result: ``sent``; ``declined`` by the member, who says why; ``unconfirmed`` in time.
        reason, reason_zh: why not.
    """

    key: str
    result: Literal["sent", "declined", "unconfirmed"]
    reason: str = ""
    reason_zh: str = ""


def ways_by_hand() -> frozenset[str]:
    """Names of the ways, of all channels, that staff carry out themselves."""
    return frozenset(way.name for about in registry.abouts() for way in about.ways if way.by_hand)


def end_by_hand(conn: Connection, account_id: int, said: Sequence[SaidByHand], now: datetime) -> set[str]:
    """Keep what became of deliveries by hand; returns the keys of those of which that is new. Safe to repeat: what was said
    first stays.
    """
    if not said:
        return set()
    ended = [(one.key, one.result, one.reason, one.reason_zh) for one in said]
    return tables.end_by_hand(conn, account_id, ended, now)
