"""More of what an address may name: what is said, counted, given and drawn."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from siyu.kernel.clock import SystemClock
from siyu.rehearsal.platforms.wechat_pay.merchant import FakeMerchant
from siyu.rehearsal.platforms.wecom.fake import Corp

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
Post = Callable[..., Any]


def further(
    api: httpx.Client, other: httpx.Client, post: Post, account: int, customers: list[int], corp: Corp
) -> dict[str, list[Any]]:
    """The ids of it, by the name of the parameter that takes them; what one asks, the ``other`` approves."""
    return {
        **_mirrored(api, account, corp),
        **_said(api, post, account),
        **_counted(api, post),
        **_given(api, other, post, customers),
        **_drawn(api, post, customers),
        **_tried(post),
        **_paid(api),
    }


def _mirrored(api: httpx.Client, account: int, corp: Corp) -> dict[str, list[Any]]:
    """What the platform has: known here or not yet, it is what an operator would name."""
    walks = api.get(f"/api/v1/channels/accounts/{account}/walks").json()
    return {
        "contact_id": list(corp.state.people),
        "group_id": list(corp.state.groups),
        "tag_id": [tag for group in corp.state.tag_groups.values() for tag in group.tags],
        "walk_id": [one["id"] for one in walks] or [1],
        "programme_id": [one["id"] for one in api.get("/api/v1/programmes").json()],
        "number": [1],
    }


def _said(api: httpx.Client, post: Post, account: int) -> dict[str, list[Any]]:
    base = "/api/v1/content"
    day = datetime.now(UTC).date()
    phases = [{"kind": "burst", "first": str(day), "last": str(day + timedelta(5))}]
    calendar = post(f"{base}/calendars", json={"name": "spring", "plan": {"phases": phases}})["id"]
    moment = {"at": f"{day + timedelta(1)}T10:00:00Z", "category": "brand", "text": "new tea"}
    said = {"key": "contract-1", "name": "news", "account_id": account, "text": "new tea"}
    script = post(f"{base}/scripts", json={"name": "hello", "body": {"plain": {"text": "hello"}}})
    return {
        "calendar_id": [calendar],
        "post_id": [post(f"{base}/calendars/{calendar}/posts", json=moment)["id"]],
        "material_id": [post(f"{base}/materials", json={"kind": "text", "name": "hello", "text": "hello"})["id"]],
        "hash_": [post(f"{base}/media", params={"name": "a.png"}, content=PNG)["hash"]],
        "persona_id": [post(f"{base}/personas", json={"name": "Deer"})["id"]],
        "script_id": [script["script_id"]],
        "announcement_id": [post("/api/v1/touch/announcements", json=said)["id"]],
    }


def _counted(api: httpx.Client, post: Post) -> dict[str, list[Any]]:
    rule = {"version": 1, "rule": {"condition": "bought", "measure": "count", "comparison": "ge", "value": 1}}
    file = {"file": ("list.csv", b"customer\n1\n", "text/csv")}
    return {
        "segment_id": [post("/api/v1/segments", json={"name": f"buyers {n}", "rule": rule})["id"] for n in range(2)],
        "list_id": [post("/api/v1/segments/lists", files=file, data={"name": "list"})["id"]],
    }


def _given(api: httpx.Client, other: httpx.Client, post: Post, customers: list[int]) -> dict[str, list[Any]]:
    base, who = "/api/v1/rewards", customers[0]
    rules = {"version": 0, "rules": {"points": 100, "fen": 100}, "reason": "a test"}
    assert api.put(f"{base}/rules", json=rules).status_code == 200
    by_hand = {"customer_id": who, "amount": 5_000, "reason": "a present"}
    asked = [post("/api/v1/ledger/by_hand", json={**by_hand, "key": f"by-hand-{n:04}"})["id"] for n in range(2)]
    approved = other.post(f"/api/v1/ledger/by_hand/{asked[0]}/approve").json()["transaction_id"]
    template = post(
        f"{base}/coupons",
        json={"terms": {"name": "ten off", "kind": "money", "off_fen": 1000, "threshold_fen": 5000, "valid_days": 7}},
    )["id"]
    offer = post(f"{base}/offers", json={"terms": {"name": "cup", "points": 1200, "cost_fen": 1000}})["id"]
    for own, more in ((f"{base}/coupons/{template}", "budget"), (f"{base}/offers/{offer}", "stock")):
        amount = "coupons" if more == "budget" else "pieces"
        post(f"{own}/{more}", json={"key": f"{more}-0001", amount: 50, "reason": "a test"})
        post(f"{own}/state", json={"state": "live", "reason": "a test"})
    issued = post(f"{base}/coupons/{template}/issue", json={"key": "batch-0001", "customer_ids": [who]})
    assert issued["coupons"] == 1
    code = api.get(f"{base}/coupons/customers/{who}").json()[0]["code"]
    basket = {"lines": [{"line": "1", "product": "tea", "quantity": 1, "price_fen": 8000}]}
    used = {"key": "use-00001", "customer_id": who, "codes": [code], "basket": basket, "order": "A-1"}
    redeemed = [
        post(f"{base}/offers/{offer}/redeem", json={"key": f"redeem-{n:04}", "customer_id": who, "pieces": 1})["id"]
        for n in range(3)
    ]
    return {
        "asked_id": asked[1:],
        "transaction_id": [approved],
        "use_id": [post(f"{base}/coupons/use", json=used)["id"]],
        "redemption_id": redeemed,
        "unit": ["points"],
        "template_id": [template],
        "offer_id": [offer],
        "code": [code],
    }


def _drawn(api: httpx.Client, post: Post, customers: list[int]) -> dict[str, list[Any]]:
    base, now = "/api/v1/draws", datetime.now(UTC)
    pool = {
        "code": "wheel", "name": "wheel", "opens_at": (now - timedelta(minutes=1)).isoformat(),
        "closes_at": (now + timedelta(1)).isoformat(), "budget_fen": 10_000, "fallback": "thanks",
        "prizes": [
            {"code": "cup", "name": "cup", "weight": 500_000, "thing": True, "stock": 50, "cost_fen": 100},
            {"code": "thanks", "name": "thanks", "weight": 500_000},
        ],
    }  # fmt: skip
    wanted = {"version": 0, "rules": {"pools": [pool]}, "reason": "spring"}
    version = api.put(f"{base}/rules", json=wanted).json()["version"]
    round_ = post(f"{base}/rounds", json={"code": "wheel", "version": version, "confirmed": ["short_notice"]})["id"]
    turns = [
        post(f"{base}/rounds/{round_}/draws", json={"key": f"turn-{n:05}", "customer_id": one, "client_seed": ""})["id"]
        for n, one in enumerate(customers)
    ]
    return {"round_id": [round_], "draw_id": turns}


def _tried(post: Post) -> dict[str, list[Any]]:
    now = datetime.now(UTC)
    terms = {
        "name": "春茶", "pieces": 3, "opens_at": now.isoformat(), "closes_at": (now + timedelta(1)).isoformat(),
        "chosen_by": (now + timedelta(2)).isoformat(), "reports_until": (now + timedelta(9)).isoformat(),
        "reward_points": 10,
    }  # fmt: skip
    made = post("/api/v1/trials", json={"terms": terms})["id"]
    return {"trial_id": [post(f"/api/v1/trials/{made}/start")["id"]]}


def _paid(api: httpx.Client) -> dict[str, list[Any]]:
    """A merchant, of whose platform nobody answers."""
    fake = FakeMerchant(SystemClock())
    said = {
        "app_id": fake.app_id, "name": "shop", "serial": fake.serial, "private_key": fake.own.private,
        "api_key": fake.api_key, "platform_key_id": fake.key_id, "platform_key": fake.platform.public,
        "base_url": "http://127.0.0.1:9",
    }  # fmt: skip
    made = api.put(f"/api/v1/payments/merchants/{fake.mch_id}", json=said)
    assert made.status_code == 200, made.text
    return {"mch_id": [fake.mch_id], "merchant_id": [made.json()["id"]]}
