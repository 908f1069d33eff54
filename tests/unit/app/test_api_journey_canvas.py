"""What a canvas asks of journeys: the list at a glance, files that are not kept, who is at a step."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, row

from siyu.app import behind
from siyu.app.behind import StepPeople
from siyu.app.context import Context
from siyu.app.web import create_app
from siyu.engines.postgres import Database, scalar
from siyu.journeys import service as journeys

JOURNEYS = "/api/v1/journeys"
STEPS: dict[str, Any] = {
    "wait": {"kind": "wait", "duration": "1d", "next": "end"},
    "end": {"kind": "exit"},
}
DEFINITION = {
    "name": "A canvas",
    "purpose": "service",
    "trigger": {"kind": "manual"},
    "start": "wait",
    "steps": STEPS,
    "control_bp": 0,
    "control_reason": "a test",
}


@pytest.fixture
def app(reporting_context: Context) -> FastAPI:
    return create_app(reporting_context)


@pytest.fixture
def web(asking: Callable[..., TestClient]) -> TestClient:
    return asking("journeys.read", "journeys.manage", "customers.read", "channels.read")


@pytest.fixture
def people(tell: Told, database: Database) -> list[int]:
    tell(*(row(name, NOW - timedelta(days=3)) for name in ("ann", "ben", "cid")))
    with database.transaction() as conn:
        return sorted(scalar(conn, "SELECT array_agg(DISTINCT customer_id) FROM customers.profile"))


def test_a_list_says_at_a_glance_who_enters_and_where_people_are(web: TestClient, people: list[int]) -> None:
    made = web.post(JOURNEYS, json={"key": "canvas", "definition": DEFINITION}).json()
    web.post(JOURNEYS, json={"key": "draft", "template": "birthday"})
    for act in ("publish", "start"):
        assert web.post(f"{JOURNEYS}/{made['id']}/{act}").status_code == 200
    web.post(f"{JOURNEYS}/{made['id']}/people", json={"customer_ids": people, "request_id": "1"})
    rows = {one["key"]: one for one in web.get(JOURNEYS).json()}
    assert rows["canvas"]["trigger"] == {"kind": "manual"}
    assert {name: rows["canvas"][name] for name in ("steps", "control_bp", "entered", "inside", "ended")} == {
        "steps": 2,
        "control_bp": 0,
        "entered": 3,
        "inside": 3,
        "ended": {},
    }
    assert (rows["draft"]["trigger"]["kind"], rows["draft"]["control_bp"], rows["draft"]["entered"]) == (
        "date",
        1000,
        0,
    )
    figures = web.get(f"{JOURNEYS}/{made['id']}/figures").json()
    assert (figures["entered"], figures["inside"]) == (3, 3)


def test_a_file_is_read_and_written_without_keeping_anything(web: TestClient) -> None:
    text = web.post(f"{JOURNEYS}/yaml/write", json={"key": "canvas", "definition": DEFINITION})
    assert text.headers["content-type"].startswith("application/yaml")
    assert text.text.startswith("version: 1\nkey: canvas\n")
    headers = {"content-type": "application/yaml"}
    read = web.post(f"{JOURNEYS}/yaml/read", content=text.text, headers=headers).json()
    assert (read["key"], read["definition"]["steps"]["wait"]["duration"]) == ("canvas", "1d")
    assert web.get(JOURNEYS).json() == []
    wrong = web.post(f"{JOURNEYS}/yaml/read", content="steps: [", headers=headers)
    assert (wrong.status_code, wrong.json()["code"]) == (400, "BadDefinition")


def test_the_people_at_a_step_are_listed_and_exported_each_once(
    web: TestClient, people: list[int], reporting_context: Context, database: Database
) -> None:
    made = web.post(JOURNEYS, json={"key": "canvas", "definition": DEFINITION}).json()
    for act in ("publish", "start"):
        web.post(f"{JOURNEYS}/{made['id']}/{act}")
    for key in ("a", "b"):  # two enrolments of each
        web.post(f"{JOURNEYS}/{made['id']}/people", json={"customer_ids": people, "request_id": key, "key": key})
    at = f"{JOURNEYS}/{made['id']}/steps/wait/customers"
    first = web.get(at, params={"limit": 2}).json()
    second = web.get(at, params={"limit": 2, "cursor": first["next"]}).json()
    assert first["customer_ids"] + second["customer_ids"] == people
    assert [one["customer_id"] for one in first["customers"]] == people[:2]
    assert second["next"] is None
    asked = behind.from_json(first["people"])
    assert asked == StepPeople(made["id"], "wait")
    assert list(behind.everybody(reporting_context, asked)) == [people]
    with database.transaction() as conn:
        assert journeys.customers_at(conn, made["id"], "end", above=0, most=10) == []
    assert web.get(f"{JOURNEYS}/99999/steps/wait/customers").status_code == 404


def test_ways_say_what_they_carry_at_most(web: TestClient) -> None:
    kinds = {one["channel"]: one for one in web.get("/api/v1/channels/kinds").json()["kinds"]}
    ways = {one["name"]: one for one in kinds["wecom"]["ways"]}
    text = next(one for one in ways["group_send"]["contents"] if one["name"] == "text")
    assert text["max_bytes"] > 0
    assert ways["group_send"]["attachments"] > 0
