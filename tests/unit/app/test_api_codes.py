"""Entry codes over the whole application: who may, what comes out, the page, the files, the funnel to the end."""

import csv
import io
import json
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from tests.unit.app.conftest import NOW, Told, order
from tests.unit.channels import cockatoo
from tests.unit.channels.cockatoo import Cockatoo, Roost, refusal
from tests.unit.channels.coding import SHANGHAI, SOMEBODY, come, furnish, join

from siyu.app import exports
from siyu.app.context import Context
from siyu.channels import registry, service
from siyu.channels.service import Rotation
from siyu.channels.types import Account
from siyu.customers import service as customers
from siyu.engines.postgres import Database
from siyu.identity import service as identity
from siyu.intake.types import IdentifierClaim
from siyu.kernel.clock import ManualClock

CODES, EXPORTS = "/api/v1/channels/codes", "/api/v1/customers/exports"
PLAIN = {"roster": {"staff": ["ann"], "backups": ["bob"]}, "region": "上海", "store": "<南京>店", "tags": ["扫码"]}
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def roost(monkeypatch: pytest.MonkeyPatch) -> Roost:
    monkeypatch.setattr(registry, "plugins", cockatoo.installed)
    monkeypatch.setattr(Cockatoo, "roost", Roost())
    return Cockatoo.roost


@pytest.fixture
def shop(database: Database) -> Account:
    with database.transaction() as conn:
        made = service.connect_account(
            conn,
            SOMEBODY,
            channel="parrot",
            external_id="p",
            name="Polly",
            values={"app_id": "p00ff", "secret": "s"},
            now=NOW,
        )
    furnish(database, made, NOW - 90 * DAY)
    return made


@pytest.fixture
def web(asking: Callable[..., TestClient], shop: Account) -> TestClient:
    return asking("channels.read", "channels.manage", "customers.read")


@pytest.fixture
def make(web: TestClient, shop: Account) -> Callable[..., dict[str, Any]]:
    def make(definition: dict[str, Any] | None = None, *, kind: str = "staff", **more: Any) -> dict[str, Any]:
        body = {"account_id": shop.id, "kind": kind, "name": "门店码", "definition": definition or PLAIN, **more}
        answer = web.post(CODES, json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    return make


@pytest.fixture
def drain(database: Database, clock: ManualClock) -> Callable[[], None]:
    def opens(account: Account) -> Cockatoo:
        return Cockatoo(account, service.open_ports(database, account, clock, None))  # type: ignore[arg-type]

    rotation = Rotation(database, clock, SHANGHAI, opens)

    def drain() -> None:
        while rotation.run_once():
            pass

    return drain


class TestApi:
    def test_makes_changes_and_puts_away(
        self, web: TestClient, make: Callable[..., dict[str, Any]], drain: Callable[[], None]
    ) -> None:
        made = make(state="wall")
        assert (made["open"], made["serving"], made["serving_by"], made["state"]) == (False, ["ann"], "on_duty", "wall")
        drain()
        shown = web.get(f"{CODES}/{made['id']}").json()
        assert (shown["open"], shown["current"], shown["pictured"]) == (True, True, True)
        assert shown["definition"]["store"] == "<南京>店"
        changed = web.patch(f"{CODES}/{made['id']}", json={"name": "新名"}).json()
        assert (changed["name"], changed["current"], changed["state"]) == ("新名", False, "wall")
        assert web.post(f"{CODES}/{made['id']}/archive").json()["archived_at"]
        assert web.patch(f"{CODES}/{made['id']}", json={"name": "x"}).status_code == 409
        assert web.get(CODES).json() == {"codes": [], "next": None}
        assert len(web.get(CODES, params={"archived": True}).json()["codes"]) == 1

    def test_lists_page_by_page_and_finds(self, web: TestClient, make: Callable[..., dict[str, Any]]) -> None:
        ids = [make(name=f"码{n}")["id"] for n in range(5)]
        first = web.get(CODES, params={"limit": 3}).json()
        second = web.get(CODES, params={"limit": 3, "before": first["next"]}).json()
        assert [one["id"] for page in (first, second) for one in page["codes"]] == ids[::-1]
        assert second["next"] is None
        assert [one["id"] for one in web.get(CODES, params={"words": "码3"}).json()["codes"]] == [ids[3]]
        assert len(web.get(CODES, params={"words": "南京"}).json()["codes"]) == 5
        assert web.get(CODES, params={"words": "%"}).json()["codes"] == []

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"kind": "wall"}, "kind"),
            ({"definition": {"roster": {"staff": ["ann"]}}}, "备用"),
            ({"definition": {**PLAIN, "roster": {**PLAIN["roster"], "daily_cap": 0}}}, "上限为 0"),  # type: ignore[dict-item]
            ({"account_id": 99}, "账号"),
            ({"name": "x\0"}, "名称"),
            ({"definition": {**PLAIN, "note": "\ud800"}}, ""),
        ],
    )
    def test_bad_input_is_refused_in_both_languages(
        self, web: TestClient, shop: Account, change: dict[str, Any], said: str
    ) -> None:
        body = {"account_id": shop.id, "kind": "staff", "name": "x", "definition": PLAIN} | change
        answer = web.post(CODES, content=json.dumps(body), headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 404), answer.text
        assert said in answer.json()["message_zh"]
        assert web.get(CODES).json()["codes"] == []

    def test_a_refusal_of_the_platform_is_shown(
        self, web: TestClient, make: Callable[..., dict[str, Any]], drain: Callable[[], None], roost: Roost
    ) -> None:
        roost.troubles = [refusal(41054)]
        made = make()
        drain()
        problem = web.get(f"{CODES}/{made['id']}").json()["problem"]
        assert (problem["code"], "请先激活" in problem["zh"], problem["attempts"]) == ("41054", True, 1)
        assert web.get(f"{CODES}/{made['id']}/qr").status_code == 409


