"""What may be asked of the ledger."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from siyu.loyalty.types.accounts import Account, customer, issuer


class Posting(NamedTuple):
    """One line of a transaction.

    Attributes:
        account: whose.
        amount: what is added, in whole units; below zero it is taken. Never 0.
        available_from: a lot that this makes may be used from then on; ``None``: at once.
        expires_at: and until then; ``None``: for ever.
        lots_of: what is taken is taken first from the lots that this transaction earned; 0: earliest expiry first.
    """

    account: Account
    amount: int
    available_from: datetime | None = None
    expires_at: datetime | None = None
    lots_of: int = 0


def gift(customer_id: int, unit: str, amount: int, expires_at: datetime | None = None) -> tuple[Posting, Posting]:
    """What a customer gets of the issuer; ``expires_at``: see :class:`Posting`."""
    return Posting(customer(customer_id, unit), amount, None, expires_at), Posting(issuer(unit), -amount)


@dataclass(frozen=True, slots=True)
class Request:
    """A transaction to be posted.

    Attributes:
        key: the same key and input again is answered with the first result; 1 to 180 printable characters.
        postings: two or more; they sum to zero in each unit.
        reason: one word on why: ``order``, ``check_in``, ``redemption``.
        source: what it is about, as ``order:taobao:shop:123``; empty when nothing.
        actor: who had it posted.
        effective_at: since when it is true; ``None``: when it is posted.
        via: id of the identifier through which it came; a split gives back by it. 0 for none.
    """

    key: str
    postings: tuple[Posting, ...]
    reason: str
    source: str = ""
    actor: str = "system:siyu"
    effective_at: datetime | None = None
    via: int = 0


@dataclass(frozen=True, slots=True)
class Hold:
    """Some of what a customer has, to be set aside until it is confirmed, released, or its time is over.

    Attributes:
        key: as of a request.
        account: a customer's.
        amount: above 0.
        until: when it is released by itself.
        reason: one word on why.
        source: what it is about.
        actor: who.
        via: id of an identifier, 0 for none.
    """

    key: str
    account: Account
    amount: int
    until: datetime
    reason: str
    source: str = ""
    actor: str = "system:siyu"
    via: int = 0


@dataclass(frozen=True, slots=True)
class Confirm:
    """What is held goes where it was held for; what is not confirmed of it goes back to its lots.

    Attributes:
        key: as of a request.
        hold_id: the transaction that held it.
        to: the account that gets it, of the same unit.
        amount: so much of it; ``None``: all.
        actor: who.
    """

    key: str
    hold_id: int
    to: Account
    amount: int | None = None
    actor: str = "system:siyu"


@dataclass(frozen=True, slots=True)
class Release:
    """What is held goes back to its lots."""

    key: str
    hold_id: int
    actor: str = "system:siyu"


@dataclass(frozen=True, slots=True)
class Undo:
    """A transaction taken back, in whole (a reversal, once) or in part, by a new one.

    What was taken from lots goes back to the same lots; what was given is taken from the lots that it made, then from
    others, and what is not there any more is owed.

    Attributes:
        key: as of a request.
        transaction_id: which.
        amount: so much of it, above 0; ``None``: all. In part only where two accounts take part in the unit.
        unit: which of its units, needed when there are several and an amount is given.
        reason: one word on why.
        source: what it is about.
        actor: who.
        effective_at: since when it is true; ``None``: when it is posted.
    """

    key: str
    transaction_id: int
    amount: int | None = None
    unit: str | None = None
    reason: str = "refund"
    source: str = ""
    actor: str = "system:siyu"
    effective_at: datetime | None = None
