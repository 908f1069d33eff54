"""PostgreSQL: the truth. Embedded from a wheel, or any server from version 15 by URL."""

from siyu.engines.postgres.columns import columns
from siyu.engines.postgres.connection import AnyRow, Database, call, one, pieces, quick, rows, run, scalar
from siyu.engines.postgres.ending import Ending
from siyu.engines.postgres.shared import Shared

__all__ = [
    "AnyRow",
    "Database",
    "Ending",
    "Shared",
    "call",
    "columns",
    "one",
    "pieces",
    "quick",
    "rows",
    "run",
    "scalar",
]
