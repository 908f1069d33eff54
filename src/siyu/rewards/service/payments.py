"""Who takes members' money: whatever the app registered at its start, or nobody."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import Connection

from siyu.kernel.errors import BadInput


class PaymentPort(Protocol):
    """Takes the cash part of a redemption. Whoever implements it calls ``rewards.paid`` when the money is there, and
    ``rewards.unpaid`` when it will not come any more.
    """

    def ready(self, conn: Connection) -> bool:
        """Whether somebody takes money at all."""
        ...

    def ask(
        self,
        conn: Connection,
        *,
        reference: str,
        customer_id: int,
        fen: int,
        title: str,
        until: datetime,
        now: datetime,
    ) -> None:
        """Have a customer asked for money, in the transaction that places the redemption. Idempotent by reference."""
        ...

    def hold(self, conn: Connection, *, references: Sequence[str]) -> None:
        """Have nothing be heard of these payments until the end of the transaction: asked before redemptions are locked, so
        that all who lock both do so in this order.
        """
        ...

    def give_back(self, conn: Connection, *, reference: str, now: datetime) -> None:
        """Have what was asked for under this reference asked no more, or given back if it was paid. Safe to repeat."""
        ...


_port: Final[list[PaymentPort]] = []


def register_payments(port: PaymentPort | None) -> None:
    """Have cash parts taken by this port; ``None``: by nobody. Called once at the start of a process, and by tests."""
    _port[:] = [] if port is None else [port]


def port() -> PaymentPort | None:
    """The port that was registered, if one was."""
    return _port[0] if _port else None


def payments(conn: Connection, name: str) -> PaymentPort:
    """The port that was registered, where it is ready.

    Args:
        conn: an open transaction.
        name: of the offer that needs it.

    Raises:
        BadInput: none was, or it is not.
    """
    if not _port or not _port[0].ready(conn):
        raise BadInput(
            reason=f"'{name}' asks for cash, and no way to take payments is set up. Set one up first, or ask points only.",
            reason_zh=f"“{name}”需要支付现金，但尚未接入收款方式。请先接入收款，或改为仅用积分兑换。",
        )
    return _port[0]
