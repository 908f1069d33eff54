"""What operators have done on a platform, over HTTP, by the loop of the worker, and through the pipeline."""

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient
from tests.running import hang_up
from tests.unit.channels.wecom.standing import AES_KEY, TOKEN

from siyu.app.acting import Acting
from siyu.app.outward import outward
from siyu.channels import registry, service
from siyu.channels.registry import Plugins
from siyu.channels.rules import qr
from siyu.channels.service import Desk
from siyu.channels.types import Account, Content, Item
from siyu.channels.wecom import Wecom
from siyu.engines.access import service as access
from siyu.engines.postgres import Database
from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wecom import app as fake
from siyu.rehearsal.platforms.wecom import world
from siyu.rehearsal.platforms.wecom.fake import DEFAULT_SECRET, Corp
from siyu.rehearsal.platforms.wecom.types import Follow

Asking = Callable[..., TestClient]


@pytest.fixture
def corp(clock: ManualClock) -> Corp:
    return world.build(clock, staff=6, follows=60, groups=3)


@pytest.fixture
def account(database: Database, clock: ManualClock, corp: Corp, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    monkeypatch.setattr(registry, "plugins", lambda: Plugins({"wecom": Wecom}, ()))
    with serving(fake.create_app(corp)) as url:
        values = {
            "corp_id": corp.corp_id, "agent_id": "1000002", "secret": DEFAULT_SECRET,
            "callback_token": TOKEN, "encoding_aes_key": AES_KEY, "base_url": url,
        }  # fmt: skip
        with database.transaction() as conn:
            made = service.connect_account(
                conn, access.system("tests"), channel="wecom", values=values, now=clock.now()
            )
        channel = service.open_account(database, made, clock, outward())
        with database.transaction() as conn:
            for piece, _ in channel.walk(""):
                service.mirror(conn, made, piece, clock.now())
        yield made
        hang_up()


@pytest.fixture
def acting(database: Database, clock: ManualClock) -> Acting:
    return Acting(Desk(database, clock, lambda one: service.open_account(database, one, clock, outward())))


def tie_of(corp: Corp) -> Follow:
    return next(
        follow
        for userid in sorted(corp.state.follows)
        for follow in corp.state.follows[userid].values()
        if corp.seen(userid)
        and corp.state.staff[userid].status == 1
        and len(corp.followers(follow.external_userid)) == 1
    )


def work(acting: Acting) -> None:
    while acting.run_once():
        pass


def test_tags_and_notes(asking: Asking, account: Account, corp: Corp, acting: Acting) -> None:
    client, base = asking("channels.act", "channels.read"), f"/api/v1/channels/accounts/{account.id}"
    made = client.post(f"{base}/tags", json={"group_name": "新组", "names": ["高意向", "低意向"]})
    assert made.status_code == 201
    tag = made.json()["tags"]["高意向"]
    assert client.patch(f"{base}/tags/{tag}", json={"name": "很想买"}).status_code == 204
    gone = client.post(f"{base}/tags/delete", json={"tag_ids": [made.json()["tags"]["低意向"]]})
    assert gone.status_code == 204
    assert "很想买" in {one["name"] for one in client.get(f"{base}/tags").json()}
    tie = tie_of(corp)
    order = client.post(f"{base}/marks", json={"marks": [{"contact_id": tie.external_userid, "add": [tag]}]})
    assert (order.status_code, order.json()["waiting"]) == (202, 1)
    work(acting)
    assert tag in tie.tags
    found = client.get(f"{base}/marks/{order.json()['id']}").json()
    assert (found["order"]["done"], found["marks"][0]["state"], found["marks"][0]["staff_id"]) == (
        1,
        "done",
        tie.userid,
    )
    assert [one["id"] for one in client.get(f"{base}/marks").json()] == [order.json()["id"]]
    note = f"{base}/staff/{tie.userid}/contacts/{tie.external_userid}/note"
    assert client.post(note, json={"remark": "王姐"}).status_code == 204
    assert tie.remark == "王姐"
    assert client.post(note, json={"remark": "字" * 21}).status_code == 400
    other = corp.tag_group_is_made("后台", ["后台标签"])
    refused = client.patch(f"{base}/tags/{other.group_id}", json={"name": "改名"})
    assert (refused.status_code, refused.json()["code"]) == (409, "PlatformRefused")
    assert refused.json()["details"]["errcode"] == 301002


def test_handovers(asking: Asking, account: Account, corp: Corp, acting: Acting, clock: ManualClock) -> None:
    client, base = asking("channels.act", "channels.read"), f"/api/v1/channels/accounts/{account.id}"
    tie = tie_of(corp)
    taker = next(
        one
        for one, staff in corp.state.staff.items()
        if one != tie.userid and staff.status == 1 and staff.serves and corp.seen(one)
    )
    asked = {"giver": tie.userid, "taker": taker, "contact_ids": [tie.external_userid], "said": "您好"}
    assert [one["state"] for one in client.post(f"{base}/handovers", json=asked).json()] == ["asked"]
    assert client.post(f"{base}/handovers", json=asked).json() == []
    work(acting)
    assert [one["state"] for one in client.get(f"{base}/handovers").json()] == ["waiting"]
    group = next(one for one in corp.state.groups.values() if corp.seen(one.owner))
    heir = next(
        one
        for one, staff in corp.state.staff.items()
        if one != group.owner and staff.status == 1 and staff.serves and corp.seen(one)
    )
    made = client.post(f"{base}/handovers/groups", json={"taker": heir, "group_ids": [group.chat_id]})
    assert made.status_code == 202
    work(acting)
    assert group.owner == heir
    assert client.get(f"{base}/heirless").json() == []


def test_tasks(
    asking: Asking, account: Account, corp: Corp, acting: Acting, database: Database, clock: ManualClock
) -> None:
    client, base = asking("channels.act", "channels.read"), f"/api/v1/channels/accounts/{account.id}"
    tie = tie_of(corp)
    corp.state.staff[tie.userid].forgets = 1.0
    with database.transaction() as conn:  # what the touch gate will do; no route does
        item = Item("k", tie.external_userid, Content("上新"), tie.userid)
        service.deliver(conn, account, "group_send", [item], clock.now())
    work(acting)
    (task,) = client.get(f"{base}/tasks").json()
    assert (task["state"], task["total"]) == ("open", 1)
    assert client.post(f"{base}/tasks/{task['handle']}/remind").status_code == 204
    assert client.post(f"{base}/tasks/{task['handle']}/cancel").status_code == 204
    found = client.get(f"{base}/tasks/{task['handle']}").json()
    assert (found["task"]["state"], len(found["task"]["reminded"])) == ("cancelled", 1)
    assert [one["staff_id"] for one in found["staff"]] == [tie.userid]
    (result,) = client.get(f"{base}/tasks/{task['handle']}/results").json()
    assert (result["subject_id"], result["result"]) == (tie.external_userid, "cancelled")
    assert client.get(f"{base}/tasks/{task['handle']}/results", params={"after": result["id"]}).json() == []
    assert client.get(f"{base}/tasks/nothing/results").status_code == 404
    assert client.get(f"{base}/tasks/nothing").status_code == 404


def test_a_picture_is_kept_and_shown(asking: Asking, account: Account, corp: Corp) -> None:
    client, base = asking("channels.manage", "channels.read"), f"/api/v1/channels/accounts/{account.id}/media"
    picture = qr.png("https://a.example/", scale=2)
    made = client.post(base, files={"file": ("店.png", picture, "image/png")}, data={"kind": "image"})
    assert (made.status_code, made.json()["name"]) == (201, "店.png")
    shown = client.get(f"{base}/{made.json()['id']}")
    assert (shown.content, shown.headers["content-type"]) == (picture, "image/png")
    assert len(corp.state.media) == 1
    wrong = client.post(base, files={"file": ("a.svg", b"<svg/>", "image/svg+xml")})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "BadInput")
    assert client.get(f"{base}/99").status_code == 404
    assert asking("channels.read").post(base, files={"file": ("a.png", picture, "image/png")}).status_code == 403
