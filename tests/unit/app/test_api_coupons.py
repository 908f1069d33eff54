"""Coupons by the API: a template, its budget, what people get, a shop that quotes, uses and refunds, and files of codes."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, order

from siyu.engines.postgres import Database
from siyu.identity import service as identity

Asking = Callable[..., TestClient]
URL = "/api/v1/rewards/coupons"
TERMS = {"name": "满减", "kind": "money", "off_fen": 1000, "threshold_fen": 5000, "valid_days": 7, "per_person": 2}
BASKET = {"lines": [{"line": "1", "product": "tea", "quantity": 1, "price_fen": 8000}], "shipping_fen": 600}


@pytest.fixture
def people(tell: Told, database: Database) -> tuple[int, int]:
    """Two customers."""
    tell(order("a", "a", NOW, 5_000), order("b", "b", NOW, 5_000))
    with database.transaction() as conn:
        found = [identity.find(conn, name, "platform_buyer")[0].customer_id for name in "ab"]
    return found[0], found[1]


@pytest.fixture
def client(asking: Asking) -> TestClient:
    own = asking("rewards.read", "rewards.manage", "rewards.redeem", "rewards.rules")
    rules = {"version": 0, "rules": {"points": 100, "fen": 100}, "reason": "a test"}
    assert own.put("/api/v1/rewards/rules", json=rules).status_code == 200
    return own


def template(client: TestClient, **terms: Any) -> int:
    made = client.post(URL, json={"terms": {**TERMS, **terms}})
    assert made.status_code == 201, made.text
    own = f"{URL}/{made.json()['id']}"
    added = {"key": f"budget-{made.json()['id']:04}", "coupons": 10, "reason": "a test"}
    assert client.post(f"{own}/budget", json=added).json()["left"] == 10
    assert client.post(f"{own}/state", json={"state": "live", "reason": "a test"}).status_code == 200
    return int(made.json()["id"])


def test_from_a_template_to_a_refund(client: TestClient, people: tuple[int, int]) -> None:
    kind, (one, other) = template(client), people
    wanted = {"key": "batch-0001", "customer_ids": [one, 2**40]}
    done = client.post(f"{URL}/{kind}/issue", json=wanted).json()
    assert (done["coupons"], done["refused"][0]["who"], done["repeated"]) == (1, 2**40, False)
    assert client.post(f"{URL}/{kind}/issue", json=wanted).json() == {**done, "repeated": True}
    (own,) = client.get(f"{URL}/customers/{one}", params={"state": "held"}).json()
    assert client.get(f"{URL}/codes/{own['code'].lower()}").json()["id"] == own["id"]
    chosen = {"customer_id": one, "codes": [own["code"]], "basket": BASKET}
    quoted = client.post(f"{URL}/quote", json=chosen).json()
    assert (quoted["total_fen"], quoted["off_fen"], quoted["coupons"][0]["shares"]) == (8600, 1000, {"1": 1000})
    others = client.post(f"{URL}/use", json={**chosen, "customer_id": other, "order": "A-1", "key": "button-0001"})
    assert (others.status_code, others.json()["code"]) == (403, "OthersCoupon")
    used = client.post(f"{URL}/use", json={**chosen, "order": "A-1", "key": "button-0001"}).json()
    again = client.post(f"{URL}/use", json={**chosen, "order": "A-1", "key": "button-0001"}).json()
    assert again == {**used, "repeated": True}
    assert client.get(f"{URL}/uses", params={"order": "A-1"}).json() == [used]
    assert client.get(f"{URL}/uses/{used['id']}").json() == used
    back = client.post(f"{URL}/uses/{used['id']}/return", json={"lines": ["1"]}).json()
    assert (back["off_fen"], back["coupons"], back["kept"]) == (1000, [own["id"]], [])
    found = client.get(f"{URL}/{kind}").json()
    assert [found[name] for name in ("left", "held", "used", "used_fen")] == [9, 1, 0, 0]
    assert client.get(URL, params={"state": "live"}).json() == [found]


def test_codes_come_and_go_as_files(client: TestClient, people: tuple[int, int]) -> None:
    kind = template(client)
    made = client.post(f"{URL}/{kind}/codes", json={"key": "batch-0001", "count": 2}).json()
    assert made["coupons"] == 2
    body = b"code\nYZ-0001\nYZ0001\n"
    taken = client.post(f"{URL}/{kind}/codes/file", files={"file": ("c.csv", body)}, data={"key": "file-00001"}).json()
    assert (taken["coupons"], [one["who"] for one in taken["refused"]]) == (1, [3])
    file = client.get(f"{URL}/{kind}/codes.csv")
    assert file.headers["content-type"].startswith("text/csv")
    codes = [line.split(",")[0] for line in file.text.splitlines()[1:]]
    assert (len(codes), codes[-1]) == (3, "YZ0001")
    claim = {"customer_id": people[0], "code": codes[0], "key": "button-0001"}
    own = client.post(f"{URL}/claim", json=claim).json()
    assert (own["customer_id"], own["code"]) == (people[0], codes[0])
    assert client.post(f"{URL}/claim", json={**claim, "customer_id": people[1]}).json()["code"] == "OthersCoupon"
    wrong = client.post(f"{URL}/{kind}/codes/file", files={"file": ("c.csv", b"x")}, data={"key": "file-00002"})
    assert (wrong.status_code, "column 'code'" in wrong.json()["message"]) == (400, True)


def test_refusals_say_what_to_change(client: TestClient) -> None:
    cheap = client.post(URL, json={"terms": {**TERMS, "threshold_fen": 1000}}).json()
    assert (cheap["code"], "raise the threshold to at least 25.00 yuan" in cheap["message"]) == ("UnderMargin", True)
    assert "门槛须提高至不低于 25.00 元" in cheap["message_zh"]
    kind = template(client)
    assert client.put(f"{URL}/{kind}", json={"version": 1, "terms": {**TERMS, "off_fen": 900}}).status_code == 409
    assert client.put(f"{URL}/{kind}", json={"version": 1, "terms": {**TERMS, "name": "新"}}).json()["version"] == 2
    same = {"lines": BASKET["lines"] * 2}  # type: ignore[operator]
    twice = client.post(f"{URL}/quote", json={"codes": ["ABCD"], "basket": same})
    assert (twice.status_code, "one name" in twice.json()["message"]) == (400, True)
    for wrong in ({"lines": []}, {"lines": [{}]}, {}, {"lines": [{**BASKET["lines"][0], "price_fen": -1}]}):  # type: ignore[index]
        assert client.post(f"{URL}/quote", json={"codes": ["ABCD"], "basket": wrong}).status_code == 400
    assert client.post(f"{URL}/quote", json={"codes": ["ABCD"], "basket": BASKET}).status_code == 404
    assert client.get(f"{URL}/codes/ABCD").status_code == 404
    assert client.post(f"{URL}/{kind}/issue", json={"key": "batch-0001", "customer_ids": []}).status_code in {400, 422}
