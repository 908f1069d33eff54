"""Tags put on contacts and taken off: asked for in any number, done by the worker at the platform's pace."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import Connection

from siyu.channels.service import contacts
from siyu.channels.service.accounts import account as find_account
from siyu.channels.service.acting import LEASE, RIGHT, Desk, able, broken, note, pause, wake
from siyu.channels.service.contacts import Sums
from siyu.channels.service.rereading import ask_again
from siyu.channels.store import contacts as contact_tables
from siyu.channels.store import marks as tables
from siyu.channels.types import Account, Capability, Channel, Mark, MarkOrder, MarkWanted
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.intake import service as intake
from siyu.intake.types import Lane
from siyu.kernel.errors import BadInput, NotFound, SiyuError, TryLater

log = structlog.get_logger(__name__)

MOST_MARKS: Final = 10_000
_AT_ONCE: Final = 50  # calls between two transactions
_MOST_TAGS: Final = 100
_NOBODY: Final = ("Nobody of the staff has this contact now.", "当前没有员工添加该客户。")


def order_marks(
    conn: Connection, principal: Principal, account: Account, wanted: Sequence[MarkWanted], now: datetime
) -> MarkOrder:
    """Have tags put on contacts and taken off, behind this transaction. Each has an answer of its own (:func:`marks`).

    Marks of contacts whom nobody has fail at once. A repeat is a second order, which changes nothing on the platform.

    Raises:
        NotAllowed: without the right ``channels.act``.
        BadInput: none or more than 10,000, or one that names no tag, too many, or one both ways.
        CannotAct, Conflict: nothing can be done with the account.
    """
    access.require(principal, RIGHT)
    able(account, Capability.TAGGING)
    if not 1 <= len(wanted) <= MOST_MARKS:
        raise BadInput(reason=f"give 1 to {MOST_MARKS:,} contacts.", reason_zh=f"请提交 1 至 {MOST_MARKS:,} 个客户。")
    for number, one in enumerate(wanted, 1):
        tags = [*one.add, *one.remove]
        if not one.contact_id or not 1 <= len(tags) <= _MOST_TAGS or len(set(tags)) < len(tags):
            raise BadInput(
                reason=f"number {number} needs a contact and 1 to {_MOST_TAGS} tags, each once.",
                reason_zh=f"第 {number} 项须包含客户及 1 至 {_MOST_TAGS} 个不重复的标签。",
            )
    order_id = tables.insert(conn, account.id, principal.actor, wanted, _NOBODY, now)
    note(conn, principal, account, {"order": order_id, "contacts": len(wanted)}, now, action="contact.marks_asked")
    wake(conn)
    (made,) = tables.orders(conn, account.id, order_id, 1)
    return made


def mark_orders(conn: Connection, account_id: int, limit: int = 30) -> list[MarkOrder]:
    """Orders of an account, newest first."""
    return tables.orders(conn, account_id, None, limit)


def marks(
    conn: Connection, account_id: int, order_id: int, *, after: int = 0, limit: int = 1000
) -> tuple[MarkOrder, list[Mark]]:
    """An order and a page of its marks, behind the mark with the id ``after``.

    Raises:
        NotFound: the account has no such order.
    """
    found = tables.orders(conn, account_id, order_id, 1)
    if not found:
        raise NotFound(what="order of marks", what_zh="打标任务", key=order_id)
    return found[0], tables.marks(conn, order_id, after, limit)


def do_marks(desk: Desk) -> int:
    """Do a piece of what is due, of one account; returns how many marks were claimed.

    What is done and the mirror are written together; who dies in between does it again, which changes nothing. When the
    platform asks for a pause, the rest waits so long.
    """
    with desk.database.transaction() as conn:
        claimed = tables.claim(conn, desk.clock.now(), LEASE, _AT_ONCE)
        account = find_account(conn, claimed[0].account_id) if claimed else None
    if account is None:
        return 0
    done, wait = _done(desk, account, claimed)
    now = desk.clock.now()
    with desk.database.transaction() as conn:
        follow_marks(conn, account, [one for one in done if one.state == "done"], now)
        tables.finish(conn, done, now + pause(max((one.tries for one in done), default=0)))
        if rest := [one for one in claimed if one.id not in {each.id for each in done}]:
            tables.finish(conn, rest, now + pause(0, wait))
    return len(claimed)


def follow_marks(conn: Connection, account: Account, done: Sequence[Mark], moment: datetime) -> None:
    """The mirror has what was just put on the platform; the platform's echo of it finds no difference."""
    if not done:
        return
    ids = sorted({one.contact_id for one in done})
    contact_tables.lock(conn, account.id, ids)
    for some in _apart(done):
        tables.mark_follows(conn, account.id, some, moment)
    sums = Sums()
    told = contacts.read_again(conn, account, {}, [], {}, ids, now=moment, began=moment, sums=sums)
    ask_again(conn, account.id, list(sums.asks), moment)
    intake.put(conn, Lane.LIVE, told)


def _done(desk: Desk, account: Account, claimed: Sequence[Mark]) -> tuple[list[Mark], TryLater | None]:
    """What became of each; those that are not in it were not tried, because the platform asks for a pause."""
    done: list[Mark] = []
    channel: Channel | None = None
    for mark in claimed:
        try:
            channel = channel or desk.opens(account)
            channel.mark(mark.staff_id, mark.contact_id, mark.adds, mark.removes)
        except TryLater as later:
            return done, later
        except Exception as error:
            log.info("marking.failed", account=account.id, exc_info=not isinstance(error, SiyuError))
            why = broken(error, mark.tries)
            failed = replace(mark, tries=mark.tries + 1, code=why.code, reason=why.reason, reason_zh=why.reason_zh)
            done.append(replace(failed, state="failed", done_at=desk.clock.now()) if why.final else failed)
        else:
            done.append(replace(mark, state="done", code=0, reason="", reason_zh="", done_at=desk.clock.now()))
    return done, None


def _apart(done: Sequence[Mark]) -> list[list[Mark]]:
    """Marks of one relation one after the other: an UPDATE sees each row once."""
    rounds: list[dict[tuple[str, str], Mark]] = []
    for mark in done:
        key = (mark.contact_id, mark.staff_id)
        place = next((one for one in rounds if key not in one), None)
        if place is None:
            rounds.append(place := {})
        place[key] = mark
    return [list(one.values()) for one in rounds]
