"""An entry code in the console from the form to the person who came by it; the demo brand's WeCom stands beside."""

import csv
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from scripts.pictures import Window
from tests.browser.conftest import Brand
from tests.stories.speaking import eventually

from siyu.app.place import Place

pytestmark = [pytest.mark.timeout(180)]

STATE, STORE, TAG, PERSON = "laojie01", "老街店", "老街扫码", "何小静"
GREETING = "您好，{name}！欢迎光临{store}，我是{staff}。"
SOON = 30_000.0  # until the worker has told the platform, or the platform us


@pytest.fixture
def wecom(brand: Brand) -> Iterator[httpx.Client]:
    """The door of the brand's WeCom for who plays the customers."""
    port = json.loads((brand.siyu.folder / "demo.json").read_text("utf-8"))["port"]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/_control", timeout=10, trust_env=False) as client:
        yield client


def act(wecom: httpx.Client, name: str, /, **given: Any) -> Any:
    """Do what a person would do in WeCom."""
    answer = wecom.post(f"/acts/{name}", json=given)
    assert answer.is_success, answer.text
    return answer.json()["result"]


def pick(page: Page, label: str) -> None:
    """The first choice of a list that takes several."""
    box = page.get_by_label(label, exact=True)
    box.click()
    expect(page.locator(".ant-select-item-option-active").last).to_be_visible()
    box.press("Enter")
    box.press("Escape")


def seen(page: Page, where: Locator) -> None:
    """What comes about by itself is looked for again and again, as an operator does."""
    for _ in range(15):
        page.reload()
        try:
            expect(where).to_be_visible(timeout=2_000)
        except AssertionError:
            continue
        return
    expect(where).to_be_visible()


def test_a_store_gets_a_code_and_somebody_comes_by_it(owner: Window, brand: Brand, wecom: httpx.Client) -> None:
    page, api = owner.page, brand.stage.api
    accounts = api.get("/api/v1/channels/accounts").json()
    account = next(one for one in accounts if str(wecom.base_url).startswith(one["settings"].get("base_url", "none")))
    _make(page, account["id"])
    address = page.url
    expect(page.get_by_text("使用中").first).to_be_visible(timeout=SOON)
    expect(page.get_by_role("img", name=re.compile(f"{STORE}.*二维码"))).to_be_visible()

    way = eventually(lambda: wecom.get("/ways").json()["ways"].get(STATE), bool)
    person = act(wecom, "new_person", name=PERSON)["external_userid"]
    staff_id, _ = act(wecom, "customer_scans", external_userid=person, config_id=way)
    (greeted,) = eventually(lambda: [one for one in wecom.get("/welcomes").json() if _got(one, person)], bool)
    assert f"欢迎光临{STORE}，我是" in greeted["content"]["text"]["content"]

    page.goto(f"{address}?tab=funnel")
    card = page.get_by_role("group", name="添加", exact=True)
    seen(page, card.get_by_text("1", exact=True))
    card.get_by_role("link").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.locator("tbody tr[data-row-key]")).to_have_count(1)
    customer = drawer.locator("tbody tr[data-row-key]").get_attribute("data-row-key")
    drawer.get_by_role("button", name="导出这些客户").click()
    with page.expect_download() as got:
        drawer.get_by_role("link", name="下载导出文件").click()
    lines = list(csv.DictReader(got.value.path().read_text("utf-8-sig").splitlines()))
    assert [line["客户编号"] for line in lines] == [customer]
    drawer.get_by_role("link", name=re.compile(r"\*|何|#")).first.click()
    expect(page).to_have_url(re.compile(r"/customers/" + str(customer)))
    seen(page, page.get_by_text(TAG).first)
    page.goto(f"/customers/{customer}/timeline")
    seen(page, page.get_by_text(re.compile(f"通过扫码添加员工“.+”为好友（渠道参数 {STATE}）")))
    staff = api.get(f"/api/v1/channels/accounts/{account['id']}/staff").json()
    name = next(one["name"] for one in staff if one["staff_id"] == staff_id)
    expect(page.get_by_text(f"添加员工“{name}”为好友")).to_be_visible()

    page.goto(f"{address}?tab=welcomes")
    seen(page, page.get_by_role("row", name=re.compile("已发送.*1")))


