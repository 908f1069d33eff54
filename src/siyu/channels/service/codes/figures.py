"""The funnel of codes: shown, added, still there, stayed; and the people behind each figure."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from siyu.channels.service.codes.reading import code
from siyu.channels.store import code_figures as tables
from siyu.channels.store import welcomes
from siyu.channels.store.code_figures import Figure
from siyu.channels.types import Code, CodeFigures, CodeKind

_PIECE: Final = 20_000  # people


def code_figures(
    conn: Connection,
    codes: Collection[Code],
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    zone: ZoneInfo,
    card: int | None = None,
) -> dict[int, CodeFigures]:
    """What became of those who first came through each of these codes between two moments, by code.

    As the mirror knows it: someone counts when the platform was read again. A code counts with its cards.

    Args:
        conn: an open transaction.
        codes: which.
        since: from this moment on.
        until: before this moment.
        now: the present: who is there, and for how long.
        zone: of the brand, for the days on which a page was shown.
        card: only this one; 0: the codes without their cards.
    """
    found: dict[int, CodeFigures] = {}
    for kind, ids in _by_kind(codes).items():
        found |= tables.figures(conn, ids, kind, card=card, since=since, until=until, now=now, zone=zone.key)
    return found


def code_people(
    conn: Connection,
    codes: Collection[Code],
    figure: Figure,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    card: int | None = None,
) -> Iterator[list[tuple[int, str, datetime]]]:
    """Those behind a figure of these codes, in pieces: code, contact as the platform calls them, and when they came.

    A contact is there once for each code.
    """
    for kind, ids in _by_kind(codes).items():
        yield from tables.people(conn, ids, kind, figure, card=card, since=since, until=until, now=now, size=_PIECE)


def _by_kind(codes: Collection[Code]) -> dict[CodeKind, list[int]]:
    """Those that the mirror is asked for alike."""
    found: dict[CodeKind, list[int]] = {}
    for one in codes:
        found.setdefault("group" if one.kind == "group" else "staff", []).append(one.id)
    return found


def welcome_outcomes(conn: Connection, code_id: int, since: datetime) -> list[dict[str, Any]]:
    """How the welcomes of a code ended since then, with the platform's reasons.

    Raises:
        NotFound: there is no such code.
    """
    code(conn, code_id)
    return welcomes.counts(conn, code_id, since)
