"""Customers pay in browsers outside WeChat, on the platform's own page, and come back."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from tests.unit.payments.conftest import ME, NOON, Shop, settings
from tests.unit.payments.test_payments import refused

from siyu.kernel.errors import BadInput, Conflict
from siyu.payments import service
from siyu.payments.types import Payment
from siyu.rehearsal.platforms.wechat_pay import keeping

BACK = "http://siyu.test/m/redemptions?paid=1"
FROM = {"Referer": "http://siyu.test/"}


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """Whose merchant takes payments in browsers."""
    wanted = settings(shop.fake, shop.merchant.base_url)
    shop.done(lambda conn: service.ensure_merchant(conn, ME, replace(wanted, h5=True), NOON))
    return shop


def visit(shop: Shop, payment: Payment) -> str:
    return service.visit(shop.till, payment.id, "127.0.0.1")


def act(url: str, what: str) -> httpx.Response:
    """On the page: pay it or close it."""
    with httpx.Client(trust_env=False) as browser:
        page = browser.get(url, params=_back(url), headers=FROM)
        assert page.status_code == 200, page.text
        assert "¥10.00" in page.text
        return browser.post(url, params=_back(url), data={"act": what}, headers=FROM)


def _back(url: str) -> dict[str, Any]:
    return {**parse_qs(urlsplit(url).query), "redirect_url": BACK}


def test_paid_on_the_page(shop: Shop) -> None:
    payment = shop.begin(payer="")
    first, url = visit(shop, payment), visit(shop, payment)  # the first address may be too old by then
    assert first != url
    done = act(url, "pay")
    assert (done.status_code, done.headers["location"]) == (303, BACK)
    assert (shop.deliver(), shop.payment(payment).state, shop.payment(payment).way) == (1, "paid", "h5")
    refused(Conflict, lambda: visit(shop, payment))
    assert act(first, "pay").status_code == 409
    assert [one["trade_type"] for one in shop.fake.trades.values()] == ["MWEB"]


def test_closed_on_the_page(shop: Shop) -> None:
    payment = shop.begin(payer="")
    url = visit(shop, payment)
    assert act(url, "close").headers["location"] == BACK
    assert service.look_at_payment(shop.till, payment.id).state == "open"
    shop.done(lambda conn: service.withdraw_payment(conn, payment.key, shop.clock.now()))
    assert service.look_at_payment(shop.till, payment.id).state == "closed"
    assert act(url, "pay").status_code == 409
    assert shop.deliver() == 0


def test_an_address_is_good_for_five_minutes_and_for_who_was_sent(shop: Shop) -> None:
    url = visit(shop, shop.begin(payer=""))
    with httpx.Client(trust_env=False) as browser:
        assert browser.get(url).status_code == 403  # typed in, or a page that does not say whence one comes
        assert browser.get(f"{url}&redirect_url=javascript:alert(1)", headers=FROM).status_code == 400
        shop.wait(minutes=5)
        assert browser.get(url, headers=FROM).status_code == 409


def test_one_payment_goes_one_way(shop: Shop) -> None:
    within = shop.begin()
    service.prepare(shop.till, within.id)
    assert "within WeChat" in refused(Conflict, lambda: visit(shop, within)).message
    outside = shop.begin()  # of somebody with an OpenID, in a browser
    visit(shop, outside)
    assert "outside WeChat" in refused(Conflict, lambda: service.prepare(shop.till, outside.id)).message
    nobody = shop.begin(payer="")
    refused(Conflict, lambda: service.prepare(shop.till, nobody.id))
    wanted = settings(shop.fake, shop.merchant.base_url)
    shop.done(lambda conn: service.ensure_merchant(conn, ME, wanted, NOON))  # it takes none in browsers any more
    refused(Conflict, lambda: visit(shop, nobody))
    refused(BadInput, lambda: shop.begin(payer=""))


def test_the_merchant_outlasts_its_process(shop: Shop, tmp_path: Path) -> None:
    payment = shop.begin(payer="")
    shop.fake.pays_in_browser(parse_qs(urlsplit(visit(shop, payment)).query)["prepay_id"][0])
    transfer = shop.transfer()
    service.send_transfer(shop.till, transfer.id)
    keeping.save(shop.fake, tmp_path / "merchant.json")
    assert (tmp_path / "merchant.json").stat().st_mode & 0o077 == 0
    again = keeping.load(tmp_path / "merchant.json", shop.clock)
    assert keeping.written(again) == keeping.written(shop.fake)
    assert again.deliver(shop.take) == 1  # what it had not told yet, with the keys of before
    assert shop.payment(payment).state == "paid"
    (tmp_path / "other.json").write_text("{}")
    refused(BadInput, lambda: keeping.load(tmp_path / "other.json", shop.clock))
