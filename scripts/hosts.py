"""No file names the host of a package index (mirrors must work) or a path of somebody's machine.

Run: ``.venv/bin/python -m scripts.hosts``
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
# Put together from pieces, so that this file passes its own check.
_HOSTS = [
    ("pypi", "org"),
    ("files.python" + "hosted", "org"),
    ("registry.npm" + "js", "org"),
    ("registry.yarn" + "pkg", "com"),
    ("npm" + "mirror", "com"),
    ("pypi.tuna.tsing" + "hua", "edu.cn"),
    ("mirrors.ali" + "yun", "com"),
    ("mirrors.cloud.ten" + "cent", "com"),
    ("static.crates", "io"),
    ("proxy.gol" + "ang", "org"),
]
_FOLDERS = ["work", "root", "workspace", "builds"]
# Each of them says one of these: plain words are found quicker.
_HINTS = [*map(".".join, _HOSTS), *(f"/{folder}/" for folder in (*_FOLDERS, "home", "Users"))]
FORBIDDEN = [
    *(re.compile(rf"\b{re.escape(name)}\.{re.escape(end)}\b") for name, end in _HOSTS),
    *(re.compile(rf"(?<![\w.~\-/{{}}]){'/'}{folder}/[\w.]") for folder in _FOLDERS),
    re.compile(r"(?<![\w.~/-])/(?:home|Users)/(?!siyu\b|you\b)[a-z]\w*/"),
]


def files() -> Iterator[Path]:
    """What is tracked, and what would be if everything were added."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    for name in listed.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file():
            yield path


def offenders() -> list[str]:
    """``file:line: what`` for each."""
    found = []
    for path in files():
        raw = path.read_bytes()
        if b"\0" in raw[:4096]:
            continue
        text = raw.decode("utf-8", "replace")
        if not any(hint in text for hint in _HINTS):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            found += [
                f"{path.relative_to(ROOT)}:{number}: {match[0]}"
                for pattern in FORBIDDEN
                if (match := pattern.search(line))
            ]
    return found


def main() -> int:
    """Print the offenders."""
    problems = offenders()
    for problem in problems:
        print(f"names an index host or a machine path: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
