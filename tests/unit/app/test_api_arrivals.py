"""When the last message of each source came, and how many come."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, visit


@pytest.fixture
def client(asking: Callable[..., TestClient]) -> TestClient:
    return asking("sources.read")


def test_last_now_and_today(client: TestClient, tell: Told) -> None:
    assert client.get("/api/v1/arrivals").json() == []
    tell(visit("a", NOW), visit("b", NOW - timedelta(minutes=4)))
    tell(visit("c", NOW - timedelta(hours=3)))
    tell(visit("d", NOW - timedelta(hours=17)))  # it is 16:00 in Shanghai
    assert client.get("/api/v1/arrivals").json() == [
        {"source_id": 1, "last_at": "2026-03-01T08:00:00Z", "per_minute": 0.4, "today": 3}
    ]
