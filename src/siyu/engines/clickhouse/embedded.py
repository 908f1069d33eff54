"""ClickHouse from the wheel ``chdb``, run as our own child process behind the adapter.

The listening socket is made here and handed down, so the URL stays the same when a supervisor starts the process again
after a crash; connections made meanwhile wait.
"""

import contextlib
import json
import os
import secrets
import select
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import structlog

from siyu.engines.server_log import last_lines, open_log
from siyu.kernel.errors import EngineProblem

_MODULE = "siyu.engines.clickhouse.adapter"
_USER = "siyu"

log = structlog.get_logger(__name__)


class EmbeddedClickHouse:
    """One chDB over one folder.

    Args:
        folder: where it lives; made by :meth:`start` when absent. Holds ``data/``, ``server.log`` and, while it runs,
            ``adapter.json`` (readable by the owner alone), from which :func:`running_url` reads.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._secret = secrets.token_urlsafe(24)
        self._listener: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL under which it answers once started, with the secret in it; the same after a restart."""
        if self._listener is None:
            raise EngineProblem(
                engine="ClickHouse",
                reason="the embedded server is not started.",
                reason_zh="内置服务尚未启动。",
                advice="",
                advice_zh="",
            )
        return f"http://{_USER}:{self._secret}@127.0.0.1:{self._listener.getsockname()[1]}/siyu"

    def listen(self) -> str:
        """Open the socket, if it is not open, and return the URL; who connects to it waits until :meth:`start` is done."""
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        return self.url

    @property
    def pid(self) -> int | None:
        """Process id of the adapter, ``None`` when it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self, *, timeout: float = 60) -> str:
        """Start it, or start it again after a crash, and wait until it answers; return its URL.

        An adapter that an earlier, killed Siyu left over the same folder is stopped first.

        Raises:
            EngineProblem: it did not start (the message carries the last lines of its log), or another living Siyu
                uses the folder.
        """
        if self.pid is not None:
            return self.url
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self._stop_leftover()
        self.listen()
        self._process = process = self._spawn()
        if not _wait_for_line(process, timeout):
            self._end_process(timeout=1)  # the socket stays, so that the URL stays
            last = last_lines(self.folder)
            raise EngineProblem(
                engine="ClickHouse",
                reason="the embedded server did not start.",
                reason_zh="内置服务未能启动。",
                advice=f"The last lines of its log: {last}",
                advice_zh=f"日志的最后几行：{last}",
            )
        self._write_state(process.pid)
        log.info("clickhouse.started", pid=process.pid)
        return self.url

    def stop(self, *, timeout: float = 30) -> None:
        """Stop it: running requests may end, then chDB is shut down. Safe to call twice."""
        self._end_process(timeout)
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def _end_process(self, timeout: float) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _close_pipes(process)
        with contextlib.suppress(FileNotFoundError):
            self._state_file.unlink()

    @property
    def _state_file(self) -> Path:
        return self.folder / "adapter.json"

    def _spawn(self) -> subprocess.Popen[bytes]:
        assert self._listener is not None
        listener = self._listener.fileno()
        if self._process is not None:
            _close_pipes(self._process)  # of the one that died
        command = [sys.executable, "-m", _MODULE, "--path", str(self.folder / "data")]
        command += ["--listen-fd", str(listener)]
        with open_log(self.folder) as out:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=out,
                pass_fds=[listener],
                env=os.environ | {"TZ": "UTC"},
                start_new_session=True,  # Ctrl-C reaches Siyu alone, which then stops the engines in order
            )
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it died already: the wait for its line tells
            process.stdin.write(self._secret.encode() + b"\n")
            process.stdin.flush()
        return process

    def _write_state(self, pid: int) -> None:
        state = {"pid": pid, "owner": _identity(os.getpid()), "adapter": _identity(pid), "url": self.url}
        temporary = self._state_file.with_suffix(".tmp")
        temporary.unlink(missing_ok=True)
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(state, file)
        temporary.replace(self._state_file)

    def _stop_leftover(self) -> None:
        state = _read_state(self.folder)
        known = state is not None and _alive(state["adapter"])
        if state is not None and known and _alive(state["owner"]) and state["owner"][0] != os.getpid():
            raise EngineProblem(
                engine="ClickHouse",
                reason=f"process {state['owner'][0]} uses the folder {self.folder}.",
                reason_zh=f"进程 {state['owner'][0]} 正在使用文件夹 {self.folder}。",
                advice="Stop that Siyu first, or choose another data folder.",
                advice_zh="请先停止该 Siyu，或选择其他数据文件夹。",
            )
        left = [psutil.Process(state["pid"])] if state is not None and known else self._orphans()
        for process in left:
            log.info("clickhouse.leftover_stopped", pid=process.pid)
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
                try:
                    process.wait(25)
                except psutil.TimeoutExpired:
                    process.kill()
                    process.wait(10)

    def _orphans(self) -> list[psutil.Process]:
        """Adapters over this folder whose Siyu was killed before they answered: of those nothing is written down yet."""
        found = []
        for process in psutil.process_iter(["cmdline", "ppid"]):
            command = process.info["cmdline"] or ()
            if _MODULE in command and str(self.folder / "data") in command and not _is_elsewhere(process.info["ppid"]):
                found.append(process)
        return found


def _is_elsewhere(parent: int) -> bool:
    """Whether this parent is a Python of somebody else: not ourselves, nor what looks after orphans."""
    try:
        return parent not in (1, os.getpid()) and "python" in psutil.Process(parent).name()
    except psutil.Error:
        return False


def running_url(folder: Path) -> str | None:
    """The URL of the adapter that a Siyu on this machine runs over the folder, ``None`` when none does."""
    state = _read_state(folder.resolve())
    return str(state["url"]) if state is not None and _alive(state["adapter"]) else None


def _read_state(folder: Path) -> dict[str, Any] | None:
    try:
        state = json.loads((folder / "adapter.json").read_text("utf-8"))
        return state if {"pid", "owner", "adapter", "url"} <= state.keys() else None
    except (FileNotFoundError, ValueError):
        return None


def _identity(pid: int) -> tuple[int, float]:
    """A process id may be given again to another process; with the time of its start it is one process."""
    return pid, psutil.Process(pid).create_time()


def _alive(identity: list[Any]) -> bool:
    try:
        process = psutil.Process(identity[0])
        return abs(process.create_time() - identity[1]) < 0.1 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _wait_for_line(process: subprocess.Popen[bytes], timeout: float) -> bool:
    assert process.stdout is not None
    deadline = time.monotonic() + timeout
    while (left := deadline - time.monotonic()) > 0:
        if select.select([process.stdout], [], [], min(left, 1))[0]:
            return process.stdout.readline() == b"ready\n"
    return False


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
