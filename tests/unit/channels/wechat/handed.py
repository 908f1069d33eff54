"""What the core hands a plugin, as the tests do."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from siyu.channels.types import Account, Token
from siyu.kernel.clock import ManualClock
from siyu.kernel.errors import TryLater

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


def account_of(channel: str, app_id: str, url: str, mode: str = "safe") -> Account:
    settings = {"base_url": url, "callback_mode": mode}
    return Account(1, channel, app_id, "Siyu", 1, "active", settings, NOW - timedelta(days=1))
