"""What all writers share: some shops' orders as they stand at a moment, and tables as text."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from pathlib import Path
from typing import Final

import numpy as np

from siyu.rehearsal.rules.calendar import ZONE
from siyu.rehearsal.rules.words import CITIES
from siyu.rehearsal.types import SHOPS, Brand, ExportFile, Ints, Shop, State

Column = Sequence[str] | str  # one text for all rows, or one each


class View:
    """The orders of some shops that were placed from ``since`` on, as they stand at ``moment``.

    ``orders`` are positions in ``brand.orders``, ``lines`` in ``brand.lines``; ``owner`` is for each of these lines the
    position of its order *in this view*. Properties give a text for each order; :meth:`by_line` turns them into lines.
    """

    def __init__(self, brand: Brand, shop: Shop, since: int, moment: int) -> None:
        everything = brand.orders
        self.brand, self.moment = brand, moment
        self.orders = np.flatnonzero(
            (everything.shop == shop) & (everything.placed >= since) & (everything.placed <= moment)
        )
        counts = everything.first_line[self.orders + 1] - everything.first_line[self.orders]
        self.owner = np.repeat(np.arange(len(self.orders), dtype=np.int64), counts)
        begins = np.cumsum(counts) - counts
        self.lines = everything.first_line[self.orders][self.owner] + np.arange(len(self.owner)) - begins[self.owner]
        self.first_of_order = np.zeros(len(self.lines), np.bool_)
        self.first_of_order[begins] = True
        self.state = everything.state_at(moment)[self.orders]
        self.paid = everything.paid_by(moment)[self.orders]
        self.refunded = everything.refunded_by(moment)[self.orders]
        self.numbers = [everything.number[at] for at in self.orders.tolist()]

    def __len__(self) -> int:
        return len(self.orders)

    def words(self, by_state: Mapping[State, str]) -> list[str]:
        """The platform's word for the state of each order."""
        return [by_state[State(state)] for state in self.state.tolist()]

    def times(self, moments: Ints, *, before: str = "", mark: str = "") -> list[str]:
        """What has happened by now as ``2026-01-31 18:05:09`` in China, ``before`` where it has not."""
        return times(moments[self.orders], self.moment, before, mark)

    def by_line(self, column: Sequence[str]) -> list[str]:
        """A column of orders as a column of lines."""
        return [column[at] for at in self.owner.tolist()]

    @property
    def buyers(self) -> list[int]:
        return list(map(int, self.brand.orders.buyer[self.orders]))

    @property
    def receivers(self) -> list[int]:
        return list(map(int, self.brand.orders.receiver[self.orders]))

    @property
    def receiver_names(self) -> list[str]:
        return [self.brand.people.names[at] for at in self.receivers]

    @property
    def receiver_phones(self) -> list[str]:
        """The receiver's number of that time; the buyer's work phone when that was given."""
        orders, people = self.brand.orders, self.brand.people
        buyer, receiver = orders.buyer[self.orders], orders.receiver[self.orders]
        phone = people.phone_at(receiver, orders.placed[self.orders])
        at_work = orders.by_work_phone[self.orders] & (buyer == receiver)
        return [str(number) for number in np.where(at_work, people.work_phone[buyer], phone).tolist()]

    @property
    def buyer_phones(self) -> list[str]:
        orders = self.brand.orders
        phone = self.brand.people.phone_at(orders.buyer[self.orders], orders.placed[self.orders])
        return [str(number) for number in phone.tolist()]

    @property
    def places(self) -> list[tuple[str, str, str, str]]:
        """Province, city, district and street with house of the receiver."""
        return [place(self.brand, at) for at in self.receivers]

    @property
    def shop_columns(self) -> tuple[list[str], list[str], list[str], list[str]]:
        """Of each line: title, variant, code and category of the goods."""
        goods = self.brand.catalogue
        products = self.brand.lines.product[self.lines].tolist()
        categories = [goods.categories[at][0] for at in goods.category.tolist()]
        return (
            [goods.names[at] for at in products],
            [goods.variants[at] for at in products],
            [goods.codes[at] for at in products],
            [categories[at] for at in products],
        )

    def titles(self) -> list[str]:
        """All goods of each order in one text."""
        names, *_ = self.shop_columns
        found: list[list[str]] = [[] for _ in range(len(self))]
        for at, name in zip(self.owner.tolist(), names, strict=True):
            found[at].append(name)
        return ["，".join(several) for several in found]

    def line_refunds(self) -> Ints:
        """Fen given back of each line by now."""
        due = self.brand.orders.refunded[self.orders] <= self.moment
        return np.where(due[self.owner], self.brand.lines.refund[self.lines], 0)

    def line_money(self) -> tuple[Ints, Ints, Ints]:
        """Of each line: quantity, price of one, and what was or is to be paid for all of it."""
        lines = self.brand.lines
        return lines.quantity[self.lines], lines.price[self.lines], lines.paid[self.lines]


