"""A running Siyu for tests: the real command, the real engines, in a folder of its own."""

import atexit
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from siyu.app.context import Context, open_context
from siyu.app.migrations import migrate
from siyu.app.outward import outward
from siyu.app.place import NotRunning, Place, Running
from siyu.engines.access import service as access
from siyu.engines.clickhouse.embedded import EmbeddedClickHouse
from siyu.engines.embedded_postgres import EmbeddedPostgres
from siyu.engines.settings import Settings

ACTOR = access.system("tests")
TEMPLATE = "SIYU_TEST_TEMPLATE"  # of the environment, so that all workers of a run know the place
QUICK = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "'192MB'"}
PLACES = {"SIYU_POSTGRES_URL", "SIYU_CLICKHOUSE_URL"}  # of engines that are not to be started


@dataclass
class Siyu:
    """One ``siyu up``."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def running(self) -> Running:
        return Place(self.folder).running()

    def cli(self, *arguments: str, check: bool = True, text: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command against it."""
        command = [sys.executable, "-m", "siyu.app.cli", *arguments]
        environment = os.environ | {
            "SIYU_DATA_FOLDER": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "SIYU_HTTP_PORT": str(self.port),
        }
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=110, input=text, check=False
        )
        assert not check or done.returncode == 0, done.stderr + done.stdout
        return done

    def cli_json(self, *arguments: str) -> Any:
        """The same with ``--json``, parsed."""
        return json.loads(self.cli(*arguments, "--json").stdout)

    def new_source(self, name: str) -> str:
        """Make a source; return its write key."""
        with self.context() as context, context.database.transaction() as conn:
            made = access.create_source(conn, ACTOR, name=name, kind="server", now=context.clock.now())
        return made.keys[0].key

    def api_key(self, *scopes: str) -> str:
        """Make an API key with these rights, or with all of them."""
        with self.context() as context, context.database.transaction() as conn:
            name, now = f"tests {secrets.token_hex(4)}", context.clock.now()
            return access.create_api_key(conn, ACTOR, name=name, scopes=scopes or tuple(access.RIGHTS), now=now).token

    def client(self, key: str | None) -> httpx.Client:
        """An HTTP client that comes with an API key, or with none."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False)

    @contextmanager
    def context(self) -> Iterator[Context]:
        """Its engines, opened in this process."""
        running = self.running
        context = open_context(Settings(data_folder=self.folder), running.postgres_url, running.clickhouse_url)
        try:
            yield context
        finally:
            context.close()

    def drain(self, timeout: float = 60) -> None:
        """Wait until nothing waits in the queue or on the way to ClickHouse."""
        deadline = time.monotonic() + timeout
        state: Any = None
        while time.monotonic() < deadline:
            try:
                state = httpx.get(f"{self.url}/health/ready", timeout=10, trust_env=False).json()
            except httpx.TransportError:
                time.sleep(0.1)
                continue
            if state.get("status") == "ready" and not any(
                (state["queue"]["live"], state["queue"]["bulk"], state["export"]["facts"])
            ):
                return
            time.sleep(0.05)
        raise TimeoutError(f"not drained: {state}")

    def facts(self, where: str = "1", **parameters: Any) -> list[tuple[Any, ...]]:
        """(kind, name, customer, message, amount) of facts in ClickHouse."""
        with self.context() as context:
            return context.clickhouse.rows(
                f"SELECT kind, name, customer_id, message_id, amount_fen FROM facts WHERE {where} ORDER BY fact_id",
                **parameters,
            )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def begin(folder: Path, port: int, *arguments: str, fresh: bool = False, **environment: str) -> Siyu:
    """Start ``siyu up`` and wait until it is ready.

    Args:
        folder: its data; an empty one gets engines that are migrated and were never used, which is what a first start
            makes of them.
        port: of the web.
        arguments: of the command.
        fresh: the first start has to make everything itself.
        environment: settings.
    """
    if not fresh and not (PLACES & os.environ.keys()):
        lay_out(folder)
    variables = os.environ | {
        "SIYU_DATA_FOLDER": str(folder),
        "SIYU_HTTP_PORT": str(port),
        "SIYU_LOG_LEVEL": "warning",
        "SIYU_MINIMUM_FREE_BYTES": str(64 << 20),
        "SIYU_POSTGRES_POOL": "4",
        "SIYU_WORKERS": "1",  # without the relief, which is there where it matters
    }
    log = (folder / "siyu.log").open("ab")
    command = [sys.executable, "-m", "siyu.app.cli", "up", *arguments]
    process = subprocess.Popen(command, env=variables | environment, stdout=log, stderr=log)
    log.close()
    siyu = Siyu(folder, port, process)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert process.poll() is None, (folder / "siyu.log").read_text()
        try:
            _ = siyu.running
            return siyu
        except NotRunning:
            time.sleep(0.02)
    raise TimeoutError((folder / "siyu.log").read_text())


def lay_out(folder: Path) -> None:
    """Put engines that are migrated and empty into a data folder without any."""
    place = Place(folder)
    if place.postgres.exists() or place.clickhouse.exists():
        return
    shared = template_folder()
    made = shared / "made"
    with (shared / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _make(draft := shared / "draft")
            draft.rename(made)
    subprocess.run(["cp", "-a", f"{made}/.", str(folder)], check=True)


def template_folder() -> Path:
    """Where the template of :func:`lay_out` is: one for this process and those it starts, made by the first that needs it."""
    if TEMPLATE not in os.environ:
        os.environ[TEMPLATE] = tempfile.mkdtemp(prefix="siyu-template-")
        atexit.register(shutil.rmtree, os.environ[TEMPLATE], ignore_errors=True)
    return Path(os.environ[TEMPLATE])


def _make(folder: Path) -> None:
    place = Place(folder)
    postgres, clickhouse = EmbeddedPostgres(place.postgres, config=QUICK), EmbeddedClickHouse(place.clickhouse)
    try:
        migrate(postgres.start(), clickhouse.start())
    finally:
        clickhouse.stop()
        postgres.stop()


def hang_up() -> None:
    """Close what this process calls platforms with, and forget it: connections to a fake end with it."""
    if outward.cache_info().currsize:
        outward().close()
        outward.cache_clear()


def end(siyu: Siyu) -> None:
    """Stop it as Ctrl-C does."""
    if siyu.process.poll() is None:
        siyu.process.send_signal(signal.SIGINT)
        siyu.process.wait(60)
