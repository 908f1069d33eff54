"""A running Siyu with some of everything in it, and the ways to come to it."""

from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest
import schemathesis
from playwright.sync_api import Browser
from scripts import chromium
from tests.contract.asking import OPENAPI, Filled
from tests.contract.further import further
from tests.running import Siyu, begin, end, free_port
from tests.stories.speaking import eventually

from siyu.channels import service as channels
from siyu.channels.types import Staff
from siyu.kernel.clock import SystemClock
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wecom import world
from siyu.rehearsal.platforms.wecom.app import create_app
from siyu.rehearsal.platforms.wecom.fake import DEFAULT_SECRET, Corp

TILL: Final = "单号,时间,金额,手机号\nA1,2026-01-02 10:00:00,12.50,13800138000\nA2,never,x,13800138001\n"
MAPPING: Final = {
    "kind": "orders",
    "shop": "till",
    "fields": {"order_no": "单号", "paid_at": "时间", "paid_fen": "金额", "status": {"value": "received"}},
    "identifiers": [{"type": "phone", "column": "手机号"}],
}
CORP: Final = {
    "corp_id": "ww0123456789abcdef",
    "agent_id": "1000002",
    "secret": DEFAULT_SECRET,
    "callback_token": "token",
    "encoding_aes_key": "a" * 43,
}
PASSWORD: Final = "A throw-away Siyu's password 7"


@pytest.fixture(scope="package")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    corp = world.build(SystemClock(), staff=3, follows=20, groups=2, corp_id=CORP["corp_id"])
    siyu = begin(tmp_path_factory.mktemp("contract"), free_port())
    try:
        key = siyu.api_key()
        with serving(create_app(corp)) as platform, siyu.client(key) as api:
            yield fill(siyu, key, api, corp, platform)
    finally:
        end(siyu)


