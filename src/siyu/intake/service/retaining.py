"""What the intake does not keep for ever: each of it may hold personal data."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from siyu.intake import store

_AT_ONCE: Final = 2000


def forgetting(
    now: datetime, *, letters_days: int, rejects_days: int
) -> Iterator[tuple[str, Callable[[Connection], int]]]:
    """What is deleted: call each in a transaction of its own until it returns 0.

    A dead letter that is open stays, however old: it was acknowledged.

    Args:
        now: the present.
        letters_days: for how long a dead letter stays on record once it was replayed or discarded.
        rejects_days: for how long the rejected rows of an import are kept with which nobody goes on.
    """
    settled, ended = now - timedelta(days=letters_days), now - timedelta(days=rejects_days)
    yield "letters", lambda conn: store.delete_settled_letters(conn, settled, _AT_ONCE)
    yield "rejects", lambda conn: store.delete_rejects(conn, ended, _AT_ONCE)
