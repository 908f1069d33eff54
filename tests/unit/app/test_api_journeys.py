"""Journeys over the whole application: from a template to touches, as files, with other systems and staff."""

import hmac
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import httpx
import orjson
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, order
from tests.unit.touch.conftest import CORP

from siyu.app.context import Context
from siyu.app.journeying import Calling, Journeying
from siyu.app.reacting import Reacting
from siyu.app.rehearsing import rehearse
from siyu.app.touching import Touching
from siyu.app.web import create_app
from siyu.channels import service as channels
from siyu.channels.types import Staff
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import TryLater
from siyu.timeline import service as timeline
from siyu.touch import service as touch

JOURNEYS = "/api/v1/journeys"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
EXIT = {"kind": "exit"}
RIGHTS = ("journeys.read", "journeys.manage", "customers.read", "tasks.do")


@pytest.fixture
def app(reporting_context: Context) -> FastAPI:
    return create_app(reporting_context)


@pytest.fixture
def web(asking: Callable[..., TestClient], database: Database) -> TestClient:
    with database.transaction() as conn:
        corp = channels.connect_account(conn, access.system("tests"), channel="wecom", values=CORP, now=NOW)
        channels.mirror(conn, corp, [Staff("amy", "Amy"), Staff("bob", "Bob")], NOW)
        before = touch.rules(conn)
        asked = replace(before.rules, staff=replace(before.rules.staff, fallback="amy"))
        touch.change_rules(conn, access.system("tests"), asked, before.version, "nobody is a friend here", NOW)
    return asking(*RIGHTS)


@pytest.fixture
def live(reporting_context: Context) -> Callable[[], None]:
    """The loops of the worker, as far as they go at this moment."""
    context = reporting_context
    exporter = timeline.Exporter(context.database, context.clickhouse)
    reacting = Reacting(context.database, context.clickhouse, context.clock)
    journeying = Journeying.of(context)
    touching = Touching(context.database, context.clock)
    desk = channels.Desk(context.database, context.clock, lambda _: pytest.fail("no platform is to be asked"))

    def run() -> None:
        while (
            exporter.export_once()
            + reacting.run_once()
            + journeying.run_once()
            + channels.do_deliveries(desk)
            + touching.hear_once()
        ):
            pass

    return run


def make(web: TestClient, key: str, steps: dict[str, Any], **more: Any) -> int:
    body = {
        "name": key,
        "purpose": "service",
        "trigger": {"kind": "manual"},
        "start": next(iter(steps)),
        "steps": steps,
        "control_bp": 0,
        "control_reason": "a test",
    }
    made = web.post(JOURNEYS, json={"key": key, "definition": {**body, **more}})
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


def begin(web: TestClient, journey_id: int) -> None:
    for act in ("publish", "start"):
        answer = web.post(f"{JOURNEYS}/{journey_id}/{act}")
        assert answer.status_code == 200, answer.text


