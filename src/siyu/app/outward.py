"""The HTTP client with which a process calls platforms: one, because it keeps connections."""

from functools import cache

import httpx

import siyu


@cache
def outward() -> httpx.Client:
    """Made when the first call is: loading the certificates takes a while."""
    return httpx.Client(
        timeout=httpx.Timeout(20.0, connect=5.0),
        limits=httpx.Limits(max_connections=100, max_keepalive_connections=20),
        headers={"User-Agent": f"siyu/{siyu.__version__}"},
        follow_redirects=False,
        # What stands on this machine (a rehearsal, a bridge) is not asked through a proxy, whatever the environment says.
        mounts={f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")},
    )
