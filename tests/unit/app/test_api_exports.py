"""Exports: asked for, written, fetched, forgotten; in clear only by right, with every look in the audit."""

import csv
import io
import shutil
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, order, row

from siyu.app import exports
from siyu.app.context import Context
from siyu.engines.access import service as access
from siyu.engines.postgres import Database, rows, scalar
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import TryLater

PATH = "/api/v1/customers/exports"


@pytest.fixture
def shop(tell: Told) -> None:
    tell(
        row("ann", NOW - timedelta(days=9), phone="13800138000", name="张三", tags=["=1+1", "vip"]),
        order("ann", "1", NOW - timedelta(days=2), 12_345),
        row("ben", NOW - timedelta(days=5), name="@李四"),
    )


@pytest.fixture
def client(asking: Callable[..., TestClient], shop: None) -> TestClient:
    return asking("customers.read")


@pytest.fixture
def trusted(asking: Callable[..., TestClient], shop: None) -> TestClient:
    return asking("customers.read", "personal.reveal", "audit.read")


def asked(client: TestClient, context: Context, **body: Any) -> dict[str, Any]:
    answer = client.post(PATH, json=body)
    assert answer.status_code == 202, answer.text
    exports.write(context, answer.json()["id"])
    return dict(client.get(f"{PATH}/{answer.json()['id']}").json())


def lines(client: TestClient, export: dict[str, Any]) -> list[list[str]]:
    answer = client.get(f"{PATH}/{export['id']}/file")
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert len(answer.content) == export["bytes"]
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


