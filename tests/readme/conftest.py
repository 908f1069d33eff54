"""Where whole environments are made."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.running import clear


@pytest.fixture(scope="module")
def disk() -> Iterator[Path]:
    """A folder of a file's own that is not in memory: uv links an environment out of its cache, and would copy it there."""
    folder = Path(tempfile.mkdtemp(prefix="siyu-readme-", dir="/var/tmp"))
    folder.chmod(0o755)  # as root, PostgreSQL runs as somebody else
    yield folder
    clear(folder)
