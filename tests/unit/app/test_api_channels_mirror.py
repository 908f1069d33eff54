"""What the console asks of the mirror, over HTTP."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from tests.unit.app.flock import Flock

from siyu.channels import registry, service
from siyu.channels.registry import Plugins
from siyu.channels.types import (
    Account,
    Contact,
    Department,
    Departure,
    Everything,
    Follow,
    Group,
    Member,
    Push,
    Seen,
    Staff,
    Tag,
)
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
Asking = Callable[..., TestClient]


@pytest.fixture
def account(database: Database, monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setattr(registry, "plugins", lambda: Plugins({"flock": Flock}, ()))
    with database.transaction() as conn:
        return service.connect_account(
            conn, access.system("tests"), channel="flock", external_id="corp-1", name="", values={}, now=NOW
        )


@pytest.fixture
def mirrored(database: Database, account: Account) -> Account:
    old, fresh = NOW - timedelta(days=90), NOW - timedelta(days=3)
    people = [
        Contact("wm1", "甲", "wechat", follows=(Follow("ann", old, ("t1",), way="scan"), Follow("bo", fresh))),
        Contact("wm2", "乙", "wechat", follows=(Follow("ann", fresh, ("t1",)),)),
        Contact("wm3", "丙", "wechat", follows=(Follow("ann", old),)),
    ]
    members = (Member("ann", "staff", old), Member("wm1", "customer", old), Member("wm2", "customer", fresh))
    begin: list[Seen] = [
        Staff("ann", "安", ("2", "9", "1"), "店长"), Staff("bo", "博"), Tag("t1", "高意向", "g", "意向"), *people,
        Group("wr1", "福利群", "ann", old, members=members),
    ]  # fmt: skip
    with database.transaction() as conn:
        service.mirror(conn, account, begin, NOW - timedelta(days=2))
        gone = Departure("ann", "wm3", "customer", NOW - timedelta(days=1))
        service.hear(conn, [service.push_message(account, Push("p", "e", NOW, (), (gone,)), NOW)], NOW)
        everything = Everything(departments=(Department("1", "华东区", ""), Department("2", "南京西路店", "1")))
        service.mirror(conn, account, [everything], NOW)
        service.mirror(conn, account, [Everything(contacts_of=("ann", ("wm1", "wm2", "wm3")))], NOW)
        walk = service.begin_walk(conn, account.id, NOW)
        service.end_walk(conn, walk, NOW)
    return account


def test_staff_with_whom_they_serve(asking: Asking, mirrored: Account) -> None:
    client = asking("channels.read")
    found = client.get(f"/api/v1/channels/accounts/{mirrored.id}/staff").json()
    assert [(one["staff_id"], one["contacts"], one["added"], one["lost"]) for one in found] == [
        ("ann", 2, 1, 1),
        ("bo", 1, 1, 0),
    ]
    assert (found[0]["name"], found[0]["position"], found[0]["department_ids"]) == ("安", "店长", ["2", "9", "1"])
    assert [one["departments"] for one in found] == [["南京西路店", "9", "华东区"], []]
    long = client.get(
        f"/api/v1/channels/accounts/{mirrored.id}/staff", params={"since": (NOW - timedelta(days=365)).isoformat()}
    ).json()
    assert [one["added"] for one in long] == [3, 1]


def test_groups_tags_and_one_contact(asking: Asking, mirrored: Account) -> None:
    client = asking("channels.read")
    base = f"/api/v1/channels/accounts/{mirrored.id}"
    (group,) = client.get(f"{base}/groups").json()
    assert (group["customers"], group["staff"], group["joined"], group["left"]) == (2, 1, 1, 0)
    (tag,) = client.get(f"{base}/tags").json()
    assert (tag["name"], tag["contacts"]) == ("高意向", 2)
    contact = client.get(f"{base}/contacts/wm1").json()
    assert [(one["staff_id"], one["tags"]) for one in contact["follows"]] == [("bo", []), ("ann", ["高意向"])]
    gone = client.get(f"{base}/contacts/wm3").json()
    assert gone["follows"][0]["ended_by"] == "customer"
    assert client.get(f"{base}/contacts/nobody").status_code == 404
    served = client.get(f"{base}/staff/ann/contacts").json()
    assert [(one["contact_id"], one["tags"]) for one in served] == [("wm2", ["高意向"]), ("wm1", ["高意向"])]
    assert client.get(f"{base}/staff/nobody/contacts").json() == []
    members = client.get(f"{base}/groups/wr1/members").json()
    assert [(one["member_id"], one["kind"]) for one in members] == [
        ("wm2", "customer"),
        ("ann", "staff"),
        ("wm1", "customer"),
    ]


def test_how_it_stands_and_the_report(asking: Asking, mirrored: Account, database: Database) -> None:
    client = asking("channels.read", "channels.manage")
    base = f"/api/v1/channels/accounts/{mirrored.id}"
    standing = client.get(f"{base}/mirror").json()
    assert (standing["waiting"], standing["refused"], standing["last"]["state"]) == (0, None, "done")
    (walk,) = client.get(f"{base}/walks").json()
    assert client.get(f"{base}/walks/{walk['id']}").json() == walk
    assert client.get(f"{base}/walks/999").status_code == 404
    with database.transaction() as conn:
        waiting = rows(conn, "SELECT task_name FROM jobs.procrastinate_jobs")
    assert [one[0] for one in waiting] == [service.RECONCILE]  # since it was connected
    assert client.post(f"{base}/walks").json() == {"queued": False}
    assert client.post(f"{base}/walks").status_code == 202


def test_what_is_not_there_or_makes_no_sense(asking: Asking, mirrored: Account) -> None:
    client = asking("channels.read")
    for page in ("mirror", "staff", "groups", "tags", "walks", "contacts/wm1"):
        assert client.get(f"/api/v1/channels/accounts/99/{page}").status_code == 404
    period = {"since": "2026-03-02T00:00:00Z", "until": "2026-03-01T00:00:00Z"}
    answer = client.get(f"/api/v1/channels/accounts/{mirrored.id}/staff", params=period)
    assert (answer.status_code, answer.json()["code"]) == (400, "BadInput")
    naive = client.get(f"/api/v1/channels/accounts/{mirrored.id}/groups", params={"since": "2026-03-02T00:00:00"})
    assert naive.status_code in (400, 422)
    assert client.post(f"/api/v1/channels/accounts/{mirrored.id}/walks").status_code == 403


def test_an_account_is_deleted_when_it_is_paused(asking: Asking, mirrored: Account, database: Database) -> None:
    path = f"/api/v1/channels/accounts/{mirrored.id}"
    assert asking("channels.read", "channels.act").delete(path).status_code == 403
    client = asking("channels.read", "channels.manage")
    assert (client.delete(path).status_code, client.delete(path).json()["code"]) == (409, "Conflict")
    assert client.post(f"{path}/pause").status_code == 200
    assert client.delete(path).status_code == 204
    assert (
        client.delete(path).status_code
        == client.get(path).status_code
        == client.get(f"{path}/staff").status_code
        == 404
    )
    assert client.get("/api/v1/channels/accounts").json() == []
    with database.transaction() as conn:
        waiting = rows(conn, "SELECT task_name FROM jobs.procrastinate_jobs ORDER BY id")
        assert waiting[-1][0] == service.END_TIES
