"""Walks: one reconcile of an account, in pieces that are each durable."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from siyu.channels import registry
from siyu.channels.store import code_checks
from siyu.channels.store import contacts as contact_tables
from siyu.channels.store import rereads as tables
from siyu.channels.store.codes import notify as notify_codes
from siyu.channels.types.declared import Capability
from siyu.channels.types.handed import Account
from siyu.channels.types.mirrored import Mirrored, Walk
from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.jobs import LONG, defer

RECONCILE: Final = "channels.reconcile"  # name of the job
_SEEN: Final = frozenset({Capability.STAFF, Capability.CONTACTS, Capability.TAGS, Capability.GROUPS})
_OUTDATED: Final = timedelta(hours=20)  # a walk that stood still so long would end what has come since
_MOST_UNSEEN: Final = 5000


def ask_reconcile(conn: Connection, account: Account) -> bool:
    """Have the worker reconcile an account soon, with this transaction.

    False when one waits already, or when the channel holds nothing that is mirrored.
    """
    if not _SEEN & registry.about(account.channel).capabilities:
        return False
    job = defer(conn, RECONCILE, {"account_id": account.id}, once=f"{RECONCILE}:{account.id}", queue=LONG)
    return job is not None


def order_reconcile(conn: Connection, principal: Principal, account: Account, now: datetime) -> bool:
    """The same by an operator; the wish goes into the audit.

    Raises:
        NotAllowed: without the right ``channels.manage``.
    """
    access.require(principal, "channels.manage")
    queued = ask_reconcile(conn, account)
    target, details = f"channel:{account.id}", {"channel": account.channel}
    access.record(
        conn, actor=principal.actor, action="channel.reconcile_asked", target=target, details=details, now=now
    )
    return queued


def begin_walk(conn: Connection, account_id: int, now: datetime) -> Walk:
    """The walk of an account that was interrupted, or a new one. The caller sees to it that only one works on it.

    With a new one the entry codes are read again too, by whoever keeps them true.
    """
    found = tables.running_walk(conn, account_id)
    if found is not None and now - found.moved_at <= _OUTDATED:
        return found
    if found is not None:
        problem = {
            "code": "Outdated",
            "message": "It was interrupted, and not gone on with in time; a new one began.",
            "message_zh": "对账被中断且未能及时继续，已重新开始。",
            "details": {},
        }
        tables.end_walk(conn, found.id, "failed", problem, now)
    if code_checks.ask_all(conn, account_id, now):
        notify_codes(conn, 0)
    return tables.begin_walk(conn, account_id, now)


def move_walk(conn: Connection, walk: Walk, cursor: str, piece: Mirrored, now: datetime) -> Walk:
    """One more piece is mirrored, in this transaction; returns the walk as it is now."""
    counts = dict(walk.counts)
    added = {**piece.seen, "began": piece.began, "ended": piece.ended, "messages": piece.messages, "pieces": 1}
    for name, count in added.items():
        counts[name] = counts.get(name, 0) + count
    unseen = _with(walk.unseen, piece.unseen)
    tables.move_walk(conn, walk.id, cursor, counts, unseen, now)
    state, began = walk.state, walk.began_at
    return Walk(walk.id, walk.account_id, state, cursor, counts, unseen, None, began, now, None)


def end_walk(conn: Connection, walk: Walk, now: datetime, problem: Mapping[str, Any] | None = None) -> None:
    """It is done, or failed with this problem (an error as JSON).

    Whom it did not meet and nobody serves is no contact any more, unless there is staff whose contacts could not be seen.
    """
    if problem is None and all(one["kind"] != "staff" for one in walk.unseen):
        contact_tables.end_unserved(conn, walk.account_id, walk.began_at)
    tables.end_walk(conn, walk.id, "failed" if problem else "done", problem, now)


def _with(known: Sequence[Mapping[str, str]], new: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Each object once; what a piece says again after an interruption is no second one."""
    found = {(one["kind"], one["id"]): one for one in (*known, *new)}
    return list(found.values())[:_MOST_UNSEEN]
