"""What the machine has for us."""

import shutil
from pathlib import Path
from typing import Final

import psutil

from siyu.kernel.errors import TryLater

_LIMITS: Final = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def memory() -> int:
    """Bytes of memory: of the machine, or of the container where it is given less."""
    total = int(psutil.virtual_memory().total)
    for path in map(Path, _LIMITS):
        if path.exists() and (text := path.read_text("utf-8").strip()).isdigit():
            total = min(total, int(text))
    return total


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists: on a machine of a cluster it need not."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def disk_free(folder: Path) -> int:
    """Bytes that may be written where a folder lies or would lie."""
    return shutil.disk_usage(existing(folder)).free


def check_room(folder: Path, kept: int, size: int = 0) -> None:
    """Pass where so many bytes more leave the disk of a folder what is to stay free.

    Raises:
        TryLater: they do not.
    """
    if disk_free(folder) - kept < size:
        raise nearly_full()


def nearly_full() -> TryLater:
    """What is said to whoever brings or asks for something that a disk has no room for."""
    return TryLater(reason="The disk is nearly full.", reason_zh="磁盘空间即将用尽。", retry_after=60)
