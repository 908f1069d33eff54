"""PostgreSQL: the truth. Embedded from a wheel, or any server from version 15 by URL."""

from siyu.engines.postgres.connection import Database, one, rows, run, scalar

__all__ = ["Database", "one", "rows", "run", "scalar"]
