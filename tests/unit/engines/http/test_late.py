"""A route is worked out when somebody asks for it, once, and answers then as any other."""

import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel

from siyu.engines.http import Router, join
from siyu.engines.http.late import LateRoute

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have another client than the httpx we have
    from fastapi.testclient import TestClient


class Cup(BaseModel):
    tea: str
    pieces: int = 1


@pytest.fixture
def router() -> Router:
    made = Router(prefix="/cups", tags=["cups"])

    @made.post("/{number}")
    def fill(number: int, cup: Cup) -> Cup:
        return Cup(tea=cup.tea, pieces=cup.pieces + number)

    @made.get("/route")
    def route(request: Request) -> str:
        return type(request.scope["route"]).__name__

    return made


@pytest.fixture
def client(router: Router) -> Iterator[TestClient]:
    app = FastAPI()
    join(app.router, router)
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


def worked_out(router: Router) -> list[bool]:
    return ["dependant" in vars(route) for route in router.routes]


def test_only_what_is_asked_for_is_worked_out(router: Router, client: TestClient) -> None:
    assert client.get("/cups/nothing/here").status_code == 404
    assert worked_out(router) == [False, False]
    for _ in range(2):
        assert client.post("/cups/2", json={"tea": "oolong"}).json() == {"tea": "oolong", "pieces": 3}
        assert worked_out(router) == [True, False]
    assert client.get("/cups/route").json() == "LateRoute"


def test_what_is_sent_is_checked_from_the_first_request_on(client: TestClient) -> None:
    assert client.post("/cups/two", json={"tea": "oolong"}).status_code == 422
    assert client.post("/cups/2", json={"pieces": 1}).status_code == 422
    refused = client.delete("/cups/2")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


def test_the_description_has_all(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    assert {path: list(item) for path, item in described["paths"].items()} == {
        "/cups/{number}": ["post"],
        "/cups/route": ["get"],
    }
    assert described["paths"]["/cups/{number}"]["post"]["tags"] == ["cups"]


def test_whoever_looks_at_it_sees_all_of_it(router: Router) -> None:
    route = router.routes[0]
    assert isinstance(route, APIRoute)
    assert route.body_field is not None
    with pytest.raises(AttributeError, match="colour"):
        _ = route.colour  # type: ignore[attr-defined]


def test_many_at_once_have_it_worked_out_once(router: Router, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[str] = []
    usual = APIRoute.__init__

    def init(route: APIRoute, path: str, *args: Any, **said: Any) -> None:
        times.append(path)
        usual(route, path, *args, **said)

    monkeypatch.setattr(APIRoute, "__init__", init)
    start, seen = threading.Barrier(8), list[int]()

    def look(route: LateRoute) -> None:
        start.wait()
        seen.append(id(route.dependant))

    looking = [threading.Thread(target=look, args=(router.routes[0],)) for _ in range(8)]
    for one in looking:
        one.start()
    for one in looking:
        one.join()
    assert (len(times), len(seen), len(set(seen))) == (1, 8, 1)


def test_a_fault_is_told_with_each_request(client: TestClient, router: Router) -> None:
    class Opaque:
        """Nothing that could be read from a request."""

    @router.get("/broken")
    def broken(thing: Opaque) -> None: ...

    join(client.app.router, router)  # type: ignore[attr-defined]
    for _ in range(2):
        assert client.get("/cups/broken").status_code == 500
    assert client.post("/cups/2", json={"tea": "oolong"}).status_code == 200
