"""Content over HTTP: bytes in and out, a script with a preview, a calendar with its warnings."""

import warnings
from typing import Any

import httpx
import pytest
from tests.unit.content.conftest import PNG

from siyu.app.context import Context
from siyu.app.web import create_app
from siyu.content import service
from siyu.customers import service as customers
from siyu.engines.access import service as access
from siyu.engines.clickhouse.client import Client
from siyu.engines.postgres import Database
from siyu.engines.settings import Settings
from siyu.kernel.clock import ManualClock

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have another client than the httpx we have
    from fastapi.testclient import TestClient

URL = "/api/v1/content"


@pytest.fixture
def client(database: Database, now: Any) -> TestClient:
    nowhere = Client(None, "")  # content asks nothing of ClickHouse
    site = TestClient(create_app(Context(Settings(), database, nowhere, ManualClock(now))))
    with database.transaction() as conn:
        scopes = ("content.read", "content.manage", "customers.read")
        key = access.create_api_key(conn, access.system("tests"), name="content", scopes=scopes, now=now)
    site.headers["Authorization"] = f"Bearer {key.token}"
    return site


def answered(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def test_bytes_in_and_out(client: TestClient) -> None:
    kept = answered(client.post(f"{URL}/media", params={"name": "a.png"}, content=PNG))
    assert (kept["media_type"], kept["size"]) == ("image/png", len(PNG))
    for path in (f"{URL}/media/{kept['hash']}", f"/media/{kept['hash']}"):
        shown = client.get(path)
        assert (shown.content, shown.headers["content-type"]) == (PNG, "image/png")
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in shown.headers["content-security-policy"]
    page = answered(client.post(f"{URL}/media", params={"name": "a.png"}, content=b"<script>alert(1)</script>"))
    shown = client.get(f"/media/{page['hash']}", headers={"Authorization": ""})
    assert (shown.headers["content-type"], shown.headers["content-disposition"]) == (
        "application/octet-stream",
        "attachment",
    )
    assert client.get(f"/media/{'0' * 64}").status_code == 404
    assert (
        client.post(f"{URL}/media", params={"name": "a"}, content=b"x" * (service.MEDIUM_BYTES + 1)).status_code == 413
    )
    assert client.post(f"{URL}/media", params={"name": "a"}, content=b"").status_code == 400


def test_a_material_is_made_and_tried(client: TestClient) -> None:
    link = {"kind": "link", "name": "New", "fields": {"title": "春季上新" * 20, "url": "https://x.example"}}
    made = answered(client.post(f"{URL}/materials", json=link), 201)
    ways = {
        (one["channel"], one["way"]): one
        for one in answered(client.post(f"{URL}/fits", json={"materials": [made["id"]]}))
    }
    assert not ways["wecom", "group_send"]["fits"]
    assert "title" in ways["wecom", "group_send"]["complaints"][0][0]
    changed = {"name": "New", "fields": {"title": "春季上新", "url": "https://x.example"}}
    answered(client.put(f"{URL}/materials/{made['id']}", json=changed))
    ways = {
        (one["channel"], one["way"]): one
        for one in answered(client.post(f"{URL}/fits", json={"materials": [made["id"]]}))
    }
    assert ways["wecom", "group_send"]["fits"]
    answered(client.put(f"{URL}/materials/{made['id']}/archived", json={"archived": True}))
    assert answered(client.get(f"{URL}/materials")) == []
    wrong = answered(client.post(f"{URL}/materials", json={"kind": "link", "name": "x"}), 422)
    assert (wrong["code"], "title" in wrong["message"], "请填写" in wrong["message_zh"]) == ("UnfitContent", True, True)


def test_a_script_with_preview(client: TestClient, database: Database, now: Any) -> None:
    with database.transaction() as conn:
        customers.start_profile(conn, 1, now)
    body = {
        "bait_a": {"text": "{{name|亲}}，红包", "kinds": ["red_packet"]},
        "bait_b": {"text": "服务 {{points}}", "kinds": ["service"]},
        "hook": {"text": "加我"},
        "fallbacks": [{"text": "体验官", "kinds": ["experience_officer"]}],
    }
    made = answered(client.post(f"{URL}/scripts", json={"name": "Bait", "body": body}), 201)
    assert (made["version"], made["unsure"]) == (1, ["points"])
    asked = {"body": body, "customer_id": 1}
    assert answered(client.post(f"{URL}/preview", json=asked))["text"] == "亲，红包\n加我"
    given = answered(client.post(f"{URL}/preview", json={**asked, "given": ["coupon"]}))
    assert (given["text"], given["fallback"]) == ("体验官\n加我", 0)
    assert answered(client.post(f"{URL}/preview", json={**asked, "arm": "b"}))["missing"] == ["points"]
    refused = answered(client.post(f"{URL}/preview", json={**asked, "arm": "b", "strict": True}), 422)
    assert refused["code"] == "NoValue"
    body["hook"] = {"text": "加我领券", "kinds": ["coupon"]}
    refused = answered(client.post(f"{URL}/scripts/{made['script_id']}/versions", json={"body": body, "after": 1}), 422)
    assert refused["code"] == "KindsExclude"
    answered(client.put(f"{URL}/exclusions", json={"sets": [["gift", "points"]]}))
    answered(client.post(f"{URL}/scripts/{made['script_id']}/versions", json={"body": body, "after": 1}), 201)
    found = answered(client.get(f"{URL}/scripts/{made['script_id']}"))
    assert [one["version"] for one in found["versions"]] == [2, 1]
    assert answered(client.get(f"{URL}/scripts/{made['script_id']}/versions/1"))["body"]["hook"]["text"] == "加我"
    broken = {"name": "x", "body": {"plain": {"text": "Hi {{name"}}}
    assert answered(client.post(f"{URL}/scripts", json=broken), 422)["code"] == "BadVariable"
    strange = {"name": "x", "body": {"plain": {"text": "a"}, "sauce": 1}}
    assert client.post(f"{URL}/scripts", json=strange).status_code == 400


def test_a_calendar_with_its_warnings(client: TestClient) -> None:
    persona = answered(client.post(f"{URL}/personas", json={"name": "小鹿", "character": {"never": ["最低价"]}}), 201)
    plan = {"phases": [{"kind": "burst", "first": "2026-03-01", "last": "2026-03-05"}]}
    made = answered(client.post(f"{URL}/calendars", json={"name": "618", "plan": plan}), 201)
    post = {"at": "2026-03-02T04:00:00Z", "category": "persona", "text": "早安", "persona_id": persona["id"]}
    for _ in range(4):
        answered(client.post(f"{URL}/calendars/{made['id']}/posts", json=post), 201)
    found = answered(client.get(f"{URL}/calendars/{made['id']}"))
    assert [(one["category"], one["is_"]) for one in found["warnings"]] == [
        ("persona", 100),
        ("seeding", 0),
        ("brand", 0),
    ]
    assert "爆发期" in found["warnings"][0]["zh"]
    refused = client.post(f"{URL}/calendars/{made['id']}/posts", json={**post, "text": "全网最低价"})
    assert answered(refused, 422)["code"] == "UnfitContent"
    complaints = answered(
        client.post(
            f"{URL}/personas/{persona['id']}/adjustments",
            json={"by": "staff", "before": {"text": "早安"}, "after": {"text": "最低价"}},
        )
    )
    assert len(complaints) == 2
    assert client.delete(f"{URL}/calendars/{made['id']}/posts/1").status_code == 204
    assert len(answered(client.get(f"{URL}/calendars/{made['id']}/posts"))) == 3


def test_who_may(client: TestClient, database: Database, now: Any) -> None:
    with database.transaction() as conn:
        key = access.create_api_key(conn, access.system("tests"), name="reader", scopes=("content.read",), now=now)
    client.headers["Authorization"] = f"Bearer {key.token}"
    assert client.get(f"{URL}/materials").status_code == 200
    assert client.post(f"{URL}/materials", json={"kind": "text", "name": "x", "text": "y"}).status_code == 403
    asked = {"body": {"plain": {"text": "a"}}, "customer_id": 1}
    assert client.post(f"{URL}/preview", json=asked).status_code == 403


def test_what_is_being_written_is_checked_and_not_kept(client: TestClient) -> None:
    wrong = answered(client.post(f"{URL}/materials/check", json={"kind": "link", "fields": {"title": "x"}}))
    assert (wrong["wrong"][0].find("url") > 0, wrong["fits"]) == (True, [])
    assert answered(client.post(f"{URL}/materials/check", json={"kind": "text", "text": "a {{b"}))["wrong"]
    unknown = {"kind": "image", "medium": "0" * 64}
    assert answered(client.post(f"{URL}/materials/check", json=unknown))["wrong"]
    hash_ = answered(client.post(f"{URL}/media", params={"name": "a.png"}, content=PNG))["hash"]
    good = answered(client.post(f"{URL}/materials/check", json={"kind": "image", "medium": hash_}))
    fits = {(one["channel"], one["way"]): one["fits"] for one in good["fits"]}
    assert (good["wrong"], fits["wecom", "group_send"], any(fits[key] for key in fits if key[0] != "wecom")) == (
        None,
        True,
        False,  # nothing can be uploaded there
    )
    body = {"bait_a": {"text": "{{name}}"}, "bait_b": {"text": "长" * 1300}, "hook": {"text": "加我{{city|}}" * 20}}
    found = answered(client.post(f"{URL}/scripts/check", json=body))
    sends = next(one for one in found["fits"] if (one["channel"], one["way"]) == ("wecom", "group_send"))
    assert (found["wrong"], found["unsure"], sends["fits"]) == (None, ["name"], False)
    assert [zh.startswith("诱饵 B：") for _, zh in sends["complaints"]] == [True]
    assert "hook" in answered(client.post(f"{URL}/scripts/check", json={"bait_a": {"text": "a"}}))["wrong"][0]
    assert answered(client.get(f"{URL}/scripts")) == answered(client.get(f"{URL}/materials")) == []


def test_lists_are_searched(client: TestClient) -> None:
    for name, text in (("秋冬新品", "大衣到店"), ("Members", "100%_off")):
        answered(client.post(f"{URL}/materials", json={"kind": "text", "name": name, "text": text}), 201)
        answered(client.post(f"{URL}/scripts", json={"name": name, "body": {"plain": {"text": text}}}), 201)

    def named(path: str, words: str) -> list[str]:
        found = answered(client.get(f"{URL}/{path}", params={"words": words}))
        return [one["name"] if path == "materials" else one["script"]["name"] for one in found]

    assert [named("materials", words) for words in ("大衣", "MEMB", "%_", "没有")] == [
        ["秋冬新品"],
        ["Members"],
        ["Members"],
        [],
    ]
    assert [named("scripts", words) for words in ("新品", "memb", "大衣")] == [["秋冬新品"], ["Members"], []]
    rows = answered(client.get(f"{URL}/scripts"))
    assert [one["newest"]["body"]["plain"]["text"] for one in rows] == ["100%_off", "大衣到店"]
    assert sum(answered(client.get(f"{URL}/mixes"))["burst"].values()) == 100
