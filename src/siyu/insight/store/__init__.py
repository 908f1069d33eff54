"""Plans → SQL → rows. All queries of insight, on ClickHouse and (saved funnels) on PostgreSQL."""

from siyu.insight.store import cohorts, facts, funnels, people, rfm, saved, spread
from siyu.insight.store.moves import CUSTOMER, moves_sql

__all__ = ["CUSTOMER", "cohorts", "facts", "funnels", "moves_sql", "people", "rfm", "saved", "spread"]