def place(brand: Brand, person: int) -> tuple[str, str, str, str]:
    """Province, city, district and street with house where somebody lives."""
    province, city, districts, _ = CITIES[int(brand.people.city[person])]
    address = brand.people.address[person]
    return province, city, districts[sum(map(ord, address)) % len(districts)], address


def times(moments: Ints, now: int, before: str = "", mark: str = "") -> list[str]:
    """Moments up to ``now`` as texts in China's zone, ``before`` for later ones."""
    past = moments <= now
    shown = np.datetime_as_string((np.where(past, moments, 0) + ZONE).astype("datetime64[s]"), unit="s").tolist()
    return [
        f"{mark}{text[:10]} {text[11:]}" if here else before for text, here in zip(shown, past.tolist(), strict=True)
    ]


def yuan(amounts: Ints) -> list[str]:
    """Fen as ``12.30``."""
    return [f"{fen // 100}.{fen % 100:02d}" for fen in amounts.tolist()]


def texts(numbers: Ints) -> list[str]:
    """Whole numbers as text."""
    return [str(number) for number in numbers.tolist()]


def masked_phone(phone: str) -> str:
    """``134****5678``."""
    return f"{phone[:3]}****{phone[-4:]}"


def header(text: str) -> tuple[str, ...]:
    """Column names as the platform writes them, separated by commas."""
    return tuple(text.replace("\n", "").replace(" ", "").split(","))


def write_table(
    path: Path,
    names: Sequence[str],
    columns: Mapping[str, Column],
    count: int,
    *,
    encoding: str,
    wrap: str = "",
) -> int:
    """Write a CSV file as Windows tools do, and return how many rows it has.

    Args:
        path: of the file; it appears when it is whole.
        names: the header; a name that is not in ``columns`` is an empty column, one that stands twice is filled once.
        columns: what stands under the names.
        count: rows.
        encoding: ``utf-8-sig``, ``gb18030`` …
        wrap: put before every cell under the header (Doudian's tabs).
    """
    unknown = columns.keys() - set(names)
    assert not unknown, unknown
    filled: set[str] = set()
    cells: list[Iterable[str]] = []
    for name in names:
        column = "" if name in filled else columns.get(name, "")
        filled.add(name)
        if isinstance(column, str):
            cells.append(repeat(wrap + column, count))
        else:
            assert len(column) == count, (name, len(column), count)
            cells.append([wrap + cell for cell in column] if wrap else column)
    draft = path.with_suffix(".part")
    with draft.open("w", encoding=encoding, newline="") as out:
        table = csv.writer(out, lineterminator="\r\n")
        table.writerow(names)
        table.writerows(zip(*cells, strict=True))
    draft.replace(path)
    return count


def orders_file(path: Path, shop: Shop, rows: int, *, says_shop: bool) -> ExportFile:
    """A written file of orders; ``says_shop`` when each row names its shop."""
    info = SHOPS[shop]
    return ExportFile(path, "orders", info.platform, "" if says_shop else info.name, rows)


RECENT: Final = 60  # days that the newer of two overlapping exports goes back
OLDER: Final = 30  # days before the end at which the older one was made
