"""What members do with their points: a seckill in two tabs, a coupon that is shown at the counter, a draw with a wheel; and a
trial, from the application to the reward."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from scripts.pictures import Window
from tests.browser.conftest import Brand, Open
from tests.browser.test_member_pages import PHONE, ZH, enter, looked_at
from tests.browser.test_stories import agree

pytestmark = [pytest.mark.timeout(180)]

URL = "/api/v1/rewards"
WHY = {"reason": "a story"}
CLIP, CODE = "皮质书签", "STORYCODE"


@pytest.fixture
def codes(brand: Brand) -> Iterator[httpx.Client]:
    """The provider of SMS that stands beside the demo."""
    with httpx.Client(base_url=brand.sms, timeout=10, trust_env=False) as client:
        yield client


class Operator:
    """Has something stand in the shop."""

    def __init__(self, api: httpx.Client) -> None:
        self.api = api
        if not self._said(api.get(f"{URL}/rules"))["version"]:
            rules = {"points": 100, "fen": 100, "margin_bp": 1000, "goods_cost_bp": 6000}
            self._said(api.put(f"{URL}/rules", json={"version": 0, "rules": rules, **WHY}))

    def _said(self, answer: httpx.Response) -> Any:
        assert answer.status_code < 300, answer.text
        return answer.json()

    def offer(self, pieces: int, **terms: Any) -> int:
        made: int = self._said(self.api.post(f"{URL}/offers", json={"terms": {"cost_fen": 1, **terms}}))["id"]
        stock = {"key": f"story-stock-{made}", "pieces": pieces, **WHY}
        self._said(self.api.post(f"{URL}/offers/{made}/stock", json=stock))
        self._said(self.api.post(f"{URL}/offers/{made}/state", json={"state": "live", **WHY}))
        return made

    def coupon(self) -> None:
        terms = {"name": "故事满减券", "kind": "money", "off_fen": 1000, "threshold_fen": 10_000, "valid_days": 30}
        made = self._said(
            self.api.post(f"{URL}/coupons", json={"terms": {**terms, "shared_code": CODE, "per_person": 1}})
        )["id"]
        budget = {"key": f"story-budget-{made}", "coupons": 5, "fen": 0, **WHY}
        self._said(self.api.post(f"{URL}/coupons/{made}/budget", json=budget))
        self._said(self.api.post(f"{URL}/coupons/{made}/state", json={"state": "live", **WHY}))

    def trial(self) -> int:
        now, day = datetime.now(UTC), timedelta(days=1)
        terms = {
            "name": "故事试用", "about": "桂花乌龙 20 克", "pieces": 1, "questions": ["平时喝什么茶？"], "reward_points": 30,
            "opens_at": now.isoformat(), "closes_at": (now + day).isoformat(), "chosen_by": (now + 2 * day).isoformat(),
            "reports_until": (now + 9 * day).isoformat(),
        }  # fmt: skip
        made: int = self._said(self.api.post("/api/v1/trials", json={"terms": terms}))["id"]
        self._said(self.api.post(f"/api/v1/trials/{made}/start"))
        return made

    def act(self, trial: int, state: str, what: str, **said: Any) -> None:
        """Do something with every application that is so far."""
        found = self._said(self.api.get(f"/api/v1/trials/{trial}/applications", params={"state": state}))
        ids = [one["id"] for one in found["applications"]]
        self._said(self.api.post(f"/api/v1/trials/{trial}/{what}", json={"application_ids": ids, **said}))

    def draw(self) -> None:
        found, now = self._said(self.api.get("/api/v1/draws/rules")), datetime.now(UTC)
        pool = {
            "code": "story", "name": "故事转盘", "budget_fen": 0, "fallback": "none", "per_person": 1,
            "opens_at": now.isoformat(), "closes_at": (now + timedelta(days=1)).isoformat(),
            "prizes": [
                {"code": "cup", "name": "茶杯", "weight": 999_000, "thing": True},
                {"code": "none", "name": "谢谢参与", "weight": 1_000},
            ],
        }  # fmt: skip
        rules = {**found["rules"], "pools": [*found["rules"]["pools"], pool]}
        changed = {"version": found["version"], "rules": rules, **WHY}
        version = self._said(self.api.put("/api/v1/draws/rules", json=changed))["version"]
        self._said(
            self.api.post(
                "/api/v1/draws/rounds", json={"code": "story", "version": version, "confirmed": ["short_notice"]}
            )
        )


def button(page: Page | Locator, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def test_what_points_are_for(opened: Open, owner: Window, brand: Brand, codes: httpx.Client) -> None:
    operator = Operator(brand.stage.api)
    window = opened(brand.stage.url, "zh", **PHONE)
    page = window.page
    page.goto("/m/sign-in")
    enter(page, codes, "13711110009", ZH)
    button(page, "签到").click()
    expect(page.locator(".number")).to_have_text("5")

    # A seckill of one piece: it opens by the server's clock, and two tabs press at the same moment.
    starts = datetime.now(UTC) + timedelta(seconds=8)
    window_of = {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(days=1)).isoformat()}
    offer = operator.offer(1, name=CLIP, points=5, seckill=True, per_person=1, **window_of)
    page.get_by_role("link", name="权益", exact=True).click()
    expect(page.get_by_role("link", name=CLIP)).to_contain_text("距开始 00:00:0")
    looked_at(window, "/rewards")
    other = window.context.new_page()
    for tab in (page, other):
        tab.goto(f"/m/rewards/{offer}")
    assert window.findings() == []
    if datetime.now(UTC) < starts:
        expect(button(page, "即将开始")).to_be_disabled()
        time.sleep(max(0.0, (starts - datetime.now(UTC)).total_seconds()))
    for tab in (page, other):
        expect(button(tab, "立即兑换")).to_be_enabled()
    button(page, "立即兑换").click(no_wait_after=True)
    button(other, "立即兑换").click(no_wait_after=True)
    for tab in (page, other):
        expect(button(tab, "已达上限")).to_be_disabled()
        expect(tab.get_by_text("可用积分 0", exact=True)).to_be_visible()
    said = [tab.get_by_role("main").inner_text() for tab in (page, other)]
    assert sum("兑换成功" in one for one in said) == 1, said
    window.problems.clear()  # the other tab was refused
    other.close()
    page.goto("/m/redemptions")
    expect(page.get_by_role("article").filter(has_text=CLIP)).to_contain_text("待发放")
    assert window.findings() == []

    # A code that everybody was told; the coupon is shown at the counter.
    operator.coupon()
    page.goto("/m/coupons")
    page.get_by_label("输入券码").fill(CODE.lower())
    button(page, "领取").click()
    expect(page.get_by_text("已领取：故事满减券")).to_be_visible()
    assert window.findings() == []
    page.get_by_role("link", name="故事满减券").click()
    code = page.get_by_role("img", name=f"券码 {CODE} 的二维码")
    expect(code).to_be_visible()
    assert code.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    assert window.findings() == []

    operator.draw()
    page.goto("/m/draw")
    round_ = page.get_by_role("article", name="故事转盘")
    expect(round_.get_by_role("row").filter(has_text="茶杯")).to_contain_text("99.9%")
    looked_at(window, "/draw")
    button(round_, "抽奖").click()
    expect(round_.get_by_text(re.compile("恭喜获得：茶杯|结果：谢谢参与"))).to_be_visible()
    expect(button(round_, "机会已用完")).to_be_disabled()
    looked_at(window, "/wins")
    looked_at(window, "/")
    try_and_report(window, owner, operator)


def chosen_and_sent(owner: Window, trial: int) -> None:
    """On the console: an operator ticks who applied, chooses them, and says how the piece comes."""
    page = owner.page
    page.goto(f"/members/trials/{trial}?people=waiting")
    row = page.get_by_role("row").filter(has_text="我是老茶客")
    row.get_by_role("checkbox").check()
    button(page, "选中 1 人").click()
    assert owner.findings() == []
    agree(page, "选中这 1 条申请")
    expect(row).to_have_count(0)
    page.goto(f"/members/trials/{trial}?people=to_send")
    row.get_by_role("checkbox").check()
    button(page, "寄出 1 份").click()
    page.get_by_role("dialog").get_by_label("寄送信息").fill("SF 1001")
    agree(page, "这 1 份已寄出")
    expect(row).to_have_count(0)


def try_and_report(window: Window, owner: Window, operator: Operator) -> None:
    """Somebody applies, is chosen, and reports twice; the report earns 30 points."""
    page, trial = window.page, operator.trial()
    page.goto("/m/trials")
    page.get_by_role("link", name="故事试用").click()
    button(page, "申请").click()
    expect(page.get_by_text("请填写每一项。")).to_be_visible()
    page.get_by_label("为什么想试用？").fill("我是老茶客")
    page.get_by_label("平时喝什么茶？").fill("绿茶")
    assert window.findings() == []
    button(page, "申请").click()
    expect(page.get_by_role("status").filter(has_text="已申请")).to_be_visible()
    chosen_and_sent(owner, trial)
    page.reload()
    expect(page.get_by_text("寄送信息：SF 1001")).to_be_visible()
    page.get_by_text("★").nth(3).click()
    page.get_by_label(re.compile("使用感受")).fill("茶汤清亮，桂花香明显，三泡之后仍有回甘。")
    assert window.findings() == []
    button(page, "提交报告").click()
    expect(page.get_by_role("status").filter(has_text="报告审核中")).to_be_visible()
    operator.act(trial, "reported", "send_back", note="请补充冲泡方法")
    page.reload()
    expect(page.get_by_text("请补充：请补充冲泡方法")).to_be_visible()
    page.get_by_label(re.compile("使用感受")).fill("85 度水冲泡，茶汤清亮，三泡之后仍有回甘。")
    button(page, "提交报告").click()
    expect(page.get_by_role("status").filter(has_text="报告审核中")).to_be_visible()
    operator.act(trial, "reported", "approve")
    looked_at(window, f"/trials/{trial}")
    expect(page.get_by_role("status").filter(has_text="已奖励")).to_be_visible()
    looked_at(window, "/trials")
    page.goto("/m/points")
    expect(page.get_by_text("试用").first).to_be_visible()
    assert window.findings() == []
