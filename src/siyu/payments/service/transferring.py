"""Customers are paid: the platform holds the money until they confirm it in WeChat, for a day."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from siyu.engines.access import service as access
from siyu.engines.access.types import Principal
from siyu.identity import service as identity
from siyu.kernel.errors import BadInput, Conflict, IdempotencyMismatch, NotFound
from siyu.payments import rules
from siyu.payments.service.hearing import declining, hear
from siyu.payments.service.merchants import Till, merchant, merchants
from siyu.payments.service.paying import check_asked, check_person, hash_of, number
from siyu.payments.store import transfers as tables
from siyu.payments.types import Transfer, TransferSaid, TransferState

_LEAST: Final = 10  # fen; the platform moves no less
_MOST: Final = 199_999  # from 2,000 yuan on the platform wants the receiver's name, which we do not keep


def begin_transfer(
    conn: Connection,
    *,
    merchant_id: int,
    customer_id: int,
    payee: str,
    fen: int,
    about: str,
    remark: str,
    key: str,
    now: datetime,
    scene: str = "1000",
) -> Transfer:
    """Note that a customer is to get money; :func:`send_transfer` asks the platform. Idempotent by key.

    Args:
        conn: an open transaction: that in which the caller takes what is paid out.
        merchant_id: by whom.
        customer_id: who gets it.
        payee: their OpenID in the merchant's app.
        fen: 10 to 199,999.
        about: what for, for the caller: ``assist:7``.
        remark: what the customer reads, up to 32 characters.
        key: of the request, 1 to 180 printable characters.
        now: the present.
        scene: the number of the kind of transfer that the platform has approved.

    Raises:
        BadInput: it cannot be paid like this.
        NotFound: there is no such merchant or customer.
        IdempotencyMismatch: the key was used before with something else.
    """
    if not _LEAST <= fen <= _MOST:
        raise BadInput(
            reason=f"a transfer is {_LEAST} to {_MOST} fen, not {fen}.",
            reason_zh=f"转账金额须为 {_LEAST} 至 {_MOST} 分，不能是 {fen}。",
        )
    check_asked(key, about)
    check_person(payee)
    rules.check_words("the remark", "转账备注", remark, 32)
    rules.check_words("the scene", "转账场景", scene, 36)
    hash_ = hash_of([merchant_id, customer_id, payee, fen, about, remark, scene])
    before = tables.of_key(conn, key)
    if before is None:
        merchant(conn, merchant_id)
        owner = identity.living(conn, customer_id)
        new = tables.New(
            merchant_id,
            number(),
            key,
            hash_,
            owner,
            payee,
            about,
            remark,
            scene,
            fen,
            now,
            now,
            rules.next_look(0, now),
        )
        if (made := tables.insert(conn, new)) is not None:
            return made
        before = tables.of_key(conn, key)  # somebody else, at this moment
    assert before is not None
    if before[1] != hash_:
        raise IdempotencyMismatch(key=key)
    return before[0]


def transfer_by_hand(
    conn: Connection,
    principal: Principal,
    customer_id: int,
    *,
    fen: int,
    remark: str,
    reason: str,
    key: str,
    now: datetime,
) -> Transfer:
    """Note that a customer is to get money because an operator says so, by the first merchant in whose app they are known.
    Idempotent by key. Audited.

    Raises:
        NotAllowed: without the right ``payments.pay``.
        NotFound: there is no such customer.
        BadInput: there is no reason, or it cannot be paid like this.
        Conflict: no merchant's app knows the customer.
        IdempotencyMismatch: the key was used before with something else.
    """
    access.require(principal, "payments.pay")
    why, living = access.reason_given(reason), identity.living(conn, customer_id)
    for one in merchants(conn):
        for _, open_id in identity.values_of(conn, "open_id", one.app_id, [living]):
            again = tables.of_key(conn, key) is not None
            made = begin_transfer(
                conn, merchant_id=one.id, customer_id=living, payee=open_id, fen=fen, about="by_hand", remark=remark,
                key=key, now=now,
            )  # fmt: skip
            if not again:
                details = {"fen": fen, "customer": living, "reason": why}
                target = f"transfer:{made.id}"
                access.record(
                    conn,
                    actor=principal.actor,
                    action="payments.transfer_begun",
                    target=target,
                    details=details,
                    now=now,
                )
            return made
    raise Conflict(
        reason="the member is not known in the app of any merchant; money reaches people within WeChat only.",
        reason_zh="该会员未在任何商户绑定的公众号或小程序中登录过，无法通过微信向其付款。",
    )


def send_transfer(till: Till, transfer_id: int) -> Transfer:
    """Ask the platform for a transfer that it does not know yet; returns how it stands. Safe to repeat: under one number the
    platform pays once. What it declines has failed.

    Raises:
        NotFound: there is no such transfer.
        TryLater: nothing is known of what became of it; it is asked again by itself.
        PlatformDeclined: the platform does not pay it.
    """
    now = till.clock.now()
    with till.database.transaction() as conn:
        found = transfer_of(conn, transfer_id)
        owner = merchant(conn, found.merchant_id)
    if found.state != "new":
        return found
    with declining(till, owner.id, TransferSaid(found.number, "failed", failed_for="DECLINED")):
        said = till.opens(owner).transfer(found, till.notify_url(owner.id), now)
    with till.database.transaction() as conn:
        hear(till, conn, owner.id, said, now)
        return transfer_of(conn, transfer_id)


def claim(till: Till, transfer_id: int) -> Mapping[str, str]:
    """What the page hands to ``wx.requestMerchantTransfer`` so that the customer can confirm.

    Raises:
        NotFound: there is no such transfer.
        Conflict: it is confirmed already, or at its end.
        TryLater, PlatformDeclined: the platform was asked for it now, and did not.
    """
    found = send_transfer(till, transfer_id)
    if found.state != "waiting" or not found.package:
        raise Conflict(
            reason=f"the transfer is '{found.state}', and there is nothing to confirm.",
            reason_zh="该转账当前无需确认收款。",
        )
    with till.database.transaction() as conn:
        owner = merchant(conn, found.merchant_id)
    return {"mchId": owner.mch_id, "appId": owner.app_id, "package": found.package}


def cancel_transfer(till: Till, principal: Principal, transfer_id: int, reason: str) -> Transfer:
    """Take back a transfer that its customer has not confirmed. Safe to repeat. Audited.

    Raises:
        NotAllowed: without the right ``payments.reverse``.
        NotFound: there is no such transfer.
        BadInput: there is no reason.
        Conflict: it is confirmed, or at its end.
        TryLater, PlatformDeclined: the platform did not.
    """
    access.require(principal, "payments.reverse")
    why, now = access.reason_given(reason), till.clock.now()
    with till.database.transaction() as conn:
        found = transfer_of(conn, transfer_id)
        owner = merchant(conn, found.merchant_id)
    if found.state == "cancelled":
        return found
    if found.state not in {"new", "waiting"}:
        raise Conflict(
            reason=f"the transfer is '{found.state}' and cannot be taken back.", reason_zh="该转账当前状态下无法撤销。"
        )
    if found.state == "new":  # whether the platform has it is not known; then it has
        found = send_transfer(till, transfer_id)
    said = till.opens(owner).cancel(found.number, now)
    with till.database.transaction() as conn:
        hear(till, conn, owner.id, said, now)
        access.record(
            conn,
            actor=principal.actor,
            action="payments.transfer_cancelled",
            target=f"transfer:{transfer_id}",
            details={"fen": found.fen, "reason": why},
            now=now,
        )
        return transfer_of(conn, transfer_id)


def transfer_of(conn: Connection, transfer_id: int) -> Transfer:
    """A transfer.

    Raises:
        NotFound: there is none.
    """
    found = tables.of_id(conn, transfer_id)
    if found is None:
        raise NotFound(what="transfer", what_zh="转账单", key=transfer_id)
    return found


def transfers(
    conn: Connection,
    *,
    customer_id: int | None = None,
    state: TransferState | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Transfer]:
    """Transfers, newest first."""
    return tables.page(conn, customer_id, state, before, limit)
