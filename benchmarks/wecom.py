"""WeCom: how near a first sync comes to what the platform allows, callbacks under load, and welcomes beside an import.

``sync_of_allowed``: the time that a perfect caller needs, of the time that the first sync took, both on the clock that Siyu
and the fake platform share; it follows real time, and whoever waits for a rate moves it on. The perfect caller makes the
fewest calls that carry everything (100 customers a page; the lists of ids, by which the sync knows that it was told all, are
not among them), one after the other, each answered in the time that was measured for a bare client in the same run; it
waits only where a window is full, and thinks in no time. What the sync adds (reading, comparing, writing, more calls,
windows that it does not use up) makes the figure smaller. With ``--quick`` corp and limits are a tenth, a fortieth for the
limits of older documents.

``callbacks_lost``: answers other than 200, callbacks of which no trace is kept, and ties that differ from the platform.

``callback_p99_ms``: from the moment at which a callback was due to its answer. ``welcome_p99_ms``: from a callback's being
sent to the welcome's arrival at the platform, while an export of orders is imported.
"""

import asyncio
import gc
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, cast
from unittest.mock import patch
from urllib.parse import urlencode

import httpx
import psutil

from benchmarks.fake_wecom import KEY, TOKEN, Fake, MovedClock, fake
from benchmarks.harness import Siyu, quick_flag, report, siyu_up, wait_until_drained
from benchmarks.import_files import write_export
from siyu.app import syncing
from siyu.app.context import Context, open_context
from siyu.app.migrations import postgres_folders
from siyu.app.process import settle
from siyu.app.worker import COLLECTING
from siyu.channels import registry
from siyu.channels import service as channels
from siyu.channels.registry import Plugins
from siyu.channels.types import Account, Channel, Rate
from siyu.channels.wecom import Wecom
from siyu.channels.wecom.client import Client
from siyu.engines.access import service as access
from siyu.engines.embedded_postgres import EmbeddedPostgres
from siyu.engines.postgres import Database, rows, scalar
from siyu.engines.postgres.migrate import migrate
from siyu.engines.settings import Settings
from siyu.engines.vault import service as vault
from siyu.engines.vault.keyring import Keyring
from siyu.rehearsal.platforms.wecom.crypto import CallbackCrypto, signature
from siyu.rehearsal.platforms.wecom.events import event_xml
from siyu.rehearsal.platforms.wecom.types import Rules

ACTOR: Final = access.system("benchmark")
CONNECTIONS: Final = 500
RATE: Final = 1000  # callbacks a second


