"""Cells: how the text in a column becomes values. Columns are converted a batch at a time, and what was seen is remembered.

Nothing here uses a regular expression per cell: on a file of five million lines that alone would take minutes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Generic, TypeVar

from siyu.intake.files import reasons
from siyu.intake.files.formats.spec import MoneyUnit, status_key
from siyu.intake.files.types import Problem
from siyu.kernel.money import Money

V = TypeVar("V")
REMEMBERED = 50_000
REPORTED = 1_000  # different unknown words; a column of free text taken for a status must not fill the memory
LONGEST_CELL = 32_767
LONGEST_ID = 128
EMPTY = frozenset(
    {"", "-", "--", "---", "—", "——", "/", "\\N", "null", "NULL", "Null", "None", "nan", "NaN", "N/A", "无"}
)
LARGEST_COUNT = 2_000_000_000
EXACT = 10**15  # what R and spreadsheets keep of a number
WRAPPERS = frozenset({"=", "'"})
YES = frozenset({"是", "yes", "y", "true", "1", "t"})
NO = frozenset({"否", "no", "n", "false", "0", "f", "不是", "非会员"})


class CellProblem(Exception):
    """One cell cannot be converted; becomes a reject of its row."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.en)


def clean_cell(text: str) -> str:
    """Take off what export tools wrap around a value: blanks (full-width too), BOM, NUL, ``="…"``, a leading apostrophe.

    >>> clean_cell(' ="123" '), clean_cell("'13800138000")
    ('123', '13800138000')
    """
    text = without_invisible(text).strip()
    while text:
        if text[0] == "=" and len(text) > 2 and text[1] == '"' and text[-1] == '"':
            text = text[2:-1].strip()
        elif text[0] == "'":
            text = text[1:].strip()
        else:
            break
    return text


def clean_column(cells: Iterable[str], *, wrapped: bool) -> list[str]:
    """Clean a column; ``wrapped`` False promises that no cell of the batch is wrapped in more than blanks."""
    stripped = list(map(str.strip, cells))
    if wrapped:
        joined = "\n".join(stripped)
        if "'" in joined or '="' in joined:
            return [clean_cell(cell) if cell[:1] in WRAPPERS else cell for cell in stripped]
    return stripped


