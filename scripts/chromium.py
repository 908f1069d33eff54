"""Debian's Chromium, for the tests that need a browser and for the pictures of the docs.

``python -m scripts.chromium`` installs it where it is missing and that can be done without asking (root, or sudo
without a password); where it cannot, it says so and ends well: the tests that need a browser then skip themselves.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

# Where there is one without any window it is taken: it needs half as much of the processor.
SHELL: Final = "chromium-headless-shell"
NAMES: Final = (SHELL, "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FONTS: Final = "fonts-noto-cjk"  # without such a font Chinese is a row of boxes
MISSING: Final = (
    "There is no Chromium on this machine, so the browser tests skip. To run them: sudo apt-get install "
    f"{SHELL} {FONTS}, or name one: CHROMIUM=/path/to/chromium make test"
)
# The sandbox is of no use to a browser that meets only our own pages, and root may not have it.
_QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # To optimise scripts pays for pages that stay open longer than ours; and who has room collects garbage less often.
    "--js-flags=--no-opt --min-semi-space-size=32 --max-semi-space-size=64",
)


def find() -> Path | None:
    """Where Chromium is: what ``CHROMIUM`` names, else the first that is found; ``None`` when there is none."""
    if named := os.environ.get("CHROMIUM"):
        return Path(named) if Path(named).exists() else None
    return next((Path(found) for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def opened() -> Iterator[Browser]:
    """A browser without a window, closed at the end; until then no other event loop can run in this thread.

    Raises:
        RuntimeError: there is none; the message says what to do.
    """
    path = find()
    if path is None:
        raise RuntimeError(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
        yield browser
        browser.close()


def main() -> None:
    if os.environ.get("CHROMIUM") or shutil.which(SHELL):
        return
    if not install(SHELL, FONTS) and find() is None:
        install("chromium", FONTS)  # older Debians and Ubuntus have no shell of it
    if find() is None:
        print(MISSING, file=sys.stderr)


def install(*packages: str) -> bool:
    """Install packages of Debian; whether they are there now. Nobody is asked for a password."""
    become = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if not shutil.which("apt-get") or (become and not shutil.which("sudo")):
        return False
    print(f"Installing {' and '.join(packages)} for the browser tests …", flush=True)
    for step in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        command = [*become, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", *step]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print((done.stderr or done.stdout).strip()[-500:], file=sys.stderr)
            return False
    return True


if __name__ == "__main__":
    main()
