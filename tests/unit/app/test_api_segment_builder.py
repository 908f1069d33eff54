"""What a builder of rules asks besides: what there is to ask of, what is wrong where, and what builds on what."""

from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, order

from siyu.engines.postgres import Database
from siyu.intake.types import IdentifierClaim, Message

Asking = Callable[..., TestClient]
URL = "/api/v1/segments"
TAGGED = {"condition": "tag", "tag": "VIP"}


def person(number: str, traits: dict[str, Any]) -> Message:
    claims = (IdentifierClaim("user_id", "web", number),)
    return Message("identify", 1, f"identify-{number}", NOW, NOW, claims, {"traits": traits})


def document(rule: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "rule": rule}


def test_what_is_in_use_is_offered(asking: Asking, tell: Told) -> None:
    for number, city in enumerate(("杭州", "杭州", "上海")):
        tell(
            person(f"u-100{number}", {"city": city, "level": number, "since": f"2025-01-0{number + 1}", "phone": "138"})
        )
    tell(order("b1", "o1", NOW, 1000, shop="旗舰店"))
    client = asking("segments.read", "segments.manage", "customers.write", "customers.read")
    found = client.get(f"{URL}/offers").json()
    traits = {one["name"]: (one["sort"], one["values"], one["personal"]) for one in found["traits"]}
    assert traits["city"] == ("text", ["杭州", "上海"], False)
    assert (traits["level"][0], traits["since"][0]) == ("number", "date")
    assert found["places"] == ["jd", "jd/旗舰店"]
    assert "order.paid" in found["kinds"]
    assert "segment.entered" not in found["kinds"]


def test_tags_are_found_each_once(asking: Asking, database: Database) -> None:
    with database.transaction() as conn:
        conn.exec_driver_sql(
            "INSERT INTO customers.tag (customer_id, tag, source, since) SELECT one, tag, 'tests', now() "
            "FROM generate_series(1, 30) AS one, unnest(ARRAY['VIP', '新客', 'a']) AS tag"
        )
    assert sorted(asking("segments.read").get(f"{URL}/offers").json()["tags"]) == ["VIP", "a", "新客"]


def test_each_problem_stands_at_its_condition(asking: Asking) -> None:
    client = asking("segments.read")
    rule = {
        "condition": "all",
        "of": [
            TAGGED,
            {"condition": "not", "of": {"condition": "segment", "segment_id": 77}},
            {
                "condition": "any",
                "of": [{"condition": "trait", "name": "phone", "comparison": "eq", "value": "1"}, TAGGED],
            },
        ],
    }
    found = client.post(f"{URL}/problems", json={"rule": document(rule)}).json()
    assert [(one["place"], one["code"]) for one in found] == [([1, 0], "DeletedSegment"), ([2, 0], "UnusableRule")]
    assert all(one["message"] and one["message_zh"] for one in found)
    assert client.post(f"{URL}/problems", json={"rule": document(TAGGED)}).json() == []
    empty = client.post(f"{URL}/problems", json={"rule": document({"condition": "any", "of": []})}).json()
    assert [one["place"] for one in empty] == [[]]


def test_who_builds_on_a_segment_is_told_and_a_circle_is_found_where_it_closes(asking: Asking) -> None:
    client = asking("segments.read", "segments.manage")
    first = client.post(URL, json={"name": "第一", "rule": document(TAGGED)}).json()["id"]
    inside = {"condition": "segment", "segment_id": first}
    second = client.post(URL, json={"name": "第二", "rule": document(inside)}).json()["id"]
    assert client.get(f"{URL}/uses").json() == [{"segment_id": first, "names": ["第二"]}]
    circle = {"condition": "all", "of": [TAGGED, {"condition": "segment", "segment_id": second}]}
    asked = {"rule": document(circle), "segment_id": first}
    found = client.post(f"{URL}/problems", json=asked).json()
    assert [(one["place"], one["code"]) for one in found] == [([1], "CircularSegments")]
    assert "第一 → 第二 → 第一" in found[0]["message_zh"]
    gone = client.delete(f"{URL}/{first}")
    assert (gone.status_code, gone.json()["code"]) == (409, "InUse"), gone.json()
    assert (client.get(f"{URL}/{first}").json()["name"], client.get(f"{URL}/99").status_code) == ("第一", 404)
    changed = client.put(f"{URL}/{second}", json={"name": "第三", "rule": document(TAGGED)})
    assert (changed.json()["version"], client.delete(f"{URL}/{first}").status_code) == (2, 204)