def without_invisible(text: str) -> str:
    """Text without NUL, byte order marks and zero-width spaces, wherever they stand."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text if text.isascii() else text.replace("\ufeff", "").replace("\u200b", "")


def is_masked(text: str) -> bool:
    """Whether a platform has hidden the value: stars, or a cipher as Doudian writes it (``##…``, ``$$…``, ``~…~``)."""
    if not text:
        return False
    return "*" in text or text[:2] in {"##", "$$"} or (text[0] in "#~$" and text[-1] == text[0])


def is_rounded(text: str) -> bool:
    """Whether a spreadsheet has turned a long number into ``1.23457E+17``: its digits are lost."""
    mantissa, mark, exponent = text.replace("e+", "E+").partition("E+")
    return bool(mark) and exponent.isdigit() and mantissa.replace(".", "", 1).isdigit()


def exact_number(text: str) -> str | None:
    """The number behind ``4.0128e+10``, or None where its digits are lost.

    R and Python write a small ``e`` only when the digits before it are all there are; spreadsheets write ``E`` and round.
    """
    if "E" in text:
        return None
    number = Decimal(text)
    return str(int(number)) if number == number.to_integral_value() and number < EXACT else None


class Column(dict[str, V | None], Generic[V]):
    """Converts cells of one kind and remembers what it has seen."""

    def parse(self, text: str) -> V | None:
        """Convert one clean cell, or raise :class:`CellProblem`."""
        raise NotImplementedError

    def __missing__(self, text: str) -> V | None:
        if len(self) >= REMEMBERED:
            self.clear()
        value = self[text] = self.parse(text)
        return value

    def convert(self, cells: Sequence[str], problems: dict[int, Problem]) -> list[V | None]:
        """Convert a column; a row whose cell is wrong gets None and an entry in ``problems``."""
        try:
            return list(map(self.__getitem__, cells))
        except CellProblem:
            return self.convert_each(cells, problems)

    def convert_each(self, cells: Sequence[str], problems: dict[int, Problem]) -> list[V | None]:
        """Convert cell by cell, so that one wrong cell does not spoil the others."""
        values: list[V | None] = []
        for at, cell in enumerate(cells):
            try:
                values.append(self[cell])
            except CellProblem as error:
                problems.setdefault(at, error.problem)
                values.append(None)
        return values

    def take_unknown(self, cells: Sequence[str]) -> Counter[str]:  # noqa: ARG002 - only words have unknown ones
        """Words of the column that have no meaning here, counted."""
        return Counter()


class TextColumn(Column[str]):
    """Free text. Not remembered, as texts rarely repeat."""

    def convert(self, cells: Sequence[str], problems: dict[int, Problem]) -> list[str | None]:
        if max(map(len, cells), default=0) > LONGEST_CELL:
            problems.update({at: reasons.too_long(len(c)) for at, c in enumerate(cells) if len(c) > LONGEST_CELL})
        return [None if cell in EMPTY else cell for cell in cells]


class PersonalColumn(TextColumn):
    """Personal data: what the platform has masked is worth nothing and becomes None."""

    def convert(self, cells: Sequence[str], problems: dict[int, Problem]) -> list[str | None]:
        return [None if cell is None or is_masked(cell) else cell for cell in super().convert(cells, problems)]


class IdColumn(Column[str]):
    """Numbers that are names: of orders and lines. Kept as text, refused where a spreadsheet has rounded them."""

    def __init__(self, *, needed: bool) -> None:
        super().__init__()
        self._needed = needed

    def convert(self, cells: Sequence[str], problems: dict[int, Problem]) -> list[str | None]:
        joined = "\n".join(cells)
        plain = len(cells) > 0 and max(map(len, cells)) <= LONGEST_ID and "." not in joined and "+" not in joined
        if plain and EMPTY.isdisjoint(cells):
            return list(cells)
        return [self._one(at, cell, problems) for at, cell in enumerate(cells)]

    def _one(self, at: int, cell: str, problems: dict[int, Problem]) -> str | None:
        if cell in EMPTY:
            if self._needed:
                problems.setdefault(at, reasons.MISSING)
            return None
        if len(cell) > LONGEST_ID:
            problems.setdefault(at, reasons.too_long(len(cell)))
        elif is_rounded(cell):
            exact = exact_number(cell)
            if exact is None:
                problems.setdefault(at, reasons.ROUNDED)
            return exact
        elif cell.endswith(".0") and cell[:-2].isdigit():
            return cell[:-2]  # a number that passed through a data frame
        return cell


class MoneyColumn(Column[int]):
    """Amounts in the unit of the file → whole fen."""

    def __init__(self, unit: MoneyUnit) -> None:
        super().__init__()
        self._fen = unit == "fen"

    def parse(self, text: str) -> int | None:
        if text in EMPTY:
            return None
        if self._fen:
            whole = text.replace(",", "")
            if whole.removeprefix("-").isdecimal() and len(whole) < 17:
                return int(whole)
            raise CellProblem(reasons.not_money(text))
        yuan, dot, cents = text.partition(".")
        if (
            text.isascii()
            and len(yuan) <= 13
            and yuan.isdecimal()
            and (cents.isdecimal() or not dot)
            and len(cents) <= 2
        ):
            return int(yuan) * 100 + (int(cents) * (10 if len(cents) == 1 else 1) if cents else 0)
        try:
            return Money.parse_yuan(text.replace(" ", "").removesuffix("CNY").removeprefix("CNY")).fen
        except ValueError:
            raise CellProblem(reasons.not_money(text)) from None


class CountColumn(Column[int]):
    """How many pieces. Goods by weight are rounded up to a whole piece and reported."""

    def __init__(self) -> None:
        super().__init__()
        self._fractional: set[str] = set()

    def parse(self, text: str) -> int | None:
        if text in EMPTY:
            return None
        number = text.replace(",", "")
        whole, _, rest = number.partition(".")
        if not (number.isascii() and whole.isdecimal() and (not rest or rest.isdecimal())) or len(whole) > 10:
            raise CellProblem(reasons.not_count(text))
        count = int(whole)
        if rest.strip("0"):
            self._fractional.add(text)
            count += 1
        if count > LARGEST_COUNT:
            raise CellProblem(reasons.not_count(text))
        return count

    def take_unknown(self, cells: Sequence[str]) -> Counter[str]:
        return Counter(c for c in cells if c in self._fractional) if self._fractional else Counter()


class DecimalColumn(Column[int | str]):
    """Points, growth: a whole number where it is one, the exact decimal text otherwise."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__()
        self._whole = whole

    def parse(self, text: str) -> int | str | None:
        if text in EMPTY:
            return None
        number = text.replace(",", "")
        whole, _, rest = number.removeprefix("-").partition(".")
        if not (number.isascii() and whole.isdecimal() and (not rest or rest.isdecimal())) or len(number) > 18:
            raise CellProblem(reasons.not_number(text))
        if not rest.strip("0"):
            return int(number.partition(".")[0])
        if self._whole:
            raise CellProblem(reasons.not_number(text))
        return number


class WordColumn(Column[str]):
    """Words with a meaning (order status, refund status). An unknown word is reported, never refused."""

    def __init__(self, meanings: Mapping[str, str | None], *, keep_unknown: bool) -> None:
        super().__init__()
        self._meanings = {status_key(word): meaning for word, meaning in meanings.items()}
        self._meanings |= {
            word: word for word in ("placed", "paid", "shipped", "received", "closed") if not keep_unknown
        }
        self._meanings |= {word: word for word in ("requested", "partial", "refunded") if keep_unknown}
        self._keep = keep_unknown
        self._unknown: set[str] = set()

    def parse(self, text: str) -> str | None:
        if text in EMPTY:
            return None
        key = status_key(text)
        if key in self._meanings:
            return self._meanings[key]
        if len(text) > LONGEST_CELL:
            raise CellProblem(reasons.too_long(len(text)))
        if len(self._unknown) < REPORTED:
            self._unknown.add(text)
        return text if self._keep else None

    def take_unknown(self, cells: Sequence[str]) -> Counter[str]:
        return Counter(c for c in cells if c in self._unknown) if self._unknown else Counter()


class FlagColumn(Column[bool]):
    """Yes or no; what is neither is unknown."""

    def parse(self, text: str) -> bool | None:
        word = text.casefold()
        return True if word in YES else False if word in NO else None


class TagsColumn(Column[tuple[str, ...]]):
    """Several tags in a cell."""

    def parse(self, text: str) -> tuple[str, ...] | None:
        if text in EMPTY:
            return None
        for mark in "，、;；|\n":
            text = text.replace(mark, ",")
        return tuple(dict.fromkeys(tag for part in text.split(",") if (tag := part.strip())))


def claim_values(cells: Sequence[str]) -> tuple[list[str], int, int]:
    """Values that can identify somebody; useless ones become empty. Also: how many were masked, how many rounded."""
    joined = "\n".join(cells)
    values = list(cells) if EMPTY.isdisjoint(cells) else ["" if c in EMPTY else c for c in cells]
    masked = rounded = 0
    if "*" in joined or "#" in joined or "$" in joined or "~" in joined:
        hidden = [is_masked(value) for value in values]
        masked = sum(hidden)
        values = ["" if hide else value for value, hide in zip(values, hidden, strict=True)]
    if "+" in joined:
        known = [exact_number(value) if is_rounded(value) else value for value in values]
        rounded = known.count(None)
        values = [value or "" for value in known]
    if ".0" in joined:
        values = [v[:-2] if v.endswith(".0") and v[:-2].isdigit() else v for v in values]
    return values, masked, rounded