def test_customers_go_to_a_colleague_and_staff_are_reminded(owner: Window, brand: Brand, wecom: httpx.Client) -> None:
    page, api = owner.page, brand.stage.api
    account = api.get(f"/api/v1/channels/accounts/{brand.stage.wecom}").json()
    base = f"/api/v1/channels/accounts/{account['id']}"
    giver, taker = api.get(f"{base}/staff").json()[:2]
    page.goto(f"/channels/contacts?account={account['id']}&staff={giver['staff_id']}")
    rows = page.locator("tbody tr[data-row-key]")
    for number in (0, 1):
        rows.nth(number).get_by_role("checkbox").check()
    page.get_by_role("button", name=re.compile(r"^转\s*接$")).click()
    asking = page.get_by_role("dialog")
    expect(asking.get_by_text("转接 2 位客户")).to_be_visible()
    assert owner.findings() == []
    asking.get_by_label("接替员工", exact=True).fill(taker["name"])
    expect(page.locator(".ant-select-item-option-active").last).to_contain_text(taker["name"])
    asking.get_by_label("接替员工", exact=True).press("Enter")
    asking.get_by_role("button", name=re.compile(r"^转\s*接$")).click()
    expect(page.get_by_text("已提交 2 项转接")).to_be_visible()

    page.goto(f"/channels/handovers?account={account['id']}")
    expect(page.get_by_text("等待客户确认").nth(1)).to_be_visible(timeout=SOON)
    asked = {one["subject_id"] for one in api.get(f"{base}/handovers").json()}
    assert len(asked) == 2

    someone = next(
        one["contact_id"]
        for one in api.get(f"{base}/staff/{giver['staff_id']}/contacts").json()
        if one["contact_id"] not in asked
    )
    before = {one["handle"] for one in api.get(f"{base}/tasks").json()}
    _ask_staff(brand, account["id"], giver["staff_id"], someone)
    (task,) = eventually(lambda: [one for one in api.get(f"{base}/tasks").json() if one["handle"] not in before], bool)
    page.goto(f"/channels/tasks?account={account['id']}&task={task['handle']}")
    drawer = page.get_by_role("dialog").first
    drawer.get_by_role("button", name=re.compile(r"^提\s*醒$")).click()
    page.get_by_role("dialog").nth(1).get_by_role("button", name=re.compile(r"^提\s*醒$")).click()
    expect(page.get_by_text("已提醒")).to_be_visible()
    assert len(api.get(f"{base}/tasks/{task['handle']}").json()["task"]["reminded"]) == 1
    assert owner.findings() == []
    drawer.get_by_role("button", name="取消任务").click()
    page.get_by_role("dialog").nth(1).get_by_role("button", name="取消任务").click()
    expect(drawer.get_by_text("已取消").first).to_be_visible()


def _ask_staff(brand: Brand, account_id: int, staff_id: str, contact_id: str) -> None:
    """What the touch gate will do; no route and no command does. In a process of its own: the vault is another's here."""
    place = Place(brand.siyu.folder)
    told = [
        place.running().postgres_url,
        str(brand.siyu.folder / "keys" / "vault.key"),
        account_id,
        staff_id,
        contact_id,
    ]
    done = subprocess.run(
        [sys.executable, "-c", _GATE, *map(str, told)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


_GATE = """
import sys
from pathlib import Path
from siyu.channels import service
from siyu.channels.types import Content, Item
from siyu.engines.postgres import Database
from siyu.engines.vault import service as vault
from siyu.kernel.clock import SystemClock

url, key, account_id, staff_id, contact_id = sys.argv[1:]
with Database(url).transaction() as conn:
    vault.configure(vault.open_keyring(conn, key="", file=Path(key)))
    account = service.account(conn, int(account_id))
    service.deliver(conn, account, "group_send", [Item("gate", contact_id, Content("新品到店"), staff_id)], SystemClock().now())
"""


def _make(page: Page, account: int) -> None:
    """Fill in the form of a code of a store."""
    page.goto(f"/channels/codes/new?account={account}")
    page.get_by_label("名称", exact=True).fill(f"{STORE}收银台")
    page.get_by_label("区域", exact=True).fill("华东")
    page.get_by_label("门店", exact=True).fill(STORE)
    page.get_by_label("渠道参数", exact=True).fill(STATE)
    pick(page, "全天接待")
    pick(page, "备用员工")
    page.get_by_role("button", name="添加欢迎语").click()
    page.get_by_label("内容", exact=True).fill(GREETING)
    tags = page.get_by_label("Siyu 标签", exact=True)
    tags.fill(TAG)
    tags.press("Enter")
    page.get_by_role("button", name=re.compile(r"^新\s*建$")).click()
    expect(page).to_have_url(re.compile(r"/channels/codes/\d+$"))


def _got(welcome: dict[str, Any], person: str) -> bool:
    return welcome["external_userid"] == person and welcome["used_at"] > 0
