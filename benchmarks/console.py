"""Every read API of the console, and its first page, on the data of a large brand.

The data: :mod:`benchmarks.brand`. Every ``GET`` of the OpenAPI under ``/api/v1``, and the funnels' ``POST``, is asked
one request at a time over loopback by a signed-in owner, warm (some requests with other parameters go before), no two
requests alike where there are parameters: every sort and filter of the list of customers, that match many, few and
nobody, and pages deep in it; customers with many orders and with none, known and unknown values; reports of every
period, grouping and span, for which no kept answer can be given. Which of them are reports the API says itself
(``x-siyu-report``). A route that is neither asked nor exempt for a reason ends the benchmark with an error.

The first page: Chromium with an empty cache, from the navigation until somebody can type into the sign-in form, the
worst of five (``--quick``: of three); the bundle is all JavaScript that the browser fetched for it, as it was sent (gzip).

``--folder`` keeps the data for another time; nothing is filled when the folder is.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import numpy as np
import psycopg
from rich.console import Console
from rich.table import Table
from scripts import chromium

from benchmarks import brand
from benchmarks.console_asks import API, Ask, Mix
from benchmarks.harness import Siyu, free_port, report, start, wait_until_drained, wait_until_running
from siyu.engines.http.security import CSRF_HEADER

DESCRIBED: Final = (
    Path(__file__).parents[1] / "docs" / "reference" / "openapi.json"
)  # `make check` holds it to the code
LOGIN, PASSWORD = "bench", "a-password-of-a-benchmark"
EXEMPT: Final[dict[str, str]] = {
    "/live": "a stream without end",
    "/sources/{source_id}/live": "a stream without end",
    "/customers/exports/{export_id}/file": "a download, as large as the export",
    "/content/media/{hash_}": "a download, as large as the medium",
    "/touch/announcements/{announcement_id}": "nobody has said anything to groups here",
    "/imports/{run_id}/rejects": "a download, as large as the file of rejects",
    "/channels/codes/{code_id}/cards.csv": "a download, as large as the bundle of cards",
    "/channels/codes/{code_id}/cards.zip": "a download, as large as the bundle of cards",
    "/channels/accounts/{account_id}/media/{file_id}": "a download, as large as the medium",
    "/channels/accounts/{account_id}/heirless": "the platform answers, at its own pace",
    "/channels/accounts/{account_id}/marks/{order_id}": "nobody has ordered marks here",
    "/channels/accounts/{account_id}/tasks/{handle}": "nobody has given staff a task here",
    "/channels/accounts/{account_id}/tasks/{handle}/results": "nobody has given staff a task here",
    "/draws/warnings/{code}": "no pool is there here",
    "/draws/rounds/{round_id}": "no round is published here",
    "/draws/rounds/{round_id}/tally": "no round is published here",
    "/draws/rounds/{round_id}/orders": "no round is published here",
    "/draws/rounds/{round_id}/draws": "no round is published here",
    "/trials/{trial_id}": "no trial is there here",
    "/trials/{trial_id}/applications": "no trial is there here",
    "/payments/{payment_id}": "nobody has paid here",
    "/rewards/redemptions/{redemption_id}": "nobody has redeemed here",
    "/rewards/coupons/uses/{use_id}": "nobody has used a coupon here",
    "/rewards/coupons/codes/{code}": "no code is out here",
    "/rewards/coupons/{template_id}/codes.csv": "a download, as large as the codes are many",
    "/journeys/rehearsals/{rehearsal_id}": "a result that is kept whole, once a job has made it",
}
_WARM_UP: Final = 3


@dataclass(frozen=True, slots=True)
class Timed:
    """How long a route took, in milliseconds, and the slowest request."""

    route: str
    is_report: bool
    times: Sequence[float]
    slowest: str

    @property
    def p95(self) -> float:
        return float(np.percentile(self.times, 95))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="100,000 customers and 2,000,000 facts, under 50 s")
    parser.add_argument("--folder", type=Path, help="fill this folder, or use it as it was filled")
    given = parser.parse_args()
    customers, facts = (100_000, 2_000_000) if given.quick else (1_000_000, 20_000_000)
    began = time.perf_counter()
    with filled(given.folder, customers, facts) as (siyu, size):
        base = f"http://127.0.0.1:{siyu.port}"
        with httpx.Client(base_url=base, headers={CSRF_HEADER: "1"}, timeout=120, trust_env=False) as client:
            client.post(f"{API}/sign-in", json={"login": LOGIN, "password": PASSWORD}).raise_for_status()
            ready = time.perf_counter()
            asked = Mix(siyu, client, few=given.quick).everything()
            prepared = time.perf_counter()
            timed = [
                time_route(client, route, is_report, some_of(asked[route], is_report) if given.quick else asked[route])
                for route, is_report in routes(asked)
            ]
        answered = time.perf_counter()
        interactive, bundle = first_page(siyu, loads=3 if given.quick else 5)
    seconds = {
        "until_filled_s": round(ready - began),
        "until_prepared_s": round(prepared - began),
        "until_answered_s": round(answered - began),
        "until_ended_s": round(time.perf_counter() - began),
    }
    show(timed)
    report(
        "console",
        quick=given.quick,
        figures={
            "worst_read_p95_ms": max(one.p95 for one in timed if not one.is_report),
            "worst_report_p95_ms": max(one.p95 for one in timed if one.is_report),
            "interactive_s": max(interactive),
            "bundle_kb": bundle / 1000,
        },
        notes={**size, **seconds, "routes": len(timed), "requests": sum(len(one.times) for one in timed)},
    )


@contextmanager
def filled(folder: Path | None, customers: int, facts: int) -> Iterator[tuple[Siyu, dict[str, int]]]:
    """A running Siyu with so much in it."""
    with tempfile.TemporaryDirectory(prefix="siyu-bench-") as temporary:
        place = folder or Path(temporary)
        port, known = free_port(), place / "bench.json"
        old = known.exists()
        # One in 70 of the customers comes in by the public doors (devices of nobody are customers, too), one in 140 of few.
        share = 100 if customers > 100_000 else 200
        options = [] if old else ["--data", str(place), "--people", str(customers // share)]
        process = start(place, port) if old else demo(port, options)
        try:
            siyu = Siyu(place, port, wait_until_running(place, process), "", process)
            if not old:
                owner = make_owner(siyu)
                wait_until_filled(siyu)
                assert owner.wait(60) == 0
                known.write_text(json.dumps(enlarged(siyu, customers, facts)))
            yield siyu, json.loads(known.read_text())
        finally:
            process.terminate()
            process.wait(60)


def demo(port: int, options: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Start a demo brand; returns at once."""
    variables = os.environ | {"SIYU_HTTP_PORT": str(port), "SIYU_LOG_LEVEL": "warning"}
    command = [sys.executable, "-m", "siyu.app.cli", "demo", *options]
    return subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_until_filled(siyu: Siyu, timeout: float = 300) -> None:
    """Wait until the demo brand says that all of it is in, its corp as well."""
    told, deadline = siyu.folder / "demo.json", time.monotonic() + timeout
    while not (told.exists() and json.loads(told.read_text()).get("stirred")):
        if siyu.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the demo brand was not filled")
        time.sleep(0.1)
    wait_until_drained(siyu)


