"""Every change of the ledger goes through :func:`book`: accounts are locked, what happens is decided, all is written at once.

Statements of a batch, whatever its size: accounts are locked (1), keys and lots are looked up (1), everything is written
(1, between two for a savepoint). A single credit needs the first and the last. New accounts, things given back, and people
who were merged away meanwhile cost further ones.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from siyu.engines.postgres import savepoint
from siyu.identity import service as identity
from siyu.kernel.errors import IdempotencyMismatch, NotFound, SiyuError, TryLater
from siyu.loyalty.rules.booking import Booking
from siyu.loyalty.rules.drafts import Booked, Draft, Lot, Standing
from siyu.loyalty.store import accounts as tables
from siyu.loyalty.store import journal
from siyu.loyalty.types import ACCOUNT_KINDS, Account, Change, NotPosted, Posted

_BELOW_ZERO: Final = [kind.name for kind in ACCOUNT_KINDS.values() if kind.may_go_negative or kind.may_owe]
_ATTEMPTS: Final = 3

Answer = Posted | NotPosted


class _Raced(Exception):
    """Somebody else used one of the keys at this moment."""


def book(conn: Connection, drafts: Sequence[Draft], now: datetime, *, dry_run: bool = False) -> list[Answer]:
    """Book drafts in their order, each whole or not at all; one answer each.

    Args:
        conn: an open transaction of isolation READ COMMITTED; the accounts stay locked until its end.
        drafts: checked ones.
        now: the present.
        dry_run: decide and answer the same, and write nothing.
    """
    answers: dict[str, Answer] = {}
    firsts: dict[str, Draft] = {}
    for draft in drafts:
        firsts.setdefault(draft.key, draft)
    for attempt in range(_ATTEMPTS):
        try:
            answers = _attempt(conn, list(firsts.values()), now, dry_run=dry_run, again=attempt > 0)
            break
        except _Raced:
            continue
    else:
        raise TryLater(
            reason="Others post with the same keys at this moment.",
            reason_zh="其他请求正使用相同的键记账。",
            retry_after=1,
        )
    return [_answer(draft, firsts[draft.key], answers[draft.key]) for draft in drafts]


def _answer(draft: Draft, first: Draft, answer: Answer) -> Answer:
    """Of several drafts with one key in a batch the first is booked, and the others are its repeats."""
    if draft is first or (isinstance(answer, NotPosted) and draft.input_hash == first.input_hash):
        return answer
    if draft.input_hash != first.input_hash:
        return NotPosted(draft.key, IdempotencyMismatch(key=draft.key))
    assert isinstance(answer, Posted)
    return Posted(answer.key, answer.transaction_id, answer.changes, repeated=True)


def _attempt(
    conn: Connection, drafts: Sequence[Draft], now: datetime, *, dry_run: bool, again: bool
) -> dict[str, Answer]:
    standings, ids, refused = _accounts(conn, drafts, dry_run=dry_run)
    answers: dict[str, Answer] = {one.key: one for one in refused}
    asked = [draft for draft in drafts if draft.key not in answers]
    simple = len(asked) == 1 and all(
        leg.how == "plain" and _only_adds(leg.account, leg.amount) for leg in asked[0].legs
    )
    if not simple or dry_run or again:
        answers |= _look_up(conn, asked, standings)
        asked = [draft for draft in asked if draft.key not in answers]
    booking = Booking(standings, _taken(conn, asked, standings), _grace(conn, asked), now)
    booked: list[Booked] = []
    for draft, transaction_id in zip(asked, ids, strict=False):
        try:
            booked.append(booking.book(draft, transaction_id))
        except SiyuError as error:
            answers[draft.key] = NotPosted(draft.key, error)
    if booked and not dry_run:
        _write(conn, booked, now)
    for one in booked:
        changes = tuple([Change(line.standing.account, line.amount, line.balance) for line in one.lines])
        answers[one.draft.key] = Posted(one.draft.key, 0 if dry_run else one.id, changes)
    return answers


def _only_adds(account: Account, amount: int) -> bool:
    return amount > 0 or ACCOUNT_KINDS[account.kind].counted


def _write(conn: Connection, booked: Sequence[Booked], now: datetime) -> None:
    changed = {
        line.standing.id: line.standing
        for one in booked
        for line in one.lines
        if not ACCOUNT_KINDS[line.standing.account.kind].counted
    }
    standings = [changed[place] for place in sorted(changed)]
    if len(booked) == 1:  # nothing is written of one whose key is there
        whole = journal.write(conn, booked, standings, now)
        if not whole:
            raise _Raced
        return
    with savepoint(conn):
        if not journal.write(conn, booked, standings, now):
            raise _Raced


def _accounts(
    conn: Connection, drafts: Sequence[Draft], *, dry_run: bool
) -> tuple[dict[Account, Standing], list[int], list[NotPosted]]:
    """Every account of the drafts, locked; ids for the transactions; and those drafts of which an account cannot be."""
    wanted = {leg.account for draft in drafts for leg in draft.legs}
    counted = [one for one in wanted if ACCOUNT_KINDS[one.kind].counted]
    guarded = [one for one in wanted if not ACCOUNT_KINDS[one.kind].counted]
    found, ids = tables.take(conn, guarded, counted, len(drafts))
    known = {one.account: one for one in found}
    refused: list[NotPosted] = []
    aliases: dict[Account, Account] = {}
    if missing := wanted - known.keys():
        aliases, impossible = _possible(conn, missing)
        refused = _refused(drafts, impossible)
        known |= _made(conn, {aliases.get(one, one) for one in missing - impossible.keys()}, dry_run=dry_run)
    standings = _standings(conn, known)
    return standings | {old: standings[new] for old, new in aliases.items()}, ids, refused


def _made(conn: Connection, new: set[Account], *, dry_run: bool) -> dict[Account, tables.Found]:
    """Accounts made (or only thought of, in a dry run) where there were none, and locked."""
    if new and not dry_run:
        tables.make(conn, new, _BELOW_ZERO)
    counted = [one for one in new if ACCOUNT_KINDS[one.kind].counted]
    found, _ = tables.take(conn, [one for one in new if one not in counted], counted, 0)
    there = {one.account: one for one in found}
    return {account: there.get(account) or tables.Found(0, account, 0, None) for account in new}


def _standings(conn: Connection, known: Mapping[Account, tables.Found]) -> dict[Account, Standing]:
    """Accounts as they are booked on: those of somebody merged away are their successor's."""
    moved = {one.moved_to for one in known.values() if one.moved_to is not None}
    successors = {one.id: one for one in tables.lock(conn, moved)} if moved else {}
    by_id: dict[int, Standing] = {}
    standings: dict[Account, Standing] = {}
    for account, found in known.items():
        there = found if found.moved_to is None else successors[found.moved_to]
        fresh = Standing(there.id, there.account, there.balance)
        standings[account] = by_id.setdefault(there.id, fresh) if there.id else fresh
    return standings


