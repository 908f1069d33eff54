"""The funnel of a code: shown, added, still there, stayed; and the people behind each figure."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.channels.service.codes.reading import code
from siyu.channels.store import code_figures as tables
from siyu.channels.store import welcomes
from siyu.channels.store.code_figures import Figure
from siyu.channels.types import CodeFigures


def code_figures(
    conn: Connection,
    code_id: int,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    zone: ZoneInfo,
    card: int | None = None,
) -> CodeFigures:
    """What became of those who first came through a code between two moments.

    As the mirror knows it: someone counts when the platform was read again. A code counts with its cards.

    Args:
        conn: an open transaction.
        code_id: of the code.
        since: from this moment on.
        until: before this moment.
        now: the present: who is there, and for how long.
        zone: of the brand, for the days on which its page was shown.
        card: only this one; 0: the code without its cards.

    Raises:
        NotFound: there is no such code.
    """
    kind = code(conn, code_id).kind
    return tables.figures(conn, code_id, kind, card=card, since=since, until=until, now=now, zone=zone.key)


def code_people(
    conn: Connection,
    code_id: int,
    figure: Figure,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    card: int | None = None,
    after: str = "",
    limit: int = 100,
) -> list[tuple[str, datetime]]:
    """The contacts behind a figure, as the platform calls them, and when each came; in the order of ids, behind ``after``.

    Raises:
        NotFound: there is no such code.
    """
    kind = code(conn, code_id).kind
    return tables.people(
        conn, code_id, kind, figure, card=card, since=since, until=until, now=now, after=after, limit=limit
    )


def welcome_outcomes(conn: Connection, code_id: int, since: datetime) -> list[dict[str, Any]]:
    """How the welcomes of a code ended since then, with the platform's reasons.

    Raises:
        NotFound: there is no such code.
    """
    code(conn, code_id)
    return welcomes.counts(conn, code_id, since)
