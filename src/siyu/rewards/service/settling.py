"""What becomes of redemptions: paid, fulfilled, cancelled; and what is told of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.engines.cursor import decode_cursor, encode_cursor
from siyu.identity import service as identity
from siyu.kernel.errors import Conflict, NotFound
from siyu.kernel.fact import Fact
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Undo
from siyu.rewards.service.payments import port
from siyu.rewards.service.revoking import revoke
from siyu.rewards.store import coupons
from siyu.rewards.store import redemptions as tables
from siyu.rewards.store.redemptions import Untold
from siyu.rewards.types import Redemption, RedemptionPage, RedemptionState
from siyu.timeline import service as timeline

_KINDS: Final = {"placed": "reward.redeemed", "fulfilled": "reward.fulfilled", "cancelled": "reward.cancelled"}
_PATIENCE: Final = timedelta(minutes=15)  # beyond the time to pay; the platform is asked meanwhile whether it was
_ZH: Final = {"awaiting_payment": "待支付", "placed": "待交付", "fulfilled": "已交付", "cancelled": "已取消"}


def paid(conn: Connection, redemption_id: int, now: datetime) -> Redemption:
    """The money of a redemption is there: it is placed. Safe to repeat; called by whoever takes payments.

    Raises:
        NotFound: there is no such redemption.
        Conflict: it was cancelled meanwhile: give the money back.
    """
    found = _locked(conn, redemption_id)
    if found.state == "cancelled":
        raise Conflict(reason="it was cancelled; give the money back.", reason_zh="该兑换已取消，请退款。")
    if found.state == "awaiting_payment":
        tables.change(conn, [found.id], "placed", now)
    return redemption(conn, found.id)


def unpaid(conn: Connection, redemption_id: int, now: datetime) -> Redemption:
    """The money of a redemption will not come any more: points and pieces go back. One that is not waiting for money stays
    as it is. Safe to repeat; called by whoever takes payments.

    Raises:
        NotFound: there is no such redemption.
    """
    found = _locked(conn, redemption_id)
    if found.state == "awaiting_payment":
        _cancel(conn, [found], "system:siyu", now)
    return redemption(conn, found.id)


def fulfil(conn: Connection, principal: Principal, redemption_id: int, now: datetime) -> Redemption:
    """The customer has got it. Safe to repeat. Audited.

    Raises:
        NotAllowed: without the right ``rewards.redeem``.
        NotFound: there is no such redemption.
        Conflict: it is not paid, or cancelled.
    """
    access.require(principal, "rewards.redeem")
    found = _locked(conn, redemption_id)
    if found.state == "fulfilled":
        return found
    if found.state != "placed":
        raise _cannot(found, "be fulfilled", "交付")
    tables.change(conn, [found.id], "fulfilled", now)
    _record(conn, principal, "rewards.fulfilled", found, now)
    return redemption(conn, found.id)


def cancel(conn: Connection, principal: Principal, redemption_id: int, reason: str, now: datetime) -> Redemption:
    """Cancel what was not fulfilled: points go back to their lots, pieces to the stock, and the limit counts it no more.

    Safe to repeat. Audited.

    Raises:
        NotAllowed: without the right ``rewards.redeem``.
        NotFound: there is no such redemption.
        BadInput: there is no reason.
        Conflict: it is fulfilled, or a coupon that it gave was used.
    """
    access.require(principal, "rewards.redeem")
    said = access.reason_given(reason)
    _hold([redemption(conn, redemption_id)], conn)
    found = _locked(conn, redemption_id)
    if found.state == "cancelled":
        return found
    if found.state == "fulfilled":
        raise _cannot(found, "be cancelled", "取消")
    _cancel(conn, [found], principal.actor, now)
    _record(conn, principal, "rewards.cancelled", found, now, said)
    return redemption(conn, found.id)


def cancel_unpaid(conn: Connection, now: datetime, *, limit: int = 500) -> int:
    """Cancel redemptions of which nothing was heard so long after their time to pay that nobody waits any more, up to
    ``limit``; returns how many. Several may run at once.

    Mostly whoever takes payments says before that the money will not come. What is paid after all goes back.
    """
    due = tables.due(conn, now - _PATIENCE, limit)
    _hold(due, conn)
    found = [one for one in tables.lock(conn, [one.id for one in due]).values() if one.state == "awaiting_payment"]
    _cancel(conn, found, "system:siyu", now)
    return len(found)


def redemption(conn: Connection, redemption_id: int) -> Redemption:
    """One redemption.

    Raises:
        NotFound: there is none.
    """
    found = tables.find(conn, redemption_id)
    if found is None:
        raise NotFound(what="redemption", what_zh="兑换记录", key=redemption_id)
    return found


def redemptions(
    conn: Connection,
    *,
    offer_id: int | None = None,
    customer_id: int | None = None,
    state: RedemptionState | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> RedemptionPage:
    """Redemptions, newest first.

    Args:
        conn: an open transaction.
        offer_id: only of this offer.
        customer_id: only of this customer; the id of somebody merged away leads to who stayed.
        state: only those in this state.
        cursor: ``next`` of the page before; ``None`` for the first.
        limit: 1 to 500.

    Raises:
        BadInput: the cursor is none of ours.
        NotFound: nobody ever had this id.
    """
    limit = max(1, min(limit, 500))
    place = decode_cursor(cursor, int)
    living = None if customer_id is None else identity.living(conn, customer_id)
    found = tables.page(conn, offer_id, living, state, int(place[0]) if place else None, limit + 1)
    shown = found[:limit]
    return RedemptionPage(tuple(shown), encode_cursor([shown[-1].id]) if len(found) > limit else None)


def tell(conn: Connection, *, limit: int = 2000) -> int:
    """Put on the timelines what became of redemptions, up to ``limit``; returns of how many, 0 when nothing waits.

    Each is told once, whatever fails: what waits is taken away in the transaction that tells it.
    """
    waits = tables.take_untold(conn, limit)
    timeline.append(conn, list(_facts(waits)))
    return len(waits)


def regroup(conn: Connection, merged: Sequence[tuple[int, int]]) -> None:
    """After merges: what one of them had redeemed and holds, the winner has; limits count both.

    Args:
        conn: an open transaction that is alone with the people.
        merged: (loser, winner); chains within them are followed.
    """
    if final := identity.ends_of(merged):
        tables.move(conn, list(final), list(final.values()))
        coupons.move(conn, list(final), list(final.values()))


def _facts(waits: Iterable[Untold]) -> Iterable[Fact]:
    for state, at, one, name in waits:
        said = {
            "redemption": one.id,
            "offer": one.offer_id,
            "pieces": one.pieces,
            "points": one.points,
            "cash_fen": one.cash_fen,
        }
        yield Fact(_KINDS[state], one.customer_id, 0, at, name=name, properties=said)


def _cancel(conn: Connection, found: Sequence[Redemption], actor: str, now: datetime) -> None:
    if not found:
        return
    ids = [one.id for one in found]
    taker = port()
    for one in found:
        if one.cash_fen and taker is not None:
            taker.give_back(conn, reference=f"redemption:{one.id}", now=now)
        revoke(conn, f"redemption:{one.id}", actor, now)
    tables.give_back(conn, ids)
    tables.change(conn, ids, "cancelled", now)
    posted = loyalty.posted_under(conn, [f"redemption:{one.id}" for one in found])
    wanted = [
        Undo(
            f"redemption:{one.id}:cancelled",
            posted[f"redemption:{one.id}"],
            reason="cancelled",
            source=f"offer:{one.offer_id}",
            actor=actor,
        )
        for one in found
    ]
    for answer in loyalty.undo(conn, wanted, now):
        loyalty.sure(answer)


def _hold(found: Sequence[Redemption], conn: Connection) -> None:
    taker, references = port(), [f"redemption:{one.id}" for one in found if one.cash_fen]
    if taker is not None and references:
        taker.hold(conn, references=references)


def _locked(conn: Connection, redemption_id: int) -> Redemption:
    found = tables.lock(conn, [redemption_id]).get(redemption_id)
    if found is None:
        raise NotFound(what="redemption", what_zh="兑换记录", key=redemption_id)
    return found


def _cannot(found: Redemption, what: str, what_zh: str) -> Conflict:
    return Conflict(
        reason=f"redemption {found.id} is '{found.state}' and cannot {what}.",
        reason_zh=f"兑换记录 {found.id} 处于“{_ZH[found.state]}”，不能{what_zh}。",
    )


def _record(
    conn: Connection, principal: Principal, action: str, one: Redemption, now: datetime, reason: str = ""
) -> None:
    details = {"redemption": one.id, "offer": one.offer_id} | ({"reason": reason} if reason else {})
    access.record(
        conn, actor=principal.actor, action=action, target=f"customer:{one.customer_id}", details=details, now=now
    )