def make_owner(siyu: Siyu) -> "subprocess.Popen[bytes]":
    """Make an owner of the brand; returns at once."""
    command = [sys.executable, "-m", "siyu.app.cli", "owner", "--login", LOGIN, "--password", PASSWORD]
    return subprocess.Popen([*command, "--data", str(siyu.folder)], stdout=subprocess.DEVNULL)


def enlarged(siyu: Siyu, customers: int, facts: int) -> dict[str, int]:
    """Make the brand large; return what there is."""
    with psycopg.connect(siyu.running.postgres_url, autocommit=True) as connection:
        while connection.execute("SELECT EXISTS (SELECT FROM customers.stale)").fetchone() == (True,):
            time.sleep(0.2)
    size = brand.multiply(siyu, customers, facts)
    return {
        "customers": size.customers,
        "facts": size.facts,
        "orders": size.orders,
        "identifiers": size.identifiers,
        "copies": size.copies,
        "filled_s": round(size.seconds),
    }


def routes(asked: Mapping[str, Sequence[Ask]]) -> list[tuple[str, bool]]:
    """(route, whether it calls itself a report) of all that are to be asked.

    Raises:
        RuntimeError: the API has a read that nobody asks, or one is asked that it does not have.
    """
    found: dict[str, bool] = {}
    for path, operations in json.loads(DESCRIBED.read_text("utf-8"))["paths"].items():
        if not path.startswith(f"{API}/"):
            continue  # the doors of intake and the health of the process: the console does not read them
        route = path.removeprefix(API)
        for method in ("get", "post"):
            operation = operations.get(method)
            if operation and (method == "get" or route in asked):
                found[route] = bool(operation.get("x-siyu-report"))
    wrong = (found.keys() - EXEMPT.keys()) ^ asked.keys()
    if wrong or EXEMPT.keys() - found.keys():
        raise RuntimeError(f"neither asked nor exempt, or not there: {sorted(wrong)}")
    return sorted((route, is_report) for route, is_report in found.items() if route in asked)


