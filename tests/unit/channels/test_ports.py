"""What plugins are handed: tokens and rates shared by threads and processes, over a real server."""

import gc
import json
import multiprocessing
import os
import random
import threading
import time
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy import event
from tests import forking
from tests.unit.channels.parrot import ABOUT, Parrot, install

from siyu.channels import ports as package
from siyu.channels import service
from siyu.channels.ports.rates import Rates
from siyu.channels.rules.windows import span_at
from siyu.channels.types import Account, Channel, Rate, Token
from siyu.engines.postgres import Database, rows
from siyu.engines.vault import service as vault
from siyu.engines.vault.keyring import Keyring
from siyu.kernel.clock import ManualClock, SystemClock
from siyu.kernel.errors import TryLater

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


class Platform(ThreadingHTTPServer):
    """Gives out tokens, slowly, and counts them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.given = 0
        self.secrets: list[str] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    server: Platform

    def do_POST(self) -> None:
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.given += 1
            number = self.server.given
            self.server.secrets.append(said["secret"])
        time.sleep(0.05)
        body = json.dumps({"token": f"token-{number}", "expires_in": 7200}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def platform() -> Iterator[Platform]:
    with Platform() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


@pytest.fixture
def speaking(connect: Callable[..., Account], platform: Platform) -> Account:
    return connect("p-speaking", base_url=platform.url)


def parrot(database: Database, account: Account, http: httpx.Client, clock: Any = None) -> Parrot:
    opened: Channel = service.open_account(database, account, clock or SystemClock(), http)
    assert isinstance(opened, Parrot)
    return opened


def at_once(count: int, what: Callable[[], str]) -> list[str]:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(what())) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == count
    return found


def ask_alone(url: str, account: Account, stale: str | None, answer: "multiprocessing.Queue[list[str]]") -> None:
    install()
    vault.configure(Keyring([b"k" * 32]))
    database = Database(url)
    with httpx.Client(trust_env=False) as http:
        answer.put(at_once(4, lambda: parrot(database, account, http).token(stale)))
    database.close()


def die_alone(url: str, account: Account, began: "multiprocessing.Queue[bool]") -> None:
    install()
    vault.configure(Keyring([b"k" * 32]))
    ports = service.open_ports(Database(url), account, SystemClock(), httpx.Client(trust_env=False))

    def fetch() -> Token:
        began.put(True)
        began.close()
        began.join_thread()
        os._exit(9)

    ports.token("secret", fetch)


class TestTokens:
    def test_one_asks_for_all_threads(
        self, database: Database, speaking: Account, platform: Platform, http: httpx.Client
    ) -> None:
        assert at_once(6, lambda: parrot(database, speaking, http).token()) == ["token-1"] * 6
        assert platform.secrets == ["s3cret"]
        # All were refused with the first: the first who says so fetches, the others get the new one.
        assert at_once(6, lambda: parrot(database, speaking, http).token("token-1")) == ["token-2"] * 6
        assert platform.given == 2
        with database.transaction() as conn:
            (kept,) = rows(conn, "SELECT sealed FROM channels.token")
        assert b"token" not in bytes(kept.sealed)

    def test_one_asks_for_all_processes(self, database: Database, speaking: Account, platform: Platform) -> None:
        context = forking.context()
        for number, stale in ((1, None), (2, "token-1")):
            answer: multiprocessing.Queue[list[str]] = context.Queue()
            asking = [context.Process(target=ask_alone, args=(database.url, speaking, stale, answer)) for _ in range(2)]
            for process in asking:
                process.start()
            assert [answer.get(timeout=60) for _ in asking] == [[f"token-{number}"] * 4] * 2
            for process in asking:
                process.join()
            assert platform.given == number

    def test_who_dies_while_asking_is_in_nobodys_way(
        self, database: Database, speaking: Account, http: httpx.Client
    ) -> None:
        context = forking.context()
        began: multiprocessing.Queue[bool] = context.Queue()
        dying = context.Process(target=die_alone, args=(database.url, speaking, began))
        dying.start()
        assert began.get(timeout=60)
        dying.join()
        assert dying.exitcode == 9
        assert parrot(database, speaking, http).token() == "token-1"

    def test_it_is_fetched_before_it_ends_and_outside_of_any_transaction(
        self, database: Database, account: Account, http: httpx.Client
    ) -> None:
        clock = ManualClock(START)
        open_: list[int] = []
        ports = service.open_ports(database, account, clock, http)

        def fetch() -> Token:
            with database.raw() as conn:
                found = conn.execute("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'")
                open_.append(found.fetchone()[0])  # type: ignore[index]
            return Token(f"t{len(open_)}", clock.now() + timedelta(hours=2))

        assert [ports.token("n", fetch), ports.token("n", fetch), ports.token("other", fetch)] == ["t1", "t1", "t2"]
        clock.advance(timedelta(hours=1, minutes=58))
        assert ports.token("n", fetch) == "t1"
        clock.advance(timedelta(minutes=1))
        assert ports.token("n", fetch) == "t3"
        assert open_ == [0, 0, 0]

    def test_a_fetch_that_fails_is_tried_again_by_the_next(
        self, database: Database, account: Account, http: httpx.Client
    ) -> None:
        ports = service.open_ports(database, account, SystemClock(), http)

        def fail() -> Token:
            raise httpx.ConnectError("refused")

        with pytest.raises(httpx.ConnectError):
            ports.token("n", fail)
        assert ports.token("n", lambda: Token("good", SystemClock().now() + timedelta(hours=2))) == "good"

    def test_new_secrets_have_new_tokens(
        self, database: Database, speaking: Account, platform: Platform, http: httpx.Client
    ) -> None:
        clock = ManualClock(START)
        assert parrot(database, speaking, http, clock).token() == "token-1"
        with database.transaction() as conn:
            service.update_account(conn, service_actor(), speaking.id, now=clock.now(), values={"secret": "another"})
        clock.advance(timedelta(seconds=31))
        assert parrot(database, speaking, http, clock).token() == "token-2"
        assert platform.secrets == ["s3cret", "another"]


def service_actor() -> Any:
    from siyu.engines.access import service as access

    return access.system("tests")


def rates_of(account: Account) -> Rates:
    """As another process has them."""
    return Rates(account.id, ABOUT.rates, SHANGHAI)


class TestRates:
    def test_no_window_is_overrun_by_processes_together(self, database: Database, account: Account) -> None:
        """Four processes take at random for some minutes; every window of every API, and of all, is counted."""
        dice, clock = random.Random(4), ManualClock(START + timedelta(seconds=31))
        processes = [rates_of(account) for _ in range(4)]
        counted: Counter[tuple[str, int, datetime]] = Counter()

        def sleep(seconds: float) -> None:
            clock.advance(timedelta(seconds=seconds))

        for _ in range(1500):
            api, calls = dice.choice(["get", "list"]), dice.randrange(1, 4)
            dice.choice(processes).take(database, api, calls, clock, sleep)
            for rate in ABOUT.rates:
                name = api if rate.each else ""
                counted[name, rate.seconds, span_at(rate.seconds, SHANGHAI, clock.now())[0]] += calls
            if dice.random() < 0.3:
                sleep(dice.random() / 10)
        limits = {(rate.seconds, rate.each): rate.limit for rate in ABOUT.rates}
        for (name, seconds, _), count in counted.items():
            assert count <= limits[seconds, bool(name)]
        # And hardly anything is left unused: at most a portion a process.
        full = sorted(count for (name, _, _), count in counted.items() if not name)[2:]
        assert min(full) >= 300 - 4 * 6

    def test_threads_of_real_processes_together(self, database: Database, account: Account) -> None:
        """In one window there are 200 calls, whoever asks: 40 threads over 4 processes' memories."""
        clock = ManualClock(START)
        processes = [rates_of(account) for _ in range(4)]

        def all_the_time(number: int) -> str:
            taken = 0
            while True:
                try:
                    processes[number % 4].take(database, "get", 1, clock, give_up)
                except _Full:
                    return str(taken)
                taken += 1

        numbers = iter(range(16))
        got = at_once(16, lambda: all_the_time(next(numbers)))
        assert sum(map(int, got)) <= 200
        assert sum(map(int, got)) >= 200 - 4 * 4

    def test_a_call_costs_no_transaction(self, database: Database, account: Account) -> None:
        begun: list[int] = []
        event.listen(database.engine, "begin", lambda _: begun.append(1))
        rates, clock = Rates(account.id, (Rate(60, 10_000),), SHANGHAI), ManualClock(START)
        for _ in range(10_000):
            rates.take(database, "get", 1, clock, give_up)
        assert len(begun) == 51  # fifty portions and a look at what is blocked
        with pytest.raises(_Full):
            rates.take(database, "get", 1, clock, give_up)

    def test_who_waits_goes_on_in_the_next_window(self, database: Database, account: Account) -> None:
        clock = ManualClock(START + timedelta(seconds=20))
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            clock.advance(timedelta(seconds=seconds))

        rates = rates_of(account)
        for _ in range(201):
            rates.take(database, "get", 1, clock, sleep)
        assert slept == [40.0]

    def test_a_long_wait_is_for_a_job(self, database: Database, account: Account) -> None:
        clock = ManualClock(START)
        rates = Rates(account.id, (Rate(3600, 10),), SHANGHAI)
        rates.take(database, "get", 10, clock, give_up)
        with pytest.raises(TryLater) as caught:
            rates.take(database, "get", 1, clock, give_up)
        assert caught.value.details["retry_after"] == 3600
        clock.advance(timedelta(minutes=60))
        rates.take(database, "get", 1, clock, give_up)
        with pytest.raises(ValueError, match="do not fit"):
            rates.take(database, "get", 11, clock, give_up)

    def test_what_is_blocked_is_blocked_for_all_within_a_second(self, database: Database, account: Account) -> None:
        clock = ManualClock(START)
        one, other = rates_of(account), rates_of(account)
        other.take(database, "get", 1, clock, give_up)
        until = START + timedelta(minutes=30)
        one.block(database, "get", until, clock.now())
        one.block(database, "get", START + timedelta(minutes=1), clock.now())
        clock.advance(timedelta(seconds=1))
        for rates in (one, other):
            with pytest.raises(TryLater):
                rates.take(database, "get", 1, clock, give_up)
            rates.take(database, "list", 1, clock, give_up)
        clock.advance(timedelta(minutes=30))
        other.take(database, "get", 1, clock, give_up)

    def test_ports_of_one_account_share_their_portions(
        self, database: Database, account: Account, http: httpx.Client
    ) -> None:
        begun: list[int] = []
        event.listen(database.engine, "begin", lambda _: begun.append(1))
        clock = ManualClock(START)
        for _ in range(5):
            service.open_ports(database, account, clock, http).take("get")
        assert len(begun) <= 3
        assert package._shared[database].keys() == {account.id}

    def test_what_is_shared_goes_with_its_database(
        self, database: Database, account: Account, http: httpx.Client
    ) -> None:
        other = Database(database.url)
        service.open_ports(other, account, ManualClock(START), http).take("get")
        other.close()
        gone = weakref.ref(other)
        del other
        gc.collect()
        assert gone() is None


class _Full(Exception):
    pass


def give_up(_seconds: float) -> None:
    raise _Full


@pytest.mark.parametrize(
    ("said", "seconds"),
    [(0, 1), (0.2, 1), (10, 10), ("45", 45), (-3, 1), (None, 30), ("soon", 30), (1e300, 30), ([], 30)],
)
def test_however_a_plugin_says_it_somebody_waits(said: Any, seconds: int) -> None:
    assert TryLater(reason="", reason_zh="", retry_after=said).wait == timedelta(seconds=seconds)