class TestPrinting:
    def test_qr_and_poster(
        self, web: TestClient, make: Callable[..., dict[str, Any]], drain: Callable[[], None]
    ) -> None:
        made = make(name="福<利>&码")
        drain()
        at = f"{CODES}/{made['id']}"
        assert web.get(f"{at}/qr").content.startswith(b"\x89PNG")
        assert web.get(f"{at}/qr", params={"of": "page"}).headers["content-type"] == "image/png"
        drawn = web.get(f"{at}/qr", params={"of": "page", "form": "svg"})
        assert ET.fromstring(drawn.content).tag == "{http://www.w3.org/2000/svg}svg"
        for theme in ("plain", "red", "green", "night"):
            for of in ("code", "page"):
                answer = web.get(f"{at}/poster", params={"theme": theme, "of": of, "title": ""})
                assert answer.headers["content-type"] == "image/svg+xml"
                root = ET.fromstring(answer.content)
                texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
                assert "福<利>&码" in texts
                assert "上海 <南京>店" in texts
                assert "长按或扫码添加" in texts
                assert not re.search(rb'(?:href|src)="(?!data:)', answer.content)
        assert web.get(f"{at}/poster", params={"theme": "gold"}).status_code == 400

    def test_cards_as_table_and_as_pictures(
        self, web: TestClient, make: Callable[..., dict[str, Any]], drain: Callable[[], None], roost: Roost
    ) -> None:
        made = make(state="pack")
        at = f"{CODES}/{made['id']}"
        assert web.post(f"{at}/cards", json={"up_to": 30}).json()["cards"] == 30
        assert web.post(f"{at}/cards", json={"up_to": 30}).json()["cards"] == 30
        assert not any(one["open"] for one in web.get(f"{at}/cards").json())
        roost.troubles = []
        drain()
        assert web.get(at).json()["cards_open"] == 30
        assert {one.state for one in roost.codes.values()} == {"pack"} | {f"pack-{n}" for n in range(1, 31)}
        table = web.get(f"{at}/cards.csv").content
        assert table.startswith(b"\xef\xbb\xbf")
        lines = list(csv.reader(io.StringIO(table.decode("utf-8-sig"))))
        assert lines[0][0] == "编号"
        assert lines[12] == ["12", "pack-12", "000012.png", "", "可用"]
        answer = web.get(f"{at}/cards.zip")
        assert "filename*=UTF-8''" in answer.headers["content-disposition"]
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert archive.testzip() is None
            assert archive.namelist() == [f"{n:06}.png" for n in range(1, 31)]
            assert archive.read("000001.png").startswith(b"\x89PNG")
        last = web.get(f"{at}/cards", params={"after": 27}).json()
        assert [(one["number"], one["open"]) for one in last] == [(28, True), (29, True), (30, True)]
        assert web.post(f"{at}/cards", json={"up_to": 20_000}).status_code == 400


