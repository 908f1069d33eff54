"""Live views over a real connection: facts as they come, what became of messages, and when a stream ends."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, order, visit

from siyu.app import live
from siyu.app.api import live as routes
from siyu.engines.access import service as access
from siyu.engines.postgres import Database
from siyu.intake import service as intake
from siyu.intake.types import DeadLetter


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    """The application behind a real server: only that can show a stream while it runs."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, lifespan="off", log_config=None, timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        if hub := getattr(app.state, "live", None):
            hub.close()
        server.should_exit = True
        thread.join(20)


class Stream:
    """An open stream; events are read in the background."""

    def __init__(self, address: str, path: str, headers: dict[str, str]) -> None:
        self.events: list[dict[str, Any]] = []
        self.lines: list[str] = []
        self.ended = threading.Event()
        self.status = 0
        self.leaving = False
        self._opened = threading.Event()
        self._client = httpx.Client(base_url=address, headers=headers, timeout=30, trust_env=False)
        self._thread = threading.Thread(target=self._read, args=(path,), daemon=True)
        self._thread.start()
        assert self._opened.wait(10)

    def _read(self, path: str) -> None:
        try:
            with self._client.stream("GET", path) as answer:
                self.status = answer.status_code
                named: dict[str, Any] = {}
                for line in answer.iter_lines():
                    if self.leaving:
                        return
                    self.lines.append(line)
                    self._opened.set()
                    name, _, value = line.partition(": ")
                    if name == "data":
                        self.events.append({**named, "data": json.loads(value)})
                        named = {}
                    elif name in {"id", "event"}:
                        named[name] = value
        except httpx.HTTPError:
            pass
        finally:
            self._opened.set()
            self.ended.set()

    def wait(self, fits: Callable[[list[dict[str, Any]]], bool], within: float = 10) -> list[dict[str, Any]]:
        deadline = time.monotonic() + within
        while not fits(self.events) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert fits(self.events), self.events
        return self.events

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def watch(address: str, asking: Callable[..., TestClient]) -> Iterator[Callable[..., Stream]]:
    opened: list[Stream] = []

    def open_stream(path: str = "/api/v1/live", right: str = "customers.read", **headers: str) -> Stream:
        key = asking(right).headers["Authorization"]
        opened.append(Stream(address, path, {"Authorization": key, **headers}))
        return opened[-1]

    yield open_stream
    for stream in opened:
        stream.close()


@pytest.fixture
def source_id(database: Database) -> int:
    with database.transaction() as conn:
        made = access.create_source(conn, access.system("tests"), name="shop", kind="server", now=NOW)
    return made.id


class TestFacts:
    def test_they_come_as_they_happen_and_to_everybody(self, watch: Callable[..., Stream], tell: Told) -> None:
        one, other = watch(), watch()
        tell(order("ann", "1", NOW, 5_000))
        for stream in (one, other):
            events = stream.wait(lambda found: len(found) >= 2)
            assert [event["data"]["kind"] for event in events] == ["order.placed", "order.paid"]
            paid = events[-1]
            assert paid["event"] == "fact"
            assert paid["data"]["amount_fen"] == 5_000
            assert paid["data"]["customer_id"] > 0
            assert int(paid["id"]) == paid["data"]["fact_id"]

    def test_the_last_ones_come_first_and_resuming_repeats_none(self, watch: Callable[..., Stream], tell: Told) -> None:
        tell(order("ann", "1", NOW, 5_000))
        known = watch().wait(lambda found: len(found) == 2)
        tell(order("ben", "2", NOW, 7_000))
        back = watch(**{"Last-Event-ID": known[0]["id"]})
        events = back.wait(lambda found: len(found) == 3)
        assert [event["data"]["amount_fen"] for event in events] == [5_000, 0, 7_000]
        tell(order("cid", "3", NOW, 9_000))
        assert back.wait(lambda found: len(found) == 5)[-1]["data"]["amount_fen"] == 9_000

    def test_names_are_masked(self, watch: Callable[..., Stream], tell: Told) -> None:
        stream = watch()
        told = visit("d", NOW)
        tell(told._replace(type="track", payload={"event": "call 13800138000 or zhang@mail.example"}))
        (event,) = stream.wait(lambda found: len(found) == 1)
        assert event["data"]["name"] == "call 138****00 or ***@***"

    def test_too_much_is_counted_and_not_sent(self, watch: Callable[..., Stream], tell: Told) -> None:
        stream = watch()
        tell(*[visit(f"d{n}", NOW) for n in range(1_000)])

        def told(found: list[dict[str, Any]]) -> int:
            return sum(event["data"]["count"] if event["event"] == "skipped" else 1 for event in found)

        facts = [event for event in stream.wait(lambda found: told(found) == 1_000) if event["event"] == "fact"]
        assert len(facts) <= 400


