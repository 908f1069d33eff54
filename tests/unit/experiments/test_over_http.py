"""Programmes over HTTP: seen, and changed with a reason."""

import warnings
from datetime import datetime
from typing import Any

import httpx
import pytest

from siyu.app.context import Context
from siyu.app.web import create_app
from siyu.engines.access import service as access
from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database
from siyu.engines.settings import Settings
from siyu.experiments import service
from siyu.kernel.clock import ManualClock

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have another client than the httpx we have
    from fastapi.testclient import TestClient

URL = "/api/v1/programmes"


@pytest.fixture
def client(database: Database, now: datetime) -> TestClient:
    nowhere = Client(None, "")  # programmes ask nothing of ClickHouse
    site = TestClient(create_app(Context(Settings(), database, nowhere, ManualClock(now))))
    with database.transaction() as conn:
        scopes = ("journeys.read", "journeys.manage")
        key = access.create_api_key(conn, access.system("tests"), name="programmes", scopes=scopes, now=now)
    site.headers["Authorization"] = f"Bearer {key.token}"
    return site


def answered(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def test_a_programme_is_seen_and_changed(client: TestClient, database: Database, now: datetime) -> None:
    with database.transaction() as conn:
        made = service.start_programme(conn, key="a:1", kind="a", name="A", actor="operator:1", now=now)
        service.assign(conn, made.id, range(1, 101), now, expose=True)
    (listed,) = answered(client.get(URL, params={"running": True}))
    assert (listed["key"], "salt" in listed) == ("a:1", False)
    found = answered(client.get(f"{URL}/{made.id}"))
    assert sum(one["exposed"] for one in found["counts"]) == 100
    change = {"control_bp": 2000, "reason": "few people"}
    assert answered(client.put(f"{URL}/{made.id}/control", json=change))["control_bp"] == 2000
    assert client.put(f"{URL}/{made.id}/control", json={"control_bp": 2000, "reason": ""}).status_code == 400
    assert (
        answered(client.put(f"{URL}/{made.id}/control", json={"control_bp": 0, "reason": " "}), 400)["code"]
        == "NeedsReason"
    )
    assert answered(client.put(f"{URL}/{made.id}/costs", json={"costs": {"sms": 5}}))["costs"] == {"sms": 5}
    (place,) = answered(client.get(f"{URL}/customers/1"))
    assert place["programme_id"] == made.id
    assert client.get(f"{URL}/999").status_code == 404


def test_the_holdout(client: TestClient) -> None:
    assert answered(client.get("/api/v1/holdout")) == {"bp": 0}
    change = {"bp": 500, "reason": "what is marketing worth?"}
    assert answered(client.put("/api/v1/holdout", json=change)) == {"bp": 500}
    assert client.put("/api/v1/holdout", json={"bp": 5001, "reason": "so"}).status_code == 400
