"""What should be read again: asked for by pushes, claimed by the worker, done or put off."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from siyu.channels.store import rereads as tables
from siyu.channels.types.mirrored import Reread
from siyu.channels.types.pushes import Hint

CHANNEL: Final = "siyu_channels"  # NOTIFY wakes the loop that reads again
_LAG: Final = {"group": timedelta(seconds=2)}  # so long platforms go on showing what was before the push
_LEASE: Final = timedelta(minutes=10)
_FIRST_PAUSE: Final = timedelta(seconds=15)
_LONGEST_PAUSE: Final = timedelta(hours=2)


def ask_again(conn: Connection, account_id: int, hints: Sequence[Hint], now: datetime) -> None:
    """Have these objects read again soon. However often one is asked for, it is one row; safe to repeat."""
    if not hints:
        return
    dues = [now + _LAG.get(kind, timedelta(0)) for kind, _ in hints]
    tables.ask(conn, account_id, [kind for kind, _ in hints], [id_ for _, id_ in hints], dues, now)
    tables.notify(conn, CHANNEL)


def claim_rereads(conn: Connection, now: datetime, limit: int) -> list[Reread]:
    """What is due, of active accounts. Nobody else gets it for ten minutes, then it is free again by itself."""
    return tables.claim(conn, now, _LEASE, limit)


def finish_rereads(conn: Connection, rereads: Sequence[Reread]) -> None:
    """These were read and mirrored, in this transaction. What was asked for again meanwhile is read once more."""
    if rereads:
        tables.finish(conn, rereads)


def put_off_rereads(
    conn: Connection, rereads: Sequence[Reread], now: datetime, *, wait: timedelta | None = None
) -> None:
    """These could not be read.

    Args:
        conn: an open transaction.
        rereads: claimed before.
        now: the present.
        wait: the platform said how long; it is no failure then. Without it the pause doubles with each failure.
    """
    if not rereads:
        return
    pauses = [wait or min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(row.tries, 12)) for row in rereads]
    tables.put_off(conn, rereads, [now + pause for pause in pauses], failed=wait is None)


def note_reading(conn: Connection, account_id: int, now: datetime, refused: Mapping[str, Any] | None = None) -> None:
    """Note on the account how asking went; ``refused`` is an error as JSON."""
    tables.note(conn, account_id, now, refused)
