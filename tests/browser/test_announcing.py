"""Something is said to group chats: from the page of broadcasts to what became of it for each group."""

import re

import pytest
from playwright.sync_api import expect
from scripts.pictures import Window
from tests.browser.conftest import Brand
from tests.browser.test_content import choose
from tests.browser.test_stories import button

pytestmark = [pytest.mark.timeout(180)]

TEXT = "周五晚八点群内秒杀，前五十名半价。"


def test_group_chats_are_told_something_and_each_says_what_became_of_it(owner: Window, brand: Brand) -> None:
    page, api = owner.page, brand.stage.api
    groups = api.get(f"/api/v1/channels/accounts/{brand.stage.wecom}/groups").json()
    first = next(one for one in groups if one["gone_at"] is None)

    page.goto("/journeys/broadcasts/new")
    page.get_by_role("radiogroup", name="发送给").get_by_text("客户群", exact=True).click()
    expect(page).to_have_url(re.compile(r"/touch/announcements/new$"))
    expect(page.get_by_role("heading", name="新建社群群发")).to_be_visible()
    page.get_by_label("名称", exact=True).fill("周五秒杀")
    page.get_by_label("指定客户群", exact=True).check()
    choose(page, "指定客户群", first["name"])
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name="内容", exact=True).fill("{{name|各位}}，" + TEXT)
    button(page, "提交群发")
    expect(page.get_by_text("而客户群不是个人，无法取值")).to_be_visible()
    owner.problems.clear()  # that it was refused
    page.get_by_role("textbox", name="内容", exact=True).fill(TEXT)
    button(page, "提交群发")

    expect(page).to_have_url(re.compile(r"/touch/announcements/\d+$"))
    expect(page.get_by_role("heading", name="周五秒杀")).to_be_visible()
    expect(page.get_by_text(TEXT)).to_be_visible()
    row = page.get_by_role("row").filter(has_text=first["name"])
    # By night quiet hours hold it, by day its owner is asked at once.
    expect(row).to_contain_text(re.compile("等待中|正在提交平台|等待群主确认|已发送"))
    assert owner.findings() == []

    made = int(page.url.rpartition("/")[2])
    whole = api.get(f"/api/v1/touch/announcements/{made}").json()
    assert [one["group_id"] for one in whole["groups"]] == [first["group_id"]]
    page.get_by_role("link", name="返回社群群发").click()
    expect(page.get_by_role("link", name="周五秒杀").first).to_be_visible()
