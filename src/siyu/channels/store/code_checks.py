"""Which ways in are to be read again at their platform, and what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import orjson
from sqlalchemy import Connection

from siyu.channels.store.codes import opening_of
from siyu.channels.types.codes import CodeProblem, Handle, Opening
from siyu.engines.postgres import rows, run, scalar


@dataclass(frozen=True, slots=True)
class Due:
    """A way that is to be read again; ``said``: what a push said of it."""

    id: int
    account_id: int
    handle: Handle
    wanted: Opening
    told_key: str
    said: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What came out for a way, if it still is what was looked at.

    Attributes:
        seen: the platform showed it; else what was known of it stays.
        again: the platform is to be told of it anew.
    """

    id: int
    handle: str
    told_key: str
    problem: CodeProblem | None = None
    seen: bool = True
    again: bool = False


def ask_all(conn: Connection, account_id: int, now: datetime) -> bool:
    """Every open way of the account is due; whether there is one."""
    found = rows(
        conn,
        """UPDATE channels.entry_way AS way SET check_at = :now
           FROM channels.entry_code AS code
           WHERE way.account_id = :account_id AND way.handle <> '' AND code.id = way.code_id AND code.archived_at IS NULL
             AND (way.check_at IS NULL OR way.check_at > :now)
           RETURNING way.number""",
        account_id=account_id,
        now=now,
    )
    return bool(found)


def ask(conn: Connection, account_id: int, said: Mapping[str, str], now: datetime) -> bool:
    """The ways with these handles are due, each with what was said of it; whether there is one."""
    found = rows(
        conn,
        """UPDATE channels.entry_way AS way SET check_at = :now, check_said = new.said
           FROM unnest(CAST(:handles AS text[]), CAST(:said AS text[])) AS new (handle, said)
           WHERE way.account_id = :account_id AND way.handle = new.handle AND way.handle <> '' RETURNING way.id""",
        account_id=account_id,
        handles=list(said),
        said=list(said.values()),
        now=now,
    )
    return bool(found)


def claim(conn: Connection, now: datetime, lease: timedelta, limit: int) -> list[Due]:
    """Ways that are due and of which the platform knows what is wanted; nobody else gets them before the lease is over."""
    found = rows(
        conn,
        """WITH due AS (
               SELECT way.id FROM channels.entry_way AS way
               JOIN channels.account AS account ON account.id = way.account_id AND account.state = 'active'
               JOIN channels.entry_code AS code ON code.id = way.code_id AND code.archived_at IS NULL
               WHERE way.check_at <= :now AND way.settled AND way.handle <> '' AND way.told_key = code.wanted_key
               ORDER BY way.check_at, way.number > 0, way.id LIMIT :limit FOR UPDATE OF way SKIP LOCKED)
           UPDATE channels.entry_way AS way SET check_at = :until
           FROM channels.entry_code AS code, due WHERE way.id = due.id AND code.id = way.code_id
           RETURNING way.id, way.account_id, way.handle, way.url, way.picture_url, way.state, code.wanted, way.told_key,
                     way.check_said""",
        now=now,
        until=now + lease,
        limit=limit,
    )
    return [
        Due(
            row.id,
            row.account_id,
            Handle(row.handle, row.url, row.picture_url),
            opening_of({**row.wanted, "state": row.state}),
            row.told_key,
            row.check_said,
        )
        for row in found
    ]


def put(conn: Connection, checked: Sequence[Checked], now: datetime) -> None:
    """Keep what was found of ways that were told nothing else meanwhile; those stay to be looked at."""
    if not checked:
        return
    run(
        conn,
        """UPDATE channels.entry_way AS way SET check_at = NULL, check_said = '',
               problem = CASE WHEN new.seen THEN new.problem ELSE way.problem END,
               told_key = CASE WHEN new.again THEN 'changed' ELSE way.told_key END,
               settled = NOT new.again, due_at = CASE WHEN new.again THEN :now ELSE way.due_at END
           FROM unnest(CAST(:ids AS bigint[]), CAST(:handles AS text[]), CAST(:keys AS text[]), CAST(:problems AS jsonb[]),
                       CAST(:seen AS boolean[]), CAST(:again AS boolean[]))
                AS new (id, handle, told_key, problem, seen, again)
           WHERE way.id = new.id AND way.handle = new.handle AND way.told_key = new.told_key AND way.settled""",
        ids=[one.id for one in checked],
        handles=[one.handle for one in checked],
        keys=[one.told_key for one in checked],
        problems=[orjson.dumps(asdict(one.problem)).decode() if one.problem else None for one in checked],
        seen=[one.seen for one in checked],
        again=[one.again for one in checked],
        now=now,
    )


def forget_gone(conn: Connection, code_id: int, now: datetime) -> int:
    """The code's ways that are no more at the platform are to be opened anew, under the states that they have; how many."""
    found = rows(
        conn,
        """UPDATE channels.entry_way SET told_key = '', handle = '', url = '', picture_url = '', picture = NULL,
               settled = false, attempts = 0, problem = NULL, check_at = NULL, check_said = '', due_at = :now
           WHERE code_id = :code_id AND handle <> '' AND problem->>'code' = 'Gone' RETURNING id""",
        code_id=code_id,
        now=now,
    )
    return len(found)


def open_of(conn: Connection, account_id: int, kinds: Sequence[str], now: datetime) -> int:
    """How many ways in of these kinds are open, or are being opened now."""
    found = scalar(
        conn,
        """SELECT count(*) FROM channels.entry_way AS way JOIN channels.entry_code AS code ON code.id = way.code_id
           WHERE way.account_id = :account_id AND code.kind = ANY(CAST(:kinds AS text[]))
             AND (way.handle <> '' OR way.leased_until > :now AND code.archived_at IS NULL)""",
        account_id=account_id,
        kinds=list(kinds),
        now=now,
    )
    return int(found)


def put_off(conn: Connection, until: Mapping[int, datetime]) -> None:
    """These are due then."""
    if not until:
        return
    run(
        conn,
        """UPDATE channels.entry_way AS way SET check_at = new.at
           FROM unnest(CAST(:ids AS bigint[]), CAST(:at AS timestamptz[])) AS new (id, at) WHERE way.id = new.id""",
        ids=list(until),
        at=list(until.values()),
    )
