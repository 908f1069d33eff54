"""Entrants of rounds, with the digests by which they were ranked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from siyu.draws.types import Entrant
from siyu.engines.postgres import rows, run, scalar


def of_code(conn: Connection, code: str) -> int | None:
    """The round that was published of what they apply for."""
    found = scalar(conn, "SELECT id FROM draws.round WHERE code = :code AND kind = 'entrants'", code=code)
    return None if found is None else int(found)


def insert(conn: Connection, round_id: int, ranked: Sequence[Entrant], now: datetime) -> None:
    """Keep who took part."""
    run(
        conn,
        """
        INSERT INTO draws.entrant (round_id, place, named, digest, won, at)
        SELECT :round, place, named, digest, won, :now
        FROM unnest(CAST(:places AS integer[]), CAST(:named AS text[]), CAST(:digests AS text[]), CAST(:won AS boolean[]))
            AS new (place, named, digest, won)
        """,
        round=round_id,
        now=now,
        places=[one.place for one in ranked],
        named=[one.name for one in ranked],
        digests=[one.digest for one in ranked],
        won=[one.won for one in ranked],
    )


def page(conn: Connection, round_id: int, after: int, limit: int) -> list[Entrant]:
    """Who took part, by place."""
    found = rows(
        conn,
        """SELECT named, digest, place, won FROM draws.entrant
           WHERE round_id = :round AND place > :after ORDER BY place LIMIT :limit""",
        round=round_id,
        after=after,
        limit=limit,
    )
    return [Entrant(*row) for row in found]


def winners(conn: Connection, round_id: int) -> list[str]:
    """The names of those who were drawn, by place."""
    found = rows(conn, "SELECT named FROM draws.entrant WHERE round_id = :round AND won ORDER BY place", round=round_id)
    return [row[0] for row in found]
