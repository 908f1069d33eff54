"""Codes by Alibaba Cloud SMS: signed as its documentation's own example is, against a provider that checks it."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import TryLater
from siyu.members.sms.aliyun import Aliyun, Terms, signed_headers
from siyu.members.types import SmsRefused
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.sms import Provider, create_app

PHONE = "+8613800138000"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 3, 1, 8, tzinfo=UTC))


@pytest.fixture
def provider(clock: ManualClock) -> Provider:
    return Provider(clock)


@pytest.fixture
def url(provider: Provider) -> Iterator[str]:
    with serving(create_app(provider)) as found:
        yield found


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


def terms(url: str, **changed: str) -> Terms:
    return Terms(
        **{
            "key": "fake-key",
            "secret": "fake-secret",
            "sign_name": "云岫",
            "template": "SMS_1",
            "base_url": url,
            **changed,
        }
    )


def test_the_signature_is_that_of_the_documentation() -> None:
    query = {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"}
    headers = signed_headers(
        "YourAccessKeyId",
        "YourAccessKeySecret",
        "ecs.cn-shanghai.aliyuncs.com",
        "RunInstances",
        "2014-05-26",
        query,
        datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        "3156853299f313e23d1673dc12e1703d",
    )
    assert headers["Authorization"].endswith(
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_a_code_reaches_the_phone(provider: Provider, url: str, http: httpx.Client, clock: ManualClock) -> None:
    Aliyun(terms(url), http, clock).tell(PHONE, "012345", 5)
    (received,) = provider.received
    assert (received.phone, received.code, received.sign_name, received.template) == (
        "13800138000",
        "012345",
        "云岫",
        "SMS_1",
    )
    assert "012345" in http.get(url).text


@pytest.mark.parametrize("changed", [{"secret": "another"}, {"key": "another"}, {"template": "none"}])
def test_what_is_set_up_wrongly_is_refused(
    url: str, http: httpx.Client, clock: ManualClock, changed: dict[str, str]
) -> None:
    with pytest.raises(SmsRefused):
        Aliyun(terms(url, **changed), http, clock).tell(PHONE, "123456", 5)


def test_a_clock_that_is_wrong_is_refused(provider: Provider, url: str, http: httpx.Client, clock: ManualClock) -> None:
    provider.clock = ManualClock(clock.now() + timedelta(hours=1))
    with pytest.raises(SmsRefused):
        Aliyun(terms(url), http, clock).tell(PHONE, "123456", 5)


@pytest.mark.parametrize("code", ["Throttling.User", "isp.SYSTEM_ERROR", "ServiceUnavailable"])
def test_who_is_busy_is_asked_later(
    provider: Provider, url: str, http: httpx.Client, clock: ManualClock, code: str
) -> None:
    provider.refuse = code
    with pytest.raises(TryLater):
        Aliyun(terms(url), http, clock).tell(PHONE, "123456", 5)


def test_a_phone_that_had_one_a_moment_ago_waits(url: str, http: httpx.Client, clock: ManualClock) -> None:
    sms = Aliyun(terms(url), http, clock)
    sms.tell(PHONE, "123456", 5)
    with pytest.raises(TryLater) as refused:
        sms.tell(PHONE, "123457", 5)
    assert refused.value.details["retry_after"] == 60


def test_nobody_there(http: httpx.Client, clock: ManualClock) -> None:
    with pytest.raises(TryLater):
        Aliyun(terms("http://127.0.0.1:9"), http, clock).tell(PHONE, "123456", 5)


def test_the_log_has_no_phones_and_no_codes(
    url: str, http: httpx.Client, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "httpx"):
        Aliyun(terms(url), http, clock).tell(PHONE, "987654", 5)
    assert "PhoneNumbers=…" in caplog.text
    assert "987654" not in caplog.text
    assert "13800138000" not in caplog.text
