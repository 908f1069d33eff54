"""What is remembered of inserts, after a crash.

A MergeTree notes the token of a block before it takes the part that holds its rows (``deduplication_log->addPart`` stands before
``renameTempPartAndAdd`` in its sink). Who is killed between the two would ignore the repeat of an insert whose rows never came:
they would be lost. So before the tables are opened, whatever is noted and has no part is noted as dropped, as ClickHouse itself
does when it drops one.
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

_ADDED, _DROPPED = "1", "2"
_LOGS: Final = "store/*/*/deduplication_logs"
_PART: Final = re.compile(r"(?P<partition>.+)_(?P<first>\d+)_(?P<last>\d+)_\d+(?:_\d+)?")


class _Part(NamedTuple):
    """Which inserts are in a part: a merge has all from the first to the last of a partition."""

    partition: str
    first: int
    last: int

    @classmethod
    def of(cls, name: str) -> "_Part | None":
        found = _PART.fullmatch(name)
        return cls(found["partition"], int(found["first"]), int(found["last"])) if found else None


def forget_unfinished(data: Path) -> int:
    """Forget the tokens of blocks that have no part; how many. Safe to repeat.

    Args:
        data: the folder of chDB's data, which nobody has open.
    """
    return sum(_forget(logs) for logs in sorted(data.glob(_LOGS)))


def _forget(logs: Path) -> int:
    files = sorted(logs.glob("deduplication_log_*.txt"), key=lambda file: int(file.stem.rpartition("_")[2]))
    if not files:
        return 0
    _end_at_a_line(files[-1])
    noted: dict[str, str] = {}  # the part of each block
    for done, part, block in _records(files):
        if done == _ADDED:
            noted[block] = part
        else:
            noted.pop(block, None)
    there = defaultdict[str, list[_Part]](list)
    for folder in logs.parent.iterdir():
        if part_ := _Part.of(folder.name):
            there[part_.partition].append(part_)
    gone = [(part, block) for block, part in noted.items() if not _is_there(part, there)]
    with files[-1].open("a", encoding="utf-8") as file:
        file.writelines(f"{_DROPPED}\t{part}\t{block}\n" for part, block in gone)
    return len(gone)


def _is_there(name: str, there: dict[str, list[_Part]]) -> bool:
    part = _Part.of(name)
    if part is None:  # named as this does not know: left as it is
        return True
    return any(one.first <= part.first and part.last <= one.last for one in there.get(part.partition, ()))


def _records(files: list[Path]) -> Iterator[tuple[str, str, str]]:
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            done, *rest = line.split("\t")
            if len(rest) == 2:  # what reads otherwise is left to ClickHouse
                yield done, rest[0], rest[1]


def _end_at_a_line(file: Path) -> None:
    """What was written half when it was killed has no part either."""
    said = file.read_bytes()
    if not said.endswith(b"\n"):
        os.truncate(file, said.rfind(b"\n") + 1)
