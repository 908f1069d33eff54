"""How often one address may come to a door that is open to everybody."""

import ipaddress
import threading
from time import monotonic
from typing import Any, Final

from fastapi import Depends, Request

from siyu.kernel.errors import TooManyRequests

_MOST: Final = 50_000  # addresses remembered
_HOME: Final = 64  # bits of an IPv6 address that a network gives to one home


class Paces:
    """Counts who came in the running window, in this process. Safe from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[tuple[str, str], tuple[float, int]] = {}  # its end, and how many came

    def take(self, door: str, address: str, limit: int, seconds: int) -> None:
        """Let one pass.

        Args:
            door: each counts by itself.
            address: of the caller.
            limit: so many may come in a window.
            seconds: how long that is, from the first of them on.

        Raises:
            TooManyRequests: they came already.
        """
        now, key = monotonic(), (door, _network(address))
        with self._lock:
            if len(self._windows) >= _MOST:
                self._forget(now)
            end, came = self._windows.get(key, (now + seconds, 0))
            if end <= now:
                end, came = now + seconds, 0
            self._windows[key] = end, came + 1
        if came >= limit:
            raise TooManyRequests(
                reason="they came from one address.",
                reason_zh="同一地址请求过多。",
                retry_after=max(1, round(end - now)),
            )

    def _forget(self, now: float) -> None:
        self._windows = {key: window for key, window in self._windows.items() if window[0] > now}
        if len(self._windows) >= _MOST:
            self._windows.clear()  # so many at once are no people; memory counts more than their count


def paced(door: str, limit: int, seconds: int) -> Any:
    """A dependency that answers 429 to an address that comes more than ``limit`` times in ``seconds``."""

    def check(request: Request) -> None:
        paces: Paces = request.app.state.paces
        paces.take(door, request.client.host if request.client else "", limit, seconds)

    return Depends(check)


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(ipaddress.ip_network((found, _HOME), strict=False))
