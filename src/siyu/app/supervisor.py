"""``siyu up``: starts the engines and the processes, keeps them running, stops them in order."""

import errno
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from siyu.app.forkserver import Forked, Forkserver
from siyu.app.place import Place
from siyu.app.process import PREPARE
from siyu.engines.clickhouse.embedded import EmbeddedClickHouse
from siyu.engines.embedded_postgres import EmbeddedPostgres
from siyu.engines.settings import Settings
from siyu.kernel.errors import EngineProblem, original

log = structlog.get_logger(__name__)

ROLES: Final = ("web", "worker")
_LOOK_EVERY: Final = 0.25  # seconds
_STOP_WITHIN: Final = 30.0
_LEAVES_WITHIN: Final = 5.0  # a web process whose supervisor was killed
_STEADY: Final = 30.0  # a process that ran this long before it died is started again at once


@dataclass(slots=True)
class _Child:
    role: str
    start: Callable[[], Forked | subprocess.Popen[bytes]]
    process: Forked | subprocess.Popen[bytes]
    started: float = field(default_factory=time.monotonic)
    failures: int = 0
    start_at: float | None = None


class Supervisor:
    """A whole Siyu on one machine.

    Loading the modules of its processes takes longer than anything else, so the forkserver begins with that while the engines
    start.

    Args:
        settings: engines without a URL there are embedded, in the data folder.
        place: the data folder, held by the caller.
        roles: which processes to run; all of :data:`ROLES` on a laptop, some of them on a machine of a cluster.
    """

    def __init__(self, settings: Settings, place: Place, roles: Sequence[str] = ROLES) -> None:
        self._settings = settings
        self._place = place
        self._roles = tuple(roles)
        self._postgres = None if settings.postgres_url else EmbeddedPostgres(place.postgres)
        self._clickhouse = None if settings.clickhouse_url else EmbeddedClickHouse(place.clickhouse)
        self._children: dict[str, _Child] = {}
        self._forkserver: Forkserver | None = None
        self._changing = threading.Lock()
        self._ending = threading.Event()
        self.postgres_url = settings.postgres_url
        self.clickhouse_url = settings.clickhouse_url
        self.owner_token = ""  # with which the first owner is made, where the start found none

    def start(self) -> None:
        """Start everything and return when it answers.

        Raises:
            EngineProblem: an engine or process did not start; whatever had started is stopped again.
        """
        try:
            self._look_around()
            starting = [threading.Thread(target=self._start_clickhouse)] if self._clickhouse else []
            if self._clickhouse:
                self.clickhouse_url = self._clickhouse.listen()
            if self._postgres:
                self.postgres_url = self._postgres.url()
            for thread in starting:
                thread.start()
            self._forkserver = self._begin_loading()
            if self._postgres:
                self._postgres.start()
            for thread in starting:
                thread.join()
            if self._clickhouse:
                self._clickhouse.start()  # already running, or says why it is not
            self._prepare(self._forkserver)
            for role in self._roles:
                self._children[role] = _child(role, self._forkserver)
            self._wait_until_ready()
            if "worker" in self._roles:  # the relief can wait until the others are there
                for number in range(2, self._settings.workers + 1):
                    self._children[f"relief-{number}"] = _child("relief", self._forkserver)
            self._place.announce(self._settings.base_url, self.postgres_url, self.clickhouse_url)
        except BaseException:
            self.stop()
            raise

    def attach(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Run one more process, and start it again when it dies; one that runs already stays, and is started so then.

        It is stopped with the others. What it writes to its standard output is lost.
        """

        def start() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                command,
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )

        with self._changing:
            if self._ending.is_set():
                return
            if (there := self._children.get(name)) is not None:
                there.start = start
            else:
                self._children[name] = _Child(name, start, start())

    def supervise(self) -> None:
        """Start again whatever dies, until :meth:`end` is called; then stop everything."""
        try:
            while not self._ending.wait(_LOOK_EVERY):
                self._look_after("postgres", self._postgres)
                self._look_after("clickhouse", self._clickhouse)
                with self._changing:
                    for child in self._children.values():
                        self._look_after_child(child)
        finally:
            self.stop()

    def end(self) -> None:
        """Ask :meth:`supervise` to stop everything and return. May be called from a signal handler."""
        self._ending.set()

    def stop(self) -> None:
        """Stop the processes, then the engines under them. Safe to call twice."""
        with self._changing:
            self._ending.set()
            children, self._children = list(self._children.values()), {}
        for child in children:
            if child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + _STOP_WITHIN
        for child in children:
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("process.killed", role=child.role)
                child.process.kill()
                child.process.wait()
        if self._forkserver:
            self._forkserver.stop()  # and with it what prepares: that is whole or not done, and the next start does it again
        if self._clickhouse:
            self._clickhouse.stop()
        if self._postgres:
            self._postgres.stop()

    def _look_around(self) -> None:
        """What would end the start later is said before anything has begun."""
        if "web" in self._roles:
            _free_port(self._settings.http_host, self._settings.http_port)
        if self._settings.postgres_url:
            from siyu.engines.postgres import Database  # noqa: PLC0415 - only a cluster needs it here

            database = Database(self._settings.postgres_url, pool_size=2)
            database.reach()
            database.close()
        if self._settings.clickhouse_url:
            from siyu.engines.clickhouse.client import connect  # noqa: PLC0415 - likewise

            connect(self._settings.clickhouse_url).close()

    def _start_clickhouse(self) -> None:
        assert self._clickhouse
        try:
            self._clickhouse.start()
        except EngineProblem as error:  # the caller's own start says it again, in its thread
            log.warning("clickhouse.start_failed", error=str(error))

    def _begin_loading(self) -> Forkserver:
        # What NumPy is asked for here are small matrices by the thousand: on a busy machine its threads wait for each other
        # many times longer than one of them needs. Memory: batches of many megabytes come and go in a dozen threads. Each
        # with an arena of its own, and Arrow with its own beside, they kept half of it; now it goes back when it is free.
        # And Arrow's own allocator begins a thread when it is loaded, which would not be there in a fork.
        environment = {
            "OPENBLAS_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "2",
            "MALLOC_TRIM_THRESHOLD_": str(256 << 10),
            "ARROW_DEFAULT_MEMORY_POOL": "system",
            "JE_ARROW_MALLOC_CONF": "background_thread:false",
            **os.environ,
            "SIYU_DATA_FOLDER": str(self._place.folder),
            "SIYU_POSTGRES_URL": self.postgres_url,
            "SIYU_CLICKHOUSE_URL": self.clickhouse_url,
        }
        made = Forkserver([sys.executable, "-m", "siyu.app.process", ",".join(self._roles)], environment)
        made.start()
        return made

    def _prepare(self, forkserver: Forkserver) -> None:
        heard, told = os.pipe()
        try:
            preparing = forkserver.fork(PREPARE, told)
        finally:
            os.close(told)
        with os.fdopen(heard, "rb") as out:
            said = out.read()
        code = preparing.wait()
        if code or not said:
            raise _ended(PREPARE, code)
        found = json.loads(said)
        if found["problem"]:
            raise EngineProblem(**found["problem"])
        self.owner_token = found["owner_token"]

    def _wait_until_ready(self, timeout: float = 60) -> None:
        deadline = time.monotonic() + timeout
        if "web" not in self._roles:
            return
        host, port = _reachable(self._settings.http_host), self._settings.http_port
        url = f"http://{host}:{port}/health/ready"
        while time.monotonic() < deadline:
            for child in self._children.values():
                if child.process.poll() is not None:
                    raise _ended(child.role, child.process.returncode)
            if _is_ready(host, port):
                return
            time.sleep(0.03)
        raise EngineProblem(
            engine="siyu web",
            reason=f"it does not answer at {url}.",
            reason_zh=f"{url} 没有响应。",
            advice="See the log above.",
            advice_zh="请查看上方日志。",
        )

    def _look_after(self, name: str, engine: EmbeddedPostgres | EmbeddedClickHouse | None) -> None:
        if engine is None or engine.pid is not None or self._ending.is_set():
            return
        log.error("engine.died", engine=name)
        try:
            engine.start()
        except EngineProblem as error:
            log.warning("engine.restart_failed", engine=name, error=str(error))
            self._ending.wait(0.3)

    def _look_after_child(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process.poll() is None:
            return
        if child.start_at is None:
            child.failures = 1 if now - child.started > _STEADY else child.failures + 1
            pause = 0.0 if child.failures == 1 else min(0.5 * 2**child.failures, 30.0)
            child.start_at = now + pause
            log.error("process.died", role=child.role, code=child.process.returncode, starts_again_in=pause)
        if now >= child.start_at:
            child.process = child.start()
            child.started, child.start_at = now, None


def run_until_signalled(supervisor: Supervisor, ready: Callable[[], None]) -> None:
    """Start, supervise until SIGINT or SIGTERM, and meanwhile call ``ready``, in the caller's own thread.

    When ``ready`` raises, everything is stopped before the error goes on.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: supervisor.end())
    supervisor.start()
    supervising = threading.Thread(target=supervisor.supervise, name="supervise")
    supervising.start()
    try:
        ready()
    except BaseException:
        supervisor.end()
        raise
    finally:
        while supervising.is_alive():
            supervising.join(0.2)  # with a limit, so that signals are heard


