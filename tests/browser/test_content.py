"""What is said, written and looked at as an operator does it; and a month of Moments that leaves its mix."""

import re

import pytest
from playwright.sync_api import Page, expect
from scripts.pictures import Window
from tests.browser.conftest import Brand
from tests.browser.test_stories import button
from tests.unit.content.conftest import PNG

pytestmark = [pytest.mark.timeout(180)]


def choose(page: Page, label: str, text: str) -> None:
    """An option of the list that opens under this label."""
    page.get_by_role("combobox", name=label, exact=True).click()
    option = page.locator(".ant-select-item-option:visible").filter(has_text=text).first
    expect(option).to_be_visible()
    option.dispatch_event("click")  # the list is still growing


def test_a_script_with_a_variable_and_baits_is_previewed_for_a_person(owner: Window, brand: Brand) -> None:
    page = owner.page
    page.goto("/content/materials/new?kind=image")
    page.get_by_label("名称", exact=True).fill("故事里的图")
    page.locator("input[type=file]").set_input_files(
        {"name": "故事.txt", "mimeType": "text/plain", "buffer": b"no picture"}
    )
    expect(page.get_by_text("上传的文件类型为 application/octet-stream，不是图片")).to_be_visible()
    page.locator("input[type=file]").set_input_files({"name": "图.png", "mimeType": "image/png", "buffer": PNG})
    expect(page.get_by_text("企业微信 · 群发给客户")).to_be_visible()
    button(page, "保存")
    expect(page).to_have_url(re.compile(r"/content/materials/\d+$"))

    page.goto("/content/scripts/new")
    page.get_by_label("名称", exact=True).fill("故事里的邀约")
    page.get_by_role("radio", name="诱饵 + 钩子").check()
    expect(page.get_by_text("没有文本也没有素材").first).to_be_visible()
    page.get_by_label("诱饵 A: 文本").fill("{{nickname_of_nobody}}，领券")
    button(page, "添加诱饵 B")
    page.get_by_label("诱饵 B: 文本").fill("到店有礼")
    page.get_by_label("钩子: 文本").fill("长" * 1400)
    expect(page.get_by_text("变量“nickname_of_nobody”没有默认值")).to_be_visible()
    page.get_by_text(re.compile(r"另有 \d+ 种发送方式不可用|没有任何发送方式")).first.wait_for()
    page.get_by_label("钩子: 文本").fill("回复 1 报名")
    expect(page.get_by_text("企业微信 · 群发给客户")).to_be_visible()

    choose(page, "客户", "#")
    expect(page.get_by_text("该客户没有“nickname_of_nobody”的值")).to_be_visible()
    page.get_by_label("诱饵 A: 文本").fill("{{nickname_of_nobody|亲爱的}}，领券")
    shown = page.get_by_role("status", name="按客户预览")
    expect(shown).to_contain_text("亲爱的，领券\n回复 1 报名")
    page.get_by_role("radio", name="诱饵 B").check()
    expect(shown).to_contain_text("到店有礼\n回复 1 报名")
    page.get_by_role("button", name="钩子: 添加素材").click()
    dialog = page.get_by_role("dialog", name="选择素材")
    dialog.get_by_role("button", name="故事里的图").click()
    expect(shown).to_contain_text("图片")
    button(page, "发给员工试看")
    trying = page.get_by_role("dialog", name="发给员工试看")
    choose(page, "员工", "")
    trying.get_by_role("button", name=re.compile(r"发\s*送")).click()
    expect(trying.get_by_role("status")).to_contain_text("已提交，几秒内送达")
    trying.get_by_role("button", name=re.compile(r"关\s*闭")).last.click()
    assert owner.findings() == []
    button(page, "保存")
    expect(page).to_have_url(re.compile(r"/content/scripts/\d+$"))

    # What excludes the bait leaves the fallback, and the next version stands beside the first.
    button(page, "编辑新版本")
    button(page, "添加备选")
    page.get_by_label("备选 1: 文本").fill("预约搭配")
    page.get_by_label("诱饵 A: 内容类型").fill("coupon")
    page.keyboard.press("Enter")
    choose(page, "客户", "#")
    page.get_by_label("此前已收到").fill("red_packet")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status", name="按客户预览")).to_contain_text("预约搭配\n回复 1 报名")
    page.get_by_label("修改说明").fill("加上备选")
    button(page, "保存为第 2 版")
    expect(page.get_by_text("加上备选")).to_be_visible()


def test_a_month_of_moments_warns_when_it_leaves_the_mix(owner: Window, brand: Brand) -> None:
    page = owner.page
    page.goto("/content/moments?new=1")
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("名称", exact=True).fill("故事里的朋友圈")
    button(drawer, "添加阶段")
    drawer.get_by_role("checkbox", name="自定义配比").check()
    drawer.get_by_label("阶段 1: 人设").fill("90")
    expect(drawer.get_by_text("配比合计为 140%")).to_be_visible()
    drawer.get_by_label("阶段 1: 种草").fill("10")
    drawer.get_by_label("阶段 1: 品牌").fill("0")
    button(drawer, "保存")
    expect(page).to_have_url(re.compile(r"/content/moments/\d+\?month="))

    for number in range(2):
        page.get_by_role("button", name=re.compile("安排朋友圈$")).first.click()
        drawer = page.get_by_role("dialog")
        drawer.get_by_role("radio", name="品牌").check()
        if number == 0:
            choose(page, "人设", "云小岫")
            drawer.get_by_label("文本", exact=True).fill("全网第一的折扣")
            button(drawer, "保存")
            expect(drawer.get_by_text("该人设禁用“全网第一”，请删除")).to_be_visible()
            owner.problems.clear()  # that it was refused
        drawer.get_by_label("文本", exact=True).fill(f"会员日第 {number} 波")
        button(drawer, "保存")
        expect(drawer).to_have_count(0)
    expect(page.get_by_text(re.compile("品牌内容占 100%，应为 0%")).first).to_be_visible()
    assert owner.findings() == []
    for _ in range(2):
        page.get_by_role("button", name=re.compile("会员日第")).first.click()
        button(page.get_by_role("dialog"), "删除")
        expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("品牌内容占")).to_have_count(0)


def test_a_broadcast_says_a_script(owner: Window, brand: Brand) -> None:
    page = owner.page
    page.goto("/journeys/broadcasts/new")
    page.get_by_label("名称", exact=True).fill("话术群发")
    choose(page, "人群", "消费满千元")
    button(page, "添加备选方式")
    page.get_by_role("radio", name="引用话术").check()
    choose(page, "引用话术", "到店礼邀约")
    expect(page.get_by_text("到店试穿即送 30 元优惠券")).to_be_visible()
    page.get_by_role("radio", name="诱饵 B").check()
    expect(page.get_by_text("定制帆布袋")).to_be_visible()
    assert owner.findings() == []
    button(page, "创建草稿")
    expect(page).to_have_url(re.compile(r"/journeys/\d+"))
    expect(page.get_by_text("话术“到店礼邀约”第 2 版").first).to_be_visible()
