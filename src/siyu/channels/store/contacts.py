"""SQL of contacts and their follows. The lock on a contact stands for its follows; locks are taken in the order of ids."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from siyu.channels.rules.ties import Tie
from siyu.channels.store import tallies
from siyu.channels.types.pushes import Departure
from siyu.engines.postgres import rows, run

# The fields of StoredContact, as JSON has them.
_CONTACTS: Final = """json_to_recordset(CAST(:contacts AS json)) AS new (contact_id text, kind text, union_id text,
    profile text, tags text[], version bigint, seen_at timestamptz, gone_at timestamptz, complete_at timestamptz)"""

# The ties that stand of each ``one``; looked for one by one, as of a new account the planner knows nothing. That they stand
# is asked outside: inside, an index of all that stand would look as good as that of the contact.
_STANDING: Final = """CROSS JOIN LATERAL (SELECT contact_id, staff_id, tags, ended_at FROM channels.follow
        WHERE account_id = :account_id AND contact_id = one.contact_id OFFSET 0) AS follow
        WHERE follow.ended_at IS NULL"""


@dataclass(frozen=True, slots=True)
class StoredContact:
    """A row of ``channels.contact``; ``version`` 0: there is none yet."""

    contact_id: str
    kind: str = "wechat"
    union_id: str = ""
    profile: str = ""
    tags: tuple[str, ...] = ()
    version: int = 0
    seen_at: datetime | None = None
    gone_at: datetime | None = None
    complete_at: datetime | None = None

    def told(self, tags: tuple[str, ...]) -> "StoredContact":
        """The contact after one more message, which told of these tags."""
        version = self.version + 1
        return StoredContact(
            self.contact_id, self.kind, self.union_id, self.profile, tags, version, self.seen_at, self.gone_at,
            self.complete_at,
        )  # fmt: skip


def unknown(conn: Connection, account_id: int, ids: Collection[str]) -> list[str]:
    """Those of whom there is no row, in order; somebody else may be making one."""
    found = rows(
        conn,
        """SELECT contact_id FROM channels.contact
           WHERE account_id = :account_id AND contact_id = ANY(CAST(:ids AS text[]))""",
        account_id=account_id,
        ids=list(ids),
    )
    return sorted(set(ids) - {row[0] for row in found})


def insert(conn: Connection, account_id: int, contacts: Sequence[StoredContact]) -> set[str]:
    """Rows for those who have none; returns whom it made. Others were made by somebody else since they were looked for."""
    found = rows(
        conn,
        f"""INSERT INTO channels.contact
                (account_id, contact_id, kind, union_id, profile, tags, version, seen_at, gone_at, complete_at)
            SELECT :account_id, contact_id, kind, union_id, profile, tags, version, coalesce(seen_at, '-infinity'),
                   gone_at, complete_at
            FROM {_CONTACTS} ORDER BY contact_id ON CONFLICT DO NOTHING RETURNING contact_id""",
        account_id=account_id,
        contacts=_json(contacts),
    )
    return {row[0] for row in found}


def lock(conn: Connection, account_id: int, ids: Collection[str]) -> dict[str, StoredContact]:
    """Those who are known, locked."""
    found = rows(
        conn,
        """SELECT contact_id, kind, union_id, profile, tags, version, nullif(seen_at, '-infinity'), gone_at,
                  complete_at
           FROM channels.contact WHERE account_id = :account_id AND contact_id = ANY(CAST(:ids AS text[]))
           ORDER BY contact_id FOR UPDATE""",
        account_id=account_id,
        ids=sorted(ids),
    )
    return {
        contact_id: StoredContact(
            contact_id, kind, union_id, profile, tuple(tags), version, seen_at, gone_at, complete_at
        )
        for contact_id, kind, union_id, profile, tags, version, seen_at, gone_at, complete_at in found
    }


def write(conn: Connection, account_id: int, contacts: Sequence[StoredContact]) -> None:
    """Overwrite contacts that are locked."""
    if not contacts:
        return
    run(
        conn,
        f"""
        UPDATE channels.contact AS old
        SET kind = new.kind, union_id = new.union_id, profile = new.profile, tags = new.tags, version = new.version,
            seen_at = coalesce(new.seen_at, '-infinity'), gone_at = new.gone_at,
            complete_at = new.complete_at
        FROM {_CONTACTS} WHERE old.account_id = :account_id AND old.contact_id = new.contact_id
        """,
        account_id=account_id,
        contacts=_json(contacts),
    )


def ties(conn: Connection, account_id: int, ids: Collection[str]) -> dict[str, dict[str, Tie]]:
    """The newest follow of each contact with each member of staff."""
    found = rows(
        conn,
        # One by one: of a new account the planner knows nothing, and would read all of its follows for each piece.
        """SELECT contact_id, staff_id, since, seen_at, ended_at, ended_by, told_at, transferred_to,
                  tags, way, state, noted, phones
           FROM unnest(CAST(:ids AS text[])) AS one (id)
           CROSS JOIN LATERAL (SELECT * FROM channels.follow
                               WHERE account_id = :account_id AND contact_id = one.id OFFSET 0) AS follow""",
        account_id=account_id,
        ids=list(ids),
    )
    known: dict[str, dict[str, Tie]] = {}
    for contact_id, staff_id, since, seen, ended, by, told, heir, tags, way, state, noted, phones in found:
        details = {"tags": tags, "way": way, "state": state, "noted": noted, "phones": phones}
        known.setdefault(contact_id, {})[staff_id] = Tie(since, seen, ended, by, told, heir, details)
    return known


def write_ties(conn: Connection, account_id: int, written: Iterable[tuple[str, str, Tie]]) -> None:
    """Insert or overwrite follows as (contact, member of staff, tie), and tally what that changes. Their contacts are
    locked.
    """
    new = [_plain(contact_id, staff_id, tie) for contact_id, staff_id, tie in written]
    if not new:
        return
    run(
        conn,
        f"""
        WITH told AS MATERIALIZED (
            SELECT * FROM json_to_recordset(CAST(:new AS json)) AS new (contact_id text, staff_id text,
                since timestamptz, ended_at timestamptz, ended_by text, transferred_to text, tags text[], way text,
                state text, noted text, phones text, seen_at timestamptz, told_at timestamptz)
        ), written AS (
            INSERT INTO channels.follow (account_id, contact_id, staff_id, since, ended_at, ended_by, transferred_to,
                                         tags, way, state, noted, phones, seen_at, told_at)
            SELECT :account_id, contact_id, staff_id, since, ended_at, ended_by, transferred_to,
                   tags, way, state, noted, phones, seen_at, told_at FROM told
            ON CONFLICT (account_id, contact_id, staff_id) DO UPDATE
            SET since = excluded.since, ended_at = excluded.ended_at, ended_by = excluded.ended_by,
                transferred_to = excluded.transferred_to, tags = excluded.tags, way = excluded.way,
                state = excluded.state, noted = excluded.noted, phones = excluded.phones, seen_at = excluded.seen_at,
                told_at = excluded.told_at
        ), old AS MATERIALIZED (
            SELECT follow.contact_id, follow.staff_id, follow.tags FROM (SELECT DISTINCT contact_id FROM told) AS one {_STANDING}
        ), new AS MATERIALIZED (
            SELECT * FROM old WHERE (contact_id, staff_id) NOT IN (SELECT contact_id, staff_id FROM told)
            UNION ALL SELECT contact_id, staff_id, tags FROM told WHERE ended_at IS NULL
        )
        {tallies.OF_FOLLOWS}
        """,
        account_id=account_id,
        new=_json(new),
    )


def write_past(conn: Connection, account_id: int, past: Iterable[tuple[str, str, Tie]]) -> None:
    """Keep follows that were before the newest one."""
    old = [_plain(contact_id, staff_id, tie) for contact_id, staff_id, tie in past]
    if not old:
        return
    run(
        conn,
        """
        INSERT INTO channels.follow_past (account_id, contact_id, staff_id, since, ended_at, ended_by, transferred_to,
                                          way, state)
        SELECT :account_id, contact_id, staff_id, since, ended_at, ended_by, transferred_to, way, state
        FROM json_to_recordset(CAST(:old AS json)) AS old (contact_id text, staff_id text, since timestamptz,
            ended_at timestamptz, ended_by text, transferred_to text, way text, state text)
        ON CONFLICT DO NOTHING
        """,
        account_id=account_id,
        old=_json(old),
    )


def _plain(contact_id: str, staff_id: str, tie: Tie) -> dict[str, Any]:
    return {
        "contact_id": contact_id,
        "staff_id": staff_id,
        "since": tie.since,
        "ended_at": tie.ended_at,
        "ended_by": tie.ended_by,
        "transferred_to": tie.transferred_to,
        "tags": [],
        "way": "",
        "state": "",
        "noted": "",
        "phones": "",
        **tie.details,
        "seen_at": tie.seen_at,
        "told_at": tie.told_at,
    }


def lacking(conn: Connection, account_id: int, staff_id: str, listed: Sequence[str], began: datetime) -> list[str]:
    """Contacts who stand with this member of staff, are not in the list, and were not seen since it was begun."""
    found = rows(
        conn,
        """SELECT contact_id FROM channels.follow
           WHERE account_id = :account_id AND staff_id = :staff_id AND ended_at IS NULL AND seen_at <= :began
             AND NOT EXISTS (SELECT FROM unnest(CAST(:listed AS text[])) AS one (id) WHERE one.id = contact_id)
           ORDER BY contact_id""",
        account_id=account_id,
        staff_id=staff_id,
        listed=list(listed),
        began=began,
    )
    return [row[0] for row in found]


def end_unserved(conn: Connection, account_id: int, began: datetime) -> None:
    """Contacts whom nobody serves any more and whom a complete walk, begun at ``began``, did not meet are no more."""
    run(
        conn,
        """
        WITH locked AS (
            SELECT contact_id FROM channels.contact
            WHERE account_id = :account_id AND gone_at IS NULL AND seen_at < :began
              AND NOT EXISTS (SELECT FROM channels.follow WHERE follow.account_id = :account_id AND ended_at IS NULL
                              AND follow.contact_id = contact.contact_id)
            ORDER BY contact_id FOR UPDATE)
        UPDATE channels.contact AS old SET gone_at = :began, seen_at = :began FROM locked
        WHERE old.account_id = :account_id AND old.contact_id = locked.contact_id
        """,
        account_id=account_id,
        began=began,
    )


def served_by(conn: Connection, account_id: int, staff_ids: Sequence[str]) -> list[str]:
    """Contacts who stand with one of these members of staff."""
    found = rows(
        conn,
        """SELECT DISTINCT contact_id FROM channels.follow
           WHERE account_id = :account_id AND staff_id = ANY(CAST(:staff_ids AS text[])) AND ended_at IS NULL
           ORDER BY contact_id""",
        account_id=account_id,
        staff_ids=list(staff_ids),
    )
    return [row[0] for row in found]


def marked_with(conn: Connection, account_id: int, tag_ids: Sequence[str]) -> list[str]:
    """Contacts who have one of these tags in a follow that stands."""
    found = rows(
        conn,
        """SELECT DISTINCT contact_id FROM channels.follow
           WHERE account_id = :account_id AND tags && CAST(:tag_ids AS text[]) AND ended_at IS NULL
           ORDER BY contact_id""",
        account_id=account_id,
        tag_ids=list(tag_ids),
    )
    return [row[0] for row in found]


def tags_of(conn: Connection, pairs: Collection[tuple[int, str]]) -> dict[tuple[int, str], frozenset[str]]:
    """Names of the tags of contacts, by account and contact, as the mirror has them now."""
    found = rows(
        conn,
        """SELECT account_id, contact_id, tags FROM channels.contact
           JOIN unnest(CAST(:accounts AS bigint[]), CAST(:contacts AS text[])) AS pair (account_id, contact_id)
           USING (account_id, contact_id)""",
        accounts=[pair[0] for pair in pairs],
        contacts=[pair[1] for pair in pairs],
    )
    return {(row[0], row[1]): frozenset(row[2]) for row in found}


def note_departures(conn: Connection, account_id: int, departures: Sequence[Departure]) -> None:
    """Keep who ended what, and tell it to follows of the past of which nobody knew. Safe to repeat."""
    given = {
        "account_id": account_id,
        "contacts": [one.contact_id for one in departures],
        "staff": [one.staff_id for one in departures],
        "at": [one.at for one in departures],
        "by": [one.by for one in departures],
    }
    heard = """unnest(CAST(:contacts AS text[]), CAST(:staff AS text[]), CAST(:at AS timestamptz[]), CAST(:by AS text[]))
               AS heard (contact_id, staff_id, at, by)"""
    run(
        conn,
        f"""INSERT INTO channels.departure (account_id, contact_id, staff_id, at, by)
            SELECT :account_id, contact_id, staff_id, at, by FROM {heard} ORDER BY 2, 3, 4, 5 ON CONFLICT DO NOTHING""",
        **given,
    )
    run(
        conn,
        f"""UPDATE channels.follow_past AS old SET ended_by = heard.by FROM {heard}
            WHERE old.account_id = :account_id AND old.contact_id = heard.contact_id
              AND old.staff_id = heard.staff_id AND old.ended_by IN ('unknown', 'left')
              AND heard.at BETWEEN old.since AND old.ended_at""",
        **given,
    )


def deletions_by_day(conn: Connection, account_id: int, since: datetime, zone: str) -> dict[date, int]:
    """How many customers deleted a member, as pushes told, by the day in this zone."""
    found = rows(
        conn,
        """SELECT CAST(at AT TIME ZONE :zone AS date), count(DISTINCT (contact_id, staff_id)) FROM channels.departure
           WHERE account_id = :account_id AND by = 'customer' AND at >= :since GROUP BY 1""",
        account_id=account_id,
        since=since,
        zone=zone,
    )
    return {row[0]: int(row[1]) for row in found}


def departures(
    conn: Connection, account_id: int, ids: Collection[str]
) -> Mapping[str, Mapping[str, Sequence[Departure]]]:
    """What pushes said of follows of these contacts, by contact and member of staff."""
    found = rows(
        conn,
        """SELECT contact_id, staff_id, by, at FROM channels.departure
           WHERE account_id = :account_id AND contact_id = ANY(CAST(:ids AS text[]))""",
        account_id=account_id,
        ids=list(ids),
    )
    told: dict[str, dict[str, list[Departure]]] = {}
    for contact_id, staff_id, by, at in found:
        told.setdefault(contact_id, {}).setdefault(staff_id, []).append(Departure(staff_id, contact_id, by, at))
    return told


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
