"""The data folder: who holds it, and under which URLs its engines answer."""

import fcntl
import json
import os
import socket
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from siyu.engines.zone import written
from siyu.kernel.errors import SiyuError


class FolderHeld(SiyuError):
    """Another Siyu runs on the same data folder."""

    status = 409
    en = (
        "Another Siyu (process {pid} on {host}, since {since_here}) runs on {folder}. "
        "Stop that one, or give this one a folder of its own with --data or SIYU_DATA_FOLDER."
    )
    zh = "{folder} 正被另一个 Siyu 使用（主机 {host} 上的进程 {pid}，自 {since_here} 起）。请先停止它，或用 --data 指定其他文件夹。"


class NotRunning(SiyuError):
    """A command needs a running Siyu, and none runs here."""

    status = 503
    en = "No Siyu runs on {folder}. Start it with `siyu up` (or `make demo`), or set SIYU_POSTGRES_URL and SIYU_CLICKHOUSE_URL."
    zh = "{folder} 上没有正在运行的 Siyu。请用 `siyu up` 启动，或设置 SIYU_POSTGRES_URL 与 SIYU_CLICKHOUSE_URL。"


@dataclass(frozen=True, slots=True)
class Running:
    """Where a running Siyu can be reached. Holds the engines' secrets: only its owner can read the file.

    Attributes:
        pid, host, since: of the supervisor.
        http_url: of the web server.
        postgres_url, clickhouse_url: of the engines.
    """

    pid: int
    host: str
    since: str
    http_url: str
    postgres_url: str
    clickhouse_url: str


class Place:
    """One data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser().absolute()
        self._lock: IO[str] | None = None

    @property
    def postgres(self) -> Path:
        """The folder of the embedded PostgreSQL."""
        return self.folder / "postgres"

    @property
    def clickhouse(self) -> Path:
        """The folder of the embedded ClickHouse."""
        return self.folder / "clickhouse"

    @property
    def uploads(self) -> Path:
        """Files that were uploaded for an import."""
        return self.folder / "uploads"

    @property
    def _state(self) -> Path:
        return self.folder / "running.json"

    def hold(self) -> Self:
        """Take the folder for this process; the kernel gives it back when the process ends, however it ends.

        Raises:
            FolderHeld: somebody else has it; says who.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = (self.folder / "siyu.lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            try:
                holder = json.loads(lock.read())
            except ValueError:
                holder = {"pid": "?", "host": "?", "since": ""}
            lock.close()
            since_here = written(datetime.fromisoformat(holder["since"])) if holder["since"] else "?"
            raise FolderHeld(folder=str(self.folder), since_here=since_here, **holder) from None
        lock.truncate(0)
        holder = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(" ", "seconds"),
        }
        lock.write(json.dumps(holder))
        lock.flush()
        self._lock = lock
        self._state.unlink(missing_ok=True)  # what a killed one left
        return self

    def release(self) -> None:
        """Give the folder back."""
        self._state.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.truncate(0)
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Self:
        return self.hold()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def announce(self, http_url: str, postgres_url: str, clickhouse_url: str) -> None:
        """Say where everything answers, for the command line."""
        since = datetime.now(UTC).isoformat(" ", "seconds")
        running = Running(os.getpid(), socket.gethostname(), since, http_url, postgres_url, clickhouse_url)
        draft = self._state.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(asdict(running)), "utf-8")
        draft.replace(self._state)

    def running(self) -> Running:
        """Where the Siyu that runs on this folder can be reached.

        Raises:
            NotRunning: none does.
        """
        try:
            found = Running(**json.loads(self._state.read_text("utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            raise NotRunning(folder=str(self.folder)) from None
        if not _alive(found.pid):
            raise NotRunning(folder=str(self.folder))
        return found


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
