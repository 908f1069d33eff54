"""What an embedded engine says: a file beside its data that does not grow without end."""

import io
import os
from pathlib import Path
from typing import Final

_NAME: Final = "server.log"
_LARGE: Final = 8 << 20  # bytes
_LOOKED_AT: Final = 16 << 10  # bytes
_LAST: Final = 5  # lines


def open_log(folder: Path) -> io.FileIO:
    """The log of an engine that is about to start, to be appended to.

    One that has become large lies beside it as ``server.log.1`` from now on, in place of the one before.
    """
    path = folder / _NAME
    if path.exists() and path.stat().st_size >= _LARGE:
        path.replace(path.with_name(f"{_NAME}.1"))
    return path.open("ab", buffering=0)


def last_lines(folder: Path) -> str:
    """How the log ends, as one line."""
    with (folder / _NAME).open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - _LOOKED_AT))
        return " | ".join(file.read().decode("utf-8", errors="replace").splitlines()[-_LAST:])
