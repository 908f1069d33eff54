"""Fake accounts under a clock that stands still, their servers, and clients of another make."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient

from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat.account import DEFAULT_SECRET, Account
from siyu.rehearsal.platforms.wechat.app import create_app


class Instead(HTTPAdapter):
    """What is asked of the platform is asked of the fake."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        assert request.url is not None
        request.url = request.url.replace("https://api.weixin.qq.com", self.url)
        return super().send(request, *args, **kwargs)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 26, 4, 0, tzinfo=UTC))


@pytest.fixture
def account(clock: ManualClock) -> Account:
    return Account(clock, "official_account")


@pytest.fixture
def mini(clock: ManualClock) -> Account:
    return Account(clock, "mini_program")


@pytest.fixture
def client_of() -> Iterator[Callable[[Account], WeChatClient]]:
    """``client_of(account)``: wechatpy's client, which believes that it talks to the platform."""
    open_ones: list[Any] = []

    def make(account: Account) -> WeChatClient:
        block = serving(create_app(account))
        url = block.__enter__()
        client = WeChatClient(account.state.app_id, DEFAULT_SECRET)
        client._http.trust_env = False
        client._http.mount("https://api.weixin.qq.com", Instead(url))
        open_ones.append((block, client))
        return client

    yield make
    for block, client in open_ones:
        client._http.close()
        block.__exit__(None, None, None)


@pytest.fixture
def client(account: Account, client_of: Callable[[Account], WeChatClient]) -> WeChatClient:
    return client_of(account)
