"""Rows of orders → ``order`` payloads: adjacent rows of one order become one message."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from typing import Any
from zoneinfo import ZoneInfo

from siyu.intake.files.formats.spec import Format
from siyu.intake.files.plan import Columns, Notes, Plan, merge_claims
from siyu.intake.types import IdentifierClaim

PROGRESS = ("placed", "paid", "shipped", "received")
FIRST_OF = ("placed_at", "paid_at")
LAST_OF = ("shipped_at", "received_at", "closed_at")
MERGED = ("total_fen", "paid_fen", "postage_fen", "refunded_fen", "refund_status", "receiver", "note", "staff")
RECEIVER = ("name", "phone", "address", "province", "city", "district")
LONGEST_LINE_NO = 64

Payload = dict[str, Any]


@dataclass(slots=True)
class Group:
    """Adjacent rows of one order. ``rows`` are their numbers, counted over the whole file."""

    order_no: str
    heads: list[Payload]
    lines: list[Payload]
    claims: list[tuple[IdentifierClaim, ...]]
    rows: list[int]

    def cut(self, size: int) -> "Group":
        """Take off the first rows as a group of their own."""
        head = Group(self.order_no, self.heads[:size], self.lines[:size], self.claims[:size], self.rows[:size])
        del self.heads[:size], self.lines[:size], self.claims[:size], self.rows[:size]
        return head

    def add(self, other: "Group") -> None:
        """Append the rows of another group of the same order."""
        self.heads += other.heads
        self.lines += other.lines
        self.claims += other.claims
        self.rows += other.rows


class OrderRows:
    """Builds the parts of orders from converted columns."""

    def __init__(self, plan: Plan, shop: str, latest: int) -> None:
        self._form, self._plan = plan.form, plan
        self._shop = shop or plan.form.shop
        self._latest = latest
        self._has_lines = any(target.startswith("line.") for target in plan.targets)
        self._extras = [
            field.target
            for field in plan.form.fields
            if field.target.startswith("extra.") and field.target in plan.targets
        ]
        self.run_key, self.run_count = "", 0

    def groups(self, columns: Columns, first_row: int) -> Iterator[Group]:
        """The groups of a batch, in order."""
        if not columns.lines:
            return
        numbers = self._derived(columns.keys) if columns.keys else columns.get("order_no")
        heads = self._heads(columns, numbers)
        lines = self._lines(columns) if self._has_lines else []
        indexes, claims = columns.indexes, columns.claims
        start, count = 0, len(numbers)
        for end in range(1, count + 1):
            if end == count or numbers[end] != numbers[start]:
                rows = [first_row + index for index in indexes[start:end]]
                yield Group(numbers[start], heads[start:end], lines[start:end], claims[start:end], rows)
                start = end

    def _derived(self, keys: Sequence[str]) -> list[str]:
        """Order numbers where the file has none: what the orders agree in, and how many came in a row."""
        numbers = []
        for key in keys:
            digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
            self.run_count = self.run_count + 1 if digest == self.run_key else 1
            self.run_key = digest
            numbers.append(f"{digest}-{self.run_count}")
        return numbers

    def _heads(self, columns: Columns, numbers: Sequence[str]) -> list[Payload]:
        get, platform = columns.get, self._form.platform
        shops = repeat(self._shop, columns.count) if self._shop else [shop or "" for shop in get("shop")]
        return [
            {
                "platform": platform,
                "shop": shop,
                "order_no": number,
                "status": status,
                "raw_status": raw,
                "placed_at": placed,
                "paid_at": paid_at,
                "shipped_at": shipped,
                "received_at": received,
                "closed_at": closed,
                "total_fen": total,
                "paid_fen": paid,
                "postage_fen": postage,
                "refunded_fen": refunded,
                "refund_status": refund,
                "lines": [],
                "receiver": receiver,
                "note": note,
                "staff": staff,
                "extra": extra,
            }
            for (
                shop, number, status, raw, placed, paid_at, shipped, received, closed,
                total, paid, postage, refunded, refund, receiver, note, staff, extra,
            ) in zip(
                shops, numbers, get("status"), get("raw_status"), get("placed_at"), get("paid_at"), get("shipped_at"),
                get("received_at"), get("closed_at"), self._totals(columns), self._paid(columns), get("postage_fen"),
                get("refunded_fen"), get("refund_status"), self._receivers(columns), get("note"), self._staff(columns),
                self._extra(columns), strict=True,
            )
        ]  # fmt: skip

    def _totals(self, columns: Columns) -> list[int | None]:
        totals = columns.get("total_fen")
        if "goods_fen" not in columns.values:
            return totals
        rows = zip(totals, columns.get("goods_fen"), columns.get("postage_fen"), strict=True)
        return [t if t is not None else None if goods is None else goods + (postage or 0) for t, goods, postage in rows]

    def _paid(self, columns: Columns) -> list[int | None]:
        paid = columns.get("paid_fen")
        if "balance_fen" not in columns.values:
            return paid
        return [None if p is None else p + (b or 0) for p, b in zip(paid, columns.get("balance_fen"), strict=True)]

    def _receivers(self, columns: Columns) -> Sequence[Payload | None]:
        parts = [
            (name, columns.values[f"receiver.{name}"]) for name in RECEIVER if f"receiver.{name}" in columns.values
        ]
        return _objects(parts, columns.count)

    def _staff(self, columns: Columns) -> Sequence[Payload | None]:
        if "staff.userid" not in columns.values:
            return [None] * columns.count
        rows = zip(columns.get("staff.corp"), columns.values["staff.userid"], strict=True)
        return [{"corp": corp or "", "userid": userid} if userid else None for corp, userid in rows]

    def _extra(self, columns: Columns) -> list[Payload]:
        parts = [(target.removeprefix("extra."), columns.values[target]) for target in self._extras]
        return [found or {} for found in _objects(parts, columns.count)]

    def _lines(self, columns: Columns) -> list[Payload]:
        get = columns.get
        return [
            {
                "line_no": number,
                "product_no": product,
                "sku": sku,
                "title": title,
                "category": category,
                "quantity": 1 if quantity is None else quantity,
                "price_fen": price,
                "paid_fen": paid,
                "refunded_fen": refunded,
                "refund_status": refund,
            }
            for number, product, sku, title, category, quantity, price, paid, refunded, refund in zip(
                self._line_numbers(columns), get("line.product_no"), get("line.sku"), get("line.title"),
                get("line.category"), get("line.quantity"), get("line.price_fen"), get("line.paid_fen"),
                get("line.refunded_fen"), get("line.refund_status"), strict=True,
            )
        ]  # fmt: skip

    def _line_numbers(self, columns: Columns) -> list[str]:
        own = columns.get("line.no")
        parts = [columns.get(target) for target in self._form.line_key]
        derived = [_line_no(row) for row in zip(*parts, strict=True)] if parts else ["1"] * columns.count
        return [number or other for number, other in zip(own, derived, strict=True)]

    def finish(self, group: Group, notes: Notes) -> tuple[Payload, tuple[IdentifierClaim, ...]]:
        """Make one payload of a group."""
        order = group.heads[0]
        if len(group.heads) > 1:
            _merge_heads(order, group.heads)
            claims = group.claims[0]
            if any(row != claims for row in group.claims):
                claims = merge_claims([claim for row in group.claims for claim in row])
        else:
            claims = group.claims[0]
        if group.lines:
            order["lines"] = group.lines
            if len(group.lines) > 1:
                _number_apart(group.lines)
        settle(order, self._form, notes)
        if self._form.date_in_order_no and order["placed_at"] is None:
            self._date_from_number(order, notes)
        return order, claims

    def _date_from_number(self, order: Payload, notes: Notes) -> None:
        millis = date_in(order["order_no"], self._plan.zone)
        if millis is not None and millis <= self._latest:
            order["placed_at"] = millis
            order["extra"]["placed_at_from"] = "order_no"
            notes["time_assumed", ""] += 1


def _objects(parts: Sequence[tuple[str, list[Any]]], count: int) -> list[Payload | None]:
    """One small dict a row, of what is there; None where nothing is."""
    present = [(name, values) for name, values in parts if values.count(None) < count]
    if not present:
        return [None] * count
    names = [name for name, _ in present]
    rows = zip(*(values for _, values in present), strict=True)
    if not any(None in values for _, values in present):
        return [dict(zip(names, row, strict=True)) for row in rows]
    return [{name: value for name, value in zip(names, row, strict=True) if value is not None} or None for row in rows]


def _line_no(parts: Sequence[str | None]) -> str:
    text = "/".join(part for part in parts if part) or "1"
    if len(text) <= LONGEST_LINE_NO:
        return text
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _number_apart(lines: list[Payload]) -> None:
    """The same goods twice in one order are two lines, not one."""
    seen: dict[str, int] = {}
    for line in lines:
        number = line["line_no"]
        seen[number] = seen.get(number, 0) + 1
        if seen[number] > 1:
            line["line_no"] = f"{number}#{seen[number]}"


def _merge_heads(order: Payload, heads: Sequence[Payload]) -> None:
    """What the rows of an order say of the order as a whole."""
    heads = [order, *(head for head in heads[1:] if head != order)]
    if len(heads) == 1:
        return
    for head in heads[1:]:
        for key in MERGED:
            if order[key] is None:
                order[key] = head[key]
        for key, value in head["extra"].items():
            order["extra"].setdefault(key, value)
    for keys, choose in ((FIRST_OF, min), (LAST_OF, max)):
        for key in keys:
            order[key] = choose((head[key] for head in heads if head[key] is not None), default=None)
    words = dict.fromkeys((head["status"], head["raw_status"]) for head in heads)
    if len(words) > 1:
        order["status"], order["raw_status"] = _common_status(list(words))


def _common_status(words: Sequence[tuple[str | None, str | None]]) -> tuple[str | None, str | None]:
    """An order is as far as the line that lags behind; closed lines count only when all are closed."""
    known = [word for word in words if word[0] in PROGRESS]
    if known:
        return min(known, key=lambda word: PROGRESS.index(word[0] or "placed"))
    return next((word for word in words if word[0]), words[0])


def settle(order: Payload, form: Format, notes: Notes) -> None:
    """What was paid and refunded, where the platform shows the amount due whatever happened."""
    status = order["status"]
    if status in {"placed", "closed"} and _never_paid(order):
        for part in (order, *order["lines"]):
            if part["paid_fen"] is not None:
                part["paid_fen"] = 0
        return
    if not form.refunds_in_full:
        return
    lines: list[Payload] = order["lines"]
    silent = status == "closed" and _says_nothing_of_refunds(order)
    assumed = False
    for part in lines if any(line["paid_fen"] is not None for line in lines) else (order,):
        if (part["refund_status"] == "refunded" or silent) and part["refunded_fen"] is None and part["paid_fen"]:
            part["refunded_fen"] = part["paid_fen"]
            assumed = True
    if assumed:
        order["extra"]["refund_assumed"] = True
        notes["refund_assumed", ""] += 1


def _never_paid(order: Payload) -> bool:
    if order["status"] == "placed":
        return True
    moved = order["paid_at"] or order["shipped_at"] or order["received_at"]
    return not moved and not any(part["refunded_fen"] or part["refund_status"] for part in (order, *order["lines"]))


def _says_nothing_of_refunds(order: Payload) -> bool:
    """Closed after payment, in a file without a word on refunds: platforms close such an order when all is paid back."""
    return all(part["refunded_fen"] is None and not part["refund_status"] for part in (order, *order["lines"]))


def date_in(order_no: str, zone: ZoneInfo) -> int | None:
    """Midnight of the day that an order number starts with (yymmdd), in milliseconds."""
    digits = order_no[:6]
    if not (digits.isascii() and digits.isdigit()):
        return None
    try:
        day = datetime(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]), tzinfo=zone)
    except ValueError:
        return None
    return round(day.timestamp() * 1000)


def moment_of(order: Payload) -> int | None:
    """When the order was last seen to move."""
    placed, paid, shipped = order["placed_at"] or 0, order["paid_at"] or 0, order["shipped_at"] or 0
    return max(placed, paid, shipped, order["received_at"] or 0, order["closed_at"] or 0) or None
