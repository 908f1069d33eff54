"""Every dependency that is installed with Siyu has a licence that lets a brand run, change and pass on the whole.

Run: ``.venv/bin/python -m scripts.licences``. Why these: docs/decisions/0012-licence-and-dependencies.md
"""

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement

# SPDX names and what classifiers and old metadata call the same. The LGPL is here because a library that is installed
# beside us, and can be exchanged for another build of it, binds nobody who uses Siyu.
ALLOWED = {
    "0bsd",
    "apache-2.0",
    "apache",
    "apache 2",
    "apache 2.0",
    "apache license 2.0",
    "apache license, version 2.0",
    "apache software license",
    "apache-2.0 license",
    "bsd",
    "bsd license",
    "bsd-2-clause",
    "bsd-3-clause",
    "cc0-1.0",
    "gnu lesser general public license v3 (lgplv3)",
    "isc",
    "isc license (iscl)",
    "lgpl-3.0-only",
    "lgpl-3.0-or-later",
    "llvm-exception",
    "mit",
    "mit license",
    "mit-cmu",
    "mit-0",
    "mozilla public license 2.0 (mpl 2.0)",
    "mpl-2.0",
    "postgresql",
    "psf-2.0",
    "python software foundation license",
    "python-2.0",
    "the unlicense (unlicense)",
    "unlicense",
    "zlib",
    "zope public license",
    "bsl-1.0",
}


def runtime() -> dict[str, Distribution]:
    """Siyu's dependencies and theirs, as installed here, by normalised name."""
    found: dict[str, Distribution] = {}
    waiting = [("siyu", frozenset[str]())]
    seen = set(waiting)
    while waiting:
        name, extras = waiting.pop()
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue  # for another platform or Python
        if name != "siyu":
            found[name] = package
        for text in package.requires or ():
            needed = Requirement(text)
            asked = {"", *extras}
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in asked):
                following = (_normal(needed.name), frozenset(needed.extras))
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)
    return found


def licences(package: Distribution) -> list[str]:
    """What its metadata says: every part of the SPDX expression, else its classifiers, else the free text."""
    metadata = package.metadata
    expression = metadata.get("License-Expression")
    if expression:
        return [part for part in re.split(r"\s+(?:AND|OR|WITH)\s+|[()]", expression) if part.strip()]
    classifiers = [c.rpartition(" :: ")[2] for c in metadata.get_all("Classifier") or () if c.startswith("License :: ")]
    named = [c for c in classifiers if c != "OSI Approved"]
    return named or [(metadata.get("License") or "").strip().partition("\n")[0]]


def offenders() -> list[str]:
    """A line for each dependency whose licence is unknown or not on the list."""
    problems = []
    for name, package in sorted(runtime().items()):
        found = licences(package)
        if not found or not all(one.strip().lower() in ALLOWED for one in found):
            problems.append(f"{name} {package.version}: {' / '.join(found) or 'no licence named'}")
    return problems


def main() -> int:
    """Print the offenders."""
    problems = offenders()
    for problem in problems:
        print(f"licence not on the list: {problem}", file=sys.stderr)
    return 1 if problems else 0


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