class TestPage:
    def test_shows_the_code_and_nothing_from_elsewhere(
        self,
        asking: Callable[..., TestClient],
        web: TestClient,
        make: Callable[..., dict[str, Any]],
        drain: Callable[[], None],
    ) -> None:
        made, nobody = make(), asking()
        path = made["page_url"].partition("//")[2].partition("/")[2]
        assert "二维码生成中" in nobody.get(f"/{path}").text
        assert nobody.get(f"/{path}/qr").status_code == 404
        drain()
        page = nobody.get(f"/{path}")
        assert page.status_code == 200
        assert "长按识别二维码" in page.text
        assert "上海 &lt;南京&gt;店" in page.text
        assert "http" not in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert nobody.get(f"/{path}/qr").content.startswith(b"\x89PNG")
        assert nobody.post(f"/{path}").status_code == 405
        figures = web.get(f"{CODES}/{made['id']}/figures", params={"before": (NOW + DAY).isoformat()}).json()
        assert figures["shown"] == 2
        web.post(f"{CODES}/{made['id']}/archive")
        gone = nobody.get(f"/{path}")
        assert (gone.status_code, "已停用" in gone.text) == (404, True)
        assert nobody.get("/e/none").status_code == 404

    def test_a_link_can_be_pressed(
        self, asking: Callable[..., TestClient], make: Callable[..., dict[str, Any]], drain: Callable[[], None]
    ) -> None:
        made = make({"roster": PLAIN["roster"]}, kind="link", state="ad")
        drain()
        page = asking().get(f"/e/{made['page_url'].rpartition('/')[2]}")
        assert 'href="https://parrot.example/h1?channel=ad"' in page.text


