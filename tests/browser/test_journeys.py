"""A journey as an operator makes it: from a template, with another text, checked, published, started."""

import re

import pytest
from playwright.sync_api import expect
from scripts.pictures import Window
from tests.browser.conftest import Brand
from tests.browser.test_reach import add
from tests.browser.test_stories import agree, button

pytestmark = [pytest.mark.timeout(180)]

TEXT = "{{shop|小店}}祝您生日快乐！{{trait.city|您的城市}}门店有一份心意等您来取。"


def test_from_a_template_to_a_journey_that_runs(owner: Window, brand: Brand) -> None:
    page = owner.page
    page.goto("/journeys/templates?key=birthday")
    button(page, "使用此模板")
    page.get_by_label("名称", exact=True).fill("生日到店礼")
    page.get_by_label("键", exact=True).fill("birthday-story")
    agree(page, "生日关怀（六环节之特殊日子）")
    expect(page).to_have_url(re.compile(r"/journeys/\d+$"))

    # The brand has two accounts of WeCom, so a template cannot know by which it sends.
    expect(page.get_by_text("发布前需处理 1 个问题")).to_be_visible()
    page.get_by_role("button", name="生日礼遇").first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_text("有多个账号")).to_be_visible()
    drawer.get_by_label("文案", exact=True).fill(TEXT + "{{trait.name}}")
    expect(drawer.get_by_text("变量“trait.name”可能没有值")).to_be_visible()
    drawer.get_by_label("文案", exact=True).fill(TEXT)
    expect(drawer.get_by_text(re.compile(r"\d+ / 4000 字节"))).to_be_visible()
    drawer.get_by_label("方式 1", exact=True).click()
    account = page.locator(".ant-select-item-option").filter(has_text="群发给客户").first
    expect(account).to_be_visible()
    account.dispatch_event("click")  # the list is still growing
    expect(drawer.get_by_text("有多个账号")).to_have_count(0)
    drawer.get_by_role("button", name="关闭").click()
    expect(page.get_by_text("检查通过，可以发布")).to_be_visible()

    # Only friends may enter: the same builder as for segments, with how many that are.
    button(page, "旅程设置")
    page.get_by_role("button", name="进入门槛: 编辑规则").click()
    builder = page.get_by_role("dialog", name="进入门槛")
    add(page, "企微", "是好友、会员、粉丝…")
    expect(builder.get_by_text("是好友", exact=True)).to_be_visible()
    assert owner.findings() == []
    button(builder, "确定")
    settings = page.get_by_role("dialog")
    expect(settings.get_by_text("是好友", exact=True)).to_be_visible()
    settings.get_by_role("button", name="关闭").click()

    # What is not saved is not lost by leaving, and what was done can be undone.
    page.get_by_role("link", name="返回旅程列表").click()
    expect(page.get_by_text("离开而不保存？")).to_be_visible()
    page.get_by_role("button", name=re.compile(r"留\s*下")).click()
    button(page, "保存草稿")
    expect(page.get_by_text("已保存").first).to_be_visible()

    page.get_by_role("button", name=re.compile(r"^发\s*布$")).click()
    agree(page, "发布")
    expect(page.get_by_text("版本 1").first).to_be_visible()
    page.get_by_role("button", name=re.compile(r"^启\s*动$")).click()
    agree(page, "启动")
    expect(page.get_by_text("运行中").first).to_be_visible()
    page.get_by_role("tab", name="YAML").click()
    expect(page.get_by_role("textbox", name="YAML")).to_have_value(re.compile("祝您生日快乐"))
    assert owner.findings() == []
