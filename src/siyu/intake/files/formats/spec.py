"""What a format is made of: data that says which column becomes what."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

CellKind = Literal[
    "id", "text", "personal", "money", "time", "count", "integer", "decimal", "status", "refund", "flag", "tags"
]
OrderStatus = Literal["placed", "paid", "shipped", "received", "closed"]
RefundStatus = Literal["requested", "partial", "refunded"]
MoneyUnit = Literal["yuan", "fen", "decimal"]

ORDER_TARGETS: Mapping[str, CellKind] = {
    "order_no": "id",
    "status": "status",
    "placed_at": "time",
    "paid_at": "time",
    "shipped_at": "time",
    "received_at": "time",
    "closed_at": "time",
    "total_fen": "money",
    "goods_fen": "money",
    "paid_fen": "money",
    "balance_fen": "money",
    "postage_fen": "money",
    "refunded_fen": "money",
    "refund_status": "refund",
    "shop": "text",
    "note": "text",
    "receiver.name": "personal",
    "receiver.phone": "personal",
    "receiver.address": "personal",
    "receiver.province": "personal",
    "receiver.city": "personal",
    "receiver.district": "personal",
    "staff.corp": "text",
    "staff.userid": "text",
    "line.no": "id",
    "line.product_no": "text",
    "line.sku": "text",
    "line.attributes": "text",
    "line.title": "text",
    "line.category": "text",
    "line.quantity": "count",
    "line.price_fen": "money",
    "line.paid_fen": "money",
    "line.refunded_fen": "money",
    "line.refund_status": "refund",
}
CUSTOMER_TARGETS: Mapping[str, CellKind] = {
    "tags": "tags",
    "member": "flag",
    "became_customer_at": "time",
    "became_member_at": "time",
    "shop": "text",
}
OPEN_TARGETS = {"orders": ("extra.",), "customers": ("traits.", "consent.", "extra.")}


def header_key(text: str) -> str:
    """The form in which headers are compared: full width is half width, spaces and case do not count.

    >>> header_key(" 商品总价（元）") == header_key("商品总价(元)")
    True
    """
    folded = unicodedata.normalize("NFKC", text).replace("\ufeff", "").replace("\x00", "")
    folded = re.sub(r"\s+", "", folded).casefold()
    if folded.startswith('="') and folded.endswith('"'):
        folded = folded[2:-1]
    return folded.lstrip("'")


def status_key(text: str) -> str:
    """The form in which status words are compared: both commas are one, spaces do not count."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("。", "").casefold()


@dataclass(frozen=True, slots=True)
class Field:
    """One column (under any of its headers) or constant that becomes one target."""

    target: str
    headers: tuple[str, ...] = ()
    kind: CellKind | None = None
    constant: str | None = None


@dataclass(frozen=True, slots=True)
class Identifier:
    """A column whose value points at a customer."""

    type: str
    headers: tuple[str, ...]
    scope: str = ""
    scope_headers: tuple[str, ...] = ()
    strength: Literal["self", "contact"] = "self"


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file.

    Attributes:
        fields: in the order in which ``extra`` and ``traits`` are written, whatever the order of the file's columns.
        required: targets without which the file is not of this format.
        known: all headers that the platform writes.
        statuses, refunds: raw word → meaning; a word mapped to None is known and means nothing (no refund).
        line_key: targets that together name a line where the platform gives it no number of its own.
        derive_order_no: headers that together name an order where the file has no order numbers; orders that agree in all
            of them and stand next to each other are counted.
        date_in_order_no: the order number starts with yymmdd, used when the row has no time.
        refunds_in_full: a successful refund without an amount means all that was paid.
    """

    name: str
    platform: str
    kind: Literal["orders", "customers"]
    title: str
    title_zh: str
    fields: tuple[Field, ...]
    identifiers: tuple[Identifier, ...] = ()
    required: tuple[str, ...] = ("order_no",)
    known: tuple[str, ...] = ()
    statuses: Mapping[str, OrderStatus] = field(default_factory=dict)
    refunds: Mapping[str, RefundStatus | None] = field(default_factory=dict)
    line_key: tuple[str, ...] = ()
    derive_order_no: tuple[str, ...] = ()
    shop: str = ""
    zone: str | None = None
    money: MoneyUnit = "yuan"
    times: tuple[str, ...] = ()
    date_in_order_no: bool = False
    refunds_in_full: bool = True


def columns(text: str) -> tuple[str, ...]:
    """Headers as the platforms list them, separated by commas."""
    return tuple(part.strip() for part in text.replace("\n", ",").split(",") if part.strip())
