"""SQL of visitors and which contacts they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from siyu.channels.types.mapped import Recognised
from siyu.engines.postgres import rows, run


def known(conn: Connection, account_id: int, union_ids: Sequence[str], now: datetime) -> set[str]:
    """Of these visitors, who need not be asked for: what was said stands; a pending id that has ended does not."""
    found = rows(
        conn,
        """
        SELECT union_id FROM channels.id_mapping
        WHERE account_id = :account_id AND union_id = ANY(CAST(:union_ids AS text[]))
              AND (contact_id <> '' OR pending_until IS NULL OR pending_until > :now)
        """,
        account_id=account_id,
        union_ids=list(union_ids),
        now=now,
    )
    return {row[0] for row in found}


def write(conn: Connection, account_id: int, answers: Mapping[str, Recognised], now: datetime) -> None:
    """Keep what was said of visitors; that one is a contact is never overwritten by less."""
    ordered = sorted(answers.items())
    run(
        conn,
        """
        INSERT INTO channels.id_mapping AS old (account_id, union_id, contact_id, pending_id, pending_until, asked_at)
        SELECT CAST(:account_id AS bigint), union_id, contact_id, pending_id, pending_until, CAST(:now AS timestamptz)
        FROM unnest(CAST(:union_ids AS text[]), CAST(:contact_ids AS text[]), CAST(:pending_ids AS text[]),
                    CAST(:untils AS timestamptz[])) AS new (union_id, contact_id, pending_id, pending_until)
        ON CONFLICT (account_id, union_id) DO UPDATE
        SET contact_id = excluded.contact_id, pending_id = excluded.pending_id,
            pending_until = excluded.pending_until, asked_at = excluded.asked_at
        WHERE old.contact_id = '' AND old.asked_at <= excluded.asked_at
        """,
        account_id=account_id,
        union_ids=[union_id for union_id, _ in ordered],
        contact_ids=[one.contact_id for _, one in ordered],
        pending_ids=[one.pending_id for _, one in ordered],
        untils=[one.pending_until for _, one in ordered],
        now=now,
    )


def newcomers(conn: Connection, account_id: int, now: datetime, limit: int) -> list[str]:
    """Contacts whose UnionID the platform does not show, who came since somebody pending was asked for, and of whom it was
    not asked yet.
    """
    found = rows(
        conn,
        """
        SELECT contact_id FROM channels.contact
        WHERE account_id = :account_id AND kind = 'wechat' AND union_id = '' AND gone_at IS NULL
              AND EXISTS (
                  SELECT FROM channels.follow
                  WHERE follow.account_id = contact.account_id AND follow.contact_id = contact.contact_id
                        AND since >= (SELECT min(asked_at) FROM channels.id_mapping
                                      WHERE account_id = :account_id AND pending_id <> '' AND contact_id = ''
                                            AND pending_until > :now))
              AND NOT EXISTS (
                  SELECT FROM channels.contact_asked AS asked
                  WHERE asked.account_id = contact.account_id AND asked.contact_id = contact.contact_id)
        ORDER BY contact_id LIMIT :limit
        """,
        account_id=account_id,
        now=now,
        limit=limit,
    )
    return [row[0] for row in found]


def settle(
    conn: Connection, account_id: int, asked: Sequence[str], pending: Mapping[str, str], now: datetime
) -> list[tuple[str, str]]:
    """Note that these contacts were asked of; returns (UnionID, contact) of visitors whose pending id is one of theirs."""
    run(
        conn,
        """INSERT INTO channels.contact_asked (account_id, contact_id, asked_at)
           SELECT CAST(:account_id AS bigint), id, CAST(:now AS timestamptz)
           FROM unnest(CAST(:ids AS text[])) AS new (id) ORDER BY id ON CONFLICT DO NOTHING""",
        account_id=account_id,
        ids=sorted(asked),
        now=now,
    )
    ordered = sorted(pending.items())
    found = rows(
        conn,
        """
        UPDATE channels.id_mapping AS old SET contact_id = came.contact_id
        FROM unnest(CAST(:contact_ids AS text[]), CAST(:pending_ids AS text[])) AS came (contact_id, pending_id)
        WHERE old.account_id = :account_id AND old.pending_id = came.pending_id AND old.contact_id = ''
              AND old.pending_until > :now
        RETURNING old.union_id, old.contact_id
        """,
        account_id=account_id,
        contact_ids=[contact_id for contact_id, _ in ordered],
        pending_ids=[pending_id for _, pending_id in ordered],
        now=now,
    )
    return sorted((row[0], row[1]) for row in found)
