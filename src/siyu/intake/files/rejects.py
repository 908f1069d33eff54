"""The rejects file: what was not taken, why, and the row as it was, so that it can be mended and imported again."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from siyu.intake.files.recognition import REJECT_COLUMNS
from siyu.intake.files.types import Checkpoint, Reject

LONG_NUMBER = 12  # digits from which a spreadsheet shows, and then saves, a number rounded


def protect(cell: str) -> str:
    """Write a cell so that a spreadsheet neither rounds it nor runs it as a formula; reading takes this off again."""
    text = cell.encode("utf-8", "replace").decode() if not cell.isascii() else cell
    core = text.strip()
    if len(core) >= LONG_NUMBER and core.isascii() and core.isdigit():
        return f'="{core}"'
    if core[:1] in {"=", "+", "@"} and not (core.startswith('="') and core.endswith('"') and core[2:-1].isalnum()):
        return "'" + text
    return text


class RejectsWriter:
    """Appends rejects to a CSV file that Excel opens; made only when there is something to write.

    When an import is resumed, what stands in the file behind the checkpoint is taken out, for it will come again.
    """

    def __init__(self, path: Path, header: Sequence[str], start_at: Checkpoint | None = None) -> None:
        self._path, self._header = path, tuple(header)
        self._file: IO[str] | None = None
        self.count = 0
        kept = self._kept(start_at) if start_at else []
        path.unlink(missing_ok=True)
        if kept:
            self._rows(kept)

    def _kept(self, start_at: Checkpoint) -> list[list[str]]:
        if not self._path.is_file():
            return []
        with self._path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))[1:]
        return [row for row in rows if row and row[0].isdigit() and int(row[0]) <= start_at.line]

    def write(self, rejects: Iterable[Reject]) -> None:
        """Append rejects and put them on disk."""
        self._rows(
            [str(r.line), r.column, r.problem.en, r.problem.zh, *(protect(cell) for cell in r.row)] for r in rejects
        )  # fmt: skip

    def _rows(self, rows: Iterable[Sequence[str]]) -> None:
        for row in rows:
            if self._file is None:
                self._file = self._path.open("w", encoding="utf-8-sig", newline="")
                csv.writer(self._file).writerow([*REJECT_COLUMNS, *self._header])
            csv.writer(self._file).writerow(row)
            self.count += 1
        if self._file:
            self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()
            self._file = None
