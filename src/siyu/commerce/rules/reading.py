"""A message → one view of one order: checked, trimmed, in fen and milliseconds.

Rows of files are read strictly (what is wrong goes to the dead letters with its reason); events of tracking SDKs are
read leniently, because they are facts of their own even where they do not make an order.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from siyu.commerce.types import UnreadableOrder
from siyu.intake.types import Message
from siyu.kernel.clock import to_millis
from siyu.kernel.errors import WrongValue

MAX_FEN: Final = 10**13  # a hundred billion yuan: sums of hundreds of thousands still fit 63 bits
MAX_QUANTITY: Final = 2**31 - 1
MAX_LINES: Final = 5_000
MAX_ORDER_NO: Final = 128
_FIRST_MS: Final = 0
_LAST_MS: Final = 7_258_118_400_000  # the year 2200: beyond it a time is a mistake, and engines stop counting
_RANKS: Final = {"placed": 1, "paid": 2, "shipped": 3, "received": 4, "closed": 5}
_TIMES: Final = ("placed_at", "paid_at", "shipped_at", "received_at", "closed_at")
_EVENTS: Final = {"Order Completed", "Order Refunded", "Order Cancelled"}
_SIMPLE: Final = (str, int, float)
_NUMBERS: Final = re.compile(r"\+?\d[\d -]{5,}\d")  # phones and cards in what people write
_RECEIVER: Final = ("name", "phone", "address", "province", "city", "district")
_PERSONAL: Final = frozenset({"phone", "mobile", "email", "name", "address", "receiver", "buyer", "buyer_nick"})


@dataclass(slots=True)
class Line:
    """One line as a view shows it; ``None`` is not said. Amounts in fen."""

    line_no: str
    product_no: str | None = None
    sku: str | None = None
    title: str | None = None
    category: str | None = None
    quantity: int = 1
    price_fen: int | None = None
    paid_fen: int | None = None
    refunded_fen: int | None = None
    refund_status: str | None = None


@dataclass(slots=True)
class View:
    """One order as one message shows it; ``None`` is not said.

    ``times`` are epoch milliseconds of placed, paid, shipped, received, closed. ``as_of`` is when it looked like this,
    ``heard`` when we were told.
    """

    platform: str
    shop: str
    order_no: str
    status: int  # 0 is not said, else 1 placed … 5 closed
    as_of: int
    heard: int
    occurred: int
    raw_status: str | None = None
    times: tuple[int | None, ...] = (None, None, None, None, None)
    total_fen: int | None = None
    paid_fen: int | None = None
    postage_fen: int | None = None
    refunded_fen: int | None = None
    refund_all: bool = False
    refund_status: str | None = None
    lines: list[Line] = field(default_factory=list)
    receiver: dict[str, Any] | None = None
    extra: Mapping[str, Any] | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.platform, self.shop, self.order_no)


def is_order(message: Message) -> bool:
    """Whether the message speaks of an order at all."""
    return message.type == "order" or (message.type == "track" and message.payload.get("event") in _EVENTS)


def read_view(message: Message) -> View | None:
    """The view of the order that the message shows.

    Returns:
        ``None`` for a tracking event from which no order can be made.

    Raises:
        UnreadableOrder: a message of type ``order`` that is wrong; the reason names the field.
    """
    if message.type == "order":
        try:
            return _of_row(message)
        except WrongValue as problem:
            number = str(message.payload.get("order_no"))[:MAX_ORDER_NO]
            raise UnreadableOrder(order_no=number, reason=f"{problem.en}.", reason_zh=f"{problem.zh}。") from None
    try:
        return _of_event(message)
    except WrongValue:
        return None


def _of_row(message: Message) -> View:
    row = message.payload
    heard, occurred = to_millis(message.received_at), to_millis(message.occurred_at)
    status = row.get("status")
    if status is not None and status not in _RANKS:
        raise WrongValue(
            f"status '{status}' is none of {', '.join(_RANKS)}", f"status“{status}”不是 {'、'.join(_RANKS)} 之一"
        )
    lines = row.get("lines") or ()
    if len(lines) > MAX_LINES:
        raise WrongValue(
            f"it has {len(lines)} lines, more than {MAX_LINES}", f"共有 {len(lines)} 行明细，超过 {MAX_LINES} 行"
        )
    times = tuple([None if (at := row.get(name)) is None else _millis(at, name) for name in _TIMES])
    as_of = row.get("as_of")
    platform = _text(row.get("platform"), 32)
    if not platform:
        raise WrongValue("platform is missing", "缺少 platform")
    receiver = row.get("receiver")
    return View(
        platform=platform,
        shop=_text(row.get("shop"), 128) or "",
        order_no=_order_no(row.get("order_no")),
        status=_RANKS[status] if status else 0,
        as_of=occurred if as_of is None else _millis(as_of, "as_of") or 0,
        heard=heard,
        occurred=occurred,
        raw_status=_text(row.get("raw_status"), 64),
        times=times,
        total_fen=_fen(row.get("total_fen"), "total_fen"),
        paid_fen=_fen(row.get("paid_fen"), "paid_fen"),
        postage_fen=_fen(row.get("postage_fen"), "postage_fen"),
        refunded_fen=_fen(row.get("refunded_fen"), "refunded_fen"),
        refund_status=_text(row.get("refund_status"), 64),
        lines=[_line(line) for line in lines],
        receiver=_receiver(receiver) if receiver else None,
        extra=_extra(row),
    )


def _line(line: Mapping[str, Any]) -> Line:
    number = _text(line.get("line_no"), 128)
    if not number:
        raise WrongValue("a line has no line_no", "有明细缺少 line_no")
    quantity = line.get("quantity")
    if quantity is None:
        quantity = 1
    elif type(quantity) is not int or not 0 <= quantity <= MAX_QUANTITY:
        raise WrongValue(
            f"quantity {quantity!r:.40} is not a whole number from 0 on; a return belongs into refunds",
            f"quantity 应为非负整数，而不是 {quantity!r:.40}；退货应记为退款",
        )
    return Line(
        number,
        _text(line.get("product_no"), 128),
        _text(line.get("sku"), 256),
        _text(line.get("title"), 512),
        _text(line.get("category"), 256),
        quantity,
        _fen(line.get("price_fen"), "price_fen"),
        _fen(line.get("paid_fen"), "paid_fen"),
        _fen(line.get("refunded_fen"), "refunded_fen"),
        _text(line.get("refund_status"), 64),
    )


def _receiver(receiver: Mapping[str, Any]) -> dict[str, Any]:
    return {key: text for key in _RECEIVER if (text := _text(receiver.get(key), 512))}


def _extra(row: Mapping[str, Any]) -> dict[str, Any] | None:
    """What else may be worth keeping; numbers that people write into notes are hidden, they may be phones."""
    extra: dict[str, Any] = {
        key: _text(value, 256) if isinstance(value, str) else value
        for key, value in (row.get("extra") or {}).items()
        if key not in _PERSONAL and isinstance(value, _SIMPLE)
    }
    if note := _text(row.get("note"), 500):
        extra["note"] = _NUMBERS.sub("***", note)
    if isinstance(staff := row.get("staff"), Mapping):
        extra["staff"] = {key: _text(staff.get(key), 128) for key in ("corp", "userid")}
    return extra or None


def _of_event(message: Message) -> View | None:
    """The three events of Segment's e-commerce specification. Amounts there are decimals of the currency's unit.

    A refund there is an increment, not a running total, so it is kept as a line of its own under the message's id:
    the sum of the lines is the running total, and the same message changes nothing twice.
    """
    event, properties = message.payload.get("event"), message.payload.get("properties") or {}
    if properties.get("order_id") in (None, ""):
        return None
    heard, occurred = to_millis(message.received_at), to_millis(message.occurred_at)
    currency = _text(properties.get("currency"), 8)
    view = View(
        platform="tracking",
        shop=_text(properties.get("affiliation"), 128) or str(message.source_id),
        order_no=_order_no(properties.get("order_id")),
        status=0,
        as_of=max(occurred, 0),
        heard=heard,
        occurred=occurred,
        extra={"currency": currency} if currency else None,
    )
    if event == "Order Completed":
        view.status = 2
        view.times = (occurred, occurred, None, None, None)
        view.lines = _products(properties.get("products"))
        paid = _first_amount(properties, "total", "value", "revenue")
        view.paid_fen = view.total_fen = _sum_of(view.lines) if paid is None else paid
        view.postage_fen = _first_amount(properties, "shipping")
    elif event == "Order Cancelled":
        view.status, view.refund_all = 5, True  # money that was paid goes back
        view.times = (None, None, None, None, occurred)
    else:
        refunded = _first_amount(properties, "total", "value", "revenue")
        lines = _products(properties.get("products"))
        if refunded is None and lines:
            refunded = _sum_of(lines)
        if refunded is None:
            view.refund_all = True
        else:
            number = f"refund:{message.message_id}"[:128].replace("\0", "")
            view.lines = [Line(number, quantity=0, paid_fen=0, refunded_fen=refunded)]
    return view


def _products(products: Any) -> list[Line]:
    lines: dict[str, Line] = {}
    for product in products[:MAX_LINES] if isinstance(products, list) else ():
        if not isinstance(product, Mapping):
            continue
        product_no, sku = _text(product.get("product_id"), 128), _text(product.get("sku"), 128)
        name = variant = f"{product_no or sku or _text(product.get('name'), 100) or '?'}"[:100]
        again = 2
        while variant in lines:
            variant, again = f"{name}#{again}", again + 1
        quantity = product.get("quantity", 1)
        quantity = quantity if type(quantity) is int and 0 <= quantity <= MAX_QUANTITY else 1
        price = _first_amount(product, "price")
        total = None if price is None or price * quantity > MAX_FEN else price * quantity
        title, category = _text(product.get("name"), 512), _text(product.get("category"), 256)
        lines[variant] = Line(variant, product_no or sku, sku, title, category, quantity, price, total)
    return list(lines.values())


def _sum_of(lines: list[Line]) -> int | None:
    known = [line.paid_fen for line in lines if line.paid_fen is not None]
    total = sum(known)
    return total if known and total <= MAX_FEN else None


def _first_amount(properties: Mapping[str, Any], *names: str) -> int | None:
    """The first of the named decimals that is an amount, in fen; none may be below zero."""
    for name in names:
        value = properties.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            continue
        try:
            amount = Decimal(str(value).strip() if len(str(value)) < 40 else "nan") * 100
        except ArithmeticError:
            continue
        if amount.is_finite() and 0 <= amount <= MAX_FEN:
            return int(amount.to_integral_value())
    return None


def _order_no(value: Any) -> str:
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or not (text := text.replace("\0", "").strip()):
        raise WrongValue("order_no is missing", "缺少 order_no")
    if len(text) > MAX_ORDER_NO:
        raise WrongValue(
            f"order_no has {len(text)} characters, more than {MAX_ORDER_NO}",
            f"order_no 有 {len(text)} 个字符，超过 {MAX_ORDER_NO} 个",
        )
    return text


def _fen(value: Any, name: str) -> int | None:
    if value is None or (type(value) is int and 0 <= value <= MAX_FEN):
        return value
    if type(value) is not int:
        raise WrongValue(
            f"{name} is not a whole number of fen: {value!r:.40}", f"{name} 应为以分为单位的整数，而不是 {value!r:.40}"
        )
    raise WrongValue(f"{name} is below 0 or above {MAX_FEN} fen", f"{name} 小于 0 或大于 {MAX_FEN} 分")


def _millis(value: Any, name: str) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not _FIRST_MS <= value <= _LAST_MS:
        raise WrongValue(
            f"{name} is not a time in milliseconds between 1970 and 2200: {value!r:.40}",
            f"{name} 应为 1970 至 2200 年间的毫秒时间，而不是 {value!r:.40}",
        )
    return value


def _text(value: Any, limit: int) -> str | None:
    if value is None:
        return None
    if type(value) is str and len(value) <= limit and "\0" not in value:  # nearly all
        return value or None
    text = str(value)
    if "\0" in text:
        text = text.replace("\0", "")
    return (text if len(text) <= limit else text[:limit]) or None
