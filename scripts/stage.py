"""What the pictures of the docs need besides the demo brand: things that went wrong, and people who work there.

Everything comes in through the doors that a brand would use: the owner's link, the HTTP API, the tracking door.
"""

import json
import re
import time
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from siyu.app.demo.segments import BROWSING
from siyu.kernel.clock import SystemClock
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wecom import world
from siyu.rehearsal.platforms.wecom.app import create_app as fake_wecom
from siyu.rehearsal.platforms.wecom.fake import DEFAULT_SECRET, Corp

LOGIN, PASSWORD = "linyue", "a-long-password"  # of a brand that lives for some minutes
_WAIT_S = 60.0
# A till's file of the last days, that no format knows, with one time that is none. The days stand for their distance.
_TILL = """receipt,time,article,pieces,sum,phone
T-1001,{4} 10:00:00,围巾,1,199.00,13412345678
T-1001,{4} 10:00:00,手套,2,120.00,13412345678
T-1002,{3} 18:30:00,大衣,1,899.00,13487654321
T-1003,昨天下午,毛衣,1,259.00,13487654321
T-1004,{1} 20:05:00,衬衫,2,358.00,13455556666
"""
_MAPPING = {
    "kind": "orders",
    "platform": "till",
    "shop": "人民路店",
    "money": "yuan",
    "fields": {
        "order_no": "receipt",
        "status": {"value": "received"},
        "placed_at": "time",
        "paid_at": "time",
        "line.title": "article",
        "line.quantity": "pieces",
        "line.paid_fen": "sum",
    },
    "line_key": ["line.title"],
    "identifiers": [{"type": "phone", "column": "phone"}],
}
_STATE = "renmin01"  # what those carry who come through the entry code
_FUNNEL: dict[str, Any] = {
    "steps": [
        {"kind": "event.tracked", "name": "Product Viewed"},
        {"kind": "event.tracked", "name": "Product Added"},
        {"kind": "order.paid"},
    ],
    "window": {"amount": 7, "unit": "day"},
}
_FUNNEL_ADDRESS = json.dumps(
    {"s": [[step["kind"], step.get("name", ""), []] for step in _FUNNEL["steps"]], "w": "7d"}, separators=(",", ":")
)  # as console/src/screens/insight/funnels/definition.ts writes it


@dataclass
class Stage:
    """A running demo brand, and where in it there is something to see.

    Attributes:
        customer: somebody who is known in many places.
        leaving: identifiers of theirs that a split could take away.
        cell: of the retention table: the oldest full cohort, a period later.
        till_file: a file for the wizard that is not recognised; export_file: one that is; waiting: both, uploaded.
        wecom: the account of the brand's WeCom; till: the entry code at the till of a store.
        account: a WeCom account, whose platform has answered and does not any more.
        code: an entry code of it; friend: somebody who came through it.
        segments: three that overlap; moved: one that some came into and left since it was made; refused: somebody to whom the gate did not let a touch through.
        announcement: something that was said to group chats; inviters: a segment of who brought friends, once asked for.
        journey: one that runs, with people in it, and that was rehearsed.
        material: a picture; script: one of baits, in two versions; persona, calendar: those of the demo.
    """

    url: str
    api: httpx.Client
    key: str
    source: int
    customer: int = 0
    leaving: str = ""
    run: int = 0
    cell: str = ""
    funnel: int = 0
    funnel_steps: str = quote(_FUNNEL_ADDRESS)
    till_file: str = ""
    export_file: str = ""
    waiting: tuple[str, str] = ("", "")
    wecom: int = 0
    till: int = 0
    account: int = 0
    code: int = 0
    friend: int = 0
    segments: tuple[int, ...] = ()
    moved: int = 0
    refused: int = 0
    announcement: int = 0
    inviters: int = 0
    journey: int = 0
    material: int = 0
    script: int = 0
    persona: int = 0
    calendar: int = 0
    visits: int = 0

    def send(self, *events: dict[str, Any]) -> None:
        """Events of the website, as an SDK sends them."""
        key = b64encode(f"{self.key}:".encode()).decode("ascii")
        _good(self.api.post("/v1/batch", json={"batch": list(events)}, headers={"Authorization": f"Basic {key}"}))

    def send_some(self) -> None:
        """What a visitor does, one thing that was sent twice, and one that nobody can understand; new each time."""
        self.visits += 1
        who = {"type": "track", "userId": "u-20260001"}
        name = f"visit-{self.visits}"
        seen = {**who, "messageId": f"{name}-1", "event": "Product Viewed", "properties": {"sku": "A-1001"}}
        bought = {"order_id": f"W-{1000 + self.visits}", "total": 458, "products": [{"sku": "A-1001", "quantity": 1}]}
        self.send(seen, {**seen, "messageId": f"{name}-2", "event": "Product Added"})
        self.send(seen, {**who, "messageId": f"{name}-3"})
        self.send({**who, "messageId": f"{name}-4", "event": "Order Completed", "properties": bought})


