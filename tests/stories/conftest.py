"""One running Siyu for all stories of a worker, and the ways in which stories speak to it."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.running import Siyu, begin, end, free_port

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def siyu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siyu]:
    running = begin(tmp_path_factory.mktemp("siyu"), free_port())
    try:
        yield running
    finally:
        end(running)


@pytest.fixture(scope="session")
def api(siyu: Siyu) -> Iterator[httpx.Client]:
    """The API, with every right."""
    with siyu.client(siyu.api_key()) as client:
        yield client


@dataclass(frozen=True)
class Source:
    """A source with its write key, as a website has it."""

    siyu: Siyu
    id: int
    name: str
    key: str

    def send(self, *events: Any, path: str = "/v1/batch", **more: Any) -> httpx.Response:
        """Send a batch as an SDK does."""
        body = {"writeKey": self.key, "batch": list(events)}
        return httpx.post(f"{self.siyu.url}{path}", json=body, timeout=30, trust_env=False, **more)

    def facts(self) -> list[tuple[Any, ...]]:
        """(kind, name, customer, message, amount) of what came in through it, once everything is there."""
        self.siyu.drain()
        return self.siyu.facts("source_id = {source:UInt32}", source=self.id)


@pytest.fixture
def source(siyu: Siyu, api: httpx.Client) -> Source:
    """A source of the story's own."""
    made = api.post("/api/v1/sources", json={"name": f"story {next(_numbers)}", "kind": "web"}).json()
    return Source(siyu, made["id"], made["name"], made["keys"][0]["key"])


@pytest.fixture
def phone() -> str:
    """A phone that nobody else in the stories has."""
    return f"1391{next(_numbers):07d}"


@pytest.fixture(scope="session")
def find(siyu: Siyu, api: httpx.Client) -> Callable[[str], list[int]]:
    """Ids of the customers with an identifier."""

    def look(value: str) -> list[int]:
        siyu.drain()
        return list(api.get("/api/v1/customers/find", params={"value": value}).raise_for_status().json()["customers"])

    return look


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the real data."""
    folder = Path(__file__).parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the real data is not here ({folder})")
    return folder


def eventually[T](ask: Callable[[], T], fits: Callable[[T], bool], within: float = 20) -> T:
    """Ask until the answer fits; the last answer, whether it does or not."""
    deadline = time.monotonic() + within
    while not fits(answer := ask()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return answer
