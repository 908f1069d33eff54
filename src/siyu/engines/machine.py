"""What the machine has for us."""

from pathlib import Path
from typing import Final

import psutil

_LIMITS: Final = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def memory() -> int:
    """Bytes of memory: of the machine, or of the container where it is given less."""
    total = int(psutil.virtual_memory().total)
    for path in map(Path, _LIMITS):
        if path.exists() and (text := path.read_text("utf-8").strip()).isdigit():
            total = min(total, int(text))
    return total
