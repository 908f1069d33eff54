"""What the ledger answers."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar, Literal, NamedTuple

from siyu.kernel.errors import SiyuError
from siyu.loyalty.types.accounts import Account


class NotEnough(SiyuError):
    """More is wanted of an account than is there to be taken."""

    status: ClassVar[int] = 409
    en = "{account} has {available} to take, and {wanted} are wanted. Take less, or wait until more is there."
    zh = "账户 {account} 可用 {available}，不足 {wanted}。请减少数量，或待余额充足后重试。"


class Change(NamedTuple):
    """One posting as it was made.

    Attributes:
        account: the account it went to; of somebody merged away, their successor's.
        amount: what was added.
        balance: of the account after it; ``None`` for accounts whose balance is counted later.
    """

    account: Account
    amount: int
    balance: int | None


@dataclass(frozen=True, slots=True)
class Posted:
    """A transaction that is in the ledger (or would be, of a dry run).

    Attributes:
        key: of the request.
        transaction_id: 0 of a dry run.
        changes: its postings.
        repeated: it was there before.
    """

    key: str
    transaction_id: int
    changes: tuple[Change, ...]
    repeated: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class NotPosted:
    """A request of which nothing was posted, and why."""

    key: str
    error: SiyuError


@dataclass(frozen=True, slots=True)
class AccountRead:
    """How an account stands.

    Attributes:
        account: which.
        account_id: its id; 0 when nothing was ever posted to it.
        balance: the sum of its postings.
        available: what can be spent now.
        pending: in lots that can be spent only later.
        held: set aside by holds.
        owed: what a later credit pays first.
        next_expiry: when the next of its lots ends, ``None`` when none does.
    """

    account: Account
    account_id: int
    balance: int
    available: int
    pending: int
    held: int
    owed: int
    next_expiry: datetime | None


@dataclass(frozen=True, slots=True)
class LotRead:
    """What one credit gave, and what is left of it."""

    id: int
    amount: int
    remaining: int
    available_from: datetime | None
    expires_at: datetime | None
    earned_by: int
    reason: str
    source: str
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class HoldRead:
    """Something held; ``id`` is that of the transaction that held it."""

    id: int
    account: Account
    amount: int
    until: datetime
    state: Literal["open", "confirmed", "released", "ran_out"]
    reason: str
    source: str
    held_at: datetime
    settled_by: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One posting of an account with the transaction it is part of.

    Attributes:
        kind: ``posted``, ``held``, ``confirmed``, ``released``, ``ran_out``, ``reversed``, ``undone``, ``expired``,
            ``merged`` or ``split``.
        of: the transaction that it settles, takes back or gives back; ``None`` for none.
    """

    transaction_id: int
    place: int
    amount: int
    balance: int | None
    kind: str
    reason: str
    source: str
    actor: str
    key: str
    of: int | None
    effective_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries, newest first; ``next`` is the cursor of the following page, ``None`` at the end."""

    entries: tuple[Entry, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Why:
    """Why an account has the balance it has: its lots that are not used up, and what is held."""

    standing: AccountRead
    lots: tuple[LotRead, ...]
    holds: tuple[HoldRead, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the ledger that is not as it was written.

    Attributes:
        what: a short code: ``block``, ``sum``, ``balance``, ``lot``, ``hold``, ``missing`` …
        where: which block, transaction, account, lot or hold.
        en: the sentence.
        zh: the sentence.
    """

    what: str
    where: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check of the whole ledger found.

    Attributes:
        transactions: how many are sealed.
        unsealed: how many wait for the sealer.
        block: number of the last block, 0 when there is none.
        hash: its hash in hexadecimal; whoever keeps it elsewhere can prove later that nothing before it was changed.
        findings: empty when everything is as it was written.
    """

    transactions: int
    unsealed: int
    block: int
    hash: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """A check of the whole ledger that was made.

    Attributes:
        actor: who had it made.
        block: number of the last block then, with its hash.
        anchor: the block whose hash was noted before and compared; ``None``: none was.
        findings: how many; 0: nothing was changed.
        first: the first of them, in words.
    """

    id: int
    began_at: datetime
    ended_at: datetime
    actor: str
    transactions: int
    unsealed: int
    block: int
    hash: str
    anchor: int | None
    findings: int
    first: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Sealed:
    """How far the ledger is sealed.

    Attributes:
        block: number of the last block, 0 when there is none.
        hash: its hash in hexadecimal.
        at: when it was sealed; ``None`` when there is none.
        waiting: how many transactions wait for the sealer.
    """

    block: int
    hash: str
    at: datetime | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Cohort:
    """People who first had some of a unit in one month of the brand's.

    Attributes:
        month: its first day.
        people: how many accounts; of people who were merged each counts where it began.
        issued: what they got in the span that was asked for, less what was taken back.
        spent: what they used or have held, less what came back.
        expired: what ended unused.
        left: what they have now.
        owed: what they owe now.
    """

    month: date
    people: int
    issued: int
    spent: int
    expired: int
    left: int
    owed: int


@dataclass(frozen=True, slots=True)
class Week:
    """What came and went in one week of the brand's, which begins with Monday.

    Attributes:
        start: its first day.
        issued: what people got, less what was taken back.
        spent: what they used or have held, less what came back.
        expired: what ended unused.
        left: what all had at its end, or at the end of the span, less what some owed.
    """

    start: date
    issued: int
    spent: int
    expired: int
    left: int


@dataclass(frozen=True, slots=True)
class Flows:
    """What became of a unit; ``held``: of what is spent, so much is only held. ``weeks`` has no gaps."""

    unit: str
    cohorts: tuple[Cohort, ...]
    held: int
    weeks: tuple[Week, ...]


@dataclass(frozen=True, slots=True)
class ByHand:
    """A posting that somebody asked for by hand, with what became of it.

    Attributes:
        amount: what the account is to get; below zero it is taken.
        reason: in the asker's words.
        asked_by: who asked.
        decided_by: who decided; the asker themselves up to the unit's limit. Empty while it waits.
    """

    id: int
    key: str
    account: Account
    amount: int
    expires_at: datetime | None
    reason: str
    asked_by: str
    asked_at: datetime
    state: Literal["waiting", "posted", "refused"]
    decided_by: str
    decided_at: datetime | None
    transaction_id: int | None


@dataclass(frozen=True, slots=True)
class MonthLine:
    """How much of a unit rules would have given in the time that was looked at, and those in force."""

    unit: str
    amount: int
    in_force: int


@dataclass(frozen=True, slots=True)
class MonthPreview:
    """What rules would have given last month, if they had been in force.

    Attributes:
        first: the first day of that month,
        last: and its last, on the brand's clock.
        counted: orders, or days on which somebody checked in.
        people: whom they would have given something.
        lines: by unit.
    """

    first: date
    last: date
    counted: int
    people: int
    lines: tuple[MonthLine, ...]
