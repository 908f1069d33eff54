"""SQL of group chats and who is in them. The lock on a group stands for its members; locks in the order of ids."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from siyu.channels.rules.ties import Tie
from siyu.channels.store import tallies
from siyu.channels.types.seen import Group
from siyu.engines.postgres import rows, run


def lock(
    conn: Connection, account_id: int, ids: Collection[str], *, make: Collection[str] = ()
) -> dict[str, datetime | None]:
    """Those that are known, locked, with the moment at which each was seen last; rows for ``make`` are made first."""
    if make:
        run(
            conn,
            """INSERT INTO channels.chat_group (account_id, group_id)
               SELECT :account_id, id FROM unnest(CAST(:ids AS text[])) AS new (id) ORDER BY id ON CONFLICT DO NOTHING""",
            account_id=account_id,
            ids=sorted(make),
        )
    found = rows(
        conn,
        """SELECT group_id, nullif(seen_at, '-infinity') FROM channels.chat_group
           WHERE account_id = :account_id AND group_id = ANY(CAST(:ids AS text[])) ORDER BY group_id FOR UPDATE""",
        account_id=account_id,
        ids=sorted(ids),
    )
    return {row[0]: row[1] for row in found}


def write(conn: Connection, account_id: int, groups: Sequence[Group], moment: datetime) -> None:
    """Overwrite groups that are locked."""
    if not groups:
        return
    run(
        conn,
        """
        UPDATE channels.chat_group AS old
        SET name = new.name, owner_id = new.owner_id, admin_ids = new.admin_ids, notice = new.notice,
            platform_version = new.version, created_at = new.created_at, seen_at = :moment, gone_at = NULL
        FROM json_to_recordset(CAST(:groups AS json)) AS new (id text, name text, owner_id text, admin_ids text[],
            notice text, version text, created_at timestamptz)
        WHERE old.account_id = :account_id AND old.group_id = new.id
        """,
        account_id=account_id,
        groups=_json([{name: getattr(one, name) for name in Group.__slots__ if name != "members"} for one in groups]),
        moment=moment,
    )


def end(conn: Connection, account_id: int, gone: Collection[str], moment: datetime) -> None:
    """These groups, which are locked, are no more."""
    run(
        conn,
        """UPDATE channels.chat_group SET gone_at = coalesce(gone_at, :moment), seen_at = :moment
           WHERE account_id = :account_id AND group_id = ANY(CAST(:gone AS text[]))""",
        account_id=account_id,
        gone=sorted(gone),
        moment=moment,
    )


def lacking(conn: Connection, account_id: int, listed: Sequence[str], began: datetime) -> list[str]:
    """Groups that are there, are not in the list, and were not seen since it was begun."""
    found = rows(
        conn,
        """SELECT group_id FROM channels.chat_group WHERE account_id = :account_id AND gone_at IS NULL
             AND seen_at <= :began AND group_id <> ALL(CAST(:listed AS text[]))""",
        account_id=account_id,
        listed=list(listed),
        began=began,
    )
    return [row[0] for row in found]


def members(conn: Connection, account_id: int, ids: Collection[str]) -> dict[str, dict[str, Tie]]:
    """The newest stay of everybody who is or was in these groups; ``details`` has kind, union_id, way, version …"""
    found = rows(
        conn,
        """SELECT group_id, member_id, joined_at, seen_at, left_at, told_at,
                  kind, union_id, way, invited_by, state, version
           FROM unnest(CAST(:ids AS text[])) AS one (id)
           CROSS JOIN LATERAL (SELECT * FROM channels.chat_member
                               WHERE account_id = :account_id AND group_id = one.id OFFSET 0) AS member""",
        account_id=account_id,
        ids=list(ids),
    )
    known: dict[str, dict[str, Tie]] = {}
    for group_id, member_id, joined, seen, left, told, kind, union_id, way, invited_by, state, version in found:
        details = {
            "kind": kind, "union_id": union_id, "way": way, "invited_by": invited_by, "state": state, "version": version,
        }  # fmt: skip
        tie = Tie(joined, seen, left, "unknown" if left else "", told, details=details)
        known.setdefault(group_id, {})[member_id] = tie
    return known


def write_members(conn: Connection, account_id: int, written: Iterable[tuple[str, str, Tie]]) -> None:
    """Insert or overwrite stays as (group, member, tie), and tally what that changes. Their groups are locked."""
    new: list[dict[str, Any]] = [
        {
            **tie.details,
            "group_id": group_id,
            "member_id": member_id,
            "joined_at": tie.since,
            "left_at": tie.ended_at,
            "seen_at": tie.seen_at,
            "told_at": tie.told_at,
        }
        for group_id, member_id, tie in written
    ]
    if not new:
        return
    run(
        conn,
        f"""
        WITH told AS MATERIALIZED (
            SELECT * FROM json_to_recordset(CAST(:new AS json)) AS new (group_id text, member_id text, kind text,
                union_id text, joined_at timestamptz, left_at timestamptz, way text, invited_by text, state text,
                version bigint, seen_at timestamptz, told_at timestamptz)
        ), written AS (
            INSERT INTO channels.chat_member (account_id, group_id, member_id, kind, union_id, joined_at, left_at,
                                              way, invited_by, state, version, seen_at, told_at)
            SELECT :account_id, group_id, member_id, kind, union_id, joined_at, left_at, way, invited_by, state,
                   version, seen_at, told_at FROM told
            ON CONFLICT (account_id, group_id, member_id) DO UPDATE
            SET kind = excluded.kind, union_id = excluded.union_id, joined_at = excluded.joined_at,
                left_at = excluded.left_at, way = excluded.way, invited_by = excluded.invited_by,
                state = excluded.state, version = excluded.version, seen_at = excluded.seen_at,
                told_at = excluded.told_at
        ), old AS MATERIALIZED (
            SELECT was.group_id, was.kind FROM told AS one
            CROSS JOIN LATERAL (SELECT group_id, kind, left_at FROM channels.chat_member
                                WHERE account_id = :account_id AND group_id = one.group_id
                                  AND member_id = one.member_id OFFSET 0) AS was
            WHERE was.left_at IS NULL  -- outside: inside, an index of all that last would look as good
        ), new AS (SELECT group_id, kind FROM told WHERE left_at IS NULL)
        {tallies.OF_MEMBERS}
        """,
        account_id=account_id,
        new=_json(new),
    )


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
