"""A file that no format fits: its columns with a few of their values, so that a person can say what each one is."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from siyu.intake.files.cells import clean_cell
from siyu.intake.files.mapping import Layout
from siyu.intake.files.preview import mask
from siyu.intake.files.reading.table import inspect, read_rows
from siyu.intake.files.types import Limits

_ROWS_LOOKED_AT: Final = 200
# Headers and values behind which a person may stand; rather one too many, for a masked sample still tells what a column is.
_PERSONAL_HEADER: Final = re.compile(
    r"姓名|名字|昵称|手机|电话|联系|地址|邮箱|邮件|生日|身份证|收货|收件|name|phone|mobile|tel|mail|address|birth",
    re.IGNORECASE,
)
_PERSONAL_VALUE: Final = re.compile(r"\+?(?:86)?[-\s]?1\d{10}|.+@.+\..+|\d{17}[\dXx]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file.

    Attributes:
        name: its header, as a mapping names it.
        samples: different values of the first rows; what looks personal is masked.
        filled: share of the rows looked at in which it is not empty, 0 to 1.
    """

    name: str
    samples: tuple[str, ...]
    filled: float


def columns_of(path: Path, limits: Limits | None = None, samples: int = 4) -> tuple[Column, ...]:
    """The columns of a table of any kind, in the order of the file; those without a header are left out.

    The header is the fullest of the first rows.

    Raises:
        UnreadableFile, FileTooExpansive: it is no table.
    """
    limits = limits or Limits()
    table = inspect(path, Layout(), limits, _fullest)
    rows: list[tuple[str, ...]] = []
    for batch in read_rows(table, limits):
        rows.extend(tuple(row) for row in batch.rows)
        if len(rows) >= _ROWS_LOOKED_AT:
            break
    rows = rows[:_ROWS_LOOKED_AT]
    found: dict[str, Column] = {}
    for at, header in enumerate(table.header):
        name = clean_cell(header)
        if name and name not in found:
            found[name] = _column(name, [clean_cell(row[at]) for row in rows if at < len(row)], samples)
    return tuple(found.values())


def _fullest(rows: list[list[str]]) -> int:
    filled = [sum(1 for cell in row if cell.strip()) for row in rows]
    return filled.index(max(filled))


def _column(name: str, cells: list[str], samples: int) -> Column:
    given = [cell for cell in cells if cell]
    personal = _PERSONAL_HEADER.search(name) is not None
    shown = (str(mask(v)) if personal or _PERSONAL_VALUE.fullmatch(v) else v[:80] for v in dict.fromkeys(given))
    return Column(
        name, tuple(value for value, _ in zip(shown, range(samples), strict=False)), len(given) / max(len(cells), 1)
    )
