"""PostgreSQL: the truth. Embedded from a wheel, or any server from version 15 by URL."""

from siyu.engines.postgres.columns import columns
from siyu.engines.postgres.connection import Database, call
from siyu.engines.postgres.listening import Call, Listener
from siyu.engines.postgres.shared import Shared
from siyu.engines.postgres.statements import AnyRow, one, pieces, rows, run, savepoint, scalar

__all__ = [
    "AnyRow",
    "Call",
    "Database",
    "Listener",
    "Shared",
    "call",
    "columns",
    "one",
    "pieces",
    "rows",
    "run",
    "savepoint",
    "scalar",
]
