"""What became of those who came through codes, by set-based SQL over the mirror."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Connection

from siyu.channels.types.codes import CodeFigures, CodeKind
from siyu.engines.postgres import pieces, rows

Figure = Literal["added", "there", "left", "stayed", "due"]
FIGURES: Final[tuple[Figure, ...]] = ("added", "there", "left", "stayed", "due")
STAYED: Final = timedelta(days=30)
# A person counts once for a code, with their first coming in the period; they are there while any of their ties made
# through it stands, and they stayed when one of them lasted 30 days.
_TIES: Final = {
    "friend": """
        SELECT way.code_id, tie.contact_id, tie.since, tie.ended_at FROM channels.follow AS tie JOIN way
            ON tie.account_id = way.account_id AND tie.state = way.state WHERE tie.state <> ''
        UNION ALL
        SELECT way.code_id, tie.contact_id, tie.since, tie.ended_at FROM channels.follow_past AS tie JOIN way
            ON tie.account_id = way.account_id AND tie.state = way.state WHERE tie.state <> ''""",
    "chat": """
        SELECT way.code_id, tie.member_id, tie.joined_at, tie.left_at FROM channels.chat_member AS tie JOIN way
            ON tie.account_id = way.account_id AND tie.state = way.state
        WHERE tie.state <> '' AND tie.kind = 'customer'""",
}
_PEOPLE: Final = """
    WITH way AS (
        SELECT code_id, account_id, state FROM channels.entry_way
        WHERE code_id = ANY(CAST(:codes AS bigint[])) AND (CAST(:card AS integer) IS NULL OR number = :card)
    ), tie (code_id, contact_id, since, ended_at) AS ({ties}
    ), person AS (
        SELECT code_id, contact_id, min(since) AS came, bool_or(ended_at IS NULL) AS there,
               bool_or(coalesce(ended_at, :now) - since >= :stayed) AS stayed
        FROM tie GROUP BY code_id, contact_id HAVING min(since) >= :since AND min(since) < :until
    )"""
_WHERE: Final[dict[Figure, str]] = {
    "added": "true",
    "there": "there",
    "left": "NOT there",
    "due": "came <= CAST(:now AS timestamptz) - CAST(:stayed AS interval)",
    "stayed": "stayed",
}


def figures(
    conn: Connection,
    code_ids: Sequence[int],
    kind: CodeKind,
    *,
    card: int | None,
    since: datetime,
    until: datetime,
    now: datetime,
    zone: str,
) -> dict[int, CodeFigures]:
    """Of those who came first between the two moments, by code; of one card, or of the codes with all of their cards.

    All codes are of this kind.
    """
    counted = ", ".join(f"count(*) FILTER (WHERE {_WHERE[name]}) AS {name}" for name in FIGURES)
    read = ", ".join(f"coalesce(counted.{name}, 0) AS {name}" for name in FIGURES)
    found = rows(
        conn,
        f"""{_of(kind)} SELECT code.id, coalesce(page.shown, 0) AS shown, {read},
                   coalesce(again.scanned, 0) AS scanned
            FROM unnest(CAST(:codes AS bigint[])) AS code (id)
            LEFT JOIN (SELECT code_id, {counted} FROM person GROUP BY code_id) AS counted ON counted.code_id = code.id
            LEFT JOIN (
                SELECT code_id, sum(shown) AS shown FROM channels.entry_day
                WHERE code_id = ANY(CAST(:codes AS bigint[]))
                  AND day >= CAST(CAST(:since AS timestamptz) AT TIME ZONE :zone AS date)
                  AND day <= CAST(CAST(:until AS timestamptz) AT TIME ZONE :zone AS date)
                GROUP BY code_id
            ) AS page ON page.code_id = code.id
            LEFT JOIN (
                SELECT code_id, count(DISTINCT contact_id) AS scanned FROM channels.entry_scan JOIN way
                    USING (account_id, state)
                WHERE at >= :since AND at < :until GROUP BY code_id
            ) AS again ON again.code_id = code.id""",
        codes=list(code_ids),
        card=card,
        since=since,
        until=until,
        now=now,
        stayed=STAYED,
        zone=zone,
    )
    return {row[0]: CodeFigures(*map(int, row[1:])) for row in found}


def people(
    conn: Connection,
    code_ids: Sequence[int],
    kind: CodeKind,
    figure: Figure,
    *,
    card: int | None,
    since: datetime,
    until: datetime,
    now: datetime,
    size: int,
) -> Iterator[list[tuple[int, str, datetime]]]:
    """Code, contact and when they came, of those behind a figure, ``size`` at a time."""
    for piece in pieces(
        conn,
        f"{_of(kind)} SELECT code_id, contact_id, came FROM person WHERE {_WHERE[figure]}",
        size,
        codes=list(code_ids),
        card=card,
        since=since,
        until=until,
        now=now,
        stayed=STAYED,
    ):
        yield [(row[0], row[1], row[2]) for row in piece]


def _of(kind: CodeKind) -> str:
    return _PEOPLE.format(ties=_TIES["chat" if kind == "group" else "friend"])
