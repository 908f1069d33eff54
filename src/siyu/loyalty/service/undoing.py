"""Taking back a transaction, in whole or in part, by a new one that names it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.kernel.errors import BadInput, Conflict, IdempotencyMismatch, NotFound, SiyuError
from siyu.loyalty.rules import checking
from siyu.loyalty.rules.drafts import Draft, Leg
from siyu.loyalty.service.booking import book
from siyu.loyalty.store import journal
from siyu.loyalty.store.journal import Original
from siyu.loyalty.types import ACCOUNT_KINDS, Account, NotPosted, Posted, Undo

_MAY_BE: Final = frozenset({"posted", "confirmed", "expired"})


def undo(conn: Connection, wanted: Sequence[Undo], now: datetime, *, dry_run: bool = False) -> list[Posted | NotPosted]:
    """Take transactions back, each by a new one that names it; one answer each, in order.

    What was spent goes back to the lots from which it came; one that has expired meanwhile expires again, unless its unit
    has days of grace. What was given is taken from the lots that it made, then from others; what is spent already is owed,
    and later credits pay it first. In whole once, and only what was not taken back in part; in parts up to the whole.
    NotPosted is what is reversed already (``Conflict``), too much (``Conflict``), or unknown (``NotFound``).

    Idempotent by key. Two of one transaction in one batch are taken one after the other.

    Raises:
        BadInput: one cannot be understood; nothing of the batch was taken back.
    """
    for one in wanted:
        checking.check_words(one.key, one.reason, one.source, one.effective_at)
        if one.amount is not None:
            checking.check_above_zero(one.key, one.amount)
    if not wanted:
        return []
    ids = sorted({one.transaction_id for one in wanted})
    originals = journal.lock_originals(conn, ids)
    known, _ = journal.known(conn, [one.key for one in wanted], [])
    reversed_, parts = journal.undone(conn, ids)
    ledger = _Undoing(originals, reversed_, parts, journal.whereabouts(conn, ids), now)
    answers: dict[int, Posted | NotPosted] = {}
    drafts: dict[int, Draft] = {}
    for place, one in enumerate(wanted):
        before = known.get(one.key)
        if before is not None and before.input_hash != _hash(one):
            answers[place] = NotPosted(one.key, IdempotencyMismatch(key=one.key))
        elif before is not None:
            answers[place] = Posted(one.key, before.id, journal.changes_of(conn, [before.id])[before.id], repeated=True)
        else:
            try:
                drafts[place] = ledger.draft(one)
            except SiyuError as error:
                answers[place] = NotPosted(one.key, error)
    booked = book(conn, list(drafts.values()), now, dry_run=dry_run) if drafts else []
    answers |= dict(zip(drafts, booked, strict=True))
    return [answers[place] for place in range(len(wanted))]


def _hash(one: Undo) -> bytes:
    said = (one.transaction_id, one.amount, one.unit, one.reason, one.source, one.effective_at)
    return checking.hash_of("undone", said)


class _Undoing:
    """Drafts that take transactions back, one after the other."""

    def __init__(
        self,
        originals: Mapping[int, Original],
        reversed_: set[int],
        parts: Mapping[tuple[int, str], int],
        whereabouts: Mapping[int, Account],
        now: datetime,
    ) -> None:
        self._originals, self._reversed, self._where, self._now = originals, reversed_, whereabouts, now
        self._parts = defaultdict(int, parts)

    def draft(self, one: Undo) -> Draft:
        """What takes it back.

        Raises:
            NotFound, Conflict, BadInput: why it cannot be.
        """
        original = self._originals.get(one.transaction_id)
        if original is None:
            raise NotFound(what="transaction", what_zh="账务记录", key=one.transaction_id)
        if original.kind not in _MAY_BE:
            raise Conflict(
                reason=f"transaction {original.id} is '{original.kind}' and cannot be taken back; post anew instead.",
                reason_zh=f"账务记录 {original.id} 的类型为“{original.kind}”，不能撤回；请重新记账。",
            )
        if original.id in self._reversed:
            raise Conflict(
                reason=f"transaction {original.id} is reversed already.", reason_zh=f"账务记录 {original.id} 已被冲正。"
            )
        net = _net(original)
        if one.amount is None:
            self._check_whole(original, net)
            self._reversed.add(original.id)
            amounts = [(account, -amount) for account, amount in net.items()]
        else:
            amounts = self._part(one, original, net, one.amount)
        legs = tuple([self._leg(original, account, amount) for account, amount in amounts])
        kind = "reversed" if one.amount is None else "undone"
        return Draft(
            one.key, _hash(one), kind, legs, one.reason, one.source, one.actor, original.via, original.id,
            one.effective_at or self._now,
        )  # fmt: skip

    def _check_whole(self, original: Original, net: Mapping[Account, int]) -> None:
        for unit in sorted({account.unit for account in net}):
            if before := self._parts[original.id, unit]:
                raise Conflict(
                    reason=f"{before} {unit} of transaction {original.id} was taken back in part; take back the rest as a part.",
                    reason_zh=f"账务记录 {original.id} 已部分撤回 {before} {unit}，请按剩余数量撤回。",
                )

    def _part(
        self, one: Undo, original: Original, net: Mapping[Account, int], amount: int
    ) -> list[tuple[Account, int]]:
        units = sorted({account.unit for account in net})
        unit = one.unit or units[0]
        sides = [(account, count) for account, count in net.items() if account.unit == unit]
        if (one.unit is None and len(units) > 1) or len(sides) != 2:
            raise BadInput(
                reason=f"a part of transaction {original.id} needs a unit in which two accounts take part: "
                f"{', '.join(units)}. Otherwise take it back in whole.",
                reason_zh=f"部分撤回账务记录 {original.id} 须指定恰有两个账户参与的单位：{'、'.join(units)}；否则请整笔撤回。",
            )
        left = abs(sides[0][1]) - self._parts[original.id, unit]
        if amount > left:
            raise Conflict(
                reason=f"of transaction {original.id}, {left} {unit} can still be taken back, not {amount}.",
                reason_zh=f"账务记录 {original.id} 剩余可撤回 {left} {unit}，不足 {amount}。",
            )
        self._parts[original.id, unit] += amount
        return [(account, -amount if count > 0 else amount) for account, count in sides]

    def _leg(self, original: Original, account: Account, amount: int) -> Leg:
        kind = ACCOUNT_KINDS[account.kind]
        if amount > 0 and kind.lots:
            taken_by = original.of_id if original.kind == "confirmed" and original.of_id else original.id
            return Leg(account, amount, how="back", of=taken_by)
        if amount < 0 and kind.may_owe:
            moved = self._where.get(original.id)
            if kind.lots and moved is not None and moved.unit == account.unit:
                account = moved
            return Leg(account, amount, how="claw", of=original.id)
        return Leg(account, amount)


def _net(original: Original) -> dict[Account, int]:
    """What it came to, by account; what was held counts as the customer's, who had it."""
    net: dict[Account, int] = defaultdict(int)
    for _, account, amount in original.changes:
        net[account._replace(kind="customer") if account.kind == "held" else account] += amount
    return {account: amount for account, amount in net.items() if amount}
