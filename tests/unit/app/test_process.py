"""Forks of a process that has loaded what they need: who tells whose end, and who ends with whom."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from siyu.app.forkserver import Forked, Forkserver
from siyu.app.process import title

# Roles of the tests' own: what each does is said in its name.
_ROLES = """
import os, socket, sys, time
from siyu.app.forkserver import forks
role = forks(socket.socket(fileno=int(sys.argv[1])), "a fork that is {}".format)
match role.split("-"):
    case ["ends", code]:
        sys.exit(int(code))
    case ["says", word]:
        print(word, os.environ["TOLD"], os.getsid(0) == os.getpid(), flush=True)
    case ["stays"]:
        time.sleep(60)
"""


@pytest.fixture
def forkserver() -> Iterator[Forkserver]:
    made = Forkserver([sys.executable, "-c", _ROLES], os.environ | {"TOLD": "by the supervisor"})
    yield made
    made.stop()


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def soon(what: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not what():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_a_fork_tells_its_exit_code(forkserver: Forkserver) -> None:
    assert [forkserver.fork(f"ends-{code}").wait(20) for code in (0, 3)] == [0, 3]
    stays = forkserver.fork("stays")
    assert stays.poll() is None
    stays.terminate()
    assert stays.wait(10) == -signal.SIGTERM
    stays.kill()  # of one that has ended: nothing
    assert stays.poll() == -signal.SIGTERM


def test_a_fork_is_called_what_it_is_and_leads_a_session_of_its_own(forkserver: Forkserver) -> None:
    stays = forkserver.fork("stays")
    assert soon(lambda: " ".join(psutil.Process(stays.pid).cmdline()).strip() == "a fork that is stays")
    heard, told = os.pipe()
    says = forkserver.fork("says-hello", told)
    os.close(told)
    with os.fdopen(heard) as out:
        assert out.read() == "hello by the supervisor True\n"
    assert says.wait(10) == 0


def test_forks_end_with_their_forkserver_and_the_next_one_is_begun(forkserver: Forkserver) -> None:
    stays = forkserver.fork("stays")
    killed = forkserver.pid
    assert killed
    os.kill(killed, signal.SIGKILL)
    assert stays.wait(10) == -signal.SIGKILL
    assert soon(lambda: gone(stays.pid))
    assert forkserver.fork("ends-5").wait(20) == 5
    assert forkserver.pid not in (killed, None)


def test_a_service_that_is_stopped_may_finish(forkserver: Forkserver) -> None:
    """Whoever stops a service may tell all of its processes: those that do something finish it, and the forkserver waits."""
    stays = forkserver.fork("stays")
    pid = forkserver.pid
    assert pid
    for number in (signal.SIGTERM, signal.SIGINT):
        os.kill(pid, number)
    assert forkserver.fork("ends-4").wait(20) == 4
    assert (forkserver.pid, stays.poll()) == (pid, None)


def test_all_end_with_the_supervisor(forkserver: Forkserver) -> None:
    stays = forkserver.fork("stays")
    pid = forkserver.pid
    assert pid
    forkserver.stop()
    assert soon(lambda: gone(pid) and gone(stays.pid))
    forkserver.stop()  # twice: nothing


def test_one_that_cannot_load_is_no_hang() -> None:
    broken = Forkserver([sys.executable, "-c", "raise SystemExit(7)"], os.environ)
    made: list[Forked] = [broken.fork("web") for _ in range(2)]
    assert [(one.pid, one.poll()) for one in made] == [(0, 1), (0, 1)]
    broken.stop()


def test_roles_have_titles() -> None:
    assert title("web") == "siyu.app.process web"
