"""Customers are paid: they confirm, or do not; the platform answers, or does not."""

from typing import Any

import pytest
from tests.unit.payments.conftest import ME, Shop
from tests.unit.payments.test_payments import refused

from siyu.engines.access.types import Principal
from siyu.kernel.errors import BadInput, Conflict, IdempotencyMismatch, NotAllowed, TryLater
from siyu.payments import service
from siyu.payments.types import PlatformDeclined


def test_a_customer_takes_money(shop: Shop) -> None:
    transfer = shop.transfer()
    page = service.claim(shop.till, transfer.id)
    assert page == service.claim(shop.till, transfer.id)
    assert (page["mchId"], page["appId"]) == (shop.fake.mch_id, shop.fake.app_id)
    assert shop.transfer_of(transfer).state == "waiting"
    shop.fake.confirms(page["package"])
    shop.deliver()
    found = shop.transfer_of(transfer)
    assert (found.state, found.package, shop.fake.balance) == ("done", "", 10**9 - 500)
    assert shop.told() == [("transfer.received", -500)]
    assert [one.transfer.state for one in shop.turned if one.transfer] == ["waiting", "done"]
    refused(Conflict, lambda: service.claim(shop.till, transfer.id))
    refused(Conflict, lambda: service.cancel_transfer(shop.till, ME, transfer.id, "too late"))


def test_nobody_confirms_for_a_day(shop: Shop) -> None:
    transfer = shop.transfer()
    service.claim(shop.till, transfer.id)
    shop.fake.faults.lost = 1
    shop.wait(days=1)
    service.look_after(shop.till)
    found = shop.transfer_of(transfer)
    assert (found.state, found.failed_for, shop.fake.balance) == ("failed", "OVERDUE_CLOSE", 10**9)
    assert shop.told() == []


def test_it_is_taken_back(shop: Shop) -> None:
    transfer = shop.transfer()
    service.claim(shop.till, transfer.id)
    nobody = Principal("key", 1, "k", frozenset())
    refused(NotAllowed, lambda: service.cancel_transfer(shop.till, nobody, transfer.id, "a mistake"))
    done = service.cancel_transfer(shop.till, ME, transfer.id, "a mistake")
    assert (done.state, shop.fake.balance) == ("cancelled", 10**9)
    assert service.cancel_transfer(shop.till, ME, transfer.id, "a mistake") == done
    shop.deliver()
    assert shop.transfer_of(transfer) == done


def test_an_answer_that_is_lost_pays_once(shop: Shop) -> None:
    transfer = shop.transfer(key="once")
    assert shop.transfer(key="once") == transfer
    refused(IdempotencyMismatch, lambda: shop.transfer(600, key="once"))
    shop.fake.faults.unanswered = 1
    refused(TryLater, lambda: service.claim(shop.till, transfer.id))
    assert shop.transfer_of(transfer).state == "new"
    shop.wait(seconds=16)
    service.look_after(shop.till)
    assert (shop.transfer_of(transfer).state, len(shop.fake.bills), shop.fake.balance) == ("waiting", 1, 10**9 - 500)
    shop.fake.confirms(service.claim(shop.till, transfer.id)["package"])
    shop.fake.faults.repeated = 1
    shop.deliver()
    assert shop.told() == [("transfer.received", -500)]


def test_what_is_declined(shop: Shop) -> None:
    poor = shop.transfer()
    shop.fake.balance = 0
    refused(PlatformDeclined, lambda: service.claim(shop.till, poor.id))
    assert shop.transfer_of(poor).state == "new"  # somebody may put money in
    shop.fake.balance = 10**6
    assert service.claim(shop.till, poor.id)
    other = shop.transfer()
    shop.fake.bills[other.number] = {**shop.fake.bills[poor.number], "openid": "o-other"}
    refused(PlatformDeclined, lambda: service.claim(shop.till, other.id))
    found = shop.transfer_of(other)
    assert (found.state, found.failed_for) == ("failed", "DECLINED")


@pytest.mark.parametrize("wrong", [{"fen": 9}, {"fen": 200_000}, {"remark": "x" * 33}, {"payee": ""}, {"scene": ""}])
def test_bad_input(shop: Shop, wrong: dict[str, Any]) -> None:
    refused(BadInput, lambda: shop.transfer(**wrong))
