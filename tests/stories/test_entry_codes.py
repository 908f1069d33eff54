"""A store hangs up a code; somebody scans it in WeCom, is greeted, tagged and remembered by it: over real protocols."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from tests.running import free_port, hang_up

from siyu.app import syncing
from siyu.app.context import Context
from siyu.app.greeting import greeter
from siyu.app.pipeline import Pipeline
from siyu.app.syncing import Syncing
from siyu.app.web import create_app
from siyu.channels import service as channels
from siyu.channels.types import Account
from siyu.customers import service as customers
from siyu.customers.types import Profile
from siyu.engines.access import service as access
from siyu.engines.postgres import Database
from siyu.engines.settings import Settings
from siyu.identity import service as identity
from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wecom import world
from siyu.rehearsal.platforms.wecom.app import create_app as fake_app
from siyu.rehearsal.platforms.wecom.fake import DEFAULT_SECRET, Corp

START = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)  # a Monday, ten o'clock in Shanghai
TOKEN, KEY = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
CODES = "/api/v1/channels/codes"


class Shop:
    """A Siyu whose worker is turned by hand, and the corp it is connected to."""

    def __init__(self, database: Database, corp: Corp, platform: str, clock: ManualClock, folder: Path) -> None:
        self.database, self.corp, self.clock = database, corp, clock
        engine = cast("Any", SimpleNamespace(close=lambda: None))
        settings = Settings(data_folder=folder, minimum_free_bytes=2**26, brand_name="花间茶舍")
        self.context = Context(settings, database, engine, clock)
        opens = syncing.opener(database, clock)
        self.backup = greeter(self.context)
        self.pipeline = Pipeline(database, clock, 500, greet=self.backup.submit)
        self.syncing = Syncing(database, clock, opens)
        self.rotation = channels.Rotation(database, clock, ZoneInfo("Asia/Shanghai"), opens)
        values = {
            "corp_id": corp.corp_id,
            "agent_id": "1000002",
            "secret": DEFAULT_SECRET,
            "callback_token": TOKEN,
            "encoding_aes_key": KEY,
            "base_url": platform,
        }
        me = access.system("tests")
        with database.transaction() as conn:
            self.account: Account = channels.connect_account(
                conn, me, channel="wecom", external_id=corp.corp_id, name="", values=values, now=clock.now()
            )
            scopes = ("channels.read", "channels.manage", "customers.read")
            self.key = access.create_api_key(conn, me, name="story", scopes=scopes, now=clock.now()).token
        syncing.reconcile(self.context, self.account.id)
        self.turn()

    def turn(self) -> None:
        """Let the worker do everything that is due, now and in the next seconds."""
        for _ in range(8):
            while self.pipeline.run_once() + self.syncing.run_once() + self.rotation.run_once():
                pass
            self.clock.advance(timedelta(seconds=2))

    def who(self, external_userid: str) -> Profile:
        with self.database.transaction() as conn:
            [found] = {one.customer_id for one in identity.find(conn, external_userid, "external_userid")}
            return customers.profile(conn, found)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def corp(clock: ManualClock) -> Corp:
    return world.build(clock, seed=5, staff=4, follows=20, groups=2)


@pytest.fixture
def shop(database: Database, corp: Corp, clock: ManualClock, tmp_path: Path) -> Iterator[Shop]:
    with serving(fake_app(corp)) as platform:
        made = Shop(database, corp, platform, clock, tmp_path)
        yield made
        made.backup.stop()
        corp.hang_up()
        hang_up()


@pytest.fixture
def web(shop: Shop) -> Iterator[httpx.Client]:
    """The web process, to which the corp pushes."""
    with running(create_app(shop.context)) as url:
        shop.corp.call_back(f"{url}/callback/wecom/{shop.account.id}", TOKEN, KEY)
        headers = {"Authorization": f"Bearer {shop.key}"}
        with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=20) as client:
            yield client
        shop.corp.hang_up()


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, lifespan="on", log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_for(lambda: server.started)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


def wait_for(holds: Callable[[], bool]) -> None:
    for _ in range(400):
        if holds():
            return
        threading.Event().wait(0.025)
    raise AssertionError("it did not come about")


def able(corp: Corp) -> list[str]:
    return sorted(userid for userid, staff in corp.state.staff.items() if staff.serves and staff.status == 1)


def make(web: httpx.Client, shop: Shop, corp: Corp, **more: Any) -> dict[str, Any]:
    one, other, *_ = able(corp)
    group = next(iter(corp.state.tag_groups.values()))
    definition = {
        "roster": {"staff": [one], "backups": [other]},
        "greetings": [{"text": "{greeting}，{name}，欢迎来到{brand}{store}，我是{staff}。"}],
        "tags": ["南京西路扫码"],
        "platform_tag_ids": [next(iter(group.tags))],
        "remark": "{name}-{store}",
        "region": "上海",
        "store": "南京西路店",
        **more,
    }
    body = {"account_id": shop.account.id, "kind": "staff", "name": "收银台台卡", "definition": definition}
    answer = web.post(CODES, json=body)
    assert answer.status_code == 201, answer.text
    shop.turn()
    return dict(web.get(f"{CODES}/{answer.json()['id']}").json())


def test_from_the_wall_to_the_timeline(shop: Shop, web: httpx.Client, corp: Corp) -> None:
    code = make(web, shop, corp)
    assert (code["open"], code["pictured"], code["problem"]) == (True, True, None)
    [way] = [one for one in corp.state.ways.values() if one.body.get("state") == code["state"]]
    assert (way.body["user"], way.body["remark"]) == ([able(corp)[0]], "收银台台卡")
    page = httpx.get(f"{web.base_url}/e/{code['page_url'].rpartition('/')[2]}", trust_env=False)
    assert "上海 南京西路店" in page.text

    person = corp.new_person("小美")
    userid, welcome = corp.customer_scans(person.external_userid, way.config_id)
    corp.deliver()
    wait_for(lambda: corp.state.welcomes[welcome].used_at > 0)
    staff_name = corp.state.staff[userid].name
    said = corp.state.welcomes[welcome].content
    assert said["text"]["content"] == f"早上好，朋友，欢迎来到花间茶舍南京西路店，我是{staff_name}。"

    shop.turn()
    profile = shop.who(person.external_userid)
    assert profile.traits["entry_code"] == {"account": shop.account.id, "code": code["id"], "card": 0}
    assert "南京西路扫码" in {tag.tag for tag in profile.tags}
    assert "friend" in {relation.kind for relation in profile.relations if relation.ended_at is None}
    follow = corp.followers(person.external_userid)[userid]
    assert follow.tags == list(code["definition"]["platform_tag_ids"])
    assert follow.remark == "小美-南京西路店"

    figures = web.get(f"{CODES}/{code['id']}/figures").json()
    assert {name: figures[name] for name in ("shown", "added", "there", "left")} == {
        "shown": 1, "added": 1, "there": 1, "left": 0,
    }  # fmt: skip
    [one] = web.get(f"{CODES}/{code['id']}/people", params={"figure": "there"}).json()["customers"]
    assert one["customer_id"] == profile.customer_id
    [outcome] = web.get(f"{CODES}/{code['id']}/welcomes", params={"from": START.isoformat()}).json()
    assert (outcome["outcome"], outcome["welcomes"]) == ("sent", 1)
    assert outcome["slowest_ms"] < 5000


def test_where_the_door_died_the_pipeline_greets(
    shop: Shop, web: httpx.Client, corp: Corp, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = make(web, shop, corp)
    [way] = [one for one in corp.state.ways.values() if one.body.get("state") == code["state"]]
    person = corp.new_person("小明")
    monkeypatch.setattr(channels.Greeter, "submit", lambda *_: False)
    _, welcome = corp.customer_scans(person.external_userid, way.config_id)
    corp.deliver()
    assert corp.state.welcomes[welcome].used_at == 0
    monkeypatch.undo()
    while shop.pipeline.run_once():
        pass
    wait_for(lambda: corp.state.welcomes[welcome].used_at > 0)


def test_the_group_and_the_link(shop: Shop, web: httpx.Client, corp: Corp) -> None:
    one, other, *_ = able(corp)
    chat_id = next(iter(corp.state.groups))
    made = []
    for kind, definition in (
        ("group", {"chats": {"group_ids": [chat_id], "base_name": "茶友群"}, "tags": ["茶友"]}),
        ("link", {"roster": {"staff": [one], "backups": [other]}, "greetings": [{"text": "欢迎"}]}),
    ):
        body = {"account_id": shop.account.id, "kind": kind, "name": kind, "definition": definition}
        made.append(web.post(CODES, json=body).raise_for_status().json())
    shop.turn()
    group, link = (web.get(f"{CODES}/{one['id']}").json() for one in made)
    assert (group["open"], group["pictured"], link["open"]) == (True, True, True)
    assert link["url"].endswith(f"customer_channel={link['state']}")

    first, second = corp.new_person("甲"), corp.new_person("乙")
    [join_way] = [way for way in corp.state.join_ways.values() if way.body.get("state") == group["state"]]
    corp.customer_joins_by(first.external_userid, join_way.config_id)
    [link_id] = [one.link_id for one in corp.state.links.values() if link["url"].startswith(one.url)]
    _, welcome = corp.customer_clicks(second.external_userid, link_id, link["state"])
    corp.deliver()
    wait_for(lambda: corp.state.welcomes[welcome].used_at > 0)
    shop.turn()
    assert shop.who(second.external_userid).traits["entry_code"]["code"] == link["id"]
    assert shop.who(first.external_userid).traits["entry_code"]["code"] == group["id"]
    assert web.get(f"{CODES}/{group['id']}/figures").json()["there"] == 1


def test_who_serves_follows_the_clock_on_the_platform(
    shop: Shop, web: httpx.Client, corp: Corp, clock: ManualClock
) -> None:
    one, other, third, *_ = able(corp)
    roster = {
        "shifts": [
            {"span": {"begins": "09:00", "ends": "13:00"}, "staff": [one]},
            {"span": {"begins": "13:00", "ends": "21:00"}, "staff": [other]},
        ],
        "backups": [third],
        "verify_free": "during",
        "verify_free_during": [{"begins": "09:00", "ends": "21:00"}],
    }
    code = make(web, shop, corp, roster=roster)
    [way] = [one for one in corp.state.ways.values() if one.body.get("state") == code["state"]]
    served = []
    for hours in (0, 4, 8):
        clock.advance(timedelta(hours=hours))
        shop.turn()
        served.append((way.body["user"], way.body["skip_verify"]))
    assert served == [([one], True), ([other], True), ([third], False)]
    web.post(f"{CODES}/{code['id']}/archive").raise_for_status()
    shop.turn()
    assert way.config_id not in corp.state.ways
