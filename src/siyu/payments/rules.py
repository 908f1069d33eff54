"""What becomes of payments, refunds and transfers when the platform says something of them. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from siyu.kernel.errors import BadInput, Conflict
from siyu.payments.types import (
    Payment,
    PaymentSaid,
    PaymentState,
    Refund,
    RefundSaid,
    RefundState,
    Transfer,
    TransferSaid,
    TransferState,
)

MOST_FEN: Final = 100_000_000
# After so many looks that told nothing new the next one comes so much later; the last stands for all further ones.
_LOOKS: Final = (15, 30, 60, 180, 600, 1800, 3600, 3 * 3600, 6 * 3600)
# A state leads to these; what comes late, or twice, leads nowhere. Money that moved wins over what we thought.
_PAYMENTS: Final[Mapping[PaymentState, frozenset[PaymentState]]] = {
    "new": frozenset({"open", "paid", "closed"}),
    "open": frozenset({"paid", "closed"}),
    "paid": frozenset(),
    "closed": frozenset({"paid"}),
}
_REFUNDS: Final[Mapping[RefundState, frozenset[RefundState]]] = {
    "new": frozenset({"processing", "done", "failed"}),
    "processing": frozenset({"done", "failed"}),
    "done": frozenset(),
    "failed": frozenset({"done"}),
}
_TRANSFERS: Final[Mapping[TransferState, frozenset[TransferState]]] = {
    "new": frozenset({"waiting", "moving", "done", "failed", "cancelled"}),
    "waiting": frozenset({"moving", "done", "failed", "cancelled"}),
    "moving": frozenset({"done", "failed"}),
    "done": frozenset(),
    "failed": frozenset(),
    "cancelled": frozenset({"done"}),
}

# Codes that somebody can mend; what was asked for stays asked for.
_MENDABLE: Final = frozenset({"SIGN_ERROR", "NO_AUTH", "NOT_ENOUGH", "ACCOUNT_ERROR", "APPID_MCHID_NOT_MATCH"})


def is_final(code: str) -> bool:
    """Whether what the platform declined with this code will not be done later either."""
    return code not in _MENDABLE


def payment_turns(payment: Payment, said: PaymentSaid) -> PaymentState | None:
    """The state into which a payment comes; ``None``: it stays.

    Raises:
        Conflict: another amount was paid than was asked for.
    """
    if said.state not in _PAYMENTS[payment.state]:
        return None
    if said.state == "paid":
        _same(payment.number, payment.fen, said.fen)
    return said.state


def refund_turns(refund: Refund, said: RefundSaid) -> RefundState | None:
    """The state into which a refund comes; ``None``: it stays.

    Raises:
        Conflict: another amount went back than was asked for.
    """
    if said.state not in _REFUNDS[refund.state]:
        return None
    if said.state == "done":
        _same(refund.number, refund.fen, said.fen)
    return said.state


def transfer_turns(transfer: Transfer, said: TransferSaid) -> TransferState | None:
    """The state into which a transfer comes; ``None``: it stays.

    Raises:
        Conflict: another amount was received than was meant.
    """
    if said.state not in _TRANSFERS[transfer.state]:
        return None
    if said.state == "done":
        _same(transfer.number, transfer.fen, said.fen)
    return said.state


def _same(number: str, wanted: int, told: int | None) -> None:
    if told is not None and told != wanted:
        raise Conflict(
            reason=f"the platform says {told} fen of {number}, which is {wanted}; look at it there, nothing was noted.",
            reason_zh=f"平台称 {number} 的金额为 {told} 分，应为 {wanted} 分；请到商户平台核对，本次未记录。",
        )


def next_look(looks: int, now: datetime) -> datetime:
    """When the platform is asked next, after so many looks that told nothing new."""
    return now + timedelta(seconds=_LOOKS[min(looks, len(_LOOKS) - 1)])


def check_fen(fen: int) -> None:
    """Check an amount.

    Raises:
        BadInput: it is not above zero, or more than a million yuan.
    """
    if not 0 < fen <= MOST_FEN:
        raise BadInput(
            reason=f"an amount is 1 to {MOST_FEN} fen, not {fen}.",
            reason_zh=f"金额须为 1 至 {MOST_FEN} 分，不能是 {fen}。",
        )


def check_words(what: str, what_zh: str, said: str, most: int) -> None:
    """Check a text for the platform.

    Raises:
        BadInput: it is empty, too long or has characters that cannot be shown.
    """
    if not said.strip() or len(said) > most or not said.isprintable():
        raise BadInput(
            reason=f"{what} is 1 to {most} characters that can be shown.",
            reason_zh=f"{what_zh}须为 1 至 {most} 个可见字符。",
        )