def some_of(asked: Sequence[Ask], is_report: bool) -> Sequence[Ask]:
    """Fewer of many, evenly from beginning to end. Of the list of customers all stay: no two of them are alike."""
    most = 3 if is_report else 8
    if len(asked) <= most or len(asked) > 100:
        return asked
    return [asked[number * (len(asked) - 1) // (most - 1)] for number in range(most)]


def time_route(client: httpx.Client, route: str, is_report: bool, asked: Sequence[Ask]) -> Timed:
    """Ask every one of them; the last ones also before, not timed.

    Raises:
        RuntimeError: an answer was none.
    """
    times, slowest = [], ("", 0.0)
    # Reports are asked warm of the engine's pages, never with the parameters of before: that would be a kept answer.
    warm_up = asked[:1] if is_report else asked[-_WARM_UP:]
    for place, ask in enumerate([*warm_up, *asked[1 if is_report and len(asked) > 1 else 0 :]]):
        path = f"{API}{route}".format(**ask.ids)
        began = time.perf_counter()
        answer = client.get(path, params=ask.query) if ask.body is None else client.post(path, json=ask.body)
        took = (time.perf_counter() - began) * 1000
        if answer.status_code != 200:
            raise RuntimeError(f"{answer.status_code} {answer.url}: {answer.text[:300]}")
        if place < len(warm_up):
            continue
        times.append(took)
        if took > slowest[1]:
            slowest = (str(answer.url.copy_with(scheme="http")).partition(API)[2] + str(ask.body or ""), took)
    return Timed(route, is_report, times, slowest[0])


def first_page(siyu: Siyu, loads: int) -> tuple[list[float], int]:
    """Seconds to a sign-in form that can be typed into, of each load; bytes of all JavaScript of one, as sent."""
    seconds, sent = [], 0
    with chromium.opened() as browser:
        for _ in range(loads):
            context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
            page = context.new_page()
            began = time.perf_counter()
            page.goto(f"http://127.0.0.1:{siyu.port}/", wait_until="commit")
            page.fill("#login", "somebody")
            seconds.append(time.perf_counter() - began)
            sent = page.evaluate(
                "performance.getEntriesByType('resource').filter(one => /\\.js$/.test(new URL(one.name).pathname))"
                ".reduce((sum, one) => sum + one.encodedBodySize, 0)"
            )
            context.close()
    return seconds, int(sent)


def show(timed: Sequence[Timed]) -> None:
    """A table of all routes, slowest first."""
    table = Table(title="milliseconds by route")
    for name in ("route", "requests", "p50", "p95", "slowest request"):
        table.add_column(name, overflow="fold", justify="right" if name.startswith("p") else "left")
    for one in sorted(timed, key=lambda one: (one.is_report, -one.p95)):
        p50 = f"{np.percentile(one.times, 50):,.0f}"
        name = f"{one.route} (report)" if one.is_report else one.route
        table.add_row(name, str(len(one.times)), p50, f"{one.p95:,.0f}", f"{max(one.times):,.0f}: {one.slowest[:110]}")
    Console(width=190).print(table)


if __name__ == "__main__":
    main()
