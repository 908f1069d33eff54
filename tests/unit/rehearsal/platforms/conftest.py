"""A small corp under a clock that stands still, and its server."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wecom import world
from siyu.rehearsal.platforms.wecom.app import create_app
from siyu.rehearsal.platforms.wecom.fake import DEFAULT_SECRET, Corp

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 2, 2, 0, tzinfo=UTC))


@pytest.fixture
def corp(clock: ManualClock) -> Corp:
    return world.build(clock, seed=3, staff=5, follows=60, groups=3)


@pytest.fixture
def url(corp: Corp) -> Iterator[str]:
    with serving(create_app(corp)) as address:
        yield address


@pytest.fixture
def web(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, trust_env=False, timeout=10) as client:
        yield client


@pytest.fixture
def token(corp: Corp, web: httpx.Client) -> Callable[[], str]:
    def fetch() -> str:
        query = {"corpid": corp.corp_id, "corpsecret": DEFAULT_SECRET}
        return str(web.get("/cgi-bin/gettoken", params=query).json()["access_token"])

    return fetch


@pytest.fixture
def ask(web: httpx.Client, token: Callable[[], str]) -> Ask:
    """Call an API with a fresh token: ``ask(path, query=..., **body)``; with a body it is a POST."""

    def call(path: str, query: dict[str, Any] | None = None, /, **body: Any) -> dict[str, Any]:
        params = {"access_token": token(), **(query or {})}
        if query is not None and not body:
            answer = web.get(f"/cgi-bin/{path}", params=params)
        else:
            answer = web.post(f"/cgi-bin/{path}", params=params, content=json.dumps(body).encode())
        return dict(answer.json())

    return call