def set_up(said: str, folder: Path) -> Stage:
    """Make the owner with the link that the demo printed, and bring in what is to be seen.

    Raises:
        RuntimeError: Siyu refuses something, or an import does not end.
    """
    url, token = _found(r"(http://\S+)/first-owner#token=(\S+)", said)
    api = httpx.Client(base_url=url, headers={"X-Siyu-CSRF": "1"}, timeout=60, trust_env=False)
    _good(api.post("/api/v1/redeem", json={"token": token, "login": LOGIN, "password": PASSWORD, "name": "林月"}))
    _good(api.post("/api/v1/sign-in", json={"login": LOGIN, "password": PASSWORD}))
    source = next(one for one in _good(api.get("/api/v1/sources")) if one["kind"] == "web")
    stage = Stage(url, api, _good(api.post(f"/api/v1/sources/{source['id']}/write-keys"))["key"], source["id"])
    _people(stage)
    _failures(stage)
    _imports(stage, folder)
    _customers(stage, said)
    saved = _good(api.post("/api/v1/insight/funnels", json={"name": "浏览 → 加购 → 付款", "definition": _FUNNEL}))
    stage.funnel = saved["id"]
    oldest = _good(api.get("/api/v1/insight/retention", params={"period": "month"}))["cohorts"][-6:][0]
    stage.cell = f"{oldest['start']}.1"
    accounts = _good(api.get("/api/v1/channels/accounts"))
    (stage.wecom,) = (one["id"] for one in accounts if one["channel"] == "wecom")
    codes = _good(api.get("/api/v1/channels/codes"))["codes"]
    stage.till = next(one["id"] for one in codes if one["state"] == "store_01")
    _journeys(stage)
    _channels(stage)
    _reach(stage)
    _content(stage)
    return stage


def _content(stage: Stage) -> None:
    """What the demo has made, and a second version of a script."""
    base = "/api/v1/content"
    stage.material = next(
        one["id"] for one in _good(stage.api.get(f"{base}/materials", params={"kind": "image"})) if one["medium"]
    )
    found = next(one for one in _good(stage.api.get(f"{base}/scripts")) if one["newest"]["body"].get("bait_b"))
    stage.script = found["script"]["id"]
    body = found["newest"]["body"]
    body["hook"]["text"] = "回复“1”为您保留尺码，三天内有效。"
    changed = {"body": body, "after": found["script"]["newest"], "note": "保留期改为三天"}
    _good(stage.api.post(f"{base}/scripts/{stage.script}/versions", json=changed))
    stage.persona = _good(stage.api.get(f"{base}/personas"))[0]["id"]
    stage.calendar = _good(stage.api.get(f"{base}/calendars"))[0]["id"]


def _reach(stage: Stage) -> None:
    """Segments that overlap, and two touches by hand of which the gate refuses one."""
    recent = {"condition": "bought", "within": {"last": {"amount": 90, "unit": "day"}}}
    rules = {
        "近 90 天买过的好友": {"condition": "all", "of": [{"condition": "relation", "kind": "friend"}, recent]},
        "消费满千元": {"condition": "value", "comparison": "ge", "fen": 100_000},
        "90 天未购": {"condition": "bought", "measure": "since_last", "comparison": "ge", "value": 90},
    }
    made = [
        _good(stage.api.post("/api/v1/segments", json={"name": name, "rule": {"version": 1, "rule": rule}}))
        for name, rule in rules.items()
    ]
    stage.segments = tuple(one["id"] for one in made)
    stage.moved = next(one["id"] for one in _good(stage.api.get("/api/v1/segments")) if one["name"] == BROWSING)
    _until(lambda: _good(stage.api.get(f"/api/v1/segments/{stage.moved}/moves")), "A move of a segment")
    friend = {"condition": "relation", "kind": "friend"}
    customer = _good(
        stage.api.post("/api/v1/segments", json={"name": "全部好友", "rule": {"version": 1, "rule": friend}})
    )
    path = f"/api/v1/segments/{customer['id']}"
    _until(lambda: _good(stage.api.get(path))["people"] is not None, "The segment of all friends")
    stage.refused = _good(stage.api.get(f"{path}/people"))["customer_ids"][0]
    place = f"/api/v1/touch/customers/{stage.refused}"
    touch = {"purpose": "marketing", "wishes": [{"account_id": stage.wecom, "way": "group_send"}], "hours": 72}
    _good(stage.api.put(f"{place}/left_alone", json={"for_ever": True, "reason": "客户来电要求不再打扰"}))
    _good(stage.api.post(f"{place}/touches", json={**touch, "key": "stage-refused", "text": "春茶上市"}))
    news = {"key": "stage-members", "name": "周三会员日预告", "account_id": stage.wecom}
    said = {"text": "本周三会员日，群内专享全场八八折，到店出示会员码即可。", "per_minute": 20}
    stage.announcement = _good(stage.api.post("/api/v1/touch/announcements", json={**news, **said}))["id"]


