"""The rejects file: what was not taken, why, and the row as it was, so that it can be mended and imported again."""

import csv
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from siyu.intake.files.recognition import REJECT_COLUMNS
from siyu.intake.files.types import Reject

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


def write_rejects(path: Path, header: Sequence[str], rejects: Iterable[Reject]) -> int:
    """Write rejects as CSV that Excel opens; returns how many. Without any there is no file: one of that name is deleted."""
    path.unlink(missing_ok=True)
    left = iter(rejects)
    first = next(left, None)
    if first is None:
        return 0
    count = 0
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*REJECT_COLUMNS, *header])
        for each in chain((first,), left):
            writer.writerow([str(each.line), each.column, each.problem.en, each.problem.zh, *map(protect, each.row)])
            count += 1
    return count
