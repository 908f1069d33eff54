"""Every process of a Siyu is a fork of one that has loaded their modules: to load them takes longer than all else of a start.

The supervisor holds a :class:`Forkserver`. Behind it a process of a single thread loads everything once and then becomes
(:func:`forks`) whatever it is asked to, as often as it is asked. Who dies is there again in a few milliseconds, and what is
loaded lies in memory once. Nothing is left behind, whoever is killed: the forkserver ends with its supervisor, and forks end
with their forkserver.
"""

import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import FrameType
from typing import Final

from setproctitle import setproctitle

_NUMBER: Final = struct.Struct("!i")  # a process id, and later its exit code
_NAME_BYTES: Final = 32  # of a role
_LOOK_EVERY: Final = 0.02  # seconds, while the end of a process is waited for
_LEAVES_WITHIN: Final = 5.0
_ENDINGS: Final = (signal.SIGTERM, signal.SIGINT)


class Forked:
    """A process that was forked, with as much of :class:`subprocess.Popen` as who supervises needs.

    Attributes:
        pid: its process id; 0 where it never was there, for the forkserver has ended.
        returncode: as :meth:`poll` said last.

    Args:
        told: the pipe on which the forkserver tells the process id, and the exit code when it ended.
    """

    def __init__(self, told: int) -> None:
        self._told = told
        self.returncode: int | None = None
        said = self._hear()
        self.pid = said or 0
        if said is None:
            self._end(1)
        else:
            os.set_blocking(told, False)

    def poll(self) -> int | None:
        """The exit code, negative for a signal; ``None`` while it runs."""
        if self.returncode is None:
            try:
                code = self._hear()
            except BlockingIOError:
                return None
            if code is None:
                # The forkserver was killed. This one ends by itself, and until then it would be in its successor's way.
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.pid, signal.SIGKILL)
            self._end(-signal.SIGKILL if code is None else code)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once there is one.

        Raises:
            subprocess.TimeoutExpired: it still runs after so many seconds.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("fork", timeout or 0)
            time.sleep(_LOOK_EVERY)
        return code

    def terminate(self) -> None:
        """Ask it to end."""
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _hear(self) -> int | None:
        said = os.read(self._told, _NUMBER.size)
        return int(_NUMBER.unpack(said)[0]) if len(said) == _NUMBER.size else None

    def _end(self, code: int) -> None:
        self.returncode = code
        os.close(self._told)


class Forkserver:
    """The supervisor's side. Safe to use from several threads.

    Args:
        command: what runs :func:`forks`; the number of the socket is added.
        environment: of it, and of all its forks.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command, self._environment = list(command), dict(environment)
        self._asking = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """Its process id; ``None`` while it does not run."""
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    def start(self) -> None:
        """Begin to load; returns at once. Nothing happens where it runs."""
        with self._asking:
            self._start()

    def fork(self, role: str, out: int | None = None) -> Forked:
        """Have a process become ``role``, once everything is loaded; a forkserver that died is started anew.

        Args:
            role: what :func:`forks` returns there.
            out: a file descriptor for its standard output, in the place of ours.
        """
        ours, theirs = os.pipe()
        try:
            with self._asking:
                self._start()
                assert self._socket is not None
                # Where it has just ended nothing is heard of the fork: it is as one that has died.
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    given = [theirs] if out is None else [theirs, out]
                    socket.send_fds(self._socket, [role.encode().ljust(_NAME_BYTES)], given)
        finally:
            os.close(theirs)
        return Forked(ours)

    def stop(self) -> None:
        """End it, and all forks that still run. Safe to call twice."""
        with self._asking:
            if self._socket is not None:
                self._socket.close()
                self._socket = None
            process, self._process = self._process, None
        if process is not None:
            try:
                process.wait(_LEAVES_WITHIN)
            except subprocess.TimeoutExpired:  # it is loading yet
                process.kill()
                process.wait()

    def _start(self) -> None:
        if self.pid is not None:
            return
        if self._socket is not None:
            self._socket.close()
        self._socket, theirs = socket.socketpair()
        with theirs:
            # A session of its own: Ctrl-C reaches the supervisor alone, which then stops everything in order.
            self._process = subprocess.Popen(
                [*self._command, str(theirs.fileno())],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )


def forks(asked: socket.socket, title: Callable[[str], str]) -> str:
    """Fork as often as the supervisor asks for it. Returns in each fork, with its role; ends where the supervisor has ended.

    Nothing may run beside it: other threads would not be there in a fork, and their locks would stay locked.

    Args:
        asked: the other end of the supervisor's socket.
        title: how a role is called in the list of processes.
    """
    life = os.pipe()  # what reads of it hears the end of this process
    running: dict[int, int] = {}  # where to tell that a process has ended
    woken, waking = os.pipe()
    for end in (woken, waking):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, _nothing)
    # Whoever stops a service may tell all its processes at once: if this one went then, its forks could finish nothing. Blocked
    # and not ignored, for a fork may be told to end before it has set itself up, and must not miss it.
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
    ear = asked.fileno()
    while True:
        ready, _, _ = select.select([ear, woken], [], [])
        if woken in ready:
            with contextlib.suppress(BlockingIOError):
                os.read(woken, 4096)
            _tell_ends(running)
        if ear in ready:
            name, given, _, _ = socket.recv_fds(asked, _NAME_BYTES, 2)
            if not name:
                os._exit(0)  # to take two thousand modules apart would be time for nothing
            told, *out = given
            pid = os.fork()
            if pid == 0:
                asked.close()
                for descriptor in (woken, waking, life[1], told, *running.values()):
                    os.close(descriptor)
                role = name.decode().strip()
                _become(title(role), life[0], out)
                return role
            running[pid] = told
            _tell(told, pid)
            for descriptor in out:
                os.close(descriptor)


def _become(title: str, life: int, out: Sequence[int]) -> None:
    """In a fork: a process in its own right, which ends with the forkserver."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDINGS)
    for descriptor in out:
        os.dup2(descriptor, 1)
        os.close(descriptor)
    setproctitle(title)

    def end_with() -> None:
        os.read(life, 1)
        os._exit(1)  # what is durable is durable; nothing else counts

    threading.Thread(target=end_with, name="forkserver-watch", daemon=True).start()


def _tell_ends(running: dict[int, int]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        told = running.pop(pid)
        _tell(told, os.waitstatus_to_exitcode(status))
        os.close(told)


def _tell(told: int, number: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # the supervisor no longer wants to know
        os.write(told, _NUMBER.pack(number))


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """To be woken by a signal there must be somebody who hears it."""
