"""Members and money: points and cash on the platform's page, paid and closed; money that waits for them; orders in a draw."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import Brand, Open
from tests.browser.test_member_pages import PHONE, ZH, enter, looked_at, points
from tests.browser.test_member_rewards import button

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(180)]

OWN = "13711110021"
OFFER = "羊毛围巾"  # the demo's own: 1,500 points and 39 yuan, from silver on


@pytest.fixture
def codes(brand: Brand) -> Iterator[httpx.Client]:
    """The provider of SMS that stands beside the demo."""
    with httpx.Client(base_url=brand.sms, timeout=10, trust_env=False) as client:
        yield client


def said(answer: httpx.Response) -> Any:
    assert answer.status_code < 300, answer.text
    return answer.json()


def given(brand: Brand, **amounts: int) -> None:
    """By an operator's hand, to the member of this story."""
    api = brand.stage.api
    (found,) = said(api.get("/api/v1/customers/find", params={"value": OWN}))["customers"]
    for unit, amount in amounts.items():
        for part in range(0, amount, 1000):
            one = {
                "key": f"paying-{found}-{unit}-{part}",
                "customer_id": found,
                "unit": unit,
                "amount": 1000,
                "reason": "a story",
            }
            said(api.post("/api/v1/ledger/by_hand", json=one))


def buys(brand: Brand) -> None:
    """They order on the website, where the shop knows their phone: that makes them silver, and the order takes part in a draw."""
    who = {"userId": f"paying-{OWN}", "context": {"traits": {"phone": OWN}}}
    order = {"order_id": f"P-{OWN}", "total": 1288, "products": [{"sku": "A-1001", "quantity": 1}]}
    brand.stage.send(
        {"type": "identify", "userId": f"paying-{OWN}", "traits": {"phone": OWN}, "messageId": "paying-1"},
        {"type": "track", "event": "Order Completed", "messageId": f"bought-{OWN}", "properties": order, **who},
    )


def redeemed(page: Page) -> Locator:
    """The offer is picked, and waits for money."""
    page.get_by_role("link", name="权益", exact=True).click()
    page.get_by_role("link", name=OFFER).click()
    button(page, "兑换并支付").click()
    button(page, "确认").click()
    page.wait_for_url(re.compile(r"/m/redemptions"))
    return page.get_by_role("article").filter(has_text=OFFER).first


def test_points_and_cash(opened: Open, brand: Brand, codes: httpx.Client) -> None:
    window = opened(brand.stage.url, "zh", beside=[brand.pay], **PHONE)
    page = window.page
    page.goto("/m/sign-in")
    enter(page, codes, OWN, ZH)
    given(brand, points=3000)
    buys(brand)
    brand.siyu.drain()
    for _ in range(60):  # tiers follow by themselves
        page.reload()
        expect(page.locator(".number")).to_be_visible()
        if page.get_by_text("锦衣会员", exact=True).count():
            break
        page.wait_for_timeout(500)
    before = points(page)
    assert before >= 3000

    # Closed on the platform's page: nothing is paid, and who leaves it has their points again.
    one = redeemed(page)
    expect(one).to_contain_text("待支付")
    assert window.findings() == []
    button(one, "去支付 ¥39.00").click()
    page.wait_for_url(f"{brand.pay}/**")
    expect(page.get_by_text("¥39.00")).to_be_visible()
    button(page, "取消 / Close").click()
    page.wait_for_url(re.compile(r"/m/redemptions\?paid="))
    expect(one.get_by_text("尚未支付")).to_be_visible()
    button(one, "放弃支付").click()
    expect(one.get_by_text("已取消，积分已退回")).to_be_visible()
    page.get_by_role("link", name="首页").click()
    assert points(page) == before

    # Paid there: what was redeemed is theirs.
    one = redeemed(page)
    button(one, "去支付 ¥39.00").click()
    button(page, "确认支付 / Pay").click()
    page.wait_for_url(re.compile(r"/m/redemptions\?paid="))
    expect(one.get_by_text("支付成功")).to_be_visible()
    expect(one).to_contain_text("待发放")
    window.still()
    assert window.findings() == []
    page.get_by_role("link", name="首页").click()
    assert points(page) == before - 1500

    # The order they have bought takes part in a draw; what was published of it is there to read.
    looked_at(window, "/draw")
    free = page.get_by_role("article", name="下单抽免单")
    expect(free).to_contain_text(f"官网 · P-{OWN}")
    expect(free.get_by_text("待开奖").first).to_be_visible()
    expect(free.locator(".hash")).to_have_text(re.compile("^[0-9a-f]{64}$"))


def test_money_that_waits(opened: Open, brand: Brand) -> None:
    """In WeChat, whose bridge is played here; what it does is done at the platform."""
    accounts = said(brand.stage.api.get("/api/v1/channels/accounts"))
    official = next(one for one in accounts if one["channel"] == "official_account")
    window = opened(brand.stage.url, "en", beside=[brand.pay, official["settings"]["base_url"]], **PHONE)
    page = window.page
    page.goto(f"/wechat/{official['id']}/authorize?next=/m/enter")
    page.wait_for_url(re.compile(r"/m/?$"))
    me = json.loads(page.request.post("/member/v1/data/export", headers={"X-Siyu-CSRF": "1"}).text())["customer"]
    wanted = {"key": f"story-money-{me}", "customer_id": me, "fen": 880, "remark": "晒单返现", "reason": "a story"}
    assert said(brand.stage.api.post("/api/v1/transfers", json=wanted))["state"] == "waiting"
    page.reload()
    page.get_by_role("link", name="To be claimed: 1").click()
    one = page.get_by_role("article", name="晒单返现")
    expect(one).to_contain_text("¥8.80")
    looked_at(window, "/transfers")
    button(one, "Claim ¥8.80").click()
    expect(one.get_by_text("Open this page within WeChat to claim it.")).to_be_visible()

    def invoked(name: str, asked: dict[str, str]) -> str:
        assert name == "requestMerchantTransfer"
        httpx.post(
            f"{brand.pay}/_control/acts/confirms", json={"package": asked["package"]}, trust_env=False
        ).raise_for_status()
        return f"{name}:ok"

    page.expose_function("invoked", invoked)
    page.evaluate(
        "window.WeixinJSBridge = { invoke: (name, given, done) => window.invoked(name, given).then((err_msg) => done({ err_msg })) }"
    )
    button(one, "Claim ¥8.80").click()
    expect(one.get_by_text("Received")).to_be_visible()
    looked_at(window, "/transfers")
    page.goto("/m/")
    expect(page.get_by_text("To be claimed")).to_be_hidden()
