"""Old state of an order + new views → new state.

Who wins where views differ:

* The status only moves forward, so a stale export never takes an order back.
* Every view has a version: its status first, then the time it speaks of. For a figure of the whole order and for each
  line the highest version that says something wins; what it leaves open is filled from the others.
* At equal versions a refund is the higher one (refunds accumulate, and exports carry no time of a refund), and a paid
  sum the one heard last.
* What counts as paid: the figure of the whole order, else the sum of the lines; nothing before there is a sign of
  payment. What counts as refunded: the higher of the figure and the sum of the lines.

So the final state does not depend on the order in which complete views arrive, nor on how they are batched.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from siyu.commerce.rules.reading import Line, View

STATUSES: Final = ("placed", "placed", "paid", "shipped", "received", "closed")  # by rank; 0 is not said
EMPTIED: Final = 32  # money was told of it and then none: not an order for nothing, but one of which nothing is left
_RANK_STEP: Final = 1 << 44  # milliseconds stay far below


@dataclass(slots=True)
class SnapshotLine(Line):
    """A line with the version of the view that won, and when that was heard."""

    version: int = 0
    heard: int = 0


@dataclass(slots=True)
class Snapshot:
    """The state of an order: what counts (``paid_fen``, ``refunded_fen``) and what it is computed from."""

    platform: str
    shop: str
    order_no: str
    customer_id: int = 0
    via: int = 0
    source_id: int = 0
    id: int = 0
    status: int = 0
    raw_status: str | None = None
    times: tuple[int | None, ...] = (None, None, None, None, None)
    ordered: int = 0
    total_fen: int | None = None
    postage_fen: int | None = None
    paid_fen: int = 0
    refunded_fen: int = 0
    stated_paid_fen: int | None = None
    stated_paid_version: int = -1
    stated_paid_heard: int = -1
    stated_refunded_fen: int | None = None
    stated_refunded_version: int = -1
    refund_all: bool = False
    refund_status: str | None = None
    told: int = 0  # bit 1 placed, 2 paid, 4 shipped, 8 received, 16 closed, 32 EMPTIED
    version: int = -1
    receiver: dict[str, Any] | None = None
    extra: dict[str, Any] | None = None
    lines: dict[str, SnapshotLine] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)  # lines that the last fold changed


def fold(old: Snapshot | None, views: Iterable[View]) -> Snapshot:
    """The state after ``views`` of one order, on top of ``old`` (which is left as it is)."""
    new: Snapshot | None = None
    if old is not None:
        new = replace(old, lines=dict(old.lines), touched=set())
    for view in views:
        if new is None:
            new = Snapshot(view.platform, view.shop, view.order_no)
        _apply(new, view)
    assert new is not None
    _count(new)
    return new


def _apply(order: Snapshot, view: View) -> None:
    rank = view.status or _implied_rank(view)
    version = rank * _RANK_STEP + view.as_of
    for line in view.lines:
        _apply_line(order, line, version, view.heard)
    if view.paid_fen is not None:
        stamp = (version, view.heard)
        if stamp >= (order.stated_paid_version, order.stated_paid_heard):
            order.stated_paid_fen = view.paid_fen
            order.stated_paid_version, order.stated_paid_heard = stamp
    if view.refunded_fen is not None:
        if version > order.stated_refunded_version:
            order.stated_refunded_fen, order.stated_refunded_version = view.refunded_fen, version
        elif version == order.stated_refunded_version:
            order.stated_refunded_fen = max(order.stated_refunded_fen or 0, view.refunded_fen)
    order.refund_all |= view.refund_all
    order.told |= _signs(view, rank)
    order.status = max(order.status, rank)
    _describe(order, view, newer=version >= order.version)
    order.version = max(order.version, version)


def _implied_rank(view: View) -> int:
    """Where the source names no status: as far as its times show, and a sum that was paid was paid."""
    for rank in (5, 4, 3, 2):
        if view.times[rank - 1] is not None:
            return rank
    paid = view.paid_fen or any(line.paid_fen for line in view.lines)
    return 2 if paid and not view.refund_all else 0


def _signs(view: View, rank: int) -> int:
    """Which steps the order has certainly gone through, as bits of ``told``."""
    _, paid_at, shipped_at, received_at, _ = view.times
    signs = 1
    if (
        2 <= rank <= 4
        or paid_at is not None
        or shipped_at is not None
        or received_at is not None
        or view.refunded_fen
        or any(line.refunded_fen for line in view.lines)
    ):
        signs |= 2
    if rank == 3 or shipped_at is not None:
        signs |= 4
    if rank == 4 or received_at is not None:
        signs |= 8
    if rank == 5:
        signs |= 16
    return signs


def _describe(order: Snapshot, view: View, *, newer: bool) -> None:
    """What carries no money: the newer view's word, and what it leaves open from the other."""
    if order.version < 0:  # the first view: nearly all orders of a first import
        order.raw_status, order.refund_status = view.raw_status, view.refund_status
        order.total_fen, order.postage_fen = view.total_fen, view.postage_fen
    else:
        for name in ("raw_status", "total_fen", "postage_fen", "refund_status"):
            said = getattr(view, name)
            if said is not None and (newer or getattr(order, name) is None):
                setattr(order, name, said)
    if order.times != view.times:
        first, second = (view.times, order.times) if newer else (order.times, view.times)
        order.times = tuple([b if a is None else a for a, b in zip(first, second, strict=True)])
    if view.extra:
        order.extra = {**(order.extra or {}), **view.extra} if newer else {**view.extra, **(order.extra or {})}
    if view.receiver and (newer or order.receiver is None):
        order.receiver = dict(view.receiver)
    known = [moment for moment in order.times if moment is not None]
    order.ordered = order.times[0] or (min(known) if known else order.ordered or view.occurred)


