"""How stories speak to a running Siyu."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from tests.running import Siyu

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Source:
    """A source with its write key, as a website has it."""

    siyu: Siyu
    id: int
    name: str
    key: str

    def send(self, *events: Any, path: str = "/v1/batch") -> dict[str, Any]:
        """Send a batch as an SDK does, and return the answer."""
        body = {"writeKey": self.key, "batch": list(events)}
        answer = httpx.post(f"{self.siyu.url}{path}", json=body, timeout=30, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def facts(self) -> list[tuple[Any, ...]]:
        """(kind, name, customer, message, amount) of what came in through it, once everything is there."""
        self.siyu.drain()
        return self.siyu.facts("source_id = {source:UInt32}", source=self.id)


def eventually(ask: Callable[[], Answer], fits: Callable[[Answer], bool], within: float = 20) -> Answer:
    """Ask until the answer fits; the last answer, whether it does or not."""
    deadline = time.monotonic() + within
    while not fits(answer := ask()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return answer
