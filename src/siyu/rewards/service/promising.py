"""Coupons that were promised in public lie apart from their template's budget, until they are given or the promise ends."""

from datetime import datetime

from sqlalchemy import Connection

from siyu.loyalty import service as loyalty
from siyu.loyalty.types import NotPosted, Posting, Request
from siyu.rewards.service.issuing import check_given, check_lasts, reserve, used_up
from siyu.rewards.service.templates import allowance_of, budget_of, promised_coupons, promised_fen, there
from siyu.rewards.store import promises as tables


def promise_coupons(
    conn: Connection, template_id: int, coupons: int, key: str, actor: str, now: datetime, *, until: datetime
) -> None:
    """Set coupons aside, out of their template's budget, with what they may take off at most. Whoever names the key is given
    them, also when the template gives none any more. Idempotent by key.

    Args:
        conn: an open transaction; the budget stays locked until its end.
        template_id: of which.
        coupons: how many, from 1.
        key: for what: ``draw_round:12:prize``.
        actor: by whose doing.
        now: the present.
        until: as late as this they may be given.

    Raises:
        NotFound: there is no such template.
        CouponRefused: it gives none now, its coupons end before, or its budget has not so many.
    """
    found = there(conn, template_id)
    check_given(found, now)
    check_lasts(found, until)
    promise_id = tables.insert(conn, template_id, key, coupons, now)
    if promise_id is None:
        return
    lines = [Posting(budget_of(template_id), -coupons), Posting(promised_coupons(template_id, promise_id), coupons)]
    if worth := reserve(found) * coupons:
        lines += [Posting(allowance_of(template_id), -worth), Posting(promised_fen(template_id, promise_id), worth)]
    wanted = Request(f"coupons_promised:{promise_id}", tuple(lines), "budget", key, actor)
    if isinstance(loyalty.post(conn, [wanted], now)[0], NotPosted):
        raise used_up(found)


def end_promise(conn: Connection, key: str, actor: str, now: datetime) -> None:
    """What is left of a promise is the budget's again; where none was made, nothing happens. Safe to repeat."""
    found = tables.of_key(conn, key, lock=True)
    if found is None or not found.open:
        return
    pairs = (
        (promised_coupons(found.template_id, found.id), budget_of(found.template_id)),
        (promised_fen(found.template_id, found.id), allowance_of(found.template_id)),
    )
    left = [one.balance for one in loyalty.balances(conn, [account for account, _ in pairs], now)]
    lines = [
        line
        for (account, back), count in zip(pairs, left, strict=True)
        if count
        for line in (Posting(account, -count), Posting(back, count))
    ]
    if lines:
        loyalty.post_one(conn, Request(f"coupons_promised:{found.id}:ended", tuple(lines), "budget", key, actor), now)
    tables.end(conn, found.id, now)
