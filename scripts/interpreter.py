"""Which Python ``.venv`` is made with: the first on PATH, unless another build of the same version is much faster.

What a version manager has compiled without profile-guided optimisation takes half as long again as what Debian ships, for
everything that Siyu does (docs/decisions/0036-the-faster-build-of-a-python.md). How a build was made does not say how fast it
is, so each is measured; that takes half a second, once.

Run: ``python3 scripts/interpreter.py`` prints the path, and on standard error why it is not that of the first. It is the one
file here that a Python as old as 3.8 has to understand: else that could not say that it is too old.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final, TypedDict

OLDEST: Final = (3, 11)
# As much faster another build has to be: the first on PATH is what its owner means, and measurements differ a little.
WORTH: Final = 1.15
# It measures what most time goes into: calls, attributes, dictionaries, text; by the
# processor's clock, for the machine may have other things to do.
_PROBE: Final = """
import importlib.util, json, sys, time
class Line:
    def __init__(self, number): self.number = number
    def told(self): return {"number": self.number, "text": f"line {self.number}"}
def work():
    began, found = time.process_time(), {}
    for number in range(20_000):
        line = Line(number).told()
        found[line["text"]] = line["number"] + len(line)
    return time.process_time() - began
parts = ("pip", "_ssl", "_ctypes", "_sqlite3", "_lzma", "_bz2", "zlib")
print(json.dumps({
    "path": sys.executable, "base": getattr(sys, "_base_executable", sys.executable),
    "version": sys.version_info[:3], "seconds": min(work() for _ in range(9)),
    "parts": [part for part in parts if importlib.util.find_spec(part)],
}))
"""


class Build(TypedDict):
    """What an interpreter says of itself."""

    path: str
    base: str  # behind a virtual environment
    version: list[int]
    seconds: float
    parts: list[str]


def builds(path: str) -> list[Build]:
    """What each ``python3`` on this PATH that is new enough says of itself, the first one first.

    One that cannot be asked is left out, and one that is there under several names comes once.
    """
    found: dict[str, Build] = {}
    for folder in path.split(os.pathsep):
        candidate = Path(folder) / "python3"
        if folder and os.access(candidate, os.X_OK):
            asked = subprocess.run([candidate, "-I", "-c", _PROBE], capture_output=True, text=True, check=False)
            said: Build | None = json.loads(asked.stdout) if asked.returncode == 0 else None
            if said and tuple(said["version"]) >= OLDEST:
                found.setdefault(os.path.realpath(said["base"]), said)
    return list(found.values())


def best(found: list[Build]) -> Build:
    """The first, or another build of its version that has all its parts and is much faster."""
    first, *_ = found
    version, parts = first["version"][:2], set(first["parts"])
    alike = [one for one in found if one["version"][:2] == version and parts <= set(one["parts"])]
    fastest = min(alike, key=lambda one: one["seconds"])
    return fastest if fastest["seconds"] * WORTH < first["seconds"] else first


def main() -> int:
    """Print it; 1 when none is new enough."""
    found = builds(os.environ.get("PATH", ""))
    if not found:
        oldest = ".".join(map(str, OLDEST))
        print(f"No python3 on PATH is {oldest} or newer. Name one: make PYTHON=python3.12", file=sys.stderr)
        return 1
    chosen, first = best(found), found[0]
    if chosen is not first:
        times = first["seconds"] / chosen["seconds"]
        print(
            f"Python: {_name(chosen)}, {times:.1f} times as fast as {_name(first)}. Another: make PYTHON=…",
            file=sys.stderr,
        )
    print(chosen["path"])
    return 0


def _name(one: Build) -> str:
    return f"{one['path']} ({'.'.join(map(str, one['version']))})"


if __name__ == "__main__":
    sys.exit(main())
