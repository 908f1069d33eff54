"""Old state → new state of an order, as facts. Their amounts add up to the change of paid less refunded."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from siyu.commerce.rules.state import Snapshot
from siyu.intake.types import Message
from siyu.kernel.clock import from_millis
from siyu.kernel.fact import Fact

_LINES_SHOWN: Final = 50
_PLACED, _PAID, _SHIPPED, _RECEIVED, _CLOSED = range(5)
# When a step's own time is unknown, the nearest that is known.
_NEAREST: Final = (
    (0, 1, 2, 3, 4),
    (1, 0, 2, 3, 4),
    (2, 3, 1, 0, 4),
    (3, 4, 2, 1, 0),
    (4, 3, 2, 1, 0),
)


class _Teller:
    """Makes the facts of one order for one customer."""

    def __init__(self, order: Snapshot, message: Message, *, claimed: bool) -> None:
        self.order, self.message = order, message
        self.facts: list[Fact] = []
        self.base: dict[str, Any] = {"platform": order.platform, "shop": order.shop, "order_no": order.order_no}
        if claimed:
            self.base["claimed"] = True

    def tell(
        self, kind: str, at: datetime, amount: int = 0, more: Mapping[str, Any] | None = None, *, nobody: bool = False
    ) -> None:
        self.facts.append(
            Fact(
                kind,
                0 if nobody else self.order.customer_id,
                0 if nobody else self.order.via,
                at,
                self.message.source_id,
                self.message.message_id,
                "",
                amount,
                {**self.base, **more} if more else self.base,
            )
        )

    def when(self, step: int) -> datetime:
        times = self.order.times
        for candidate in _NEAREST[step]:
            if (moment := times[candidate]) is not None:
                return from_millis(moment)
        return from_millis(self.order.ordered) if self.order.ordered else self.message.occurred_at

    def lines(self, names: Iterable[str]) -> dict[str, Any] | None:
        """The named lines, for those who ask what was bought. Refunds of tracking are lines, but no goods."""
        order = self.order
        shown = [
            {
                key: value
                for key, value in (
                    ("product_no", line.product_no),
                    ("title", line.title),
                    ("category", line.category),
                    ("quantity", line.quantity),
                    ("paid_fen", line.paid_fen),
                )
                if value is not None
            }
            for number in sorted(names)[:_LINES_SHOWN]
            if (line := order.lines[number]).quantity or line.paid_fen
        ]
        return {"lines": shown} if shown else None


def facts_of_change(old: Snapshot | None, new: Snapshot, message: Message) -> list[Fact]:
    """The facts that the step from ``old`` to ``new`` adds; ``message`` is the last that took part in it.

    When an order of nobody finds its customer, customer 0 gets back what it was told (at the same times as far as they
    are known, so that sums by day hold too), and the customer is told everything anew.
    """
    before = old
    taken_back: list[Fact] = []
    claimed = old is not None and not old.customer_id and bool(new.customer_id)
    if claimed:
        assert old is not None
        taken_back = _take_back(old, new, message)
        before = None
    teller = _Teller(new, message, claimed=claimed)
    _tell_money_in(teller, before)
    _tell_steps(teller, before)
    _tell_refunds(teller, before)
    return taken_back + teller.facts if taken_back else teller.facts


def _take_back(old: Snapshot, new: Snapshot, message: Message) -> list[Fact]:
    teller = _Teller(old, message, claimed=False)
    owner = {"to_customer_id": new.customer_id}
    teller.tell("order.claimed", teller.when(_PAID), -old.paid_fen, owner, nobody=True)
    if old.refunded_fen:
        teller.tell("order.claimed", _refund_time(teller), old.refunded_fen, owner, nobody=True)
    return teller.facts


def _tell_money_in(teller: _Teller, before: Snapshot | None) -> None:
    order, told = teller.order, before.told if before else 0
    if not told & 1:
        total = None if order.total_fen is None else {"total_fen": order.total_fen}
        teller.tell("order.placed", teller.when(_PLACED), 0, total)
    if order.told & 2:
        if not told & 2:
            teller.tell("order.paid", teller.when(_PAID), order.paid_fen, teller.lines(order.lines))
        elif before and order.paid_fen != before.paid_fen:
            _tell_amended(teller, order.paid_fen - before.paid_fen, teller.lines(order.touched))


def _tell_steps(teller: _Teller, before: Snapshot | None) -> None:
    new_steps = teller.order.told & ~(before.told if before else 0)
    if new_steps & 4:
        teller.tell("order.shipped", teller.when(_SHIPPED))
    if new_steps & 8:
        teller.tell("order.received", teller.when(_RECEIVED))
    if new_steps & 16:
        teller.tell("order.closed", teller.when(_CLOSED))


def _tell_refunds(teller: _Teller, before: Snapshot | None) -> None:
    back = teller.order.refunded_fen - (before.refunded_fen if before else 0)
    if back > 0:
        teller.tell("order.refunded", _refund_time(teller), -back, {"refunded_fen": teller.order.refunded_fen})
    elif back < 0:
        _tell_amended(teller, -back, None)


def _tell_amended(teller: _Teller, amount: int, lines: Mapping[str, Any] | None) -> None:
    order = teller.order
    sums = {"paid_fen": order.paid_fen, "refunded_fen": order.refunded_fen}
    teller.tell("order.amended", _latest(teller), amount, {**sums, **(lines or {})})


def _refund_time(teller: _Teller) -> datetime:
    """Exports carry no time of a refund: when the order was closed, else the latest moment we know of."""
    closed = teller.order.times[_CLOSED]
    return from_millis(closed) if closed is not None else _latest(teller)


def _latest(teller: _Teller) -> datetime:
    known = [moment for moment in teller.order.times if moment is not None]
    latest = from_millis(max(known)) if known else teller.message.occurred_at
    return max(latest, teller.message.occurred_at)