def test_from_a_template_to_touches(
    web: TestClient, tell: Told, live: Callable[[], None], clock: ManualClock, database: Database
) -> None:
    templates = {one["key"]: one for one in web.get(f"{JOURNEYS}/templates").json()}
    assert templates["post-purchase"]["name"] == "购后关怀"
    made = web.post(JOURNEYS, json={"key": "care", "template": "post-purchase"}).json()
    assert (made["state"], made["version"], made["has_draft"]) == ("draft", 0, True)
    checked = web.get(f"{JOURNEYS}/{made['id']}/check").json()
    assert checked["problems"] == []
    assert {"step": "等半小时", "way": "next", "to": "感谢与须知"} in checked["ways"]

    whole = web.get(f"{JOURNEYS}/{made['id']}").json()["definition"]
    whole |= {"control_bp": 0, "control_reason": "a test"}
    whole["variables"] = {"shop": "茶铺"}
    assert web.put(f"{JOURNEYS}/{made['id']}/draft", json=whole).status_code == 200
    begin(web, made["id"])

    tell(order("wang", "A1", NOW, 19_900), order("wang", "A2", NOW, 9_900), order("li", "B1", NOW - 30 * DAY, 5_000))
    live()
    figures = web.get(f"{JOURNEYS}/{made['id']}/figures").json()
    assert (figures["entered"], figures["inside"]) == (2, 2)  # one for each new order; none for that of last month
    people = web.get(f"{JOURNEYS}/{made['id']}/steps/等半小时/people").json()["enrolments"]
    assert {one["key"] for one in people} == {"A1", "A2"}
    wang = people[0]["customer_id"]

    (own, _) = web.get(f"/api/v1/customers/{wang}/journeys").json()
    assert [one["step"] for one in own["planned"]] == ["感谢与须知", "等七天", "使用回访"]  # then it is up to the staff

    clock.advance(31 * MINUTE)
    live()
    with database.transaction() as conn:
        told = [tuple(row) for row in rows(conn, "SELECT customer_id, purpose, state, code FROM touch.touch")]
    assert told == [(wang, "transactional", "dropped", "no_relation")] * 2  # wang is nobody's friend on WeCom
    clock.advance(8 * DAY)
    live()
    tasks = web.get("/api/v1/staff-tasks", params={"state": "open"}).json()["tasks"]
    assert [(one["title"], one["staff_id"], one["programme"]) for one in tasks] == [
        ("订单满七天，问问穿着感受", "amy", "购后关怀")
    ] * 2
    assert tasks[0]["programme_key"] == f"journey:{made['id']}"
    assert web.get("/api/v1/staff-tasks", params={"staff_id": "bob"}).json()["tasks"] == []
    page = web.get("/api/v1/staff-tasks", params={"staff_id": "amy", "limit": 1}).json()
    (last,) = web.get("/api/v1/staff-tasks", params={"limit": 1, "cursor": page["next"]}).json()["tasks"]
    assert last["id"] == tasks[1]["id"]
    done = web.post(f"/api/v1/staff-tasks/{tasks[0]['id']}/done").json()
    assert (done["state"], done["said"]) == ("done", "")
    assert (
        web.post(f"/api/v1/staff-tasks/{tasks[0]['id']}/decline", json={"reason": "no time"}).json()["state"] == "done"
    )
    assert web.post(f"/api/v1/staff-tasks/{tasks[1]['id']}/decline", json={"reason": ""}).status_code == 400
    declined = web.post(f"/api/v1/staff-tasks/{tasks[1]['id']}/decline", json={"reason": "客户正在投诉"}).json()
    assert (declined["state"], declined["said"]) == ("declined", "客户正在投诉")
    assert web.post("/api/v1/staff-tasks/999999/done").status_code == 404
    live()
    steps = {one["step"]: one["ways"] for one in web.get(f"{JOURNEYS}/{made['id']}/figures").json()["steps"]}
    assert steps["使用回访"] == {"next": 1, "declined": 1}


def test_a_draft_with_mistakes_says_all_of_them(web: TestClient) -> None:
    steps = {
        "hi": {"kind": "send", "text": "{{name}}", "wishes": [{"channel": "wecom", "way": "pigeon"}], "next": "zzz"},
        "alone": {"kind": "wait", "until": "2020-01-01T10:00:00", "next": "hi"},
    }
    journey = make(web, "wrong", steps)
    answer = web.post(f"{JOURNEYS}/{journey}/publish")
    assert answer.status_code == 409
    said = answer.json()
    assert said["code"] == "NotPublishable"
    assert {one["code"] for one in said["details"]["problems"]} == {
        "unknown_step",
        "unreachable",
        "unknown_way",
        "variable_without_value",
        "wait_in_the_past",
    }
    assert web.post(f"{JOURNEYS}/{journey}/start").json()["code"] == "WrongState"
    nonsense = web.post(JOURNEYS, json={"key": "x", "definition": {"name": "x"}})
    assert nonsense.status_code == 400


