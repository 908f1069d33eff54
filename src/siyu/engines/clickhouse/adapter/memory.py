"""The adapter's memory while it is idle.

chDB's library has half a gigabyte; loading it touches 170 MB of code and constants that are hardly used again. Those
pages are unchanged copies of the file, so they can be let go at any time: what is needed comes back from the page cache.
"""

import ctypes
import mmap
import re
import sys
import time

from siyu.engines.clickhouse.adapter.engine import Engine

_IDLE_SECONDS = 5
_REGION = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$")


class Housekeeping:
    """Gives memory back once after the start, and after each busy time when it has been over for a while."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seen = -1
        self._since = 0.0
        self._pending = True

    def look(self) -> None:
        """Called about every second."""
        now = time.monotonic()
        if self._engine.requests != self._seen:
            self._seen, self._since, self._pending = self._engine.requests, now, True
        elif self._pending and now - self._since >= _IDLE_SECONDS:
            self._pending = False
            self._engine.release_memory()
            release_library_pages()


def release_library_pages() -> None:
    """Let go of the unchanged pages of chDB's library (Linux; elsewhere nothing happens)."""
    if not sys.platform.startswith("linux"):
        return
    madvise = ctypes.CDLL(None, use_errno=True).madvise
    for start, end in _unchanged_regions():
        madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), mmap.MADV_DONTNEED)


def _unchanged_regions() -> list[tuple[int, int]]:
    """Read-only regions of the library without a page of our own (relocated tables have some, and must stay)."""
    regions: list[tuple[int, int]] = []
    current: tuple[int, int] | None = None
    with open("/proc/self/smaps", encoding="utf-8") as file:  # noqa: PTH123  not a file of ours
        for line in file:
            head = _REGION.match(line)
            if head:
                ours = "_chdb" in head[4] and "w" not in head[3]
                current = (int(head[1], 16), int(head[2], 16)) if ours else None
            elif current and line.startswith("Anonymous:") and line.split()[1] == "0":
                regions.append(current)
    return regions
