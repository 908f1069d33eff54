"""Payments by the API: merchants, refunds, transfers; and the platform's notifications over the loopback at our own door."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, order

from siyu.app import paying
from siyu.app.context import Context
from siyu.engines.postgres import Database
from siyu.identity import service as identity
from siyu.kernel.clock import ManualClock
from siyu.payments import service as payments
from siyu.payments.service import Till
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat_pay.app import create_app
from siyu.rehearsal.platforms.wechat_pay.merchant import FakeMerchant

Asking = Callable[..., TestClient]
URL = "/api/v1/payments"


@pytest.fixture
def fake(clock: ManualClock) -> FakeMerchant:
    return FakeMerchant(clock)


@pytest.fixture
def till(web_context: Context, app: FastAPI, fake: FakeMerchant, asking: Asking) -> Iterator[Till]:
    """Siyu and the platform, each at an address of its own."""
    with serving(create_app(fake)) as platform, serving(app) as ours, httpx.Client(trust_env=False) as http:
        said = {
            "app_id": fake.app_id, "name": "旗舰店", "serial": fake.serial, "private_key": fake.own.private,
            "api_key": fake.api_key, "platform_key_id": fake.key_id, "platform_key": fake.platform.public,
            "base_url": platform,
        }  # fmt: skip
        app.state.base_url = ours
        client = asking("payments.manage")
        made = client.put(f"{URL}/merchants/{fake.mch_id}", json=said)
        assert made.status_code == 200, made.json()
        assert not {"private_key", "api_key"} & made.json().keys()
        bad = client.put(f"{URL}/merchants/{fake.mch_id}", json={**said, "private_key": "none"})
        assert (bad.status_code, bad.json()["code"]) == (400, "BadInput")
        yield Till(web_context.database, web_context.clock, payments.opener(http), ours)


def paid(till: Till, fake: FakeMerchant, tell: Told, key: str) -> dict[str, Any]:
    """Somebody pays ten yuan, and the platform tells of it."""
    tell(order("a", "one", NOW, 5_000))
    with till.database.transaction() as conn:
        (who,) = identity.find(conn, "a", "platform_buyer")
        (merchant,) = payments.merchants(conn)
        made = payments.begin_payment(
            conn, merchant_id=merchant.id, customer_id=who.customer_id, payer="o-a", fen=1_000, about="offer:1",
            description="一盒茶", key=key, now=till.clock.now(),
        )  # fmt: skip
    fake.pays(payments.prepare(till, made.id)["package"].removeprefix("prepay_id="), "o-a")
    return {"id": made.id, "customer_id": who.customer_id}


def test_paid_and_given_back(asking: Asking, till: Till, fake: FakeMerchant, tell: Told) -> None:
    client = asking("payments.read", "payments.reverse")
    one = paid(till, fake, tell, "one")
    fake.faults.spoiled = "signature"
    fake.deliver()
    fake.faults.spoiled = ""
    assert client.get(f"{URL}/{one['id']}").json()["state"] == "open"
    till.clock.advance(timedelta(seconds=15))  # type: ignore[attr-defined]
    fake.deliver()
    assert [status for _, status in fake.answers] == [401, 204]
    (found,) = client.get(URL, params={"customer_id": one["customer_id"], "state": "paid"}).json()
    assert (found["fen"], found["state"]) == (1_000, "paid")
    wanted = {"key": "not-wanted-1", "fen": 300, "reason": "not wanted"}
    fake.faults.unanswered = 1
    refund = client.post(f"{URL}/{one['id']}/refunds", json=wanted).json()
    assert refund["state"] == "new"
    again = client.post(f"{URL}/{one['id']}/refunds", json=wanted).json()
    assert (again["id"], again["state"]) == (refund["id"], "processing")
    fake.settles(refund["number"])
    fake.deliver()
    whole = client.get(f"{URL}/{one['id']}").json()
    assert (whole["refunded_fen"], [line["state"] for line in whole["refunds"]]) == (300, ["done"])
    much = client.post(f"{URL}/{one['id']}/refunds", json={**wanted, "key": "too-much-1", "fen": 701})
    assert (much.status_code, much.json()["code"]) == (409, "Conflict")
    assert client.get(f"{URL}/99").status_code == 404
    assert [line["mch_id"] for line in client.get(f"{URL}/merchants").json()] == [fake.mch_id]


def test_a_notification_that_never_came(
    asking: Asking, till: Till, fake: FakeMerchant, tell: Told, web_context: Context
) -> None:
    client = asking("payments.read")
    fake.faults.lost = 2
    one = paid(till, fake, tell, "one")
    assert client.post(f"{URL}/{one['id']}/look").json()["state"] == "paid"
    other = paid(till, fake, tell, "two")
    till.clock.advance(timedelta(seconds=31))  # type: ignore[attr-defined]
    assert paying.look_after(web_context) >= 1
    assert client.get(f"{URL}/{other['id']}").json()["state"] == "paid"


def test_transfers(asking: Asking, till: Till, fake: FakeMerchant, tell: Told, database: Database) -> None:
    client = asking("payments.read", "payments.reverse")
    one = paid(till, fake, tell, "one")
    made = []
    for key in ("taken", "cancelled"):
        with database.transaction() as conn:
            begun = payments.begin_transfer(
                conn, merchant_id=payments.merchants(conn)[0].id, customer_id=one["customer_id"], payee="o-a", fen=500,
                about="assist:7", remark="助力奖励", key=key, now=till.clock.now(),
            )  # fmt: skip
        made.append((begun.id, payments.claim(till, begun.id)["package"]))
    fake.confirms(made[0][1])
    fake.deliver()
    done = client.post(f"/api/v1/transfers/{made[1][0]}/cancel", json={"reason": "a mistake"}).json()
    assert done["state"] == "cancelled"
    found = client.get("/api/v1/transfers", params={"customer_id": one["customer_id"]}).json()
    assert [line["state"] for line in found] == ["cancelled", "done"]
    late = client.post(f"/api/v1/transfers/{made[0][0]}/cancel", json={"reason": "a mistake"})
    assert late.status_code == 409


def test_the_door_refuses_strangers(asking: Asking, till: Till, fake: FakeMerchant) -> None:
    assert fake.mch_id
    stranger = asking()
    found = stranger.post("/pay/notify/1", json={"id": "EV-1"})
    assert (found.status_code, found.json()["code"]) == (401, "NotFromPlatform")
    assert stranger.post("/pay/notify/99", content=b"").status_code == 404
    assert stranger.post("/pay/notify/1", content=b"x" * 300_000).status_code == 413
