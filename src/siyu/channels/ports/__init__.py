"""What plugins are handed: secrets, tokens and rates that are shared between processes."""

import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import httpx

from siyu.channels import registry
from siyu.channels.ports.rates import Rates
from siyu.channels.ports.tokens import Tokens
from siyu.channels.rules.accounts import open_secrets
from siyu.channels.store import accounts as tables
from siyu.channels.types import Account, Ports, Token
from siyu.engines.postgres import Database
from siyu.engines.vault import service as vault
from siyu.kernel.clock import Clock
from siyu.kernel.errors import NotFound

__all__ = ["open_ports", "resting"]

# What a process has taken in advance and remembers belongs to the account, and not to who happens to ask for it. None of
# it holds the database, so that it goes when the database goes.
_shared: Final[WeakKeyDictionary[Database, dict[int, tuple[Tokens, Rates]]]] = WeakKeyDictionary()
_lock = threading.Lock()


def open_ports(
    database: Database,
    account: Account,
    clock: Clock,
    http: httpx.Client,
    *,
    secrets: Mapping[str, str] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Ports:
    """The ports of an account; cheap, so that whoever needs them opens them.

    Args:
        database: where tokens and rates are kept for all processes.
        account: whose ports.
        clock: what time it is.
        http: with which the plugin calls.
        secrets: the account's, when they are known; read when first needed otherwise.
        sleep: waits so many seconds while a rate is exhausted; a rehearsal moves its clock instead.
    """
    with _lock:
        of_database = _shared.setdefault(database, {})
        if account.id not in of_database:
            about = registry.about(account.channel)
            of_database[account.id] = (
                Tokens(account.id),
                Rates(account.id, about.rates, ZoneInfo(about.zone)),
            )
        tokens, rates = of_database[account.id]
    return _Ports(database, account, clock, http, tokens, rates, secrets, sleep)


def resting(database: Database, now: datetime) -> list[int]:
    """Accounts for which this process could not fetch a token lately: nothing of them need be begun now."""
    with _lock:
        of_database = list(_shared.get(database, {}).items())
    return [id_ for id_, (tokens, _) in of_database if tokens.rests_until is not None and now < tokens.rests_until]


class _Ports:
    def __init__(
        self,
        database: Database,
        account: Account,
        clock: Clock,
        http: httpx.Client,
        tokens: Tokens,
        rates: Rates,
        secrets: Mapping[str, str] | None,
        sleep: Callable[[float], None],
    ) -> None:
        self.clock = clock
        self.http = http
        self._database = database
        self._account = account
        self._tokens = tokens
        self._rates = rates
        self._secrets = secrets
        self._sleep = sleep

    def secret(self, name: str) -> str:
        if self._secrets is None:
            with self._database.transaction() as conn:
                found = tables.account(conn, self._account.id)
            if found is None:
                raise NotFound(what="account", what_zh="账号", key=self._account.id)
            self._secrets = open_secrets(found[1], vault.open_sealed)
        return self._secrets.get(name, "")

    def token(self, name: str, fetch: Callable[[], Token], *, stale: str | None = None) -> str:
        return self._tokens.get(self._database, name, fetch, self.clock, stale)

    def take(self, api: str, calls: int = 1) -> None:
        self._rates.take(self._database, api, calls, self.clock, self._sleep)

    def block(self, api: str, until: datetime) -> None:
        self._rates.block(self._database, api, until, self.clock.now())
