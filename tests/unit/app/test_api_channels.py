"""The door of pushes and the API of accounts, over the whole application."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fastapi.testclient import TestClient
from psycopg import RawCursor
from tests.unit.app.conftest import NOW
from tests.unit.channels.parrot import Parrot, installed, sign

from siyu.app.context import Context
from siyu.app.web import create_app
from siyu.channels import registry, service
from siyu.channels.http import PushDoor
from siyu.channels.types import Account, Arrival, Departure, Finding, Grant, Push
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, scalar
from siyu.engines.settings import Settings
from siyu.intake import service as intake
from siyu.intake.http.pressure import Pressure
from siyu.intake.types import Lane, Message
from siyu.kernel.clock import ManualClock, to_millis
from siyu.kernel.errors import TryLater

GOOD = {"app_id": "p00ff", "secret": "s3cret"}
TOLD: dict[str, Any] = {
    "event": "customer.came",
    "at": to_millis(NOW) - 2000,
    "hints": [["contact", "c1"], ["staff", "s1"]],
    "left": [{"staff_id": "s1", "contact_id": "c2", "by": "customer", "at": to_millis(NOW)}],
    "arrival": {"staff_id": "s1", "contact_id": "c1", "code": "w", "until": to_millis(NOW) + 20_000, "state": "q"},
    "may": [["reply", "c1", 5]],
}


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What PostgreSQL is asked, as it is asked."""
    asked: list[str] = []
    execute = RawCursor.execute

    def noted(cursor: RawCursor[Any], query: bytes, *given: Any, **how: Any) -> RawCursor[Any]:
        asked.append(query.decode())
        return execute(cursor, query, *given, **how)

    monkeypatch.setattr(RawCursor, "execute", noted)
    return asked


@pytest.fixture(autouse=True)
def _parrot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "plugins", installed)


@pytest.fixture
def account(database: Database) -> Account:
    with database.transaction() as conn:
        return service.connect_account(
            conn, access.system("tests"), channel="parrot", external_id="p", name="Polly", values=GOOD, now=NOW
        )


@pytest.fixture
def web(database: Database, tmp_path: Path, clock: ManualClock) -> Iterator[TestClient]:
    """The application with its doors open; nothing here asks ClickHouse."""
    engine = cast("Any", SimpleNamespace(close=lambda: None))
    context = Context(Settings(data_folder=tmp_path, minimum_free_bytes=2**26), database, engine, clock)
    with TestClient(create_app(context), raise_server_exceptions=False) as client:
        yield client


def push(web: TestClient, account: Account, told: object = TOLD, secret: str = "s3cret", **more: Any) -> Any:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    params = {"sign": sign(secret, body)}
    return web.post(f"/callback/parrot/{account.id}", content=body, params=params, **more)


def until(done: Callable[[], bool]) -> None:
    """Wait for what is done beside the answer."""
    deadline = time.monotonic() + 5
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def finding(web: TestClient, database: Database, account: Account) -> Finding:
    """What the check says of pushes."""
    door: PushDoor = web.app.state.push_door  # type: ignore[attr-defined]
    until(lambda: not door._calls._writing)
    health = service.check_account(database, account, ManualClock(NOW), door._http, "https://siyu.example")
    return next(one for one in health.findings if one.check == "pushes")


def waiting(database: Database) -> list[Message]:
    with database.transaction() as conn:
        return [message for envelope in intake.claim(conn, 1000) for message in envelope.messages]


