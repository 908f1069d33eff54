"""SQL of the end of an account: what was open ends, what only served it goes, what history speaks of stays."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.engines.postgres import rows, run

# What is of no use without the platform. Ties, tasks, deliveries and codes stay: they are history.
_USELESS: Final = ("token", "rate", "quota_use", "grant_left", "health", "door", "sync", "reread", "conversation")


def close(conn: Connection, account_id: int, now: datetime) -> None:
    """The account is no more, and whatever it was filled in with is gone."""
    run(
        conn,
        """UPDATE channels.account SET state = 'deleted', settings = '{}', secrets = '{}', updated_at = :now
           WHERE id = :account_id""",
        account_id=account_id,
        now=now,
    )
    for table in _USELESS:
        run(conn, f"DELETE FROM channels.{table} WHERE account_id = :account_id", account_id=account_id)


def end_acts(conn: Connection, account_id: int, en: str, zh: str, now: datetime) -> None:
    """Nothing that was asked for comes about any more, for this reason."""
    given = {"account_id": account_id, "en": en, "zh": zh, "now": now}
    run(
        conn,
        """UPDATE channels.delivery SET state = 'refused', result = 'cancelled', reason = :en, reason_zh = :zh,
               ended_at = :now
           WHERE account_id = :account_id AND state IN ('ready', 'sending', 'waits_for_staff')""",
        **given,
    )
    run(
        conn,
        """UPDATE channels.staff_task SET state = 'cancelled', ended_at = :now
           WHERE account_id = :account_id AND state = 'open'""",
        account_id=account_id,
        now=now,
    )
    run(
        conn,
        "UPDATE channels.staff_task SET react_at = NULL WHERE account_id = :account_id AND react_at IS NOT NULL",
        account_id=account_id,
    )
    run(
        conn,
        """UPDATE channels.handover SET state = 'failed', reason = :en, reason_zh = :zh, ended_at = :now
           WHERE account_id = :account_id AND state IN ('asked', 'sending', 'waiting')""",
        **given,
    )
    run(
        conn,
        """UPDATE channels.mark SET state = 'failed', reason = :en, reason_zh = :zh, done_at = :now
           WHERE account_id = :account_id AND state = 'waiting'""",
        **given,
    )
    run(
        conn,
        "DELETE FROM channels.entry_mark WHERE account_id = :account_id AND marked_at IS NULL",
        account_id=account_id,
    )


def archive_codes(conn: Connection, account_id: int, now: datetime) -> list[int]:
    """Put the codes of an account away, without a word to the platform; returns those that were in use."""
    run(
        conn,
        "UPDATE channels.entry_way SET settled = true, leased_until = NULL WHERE account_id = :account_id",
        account_id=account_id,
    )
    found = rows(
        conn,
        """UPDATE channels.entry_code SET archived_at = :now, updated_at = :now
           WHERE account_id = :account_id AND archived_at IS NULL RETURNING id""",
        account_id=account_id,
        now=now,
    )
    return sorted(row[0] for row in found)


def standing_contacts(conn: Connection, account_id: int, limit: int) -> list[str]:
    """Contacts who stand with somebody of the staff, or follow the account."""
    found = rows(
        conn,
        """SELECT DISTINCT contact_id FROM channels.follow WHERE account_id = :account_id AND ended_at IS NULL
           ORDER BY contact_id LIMIT :limit""",
        account_id=account_id,
        limit=limit,
    )
    return [row[0] for row in found]


def standing_groups(conn: Connection, account_id: int, limit: int) -> list[str]:
    """Groups that are there, or in which somebody is."""
    found = rows(
        conn,
        """SELECT group_id FROM channels.chat_group
           WHERE account_id = :account_id AND (gone_at IS NULL OR EXISTS (
               SELECT FROM channels.chat_member
               WHERE chat_member.account_id = chat_group.account_id AND chat_member.group_id = chat_group.group_id
                 AND left_at IS NULL))
           ORDER BY group_id LIMIT :limit""",
        account_id=account_id,
        limit=limit,
    )
    return [row[0] for row in found]


def end_rest(conn: Connection, account_id: int, now: datetime) -> None:
    """Staff and tags are no more, and a walk that was interrupted does not go on."""
    for table in ("staff", "tag"):
        run(
            conn,
            f"UPDATE channels.{table} SET gone_at = :now WHERE account_id = :account_id AND gone_at IS NULL",
            account_id=account_id,
            now=now,
        )
    run(
        conn,
        """UPDATE channels.walk SET state = 'failed', moved_at = :now, ended_at = :now
           WHERE account_id = :account_id AND state = 'running'""",
        account_id=account_id,
        now=now,
    )
