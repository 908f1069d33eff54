"""One running Siyu for all stories of a worker, as long as there are stories, and the ways in which they speak to it."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tests.running import Siyu, begin, end, free_port
from tests.stories.speaking import Source

_numbers = itertools.count(1)


@pytest.fixture(scope="package")
def siyu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siyu]:
    running = begin(tmp_path_factory.mktemp("siyu"), free_port(), SIYU_WORKERS="2")
    try:
        yield running
    finally:
        end(running)


@pytest.fixture(scope="package")
def api(siyu: Siyu) -> Iterator[httpx.Client]:
    """The API, with every right."""
    with siyu.client(siyu.api_key()) as client:
        yield client


@pytest.fixture(scope="package")
def web(siyu: Siyu) -> Iterator[httpx.Client]:
    """Whoever comes by: no key, no session."""
    with siyu.client(None) as client:
        yield client


@pytest.fixture
def source(siyu: Siyu, api: httpx.Client) -> Source:
    """A source of the story's own."""
    made = api.post("/api/v1/sources", json={"name": f"story {next(_numbers)}", "kind": "web"}).json()
    return Source(siyu, made["id"], made["name"], made["keys"][0]["key"])


@pytest.fixture
def phone() -> str:
    """A phone that nobody else in the stories has."""
    return f"1391{next(_numbers):07d}"


@pytest.fixture(scope="package")
def find(siyu: Siyu, api: httpx.Client) -> Callable[[str], list[int]]:
    """Ids of the customers with an identifier."""

    def look(value: str) -> list[int]:
        siyu.drain()
        return list(api.get("/api/v1/customers/find", params={"value": value}).raise_for_status().json()["customers"])

    return look


@pytest.fixture(scope="package")
def shared_data() -> Path:
    """The folder of the real data."""
    folder = Path(__file__).parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real data is not here ({folder})")
    return folder
