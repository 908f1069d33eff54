"""Postings by hand: with a reason, and above the unit's limit with a second person."""

from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, Conflict, IdempotencyMismatch, NotFound
from siyu.loyalty.rules import checking
from siyu.loyalty.service.posting import post_one
from siyu.loyalty.service.reading import account_of
from siyu.loyalty.service.undoing import undo
from siyu.loyalty.store import accounts, asked
from siyu.loyalty.types import Account, ByHand, NotPosted, Posted, Posting, Request, Undo


def post_by_hand(
    conn: Connection,
    principal: Principal,
    *,
    key: str,
    customer_id: int,
    unit: str,
    amount: int,
    reason: str,
    now: datetime,
    expires_at: datetime | None = None,
) -> ByHand:
    """Give a customer something, or take it, by hand. Up to the unit's limit it is posted; above, it waits for a second person.

    Idempotent by key. Audited.

    Args:
        conn: an open transaction.
        principal: who asks.
        key: of the request.
        customer_id: whose account.
        unit: in which unit.
        amount: below zero it is taken.
        reason: 3 to 500 characters.
        now: the present.
        expires_at: of what is given.

    Raises:
        NotAllowed: without the right ``ledger.post``.
        BadInput: it cannot be understood.
        NotFound: there is no such customer or unit.
        NotEnough: more is taken than is there.
        IdempotencyMismatch: the key was used before with something else.
    """
    access.require(principal, "ledger.post")
    if unit.startswith("coupon:"):
        raise BadInput(
            reason="coupons are given by their template: one that is only posted has no code, and cannot be used.",
            reason_zh="优惠券须通过券模板发放；直接记账的券没有券码，无法使用。",
        )
    account = account_of(conn, customer_id, unit)
    wanted = ByHand(
        0,
        key,
        account,
        amount,
        expires_at,
        access.reason_given(reason),
        principal.actor,
        now,
        "waiting",
        "",
        None,
        None,
    )
    if asked.of_key(conn, key) is not None:
        return _again(conn, wanted)
    post_one(conn, _request(wanted), now, dry_run=True)
    limit = next((one.by_hand for one in accounts.units(conn) if one.code == unit), 0)
    made = asked.insert(conn, wanted)
    if made is None:  # at this moment
        return _again(conn, wanted)
    if abs(amount) <= limit:
        return _post(conn, principal, made, now)
    _record(conn, principal, "ledger.asked", made, now)
    return made


def approve(conn: Connection, principal: Principal, asked_id: int, now: datetime) -> ByHand:
    """Have what somebody else asked for be posted. Safe to repeat. Audited.

    Raises:
        NotAllowed: without the right ``ledger.approve``.
        NotFound: nothing was asked for under this id.
        Conflict: it is one's own, or it was refused.
        NotEnough: more is taken than is there any more.
    """
    access.require(principal, "ledger.approve")
    found = _waiting(conn, principal, asked_id, "posted")
    return found if found.state == "posted" else _post(conn, principal, found, now)


def refuse(conn: Connection, principal: Principal, asked_id: int, now: datetime) -> ByHand:
    """Have what somebody asked for not be posted. Safe to repeat. Audited.

    Raises:
        NotAllowed: without the right ``ledger.approve``.
        NotFound: nothing was asked for under this id.
        Conflict: it was posted.
    """
    access.require(principal, "ledger.approve")
    found = _waiting(conn, None, asked_id, "refused")
    if found.state == "refused":
        return found
    done = asked.decide(conn, found.id, "refused", principal.actor, now, None)
    _record(conn, principal, "ledger.refused", done, now)
    return done


def by_hand(
    conn: Connection,
    *,
    state: Literal["waiting", "posted", "refused"] | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[ByHand]:
    """What was asked for by hand, newest first."""
    return asked.page(conn, state, before, limit)


def reverse(
    conn: Connection, principal: Principal, transaction_id: int, *, key: str, reason: str, now: datetime
) -> Posted:
    """Take a transaction back in whole, once, by hand. Idempotent by key. Audited.

    Raises:
        NotAllowed: without the right ``ledger.approve``.
        NotFound, Conflict, BadInput, IdempotencyMismatch: see :func:`siyu.loyalty.service.undo`.
    """
    access.require(principal, "ledger.approve")
    said = access.reason_given(reason)
    wanted = Undo(key, transaction_id, reason="by_hand", source=said[:300], actor=principal.actor)
    (answer,) = undo(conn, [wanted], now)
    if isinstance(answer, NotPosted):
        raise answer.error
    if not answer.repeated:
        access.record(
            conn,
            actor=principal.actor,
            action="ledger.reversed",
            target=f"transaction:{transaction_id}",
            details={"by": answer.transaction_id, "reason": said},
            now=now,
        )
    return answer


def _waiting(conn: Connection, principal: Principal | None, asked_id: int, wanted: str) -> ByHand:
    found = asked.lock(conn, asked_id)
    if found is None:
        raise NotFound(what="posting by hand", what_zh="人工记账申请", key=asked_id)
    if found.state not in {"waiting", wanted}:
        raise Conflict(reason="it is decided otherwise already.", reason_zh="该申请已有其他处理结果。")
    if found.state == "waiting" and principal is not None and principal.actor == found.asked_by:
        raise Conflict(
            reason="a second person has to approve what you asked for.", reason_zh="须由申请人以外的人审批。"
        )
    return found


def _post(conn: Connection, principal: Principal, wanted: ByHand, now: datetime) -> ByHand:
    posted = post_one(conn, _request(wanted), now)
    done = asked.decide(conn, wanted.id, "posted", principal.actor, now, posted.transaction_id)
    _record(conn, principal, "ledger.posted", done, now)
    return done


def _request(wanted: ByHand) -> Request:
    account = wanted.account
    checking.check_amount(wanted.key, wanted.amount)
    return Request(
        key=f"by_hand:{wanted.key}",
        postings=(
            Posting(account, wanted.amount, None, wanted.expires_at),
            Posting(Account("adjustment", 0, account.unit), -wanted.amount),
        ),
        reason="by_hand",
        source=wanted.reason[:300],
        actor=wanted.asked_by,
    )


def _again(conn: Connection, wanted: ByHand) -> ByHand:
    before = asked.of_key(conn, wanted.key)
    assert before is not None
    same = ("account", "amount", "expires_at", "reason", "asked_by")
    if any(getattr(before, name) != getattr(wanted, name) for name in same):
        raise IdempotencyMismatch(key=wanted.key)
    return before


def _record(conn: Connection, principal: Principal, action: str, one: ByHand, now: datetime) -> None:
    access.record(
        conn,
        actor=principal.actor,
        action=action,
        target=f"customer:{one.account.owner}",
        details={"unit": one.account.unit, "amount": one.amount, "reason": one.reason, "by_hand": one.id},
        now=now,
    )
