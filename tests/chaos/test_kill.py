"""Any process may be killed at any moment: what was acknowledged becomes its facts exactly once in both engines.

A short form runs with every `make test`; `make chaos` runs 50 rounds.
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import orjson
import psutil
import pytest
from tests.running import Siyu, begin, end, free_port

from siyu.app.process import title
from siyu.engines.postgres import rows
from siyu.timeline.columns import unpack

ROUNDS = int(os.environ.get("SIYU_CHAOS_ROUNDS", "7"))
VICTIMS = ("web", "worker", "relief", "postgres", "clickhouse", "forkserver", "supervisor")
BATCH = 20

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(60 + 40 * ROUNDS)]


class Sender(threading.Thread):
    """Sends batches and, like an SDK, sends a batch again until it is acknowledged."""

    def __init__(self, url: str, key: str, number: int) -> None:
        super().__init__(daemon=True)
        self.acknowledged: set[str] = set()
        self.tried: set[str] = set()
        self._url, self._key, self._number = url, key, number
        self._ending = threading.Event()

    def stop(self) -> None:
        self._ending.set()
        self.join()

    def run(self) -> None:
        count = 0
        while not self._ending.is_set():
            ids = [f"{self._number}-{count + n}" for n in range(BATCH)]
            count += BATCH
            events = [{"type": "track", "event": "E", "userId": f"u{n}", "messageId": i} for n, i in enumerate(ids)]
            self.tried.update(ids)
            body = orjson.dumps({"batch": events, "writeKey": self._key})
            while not self._ending.is_set():
                try:
                    answer = httpx.post(f"{self._url}/v1/batch", content=body, timeout=5, trust_env=False)
                except httpx.TransportError:
                    time.sleep(0.05)
                    continue
                if answer.status_code == 200:
                    self.acknowledged.update(ids)
                    break
                time.sleep(0.05)
            time.sleep(0.002)


def pid_of(siyu: Siyu, victim: str) -> int | None:
    """The process to kill; those under the supervisor are told apart by their command lines."""
    supervisor = psutil.Process(siyu.process.pid)
    if victim == "supervisor":
        return supervisor.pid
    for child in supervisor.children(recursive=True):
        try:
            line = " ".join(child.cmdline()).strip()
        except psutil.Error:  # killed a moment ago
            continue
        if {
            "web": line == title("web"),
            "worker": line == title("worker"),
            "relief": line == title("relief"),
            "postgres": "postgres -D" in line,
            "clickhouse": "clickhouse.adapter" in line,
            "forkserver": "-m siyu.app.process" in line,
        }[victim]:
            return child.pid
    return None


def wait_for(siyu: Siyu, victim: str) -> int:
    """Its process id; it may be being started again at this moment."""
    deadline = time.monotonic() + 60
    while (pid := pid_of(siyu, victim)) is None:
        assert time.monotonic() < deadline, f"{victim} was not started again"
        time.sleep(0.05)
    return pid


def logged(siyu: Siyu) -> Counter[str]:
    """How often each message stands on the log in PostgreSQL."""
    with siyu.context() as context, context.database.transaction() as conn:
        bodies = [
            bytes(row[0]) for row in rows(conn, "SELECT body FROM timeline.entry WHERE kind = 'facts' ORDER BY id")
        ]
    table = unpack(bodies)
    tracked = zip(table["kind"].to_pylist(), table["message_id"].to_pylist(), strict=True)
    return Counter(message for kind, message in tracked if kind == "event.tracked")


def test_every_acknowledged_message_becomes_its_facts_exactly_once(tmp_path: Path) -> None:
    seed = int(os.environ.get("SIYU_CHAOS_SEED", str(time.time_ns())))
    rng = random.Random(seed)
    victims = [VICTIMS[number % len(VICTIMS)] for number in range(ROUNDS)]
    rng.shuffle(victims)
    siyu = begin(tmp_path, port := free_port(), SIYU_WORKERS="2")
    try:
        key = siyu.new_source("chaos")
        senders = [Sender(siyu.url, key, number) for number in range(2)]
        for sender in senders:
            sender.start()
        for victim in victims:
            time.sleep(rng.uniform(0.2, 2.0))
            pid = wait_for(siyu, victim)
            os.kill(pid, signal.SIGKILL)
            if victim == "supervisor":
                siyu.process.wait(10)
                siyu = begin(tmp_path, port, SIYU_WORKERS="2")
        time.sleep(1)
        for sender in senders:
            sender.stop()
        siyu.drain(timeout=60)
        acknowledged = set().union(*(sender.acknowledged for sender in senders))
        tried = set().union(*(sender.tried for sender in senders))
        assert len(acknowledged) > 100
        engines = {"log": logged(siyu), "timeline": Counter(row[3] for row in siyu.facts("kind = 'event.tracked'"))}
        for engine, counts in engines.items():
            lost = sorted(m for m in acknowledged if not counts[m])
            twice = sorted(m for m in counts if counts[m] > 1)
            invented = sorted(m for m in counts if m not in tried)
            found = {"lost": lost[:9], "twice": twice[:9], "invented": invented[:9]}
            assert not any(found.values()), (engine, seed, victims, found)
    finally:
        end(siyu)
