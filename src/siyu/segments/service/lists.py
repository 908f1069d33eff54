"""Lists from files: each line names a customer by an identifier, or by their number."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import numpy as np
from sqlalchemy import Connection

from siyu.customers import service as customers
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.identity import service as identity
from siyu.identity.types import TYPES
from siyu.kernel.errors import BadInput, NotFound
from siyu.segments.store import definitions, members
from siyu.segments.store import lists as tables
from siyu.segments.store.bitmaps import bitmap
from siyu.segments.types import InUse, UploadedList

CUSTOMER: Final = "customer"
_AT_ONCE: Final = 20_000
_MOST_LINES: Final = 5_000_000
_SHOWN: Final = 20


def upload(
    conn: Connection, principal: Principal, name: str, type_: str, lines: Sequence[str], now: datetime
) -> UploadedList:
    """Make a list of whom the lines name. Audited.

    Args:
        conn: an open transaction.
        principal: who does it.
        name: of the list.
        type_: what the lines are: ``customer`` for numbers of customers, or a type of identifier.
        lines: one each; blank ones are left out, and what is named twice counts once.
        now: this moment.

    Raises:
        NotAllowed: without the right ``segments.manage``.
        BadInput: no such type, a bad name, no line, or too many.
    """
    access.require(principal, "segments.manage")
    name = name.strip()
    if not 0 < len(name) <= 100 or not name.isprintable():
        raise BadInput(reason="a list needs a name of 1 to 100 characters.", reason_zh="名单名称应为 1 至 100 个字符。")
    values = [text for line in lines if (text := line.strip().strip("\ufeff"))]
    if not 0 < len(values) <= _MOST_LINES:
        raise BadInput(
            reason=f"a list has 1 to {_MOST_LINES} lines that are not blank.",
            reason_zh=f"名单应包含 1 至 {_MOST_LINES} 行非空内容。",
        )
    people: set[int] = set()
    unknown = []
    for start in range(0, len(values), _AT_ONCE):
        part = values[start : start + _AT_ONCE]
        found = named(conn, type_, part)
        people.update(customer_id for owners in found.values() for customer_id in owners)
        unknown += [value for value in part if value not in found]
    personal = type_ != CUSTOMER and TYPES[type_].personal
    counts = (len(values), len(unknown), len(people))
    shown = [] if personal else [value[:64] for value in unknown[:_SHOWN]]
    list_id = tables.insert(conn, name, type_, counts, shown, principal.actor, now)
    members.keep_list(conn, list_id, bitmap(np.fromiter(people, np.int64, len(people))))
    details = {"name": name, "type": type_, "lines": len(values), "people": len(people)}
    target = f"list:{list_id}"
    access.record(conn, actor=principal.actor, action="list.uploaded", target=target, details=details, now=now)
    return one_list(conn, list_id)


def named(conn: Connection, type_: str, values: Sequence[str]) -> dict[str, list[int]]:
    """Whom each of these names: usually one customer; what names nobody is absent.

    Args:
        conn: an open transaction.
        type_: what they are: ``customer`` for numbers of customers, or a type of identifier.
        values: up to some ten thousand.

    Raises:
        BadInput: no such type.
    """
    return _numbered(conn, values) if type_ == CUSTOMER else identity.find_many(conn, type_, values)


def _numbered(conn: Connection, values: Sequence[str]) -> dict[str, list[int]]:
    numbers = {value: int(value) for value in values if value.isascii() and value.isdecimal() and len(value) < 19}
    asked = np.fromiter(numbers.values(), np.int64, len(numbers))
    owners = identity.owners_now(conn, asked)
    there = set(customers.finding.everybody(conn, owners.tolist()).tolist())
    return {value: [owner] for value, owner in zip(numbers, owners.tolist(), strict=True) if owner in there}


def lists(conn: Connection) -> list[UploadedList]:
    """All lists, the newest first."""
    return tables.everything(conn)


def one_list(conn: Connection, list_id: int) -> UploadedList:
    """One of them.

    Raises:
        NotFound: there is none of this id.
    """
    found = tables.by_id(conn, list_id)
    if found is None:
        raise NotFound(what="list", what_zh="名单", key=list_id)
    return found


def delete_list(conn: Connection, principal: Principal, list_id: int, now: datetime) -> None:
    """Delete a list that no segment asks of. Audited.

    Raises:
        NotAllowed: without the right ``segments.manage``.
        NotFound: there is none of this id.
        InUse: a segment asks of it.
    """
    access.require(principal, "segments.manage")
    definitions.hold(conn)
    found = one_list(conn, list_id)
    if users := definitions.users_of_list(conn, list_id):
        raise InUse(
            what=f"the list '{found.name}'",
            what_zh=f"名单“{found.name}”",
            users=", ".join(f"'{user}'" for user in users),
            users_zh="、".join(f"“{user}”" for user in users),
        )
    tables.delete(conn, list_id)
    members.drop_list(conn, list_id)
    access.record(
        conn,
        actor=principal.actor,
        action="list.deleted",
        target=f"list:{list_id}",
        details={"name": found.name},
        now=now,
    )