class TestDoor:
    def test_a_push_is_durable_before_the_answer(self, web: TestClient, account: Account, database: Database) -> None:
        answer = push(web, account)
        assert (answer.status_code, answer.text, answer.headers["content-type"]) == (
            200,
            "ok",
            "text/plain; charset=utf-8",
        )
        (message,) = waiting(database)
        assert (message.type, message.source_id, message.claims) == ("push", account.source_id, ())
        assert (message.occurred_at, message.received_at) == (NOW - timedelta(seconds=2), NOW)
        assert message.payload["hints"] == [["contact", "c1"], ["staff", "s1"]]
        assert service.read_push(message) == (
            account.id,
            Push(
                message.message_id,
                "customer.came",
                NOW - timedelta(seconds=2),
                (("contact", "c1"), ("staff", "s1")),
                (Departure("s1", "c2", "customer", NOW),),
                Arrival("s1", "c1", "w", NOW + timedelta(seconds=20), "q"),
                (Grant("reply", "c1", 5, NOW + timedelta(hours=48) - timedelta(seconds=2)),),
            ),
        )

    def test_it_waits_in_the_live_lane_and_a_repeat_is_recognised(
        self, web: TestClient, account: Account, database: Database
    ) -> None:
        for _ in range(2):
            assert push(web, account).status_code == 200
        with database.transaction() as conn:
            assert intake.depth(conn).messages[Lane.LIVE] == 2
            assert len(intake.unseen(conn, intake.claim(conn, 10))) == 1

    def test_the_platform_makes_sure_of_the_address(
        self, web: TestClient, account: Account, database: Database
    ) -> None:
        answer = web.get(f"/callback/parrot/{account.id}", params={"echo": "hello", "sign": sign("s3cret", b"hello")})
        assert (answer.status_code, answer.text) == (200, "hello")
        assert waiting(database) == []

    def test_what_is_not_the_platforms_writes_nothing_but_once_a_minute_why(
        self, web: TestClient, account: Account, statements: list[str]
    ) -> None:
        assert push(web, account, secret="guessed").status_code == 403
        door: PushDoor = web.app.state.push_door  # type: ignore[attr-defined]
        until(lambda: not door._calls._writing)
        assert statements
        statements.clear()
        wrong = push(web, account, secret="guessed")
        assert (wrong.status_code, wrong.json()["code"]) == (403, "PushRefused")
        assert wrong.json()["message_zh"] == "已拒绝该回调：签名错误。"
        for _ in range(20):
            assert push(web, account, b"no json").status_code == 400
        assert not [one for one in statements if "INSERT" in one or "UPDATE" in one]

    def test_it_remembers_what_it_refused_until_a_good_call(
        self, web: TestClient, account: Account, database: Database
    ) -> None:
        never = finding(web, database, account)
        assert (never.ok, f"https://siyu.example/callback/parrot/{account.id}" in never.advice_en) == (False, True)
        assert push(web, account, secret="guessed").status_code == 403
        wrong = finding(web, database, account)
        assert (wrong.ok, "no good one ever came" in wrong.en, "签名错误" in wrong.zh) == (False, True, True)
        assert push(web, account).status_code == 200
        assert finding(web, database, account).ok  # at once, and not in a minute

    @pytest.mark.parametrize("path", ["/callback/parrot/999", "/callback/macaw/1"])
    def test_no_such_account(self, web: TestClient, account: Account, path: str) -> None:
        answer = web.post(path, content=b"{}")
        assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")
        assert web.get("/callback/parrot/x").status_code == 400

    def test_too_much_is_refused_before_it_is_read(self, web: TestClient, account: Account) -> None:
        assert push(web, account, b"x" * (256 * 1024 + 1)).status_code == 413

    def test_a_push_asks_no_database_but_the_queue(
        self, web: TestClient, account: Account, statements: list[str]
    ) -> None:
        push(web, account)
        statements.clear()
        for number in range(10):
            assert push(web, account, {**TOLD, "event": f"e{number}"}).status_code == 200
        # What is said to who has come is read beside the request, once in half a minute, by threads of its own.
        of_ours = [one for one in statements if "channels." in one and "entry_way" not in one]
        assert len(of_ours) <= 2  # once a second the accounts, once a minute that they are heard; beside the request

    def test_new_secrets_count_at_once(self, web: TestClient, account: Account, database: Database) -> None:
        assert push(web, account).status_code == 200
        with database.transaction() as conn:
            service.update_account(conn, access.system("t"), account.id, now=NOW, values={"secret": "newer"})
        time.sleep(1.1)
        assert push(web, account, secret="newer").status_code == 200
        assert push(web, account).status_code == 403

    def test_a_paused_account_hears(self, web: TestClient, account: Account, database: Database) -> None:
        with database.transaction() as conn:
            service.pause_account(conn, access.system("t"), account.id, NOW)
        assert push(web, account).status_code == 200
        assert len(waiting(database)) == 1

    def test_it_keeps_out_when_the_queue_is_full(
        self, web: TestClient, account: Account, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_: Pressure, lane: Lane) -> None:
            raise TryLater(reason="The queue is full.", reason_zh="队列已满。", retry_after=10)

        monkeypatch.setattr(Pressure, "check", full)
        answer = push(web, account)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
        assert push(web, account, secret="guessed").status_code == 403
        assert waiting(database) == []

    def test_who_comes_is_made_known_when_the_push_is_durable(
        self, web: TestClient, account: Account, database: Database
    ) -> None:
        door: PushDoor = web.app.state.push_door  # type: ignore[attr-defined]
        known, heard = threading.Event(), []

        def on_arrival(of: Account, arrival: Arrival) -> None:
            with database.transaction() as conn:
                heard.append((of, arrival.code, scalar(conn, "SELECT count(*) FROM intake.envelope")))
            known.set()
            raise RuntimeError("the answer does not notice")

        door._on_arrival = on_arrival
        assert push(web, account).status_code == 200
        assert known.wait(5)
        assert heard == [(account, "w", 1)]
        assert push(web, account, {**TOLD, "arrival": None}).status_code == 200

    def test_sdks_cannot_send_pushes(self, web: TestClient, database: Database) -> None:
        with database.transaction() as conn:
            source = access.create_source(conn, access.system("t"), name="shop", kind="web", now=NOW)
        event_ = {"type": "push", "userId": "u", "messageId": "m"}
        body = {"writeKey": source.keys[0].key, "batch": [event_]}
        answer = web.post("/v1/batch", json=body)
        assert [one["code"] for one in answer.json()["rejected"]] == ["unknown_type"]
        assert waiting(database) == []


