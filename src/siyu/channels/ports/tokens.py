"""Access tokens for all processes: read by everybody, fetched by one at a time."""

import threading
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from siyu.channels.store import tokens as tables
from siyu.channels.types import Token
from siyu.engines.postgres import Database
from siyu.engines.vault import service as vault
from siyu.kernel.clock import Clock
from siyu.kernel.errors import TryLater

_MARGIN: Final = timedelta(minutes=1)  # so that a token does not end on its way to the platform
_FRESH: Final = timedelta(seconds=30)  # after which it is read again: secrets that changed have other tokens
_PATIENCE: Final = 60  # seconds to wait for another's fetch; it has a time-out of its own
_LONGEST_REST: Final = timedelta(seconds=30)


class Tokens:
    """The tokens of one account, as this process knows them.

    Attributes:
        rests_until: until when no token is to be had, where the last one could not be fetched. Who asks is let through all
            the same; who has a thousand messages to send had better wait.
    """

    def __init__(self, account_id: int) -> None:
        self.rests_until: datetime | None = None
        self._account_id = account_id
        self._known: dict[str, tuple[Token, datetime]] = {}
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    def get(self, database: Database, name: str, fetch: Callable[[], Token], clock: Clock, stale: str | None) -> str:
        """A token that is good now and is not ``stale``.

        Who fetches holds a lock of the session and no transaction: when the process dies, the lock goes with it.

        Raises:
            TryLater: another has been fetching for too long, or it cannot be fetched now. The call for which it is wanted was
                then certainly not made.
        """
        known, read_at = self._known.get(name, (None, None))
        now = clock.now()
        if known is not None and read_at is not None and now - read_at < _FRESH and _good(known, stale, now):
            return known.value
        with self._lock:
            turn = self._turns[name]
        with turn:  # one connection a process waits for the others
            if (found := self._stored(database, name, stale, clock.now())) is not None:
                return found
            with database.raw() as connection:
                if not tables.hold(connection, self._account_id, name, _PATIENCE):
                    raise TryLater(
                        reason="Another process has been fetching the token of this account for a minute.",
                        reason_zh="其他进程获取该账号凭证已超过一分钟。",
                        retry_after=30,
                    )
                if (found := self._stored(database, name, stale, clock.now())) is not None:
                    return found
                fetched = self._fetched(fetch, clock)
                with database.transaction() as conn:
                    tables.put(conn, self._account_id, name, vault.seal(fetched.value.encode()), fetched.expires_at)
                self._known[name] = (fetched, clock.now())
                return fetched.value

    def _fetched(self, fetch: Callable[[], Token], clock: Clock) -> Token:
        try:
            token = fetch()
        except TryLater as later:
            self.rests_until = clock.now() + min(later.wait, _LONGEST_REST)
            raise TryLater(**{**later.details, "unsure": False}) from later
        self.rests_until = None
        return token

    def _stored(self, database: Database, name: str, stale: str | None, now: datetime) -> str | None:
        with database.transaction() as conn:
            row = tables.token(conn, self._account_id, name)
        if row is None:
            return None
        found = Token(vault.open_sealed(row[0]).decode(), row[1])
        if not _good(found, stale, now):
            return None
        self._known[name] = (found, now)
        return found.value


def _good(token: Token, stale: str | None, now: datetime) -> bool:
    return token.value != stale and token.expires_at - _MARGIN > now
