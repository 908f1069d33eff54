"""Access tokens: one a client at a time, that lives so long and may die before."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from siyu.kernel.clock import Clock


class TokenState(StrEnum):
    """What a token is worth now."""

    VALID = "valid"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class _Issued:
    client: str
    until: datetime


class Tokens:
    """Who asks again within the life of a token gets the same one, as platforms do."""

    def __init__(self, clock: Clock, seed: int = 0) -> None:
        self._clock = clock
        self._seed = seed
        self._number = 0
        self._issued: dict[str, _Issued] = {}
        self._present: dict[str, str] = {}
        self._dead: set[str] = set()

    def issue(self, client: str, life: int) -> tuple[str, int]:
        """The token of a client, and for how many seconds more it lives."""
        now = self._clock.now()
        present = self._present.get(client)
        if present is not None and self._issued[present].until > now:
            return present, int((self._issued[present].until - now).total_seconds())
        self._number += 1
        made = hashlib.sha256(f"{self._seed}/{client}/{self._number}/{now.isoformat()}".encode()).hexdigest() * 2
        self._issued[made] = _Issued(client, now + timedelta(seconds=life))
        self._present[client] = made
        return made, life

    def check(self, token: str) -> tuple[TokenState, str]:
        """What a token is worth, and whose it is; empty when nobody's."""
        issued = self._issued.get(token)
        if issued is None:
            return TokenState.UNKNOWN, ""
        if issued.until <= self._clock.now():
            return TokenState.EXPIRED, issued.client
        return (TokenState.UNKNOWN if token in self._dead else TokenState.VALID), issued.client

    def die(self) -> None:
        """All tokens end now, as platforms do without a word; the next one is a new one."""
        self._dead.update(self._present.values())
        self._present.clear()