def _possible(conn: Connection, missing: Iterable[Account]) -> tuple[dict[Account, Account], dict[Account, SiyuError]]:
    """Of accounts that are not there yet: whose they are if their owner was merged away, and which cannot be."""
    units = {unit.code for unit in tables.units(conn)}
    impossible: dict[Account, SiyuError] = {
        one: NotFound(what="unit", what_zh="单位", key=one.unit) for one in missing if one.unit not in units
    }
    owned = [one for one in missing if ACCOUNT_KINDS[one.kind].owner == "customer"]
    aliases: dict[Account, Account] = {}
    if owned:
        identity.hold_people(conn, alone=False)  # nobody is merged away while accounts are made for them
        owners = sorted({one.owner for one in owned})
        moved = identity.living_of(conn, owners)
        there = set(identity.existing(conn, owners))
        for one in owned:
            living = moved.get(one.owner, one.owner)
            if living not in there:
                impossible[one] = NotFound(what="customer", what_zh="客户", key=one.owner)
            elif living != one.owner:
                aliases[one] = one._replace(owner=living)
    return aliases, impossible


def _refused(drafts: Sequence[Draft], impossible: Mapping[Account, SiyuError]) -> list[NotPosted]:
    return [
        NotPosted(draft.key, next(impossible[leg.account] for leg in draft.legs if leg.account in impossible))
        for draft in drafts
        if any(leg.account in impossible for leg in draft.legs)
    ]


def _look_up(conn: Connection, drafts: Sequence[Draft], standings: Mapping[Account, Standing]) -> dict[str, Answer]:
    """Answers to those whose key is known; the others' lots are put on their accounts."""
    with_lots = {
        (one := standings[leg.account]).id: one
        for draft in drafts
        for leg in draft.legs
        if ACCOUNT_KINDS[leg.account.kind].lots and (leg.amount < 0 or leg.how != "plain")
    }
    known, lots = journal.known(conn, [draft.key for draft in drafts], [one for one in with_lots if one])
    for account_id, found in lots.items():
        with_lots[account_id].lots = found
    if not known:
        return {}
    changes = journal.changes_of(conn, [one.id for one in known.values()])
    answers: dict[str, Answer] = {}
    for draft in drafts:
        before = known.get(draft.key)
        if before is None:
            continue
        if before.input_hash != draft.input_hash:
            answers[draft.key] = NotPosted(draft.key, IdempotencyMismatch(key=draft.key))
        else:
            answers[draft.key] = Posted(draft.key, before.id, changes[before.id], repeated=True)
    return answers


def _taken(
    conn: Connection, drafts: Sequence[Draft], standings: Mapping[Account, Standing]
) -> dict[int, list[tuple[Lot, int]]]:
    """From which lots was taken what is given back; those of the same accounts are the same objects."""
    ids = sorted({leg.of for draft in drafts for leg in draft.legs if leg.how == "back"})
    if not ids:
        return {}
    by_id = {one.id: one for one in standings.values()}
    found: dict[int, list[tuple[Lot, int]]] = {}
    for transaction_id, account_id, stored, left in journal.taken(conn, ids):
        lot = stored
        if (standing := by_id.get(account_id)) is not None:
            there = next((one for one in standing.lots if one.id == lot.id), None)
            if there is None:
                standing.lots.append(lot)
            else:
                lot = there
        found.setdefault(transaction_id, []).append((lot, left))
    return found


def _grace(conn: Connection, drafts: Sequence[Draft]) -> dict[str, timedelta | None]:
    if not any(leg.how == "back" for draft in drafts for leg in draft.legs):
        return {}
    return {unit.code: None if unit.grace_days is None else timedelta(unit.grace_days) for unit in tables.units(conn)}
