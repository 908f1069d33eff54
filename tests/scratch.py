"""Where tests write: in memory where there is room for it, on the disk where there is not.

A run has a folder of its own. Below one that is shared, as root, another run would close it to the user as whom PostgreSQL
runs, and engines that begin at that moment find no way to their data.
"""

import os
import shutil
import tempfile
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Final

import psutil

from siyu.engines.machine import memory

_MEMORY: Final = Path("/dev/shm")
_NEEDED: Final = 8 << 30  # bytes of it that a run may fill
_AMPLE: Final = 20 << 30  # bytes of memory: besides that, workers and engines take nine
_PREFIX: Final = "siyu-tests-"
_LAST: Final = -200  # behind the folder that multiprocessing has in there, which is removed at -100
_ON_DISK: Final = "SIYU_TEST_DISK"  # of the environment, so that all workers of a run know the place


def begin() -> None:
    """Make the run's folder, and all temporary files come to be in it: of this process, and of those it starts."""
    if _ON_DISK in os.environ:
        return
    disk = Path(tempfile.gettempdir())
    os.environ[_ON_DISK] = str(disk)
    for place in (_MEMORY, disk):
        _clear_away(place)
    place = _MEMORY if _has_room() else disk
    os.environ["TMPDIR"] = tempfile.tempdir = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=place)


def disk() -> Path:
    """Where a test puts what would fill the memory, or what has to lie beside a cache of packages."""
    return Path(os.environ[_ON_DISK])


def end() -> None:
    """Of a run that failed it stays until the next, to be looked at; otherwise nobody needs it any more."""
    Finalize(None, shutil.rmtree, (tempfile.gettempdir(),), {"ignore_errors": True}, exitpriority=_LAST)


def _has_room() -> bool:
    return memory() >= _AMPLE and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _NEEDED


def _clear_away(place: Path) -> None:
    """Remove what runs have left there that are over."""
    for folder in place.glob(f"{_PREFIX}*"):
        number = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(folder, ignore_errors=True)
