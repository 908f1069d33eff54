"""The child process: started, stopped, killed, orphaned, left over."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pytest

from siyu.engines.clickhouse.adapter import tokens
from siyu.engines.clickhouse.client import Client, connect
from siyu.engines.clickhouse.embedded import EmbeddedClickHouse, running_url
from siyu.kernel.errors import EngineProblem

_PARENT = """
import sys, time, pathlib
from siyu.engines.clickhouse.embedded import EmbeddedClickHouse
embedded = EmbeddedClickHouse(pathlib.Path(sys.argv[1]))
url = embedded.start()
print(embedded.pid, url, flush=True)
time.sleep(600)
"""

_TABLE = """
    CREATE TABLE IF NOT EXISTS kept (batch UInt32, n UInt64, at DateTime64(3, 'UTC')) ENGINE = MergeTree
    PARTITION BY toYear(at) ORDER BY n SETTINGS non_replicated_deduplication_window = 1000
"""


def _batch(number: int, rows: int = 2000) -> pa.Table:
    years = [int(time.mktime((2016 + n % 5, 6, 1, 0, 0, 0, 0, 0, 0))) * 1000 for n in range(rows)]
    at = pa.array(years, pa.timestamp("ms", "UTC"))
    return pa.table(
        {"batch": pa.array([number] * rows, pa.uint32()), "n": pa.array(range(rows), pa.uint64()), "at": at}
    )


def _gone(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


class TestStartAndStop:
    def test_a_query_ends_data_outlives_a_stop_and_both_may_be_repeated(self, tmp_path: Path) -> None:
        embedded = EmbeddedClickHouse(tmp_path / "ch")
        assert running_url(tmp_path / "ch") is None
        url = embedded.start()
        assert embedded.start() == url == running_url(tmp_path / "ch")
        client = connect(url)
        client.run(_TABLE)
        client.insert("kept", _batch(1), token="one")
        pid = embedded.pid
        answers: list[Any] = []
        query = threading.Thread(target=lambda: answers.append(client.scalar("SELECT sleep(1)")))
        query.start()
        time.sleep(0.3)
        embedded.stop()
        embedded.stop()
        query.join()
        assert answers == [0]
        assert pid is not None
        assert _gone(pid, 1)
        assert embedded.pid is None
        assert running_url(tmp_path / "ch") is None
        client = connect(embedded.start())
        client.insert("kept", _batch(1), token="one")
        assert client.scalar("SELECT count() FROM kept") == 2000
        embedded.stop()

    def test_what_cannot_start_says_why_and_keeps_its_url(self, tmp_path: Path) -> None:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "metadata").write_text("not a folder")
        embedded = EmbeddedClickHouse(tmp_path)
        url = embedded.listen()
        with pytest.raises(EngineProblem, match="did not start"):
            embedded.start(timeout=20)
        (tmp_path / "data" / "metadata").unlink()
        assert embedded.start() == url
        embedded.stop()


def wait_for(happened: Callable[[], bool]) -> None:
    """Until it has; on a busy machine that takes a while."""
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class TestCrash:
    def test_kill_in_the_middle_of_inserts_loses_and_repeats_nothing(self, tmp_path: Path) -> None:
        """Every batch is repeated under its token until it is acknowledged, as the exporter does."""
        embedded = EmbeddedClickHouse(tmp_path)
        url = embedded.start()
        connect(url).run(_TABLE)
        sent, stop = [0], threading.Event()

        def export() -> None:
            client: Client | None = None
            while not stop.is_set():
                try:
                    client = client or connect(url)
                    client.insert("kept", _batch(sent[0]), token=f"batch {sent[0]}")
                    sent[0] += 1
                except EngineProblem:
                    time.sleep(0.01)

        exporter = threading.Thread(target=export, daemon=True)
        exporter.start()
        for round_ in range(5):
            before = sent[0]
            wait_for(lambda: sent[0] > before)  # noqa: B023 - over before the next round
            time.sleep(0.15 + 0.07 * round_)
            assert embedded.pid is not None
            os.kill(embedded.pid, signal.SIGKILL)
            while embedded.pid is not None:
                time.sleep(0.001)
            assert embedded.start() == url
        before = sent[0]
        wait_for(lambda: sent[0] > before)
        stop.set()
        exporter.join()
        client = connect(url)
        wrong = client.rows(
            "SELECT batch, count() FROM kept GROUP BY batch HAVING count() != 2000 OR uniqExact(n) != 2000"
        )
        total = client.scalar("SELECT uniqExact(batch) FROM kept")
        embedded.stop()
        assert sent[0] > before > 5
        assert (wrong, total) == ([], sent[0])


class TestUnfinished:
    """ClickHouse notes a token before it takes the part; killed between the two, it would ignore the repeat."""

    def test_what_has_no_part_may_come_again_and_nothing_else(self, tmp_path: Path) -> None:
        embedded = EmbeddedClickHouse(tmp_path)
        client = connect(embedded.start())
        client.run(_TABLE)
        for number in range(3):
            client.insert("kept", _batch(number), token=f"batch {number}")
        client.run("OPTIMIZE TABLE kept PARTITION 2016 FINAL")
        embedded.stop()
        ((lost,),) = [list(tmp_path.rglob("2018_13_13_0"))]
        shutil.rmtree(lost)
        (log,) = tmp_path.rglob("deduplication_log_1.txt")
        with log.open("a") as file:
            file.write("1\t2019_16_16")  # and in the middle of the next
        client = connect(embedded.start())
        for number in range(3):
            client.insert("kept", _batch(number), token=f"batch {number}")
        counted = client.rows("SELECT batch, count(), uniqExact(n) FROM kept GROUP BY batch ORDER BY batch")
        embedded.stop()
        assert counted == [(number, 2000, 2000) for number in range(3)]
        assert "blocks=1" in (tmp_path / "server.log").read_text()

    def test_a_folder_without_tables(self, tmp_path: Path) -> None:
        assert tokens.forget_unfinished(tmp_path) == 0


class TestOrphan:
    @pytest.fixture
    def parent(self, tmp_path: Path) -> Any:
        process = subprocess.Popen([sys.executable, "-c", _PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        yield process
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()

    def _adapter(self, parent: Any) -> int:
        while True:
            first = parent.stdout.readline().split()[0]
            if first.isdigit():
                return int(first)

    def test_a_living_owner_is_named_and_it_ends_with_its_owner(self, parent: Any, tmp_path: Path) -> None:
        pid = self._adapter(parent)
        with pytest.raises(EngineProblem, match=f"process {parent.pid} uses the folder"):
            EmbeddedClickHouse(tmp_path).start()
        parent.kill()
        assert _gone(pid, 5)

    @pytest.mark.parametrize("noted", [True, False], ids=["noted", "killed while it started"])
    def test_a_leftover_is_stopped_first(self, parent: Any, tmp_path: Path, *, noted: bool) -> None:
        pid = self._adapter(parent)
        if not noted:
            (tmp_path / "adapter.json").unlink()
        os.kill(pid, signal.SIGSTOP)  # so that it cannot notice that its parent is gone
        parent.kill()
        parent.wait()
        threading.Timer(1, os.kill, (pid, signal.SIGCONT)).start()
        embedded = EmbeddedClickHouse(tmp_path)
        assert connect(embedded.start()).scalar("SELECT 1") == 1
        assert _gone(pid, 1)
        embedded.stop()

    def test_a_process_that_has_the_old_number_is_left_alone(self, tmp_path: Path) -> None:
        me = psutil.Process()
        state = f'{{"pid": {me.pid}, "owner": [1, 1.0], "adapter": [{me.pid}, 1.0], "url": ""}}'
        (tmp_path / "adapter.json").write_text(state)
        embedded = EmbeddedClickHouse(tmp_path)
        assert connect(embedded.start()).scalar("SELECT 1") == 1
        assert me.is_running()
        embedded.stop()


class TestFootprint:
    def test_idle_memory_is_small(self, tmp_path: Path) -> None:
        embedded = EmbeddedClickHouse(tmp_path)
        client = connect(embedded.start())
        client.run(_TABLE)
        client.insert("kept", _batch(1), token="one")
        time.sleep(8)
        rollup = Path(f"/proc/{embedded.pid}/smaps_rollup").read_text()
        pss = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
        embedded.stop()
        assert pss < 150_000
