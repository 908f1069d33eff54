"""Posting what sums to zero, and setting up what is counted."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput
from siyu.loyalty.rules import checking
from siyu.loyalty.service.booking import book
from siyu.loyalty.store import accounts as tables
from siyu.loyalty.types import NotPosted, Posted, Request, Unit


def post(
    conn: Connection, requests: Sequence[Request], now: datetime, *, dry_run: bool = False
) -> list[Posted | NotPosted]:
    """Post transactions, each whole or not at all; one answer each, in order.

    What a customer gets makes a lot (what they owe is paid first); what is taken from them is taken from the lots that are
    available, earliest expiry first, then the oldest. Accounts are made on first use. An account of somebody merged away is
    their successor's. A request that cannot be posted hinders no other one.

    Idempotent: the same key and input is answered with the first result, another input is refused with
    ``IdempotencyMismatch``.

    Args:
        conn: an open transaction of isolation READ COMMITTED. The accounts (but counted ones) stay locked until its end,
            so keep it short.
        requests: amounts are whole units.
        now: the present.
        dry_run: decide and answer the same, and write nothing; then ``transaction_id`` is 0.

    Raises:
        BadInput: a request cannot be understood; nothing of the batch was posted.
    """
    return book(conn, [checking.draft_of(one, now) for one in requests], now, dry_run=dry_run)


def post_one(conn: Connection, request: Request, now: datetime, *, dry_run: bool = False) -> Posted:
    """Post one transaction, see :func:`post`.

    Raises:
        BadInput: it cannot be understood.
        NotEnough: an account has less than is taken from it.
        NotFound: there is no such unit or customer.
        IdempotencyMismatch: the key was used before with something else.
    """
    return sure(post(conn, [request], now, dry_run=dry_run)[0])


def sure(answer: Posted | NotPosted) -> Posted:
    """The transaction, or why there is none, raised."""
    if isinstance(answer, NotPosted):
        raise answer.error
    return answer


def units(conn: Connection) -> list[Unit]:
    """Every unit, by its code."""
    return tables.units(conn)


def ensure_unit(conn: Connection, principal: Principal, unit: Unit, now: datetime) -> Unit:
    """Make a unit, or change its name, grace and limit. Safe to repeat; audited where something changes.

    Raises:
        NotAllowed: without the right ``ledger.manage``.
        BadInput: it cannot be a unit, or the grace or limit is below 0.
    """
    access.require(principal, "ledger.manage")
    kind = checking.unit_kind(unit.code)
    if kind != unit.kind:
        raise BadInput(
            reason=f"'{unit.code}' is a unit of the kind '{kind}', not '{unit.kind}'.",
            reason_zh=f"“{unit.code}”属于“{kind}”，而不是“{unit.kind}”。",
        )
    if not unit.name.strip() or len(unit.name) > 100 or unit.by_hand < 0 or (unit.grace_days or 0) < 0:
        raise BadInput(
            reason="a unit has a name of 1 to 100 characters, and its grace and limit are not below 0.",
            reason_zh="单位名称须为 1 至 100 个字符，宽限天数与人工上限不得小于 0。",
        )
    if unit not in tables.units(conn):
        tables.write_unit(conn, unit)
        access.record(
            conn,
            actor=principal.actor,
            action="ledger.unit_changed",
            target=f"unit:{unit.code}",
            details={"grace_days": unit.grace_days, "by_hand": unit.by_hand},
            now=now,
        )
    return unit
