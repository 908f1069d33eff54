"""Processes for tests to kill, forked from one that has done the imports: those take longer than what the tests do."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
_PARENT: Final = """
import importlib, os, signal, sys
work = importlib.import_module(sys.argv[1]).work
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who ends is gone at once
for line in sys.stdin:
    if pid := os.fork():
        print(pid, flush=True)
    else:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what it logs
        work(*line.split())
        os._exit(0)
"""


@cache
def context() -> ForkServerContext:
    """Of processes that have imported what most need, and done nothing else: they remember nothing of the test's own."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["siyu.channels.service", "tests.conftest"])
    return made


class Forking:
    """Forks processes that call ``work`` of a module with words.

    Args:
        module: under the root of the repository, as ``tests.chaos.walker``.
    """

    def __init__(self, module: str) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, "-c", _PARENT, module],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._made: list[int] = []

    def start(self, *words: str) -> int:
        """The process id of one that begins now."""
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(" ".join(words) + "\n")
        self._parent.stdin.flush()
        self._made.append(int(self._parent.stdout.readline()))
        return self._made[-1]

    def lives(self, pid: int) -> bool:
        return Path(f"/proc/{pid}").exists()

    def kill(self, pid: int) -> None:
        """With SIGKILL; one that has ended is let be."""
        if self.lives(pid):
            os.kill(pid, signal.SIGKILL)

    def wait(self, pid: int, timeout: float = 60) -> None:
        """Until it has ended."""
        deadline = time.monotonic() + timeout
        while self.lives(pid):
            assert time.monotonic() < deadline, f"{pid} has not ended"
            time.sleep(0.002)

    def close(self) -> None:
        """Nobody is left."""
        for pid in self._made:
            self.kill(pid)
        self._parent.communicate()
