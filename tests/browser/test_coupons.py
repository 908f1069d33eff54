"""A coupon from its draft to the till: refused under its margin, mended, given to a customer, used on an order."""

import re

import pytest
from playwright.sync_api import Page, expect
from scripts.pictures import Window
from tests.browser.conftest import Brand
from tests.browser.test_stories import button

pytestmark = [pytest.mark.timeout(180)]


def number(page: Page, label: str, value: str) -> None:
    box = page.get_by_role("spinbutton", name=label, exact=True)
    box.fill(value)
    box.blur()


def test_a_coupon_is_drafted_given_and_used(owner: Window, brand: Brand) -> None:
    page, api, customer = owner.page, brand.stage.api, brand.stage.customer
    page.goto("/members/coupons/new")
    page.get_by_role("textbox", name="名称", exact=True).fill("周末满减")
    number(page, "减多少", "30")
    number(page, "使用门槛", "50")
    button(page, "保存草稿")
    expect(page.get_by_role("alert").filter(has_text="门槛须提高至不低于 88.24 元")).to_be_visible()
    owner.problems.clear()  # that it was refused
    number(page, "使用门槛", "100")
    button(page, "保存草稿")

    expect(page).to_have_url(re.compile(r"/members/coupons/\d+$"))
    template = int(page.url.rpartition("/")[2])
    number(page, "增减张数", "10")
    page.get_by_role("textbox", name="原因", exact=True).fill("周末活动")
    button(page, "调整预算")
    expect(page.get_by_role("group", name="剩余可发")).to_contain_text("10")
    button(page, "开始")
    page.get_by_role("dialog").get_by_role("textbox").fill("周末活动")
    page.get_by_role("dialog").get_by_role("button").last.click()
    page.get_by_text("发给名单", exact=True).click()
    page.get_by_role("textbox", name="发给名单", exact=True).fill(f"{customer}，{customer}")
    button(page, "发券")
    expect(page.get_by_text("完成：1 张，未成功 0 个")).to_be_visible()

    page.goto(f"/members/coupons/desk?by=customer&q={customer}")
    page.get_by_role("button", name="周末满减").click()
    page.get_by_role("textbox", name="商品编码", exact=True).fill("围巾")
    number(page, "单价", "120")
    button(page, "再加一个商品")
    page.get_by_role("textbox", name="商品编码", exact=True).nth(1).fill("手套")
    page.get_by_role("spinbutton", name="单价", exact=True).nth(1).fill("80")
    button(page, "试算优惠")
    expect(page.get_by_text("合计 ¥200.00，优惠 ¥30.00，应付 ¥170.00")).to_be_visible()
    page.get_by_role("textbox", name="订单号", exact=True).fill("till-0001")
    button(page, "确认核销")
    expect(page.get_by_role("row").filter(has_text="周末满减")).to_contain_text("已核销")
    assert owner.findings() == []
    found = api.get(f"/api/v1/rewards/coupons/{template}").json()
    assert (found["issued"], found["used"], found["used_fen"], found["left"]) == (1, 1, 3000, 9)

    # The gloves are given back: the coupon stays used until the scarf is, too.
    page.goto("/members/coupons/desk?by=order&q=till-0001")
    button(page, "退券")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("checkbox", name="商品 1 · 券抵扣 ¥18.00").uncheck()
    dialog.get_by_role("button").last.click()
    expect(page.get_by_role("status").filter(has_text="券抵扣 ¥12.00")).to_contain_text("仍占用")
    assert owner.findings() == []
    button(page, "退券")
    expect(dialog.get_by_role("checkbox", name="商品 2")).to_be_disabled()
    dialog.get_by_role("button").last.click()
    expect(page.get_by_role("status").filter(has_text="券抵扣 ¥18.00")).to_contain_text("已退回")
    assert api.get(f"/api/v1/rewards/coupons/{template}").json()["returned"] == 1