def _journeys(stage: Stage) -> None:
    """Some more people in the demo's journey of new friends; and a draft that is not ready."""
    base = "/api/v1/journeys"
    stage.journey = next(one["id"] for one in _good(stage.api.get(base)) if one["key"] == "new-friends")
    people = [
        one["customer_id"] for one in _good(stage.api.get("/api/v1/customers", params={"limit": 50}))["customers"]
    ]
    wanted = {"customer_ids": sorted({stage.customer, *people}), "request_id": "stage"}
    _good(stage.api.post(f"{base}/{stage.journey}/people", json=wanted))
    _good(stage.api.post(base, json={"key": "win-back", "template": "win-back"}))


def _people(stage: Stage) -> None:
    """Colleagues, and a key of a program."""
    for login, name, roles in (
        ("chenhao", "陈浩", ["operator"]),
        ("zhouyi", "周怡", ["analyst"]),
        ("sunlei", "孙磊", ["staff"]),
    ):
        body = {"login": login, "name": name, "roles": roles, "password": PASSWORD}
        _good(stage.api.post("/api/v1/operators", json=body))
    _good(stage.api.post("/api/v1/api-keys", json={"name": "BI 报表", "scopes": ["insight.read", "customers.read"]}))
    _good(stage.api.post("/api/v1/customers/exports", json={"wanted": {"layer": 3}}))


def _failures(stage: Stage) -> None:
    """Dead letters, and two accounts of which nobody knows whether they are one person's."""
    for number in range(3):
        stage.send({"type": "track", "userId": "u-20260002", "messageId": f"no-name-{number}"})
    stage.send({"type": "track", "event": "Product Viewed", "messageId": "no-id"})
    for number, (one, other) in enumerate([("u-20260003", "u-20260004"), ("u-20260005", "u-20260006")]):
        for user, name in ((one, "王芳"), (other, "王小芳")):
            traits = {"name": name, "phone": f"1340000{user[-4:]}", "city": "杭州"}
            stage.send({"type": "identify", "userId": user, "messageId": f"who-{user}", "traits": traits})
        stage.send({"type": "alias", "previousId": one, "userId": other, "messageId": f"alias-{number}"})


def _imports(stage: Stage, folder: Path) -> None:
    """A file with a mistake in it, imported by a mapping of its own."""
    till = folder / "till.csv"
    today = datetime.now(UTC).date()
    till.write_text(_TILL.format(*(today - timedelta(days=back) for back in range(5))), "utf-8")
    stage.till_file = str(till)
    stage.export_file = str(next((folder / "data" / "demo-exports").glob("*京东*")))
    api = stage.api
    _good(api.put("/api/v1/imports/mappings/till", json=_MAPPING))
    upload = {"file": (till.name, till.read_bytes(), "text/csv")}
    file = _good(api.post("/api/v1/imports/files", files=upload))
    how = {"kind": "orders", "mapping": "till"}
    stage.run = _good(api.post(f"/api/v1/imports/files/{file['id']}/run", json=how))["id"]
    unknown, known = (
        _good(api.post("/api/v1/imports/files", files={"file": (path.name, path.read_bytes())}))["id"]
        for path in (till, Path(stage.export_file))
    )
    stage.waiting = unknown, known
    until = time.monotonic() + _WAIT_S
    while time.monotonic() < until:
        if _good(api.get(f"/api/v1/imports/{stage.run}"))["state"] == "done":
            return
        time.sleep(0.2)
    raise RuntimeError("The import of the till's file does not end.")


def _customers(stage: Stage, said: str) -> None:
    """Somebody who buys in many shops, as the demo names them, and what of them a split could take away."""
    (phone,) = _found(r"find (1\d{10})", said)
    stage.customer = _good(stage.api.get("/api/v1/customers/find", params={"value": phone}))["customers"][0]
    known = _good(stage.api.get(f"/api/v1/customers/{stage.customer}"))["identifiers"]
    devices = [one["id"] for one in known if one["type"] in {"anonymous_id", "device_id"}]
    stage.leaving = ",".join(str(one) for one in (devices or [known[-1]["id"]])[:2])