def test_as_files_for_git(web: TestClient) -> None:
    headers = {"Content-Type": "application/yaml"}
    text = """
version: 1
key: hello
name: 你好
purpose: service
trigger:
  kind: manual
start: wait
steps:
  wait:
    kind: wait
    at: 10:00
    next: end
  end:
    kind: exit
"""
    made = web.put(f"{JOURNEYS}/yaml", content=text.encode(), headers=headers)
    assert made.status_code == 200, made.text
    again = web.put(f"{JOURNEYS}/yaml", content=text.encode(), headers=headers).json()
    assert again["updated_at"] == made.json()["updated_at"]
    out = web.get(f"{JOURNEYS}/{again['id']}/yaml")
    assert out.headers["content-type"].startswith("application/yaml")
    assert web.put(f"{JOURNEYS}/yaml", content=out.content, headers=headers).json()["id"] == again["id"]
    bad = web.put(f"{JOURNEYS}/yaml", content=b"name: x", headers=headers)
    assert (bad.status_code, bad.json()["code"]) == (400, "BadDefinition")


def test_people_are_put_in_by_a_program_once_for_each_request(
    web: TestClient, tell: Told, live: Callable[[], None]
) -> None:
    tell(order("wang", "A1", NOW, 100), order("li", "B1", NOW, 100))
    ids = [one["customer_id"] for one in web.get("/api/v1/customers").json()["customers"]]
    steps = {"t": {"kind": "tag", "add": ["来过"], "next": "end"}, "end": EXIT}
    journey = make(web, "hand", steps, reentry={"when": "always"})
    begin(web, journey)
    body = {"customer_ids": [*ids, 999_999], "request_id": "r1", "entry": {"product": "tea"}}

    def put(**more: Any) -> dict[str, Any]:
        return dict(web.post(f"{JOURNEYS}/{journey}/people", json=body | more).json())

    assert put() == {"entered": sorted(ids), "left_out": [], "unknown": []}
    live()
    assert put()["entered"] == []
    assert put(request_id="r2")["entered"] == sorted(ids)
    live()
    facts = web.get(f"/api/v1/customers/{ids[0]}/timeline").json()["entries"]
    assert {"journey.entered", "journey.ended", "tag.added"} <= {one["kind"] for one in facts}
    assert web.post(f"{JOURNEYS}/{journey}/pause", json={"reason": "Later"}).json()["state"] == "paused"
    refused = web.post(f"{JOURNEYS}/{journey}/people", json=body | {"request_id": "r3"})
    assert (refused.status_code, refused.json()["code"]) == (409, "WrongState")
    assert web.post(f"{JOURNEYS}/{journey}/start").json()["state"] == "running"
    assert web.post(f"{JOURNEYS}/{journey}/drain", json={}).json()["state"] == "draining"
    live()
    assert web.get(f"{JOURNEYS}/{journey}").json()["journey"]["state"] == "stopped"


def test_people_are_put_in_by_what_is_known_of_them(web: TestClient, tell: Told, live: Callable[[], None]) -> None:
    tell(order("wang", "A1", NOW, 100), order("li", "B1", NOW, 100))
    (wang,) = web.get("/api/v1/customers/find", params={"value": "wang"}).json()["customers"]
    (li,) = web.get("/api/v1/customers/find", params={"value": "li"}).json()["customers"]
    journey = make(web, "known", {"w": {"kind": "wait", "duration": "1d", "next": "end"}, "end": EXIT})
    begin(web, journey)
    place = f"{JOURNEYS}/{journey}/people"
    named = {"type": "platform_buyer", "identifiers": [" wang ", "nobody", "nobody", ""], "request_id": "r1"}
    assert web.post(place, json=named).json() == {"entered": [wang], "left_out": [], "unknown": ["nobody"]}
    numbers = {"identifiers": [str(wang), str(li), "12 3"], "customer_ids": [li], "request_id": "r2"}
    assert web.post(place, json=numbers).json() == {"entered": [li], "left_out": [wang], "unknown": ["12 3"]}
    odd = web.post(place, json=named | {"type": "shoe_size", "request_id": "r3"})
    assert (odd.status_code, odd.json()["code"]) == (400, "BadInput")
    assert "shoe_size" in odd.json()["message"]
    nobody = web.post(place, json={"request_id": "r4"})
    assert nobody.status_code == 400
    assert "customer_ids" in nobody.json()["message_zh"]
    assert web.post(place, json={"request_id": "r4", "identifiers": ["  "]}).json()["entered"] == []


