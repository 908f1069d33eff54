"""Fixtures for every test: a real PostgreSQL and a real ClickHouse, each started once a worker and like new for whoever asks."""

import gc
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import nullcontext, suppress
from functools import cache, partial
from itertools import cycle
from pathlib import Path
from typing import Any

# Before NumPy is loaded: matrices here are small, and threads that wait for each other on two busy cores take thirty times
# the time of one.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
# Containers like to forbid Python to keep what it has compiled: then every run would compile all tests anew, on every worker.
os.environ["PYTHONDONTWRITEBYTECODE"] = ""

import httpx
import pytest
import structlog
from httpx._transports import default as transports
from hypothesis import settings
from sqlalchemy import Connection
from tests import running, scratch
from tests.databases import Databases
from xdist.scheduler import LoadScopeScheduling

from siyu.app.migrations import clickhouse_folders
from siyu.app.place import Place
from siyu.engines.clickhouse.client import Client, connect
from siyu.engines.clickhouse.embedded import EmbeddedClickHouse
from siyu.engines.clickhouse.migrate import migrate as migrate_clickhouse
from siyu.engines.embedded_postgres import EmbeddedPostgres
from siyu.engines.logging import readable_lines
from siyu.engines.postgres import Database
from siyu.engines.vault import service as vault
from siyu.engines.vault.keyring import Keyring
from siyu.rehearsal.platforms.wechat_pay import crypto

scratch.begin()

# They start a Siyu of their own; the other stories share one.
_ALONE = ("test_backup", "test_own_engines", "test_pressure", "test_running")
_SHARING = (
    "tests/browser",
    "tests/contract",
    "tests/stories",
    "tests/unit/identity",
)  # there: rules that are compiled once
_LONG = ("tests/browser/", "tests/readme/", "tests/stories/", "tests/contract/", "tests/chaos/")

# As a reader gets it; structlog's own form takes up to two seconds for a fault that a test brings about.
structlog.configure(processors=[*structlog.get_config()["processors"][:-1], readable_lines(colors=False)])

# Hypothesis would fail an example that takes 200 ms: on a busy machine that says nothing of the code. What must be fast has
# a benchmark.
settings.register_profile("siyu", deadline=None)
settings.register_profile("long", deadline=None, max_examples=1_000)  # of make chaos
settings.load_profile("siyu")


# To look for cycles among a million objects takes a third of a second, and to import and collect makes that many without one.
gc.disable()

# Three workers, their engines and browsers on two cores: as ordinary processes whoever is woken interrupts whoever works, four
# thousand times a second, and a tenth of the time goes into that. As batches they let each other finish their turn.
if hasattr(os, "SCHED_BATCH"):
    with suppress(OSError):  # where a container does not let them, it takes longer
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))

# A shell that starts the tests in its background has them, and all that they start, deaf to Ctrl-C; tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)


class OneSiyuAWorker(LoadScopeScheduling):
    """A file goes to one worker; stories that share a running Siyu go to one together, the browser's as well."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.rpartition("/")[0]
        return folder if folder in _SHARING and Path(file).stem not in _ALONE else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneSiyuAWorker:
    config.option.loadscopereorder = False  # in the order of collection
    return OneSiyuAWorker(config, log)


class FoldersEnd:
    """What the tests of a folder share (``scope="package"``) ends with the last of them.

    A folder without package files is no package to pytest: a Siyu that it started would run on beside all that comes after.
    """

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, Any, Any]:
        made = yield
        if fixturedef.scope == "package":
            assert fixturedef.node is not None
            fixturedef.node.addfinalizer(partial(fixturedef.finish, request))
        return made


def pytest_configure(config: pytest.Config) -> None:
    """What workers share is said before they start."""
    config.pluginmanager.register(FoldersEnd())
    sys.dont_write_bytecode = False  # read from the environment before anybody could change it
    running.template_folder()


def pytest_collection_finish() -> None:
    """What is there now stays: cycles are looked for among what the tests make."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # less often, as in Siyu's own processes (app/process.py)
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On several workers the long ones begin, so that none is left alone with one at the end."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: next((n for n, folder in enumerate(_LONG) if item.nodeid.startswith(folder)), 9))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """The workers end before the process that made the folder for all."""
    if not hasattr(session.config, "workerinput") and exitstatus == pytest.ExitCode.OK:
        scratch.end()


@pytest.fixture(autouse=True, scope="session")
def _keyring() -> None:
    """Keys of the tests' own for personal data, also for fixtures that live long."""
    vault.configure(Keyring([b"k" * 32]))


@pytest.fixture(autouse=True)
def _keyring_again() -> None:
    """A story that opened a running Siyu has left that one's keys behind."""
    vault.configure(Keyring([b"k" * 32]))


@pytest.fixture(autouse=True, scope="session")
def _certificates() -> Iterator[None]:
    """Every HTTP client loads all certificates that there are, and none of the tests' speaks TLS: once a worker is enough."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transports, "create_ssl_context", cache(httpx.create_ssl_context))
        yield


@pytest.fixture(autouse=True, scope="session")
def _pairs() -> Iterator[None]:
    """To find a pair of keys takes a tenth of a second, and every test's merchant wants two: they come round again."""
    made, numbers = cache(lambda _number, find=crypto.pair: find()), cycle(range(8))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crypto, "pair", lambda: made(next(numbers)))
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A server whose database ``siyu`` is migrated and used as the template of every test's own."""
    # Not below pytest's own folder: as root the server runs as another user, and pytest closes that folder to others.
    folder = Path(tempfile.mkdtemp(prefix="siyu-test-"))
    running.lay_out(folder)
    # Nothing is vacuumed: rows stand in the order in which they came, also behind others that were deleted. Nor counted: that
    # would come at any moment, and of a database that one test has left and the next has not filled yet.
    server = EmbeddedPostgres(Place(folder).postgres, config={**running.QUICK, "autovacuum": "off"})
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def databases(postgres: EmbeddedPostgres) -> Iterator[Databases]:
    """Of that server."""
    made = Databases(postgres)
    yield made
    made.close()


@pytest.fixture
def database(databases: Databases) -> Iterator[Database]:
    """A migrated, empty database of the test's own."""
    own = databases.take()
    try:
        yield own
    finally:
        databases.give_back(own)


@pytest.fixture
def conn(database: Database) -> Iterator[Connection]:
    """A transaction in a database of the test's own, committed at the end."""
    with database.transaction() as connection:
        yield connection


@pytest.fixture(scope="session")
def clickhouse_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a server that is migrated: to start one takes longer than most files do."""
    embedded = EmbeddedClickHouse(tmp_path_factory.mktemp("clickhouse"))
    try:
        yield embedded.start()
    finally:
        embedded.stop()


@pytest.fixture(scope="session")
def _clickhouse(clickhouse_url: str) -> Iterator[Client]:
    client = connect(clickhouse_url)
    migrate_clickhouse(client, clickhouse_folders(), lock=nullcontext())
    yield client
    client.close()


@pytest.fixture(scope="module")
def clickhouse(_clickhouse: Client) -> Client:
    """That server, with nothing in it when a file begins."""
    return _emptied(_clickhouse)


@pytest.fixture
def empty(clickhouse: Client) -> Client:
    """That server, with nothing in it when a test begins."""
    return _emptied(clickhouse)


def _emptied(client: Client) -> Client:
    for table in ("facts", "alias", "exposed"):
        client.run(f"TRUNCATE TABLE {table}")
    client.run("SYSTEM RELOAD DICTIONARY alias_map")
    return client
