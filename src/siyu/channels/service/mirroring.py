"""The mirror: what was seen is compared with what is kept; what differs is written, and told in the same transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from siyu.channels.service import contacts, groups
from siyu.channels.service.rereading import ask_again
from siyu.channels.store import accounts as account_tables
from siyu.channels.store import contacts as contact_tables
from siyu.channels.store import groups as group_tables
from siyu.channels.store import staff as staff_tables
from siyu.channels.types.handed import Account
from siyu.channels.types.mirrored import Mirrored
from siyu.channels.types.seen import (
    Contact,
    Everything,
    Gone,
    Group,
    ObjectKind,
    Seen,
    Staff,
    Tag,
    Unseen,
)
from siyu.intake import service as intake
from siyu.intake.types import Lane, Message


def mirror(
    conn: Connection,
    account: Account,
    seen: Sequence[Seen],
    now: datetime,
    *,
    heard: bool = False,
    began: datetime | None = None,
    unseen: Sequence[tuple[str, str]] = (),
) -> Mirrored:
    """Make the mirror equal with what was seen, and put a message into the queue for each person of whom something differs.

    The messages are durable with this transaction, or not at all: no fact can be lost or come twice. The same again, or
    what was read before what is known already, changes nothing. What is hidden or could not be seen ends nothing.
    Locks are taken in one order, so that any number may run at once.

    Args:
        conn: an open transaction.
        account: whose.
        seen: what the plugin told.
        now: when this reading began, UTC.
        heard: it was read because a push spoke of it: its messages go before those of a reconcile.
        began: when the reading of the complete lists began, where they came in pieces: what was seen since then is not
            ended by its absence. ``now`` when not given.
        unseen: kind and id of what could not be seen earlier in the same walk.
    """
    if not account_tables.hold(conn, account.id):
        return Mirrored()  # it was deleted while the platform was asked
    began = began or now
    notes = [one for one in seen if isinstance(one, Unseen)]
    hidden: set[tuple[str, str]] = {(one.kind, one.id) for one in seen if isinstance(one, Gone) and one.hidden}
    hidden |= {(one.kind, one.id) for one in notes} | {(kind, id_) for kind, id_ in unseen}
    lists = [one for one in seen if isinstance(one, Everything)]
    gone = [one for one in seen if isinstance(one, Gone) and not one.hidden]
    sums = contacts.Sums()
    left = _staff(conn, account, seen, gone, lists, hidden, now, began)
    # Whether follows of those who are no more have ended is asked of the platform.
    sums.ask("contact", contact_tables.served_by(conn, account.id, left) if left else ())
    renamed = _tags(conn, account, seen, gone, lists, hidden, now, began)
    told: list[Message] = []
    lacking: dict[str, set[str]] = {}
    for one in lists:
        if one.contacts_of and ("staff", one.contacts_of[0]) not in hidden:
            staff_id, listed = one.contacts_of
            for contact_id in contact_tables.lacking(conn, account.id, staff_id, listed, began):
                if ("contact", contact_id) not in hidden:
                    lacking.setdefault(contact_id, set()).add(staff_id)
    told += contacts.read_again(
        conn, account, _contacts(seen), _ids(gone, "contact"), lacking, renamed, now=now, began=began, sums=sums
    )
    chats = {one.id: one for one in seen if isinstance(one, Group)}
    ended = set(_ids(gone, "group"))
    for one in lists:
        if one.groups is not None:
            ended |= set(group_tables.lacking(conn, account.id, one.groups, began))
    ended -= {id_ for kind, id_ in hidden if kind == "group"} | chats.keys()
    told += groups.read_again(conn, account, chats, ended, now=now, sums=sums)
    ask_again(conn, account.id, list(sums.asks), now)
    intake.put(conn, Lane.LIVE if heard else Lane.BULK, told)
    return Mirrored(
        seen=_counts(seen),
        began=sums.began,
        ended=sums.ended,
        messages=len(told),
        unseen=[{"kind": u.kind, "id": u.id, "reason": u.reason, "reason_zh": u.reason_zh} for u in notes],
    )


def _staff(
    conn: Connection,
    account: Account,
    seen: Sequence[Seen],
    gone: Sequence[Gone],
    lists: Sequence[Everything],
    hidden: set[tuple[str, str]],
    now: datetime,
    began: datetime,
) -> list[str]:
    """Staff and departments; returns who is no more."""
    staff_tables.write_staff(
        conn, account.id, list({one.id: one for one in seen if isinstance(one, Staff)}.values()), now
    )
    ended = staff_tables.end_staff(conn, account.id, gone=_ids(gone, "staff"), moment=now)
    for one in lists:
        if one.departments is not None:
            staff_tables.replace_departments(conn, account.id, one.departments)
        if one.staff is not None:
            lacking = staff_tables.staff_lacking(conn, account.id, one.staff)
            missed = [staff_id for staff_id in lacking if ("staff", staff_id) not in hidden]
            ended += staff_tables.end_staff(conn, account.id, gone=missed, moment=began)
    return ended


def _tags(
    conn: Connection,
    account: Account,
    seen: Sequence[Seen],
    gone: Sequence[Gone],
    lists: Sequence[Everything],
    hidden: set[tuple[str, str]],
    now: datetime,
    began: datetime,
) -> list[str]:
    """Tags; returns the contacts who have one that is new, has another name, or is no more."""
    changed = staff_tables.write_tags(
        conn, account.id, list({one.id: one for one in seen if isinstance(one, Tag)}.values()), now
    )
    changed += staff_tables.end_tags(conn, account.id, _ids(gone, "tags"), now)
    for one in lists:
        if one.tags is not None:
            lacking = staff_tables.tags_lacking(conn, account.id, one.tags, began)
            missed = [tag_id for tag_id in lacking if ("tags", tag_id) not in hidden]
            changed += staff_tables.end_tags(conn, account.id, missed, began)
    return contact_tables.marked_with(conn, account.id, changed) if changed else []


def _contacts(seen: Sequence[Seen]) -> dict[str, list[Contact]]:
    """What was seen of each contact: lists of several members of staff may tell of one and the same."""
    found: dict[str, list[Contact]] = {}
    for one in seen:
        if isinstance(one, Contact):
            found.setdefault(one.id, []).append(one)
    return found


def _ids(gone: Sequence[Gone], kind: ObjectKind) -> list[str]:
    return [one.id for one in gone if one.kind == kind]


def _counts(seen: Sequence[Seen]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in seen:
        name = type(one).__name__.lower()
        counts[name] = counts.get(name, 0) + 1
    return counts