class Other(BaseHTTPRequestHandler):
    """Another system, which refuses the first call."""

    heard: ClassVar[list[tuple[dict[str, str], bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Other.heard.append((dict(self.headers), body))
        self.send_response(503 if len(Other.heard) == 1 else 204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def other() -> Iterator[str]:
    Other.heard.clear()
    server = HTTPServer(("127.0.0.1", 0), Other)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_another_system_is_called_until_it_has_heard(
    web: TestClient, tell: Told, live: Callable[[], None], clock: ManualClock, database: Database, other: str
) -> None:
    tell(order("wang", "A1", NOW, 100))
    (one,) = [found["customer_id"] for found in web.get("/api/v1/customers").json()["customers"]]
    fields = {"goods": "{{entry.product|无}}"}
    steps = {"call": {"kind": "webhook", "url": other, "fields": fields, "next": "end"}, "end": EXIT}
    journey = make(web, "hook", steps)
    begin(web, journey)
    body = {"customer_ids": [one], "request_id": "r1", "entry": {"product": "tea"}}
    web.post(f"{JOURNEYS}/{journey}/people", json=body)
    live()
    with httpx.Client(trust_env=False) as client:
        calling = Calling(database, clock, client)
        assert calling.run_once() == 1
        (call,) = web.get(f"{JOURNEYS}/{journey}/calls").json()
        assert (call["state"], call["tries"], call["answer"]) == ("waiting", 1, "503 Service Unavailable")
        assert calling.run_once() == 0
        clock.advance(MINUTE)
        assert calling.run_once() == 1
        assert calling.run_once() == 0
    (call,) = web.get(f"{JOURNEYS}/{journey}/calls").json()
    assert (call["state"], call["tries"]) == ("done", 2)
    (first, said), (second, again) = Other.heard
    assert first["Idempotency-Key"] == second["Idempotency-Key"] == call["key"]
    assert said == again
    assert orjson.loads(said)["fields"] == {"goods": "tea"}
    shown = web.post(f"{JOURNEYS}/{journey}/secret").json()
    masked = web.post(f"{JOURNEYS}/{journey}/secret").json()  # it is shown once
    assert (masked["secret"], masked["ends_with"], masked["shown_at"] is None) == (None, shown["secret"][-4:], False)
    at, _, mark = second["Siyu-Signature"].partition(",v1=")
    assert mark == signed(shown["secret"], at, again)

    # A new secret: for a day both, then it alone.
    asked = {"replaces": shown["number"], "reason": "it was sent by mail"}
    place = f"{JOURNEYS}/{journey}/secret/renew"
    made = web.post(place, json=asked).json()
    assert (made["number"], made["secret"] != shown["secret"]) == (2, True)
    assert web.post(place, json=asked).json() == made  # asked again, it is the same
    hidden = web.post(f"{JOURNEYS}/{journey}/secret").json()
    assert (hidden["secret"], hidden["ends_with"], hidden["number"]) == (None, made["secret"][-4:], 2)
    late = web.post(place, json=asked | {"replaces": 7})
    assert (late.status_code, late.json()["code"]) == (409, "Conflict")
    for bad in ({"reason": "  "}, {"replaces": 0}, {"reason": "x"}):
        assert web.post(place, json=asked | bad).status_code in {400, 422}
    for number, wait in (("r2", MINUTE), ("r3", DAY)):
        clock.advance(wait)
        web.post(f"{JOURNEYS}/{journey}/people", json=body | {"request_id": number, "key": number})
        live()
        with httpx.Client(trust_env=False) as client:
            assert Calling(database, clock, client).run_once() == 1
    (said_both, of_both), (said_new, of_new) = [
        (heard["Siyu-Signature"].split(","), content) for heard, content in Other.heard[-2:]
    ]
    marks = [signed(one["secret"], said_both[0], of_both) for one in (made, shown)]
    assert said_both[1:] == [f"v1={mark}" for mark in marks]
    assert said_new[1:] == [f"v1={signed(made['secret'], said_new[0], of_new)}"]
    repeated = web.post(place, json=asked).json()  # no answer is lost for so long
    assert (repeated["secret"], repeated["number"]) == (None, 2)


def signed(secret: str, at: str, body: bytes) -> str:
    """As the other system computes it."""
    moment = at.removeprefix("t=")
    return hmac.new(secret.encode(), moment.encode() + b"." + body, sha256).hexdigest()


def test_a_rehearsal_is_made_by_a_job(
    web: TestClient, tell: Told, live: Callable[[], None], reporting_context: Context, clock: ManualClock
) -> None:
    wish = {"channel": "wecom", "way": "group_send"}
    steps = {"hi": {"kind": "send", "text": "谢谢您。", "wishes": [wish], "next": "end"}, "end": EXIT}
    trigger = {"kind": "fact", "fact": {"kind": "order.paid"}}
    journey = make(web, "draft", steps, trigger=trigger)
    tell(order("wang", "A1", NOW, 100), order("li", "B1", NOW - 5 * DAY, 100))
    live()
    clock.advance(DAY)
    asked = web.post(f"{JOURNEYS}/{journey}/rehearsals", json={}).json()
    assert asked["state"] == "waiting"
    rehearse(reporting_context, asked["id"])
    rehearse(reporting_context, asked["id"])
    found = web.get(f"{JOURNEYS}/rehearsals/{asked['id']}").json()
    assert (found["state"], found["done"], found["total"]) == ("done", 2, 2), found
    result = found["result"]
    assert (result["people"], result["of"], result["figures"]["entered"]) == (2, 2, 2)
    assert {one["code"] for one in result["touches"]} == {"no_relation"}
    assert all(len(pair) == 2 for pair in result["cannot_know"])

    nobody = web.post(f"{JOURNEYS}/{journey}/rehearsals", json={"segment": 999})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "NotFound")
    past = web.post(f"{JOURNEYS}/{journey}/rehearsals", json={"segment": 999, "since": "2020-01-01T00:00:00"})
    assert past.status_code in {400, 404}
    again = web.post(f"{JOURNEYS}/{journey}/rehearsals", json={}).json()
    cancelled = web.post(f"{JOURNEYS}/rehearsals/{again['id']}/cancel").json()
    assert cancelled["state"] == "cancelled"
    rehearse(reporting_context, again["id"])
    assert web.get(f"{JOURNEYS}/rehearsals/{again['id']}").json()["result"] is None
    last = web.post(f"{JOURNEYS}/{journey}/rehearsals", json={}).json()
    with pytest.raises(TryLater):  # the process ends: another goes on with it
        rehearse(reporting_context, last["id"], ending=lambda: True)
    assert web.get(f"{JOURNEYS}/rehearsals/{last['id']}").json()["state"] == "running"
    rehearse(reporting_context, last["id"])
    assert web.get(f"{JOURNEYS}/rehearsals/{last['id']}").json()["result"] == {
        **result,
        "since": last["since"].replace("+00:00", "Z"),
        "until": last["until"].replace("+00:00", "Z"),
    }
    assert web.get(f"{JOURNEYS}/{journey}/figures").json()["entered"] == 0


def test_a_broadcast_over_http(web: TestClient) -> None:
    sending = {
        "kind": "send",
        "text": "周三会员日。",
        "wishes": [{"channel": "wecom", "way": "group_send"}],
        "next": "",
    }
    body = {"key": "day", "name": "会员日", "segment": 0, "sending": sending, "purpose": "marketing", "per_minute": 100}
    made = web.post(f"{JOURNEYS}/broadcasts", json=body | {"at": "2026-04-01T10:00:00"})
    assert made.status_code == 201, made.text
    assert made.json()["kind"] == "broadcast"
    problems = web.get(f"{JOURNEYS}/{made.json()['id']}/check").json()["problems"]
    assert [one["code"] for one in problems] == ["no_segment"]
