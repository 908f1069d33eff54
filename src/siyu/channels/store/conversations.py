"""SQL of accounts of customer service: how far what was said there is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from siyu.channels.types.pushes import Spoken
from siyu.engines.postgres import one, run


@dataclass(frozen=True, slots=True)
class Unread:
    """One in which something was said; ``token`` is empty when it lives no more."""

    account_id: int
    service_id: str
    cursor: str
    token: str
    asks: int
    tries: int


def ask(conn: Connection, account_id: int, spoken: Sequence[Spoken], now: datetime) -> None:
    """Have these read soon."""
    last = {each.service_id: each for each in sorted(spoken, key=lambda each: each.until)}
    ids = sorted(last)
    run(
        conn,
        """INSERT INTO channels.conversation AS old (account_id, service_id, token, token_until, due_at)
           SELECT :account_id, service_id, token, until, :now
           FROM unnest(CAST(:ids AS text[]), CAST(:tokens AS text[]), CAST(:untils AS timestamptz[]))
               AS new (service_id, token, until) ORDER BY service_id
           ON CONFLICT (account_id, service_id) DO UPDATE
           SET token = excluded.token, token_until = excluded.token_until, asks = old.asks + 1,
               due_at = least(old.due_at, excluded.due_at)""",
        account_id=account_id,
        ids=ids,
        tokens=[last[each].token for each in ids],
        untils=[last[each].until for each in ids],
        now=now,
    )


def claim(conn: Connection, now: datetime, lease: timedelta) -> Unread | None:
    """One that is due, of an active account; nobody else gets it until the lease ends."""
    found = one(
        conn,
        """
        WITH due AS (
            SELECT conversation.account_id, service_id FROM channels.conversation
            JOIN channels.account ON account.id = conversation.account_id AND account.state = 'active'
            WHERE due_at <= :now ORDER BY due_at LIMIT 1 FOR UPDATE OF conversation SKIP LOCKED)
        UPDATE channels.conversation AS held SET due_at = :until FROM due
        WHERE held.account_id = due.account_id AND held.service_id = due.service_id
        RETURNING held.account_id, held.service_id, held.cursor,
                  CASE WHEN held.token_until > :now THEN held.token ELSE '' END, held.asks, held.tries
        """,
        now=now,
        until=now + lease,
    )
    return Unread(*found) if found else None


def move(conn: Connection, read: Unread, cursor: str, *, tries: int, now: datetime, due_at: datetime) -> None:
    """It is read up to the cursor, and due again then, or at once where it was asked for meanwhile."""
    run(
        conn,
        """UPDATE channels.conversation SET cursor = :cursor, tries = :tries,
               due_at = CASE WHEN asks = :asks THEN CAST(:due_at AS timestamptz) ELSE :now END
           WHERE account_id = :account_id AND service_id = :service_id""",
        account_id=read.account_id,
        service_id=read.service_id,
        cursor=cursor,
        tries=tries,
        asks=read.asks,
        now=now,
        due_at=due_at,
    )