class TestSource:
    def test_what_becomes_of_each_message(
        self, watch: Callable[..., Stream], tell: Told, source_id: int, database: Database
    ) -> None:
        stream = watch(f"/api/v1/sources/{source_id}/live", "sources.read")
        good = visit("d", NOW)._replace(source_id=source_id, message_id="good")
        other = visit("e", NOW)._replace(source_id=source_id + 1, message_id="not of this source")
        tell(good, other)
        tell(good)
        bad = order("x", "", NOW, 1)._replace(source_id=source_id, message_id="bad")
        tell(bad)
        quiet = good._replace(type="identify", message_id="quiet", payload={"traits": {}})
        tell(quiet)
        letter = DeadLetter(source_id, "m 13800138000", "track", "door", "BadEvent", "no", "不行", NOW, b"{}")
        with database.transaction() as conn:
            intake.bury(conn, [letter])
        events = stream.wait(lambda found: len(found) >= 5)
        became = {event["data"]["message_id"]: event["data"] for event in events}
        assert {name: data["what"] for name, data in became.items()} == {
            "good": "duplicate", "bad": "dead_letter", "quiet": "nothing_new", "m 138****00": "dead_letter",
        }  # fmt: skip
        assert [event["data"]["what"] for event in events if event["data"]["message_id"] == "good"] == [
            "accepted",
            "duplicate",
        ]
        (accepted,) = [event["data"] for event in events if event["data"]["what"] == "accepted"]
        assert [fact["kind"] for fact in accepted["facts"]] == ["page.viewed"]
        assert became["bad"]["stage"] == "pipeline"
        assert became["bad"]["reason_zh"]
        assert became["m 138****00"]["stage"] == "door"

    def test_unknown_source(self, asking: Callable[..., TestClient]) -> None:
        answer = asking("sources.read").get("/api/v1/sources/999999/live")
        assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")


class TestEnd:
    def test_a_stream_ends_with_the_key(
        self, watch: Callable[..., Stream], database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(routes, "STILL_ALLOWED", 0.1)
        stream = watch()
        with database.transaction() as conn:
            for key in access.api_keys(conn):
                access.revoke_api_key(conn, access.system("tests"), key.id, NOW)
        assert stream.ended.wait(10)

    def test_a_heartbeat_comes_when_nothing_else_does(
        self, watch: Callable[..., Stream], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(routes, "HEARTBEAT", 0.1)
        stream = watch()
        deadline = time.monotonic() + 10
        while ": here" not in stream.lines and time.monotonic() < deadline:
            time.sleep(0.05)
        assert ": here" in stream.lines

    def test_the_reader_ends_when_nobody_watches(
        self, watch: Callable[..., Stream], app: FastAPI, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(routes, "HEARTBEAT", 0.1)
        stream = watch()
        stream.leaving = True
        assert stream.ended.wait(10)
        deadline = time.monotonic() + 15
        while app.state.live._reader is not None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert app.state.live._reader is None

    def test_stopping_ends_every_stream(self, watch: Callable[..., Stream], app: FastAPI) -> None:
        streams = [watch(), watch()]
        app.state.live.close()
        assert all(stream.ended.wait(5) for stream in streams)


class TestBadInput:
    @pytest.mark.parametrize("given", ["x", "-1", "1" * 30, "1.5"])
    def test_an_id_that_is_none(self, asking: Callable[..., TestClient], given: str) -> None:
        answer = asking("customers.read").get("/api/v1/live", headers={"Last-Event-ID": given})
        assert (answer.status_code, answer.json()["code"]) == (400, "BadInput")

    def test_hide(self) -> None:
        assert live.hide("订单 13800138000 a@b.cn") == "订单 138****00 ***@***"
        assert live.hide("Order Completed 2026") == "Order Completed 2026"
