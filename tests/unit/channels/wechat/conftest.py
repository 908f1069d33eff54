"""An account of the plugin with ports of the tests' own, and a fake platform behind it."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from tests.unit.channels.wechat.handed import KEY, NOW, TOKEN, TestPorts, account_of

from siyu.channels.wechat import MiniProgram, OfficialAccount
from siyu.kernel.clock import ManualClock
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat.account import DEFAULT_SECRET
from siyu.rehearsal.platforms.wechat.account import Account as Fake
from siyu.rehearsal.platforms.wechat.app import create_app

Door = Callable[..., OfficialAccount | MiniProgram]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def fake(clock: ManualClock) -> Fake:
    return Fake(clock, "official_account")


@pytest.fixture
def mini_fake(clock: ManualClock) -> Fake:
    return Fake(clock, "mini_program")


@pytest.fixture
def url(fake: Fake) -> Iterator[str]:
    with serving(create_app(fake)) as address:
        yield address


@pytest.fixture
def mini_url(mini_fake: Fake) -> Iterator[str]:
    with serving(create_app(mini_fake)) as address:
        yield address


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


@pytest.fixture
def ports(clock: ManualClock, http: httpx.Client) -> TestPorts:
    return TestPorts(clock, http, {"app_secret": DEFAULT_SECRET, "callback_token": TOKEN, "callback_key": KEY})


@pytest.fixture
def official(fake: Fake, url: str, ports: TestPorts) -> OfficialAccount:
    return OfficialAccount(account_of("official_account", fake.state.app_id, url), ports)


@pytest.fixture
def mini(mini_fake: Fake, mini_url: str, ports: TestPorts) -> MiniProgram:
    return MiniProgram(account_of("mini_program", mini_fake.state.app_id, mini_url), ports)


@pytest.fixture
def door(ports: TestPorts) -> Door:
    """A plugin that is asked about pushes only: ``door(mode, mini=False)``."""

    def make(mode: str = "safe", *, mini: bool = False) -> OfficialAccount | MiniProgram:
        kind = MiniProgram if mini else OfficialAccount
        return kind(account_of(kind.about.name, "wx5823bf96d3bd56c7", "http://127.0.0.1:9", mode), ports)

    return make
