"""What became of those who came through a code, by set-based SQL over the mirror."""

from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import Connection

from siyu.channels.types.codes import CodeFigures, CodeKind
from siyu.engines.postgres import one, rows

Figure = Literal["added", "there", "left", "stayed", "due"]
FIGURES: Final[tuple[Figure, ...]] = ("added", "there", "left", "stayed", "due")
STAYED: Final = timedelta(days=30)
# A person counts once for a code, with their first coming in the period; they are there while any of their ties made
# through it stands, and they stayed when one of them lasted 30 days.
_TIES: Final = {
    "friend": """
        SELECT tie.contact_id, tie.since, tie.ended_at FROM channels.follow AS tie JOIN way
            ON tie.account_id = way.account_id AND tie.state = way.state WHERE tie.state <> ''
        UNION ALL
        SELECT tie.contact_id, tie.since, tie.ended_at FROM channels.follow_past AS tie JOIN way
            ON tie.account_id = way.account_id AND tie.state = way.state WHERE tie.state <> ''""",
    "chat": """
        SELECT tie.member_id, tie.joined_at, tie.left_at FROM channels.chat_member AS tie JOIN way
            ON tie.account_id = way.account_id AND tie.state = way.state
        WHERE tie.state <> '' AND tie.kind = 'customer'""",
}
_PEOPLE: Final = """
    WITH way AS (
        SELECT account_id, state FROM channels.entry_way
        WHERE code_id = :code AND (CAST(:card AS integer) IS NULL OR number = :card)
    ), tie (contact_id, since, ended_at) AS ({ties}
    ), person AS (
        SELECT contact_id, min(since) AS came, bool_or(ended_at IS NULL) AS there,
               bool_or(coalesce(ended_at, :now) - since >= :stayed) AS stayed
        FROM tie GROUP BY contact_id HAVING min(since) >= :since AND min(since) < :until
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
    code_id: int,
    kind: CodeKind,
    *,
    card: int | None,
    since: datetime,
    until: datetime,
    now: datetime,
    zone: str,
) -> CodeFigures:
    """Of those who came first between the two moments; of one card, or of the code with all of its cards."""
    counted = ", ".join(f"count(*) FILTER (WHERE {_WHERE[name]}) AS {name}" for name in FIGURES)
    found = one(
        conn,
        f"""{_of(kind)} SELECT {counted},
                (SELECT coalesce(sum(shown), 0) FROM channels.entry_day WHERE code_id = :code
                  AND day >= CAST(CAST(:since AS timestamptz) AT TIME ZONE :zone AS date)
                  AND day <= CAST(CAST(:until AS timestamptz) AT TIME ZONE :zone AS date)) AS shown
            FROM person""",
        code=code_id,
        card=card,
        since=since,
        until=until,
        now=now,
        stayed=STAYED,
        zone=zone,
    )
    assert found is not None
    return CodeFigures(**{name: int(value) for name, value in found._asdict().items()})


def people(
    conn: Connection,
    code_id: int,
    kind: CodeKind,
    figure: Figure,
    *,
    card: int | None,
    since: datetime,
    until: datetime,
    now: datetime,
    after: str,
    limit: int,
) -> list[tuple[str, datetime]]:
    """Ids of the contacts behind a figure and when they came, in the order of the ids, behind ``after``."""
    return [
        (str(row[0]), row[1])
        for row in rows(
            conn,
            f"""{_of(kind)} SELECT contact_id, came FROM person WHERE {_WHERE[figure]} AND contact_id > :after
                ORDER BY contact_id LIMIT :limit""",
            code=code_id,
            card=card,
            since=since,
            until=until,
            now=now,
            stayed=STAYED,
            after=after,
            limit=limit,
        )
    ]


def _of(kind: CodeKind) -> str:
    return _PEOPLE.format(ties=_TIES["chat" if kind == "group" else "friend"])
