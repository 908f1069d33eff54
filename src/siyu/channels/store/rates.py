"""Rates of APIs: how much of each window is handed out, and what is blocked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from siyu.engines.postgres import rows, run


class Place(NamedTuple):
    """One window's counter: of one API, or of all together where ``api`` is empty."""

    api: str
    seconds: int


class Handed(NamedTuple):
    start: datetime
    used: int


def lock(conn: Connection, account_id: int, starts: Mapping[Place, datetime]) -> dict[Place, Handed]:
    """Lock these counters in the order of their keys, made where missing, moved on to the window that begins then."""
    places = sorted(starts)
    found = rows(
        conn,
        """
        INSERT INTO channels.rate AS old (account_id, api, seconds, start, used)
        SELECT :account_id, api, seconds, start, 0
        FROM unnest(CAST(:apis AS text[]), CAST(:seconds AS integer[]), CAST(:starts AS timestamptz[]))
            WITH ORDINALITY AS wanted (api, seconds, start, place)
        ORDER BY place
        ON CONFLICT (account_id, api, seconds) DO UPDATE
        SET start = greatest(old.start, excluded.start),
            used = CASE WHEN old.start < excluded.start THEN 0 ELSE old.used END
        RETURNING api, seconds, start, used
        """,
        account_id=account_id,
        apis=[place.api for place in places],
        seconds=[place.seconds for place in places],
        starts=[starts[place] for place in places],
    )
    return {Place(row.api, row.seconds): Handed(row.start, row.used) for row in found}


def hand_out(conn: Connection, account_id: int, counts: Mapping[Place, int]) -> None:
    """Add to locked counters."""
    run(
        conn,
        """
        UPDATE channels.rate AS old SET used = old.used + new.count
        FROM unnest(CAST(:apis AS text[]), CAST(:seconds AS integer[]), CAST(:counts AS integer[]))
            AS new (api, seconds, count)
        WHERE old.account_id = :account_id AND old.api = new.api AND old.seconds = new.seconds
        """,
        account_id=account_id,
        apis=[place.api for place in counts],
        seconds=[place.seconds for place in counts],
        counts=list(counts.values()),
    )


def block(conn: Connection, account_id: int, api: str, until: datetime, now: datetime) -> None:
    """Note that nobody calls this API until then; the later end stands."""
    run(
        conn,
        """
        INSERT INTO channels.rate AS old (account_id, api, seconds, start, used, blocked_until)
        VALUES (:account_id, :api, 0, :now, 0, :until)
        ON CONFLICT (account_id, api, seconds) DO UPDATE
        SET blocked_until = greatest(old.blocked_until, excluded.blocked_until)
        """,
        account_id=account_id,
        api=api,
        until=until,
        now=now,
    )


def blocked(conn: Connection, account_id: int, now: datetime) -> dict[str, datetime]:
    """Until when each API that is blocked now is so."""
    found: Sequence[tuple[str, datetime]] = [
        (row.api, row.blocked_until)
        for row in rows(
            conn,
            "SELECT api, blocked_until FROM channels.rate WHERE account_id = :id AND blocked_until > :now",
            id=account_id,
            now=now,
        )
    ]
    return dict(found)
