"""What has expired is posted away, account by account, in batches."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import Connection

from siyu.loyalty.rules import checking
from siyu.loyalty.rules.drafts import Draft, Leg
from siyu.loyalty.service.booking import book
from siyu.loyalty.store import accounts as tables
from siyu.loyalty.store import lots
from siyu.loyalty.types import Account, expired


def expire_due(conn: Connection, now: datetime, *, limit: int = 5000) -> int:
    """Post away what is left of lots that have expired, of up to ``limit`` lots' accounts; returns of how many lots.

    Safe to repeat, and several may run at once: whoever gets an account first does its lots.
    """
    ids = lots.accounts_with_expired(conn, now, limit)
    if not ids:
        return 0
    tables.lock(conn, ids)
    by_account: dict[Account, list[tuple[int, int]]] = defaultdict(list)
    for _, account, lot_id, remaining in lots.expired(conn, ids, now):
        by_account[account].append((lot_id, remaining))
    drafts = [_draft(account, found, now) for account, found in by_account.items()]
    book(conn, drafts, now)
    return sum(len(draft.legs[0].lots) for draft in drafts)


def _draft(account: Account, found: list[tuple[int, int]], now: datetime) -> Draft:
    total = sum(remaining for _, remaining in found)
    ids = tuple([lot_id for lot_id, _ in found])
    # A lot may expire twice, when something is given back to it: what was left of it tells the two apart.
    hash_ = checking.hash_of("expired", [*account, found, now])
    legs = (Leg(account, -total, how="lots", lots=ids), Leg(expired(account.unit), total))
    return Draft(f"expired:{hash_.hex()}", hash_, "expired", legs, "expired", "", "system:siyu", 0, None, now)
