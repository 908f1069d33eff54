"""Before the queue or the disk is in danger, senders are told to come back; what was acknowledged is never lost."""

from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.running import Siyu, begin, end, free_port
from tests.stories.speaking import eventually

LIMIT = 1_000
pytestmark = [pytest.mark.slow]


def send(siyu: Siyu, key: str, first: int, count: int, path: str = "/v1/batch") -> httpx.Response:
    events = [{"type": "track", "event": "E", "userId": "u", "messageId": str(first + n)} for n in range(count)]
    body: dict[str, Any] = {"writeKey": key, "batch": events}
    return httpx.post(f"{siyu.url}{path}", json=body, timeout=30, trust_env=False)


def turned_away(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.headers["x-ratelimit-reset"] == answer.headers["retry-after"]


def test_a_full_queue_and_a_full_disk(tmp_path: Path) -> None:
    acknowledged: set[str] = set()
    # Nobody works on the queue: it fills.
    siyu = begin(tmp_path, port := free_port(), "--role", "web", SIYU_INTAKE_QUEUE_MESSAGES=str(LIMIT))
    try:
        key = siyu.new_source("flood")
        number = 0

        def push(path: str = "/v1/batch") -> httpx.Response:
            nonlocal number
            answer = send(siyu, key, number, 50, path)
            if answer.status_code == 200:
                acknowledged.update(str(number + n) for n in range(50))
            number += 50
            return answer

        # Half full: bulk waits, so that live events find room.
        for _ in range(LIMIT // 2 // 50):
            assert push().status_code == 200
        turned_away(push("/v1/import"), 429, "TooManyRequests")
        # Full: everybody waits, and from the very message on that filled it.
        for _ in range(LIMIT // 2 // 50):
            assert push().status_code == 200
        turned_away(push(), 503, "TryLater")
        end(siyu)

        # The disk is nearly full, as far as this Siyu is told: nothing comes in, and what is queued waits on.
        siyu = begin(tmp_path, port, "--role", "web", SIYU_MINIMUM_FREE_BYTES=str(1 << 60))
        refused = eventually(lambda: send(siyu, key, 10**9, 1), lambda answer: answer.status_code != 200, 10)
        turned_away(refused, 503, "TryLater")
        assert "disk" in refused.json()["message"]
        end(siyu)

        # Everything is well again: all that was acknowledged arrives, once.
        siyu = begin(tmp_path, port)
        siyu.drain()
        arrived = Counter(row[3] for row in siyu.facts("kind = 'event.tracked'"))
        assert acknowledged <= set(arrived)
        assert set(arrived.values()) == {1}
        assert push().status_code == 200
    finally:
        end(siyu)
