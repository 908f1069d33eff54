"""What operators' pages ask of the mirror. Nothing here asks a platform."""

from datetime import datetime

from sqlalchemy import Connection

from siyu.channels.store import reading as tables
from siyu.channels.store import rereads, tallies
from siyu.channels.store import staff as staff_tables
from siyu.channels.types.mirrored import (
    ContactFollows,
    GroupMember,
    GroupSummary,
    Relationship,
    Served,
    Standing,
    TagSummary,
    Walk,
    Workload,
)
from siyu.kernel.errors import NotFound


def workload(conn: Connection, account_id: int, since: datetime, until: datetime) -> list[Workload]:
    """Staff with whom they serve now, what changed from ``since`` to before ``until``, and how they served on the days that
    lie in that time at least partly; the busiest first.
    """
    return [Workload(*row) for row in tables.staff(conn, account_id, since, until)]


def group_list(conn: Connection, account_id: int, since: datetime, until: datetime) -> list[GroupSummary]:
    """Group chats with who is in them and who came and went from ``since`` to before ``until``; of each person the last
    stay counts.
    """
    return [GroupSummary(*row) for row in tables.groups(conn, account_id, since, until)]


def tag_list(conn: Connection, account_id: int) -> list[TagSummary]:
    """Tags of the account with how many contacts have them."""
    return [TagSummary(*row) for row in tables.tags(conn, account_id)]


def fold_tallies(conn: Connection) -> None:
    """Hourly: keep the table of tallies small; no number changes. Safe to repeat."""
    tallies.fold(conn)


def tag_names(conn: Connection, account_id: int) -> dict[str, str]:
    """Names of the tags of the account that are there, by id."""
    return staff_tables.tag_names(conn, account_id)


def served(conn: Connection, account_id: int, staff_id: str, limit: int = 10_000) -> list[Served]:
    """Who stands with a member of staff now, who came last first, with the tags that this member put and that are there
    still, by name; nobody for one who is not known.
    """
    names = staff_tables.tag_names(conn, account_id)
    return [
        Served(contact_id, since, way, state, tuple(sorted(names[one] for one in tags if one in names)))
        for contact_id, since, way, state, tags in tables.served(conn, account_id, staff_id, limit)
    ]


def group_members(conn: Connection, account_id: int, group_id: str, limit: int = 5_000) -> list[GroupMember]:
    """Everybody who is or was in a group with their last stay: who is there first, then who came last."""
    return [GroupMember(*row) for row in tables.members(conn, account_id, group_id, limit)]


def contact_follows(conn: Connection, account_id: int, contact_id: str) -> ContactFollows:
    """One contact with everybody who serves or served them.

    Raises:
        NotFound: the account has no such contact.
    """
    found = tables.contact(conn, account_id, contact_id)
    if found is None:
        raise NotFound(what="contact", what_zh="客户", key=contact_id)
    follows = [Relationship(*row) for row in tables.follows(conn, account_id, contact_id)]
    contact_id, kind, union_id, seen_at, gone_at, tags = found
    return ContactFollows(contact_id, kind, union_id, seen_at, gone_at, tags, follows)


def walks(conn: Connection, account_id: int, limit: int = 30) -> list[Walk]:
    """Reconciles of an account, newest first."""
    return rereads.walks(conn, account_id, limit)


def walk(conn: Connection, account_id: int, walk_id: int) -> Walk:
    """One reconcile with its report.

    Raises:
        NotFound: the account has no such walk.
    """
    found = rereads.walk(conn, account_id, walk_id)
    if found is None:
        raise NotFound(what="reconcile", what_zh="对账", key=walk_id)
    return found


def standing(conn: Connection, account_id: int) -> Standing:
    """How the mirror of an account stands."""
    last = rereads.walks(conn, account_id, 1)
    read_at, refused_at, refused = rereads.sync_of(conn, account_id)
    return Standing(rereads.waiting(conn, account_id), read_at, refused_at, refused, last[0] if last else None)
