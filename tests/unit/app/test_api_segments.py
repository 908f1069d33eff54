"""Segments over HTTP, on both engines: made, sized, filled, listed, exported, combined; refused with what to change."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, order, row, visit

from siyu.app import exports, segmenting
from siyu.app.context import Context
from siyu.app.web import create_app
from siyu.engines.access import service as access
from siyu.engines.access.rules import rights_of
from siyu.engines.access.types import Role
from siyu.timeline import service as timeline

VIEWED = {"condition": "did", "fact": {"kind": "page.viewed"}, "within": {"last": {"amount": 30, "unit": "day"}}}
BOUGHT = {"condition": "bought", "measure": "sum", "comparison": "ge", "value": 1000}


def document(rule: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "rule": rule}


@pytest.fixture
def client(reporting_context: Context, tell: Told) -> TestClient:
    made = TestClient(create_app(reporting_context), raise_server_exceptions=False)
    with reporting_context.database.transaction() as conn:
        scopes = sorted(rights_of([Role.OWNER]))
        key = access.create_api_key(conn, access.system("tests"), name="owner", scopes=scopes, now=NOW)
    made.headers["Authorization"] = f"Bearer {key.token}"
    tell(
        order("a", "1", NOW, 5_000), order("b", "2", NOW, 500), row("c", NOW, phone="13900000001", name="王"),
        visit("d", NOW), visit("e", NOW),
    )  # fmt: skip
    exporter = timeline.Exporter(reporting_context.database, reporting_context.clickhouse)
    while exporter.export_once():
        pass
    return made


@pytest.fixture
def make(client: TestClient, reporting_context: Context) -> Callable[..., int]:
    def made(name: str, rule: dict[str, Any]) -> int:
        answer = client.post("/api/v1/segments", json={"name": name, "rule": document(rule)})
        assert answer.status_code == 201, answer.text
        segment_id = int(answer.json()["id"])
        segmenting.evaluate(reporting_context, segment_id)
        return segment_id

    return made


def test_from_a_draft_to_its_people(client: TestClient, make: Callable[..., int], reporting_context: Context) -> None:
    words = client.post("/api/v1/segments/check", json=document(BOUGHT)).json()
    assert words["sentence_zh"] == "购买金额合计至少 10.00 元"
    preview = client.post("/api/v1/segments/preview", json=document(BOUGHT)).json()
    assert (preview["people"], preview["everybody"]) == (1, 5)
    assert preview["took_ms"] >= 0
    buyers, viewers = make("买家", BOUGHT), make("访客", VIEWED)
    shown = client.get(f"/api/v1/segments/{buyers}").json()
    assert (shown["people"], shown["version"], shown["evaluated_version"]) == (1, 1, 1)
    assert [one["name"] for one in client.get("/api/v1/segments").json()] == sorted(["买家", "访客"])
    page = client.get(f"/api/v1/segments/{viewers}/people", params={"limit": 1}).json()
    assert (len(page["customers"]), page["total"]) == (1, 2)
    rest = client.get(f"/api/v1/segments/{viewers}/people", params={"limit": 1, "cursor": page["next"]}).json()
    assert (len(rest["customer_ids"]), rest["next"]) == (1, None)
    assert rest["customer_ids"] > page["customer_ids"]
    either = {"set": "union", "of": [{"set": "segment", "segment_id": one} for one in (buyers, viewers)]}
    assert client.post("/api/v1/segments/set", json={"expression": either}).json() == {"people": 3}
    others = {"set": "not", "of": either}
    assert client.post("/api/v1/segments/set", json={"expression": others}).json() == {"people": 2}
    people = client.post("/api/v1/segments/set/people", json={"expression": either}).json()
    assert people["total"] == 3
    overlap = client.get(f"/api/v1/segments/{buyers}/overlap/{viewers}").json()
    assert (overlap["both"], overlap["only_one"], overlap["only_other"]) == (0, 1, 2)
    (evaluation,) = client.get(f"/api/v1/segments/{buyers}/evaluations").json()
    assert (evaluation["cause"], evaluation["entered"]) == ("first", 1)
    assert client.get(f"/api/v1/segments/{buyers}/moves").json() == []
    assert client.get(f"/api/v1/segments/{buyers}/movers").json() == {"moves": [], "customers": [], "next": None}
    backwards = client.get(f"/api/v1/segments/{buyers}/movers", params={"from": "2026-02-02", "to": "2026-02-01"})
    assert (backwards.status_code, backwards.json()["code"]) == (400, "BadInput")
    asked = {"people": people["people"], "columns": ["customer_id"]}
    export = client.post("/api/v1/customers/exports", json=asked)
    assert export.status_code == 202, export.text
    exports.write(reporting_context, export.json()["id"])
    file = client.get(f"/api/v1/customers/exports/{export.json()['id']}/file").content.decode("utf-8-sig")
    assert len(file.split()) == 1 + 3


def test_who_came_and_who_left_is_exported(
    client: TestClient, make: Callable[..., int], reporting_context: Context, tell: Told
) -> None:
    buyers, others = make("买家", BOUGHT), make("其他人", {"condition": "not", "of": BOUGHT})
    tell(order("b", "3", NOW, 900))
    exporter = timeline.Exporter(reporting_context.database, reporting_context.clickhouse)

    def ship() -> None:
        while exporter.export_once():
            pass

    ship()
    for segment_id in (buyers, others):
        segmenting.evaluate(reporting_context, segment_id)
    ship()
    (mover,) = client.get(f"/api/v1/segments/{buyers}/movers").json()["moves"]
    path, columns = "/api/v1/customers/exports", ["customer_id", "orders"]

    def lines(segment_id: int, which: str) -> list[str]:
        moves = {"segment_id": segment_id, "first": f"{NOW:%Y-%m-%d}", "last": f"{NOW:%Y-%m-%d}", "which": which}
        export = client.post(path, json={"moves": moves, "columns": columns})
        assert export.status_code == 202, export.text
        exports.write(reporting_context, export.json()["id"])
        return client.get(f"{path}/{export.json()['id']}/file").content.decode("utf-8-sig").split("\r\n")[:-1]

    at = f"{NOW.astimezone(ZoneInfo(reporting_context.settings.brand_zone)):%Y-%m-%d %H:%M:%S}"
    one = mover["customer_id"]
    assert lines(buyers, "both") == ["时间,变化,客户编号,已付订单数", f"{at},进入,{one},2"]
    assert lines(others, "both")[1:] == [f"{at},离开,{one},2"]
    assert lines(others, "entered")[1:] == []
    told = client.get("/api/v1/audit", params={"action": "export.requested"}).json()["items"]
    assert {"moves": "entered", "segment": others}.items() <= told[0]["details"].items()
    moves = {"segment_id": buyers, "first": "2026-02-02", "last": "2026-02-01"}
    backwards = client.post(path, json={"moves": moves})
    assert (backwards.status_code, backwards.json()["code"]) == (400, "BadInput")
    nowhere = client.post(path, json={"moves": {**moves, "segment_id": 99, "last": "2026-02-03"}})
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "NotFound")
    both = client.post(path, json={"moves": moves, "wanted": {"layer": 3}})
    assert both.status_code == 400


def test_who_moved_is_not_for_everybody(asking: Callable[..., TestClient]) -> None:
    body = {"moves": {"segment_id": 1, "first": "2026-02-01", "last": "2026-02-02"}}
    refused = asking("customers.read").post("/api/v1/customers/exports", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "NotAllowed")


def test_rules_ask_who_was_reached_and_who_is_on_a_journey(client: TestClient, make: Callable[..., int]) -> None:
    week = {"last": {"amount": 7, "unit": "day"}}
    marketing = {"kind": "touch.sent", "where": [{"property": "purpose", "comparison": "eq", "value": "marketing"}]}
    reached = {
        "condition": "did",
        "fact": marketing,
        "measure": "count",
        "comparison": "ge",
        "value": 1,
        "within": week,
    }
    words = client.post("/api/v1/segments/check", json=document(reached)).json()
    assert words["sentence_zh"] == "最近 7 天内触达成功（目的等于“营销”）至少 1 次"
    assert "the purpose is marketing" in words["sentence_en"]
    through = {"condition": "did", "fact": {"kind": "journey.entered", "name": "win-back"}}
    words = client.post("/api/v1/segments/check", json=document(through)).json()
    assert words["sentence_zh"] == "进入旅程“win-back”至少 1 次"
    made = make("没收到", {"condition": "not", "of": reached})
    assert client.get(f"/api/v1/segments/{made}").json()["people"] == 5
    kinds = client.get("/api/v1/segments/offers").json()["kinds"]
    assert {"touch.sent", "touch.dropped", "journey.entered", "journey.ended"} <= set(kinds)
    assert {"points.spent", "reward.redeemed", "coupon.used", "draw.made", "payment.paid"} <= set(kinds)
    assert not {"segment.entered", "segment.left"} & set(kinds)


def test_change_and_delete(client: TestClient, make: Callable[..., int]) -> None:
    one = make("one", VIEWED)
    two = make("two", {"condition": "not", "of": {"condition": "segment", "segment_id": one}})
    assert client.get(f"/api/v1/segments/{two}").json()["people"] == 3
    refused = client.delete(f"/api/v1/segments/{one}")
    assert (refused.status_code, refused.json()["code"]) == (409, "InUse")
    circle = {"name": "one", "rule": document({"condition": "segment", "segment_id": two})}
    refused = client.put(f"/api/v1/segments/{one}", json=circle)
    assert (refused.status_code, refused.json()["code"]) == (400, "CircularSegments")
    changed = client.put(f"/api/v1/segments/{one}", json={"name": "uno", "rule": document(BOUGHT)}).json()
    assert (changed["name"], changed["version"], changed["evaluated_version"]) == ("uno", 2, 1)
    assert client.post(f"/api/v1/segments/{one}/evaluate").status_code == 202
    assert client.delete(f"/api/v1/segments/{two}").status_code == 204
    assert client.get(f"/api/v1/segments/{two}").status_code == 404
    actions = [
        entry["action"] for entry in client.get("/api/v1/audit", params={"target": f"segment:{one}"}).json()["items"]
    ]
    assert {"segment.created", "segment.changed", "segment.evaluation_asked"} <= set(actions)


@pytest.mark.parametrize(
    ("rule", "code", "says"),
    [
        ({"condition": "did", "fact": {"kind": "order.payed"}}, "UnknownFactKind", "order.paid"),
        (
            {
                "condition": "did",
                "fact": {"kind": "touch.sent", "where": [{"property": "purposes", "comparison": "eq", "value": "x"}]},
            },
            "UnknownProperty",
            "purpose",
        ),
        ({"condition": "did", "fact": {"kind": "segment.entered"}}, "UnknownFactKind", "segment.entered"),
        ({"condition": "segment", "segment_id": 99}, "DeletedSegment", "99"),
        ({"condition": "list", "list_id": 99}, "UnknownList", "99"),
        ({"condition": "all", "of": []}, "UnusableRule", "empty"),
        ({"condition": "trait", "name": "phone", "comparison": "eq", "value": "139"}, "UnusableRule", "encrypted"),
        ({"condition": "nonsense"}, "BadInput", "condition"),
        ({"condition": "tag", "tag": "a", "dayz": 3}, "BadInput", "dayz"),
    ],
)
def test_bad_rules_are_refused_everywhere(client: TestClient, rule: dict[str, Any], code: str, says: str) -> None:
    for path, body in (
        ("check", document(rule)), ("preview", document(rule)), ("", {"name": "x", "rule": document(rule)}),
    ):  # fmt: skip
        answer = client.post(f"/api/v1/segments/{path}".rstrip("/"), json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert says in answer.json()["message"]
        assert answer.json()["message_zh"]
    assert client.get("/api/v1/segments").json() == []


def test_lists(client: TestClient, make: Callable[..., int]) -> None:
    file = "手机号\n139 0000 0001,王\n13900000002\n\n".encode("gb18030")
    sent = client.post(
        "/api/v1/segments/lists", files={"file": ("a.csv", file)}, data={"name": "回访", "type": "phone"}
    )
    assert sent.status_code == 201, sent.text
    made = sent.json()
    assert (made["lines"], made["unknown"], made["people"], made["unknown_lines"]) == (2, 1, 1, [])
    listed = make("回访人群", {"condition": "list", "list_id": made["id"]})
    assert client.get(f"/api/v1/segments/{listed}").json()["people"] == 1
    refused = client.delete(f"/api/v1/segments/lists/{made['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "InUse")
    assert client.delete(f"/api/v1/segments/{listed}").status_code == 204
    assert client.delete(f"/api/v1/segments/lists/{made['id']}").status_code == 204
    for data, file in (
        ({"name": "x", "type": "nonsense"}, b"1\n"),
        ({"name": "x"}, b"PK\0\0"),
        ({"name": " "}, b"1\n"),
        ({"name": "x"}, b"\n"),
    ):
        answer = client.post("/api/v1/segments/lists", files={"file": ("a.csv", file)}, data=data)
        assert (answer.status_code, answer.json()["code"]) == (400, "BadInput")
