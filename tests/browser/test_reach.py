"""A segment in the console from its first condition to its export, and a touch that is refused and why."""

import csv
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from scripts.pictures import Window
from tests.browser.conftest import Brand

pytestmark = [pytest.mark.timeout(180)]

NAME = "买过的高价值好友"
SOON = 30_000.0  # until the worker has evaluated it
WHOLE = "向整条规则添加条件"
FRIEND = {"condition": "relation", "kind": "friend"}
BOUGHT = {"condition": "bought", "within": {"last": {"amount": 30, "unit": "day"}}}
WORTH = {"condition": "value", "comparison": "ge", "fen": 100_000}


def add(page: Page, words: str, entry: str) -> None:
    """A condition from the menu, found by words that are not its name."""
    menu = page.get_by_label(WHOLE, exact=True)
    menu.fill(words)
    expect(page.locator(".ant-select-item-option-active").last).to_contain_text(entry)
    menu.press("Enter")


def size(brand: Brand, *conditions: dict[str, Any]) -> int:
    rule = {"version": 1, "rule": {"condition": "all", "of": list(conditions)}}
    return int(brand.stage.api.post("/api/v1/segments/preview", json=rule).json()["people"])


def test_a_segment_is_built_sized_looked_into_and_exported(owner: Window, brand: Brand) -> None:
    page = owner.page
    page.goto("/segments/new")
    page.get_by_label("名称", exact=True).fill(NAME)
    preview = page.get_by_role("region", name="预估人数")
    for words, entry, conditions in (
        ("企微", "是好友、会员、粉丝…", (FRIEND,)),
        ("订单数", "购买次数", (FRIEND, BOUGHT)),
        ("净额", "累计价值", (FRIEND, BOUGHT, WORTH)),
    ):
        add(page, words, entry)
        expect(preview.get_by_text(f"{size(brand, *conditions):,}", exact=True)).to_be_visible()
    expect(preview.get_by_text("是好友，且最近 30 天内购买至少 1 次，且累计价值至少 1,000.00 元")).to_be_visible()
    people = size(brand, FRIEND, BOUGHT, WORTH)
    assert people > 0
    assert owner.findings() == []

    shared = page.url
    page.get_by_role("button", name="保存人群").click()
    expect(page).to_have_url(re.compile(r"/segments/\d+$"))
    card = page.get_by_role("group", name="人数", exact=True)
    expect(card.get_by_text(f"{people:,}", exact=True)).to_be_visible(timeout=SOON)
    page.get_by_role("button", name="查看成员").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text(f"共 {people:,} 位客户")).to_be_visible()
    drawer.get_by_role("button", name="导出这些客户").click()
    with page.expect_download() as got:
        drawer.get_by_role("link", name="下载导出文件").click()
    assert len(list(csv.DictReader(got.value.path().read_text("utf-8-sig").splitlines()))) == people

    page.goto(shared)  # a colleague who was sent the address sees the same rule
    expect(page.get_by_role("group", name="条件 3")).to_be_visible()
    add(page, "嵌套", "在另一个人群中")
    expect(preview.get_by_text("还有 1 处未填写完整")).to_be_visible()

    page.goto("/segments/new")  # one after the other, and who came and went
    add(page, "漏斗", "依次做了几件事")
    page.get_by_role("button", name="添加下一个行为").click()
    expect(preview.get_by_text("浏览页面后 7 天内依次发生下单、付款、付款")).to_be_visible()
    page.get_by_role("button", name="删除第 4 个行为").click()
    expect(preview.get_by_text("浏览页面后 7 天内依次发生下单、付款", exact=False)).to_be_visible()
    page.goto(f"/segments/{brand.stage.moved}")
    expect(page.get_by_role("table", name="谁进入、谁离开").get_by_text("离开").first).to_be_visible()
    page.get_by_role("button", name="导出这些客户").click()
    with page.expect_download() as got:
        page.get_by_role("link", name="下载导出文件").click()
    moved = [row["变化"] for row in csv.DictReader(got.value.path().read_text("utf-8-sig").splitlines())]
    assert set(moved) == {"进入", "离开"}
    assert owner.findings() == []


def test_somebody_does_not_get_it_and_the_page_says_why(owner: Window, brand: Brand) -> None:
    page, customer = owner.page, brand.stage.refused
    page.goto("/touch?code=do_not_disturb")
    page.get_by_role("link", name=f"#{customer}", exact=True).first.click()
    expect(page.get_by_text("客户来电要求不再打扰")).to_be_visible()
    past = page.get_by_role("region", name="触达历史")
    expect(past.get_by_text("未发送").first).to_be_visible()
    past.get_by_text("闸门判断 1 次").first.click()
    expect(
        past.get_by_role("listitem").filter(has_text="客户已设为免打扰。").get_by_text("因此不发送").first
    ).to_be_visible()

    page.get_by_role("button", name="解除免打扰").click()
    asking = page.get_by_role("dialog")
    asking.get_by_label("原因", exact=True).fill("客户重新同意")
    asking.get_by_role("button", name="解除免打扰").click()
    page.get_by_role("button", name="登记投诉").click()
    asking = page.get_by_role("dialog")
    asking.get_by_label("原因", exact=True).fill("来电抱怨群发太多")
    asking.get_by_role("button", name=re.compile(r"登\s*记")).click()
    expect(asking).to_have_count(0)
    page.get_by_role("button", name="发送测试消息").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("消息内容", exact=True).fill("您预订的春茶已到店")
    drawer.get_by_role("button", name="提交闸门").click()
    expect(drawer.get_by_role("status").get_by_text("已放行，正在发送")).to_be_visible()
    expect(drawer.get_by_text("没有任何规则反对。")).to_be_visible()
    page.goto(f"/customers/{customer}/timeline")
    expect(page.get_by_text("投诉触达").first).to_be_visible()
    assert owner.findings() == []
