"""Members and money: points and cash on the platform's page, paid and closed; money that waits for them; orders in a draw."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from scripts.pictures import Window
from tests.browser.conftest import Brand, Open
from tests.browser.test_member_pages import PHONE, ZH, enter, looked_at, points
from tests.browser.test_member_rewards import Operator, button

pytestmark = [pytest.mark.timeout(180)]

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


# What WeChat puts into every page: it is asked here what the member does.
_BRIDGE = """window.WeixinJSBridge = {
  invoke: (name, given, done) => window.invoked(name, given).then((err_msg) => done({ err_msg })),
}"""


def paid_by_hand(owner: Window, brand: Brand, customer: int) -> None:
    """An operator pays them, from the page of what they have; too little is not even asked for."""
    page = owner.page
    page.goto(f"/customers/{customer}/value")
    button(page, "向会员付款").click()
    asking = page.get_by_role("dialog")
    pays = asking.get_by_role("button", name=re.compile(r"^付\s*款$"))
    asking.get_by_label("备注").fill("晒单返现")
    asking.get_by_label("原因").fill("a story")
    asking.get_by_label("金额").fill("0.09")
    expect(pays).to_be_disabled()
    asking.get_by_label("金额").fill("8.80")
    assert owner.findings() == []
    pays.click()
    expect(asking).to_be_hidden()
    page.get_by_role("link", name="查看对其的转账").click()
    row = page.get_by_role("row").filter(has_text="晒单返现")
    expect(row).to_contain_text("¥8.80")
    expect(row).to_contain_text("待会员确认")
    (made,) = said(brand.stage.api.get("/api/v1/transfers", params={"customer_id": customer}))
    assert (made["fen"], made["state"]) == (880, "waiting")


def refused_by_hand(owner: Window, brand: Brand) -> None:
    """Whom no merchant's app knows cannot be paid: what the server says is shown."""
    page, api = owner.page, brand.stage.api
    everybody = [one["customer_id"] for one in said(api.get("/api/v1/customers", params={"limit": 50}))["customers"]]

    def known(customer: int) -> bool:
        own = said(api.get(f"/api/v1/customers/{customer}"))["identifiers"]
        return any(one["type"] == "open_id" for one in own)

    stranger = next(one for one in everybody if not known(one))
    page.goto("/members/transfers")
    button(page, "向会员付款").click()
    asking = page.get_by_role("dialog")
    for label, value in (
        ("客户编号", str(stranger)),
        ("金额", "1"),
        ("备注", "退差价"),
        ("原因", "a story"),
    ):
        asking.get_by_label(label).fill(value)
    asking.get_by_role("button", name=re.compile(r"^付\s*款$")).click()
    expect(asking.get_by_role("alert")).to_contain_text("无法通过微信向其付款")
    owner.problems[:] = [one for one in owner.problems if "409" not in one]


def test_within_wechat(opened: Open, owner: Window, brand: Brand) -> None:
    """Money that waits for a member, and what they pay, by WeChat's bridge, which is played here; the platform does the rest."""
    api = brand.stage.api
    accounts = said(api.get("/api/v1/channels/accounts"))
    official = next(one for one in accounts if one["channel"] == "official_account")
    window = opened(brand.stage.url, "en", beside=[brand.pay, official["settings"]["base_url"]], **PHONE)
    page = window.page
    page.goto(f"/wechat/{official['id']}/authorize?next=/m/enter")
    page.wait_for_url(re.compile(r"/m/?$"))
    me = json.loads(page.request.post("/member/v1/data/export", headers={"X-Siyu-CSRF": "1"}).text())["customer"]
    paid_by_hand(owner, brand, me)
    refused_by_hand(owner, brand)
    page.reload()
    page.get_by_role("link", name="To be claimed: 1").click()
    one = page.get_by_role("article", name="晒单返现")
    expect(one).to_contain_text("¥8.80")
    looked_at(window, "/transfers")
    button(one, "Claim ¥8.80").click()
    expect(one.get_by_text("Open this page within WeChat to claim it.")).to_be_visible()

    # From here on WeChat shows the pages.
    known = said(api.get(f"/api/v1/customers/{me}"))["identifiers"]
    open_id = next(each["value"] for each in known if each["scope"] == official["external_id"])
    answers = ["fail:cancel"]  # at first they do not want to pay

    def invoked(name: str, asked: dict[str, str]) -> str:
        if name == "getBrandWCPayRequest":
            assert set(asked) == {"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"}
            if answers:
                return f"get_brand_wcpay_request:{answers.pop()}"
            acted("pays", prepay_id=asked["package"].removeprefix("prepay_id="), open_id=open_id)
            return "get_brand_wcpay_request:ok"
        assert name == "requestMerchantTransfer"
        acted("confirms", package=asked["package"])
        return f"{name}:ok"

    def acted(name: str, **how: str) -> None:
        httpx.post(f"{brand.pay}/_control/acts/{name}", json=how, trust_env=False).raise_for_status()

    page.expose_function("invoked", invoked)
    window.context.add_init_script(_BRIDGE)
    page.reload()
    button(one, "Claim ¥8.80").click()
    expect(one.get_by_text("Received")).to_be_visible()
    looked_at(window, "/transfers")
    page.goto("/m/")
    expect(page.get_by_text("To be claimed")).to_be_hidden()

    by_hand = {"key": f"story-points-{me}", "customer_id": me, "unit": "points", "amount": 100, "reason": "a story"}
    said(api.post("/api/v1/ledger/by_hand", json=by_hand))
    offer = Operator(api).offer(1, name="随身茶罐", points=100, cash_fen=1990)
    page.goto(f"/m/rewards/{offer}")
    button(page, "Redeem and pay").click()
    button(page, "Confirm").click()
    page.wait_for_url(re.compile(r"/m/redemptions"))
    tin = page.get_by_role("article").filter(has_text="随身茶罐").first
    button(tin, "Pay ¥19.90").click()
    expect(tin.get_by_text("Not paid yet")).to_be_visible()
    button(tin, "Pay ¥19.90").click()
    expect(tin.get_by_text("Paid", exact=True)).to_be_visible()
    expect(tin).to_contain_text("On its way")
    window.still()
    assert window.findings() == []
