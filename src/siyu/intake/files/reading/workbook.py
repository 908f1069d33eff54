"""XLSX, row by row, with its cells as the text that a CSV export would hold."""

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile

from siyu.intake.files import reasons
from siyu.intake.files.cells import without_invisible
from siyu.intake.files.errors import unreadable
from siyu.intake.files.reading.container import check_workbook, workbook_inside
from siyu.intake.files.reading.rows import RowBatch
from siyu.intake.files.types import Limits, Problem
from siyu.kernel.errors import original

ROWS = 1000
EXACT = 10**15  # a spreadsheet keeps 15 digits of a number


def cell_text(value: Any) -> str:
    """A cell's value as text: whole numbers without ``.0``, times in ISO form, numbers that Excel rounded as such."""
    if value is None:
        return ""
    if isinstance(value, str):
        return without_invisible(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        if abs(value) >= EXACT:
            return f"{value:.5E}"
        return str(int(value)) if value == int(value) else repr(value)
    if isinstance(value, datetime):
        return value.replace(microsecond=0).isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


class Workbook:
    """The first sheet that holds anything."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._size = path.stat().st_size
        self._unpacked: IO[bytes] | None = workbook_inside(path, limits)
        real = Path(self._unpacked.name) if self._unpacked else path
        check_workbook(real, limits)
        try:
            with _quiet():
                import openpyxl  # noqa: PLC0415 - a third of a second, for those who read workbooks

                self._book = openpyxl.load_workbook(real, read_only=True, data_only=True)
        except (BadZipFile, KeyError, ValueError, OSError, SyntaxError) as error:
            raise unreadable(
                path.name, f"the workbook is damaged ({error})", f"工作簿已损坏{original(error)}"
            ) from error
        self._rows_about = 0

    def rows(self) -> Iterator[list[str]]:
        """All rows of the sheet, from the first."""
        for sheet in self._book.worksheets:
            self._rows_about = sheet.max_row or 0
            sheet.reset_dimensions()  # exports often state a wrong size
            rows = ([cell_text(value) for value in row] for row in sheet.iter_rows(values_only=True))
            with _quiet():
                first = next(rows, None)
            if first is not None:
                yield first
                yield from rows
                return

    def batches(self, rows: Iterable[list[str]], width: int, done: int) -> Iterator[RowBatch]:
        """Rows after the header in batches; ``done`` rows of the sheet came before."""
        kept: list[list[str]] = []
        lines: list[int] = []
        problems: dict[int, tuple[int, Problem]] = {}
        number = done
        for number, row in enumerate(rows, start=done + 1):
            if not any(row):
                continue
            if len(row) < width:
                row.extend([""] * (width - len(row)))
            elif len(row) > width:
                if any(row[width:]):
                    problems[len(kept)] = (-1, reasons.wrong_width(len(row), width))
                else:
                    del row[width:]
            kept.append(row)
            lines.append(number)
            if len(kept) == ROWS:
                yield self._batch(kept, lines, problems, number)
                kept, lines, problems = [], [], {}
        if kept:
            yield self._batch(kept, lines, problems, number)

    def _batch(
        self, rows: list[list[str]], lines: list[int], problems: dict[int, tuple[int, Problem]], end: int
    ) -> RowBatch:
        return RowBatch(
            rows=rows,
            lines=lines,
            wrapped=True,
            offsets=lambda index: lines[index] - 1,
            end_offset=end,
            end_line=end,
            read_bytes=min(self._size, self._size * end // max(self._rows_about, end)),
            problems=problems,
        )

    def close(self) -> None:
        """Let go of the file."""
        self._book.close()
        if self._unpacked:
            self._unpacked.close()


@contextmanager
def _quiet() -> Iterator[None]:
    """Exports lack default styles; openpyxl warns of it, which helps nobody."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
