"""What other rooms may know of orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal, NamedTuple

from siyu.kernel.errors import SiyuError
from siyu.kernel.fact import FactKind

OrderStatus = Literal["placed", "paid", "shipped", "received", "closed"]

_ORDER = {
    "platform": ("string", "where the shop is: taobao, jd, doudian, youzan, wechat_shop, pinduoduo, generic, tracking"),
    "shop": ("string", "the shop on it, empty when the source does not say"),
    "order_no": ("string", "the platform's own number of the order"),
    "claimed": ("boolean", "told again for the customer to whom an order without an owner was tied later"),
}
_LINES = {
    "lines": ("array", "at most 50 of {product_no, title, category, quantity, paid_fen}; absent parts are unknown"),
}

FACTS: tuple[FactKind, ...] = (
    FactKind(
        "order.placed",
        1,
        "The customer placed an order.",
        "下单",
        {**_ORDER, "total_fen": ("integer", "goods and postage before payment discounts, in fen")},
    ),
    FactKind(
        "order.paid",
        1,
        "The customer paid an order; amount_fen is what was paid.",
        "付款",
        {**_ORDER, **_LINES},
    ),
    FactKind("order.shipped", 1, "The order was sent out.", "发货", _ORDER),
    FactKind("order.received", 1, "The customer has the goods; the order is complete.", "确认收货", _ORDER),
    FactKind("order.closed", 1, "The order was closed: cancelled, or refunded in full.", "订单关闭", _ORDER),
    FactKind(
        "order.refunded",
        1,
        "Money went back to the customer; amount_fen is minus what went back since the last such fact.",
        "退款",
        {**_ORDER, "refunded_fen": ("integer", "all that went back so far, in fen")},
    ),
    FactKind(
        "order.amended",
        1,
        "A newer view of the order changed what was paid or took a refund back; amount_fen is the difference.",
        "订单金额更正",
        {
            **_ORDER,
            **_LINES,
            "paid_fen": ("integer", "what was paid, as known now, in fen"),
            "refunded_fen": ("integer", "what went back, as known now, in fen"),
        },
    ),
    FactKind(
        "order.claimed",
        1,
        "An order of nobody was tied to a customer: on customer 0 it takes back what order.paid and order.refunded had "
        "said there; the customer is told the same again.",
        "无主订单归户",
        {**_ORDER, "to_customer_id": ("integer", "whose it is now")},
    ),
)


class UnreadableOrder(SiyuError):
    """A message of type ``order`` that cannot be an order; it belongs to the dead letters."""

    status: ClassVar[int] = 422
    en = "Order '{order_no}' cannot be read: {reason}"
    zh = "无法读取订单“{order_no}”：{reason_zh}"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order; amounts in fen, ``None`` where the source does not say."""

    line_no: str
    product_no: str | None
    sku: str | None
    title: str | None
    category: str | None
    quantity: int
    price_fen: int | None
    paid_fen: int | None
    refunded_fen: int | None
    refund_status: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """The newest known state of one order.

    ``paid_fen`` and ``refunded_fen`` are what counts (0 while unpaid), in fen; times are UTC, ``None`` where unknown;
    ``ordered_at`` is the best known time of the order and never unknown.
    """

    id: int
    platform: str
    shop: str
    order_no: str
    customer_id: int
    via: int
    status: OrderStatus
    raw_status: str | None
    ordered_at: datetime
    placed_at: datetime | None
    paid_at: datetime | None
    shipped_at: datetime | None
    received_at: datetime | None
    closed_at: datetime | None
    total_fen: int | None
    postage_fen: int | None
    paid_fen: int
    refunded_fen: int
    refund_status: str | None
    source_id: int
    extra: Mapping[str, Any]
    lines: tuple[OrderLine, ...]


@dataclass(frozen=True, slots=True)
class OrderStanding:
    """What an order comes to now, for those who reckon with it.

    Attributes:
        id: of the order.
        customer_id: whose it is, 0 for nobody's.
        via: id of the identifier that decided.
        paid_fen: what counts as paid, 0 while unpaid.
        refunded_fen: what went back of it.
        paid: whether it was paid.
        received: whether the customer has the goods.
        at: when it was received, else paid, else ordered.
        bought_at: when it was paid, else ordered.
    """

    id: int
    platform: str
    shop: str
    order_no: str
    customer_id: int
    via: int
    paid_fen: int
    refunded_fen: int
    paid: bool
    received: bool
    at: datetime
    bought_at: datetime


class LineStanding(NamedTuple):
    """What a line of an order is worth beside the others: which part of the order's money is its.

    Attributes:
        category: as the source says it; ``None`` where it does not.
        worth_fen: what was paid for it, else its price; 0 where neither is known.
        refunded_fen: what went back for it alone.
    """

    category: str | None
    worth_fen: int
    refunded_fen: int


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Orders, newest first; ``next`` is the cursor of the following page, ``None`` at the end."""

    orders: tuple[Order, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class PlatformValue:
    """What one customer spent on one platform; ``orders`` counts purchases, amounts (in fen) are of all paid orders."""

    platform: str
    orders: int
    paid_fen: int
    refunded_fen: int


@dataclass(frozen=True, slots=True)
class Value:
    """What one customer spent so far.

    ``orders`` counts purchases (:class:`siyu.customers.types.Basis`), the times are theirs, in UTC; amounts are of all
    paid orders, in fen.
    """

    customer_id: int
    orders: int
    paid_fen: int
    refunded_fen: int
    net_fen: int
    first_order_at: datetime | None
    last_order_at: datetime | None
    platforms: tuple[PlatformValue, ...]