class TestApi:
    def test_an_account_from_the_form_to_its_quotas(self, asking: Callable[..., TestClient]) -> None:
        api = asking("channels.read", "channels.manage")
        kinds = api.get("/api/v1/channels/kinds").json()
        (kind,) = kinds["kinds"]
        assert [field["name"] for field in kind["fields"] if field["required"] and not field["default"]] == [
            "app_id",
            "secret",
        ]
        body = {"channel": "parrot", "external_id": "p1", "name": "Polly", "values": GOOD}
        made = api.post("/api/v1/channels/accounts", json=body)
        assert made.status_code == 201, made.text
        account = made.json()
        assert account["secrets"] == ["secret"]
        assert account["callback_url"].endswith(f"/callback/parrot/{account['id']}")
        assert "s3cret" not in made.text
        assert api.post("/api/v1/channels/accounts", json=body).status_code == 409
        there = f"/api/v1/channels/accounts/{account['id']}"
        assert api.patch(there, json={"values": {"plan": "large"}}).json()["settings"]["plan"] == "large"
        wrong = api.patch(there, json={"values": {"plan": "huge"}}).json()
        assert (wrong["code"], wrong["details"]["field"]) == ("WrongField", "plan")
        assert api.post(f"{there}/pause").json()["state"] == "paused"
        assert api.post(f"{there}/health").json()["findings"][0]["check"] == "state"
        assert api.post(f"{there}/resume").json()["state"] == "active"
        assert api.get(there).json()["health"]["ok"] is True
        quotas = api.get(f"{there}/quotas").json()
        assert [
            (one["limit"], one["left"]) for one in quotas if one["quota"] == "mass" and one["subject"] == "account"
        ] == [(1000, 1000)]
        assert [one["id"] for one in api.get("/api/v1/channels/accounts").json()] == [account["id"]]
        for method, path in (("GET", ""), ("GET", "/quotas"), ("POST", "/health"), ("POST", "/pause")):
            assert api.request(method, f"/api/v1/channels/accounts/99{path}").status_code == 404

    def test_what_a_check_meets_is_told_and_kept(
        self, asking: Callable[..., TestClient], account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        api = asking("channels.read", "channels.manage")

        def broken(_: Parrot) -> list[Any]:
            raise ZeroDivisionError("by zero")

        monkeypatch.setattr(Parrot, "health", broken)
        found = api.post(f"/api/v1/channels/accounts/{account.id}/health").json()
        assert (found["ok"], found["findings"][0]["check"]) == (False, "plugin")
        assert api.get(f"/api/v1/channels/accounts/{account.id}").json()["health"] == found
