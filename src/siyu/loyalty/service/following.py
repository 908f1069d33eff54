"""The ledger follows when OneID merges people, and gives back by evidence when it splits them. All by postings."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from siyu.identity import service as identity
from siyu.loyalty.rules import checking
from siyu.loyalty.rules.drafts import Draft, Leg
from siyu.loyalty.service.booking import book
from siyu.loyalty.store import accounts as tables
from siyu.loyalty.store import lots
from siyu.loyalty.store.accounts import Found
from siyu.loyalty.types import ACCOUNT_KINDS
from siyu.loyalty.types.accounts import OF_CUSTOMERS


def reassign(conn: Connection, merged: Sequence[tuple[int, int]], now: datetime) -> None:
    """After merges: what the losers have, hold and owe is posted to the winners', lots with their terms.

    Whatever is posted to a loser's account from then on is posted to the winner's. What one of them owes is paid with what
    the other has. Safe to repeat.

    Args:
        conn: an open transaction that is alone with the people, see :func:`siyu.identity.service.hold_people`.
        merged: (loser, winner); chains within them are followed.
        now: the present.
    """
    final = identity.ends_of(merged)
    if not final:
        return
    old = tables.of_owner(conn, OF_CUSTOMERS, list(final))
    if not old:
        return
    wanted = {one.id: one.account._replace(owner=final[one.account.owner]) for one in old}
    tables.make(conn, set(wanted.values()), [kind.name for kind in ACCOUNT_KINDS.values() if kind.may_owe])
    new = {one.account: one for one in tables.find(conn, list(set(wanted.values()))).values()}
    locked = tables.lock(conn, [*wanted, *(one.id for one in new.values())])
    drafts = [_merging(one, new[wanted[one.id]], now) for one in locked if one.id in wanted and one.balance]
    book(conn, drafts, now)
    tables.move(conn, list(wanted), [new[account].id for account in wanted.values()])


def _merging(one: Found, into: Found, now: datetime) -> Draft:
    hash_ = checking.hash_of("merged", [one.id, into.id])
    legs = (Leg(one.account, -one.balance, how="move"), Leg(into.account, one.balance, how="move"))
    source = f"account:{one.id}"
    return Draft(f"merged:{one.id}", hash_, "merged", legs, "merged", source, "system:siyu", 0, None, now)


def split(conn: Connection, parted: Iterable[tuple[int, int, Sequence[int]]], now: datetime) -> None:
    """After splits: what is left of what was earned through the identifiers that went goes with them, lots with their terms.

    What was spent stays spent, and what is owed stays owed, with the one who stays. Safe to repeat.

    Args:
        conn: an open transaction that is alone with the people.
        parted: (customer who stays, customer who gets the identifiers, identifiers that went).
        now: the present.
    """
    with_lots = [kind.name for kind in ACCOUNT_KINDS.values() if kind.lots]
    for stays, other, identifier_ids in parted:
        if stays == other:
            continue
        had = {one.id: one for one in tables.of_owner(conn, with_lots, [stays])}
        if not had:
            continue
        tables.lock(conn, had)
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for account_id, lot_id, remaining in lots.came_through(conn, list(had), list(identifier_ids)):
            found[account_id].append((lot_id, remaining))
        book(conn, [_parting(had[one], other, went, now) for one, went in found.items()], now)


def _parting(one: Found, other: int, went: list[tuple[int, int]], now: datetime) -> Draft:
    total = sum(remaining for _, remaining in went)
    ids = tuple([lot_id for lot_id, _ in went])
    hash_ = checking.hash_of("split", [one.id, other, went, now])
    legs = (
        Leg(one.account, -total, how="move", lots=ids),
        Leg(one.account._replace(owner=other), total, how="move"),
    )
    source = f"account:{one.id}"
    return Draft(f"split:{hash_.hex()}", hash_, "split", legs, "split", source, "system:siyu", 0, None, now)