def _child(role: str, forkserver: Forkserver) -> _Child:
    return _Child(role, lambda: forkserver.fork(role), forkserver.fork(role))


def _ended(role: str, code: int | None) -> EngineProblem:
    """What to say of a process that ended while it started."""
    return EngineProblem(
        engine=f"siyu {role}",
        reason=f"the process ended with {code} while it started.",
        reason_zh=f"进程在启动过程中退出，退出码 {code}。",
        advice="Its reason stands above. `siyu doctor` looks for the usual causes.",
        advice_zh="原因见上方日志，也可运行 `siyu doctor` 排查常见问题。",
    )


def _free_port(host: str, port: int) -> None:
    """See that nobody listens there; the web of a Siyu that was killed a moment ago is given the time to end.

    Raises:
        EngineProblem: somebody does, or the address is not one of this machine.
    """
    deadline = time.monotonic() + _LEAVES_WITHIN
    while True:
        try:
            family, *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            socket.create_server((host, port), family=family).close()
            return
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE and time.monotonic() < deadline:
                time.sleep(0.05)
                continue
            said = problem.strerror or str(problem)
            raise EngineProblem(
                engine="siyu web",
                reason=f"it cannot listen on {host}, port {port}: {said}.",
                reason_zh=f"无法监听 {host} 的端口 {port}{original(said)}。",
                advice="Stop whatever uses it, or set SIYU_HTTP_PORT and SIYU_HTTP_HOST to what is free.",
                advice_zh="请停止占用该端口的程序，或将 SIYU_HTTP_PORT 与 SIYU_HTTP_HOST 改为可用的地址。",
            ) from None


def _is_ready(host: str, port: int) -> bool:
    """Whether the web process answers. By the plain module: an httpx client loads certificates each time, 0.1 s."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - compared, not bound
