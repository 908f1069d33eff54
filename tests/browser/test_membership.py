"""Rules of earning change under a reason; a posting by hand waits for somebody else, and is found again where it went."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from scripts.pictures import Window
from tests.browser.conftest import Brand
from tests.browser.test_programme import got
from tests.browser.test_stories import button

from siyu.app import ledger
from siyu.engines.postgres import run

pytestmark = [pytest.mark.timeout(300)]


def rules(brand: Brand) -> dict[str, Any]:
    found: dict[str, Any] = got(brand.stage.api.get("/api/v1/ledger/earning"))
    return found


def test_rules_of_earning_are_changed(owner: Window, brand: Brand) -> None:
    page, before = owner.page, rules(brand)
    page.goto("/members/earning?edit=1")
    page.get_by_label("百分比（200 为两倍）").first.fill("300")
    button(page, "添加倍数日")  # also a Wednesday: two of one sort share a day
    page.get_by_label("原因").fill("周年庆三倍")
    button(page, "保存为版本")
    expect(page.get_by_role("alert")).to_contain_text("日期重叠")
    button(page, f"删除：倍数日 {len(before['rules']['days']) + 1}")
    changed = before["rules"] | {"caps": [{"unit": "points", "per_day": 4_000}]}
    body = {"version": before["version"], "rules": changed, "reason": "somebody else was quicker"}
    got(brand.stage.api.put("/api/v1/ledger/earning", json=body))
    button(page, "保存为版本")
    expect(page.get_by_role("alert")).to_contain_text("已被他人更新")
    button(page, "放弃修改并查看最新版本")
    expect(page.get_by_text("每天最多 4,000")).to_be_visible()
    owner.problems[:] = [one for one in owner.problems if "400" not in one and "409" not in one]


def test_tasks_are_tried_and_a_broken_ledger_is_an_alarm(owner: Window, brand: Brand) -> None:
    page = owner.page
    page.goto("/members/tasks?edit=1")
    button(page, "计算完成情况")
    tried = page.get_by_role("table", name="各任务的完成情况")
    expect(tried.get_by_role("row", name="完善资料")).to_contain_text("积分")
    expect(page.get_by_text(re.compile(r"\d+ 人会完成至少一项任务"))).to_be_visible()
    assert owner.findings() == []

    with brand.siyu.context() as context:
        ledger.verify(context, actor="system:ledger.verify")
        page.goto("/members/ledger")
        newest = page.get_by_role("table", name="校验记录").get_by_role("row").nth(1)
        expect(newest).to_contain_text("完好")
        expect(newest).to_contain_text("每晚自动")
        expect(page.get_by_role("alert")).to_have_count(0)
        with context.database.transaction() as conn:
            run(
                conn,
                "UPDATE loyalty.verification SET findings = 2 WHERE id = (SELECT max(id) FROM loyalty.verification)",
            )
        try:
            for path, said in (("/members/ledger", "账本校验发现异常"), ("/", "账本校验发现异常")):
                page.goto(path)
                expect(page.get_by_role("alert").filter(has_text=said)).to_be_visible()
            assert owner.findings() == []
            page.goto("/system")
            expect(page.get_by_role("group", name="账本最近一次校验发现的异常")).to_contain_text("需处理")
        finally:
            with context.database.transaction() as conn:
                run(conn, "UPDATE loyalty.verification SET findings = 0")


def test_who_waits_for_a_second_person(owner: Window, brand: Brand) -> None:
    page, customer = owner.page, brand.stage.customer
    page.goto(f"/customers/{customer}/value")
    button(page, "申请人工记账")
    asking = page.get_by_role("dialog")
    asking.get_by_label("数量").fill("100")
    asking.get_by_label("原因").fill("门店补发")
    button(asking, "提交")
    expect(page.get_by_role("cell", name="+100 积分").first).to_be_visible()
    page.goto("/members/approvals")
    waiting = page.get_by_role("table", name="等待审批")
    row = waiting.get_by_role("row", name="周年庆评选一等奖")
    button(row, "通过")
    button(page.get_by_role("dialog"), "通过")
    expect(row).to_have_count(0)
    expect(page.get_by_role("row", name="周年庆评选一等奖")).to_contain_text("已入账")
