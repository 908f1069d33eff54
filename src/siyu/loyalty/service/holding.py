"""Setting aside what a customer has: confirmed, released, or given back by itself when its time is over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.kernel.errors import BadInput, Conflict, IdempotencyMismatch, NotFound, SiyuError
from siyu.loyalty.rules import checking
from siyu.loyalty.rules.drafts import Draft, Leg
from siyu.loyalty.service.booking import book
from siyu.loyalty.store import holds as tables
from siyu.loyalty.store import journal
from siyu.loyalty.types import ACCOUNT_KINDS, Confirm, Hold, NotPosted, Posted, Release, held

_SAID: Final = {
    "confirmed": ("it was confirmed before", "已确认"),
    "released": ("it was released before", "已释放"),
    "ran_out": ("its time was over", "已超时释放"),
}


def hold(conn: Connection, wanted: Sequence[Hold], now: datetime, *, dry_run: bool = False) -> list[Posted | NotPosted]:
    """Set aside some of what customers have; the id of the transaction is that of the hold. One answer each, in order.

    Idempotent by key. What is held cannot be spent, and does not expire while it is held.

    Raises:
        BadInput: one cannot be understood; nothing of the batch was held.
    """
    drafts = [_held(one, now) for one in wanted]
    answers = book(conn, drafts, now, dry_run=dry_run)
    made = {
        answer.transaction_id: (answer.transaction_id, one.amount, one.until)
        for one, answer in zip(wanted, answers, strict=True)
        if isinstance(answer, Posted) and not answer.repeated
    }
    if made and not dry_run:
        tables.insert(conn, list(made.values()))
    return answers


def confirm(
    conn: Connection, wanted: Sequence[Confirm], now: datetime, *, dry_run: bool = False
) -> list[Posted | NotPosted]:
    """Have what is held go to where it was held for; what is not confirmed of it goes back to its lots.

    Idempotent by key. One that is settled already is refused with ``Conflict``.

    Raises:
        BadInput: one cannot be understood; nothing of the batch was confirmed.
    """
    for one in wanted:
        checking.check_words(one.key, "confirmed", "", None)
        checking.check_account(one.to)
        if one.amount is not None:
            checking.check_above_zero(one.key, one.amount)
    return _settle(conn, wanted, "confirmed", now, dry_run=dry_run)


def release(
    conn: Connection, wanted: Sequence[Release], now: datetime, *, dry_run: bool = False
) -> list[Posted | NotPosted]:
    """Give what is held back to its lots. Idempotent by key; one that is settled already is refused with ``Conflict``.

    Raises:
        BadInput: one cannot be understood; nothing of the batch was released.
    """
    for one in wanted:
        checking.check_words(one.key, "released", "", None)
    return _settle(conn, wanted, "released", now, dry_run=dry_run)


def run_out_holds(conn: Connection, now: datetime, *, limit: int = 2000) -> int:
    """Release up to ``limit`` holds whose time is over; returns how many. Several may run at once."""
    due = tables.due(conn, now, limit)
    if due:
        _settle(conn, [Release(f"ran_out:{one}", one) for one in due], "ran_out", now, dry_run=False)
    return len(due)


def _held(one: Hold, now: datetime) -> Draft:
    checking.check_words(one.key, one.reason, one.source, one.until)
    checking.check_account(one.account)
    checking.check_above_zero(one.key, one.amount)
    if not ACCOUNT_KINDS[one.account.kind].lots:
        raise BadInput(
            reason=f"'{one.key}': only what a customer has can be held.", reason_zh=f"“{one.key}”：只能冻结客户账户。"
        )
    if one.until <= now:
        raise BadInput(
            reason=f"the time of the hold '{one.key}' is over already.", reason_zh=f"冻结“{one.key}”的截止时间已过。"
        )
    said = (*one.account, one.amount, one.until, one.reason, one.source, one.via)
    legs = (Leg(one.account, -one.amount), Leg(held(one.account.owner, one.account.unit), one.amount))
    hash_ = checking.hash_of("held", said)
    return Draft(one.key, hash_, "held", legs, one.reason, one.source, one.actor, one.via, None, now)


def _settle(
    conn: Connection, wanted: Sequence[Confirm | Release], kind: str, now: datetime, *, dry_run: bool
) -> list[Posted | NotPosted]:
    if not wanted:
        return []
    stored = tables.lock(conn, [one.hold_id for one in wanted])
    hashes = [_hash(one, kind) for one in wanted]
    known, _ = journal.known(conn, [one.key for one in wanted], [])
    answers: dict[int, Posted | NotPosted] = {}
    drafts: dict[int, Draft] = {}
    open_ = {hold_id for hold_id, one in stored.items() if one.state == "open"}
    for place, one in enumerate(wanted):
        before = known.get(one.key)
        if before is not None and before.input_hash != hashes[place]:
            answers[place] = NotPosted(one.key, IdempotencyMismatch(key=one.key))
        elif before is not None:
            answers[place] = Posted(one.key, before.id, journal.changes_of(conn, [before.id])[before.id], repeated=True)
        elif (error := _wrong(one, stored.get(one.hold_id), is_open=one.hold_id in open_)) is not None:
            answers[place] = NotPosted(one.key, error)
        else:
            open_.discard(one.hold_id)
            drafts[place] = _settling(one, stored[one.hold_id], hashes[place], kind, now)
    booked = book(conn, list(drafts.values()), now, dry_run=dry_run) if drafts else []
    answers |= dict(zip(drafts, booked, strict=True))
    done = [(wanted[place].hold_id, kind, one) for place, one in zip(drafts, booked, strict=True)]
    settled = [(hold_id, state, one.transaction_id) for hold_id, state, one in done if isinstance(one, Posted)]
    if settled and not dry_run:
        tables.settle(conn, settled)
    return [answers[place] for place in range(len(wanted))]


def _hash(one: Confirm | Release, kind: str) -> bytes:
    said = [one.hold_id, *(([*one.to], one.amount) if isinstance(one, Confirm) else ())]
    return checking.hash_of(kind, said)


def _wrong(one: Confirm | Release, stored: tables.Stored | None, *, is_open: bool) -> SiyuError | None:
    if stored is None:
        return NotFound(what="hold", what_zh="冻结记录", key=one.hold_id)
    if not is_open:
        en, zh = _SAID.get(stored.state, ("it is settled by another request of this batch", "已由同批其他请求处理"))
        return Conflict(reason=f"hold {one.hold_id}: {en}.", reason_zh=f"冻结记录 {one.hold_id} {zh}。")
    if isinstance(one, Release):
        return None
    if one.to.unit != stored.account.unit:
        return BadInput(
            reason=f"hold {stored.id} is of {stored.account.unit}, and '{one.key}' confirms {one.to.unit}.",
            reason_zh=f"冻结记录 {stored.id} 的单位为 {stored.account.unit}，而“{one.key}”确认的是 {one.to.unit}。",
        )
    if one.amount is not None and one.amount > stored.amount:
        return BadInput(
            reason=f"hold {stored.id} holds {stored.amount}; '{one.key}' wants {one.amount} of it.",
            reason_zh=f"冻结记录 {stored.id} 仅冻结 {stored.amount}，“{one.key}”要求确认 {one.amount}。",
        )
    return None


def _settling(one: Confirm | Release, stored: tables.Stored, hash_: bytes, kind: str, now: datetime) -> Draft:
    amount = (stored.amount if one.amount is None else one.amount) if isinstance(one, Confirm) else 0
    legs = [Leg(stored.held, -stored.amount)]
    if isinstance(one, Confirm):
        legs.append(Leg(one.to, amount))
    if rest := stored.amount - amount:
        legs.append(Leg(stored.account, rest, how="back", of=stored.id))
    return Draft(one.key, hash_, kind, tuple(legs), stored.reason, stored.source, one.actor, stored.via, stored.id, now)
