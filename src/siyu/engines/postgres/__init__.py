"""PostgreSQL: the truth. Embedded from a wheel, or any server from version 15 by URL."""

from siyu.engines.postgres.columns import columns
from siyu.engines.postgres.connection import AnyRow, Database, one, quick, rows, run, scalar

__all__ = ["AnyRow", "Database", "columns", "one", "quick", "rows", "run", "scalar"]