class TestFunnel:
    @pytest.fixture
    def wall(
        self, database: Database, make: Callable[..., dict[str, Any]], shop: Account, tell: Told
    ) -> dict[str, Any]:
        """Four came 40 days ago, of whom one left after 35 and one after 5 days; two came yesterday; one elsewhere."""
        made = make(state="wall")
        old, new = NOW - 40 * DAY, NOW - DAY
        people = [(f"w{n}", "ann", "wall", old) for n in range(4)] + [("w9", "ann", "elsewhere", old)]
        come(database, shop, people, old)
        tell()
        come(database, shop, [], old + 5 * DAY, gone=["w0"])
        come(database, shop, [], old + 35 * DAY, gone=["w1"])
        come(database, shop, [("w4", "ann", "wall", new), ("w5", "bob", "wall", new)], new)
        tell()
        return made

    def figures(
        self, web: TestClient, code: dict[str, Any], since: datetime = NOW - 60 * DAY, **more: Any
    ) -> dict[str, Any]:
        answer = web.get(f"{CODES}/{code['id']}/figures", params={"from": since.isoformat(), **more})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def test_counts_people(self, web: TestClient, wall: dict[str, Any]) -> None:
        found = self.figures(web, wall)
        assert {name: found[name] for name in ("added", "there", "left", "due", "stayed", "bought")} == {
            "added": 6, "there": 4, "left": 2, "due": 4, "stayed": 3, "bought": 0,
        }  # fmt: skip
        assert self.figures(web, wall, NOW - 2 * DAY)["added"] == 2
        assert self.figures(web, wall, card=1)["added"] == 0

    def test_who_the_contacts_are(
        self, web: TestClient, wall: dict[str, Any], shop: Account, asking: Callable[..., TestClient]
    ) -> None:
        path, body = f"/api/v1/channels/accounts/{shop.id}/contacts/who", {"contact_ids": ["w4", "nobody"]}
        asked = {"figure": "added", "from": (NOW - 2 * DAY).isoformat()}
        added = web.get(f"{CODES}/{wall['id']}/people", params=asked).json()["customer_ids"]
        (one,) = web.post(path, json=body).json()
        assert one["contact_id"] == "w4"
        assert one["customer_id"] in added
        assert web.post(path, json={"contact_ids": []}).status_code in {400, 422}
        assert asking("channels.read").post(path, json=body).status_code == 403

    def test_who_bought_since_they_came(self, web: TestClient, wall: dict[str, Any], tell: Told) -> None:
        bought = (("w2", NOW - 10 * DAY), ("w4", NOW - 10 * DAY), ("w9", NOW - DAY), ("w1", NOW - DAY))
        for n, (who, at) in enumerate(bought):
            claims = (IdentifierClaim("external_userid", "p", who),)
            tell(order(who, str(n), at, 990)._replace(claims=claims))
        assert self.figures(web, wall)["bought"] == 2  # w4 bought before they came, w9 came elsewhere
        asked = {"figure": "bought", "from": (NOW - 60 * DAY).isoformat()}
        assert len(web.get(f"{CODES}/{wall['id']}/people", params=asked).json()["customers"]) == 2

    def test_the_people_behind_each_figure(self, web: TestClient, wall: dict[str, Any]) -> None:
        found = self.figures(web, wall)
        for figure in ("added", "there", "left", "due", "stayed"):
            asked = {"figure": figure, "from": (NOW - 60 * DAY).isoformat()}
            answer = web.get(f"{CODES}/{wall['id']}/people", params=asked).json()
            assert len(answer["customer_ids"]) == found[figure], figure
            assert [one["customer_id"] for one in answer["customers"]] == answer["customer_ids"]
            assert answer["customer_ids"] == sorted(answer["customer_ids"])
            assert (answer["next"], answer["total"]) == (None, found[figure])

    def test_the_people_page_by_page(self, web: TestClient, wall: dict[str, Any]) -> None:
        asked: dict[str, Any] = {"figure": "added", "from": (NOW - 60 * DAY).isoformat(), "limit": 4}
        first = web.get(f"{CODES}/{wall['id']}/people", params=asked).json()
        second = web.get(f"{CODES}/{wall['id']}/people", params={**asked, "cursor": first["next"]}).json()
        assert (len(first["customers"]), len(second["customers"])) == (4, 2)
        assert (first["total"], second["total"], second["next"]) == (6, None, None)
        assert not {*first["customer_ids"]} & {*second["customer_ids"]}
        for foreign in ("w1", "", "WyJhIl0"):
            assert web.get(f"{CODES}/{wall['id']}/people", params={**asked, "cursor": foreign}).status_code == 400

    def test_the_people_are_exported_as_they_were_listed(
        self, web: TestClient, wall: dict[str, Any], web_context: Context, asking: Callable[..., TestClient]
    ) -> None:
        asked = {"figure": "there", "from": (NOW - 60 * DAY).isoformat(), "before": (NOW + DAY).isoformat()}
        listed = web.get(f"{CODES}/{wall['id']}/people", params=asked).json()
        body = {"people": listed["people"], "columns": ["customer_id"]}
        made = web.post(EXPORTS, json=body)
        assert made.status_code == 202, made.text
        exports.write(web_context, made.json()["id"])
        lines = web.get(f"{EXPORTS}/{made.json()['id']}/file").text.split()
        assert [int(line) for line in lines[1:]] == listed["customer_ids"]
        assert asking("customers.read", "insight.read").post(EXPORTS, json=body).status_code == 403

    @pytest.mark.parametrize(
        "wrong",
        [
            {"since": "2020-01-01T00:00:00Z"},
            {"until": "2126-01-01T00:00:00Z"},
            {"since": "2026-01-01T00:00:00"},
            {"figure": "shown"},
            {"code_id": "x"},
        ],
    )
    def test_what_is_no_question_is_not_exported(
        self, web: TestClient, wall: dict[str, Any], wrong: dict[str, Any]
    ) -> None:
        asked = {"figure": "added", "from": (NOW - 60 * DAY).isoformat()}
        good = web.get(f"{CODES}/{wall['id']}/people", params=asked).json()["people"]
        assert web.post(EXPORTS, json={"people": {**good, **wrong}}).status_code == 400

    def test_figures_of_many_codes_are_those_of_each(
        self,
        web: TestClient,
        wall: dict[str, Any],
        make: Callable[..., dict[str, Any]],
        database: Database,
        shop: Account,
        tell: Told,
    ) -> None:
        other, empty = make(state="other"), make()
        group = make({"chats": {"group_ids": ["c1"], "base_name": "群"}}, kind="group", state="g")
        come(database, shop, [("w1", "bob", "other", NOW - DAY)], NOW)
        join(database, shop, [("w2", "g", NOW - 3 * DAY), ("w3", "g", NOW - 3 * DAY)], NOW)
        tell()
        claims = (IdentifierClaim("external_userid", "p", "w2"),)
        tell(order("w2", "1", NOW - DAY, 990)._replace(claims=claims))
        made = [one["id"] for one in (wall, other, empty, group)]
        period = {"from": (NOW - 60 * DAY).isoformat(), "before": NOW.isoformat()}
        found = web.get(f"{CODES}/figures", params={"ids": [*made, made[0], 999], **period}).json()
        assert [one["code_id"] for one in found] == sorted(made)
        for one in found:
            alone = web.get(f"{CODES}/{one['code_id']}/figures", params=period).json()
            assert one == {"code_id": one["code_id"], **alone}
        assert {one["code_id"]: (one["added"], one["bought"]) for one in found} == {
            wall["id"]: (6, 1), other["id"]: (1, 0), empty["id"]: (0, 0), group["id"]: (2, 1),
        }  # fmt: skip
        for bad in ({}, {"ids": "x"}, {"ids": "0"}):
            assert web.get(f"{CODES}/figures", params=bad).status_code == 400

    def test_the_first_code_is_the_source_for_ever(
        self,
        web: TestClient,
        wall: dict[str, Any],
        make: Callable[..., dict[str, Any]],
        database: Database,
        shop: Account,
        tell: Told,
    ) -> None:
        make({**PLAIN, "tags": ["第二"]}, state="second")
        come(database, shop, [("w4", "bob", "second", NOW - DAY / 2)], NOW)
        tell()
        with database.transaction() as conn:
            [one] = {found.customer_id for found in identity.find(conn, "w4")}
            profile = customers.profile(conn, one)
        assert profile.traits["entry_code"] == {"account": shop.id, "code": wall["id"], "card": 0}
        assert {tag.tag for tag in profile.tags} == {"扫码", "第二"}

    def test_a_group_code_counts_who_joined(
        self, web: TestClient, make: Callable[..., dict[str, Any]], database: Database, shop: Account, tell: Told
    ) -> None:
        made = make({"chats": {"group_ids": ["c1"], "base_name": "群"}, "tags": ["入群"]}, kind="group", state="g")
        join(
            database,
            shop,
            [("w1", "g", NOW - 3 * DAY), ("w2", "g", NOW - 3 * DAY), ("w3", "", NOW - 3 * DAY)],
            NOW - 2 * DAY,
        )
        tell()
        join(database, shop, [("w1", "g", NOW - 3 * DAY)], NOW - DAY)
        tell()
        found = self.figures(web, made)
        assert (found["added"], found["there"], found["left"]) == (2, 1, 1)

    def test_periods_that_are_none(self, web: TestClient, wall: dict[str, Any]) -> None:
        for params in (
            {"from": NOW.isoformat(), "before": (NOW - DAY).isoformat()},
            {"from": "2020-01-01T00:00:00Z"},
            {"from": "2026-01-01T00:00:00"},
        ):
            assert web.get(f"{CODES}/{wall['id']}/figures", params=params).status_code == 400
