"""Plans → SQL → rows. All queries of insight, on ClickHouse and (saved funnels) on PostgreSQL."""

from siyu.insight.store import cohorts, facts, funnels, ladder, lift, people, rfm, saved, spread, windows
from siyu.insight.store.moves import CUSTOMER, moves_sql

__all__ = [
    "CUSTOMER",
    "cohorts",
    "facts",
    "funnels",
    "ladder",
    "lift",
    "moves_sql",
    "people",
    "rfm",
    "saved",
    "spread",
    "windows",
]
