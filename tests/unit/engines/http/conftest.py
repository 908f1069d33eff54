"""A small application with our edge around it."""

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI

from siyu.engines.access import http as access_http
from siyu.engines.access import service as access
from siyu.engines.http import Bodies, join, prepare
from siyu.engines.postgres import Database
from siyu.kernel.clock import ManualClock

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have another client than the httpx we have
    from fastapi.testclient import TestClient

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
OWNER = {"login": "Owner@Shop.cn", "password": "correct horse battery"}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def app(database: Database, clock: ManualClock) -> FastAPI:
    made = FastAPI()
    prepare(made, database=database, clock=clock, base_url="http://testserver", bodies=Bodies(10_000))
    join(made.router, access_http.router)
    return made


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app) as opened:
        yield opened


@pytest.fixture
def owner(client: TestClient, database: Database, clock: ManualClock) -> TestClient:
    """The client, signed in as the first owner."""
    with database.transaction() as conn:
        token = access.create_first_owner_link(conn, clock.now())
    assert client.post("/api/v1/redeem", json={"token": token, **OWNER}).status_code == 200
    assert client.post("/api/v1/sign-in", json=OWNER).status_code == 200
    client.headers["X-Siyu-CSRF"] = "1"
    return client
