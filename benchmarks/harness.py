"""What the benchmarks share: a running Siyu of their own, a load from another process, a raw COPY, a report."""

import argparse
import asyncio
import base64
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
import psycopg
from rich.console import Console
from rich.table import Table

from siyu.app.place import NotRunning, Place, Running


@dataclass(frozen=True, slots=True)
class Siyu:
    """A running Siyu in a folder of its own."""

    folder: Path
    port: int
    running: Running
    write_key: str
    process: subprocess.Popen[bytes]


def quick_flag(description: str) -> bool:
    """Parse ``--quick``."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="under 50 s")
    return bool(parser.parse_args().quick)


def report(name: str, *, quick: bool, figures: dict[str, float], notes: dict[str, Any] | None = None) -> None:
    """Print a table for people, then one line of JSON for machines."""
    table = Table(title=f"benchmark {name}{' (quick)' if quick else ''}")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for key, value in {**(notes or {}), **figures}.items():
        table.add_row(
            key, f"{value:,.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
        )
    Console().print(table)
    print(json.dumps({"benchmark": name, "quick": quick, "figures": {k: round(v, 5) for k, v in figures.items()}}))


@contextmanager
def siyu_up(*options: str, **environment: str) -> Iterator[Siyu]:
    """Run ``siyu up`` in an empty folder, on a free port, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="siyu-bench-") as folder:
        port = free_port()
        process = start(Path(folder), port, *options, **environment)
        try:
            running = wait_until_running(Path(folder), process)
            yield Siyu(Path(folder), port, running, new_write_key(Path(folder)), process)
        finally:
            process.terminate()
            process.wait(60)


def start(folder: Path, port: int, *options: str, **environment: str) -> subprocess.Popen[bytes]:
    """Start ``siyu up`` on the folder; returns at once."""
    variables = os.environ | {"SIYU_DATA_FOLDER": str(folder), "SIYU_HTTP_PORT": str(port), "SIYU_LOG_LEVEL": "warning"}
    command = [sys.executable, "-m", "siyu.app.cli", "up", *options]
    return subprocess.Popen(command, env=variables | environment, stdout=subprocess.DEVNULL)


def wait_until_running(folder: Path, process: subprocess.Popen[bytes], timeout: float = 90) -> Running:
    """Wait until it says that it is ready."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"siyu up ended with {process.returncode}")
        try:
            return Place(folder).running()
        except NotRunning:
            time.sleep(0.02)
    raise TimeoutError("siyu up did not become ready")


def new_write_key(folder: Path) -> str:
    """Make a source and return its write key, by the command line."""
    command = [sys.executable, "-m", "siyu.app.cli", "sources", "add", "bench", "--kind", "server", "--json"]
    made = subprocess.run(command, env=os.environ | {"SIYU_DATA_FOLDER": str(folder)}, capture_output=True, check=True)
    return str(json.loads(made.stdout)["write_key"])


def free_port() -> int:
    """A port that nothing listens on."""
    import socket  # noqa: PLC0415

    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def event(rng: random.Random, people: int, *, first: int = 0) -> dict[str, Any]:
    """A tracking event of a real size, about 400 bytes, of one of ``people`` visitors from ``first`` on."""
    person = first + rng.randrange(people)
    return {
        "type": "track",
        "event": rng.choice(["Product Viewed", "Product Added", "Product List Viewed", "Checkout Started"]),
        "anonymousId": str(uuid.UUID(int=person + (7 << 100))),
        "userId": f"u{person}" if person % 3 == 0 else None,
        "messageId": str(uuid.UUID(int=rng.getrandbits(128))),
        "timestamp": datetime.now(UTC).isoformat(),
        "properties": {
            "product_id": f"sku-{rng.randrange(5000)}",
            "price": rng.randrange(100, 99900) / 100,
            "quantity": 1,
        },
        "context": {"library": {"name": "analytics-python", "version": "2.3.4"}, "page": {"path": "/goods/detail"}},
    }


def copy_rate(url: str, events: Sequence[dict[str, Any]]) -> float:
    """Rows a second of a raw COPY of ``events`` into a uniquely indexed table, durable: the limit of intake."""
    block = "".join(
        f"1\t{e['messageId']}\t{orjson.dumps(e).decode().replace(chr(92), chr(92) * 2)}\n" for e in events
    ).encode()
    best = 0.0
    with psycopg.connect(url, autocommit=True) as connection:
        for _ in range(3):
            connection.execute("DROP TABLE IF EXISTS bench_copy")
            connection.execute(
                "CREATE TABLE bench_copy (source int, message text, body text, PRIMARY KEY (source, message))"
            )
            began = time.perf_counter()
            with connection.cursor().copy("COPY bench_copy FROM STDIN") as copy:
                for start_at in range(0, len(block), 1 << 20):
                    copy.write(block[start_at : start_at + (1 << 20)])
            best = max(best, len(events) / (time.perf_counter() - began))
        connection.execute("DROP TABLE bench_copy")
    return best


def http_request(path: str, write_key: str, body: bytes) -> bytes:
    """The bytes of a POST with keep-alive."""
    authorization = base64.b64encode(f"{write_key}:".encode()).decode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Basic {authorization}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def load(port: int, requests: Sequence[bytes], connections: int) -> float:
    """Send all requests over so many connections, each one at a time; return the seconds it took.

    Raises:
        RuntimeError: an answer was not 200.
    """
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(_load, (port, list(requests), connections))


def _load(port: int, requests: list[bytes], connections: int) -> float:
    async def connection(own: list[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in own:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            await reader.readexactly(length)
        writer.close()

    async def all_of_them() -> float:
        began = time.perf_counter()
        await asyncio.gather(*(connection(requests[i::connections]) for i in range(connections)))
        return time.perf_counter() - began

    import uvloop  # noqa: PLC0415

    return uvloop.run(all_of_them())


def paced(port: int, requests: Sequence[bytes], rate: float, connections: int = 20) -> list[float]:
    """Send each request at its moment, so many a second; return when each was answered, by the clock that all processes share.

    Raises:
        RuntimeError: an answer was not 200.
    """
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(_paced, (port, list(requests), rate, connections))


def _paced(port: int, requests: list[bytes], rate: float, connections: int) -> list[float]:
    answered = [0.0] * len(requests)
    began = time.perf_counter() + 0.1

    async def connection(first: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in range(first, len(requests), connections):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            writer.write(requests[number])
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            await reader.readexactly(int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]))
            answered[number] = time.perf_counter()
        writer.close()

    async def all_of_them() -> list[float]:
        await asyncio.gather(*(connection(first) for first in range(connections)))
        return answered

    import uvloop  # noqa: PLC0415

    return uvloop.run(all_of_them())


def wait_until_drained(siyu: Siyu, timeout: float = 120) -> None:
    """Wait until the queue and the log are empty."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        state = httpx.get(f"http://127.0.0.1:{siyu.port}/health/ready", timeout=30, trust_env=False).json()
        if not state["queue"]["live"] and not state["queue"]["bulk"] and not state["export"]["facts"]:
            return
        time.sleep(0.02)
    raise TimeoutError(f"not drained: {state}")
