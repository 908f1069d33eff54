"""An operator is tied to a member of staff, and from then on sees the tasks of that member alone, and does one."""

import re
from collections import Counter
from typing import Any

import pytest
from playwright.sync_api import expect
from scripts.pictures import Window
from scripts.stage import PASSWORD
from tests.browser.conftest import Brand, Open
from tests.browser.test_content import choose
from tests.browser.test_programme import by_rules, friends, got, until
from tests.browser.test_stories import button

TITLE, SAY, TAG = "问候老朋友", "您好，好久不见，店里到了新茶。", "故事里问候过"
STEPS = {
    "问候": {"kind": "staff_task", "title": TITLE, "say": SAY, "due_in": "8h", "next": "记下", "late": "结束"},
    "记下": {"kind": "tag", "add": [TAG], "next": "结束"},
    "结束": {"kind": "exit"},
}
pytestmark = [pytest.mark.timeout(180)]


def test_a_member_of_staff_sees_their_own_tasks(owner: Window, opened: Open, brand: Brand) -> None:
    api, customer, staff_id = brand.stage.api, *asked_by_a_journey(brand)
    staff = api.get(f"/api/v1/channels/accounts/{brand.stage.wecom}/staff").json()
    name = next(one["name"] for one in staff if one["staff_id"] == staff_id)
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
    task = window.page.get_by_role("row").filter(has_text=TITLE).filter(has_text=f"#{customer}")
    expect(task).to_contain_text(SAY)
    expect(task).to_contain_text("待办")
    task.get_by_role("button", name="已完成").click()
    expect(task).to_contain_text("已完成")
    expect(task.get_by_role("button", name="已完成")).to_have_count(0)

    page.goto("/touch/tasks?state=done")
    expect(page.get_by_role("heading", name="员工任务")).to_be_visible()
    expect(page.get_by_text("只显示您的任务")).to_have_count(0)
    expect(page.get_by_role("row").filter(has_text=TITLE)).to_contain_text("已完成")
    page.goto(f"/customers/{customer}/touches")  # it was received, and the journey goes on
    said = page.get_by_role("region", name="触达历史").locator(".ant-card").filter(has_text=TITLE)
    expect(said.first).to_contain_text("已发送")
    page.goto(f"/customers/{customer}/timeline")
    expect(page.get_by_text(f"打上标签“{TAG}”")).to_be_visible()
    page.goto("/team/audit?action=operator.tied")
    expect(page.get_by_role("cell", name="关联员工").first).to_be_visible()


def asked_by_a_journey(brand: Brand) -> tuple[int, str]:
    """A friend whom a journey has a member of staff greet, one with little to do; returns both."""
    api, base = brand.stage.api, "/api/v1/journeys"
    _, people = friends(brand)
    some = [one for one in people if one != brand.stage.refused][:8]
    steps = {**STEPS, "问候": {**STEPS["问候"], "account": brand.stage.wecom}}
    definition = {
        "name": TITLE, "purpose": "service", "trigger": {"kind": "manual"}, "start": "问候", "steps": steps,
        "control_bp": 0, "control_reason": "只有一个人",
    }  # fmt: skip
    journey = got(api.post(base, json={"key": "story-greeting", "definition": definition}))["id"]
    with by_rules(brand):
        for act in ("publish", "start"):
            got(api.post(f"{base}/{journey}/{act}"))
        got(api.post(f"{base}/{journey}/people", json={"customer_ids": some, "request_id": "story"}))
        found = until(lambda: tasks(brand), lambda all_: any(one["title"] == TITLE for one in all_), within=60)
    busy = Counter(one["staff_id"] for one in found)
    task = min((one for one in found if one["title"] == TITLE), key=lambda one: busy[one["staff_id"]])
    return task["customer_id"], task["staff_id"]


def tasks(brand: Brand) -> list[dict[str, Any]]:
    query = {"state": "open", "limit": 500}
    found: list[dict[str, Any]] = got(brand.stage.api.get("/api/v1/staff-tasks", params=query))["tasks"]
    return found
