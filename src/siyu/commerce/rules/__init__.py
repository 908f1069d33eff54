"""What an order is, from everything that was said of it. Pure: messages → views → states → facts."""

from siyu.commerce.rules.facts import facts_of_change
from siyu.commerce.rules.reading import Line, View, is_order, read_view
from siyu.commerce.rules.state import EMPTIED, STATUSES, Snapshot, SnapshotLine, fold

__all__ = [
    "EMPTIED",
    "STATUSES",
    "Line",
    "Snapshot",
    "SnapshotLine",
    "View",
    "facts_of_change",
    "fold",
    "is_order",
    "read_view",
]
