"""An operator is tied to a member of staff, and from then on sees the tasks of that member alone."""

import re

import pytest
from playwright.sync_api import expect
from scripts.pictures import Window
from scripts.stage import PASSWORD
from tests.browser.conftest import Brand, Open
from tests.browser.test_content import choose
from tests.browser.test_stories import button

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(180)]


def test_a_member_of_staff_sees_their_own_tasks(owner: Window, opened: Open, brand: Brand) -> None:
    staff = brand.stage.api.get(f"/api/v1/channels/accounts/{brand.stage.wecom}/staff").json()
    name = next(one["name"] for one in staff if one["gone_at"] is None)
    window = opened(brand.stage.url)
    window.sign_in("sunlei", PASSWORD)
    window.page.goto("/touch/tasks")
    expect(window.page.get_by_text("您尚未关联员工，因此没有任务")).to_be_visible()
    assert window.findings() == []

    page = owner.page
    page.goto("/team/members")
    row = page.get_by_role("row").filter(has_text="孙磊")
    row.get_by_role("button", name=re.compile(r"修\s*改")).click()
    choose(page, "对应员工", name)
    page.keyboard.press("Escape")  # closes the list, which takes a moment
    expect(page.locator(".ant-select-dropdown:visible")).to_have_count(0)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(name)
    assert owner.findings() == []
    button(page, "保存")
    expect(row).to_contain_text(name)

    window.page.reload()
    expect(window.page.get_by_text(f"只显示您的任务：{name}")).to_be_visible()
    page.goto("/touch/tasks")
    expect(page.get_by_role("heading", name="员工任务")).to_be_visible()
    expect(page.get_by_text("只显示您的任务")).to_have_count(0)
    page.goto("/team/audit?action=operator.tied")
    expect(page.get_by_role("cell", name="关联员工").first).to_be_visible()