def _channels(stage: Stage) -> None:
    """A WeCom account that was read, its entry codes and who came; then its platform is gone, and its health says so."""
    api, accounts = stage.api, "/api/v1/channels/accounts"
    corp = world.build(SystemClock(), seed=7, staff=6, follows=30, groups=2)
    with serving(fake_wecom(corp)) as platform:
        values = {
            "corp_id": corp.corp_id,
            "agent_id": "1000002",
            "secret": DEFAULT_SECRET,
            "callback_token": "madeup",
            "encoding_aes_key": "A" * 43,
            "base_url": platform,
        }
        new = {"channel": "wecom", "external_id": corp.corp_id, "name": "品牌企业微信", "values": values}
        stage.account = _good(api.post(accounts, json=new))["id"]
        _reconcile(stage)
        serving_staff = [
            one["staff_id"] for one in _good(api.get(f"{accounts}/{stage.account}/staff")) if one["serves"]
        ]
        groups = [one["group_id"] for one in _good(api.get(f"{accounts}/{stage.account}/groups"))]
        _codes(stage, serving_staff, groups)
        who = _come(corp, serving_staff[0])
        _reconcile(stage)
        known: dict[str, str | float | bool] = {"value": who, "type": "external_userid"}
        found = _until(lambda: _good(api.get("/api/v1/customers/find", params=known))["customers"], "A friend")
        stage.friend = found[0]
    _good(api.post(f"{accounts}/{stage.account}/health"))


def _codes(stage: Stage, staff: list[str], groups: list[str]) -> None:
    """A staff code with everything, and a group code; the platform knows both."""
    day = {"begins": "10:00", "ends": "20:00", "days": [1, 2, 3, 4, 5]}
    roster = {
        "shifts": [{"span": day, "staff": staff[:2]}],
        "backups": staff[2:3],
        "daily_cap": 80,
        "verify_free": "during",
        "verify_free_during": [day],
    }
    greetings = [
        {"text": "{greeting}，{name}！我是{store}的{staff}。", "span": day},
        {"text": "您好，我们稍后回复您。"},
    ]
    of_staff = {"region": "华东", "store": "人民路店", "tags": ["门店"], "roster": roster, "greetings": greetings}
    of_groups = {"region": "华东", "chats": {"group_ids": groups[:2], "base_name": "福利群"}}
    made = []
    for kind, name, state, definition in (
        ("staff", "人民路店收银台", _STATE, of_staff),
        ("group", "福利群入口", "fuli01", of_groups),
    ):
        body = {"account_id": stage.account, "kind": kind, "name": name, "state": state, "definition": definition}
        made.append(_good(stage.api.post("/api/v1/channels/codes", json=body))["id"])
    stage.code = made[0]
    _good(stage.api.post(f"/api/v1/channels/codes/{stage.code}/cards", json={"up_to": 3}))

    def known() -> bool:
        codes = [_good(stage.api.get(f"/api/v1/channels/codes/{one}")) for one in made]
        return all(one["open"] and one["cards_open"] == one["cards"] for one in codes)

    _until(known, "An entry code")


def _come(corp: Corp, staff_id: str) -> str:
    """Three people scan the code, one of whom thinks better of it; returns one who stays."""
    came = [corp.new_person(name=name).external_userid for name in ("何静", "高翔", "罗敏")]
    for one in came:
        corp.customer_adds(one, staff_id, state=_STATE)
    corp.staff_deletes(staff_id, came[-1])
    return came[0]


def _reconcile(stage: Stage) -> None:
    """Compare everything with the platform now."""
    walks = f"/api/v1/channels/accounts/{stage.account}/walks"
    before = {one["id"] for one in _good(stage.api.get(walks)) if one["state"] != "running"}
    _good(stage.api.post(walks))
    _until(
        lambda: any(one["state"] == "done" and one["id"] not in before for one in _good(stage.api.get(walks))),
        "A reconcile",
    )


def _until(there: Callable[[], Any], what: str) -> Any:
    """What is there, when it is.

    Raises:
        RuntimeError: it takes too long.
    """
    until = time.monotonic() + _WAIT_S
    while time.monotonic() < until:
        if found := there():
            return found
        time.sleep(0.3)
    raise RuntimeError(f"{what} does not come about.")


def _found(pattern: str, said: str) -> tuple[str, ...]:
    match = re.search(pattern, said)
    if match is None:
        raise RuntimeError(f"The demo did not say {pattern}:\n{said[-2000:]}")
    return match.groups()


def _good(answer: httpx.Response) -> Any:
    """What a good answer says.

    Raises:
        RuntimeError: it is not good.
    """
    if not answer.is_success:
        raise RuntimeError(f"{answer.status_code} {answer.url}: {answer.text[:500]}")
    return answer.json() if answer.content else None
