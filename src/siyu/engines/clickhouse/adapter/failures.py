"""Whether an insert has failed.

chDB's streaming insert (4.4.0) ends as if all were well when what comes behind the last piece of data fails: a full disk, too
many parts, a constraint, memory. Its client receives the exception of the engine and looks at it no more. Whoever believed it
would note rows as stored that are nowhere. The engine itself counts what failed, so its count is compared.
"""

import json
import threading
from typing import Any

from siyu.engines.clickhouse.adapter.problem import QueryError

_COUNT = "SELECT sum(value) FROM system.events WHERE event = 'FailedInsertQuery'"
_NEWEST = "SELECT code, last_error_message, name FROM system.errors ORDER BY last_error_time DESC, value LIMIT 1"


class Failures:
    """The engine's count of inserts that failed.

    Of two that run at the same time and one of which fails, both are told so: who repeats an insert under its token does no harm.

    Args:
        raw: a connection of chDB that nobody else uses.
    """

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._lock = threading.Lock()
        self._count = 0
        self.look()

    def look(self) -> int:
        """Count what has failed so far, and remember it.

        Raises:
            QueryError: the engine does not say.
        """
        with self._lock:
            self._count = int(self._ask(_COUNT, "TabSeparated"))
            return self._count

    def known(self) -> int:
        """The newest count."""
        return self._count

    def newest(self) -> QueryError:
        """What the engine said of the last failure of any statement."""
        with self._lock:
            code, said, name = json.loads(self._ask(_NEWEST, "JSONCompactEachRow"))
        return QueryError.of(code, name, said)

    def _ask(self, text: str, form: str) -> bytes:
        try:
            return bytes(self._raw.query(text, form).bytes())
        except RuntimeError as error:
            raise QueryError(str(error)) from None

    def close(self) -> None:
        """Give the connection back."""
        self._raw.close()
