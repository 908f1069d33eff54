"""Serve an application on the loopback for as long as a block lasts."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn

_PATIENCE: Final = 20.0  # seconds until a server must answer, or have ended


@contextmanager
def serving(app: Callable[..., Any], port: int = 0) -> Iterator[str]:
    """Serve ``app`` in a thread and give its address, without a slash at the end; a free port when none is named.

    Open connections are cut at the end: one that never answers must not keep its server alive.

    Raises:
        OSError: the port is taken.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", port))
        config = uvicorn.Config(
            app,
            log_level="critical",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
            date_header=not getattr(getattr(app, "state", None), "says_its_time", False),
        )
        server = _Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, name="fake platform", daemon=True)
        thread.start()
        deadline = time.monotonic() + _PATIENCE
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise OSError(f"the fake platform does not start on port {port}")
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            server.end()
            thread.join(_PATIENCE)
    finally:
        sock.close()


class _Server(uvicorn.Server):
    """Hears at once that it is to end, and wakes once a second for the time it says, and not ten times to look for the end."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending = asyncio.Event()

    def end(self) -> None:
        """From any thread, once it has started."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ending.set)

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), 1)