class TestExport:
    def test_masked(self, client: TestClient, web_context: Context) -> None:
        done = asked(
            client,
            web_context,
            columns=["name", "phone", "layer", "orders", "net_yuan", "last_order_at", "platforms", "tags"],
        )
        assert (done["state"], done["rows"]) == ("done", 2)
        assert lines(client, done) == [
            ["姓名", "手机号", "关系阶梯", "已付订单数", "净消费额（元）", "最近下单", "购买平台", "标签"],
            ["张*", "138****8000", "路人", "1", "123.45", "2026-02-27 16:00:00", "jd", "'=1+1、vip"],
            ["'@*", "", "路人", "0", "0.00", "", "", ""],
        ]

    def test_in_clear(self, trusted: TestClient, web_context: Context) -> None:
        done = asked(trusted, web_context, columns=["name", "phone"], reveal=True)
        assert lines(trusted, done)[1:] == [["张三", "+8613800138000"], ["'@李四", ""]]
        audit = trusted.get("/api/v1/audit").json()["items"]
        assert {"export.requested", "personal.revealed", "export.downloaded"} <= {one["action"] for one in audit}
        (look,) = [one for one in audit if one["action"] == "personal.revealed"]
        assert look["details"]["reason"] == f"export:{done['id']}"
        assert len(look["details"]["items"]) == 3

    def test_filters_are_those_of_the_list(self, client: TestClient, web_context: Context) -> None:
        wanted = {"orders_from": 1, "last_order_from": (NOW - timedelta(days=3)).isoformat(), "platform": "jd"}
        done = asked(client, web_context, wanted=wanted, columns=["orders"])
        assert lines(client, done)[1:] == [["1"]]

    def test_who_was_looked_for_is_not_on_record(
        self, client: TestClient, web_context: Context, database: Database
    ) -> None:
        for words in ("13800138000", "张三"):
            done = asked(client, web_context, wanted={"q": words}, columns=["orders"])
            assert done["rows"] == 1
        assert asked(client, web_context, wanted={"name": "nobody"}, columns=["orders"])["rows"] == 0
        with database.transaction() as conn:
            kept = str([tuple(one) for one in rows(conn, "SELECT wanted FROM customers.export")])
            kept += str([tuple(one) for one in rows(conn, "SELECT args FROM jobs.procrastinate_jobs")])
        assert "13800138000" not in kept
        assert "张三" not in kept

    def test_more_than_a_page(
        self, client: TestClient, web_context: Context, tell: Told, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(exports, "_PAGE", 2)
        tell(*[order(f"b{n}", str(100 + n), NOW, 100) for n in range(5)])
        done = asked(client, web_context, columns=["customer_id"])
        found = [line[0] for line in lines(client, done)[1:]]
        assert len(found) == len(set(found)) == 7

    def test_again_changes_nothing(self, client: TestClient, web_context: Context) -> None:
        done = asked(client, web_context)
        exports.write(web_context, done["id"])
        assert client.get(f"{PATH}/{done['id']}").json() == done
        assert len(list((web_context.settings.data_folder / "exports").iterdir())) == 1

    def test_a_job_waits_for_it(self, client: TestClient, database: Database) -> None:
        made = client.post(PATH, json={}).json()
        assert made["state"] == "waiting"
        with database.transaction() as conn:
            args = scalar(conn, "SELECT args FROM jobs.procrastinate_jobs WHERE task_name = :name", name=exports.EXPORT)
        assert args == {"export_id": made["id"]}
        answer = client.get(f"{PATH}/{made['id']}/file")
        assert (answer.status_code, answer.json()["code"]) == (409, "Conflict")

    def test_a_failure_is_told(self, client: TestClient, web_context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
        made = client.post(PATH, json={}).json()

        def full(*_: Any, **__: Any) -> None:
            raise OSError("no space left on device")

        monkeypatch.setattr(exports, "_lines", full)
        with pytest.raises(OSError, match="no space"):
            exports.write(web_context, made["id"])
        failed = client.get(f"{PATH}/{made['id']}").json()
        assert failed["state"] == "failed"
        assert "no space" in failed["error"]["message"]
        assert list((web_context.settings.data_folder / "exports").iterdir()) == []

    def test_leaves_the_disk_what_is_to_stay_free(
        self, client: TestClient, web_context: Context, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = client.post(PATH, json={}).json()
        least = web_context.settings.minimum_free_bytes
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=least - 1))
        with pytest.raises(TryLater):
            exports.write(web_context, made["id"])
        failed = client.get(f"{PATH}/{made['id']}").json()
        assert (failed["state"], failed["error"]["code"]) == ("failed", "TryLater")
        assert "磁盘空间" in failed["error"]["message_zh"]
        assert list((web_context.settings.data_folder / "exports").iterdir()) == []

    def test_gone_after_seven_days(self, client: TestClient, web_context: Context, clock: ManualClock) -> None:
        done = asked(client, web_context)
        clock.advance(timedelta(days=7))
        answer = client.get(f"{PATH}/{done['id']}/file")
        assert (answer.status_code, answer.json()["code"]) == (409, "Conflict")
        exports.forget(web_context)
        assert list((web_context.settings.data_folder / "exports").iterdir()) == []
        assert client.get(f"{PATH}/{done['id']}").json()["state"] == "expired"

    def test_listed_newest_first(self, client: TestClient) -> None:
        made = [client.post(PATH, json={}).json()["id"] for _ in range(3)]
        assert [one["id"] for one in client.get(PATH).json()] == made[::-1]
        assert [one["id"] for one in client.get(PATH, params={"before": made[1]}).json()] == [made[0]]


class TestRights:
    def test_in_clear_needs_the_right(self, client: TestClient) -> None:
        answer = client.post(PATH, json={"reveal": True})
        assert (answer.status_code, answer.json()["details"]) == (403, {"right": "personal.reveal"})

    def test_so_does_fetching_one(self, client: TestClient, trusted: TestClient, web_context: Context) -> None:
        done = asked(trusted, web_context, reveal=True)
        answer = client.get(f"{PATH}/{done['id']}/file")
        assert (answer.status_code, answer.json()["details"]) == (403, {"right": "personal.reveal"})


class TestBadInput:
    @pytest.mark.parametrize(
        "body",
        [
            {"columns": []},
            {"columns": ["secret"]},
            {"columns": ["name", "name"]},
            {"wanted": {"layer": 9}},
            {"wanted": {"shop": "x"}},
            {"reveal": "perhaps"},
            [],
        ],
        ids=str,
    )
    def test_is_refused(self, client: TestClient, body: Any) -> None:
        answer = client.post(PATH, json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "BadInput"), answer.text

    @pytest.mark.parametrize("path", ["/99999", "/99999/file"])
    def test_none_with_this_id(self, client: TestClient, path: str) -> None:
        assert client.get(PATH + path).status_code == 404

    def test_every_column_has_a_heading(self) -> None:
        from siyu.app.api.exports import Column

        assert set(Column.__args__) == set(exports.COLUMNS)  # type: ignore[attr-defined]


def test_actor_of_the_look_is_who_asked(trusted: TestClient, web_context: Context, database: Database) -> None:
    done = asked(trusted, web_context, columns=["name"], reveal=True)
    with database.transaction() as conn:
        (look,) = access.audit_page(conn, action="personal.revealed", limit=5)
    assert look.actor == done["made_by"]
    assert look.actor.startswith("key:")
