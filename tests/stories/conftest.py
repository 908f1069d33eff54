"""One running Siyu for all stories of a worker."""

from collections.abc import Iterator

import pytest
from tests.running import Siyu, begin, end, free_port


@pytest.fixture(scope="session")
def siyu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siyu]:
    running = begin(tmp_path_factory.mktemp("siyu"), free_port())
    try:
        yield running
    finally:
        end(running)
