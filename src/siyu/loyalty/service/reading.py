"""Balances, now and at any moment, and why they are what they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection

from siyu.engines.cursor import decode_cursor, encode_cursor
from siyu.identity import service as identity
from siyu.kernel.errors import NotFound
from siyu.loyalty.rules import checking
from siyu.loyalty.store import accounts as tables
from siyu.loyalty.store import blocks, journal, reading
from siyu.loyalty.store.accounts import Found
from siyu.loyalty.types import ACCOUNT_KINDS, Account, AccountRead, EntryPage, Sealed, Why, customer, held
from siyu.loyalty.types.accounts import OF_CUSTOMERS

_MOST: Final = 500


def balances(conn: Connection, accounts: Sequence[Account], now: datetime) -> list[AccountRead]:
    """How accounts stand now, in order; one to which nothing was ever posted stands at 0.

    Args:
        conn: an open transaction.
        accounts: of customers as OneID knows them now.
        now: the present: what is available depends on it.
    """
    asked = [*accounts, *(held(one.owner, one.unit) for one in accounts if ACCOUNT_KINDS[one.kind].lots)]
    found = tables.find(conn, asked)
    with_lots = [one.id for one in found.values() if ACCOUNT_KINDS[one.account.kind].lots]
    lots = reading.lot_sums(conn, with_lots, now) if with_lots else {}
    answer = []
    for account in accounts:
        one = found.get(account)
        if one is None:
            answer.append(AccountRead(account, 0, 0, 0, 0, 0, 0, None))
            continue
        kind = ACCOUNT_KINDS[account.kind]
        balance = tables.counted_balance(conn, one.id) if kind.counted else one.balance
        aside = found.get(held(account.owner, account.unit)) if kind.lots else None
        sums = lots.get(one.id)
        answer.append(
            AccountRead(
                account=account,
                account_id=one.id,
                balance=balance,
                available=(int(sums.available) if sums else 0) if kind.lots else max(balance, 0),
                pending=int(sums.pending) if sums else 0,
                held=aside.balance if aside else 0,
                owed=max(-balance, 0) if kind.may_owe else 0,
                next_expiry=sums.next_expiry if sums else None,
            )
        )
    return answer


def accounts_of(conn: Connection, customer_id: int, now: datetime) -> list[AccountRead]:
    """How every account of a customer stands, by unit; the id of somebody merged away leads to who stayed.

    Raises:
        NotFound: nobody ever had this id.
    """
    living = identity.living(conn, customer_id)
    found = [one.account for one in tables.of_owner(conn, OF_CUSTOMERS, [living]) if one.account.kind != "held"]
    return balances(conn, found, now)


def accounts_of_things(
    conn: Connection, kind: Literal["budget", "stock"], now: datetime, *, cursor: str | None = None, limit: int = 50
) -> tuple[list[AccountRead], str | None]:
    """How budgets or stocks stand, by the thing whose they are, with the cursor of the next page.

    Raises:
        BadInput: the cursor is none of ours.
    """
    limit = max(1, min(limit, _MOST))
    place = decode_cursor(cursor, int, str) or (0, "")
    found = tables.of_things(conn, kind, (int(place[0]), str(place[1])), limit + 1)
    shown = found[:limit]
    last = shown[-1] if len(found) > limit else None
    return balances(conn, shown, now), encode_cursor([last.owner, last.unit]) if last else None


def sealed(conn: Connection) -> Sealed:
    """How far the ledger is sealed; whether nothing was changed since, only :func:`verify` knows."""
    return blocks.last_sealed(conn)


def balance_at(
    conn: Connection, account: Account, at: datetime, *, by: Literal["effective", "recorded"] = "effective"
) -> int:
    """The balance of an account at a moment.

    By effective time: what was true then, as it is known now. By recorded time: what the ledger said then. What was
    merged into the account counts from the merge on.

    Raises:
        BadInput: there can be no such account.
    """
    one = _found(conn, account)
    return reading.balance_at(conn, one.id, at, by) if one else 0


def entries(conn: Connection, account: Account, *, cursor: str | None = None, limit: int = 50) -> EntryPage:
    """The postings of an account, newest first.

    Args:
        conn: an open transaction.
        account: which.
        cursor: ``next`` of the page before; ``None`` for the first.
        limit: 1 to 500.

    Raises:
        BadInput: there can be no such account, or the cursor is none of ours.
    """
    limit = max(1, min(limit, _MOST))
    place = decode_cursor(cursor, int, int)
    one = _found(conn, account)
    if one is None:
        return EntryPage((), None)
    found = reading.entries(conn, one.id, (int(place[0]), int(place[1])) if place else None, limit + 1)
    shown = found[:limit]
    last = shown[-1] if len(found) > limit else None
    return EntryPage(tuple(shown), encode_cursor([last.transaction_id, last.place]) if last else None)


def why(conn: Connection, account: Account, now: datetime) -> Why:
    """Why an account has the balance it has: what is left of each credit, and what is set aside; up to 500 of each.

    Raises:
        BadInput: there can be no such account.
    """
    one = _found(conn, account)
    if one is None:
        return Why(AccountRead(account, 0, 0, 0, 0, 0, 0, None), (), ())
    standing = balances(conn, [one.account], now)[0]
    return Why(standing, tuple(reading.lots(conn, one.id, _MOST)), tuple(reading.holds(conn, one.id, _MOST)))


def posted(conn: Connection, key: str) -> int:
    """The transaction that was posted under a key.

    Raises:
        NotFound: none was.
    """
    found = reading.transaction_of_key(conn, key)
    if found is None:
        raise NotFound(what="transaction with the key", what_zh="以下键对应的账务记录：", key=key)
    return found


def posted_under(conn: Connection, keys: Sequence[str]) -> dict[str, int]:
    """By key, the transactions that were posted under keys; one under which none was is absent."""
    known, _ = journal.known(conn, keys, [])
    return {key: one.id for key, one in known.items()}


def _found(conn: Connection, account: Account) -> Found | None:
    checking.check_account(account)
    return tables.find(conn, [account]).get(account)


def account_of(conn: Connection, customer_id: int, unit: str) -> Account:
    """A customer's account in a unit; the id of somebody merged away leads to who stayed.

    Raises:
        NotFound: nobody ever had this id.
        BadInput: there can be no such unit.
    """
    checking.unit_kind(unit)
    return customer(identity.living(conn, customer_id), unit)
