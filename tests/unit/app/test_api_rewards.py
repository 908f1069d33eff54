"""The shop by the API: rules, offers, redemptions; and what the worker's loop and job do for it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, order

from siyu.app import rewards
from siyu.app.context import Context
from siyu.app.ledger import Sealing
from siyu.engines.postgres import Database
from siyu.identity import service as identity
from siyu.kernel.clock import ManualClock
from siyu.loyalty import service as loyalty
from siyu.loyalty.types import Request, gift
from siyu.rewards import service

Asking = Callable[..., TestClient]
URL = "/api/v1/rewards"
RULES = {"points": 100, "fen": 100, "margin_bp": 2000}
TERMS = {"name": "茶杯", "points": 1200, "cost_fen": 1000}


@pytest.fixture
def buyer(tell: Told, database: Database) -> int:
    """A customer with 5,000 points."""
    tell(order("a", "a", NOW, 5_000))
    with database.transaction() as conn:
        (found,) = identity.find(conn, "a", "platform_buyer")
        loyalty.post_one(conn, Request("welcome", gift(found.customer_id, "points", 5000), "order"), NOW)
    return found.customer_id


@pytest.fixture
def client(asking: Asking) -> TestClient:
    """Whoever may do everything in the shop."""
    own = asking("rewards.read", "rewards.manage", "rewards.redeem", "rewards.rules")
    ruled = own.put(f"{URL}/rules", json={"version": 0, "rules": RULES, "reason": "a test"})
    assert ruled.status_code == 200
    return own


def offer(client: TestClient, stock: int = 5, **terms: Any) -> int:
    made = client.post(f"{URL}/offers", json={"terms": {**TERMS, **terms}})
    assert made.status_code == 201, made.text
    own = f"{URL}/offers/{made.json()['id']}"
    added = {"key": f"stock-{made.json()['id']:04}", "pieces": stock, "reason": "a test"}
    stocked = client.post(f"{own}/stock", json=added)
    assert stocked.status_code == 200, stocked.text
    live = client.post(f"{own}/state", json={"state": "live", "reason": "a test"})
    assert live.status_code == 200, live.text
    return int(made.json()["id"])


def test_from_rules_to_a_cup(client: TestClient, buyer: int) -> None:
    one = offer(client)
    wanted = {"customer_id": buyer, "key": "button-0001", "pieces": 2}
    first = client.post(f"{URL}/offers/{one}/redeem", json=wanted).json()
    assert (first["state"], first["points"], first["repeated"]) == ("placed", 2400, False)
    again = client.post(f"{URL}/offers/{one}/redeem", json=wanted).json()
    assert again == {**first, "repeated": True}
    other = client.post(f"{URL}/offers/{one}/redeem", json={**wanted, "pieces": 1})
    assert (other.status_code, other.json()["code"]) == (409, "IdempotencyMismatch")
    found = client.get(f"{URL}/offers/{one}").json()
    assert (found["left"], found["taken"], found["terms"]["points"]) == (3, 2, 1200)
    assert client.get(f"{URL}/offers", params={"state": "live"}).json() == [found]
    listed = client.get(f"{URL}/redemptions", params={"customer_id": buyer}).json()
    assert [item["id"] for item in listed["redemptions"]] == [first["id"]]
    done = client.post(f"{URL}/redemptions/{first['id']}/fulfil").json()
    assert done["state"] == client.get(f"{URL}/redemptions/{first['id']}").json()["state"] == "fulfilled"
    late = client.post(f"{URL}/redemptions/{first['id']}/cancel", json={"reason": "a mistake"})
    assert late.status_code == 409
    assert [item["version"] for item in client.get(f"{URL}/rules/versions").json()] == [1]
    assert client.get(f"{URL}/rules").json()["rules"]["margin_bp"] == 2000
    economy = client.get(f"{URL}/economy", params={"since": (NOW - timedelta(1)).isoformat()}).json()
    assert [economy[name] for name in ("issued", "spent", "liability_fen", "burn_bp")] == [5000, 2400, 2600, 4800]


def test_refusals_say_what_to_change(client: TestClient, buyer: int) -> None:
    cheap = client.post(f"{URL}/offers", json={"terms": {**TERMS, "points": 1}}).json()["id"]
    refused = client.post(f"{URL}/offers/{cheap}/state", json={"state": "live", "reason": "a test"}).json()
    assert refused["code"] == "UnderMargin"
    assert "at least 1,200 points" in refused["message"]
    assert "1,200" in refused["message_zh"]
    cash = client.post(f"{URL}/offers", json={"terms": {**TERMS, "cash_fen": 1200}}).json()["id"]
    refused = client.post(f"{URL}/offers/{cash}/state", json={"state": "live", "reason": "a test"}).json()
    assert (refused["code"], "payments" in refused["message"]) == ("BadInput", True)
    one = offer(client, 1, per_person=1)
    redeem = lambda key, **how: client.post(  # noqa: E731
        f"{URL}/offers/{one}/redeem", json={"customer_id": buyer, "key": key, **how}
    )
    assert redeem("button-0001", pieces=2).json()["code"] == "SoldOut"
    assert redeem("button-0002").status_code == 200
    assert redeem("button-0003").json()["code"] == "SoldOut"
    for wrong in ({"key": "short"}, {"customer_id": "1"}, {"customer_id": True}, {"pieces": 0}):
        assert redeem(**{"key": "button-0004", **wrong}).status_code in {400, 422}
    assert client.post(f"{URL}/offers", json={"terms": {"name": "x"}}).status_code == 400
    less = {"key": "stock-9999", "pieces": -1, "reason": "a test"}
    assert client.post(f"{URL}/offers/{one}/stock", json=less).json()["code"] == "NotEnough"
    changed = client.put(f"{URL}/offers/{one}", json={"version": 9, "terms": {**TERMS, "name": "x"}})
    assert changed.status_code == 409


def test_the_loop_tells_and_the_job_gives_up(
    client: TestClient, buyer: int, web_context: Context, clock: ManualClock, database: Database
) -> None:
    class Till:
        def ready(self, _: Any) -> bool:
            return True

        def hold(self, *_: Any, **__: Any) -> None: ...
        def ask(self, *_: Any, **__: Any) -> None: ...
        def give_back(self, *_: Any, **__: Any) -> None: ...

    service.register_payments(Till())
    try:
        one, paid = offer(client), offer(client, points=100, cash_fen=1100)
        for which in (one, paid):
            wanted = {"customer_id": buyer, "key": f"button-{which:04}"}
            assert client.post(f"{URL}/offers/{which}/redeem", json=wanted).status_code == 200
        loop = rewards.SealingAndTelling(database, Sealing(database, clock))
        assert loop.run_once() > 1
        assert loop.run_once() == 0
        assert rewards.keep(web_context) == {"unpaid": 0, "coupons": 0}
        clock.advance(timedelta(minutes=30))
        assert rewards.keep(web_context) == {"unpaid": 1, "coupons": 0}
        assert (
            client.get(f"{URL}/redemptions", params={"state": "cancelled"}).json()["redemptions"][0]["offer_id"] == paid
        )
    finally:
        service.register_payments(None)