def fill(siyu: Siyu, key: str, api: httpx.Client, corp: Corp, platform: str) -> Filled:
    """Put some of everything in."""

    def post(path: str, **how: Any) -> Any:
        answer = api.post(path, **how)
        assert answer.is_success, answer.text
        return answer.json()

    people = {"login": "contract-owner", "password": PASSWORD, "roles": ["owner"]}
    owner = post("/api/v1/operators", json=people)["id"]
    victim = post("/api/v1/operators", json=people | {"login": "contract-victim", "roles": ["analyst"]})["id"]
    spare = post("/api/v1/api-keys", json={"name": "spare", "scopes": ["customers.read"]})["id"]
    source = post("/api/v1/sources", json={"name": "shop", "kind": "web"})
    more_keys = post(f"/api/v1/sources/{source['id']}/write-keys")
    events: list[dict[str, Any]] = []
    for number in range(6):
        who = {"userId": f"u{number}", "anonymousId": f"a{number}"}
        events += [
            {"type": "identify", **who, "traits": {"phone": f"1381000000{number}", "name": f"顾客{number}"}},
            {"type": "track", **who, "event": "Product Viewed", "properties": {"sku": "s1"}},
            {
                "type": "track",
                **who,
                "event": "Order Completed",
                "properties": {"order_id": f"o{number}", "total": 10.5 * number},
            },
        ]
    events.append({"type": "track", "event": "Nobody did this"})  # becomes a dead letter
    post("/v1/batch", json={"writeKey": source["keys"][0]["key"], "batch": events})
    funnel = {
        "name": "bought",
        "definition": {
            "steps": [{"kind": "event.tracked"}, {"kind": "order.paid"}],
            "window": {"amount": 7, "unit": "day"},
        },
    }
    assert api.put("/api/v1/imports/mappings/plain", json=MAPPING).status_code == 200
    files = {"file": ("orders.csv", TILL.encode(), "text/csv")}
    waiting = post("/api/v1/imports/files", files=files)["id"]
    post("/api/v1/imports", files=files, data={"kind": "orders", "mapping": "plain"})
    export = post("/api/v1/customers/exports", json={})["id"]
    runs = eventually(
        lambda: api.get("/api/v1/imports").json(), lambda found: any(run["state"] == "done" for run in found)
    )
    siyu.drain()
    customers = [row["customer_id"] for row in api.get("/api/v1/customers").json()["customers"]]
    letters = [letter["id"] for letter in api.get("/api/v1/dead-letters").json()["items"]]
    graph = api.get(f"/api/v1/customers/{customers[0]}/graph").json()
    values = CORP | {"base_url": platform}
    account = post("/api/v1/channels/accounts", json={"channel": "wecom", "values": values})["id"]
    served = list(corp.state.staff)
    with siyu.context() as context, context.database.transaction() as conn:
        staff = [Staff(one, one) for one in served]  # at once; the rest comes with the reconcile
        channels.mirror(conn, channels.account(conn, account), staff, context.clock.now())
    rules = api.get("/api/v1/touch/rules").json()
    changed = {
        "version": rules["version"],
        "rules": {"staff": {"fallback": served[0]}},
        "reason": "nobody follows them",
    }
    assert api.put("/api/v1/touch/rules", json=changed).status_code == 200
    roster = {"staff": served[:1], "backups": served[1:2]}
    code = {"account_id": account, "kind": "staff", "name": "counter", "definition": {"roster": roster}}
    steps = {"ask": {"kind": "staff_task", "title": "Say hello", "next": "end"}, "end": {"kind": "exit"}}
    plan = {"name": "plan", "purpose": "service", "trigger": {"kind": "manual"}, "start": "ask", "steps": steps}
    journey = post("/api/v1/journeys", json={"key": "plan", "definition": plan})["id"]
    post(f"/api/v1/journeys/{journey}/publish")
    post(f"/api/v1/journeys/{journey}/start")
    post(f"/api/v1/journeys/{journey}/people", json={"customer_ids": customers, "request_id": "r1"})
    rehearsal = post(f"/api/v1/journeys/{journey}/rehearsals", json={})["id"]
    tasks = eventually(lambda: api.get("/api/v1/staff-tasks").json()["tasks"], bool)
    with siyu.client(siyu.api_key()) as other:
        more = further(api, other, post, account, customers, corp)
    ids = {
        **more,
        "journey_id": [journey],
        "rehearsal_id": [rehearsal],
        "task_id": [task["id"] for task in tasks],
        "step": ["ask"],
        "account_id": [account],
        "code_id": [post("/api/v1/channels/codes", json=code)["id"]],
        "channel": ["wecom"],
        "staff_id": served,
        "customer_id": customers,
        "other_id": customers,
        "source_id": [source["id"]],
        "operator_id": [victim],
        "key_id": [spare, more_keys["id"]],
        "file_id": [waiting],
        "export_id": [export],
        "run_id": [run["id"] for run in runs],
        "funnel_id": [post("/api/v1/insight/funnels", json=funnel)["id"]],
        "ids": [letters],
        "identifier_ids": [[one["id"] for one in graph["identifiers"]][:1]],
        "write_key": [source["keys"][0]["key"]],
        "writeKey": [source["keys"][0]["key"]],
        "name": ["plain"],
    }
    return Filled(siyu, key, ids, owner)


@pytest.fixture(scope="package")
def contract() -> Any:
    return schemathesis.openapi.from_dict(OPENAPI)


@pytest.fixture(scope="package")
def key(filled: Filled) -> dict[str, str]:
    """The headers of a program with every right."""
    return {"Authorization": f"Bearer {filled.key}"}


@pytest.fixture(scope="package")
def web(filled: Filled, key: dict[str, str]) -> Iterator[httpx.Client]:
    """A program with every right, on connections that stay open."""
    with filled.siyu.client(None) as web:
        web.headers.update(key)
        yield web


@pytest.fixture(scope="package")
def nobody(filled: Filled) -> Iterator[httpx.Client]:
    """The same without a key."""
    with filled.siyu.client(None) as web:
        yield web


@pytest.fixture(scope="package")
def session(filled: Filled) -> dict[str, str]:
    """The headers of an owner in a browser."""
    with filled.siyu.client(None) as web:
        said = web.post("/api/v1/sign-in", json={"login": "contract-owner", "password": PASSWORD})
        assert said.status_code == 200, said.text
        return {"Cookie": f"siyu_session={said.cookies['siyu_session']}", "X-Siyu-CSRF": "1"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if chromium.find() is None:
        pytest.skip(chromium.MISSING)
    with chromium.opened() as browser:
        yield browser
