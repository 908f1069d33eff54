"""What the tests of the README's commands share."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import scratch


@pytest.fixture(scope="module")
def on_disk() -> Iterator[Path]:
    """A folder for a whole environment. Its packages are links to those of a cache, which is not in memory."""
    folder = Path(tempfile.mkdtemp(prefix="siyu-readme-", dir=scratch.disk()))
    yield folder
    # Beside what comes next: to remove an environment takes many seconds.
    subprocess.run(["sh", "-c", 'rm -rf -- "$0" >/dev/null 2>&1 &', str(folder)], check=True)