def main() -> None:
    quick = quick_flag(__doc__ or "")
    notes: dict[str, Any] = {}
    settle()  # as the worker that walks is
    gc.set_threshold(*COLLECTING)
    scale, answer = (10, 0.03) if quick else (1, 0.1)
    with engine() as database:
        documented = sync(database, 200_000 // scale, answer, (10_000 // scale, 150_000 // scale), seed=7)
        notes |= documented
        notes |= {f"older_{name}": value for name, value in older(database, 4 * scale if quick else 1, answer).items()}
    figures = {"sync_of_allowed": cast("float", documented["of_allowed"])}
    with siyu_up() as siyu, fake(MovedClock(), staff=20, follows=600 if quick else 3000, groups=0, seed=9) as corp:
        context = open_context(
            Settings(data_folder=siyu.folder), siyu.running.postgres_url, siyu.running.clickhouse_url
        )
        try:
            account = connect(context.database, corp, datetime.now(UTC))
            wait_for(lambda: walked(context.database, account))
            figures |= callbacks(siyu, context.database, corp, account, 8 if quick else 30, notes)
            figures |= welcomes(siyu, context, corp, account, notes, quick=quick)
        finally:
            context.close()
    report("wecom", quick=quick, figures=figures, notes=notes)


# a first sync


@contextmanager
def engine() -> Iterator[Database]:
    """A PostgreSQL of its own, with its usual durability."""
    vault.configure(Keyring([b"k" * 32]))
    with tempfile.TemporaryDirectory(prefix="siyu-bench-") as folder:
        server = EmbeddedPostgres(Path(folder) / "pg")
        database = Database(server.start())
        try:
            migrate(database, postgres_folders())
            yield database
        finally:
            database.close()
            server.stop()


def older(database: Database, scale: int, answer: float) -> dict[str, Any]:
    """The same under the limits that older documents print."""
    limits = (1000 // scale, 30_000 // scale)
    return sync(database, 200_000 // scale, answer, limits, seed=8)


def sync(
    database: Database, customers: int, answer: float, limits: tuple[int, int], *, seed: int
) -> dict[str, int | float]:
    """Sync a corp that nobody knows yet. Its messages wait in the queue: the benchmark ``pipeline`` measures those."""
    clock = MovedClock()
    rules = Rules(per_minute=limits[0], per_hour=limits[1])
    size = {"staff": max(20, customers // 2000), "follows": customers, "groups": 50, "seed": seed}
    with fake(clock, answer_s=answer, rules=rules, **size) as corp, with_rates(limits):
        account = connect(database, corp, clock.now())
        needed, took = perfect(corp, customers, size["groups"])
        corp.bench("counts")
        context = Context(Settings(), database, cast("Any", SimpleNamespace(close=lambda: None)), clock)
        clock.to_next_minute()
        began, real = clock.now(), time.perf_counter()
        with httpx.Client(trust_env=False, timeout=30) as http:
            walk = syncing.reconcile(context, account.id, opens(database, clock, http))
        seconds, real = (clock.now() - began).total_seconds(), time.perf_counter() - real
        counts = corp.bench("counts")
    assert walk is not None
    assert walk.state == "done"
    assert walk.counts["contact"] == customers
    allowed = least_time(needed, took, {60: limits[0], 3600: limits[1]})
    return {
        "of_allowed": allowed / seconds,
        "allowed_s": allowed,
        "sync_s": seconds,
        "calls_needed": sum(needed.values()),
        "calls_made": sum(counts["calls"].values()),
        "refused_45009": int(counts["refused"]),
        "answer_ms": 1000 * took,
        "customers_per_real_s": customers / real,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


@contextmanager
def with_rates(limits: tuple[int, int]) -> Iterator[None]:
    """The plugin as it is, but for the rates that it declares."""
    rates = (Rate(60, limits[0]), Rate(3600, limits[1]))
    plugin = cast("type[Channel]", type("Rated", (Wecom,), {"about": replace(Wecom.about, rates=rates)}))
    with patch.object(registry, "plugins", lambda: Plugins({"wecom": plugin}, ())):
        yield


def opens(database: Database, clock: MovedClock, http: httpx.Client) -> syncing.Opens:
    """The plugin with real ports; whoever waits moves the clock."""

    def opened(account: Account) -> Channel:
        channel = cast("Wecom", channels.open_account(database, account, clock, http, sleep=clock.sleep))
        channel.client = Client(account, channel.ports, pause=clock.sleep)
        return channel

    return opened


def perfect(corp: Fake, customers: int, groups: int) -> tuple[dict[str, int], float]:
    """The fewest calls that carry everything, by API, and the seconds in which a bare client has a page of customers."""
    with httpx.Client(base_url=f"{corp.url}/cgi-bin", trust_env=False, timeout=30) as http:
        query = {"corpid": corp.corp_id, "corpsecret": corp.secret}
        token = {"access_token": http.get("/gettoken", params=query).json()["access_token"]}
        departments = http.get("/department/list", params=token).json()["department"]
        staff = http.get("/externalcontact/get_follow_user_list", params=token).json()["follow_user"]
        times = []
        for _ in range(15):
            began = time.perf_counter()
            body = {"userid_list": staff[:100], "limit": 100}
            http.post("/externalcontact/batch/get_by_user", params=token, json=body).raise_for_status().json()
            times.append(time.perf_counter() - began)
    needed = {
        "token": 1,
        "departments": 1,
        "staff": len(departments),
        "serving": 1,
        "tags": 1,
        "customers": -(-customers // 100),
        "groups": 1,
        "group": groups,
    }
    return needed, statistics.median(times)


def least_time(needed: Mapping[str, int], answer: float, limits: Mapping[int, int]) -> float:
    """Seconds for these calls, one after the other, from the beginning of all windows on."""
    now = 0.0
    for calls in needed.values():
        used: dict[tuple[int, int], int] = {}
        for _ in range(calls):
            for seconds, limit in limits.items():
                if used.get((seconds, int(now // seconds)), 0) >= limit:
                    now = (now // seconds + 1) * seconds
            for seconds in limits:
                window = seconds, int(now // seconds)
                used[window] = used.get(window, 0) + 1
            now += answer
    return now


def connect(database: Database, corp: Fake, now: datetime) -> Account:
    with database.transaction() as conn:
        return channels.connect_account(
            conn, ACTOR, channel="wecom", external_id=corp.corp_id, name="", values=corp.values(), now=now
        )


# callbacks


def callbacks(
    siyu: Siyu, database: Database, corp: Fake, account: Account, seconds: int, notes: dict[str, Any]
) -> dict[str, float]:
    """Every tie has other tags; half of the callbacks say so, the other half tell each of something that happened."""
    ties = [(contact, staff) for contact, staff, _ in corp.bench("tags")]
    corp.bench("retag")
    requests = [
        pushed(corp.corp_id, f"/callback/wecom/{account.id}", *ties[number // 2 % len(ties)], number)
        for number in range(RATE * seconds)
    ]
    pings = [b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"] * RATE
    empty, _ = steady(siyu.port, pings)
    corp.bench("counts")
    used = cpu_seconds(siyu)
    took, bad = steady(siyu.port, requests)
    began = time.perf_counter()
    wait_until_drained(siyu)
    wait_for(lambda: not count(database, "SELECT count(*) FROM channels.reread"), 300)
    notes["callbacks"], notes["callbacks_behind_s"] = len(requests), time.perf_counter() - began
    notes["callback_cpu_ms"] = 1000 * (cpu_seconds(siyu) - used) / len(requests)
    notes["load_average"] = os.getloadavg()[0]
    notes["customers_read_again"] = corp.bench("counts")["calls"].get("externalcontact/get", 0)
    notes["empty_route_p99_ms"], notes["callback_p50_ms"] = 1000 * percentile(empty, 99), 1000 * percentile(took, 50)
    told = len(requests) // 2 - count(database, "SELECT count(*) FROM channels.departure WHERE by = 'staff'")
    with database.transaction() as conn:
        kept = {
            (row[0], row[1]): row[2] for row in rows(conn, "SELECT contact_id, staff_id, tags FROM channels.follow")
        }
    differ = sum(kept.get((contact, staff)) != tags for contact, staff, tags in corp.bench("tags"))
    return {"callback_p99_ms": 1000 * percentile(took, 99), "callbacks_lost": float(bad + told + differ)}


def cpu_seconds(siyu: Siyu) -> float:
    """What all of Siyu's processes have used, the engines' included: it tells more than time where others work as well."""
    top = psutil.Process(siyu.process.pid)
    used = [one.cpu_times() for one in (top, *top.children(recursive=True))]
    return sum(one.user + one.system for one in used)


def pushed(corp_id: str, path: str, contact: str, staff: str, number: int) -> bytes:
    """A callback of a tie: an edit, or that the member deleted the customer in some second, of which a trace is kept."""
    change = "del_external_contact" if number % 2 else "edit_external_contact"
    now = int(time.time())
    text = event_xml(
        corp_id, now - number, "change_external_contact", change, {"UserID": staff, "ExternalUserID": contact}
    )
    encrypted = CallbackCrypto(KEY, corp_id).encrypt(text, os.urandom(16))
    query = {"msg_signature": signature(TOKEN, str(now), "1", encrypted), "timestamp": str(now), "nonce": "1"}
    body = f"<xml><ToUserName><![CDATA[{corp_id}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    head = f"POST {path}?{urlencode(query)} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def steady(port: int, requests: Sequence[bytes]) -> tuple[list[float], int]:
    """Send them evenly from another process; seconds from when each was due to its answer, and how many were no 200."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(_steady, (port, list(requests)))


def _steady(port: int, requests: list[bytes]) -> tuple[list[float], int]:
    took = [0.0] * len(requests)
    bad = 0

    async def connection(coming: Iterator[int], began: float) -> None:
        nonlocal bad
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in coming:
            due = began + number / RATE
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            writer.write(requests[number])
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            await reader.readexactly(length)
            took[number] = time.perf_counter() - due
            bad += not head.startswith(b"HTTP/1.1 200")
        writer.close()

    async def all_of_them() -> None:
        coming, began = iter(range(len(requests))), time.perf_counter() + 0.3
        await asyncio.gather(*(connection(coming, began) for _ in range(CONNECTIONS)))

    import uvloop  # noqa: PLC0415

    uvloop.run(all_of_them())
    return took, bad


# welcomes


def welcomes(
    siyu: Siyu, context: Context, corp: Fake, account: Account, notes: dict[str, Any], *, quick: bool
) -> dict[str, float]:
    """Twenty people a second scan a code and are greeted, while orders are imported."""
    seconds, lines = (6, 150_000) if quick else (60, 2_000_000)
    hang_up_a_code(siyu, context, account)
    wait_for(lambda: corp.bench("ways") > 0)
    corp.bench("call_back", url=f"http://127.0.0.1:{siyu.port}/callback/wecom/{account.id}")
    with tempfile.TemporaryDirectory(prefix="siyu-bench-") as folder:
        path = Path(folder) / "doudian.csv"
        write_export(path, lines)
        command = [sys.executable, "-m", "siyu.app.cli", "import", "orders", str(path), "--shop", "bench"]
        environment = os.environ | {"SIYU_DATA_FOLDER": str(siyu.folder)}
        importing = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        wait_for(lambda: count(context.database, "SELECT count(*) FROM commerce.order_header") > 0)
        corp.bench("scan", rate=20, seconds=seconds)
        time.sleep(seconds)
        notes["import_went_on"] = str(importing.poll() is None)
        time.sleep(1.5)
        importing.terminate()
        importing.wait(60)
    found = corp.bench("welcomes")
    took = found["took"]
    notes |= {"welcomes": len(took), "welcomes_missing": found["missing"]}
    notes["welcome_p50_ms"] = 1000 * percentile(took, 50)
    return {"welcome_p99_ms": 1000 * percentile(took, 99)}


def hang_up_a_code(siyu: Siyu, context: Context, account: Account) -> None:
    with context.database.transaction() as conn:
        scopes = ("channels.read", "channels.manage")
        key = access.create_api_key(conn, ACTOR, name="benchmark", scopes=scopes, now=context.clock.now()).token
        staff = [one.staff_id for one in channels.workload(conn, account.id, *[context.clock.now()] * 2)][:5]
    definition = {
        "roster": {"staff": staff[1:], "backups": staff[:1]},
        "greetings": [{"text": "{greeting}，{name}，欢迎，我是{staff}。"}],
    }
    body = {"account_id": account.id, "kind": "staff", "name": "台卡", "definition": definition}
    answer = httpx.post(
        f"http://127.0.0.1:{siyu.port}/api/v1/channels/codes", json=body, headers={"Authorization": f"Bearer {key}"},
        timeout=30, trust_env=False,
    )  # fmt: skip
    answer.raise_for_status()


def walked(database: Database, account: Account) -> bool:
    with database.transaction() as conn:
        return any(one.state == "done" for one in channels.walks(conn, account.id))


def count(database: Database, sql: str) -> int:
    with database.transaction() as conn:
        return int(scalar(conn, sql))


def wait_for(holds: Callable[[], bool], timeout: float = 90) -> None:
    deadline = time.monotonic() + timeout
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"it did not come about in {timeout} s")
        time.sleep(0.05)


def percentile(values: Sequence[float], percent: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else float("inf")


if __name__ == "__main__":
    main()
