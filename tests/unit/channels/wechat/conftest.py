"""An account of the plugin with ports of the tests' own, and a fake platform behind it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from siyu.channels.types import Account, Token
from siyu.channels.wechat import MiniProgram, OfficialAccount
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import TryLater
from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat.account import DEFAULT_SECRET
from siyu.rehearsal.platforms.wechat.account import Account as Fake
from siyu.rehearsal.platforms.wechat.app import create_app

TOKEN = "siyutoken"
KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)


@dataclass
class TestPorts:
    """Tokens in a dictionary, calls counted, blocks kept."""

    __test__ = False
    clock: ManualClock
    http: httpx.Client
    secrets: dict[str, str]
    tokens: dict[str, Token] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)
    blocked: dict[str, datetime] = field(default_factory=dict)
    fetched: int = 0

    def secret(self, name: str) -> str:
        return self.secrets.get(name, "")

    def token(self, name: str, fetch: Callable[[], Token], *, stale: str | None = None) -> str:
        held = self.tokens.get(name)
        if held is None or held.value == stale or held.expires_at <= self.clock.now():
            self.fetched += 1
            held = self.tokens[name] = fetch()
        return held.value

    def take(self, api: str, calls: int = 1) -> None:
        until = self.blocked.get(api)
        if until and until > self.clock.now():
            seconds = int((until - self.clock.now()).total_seconds())
            raise TryLater(reason="blocked.", reason_zh="已限流。", retry_after=seconds)
        self.taken[api] += calls

    def block(self, api: str, until: datetime) -> None:
        self.blocked[api] = until


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


def account_of(channel: str, app_id: str, url: str, mode: str = "safe") -> Account:
    settings = {"base_url": url, "callback_mode": mode}
    return Account(1, channel, app_id, "Siyu", 1, "active", settings, NOW - timedelta(days=1))


@pytest.fixture
def official(fake: Fake, url: str, ports: TestPorts) -> OfficialAccount:
    return OfficialAccount(account_of("official_account", fake.state.app_id, url), ports)


@pytest.fixture
def mini(mini_fake: Fake, mini_url: str, ports: TestPorts) -> MiniProgram:
    return MiniProgram(account_of("mini_program", mini_fake.state.app_id, mini_url), ports)


Door = Callable[..., OfficialAccount | MiniProgram]


@pytest.fixture
def door(ports: TestPorts) -> Door:
    """A plugin that is asked about pushes only: ``door(mode, mini=False)``."""

    def make(mode: str = "safe", *, mini: bool = False) -> OfficialAccount | MiniProgram:
        kind = MiniProgram if mini else OfficialAccount
        return kind(account_of(kind.about.name, "wx5823bf96d3bd56c7", "http://127.0.0.1:9", mode), ports)

    return make