def _apply_line(order: Snapshot, line: Line, version: int, heard: int) -> None:
    old = order.lines.get(line.line_no)
    if old is None:
        merged = SnapshotLine(
            line.line_no,
            line.product_no,
            line.sku,
            line.title,
            line.category,
            line.quantity,
            line.price_fen,
            line.paid_fen,
            line.refunded_fen,
            line.refund_status,
            version,
            heard,
        )
    else:
        merged = _merge_lines(old, line, version, heard)
        if merged == old:
            return
    order.lines[line.line_no] = merged
    order.touched.add(line.line_no)


def _merge_lines(old: SnapshotLine, line: Line, version: int, heard: int) -> SnapshotLine:
    newer = (version, heard) >= (old.version, old.heard)
    first, second = (line, old) if newer else (old, line)
    refunded = second.refunded_fen if first.refunded_fen is None else first.refunded_fen
    if version == old.version and refunded is not None:
        refunded = max(old.refunded_fen or 0, line.refunded_fen or 0)
    return SnapshotLine(
        old.line_no,
        first.product_no or second.product_no,
        first.sku or second.sku,
        first.title or second.title,
        first.category or second.category,
        first.quantity,
        second.price_fen if first.price_fen is None else first.price_fen,
        second.paid_fen if first.paid_fen is None else first.paid_fen,
        refunded,
        first.refund_status or second.refund_status,
        max(version, old.version),
        heard if newer else old.heard,
    )


def _count(order: Snapshot) -> None:
    """What counts as paid and as refunded, from everything known."""
    lines = order.lines.values()
    refunded = sum([line.refunded_fen for line in lines if line.refunded_fen])
    if order.stated_refunded_fen is not None and order.stated_refunded_fen > refunded:
        refunded = order.stated_refunded_fen
    paid = 0
    if order.told & 2:
        if order.stated_paid_fen is None:
            paid = sum([line.paid_fen for line in lines if line.paid_fen])
        else:
            paid = order.stated_paid_fen
        if order.refund_all and paid > refunded:
            refunded = paid
    order.paid_fen, order.refunded_fen = paid, refunded
