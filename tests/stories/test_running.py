"""Running it: once a folder, up again after anything, down without a trace."""

import base64
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import psutil
import pytest
from tests.running import Siyu, begin, end, free_port
from tests.stories.speaking import eventually

from siyu.app.process import title

pytestmark = [pytest.mark.slow]
ROLES = ("web", "worker", "relief")


def family(siyu: Siyu) -> list[psutil.Process]:
    supervisor = psutil.Process(siyu.process.pid)
    return [supervisor, *supervisor.children(recursive=True)]


def track(siyu: Siyu, key: str, name: str) -> None:
    body = {"writeKey": key, "event": name, "userId": "u", "messageId": name}
    assert httpx.post(f"{siyu.url}/v1/track", json=body, timeout=30, trust_env=False).status_code == 200


def test_a_life(tmp_path: Path) -> None:
    """One folder: up, asked twice, looked at, killed, up again, stopped."""
    siyu = begin(tmp_path, port := free_port(), fresh=True, SIYU_WORKERS="2")
    try:
        key = siyu.new_source("web")
        track(siyu, key, "Before")

        # What forks has one thread: another would be missing in its forks, with what it had locked.
        (forkserver,) = [one for one in family(siyu) if "siyu.app.process" in one.cmdline()]
        assert forkserver.num_threads() == 1
        assert {one.cmdline()[0].strip() for one in forkserver.children()} == {title(role) for role in ROLES}

        # A second one on the same folder says who holds it, and the first does not notice.
        second = siyu.cli("up", check=False)
        assert second.returncode == 1
        assert f"process {siyu.process.pid}" in second.stderr.replace("\n", " ")
        assert "--data" in second.stderr
        assert httpx.get(f"{siyu.url}/health/ready", timeout=30, trust_env=False).status_code == 200

        # The doctor finds nothing that must be mended.
        doctor = siyu.cli("doctor")
        assert "fail" not in re.findall(r"^ *(ok|warn|fail) ", doctor.stdout, re.MULTILINE)

        # The supervisor is killed; a new one finds what it left, stops it and starts.
        left = family(siyu)
        os.kill(siyu.process.pid, signal.SIGKILL)
        siyu.process.wait(10)
        siyu = begin(tmp_path, port, SIYU_WORKERS="2")
        assert eventually(lambda: [process for process in left if process.is_running()], lambda found: not found) == []
        track(siyu, key, "After")
        siyu.drain()
        assert [row[1] for row in siyu.facts("kind = 'event.tracked'")] == ["Before", "After"]

        # Ctrl-C: everything stops, in order, and says so.
        whole = family(siyu)
        assert len(whole) >= 5
        end(siyu)
        assert siyu.process.returncode == 0
        assert [process for process in whole if process.is_running() and process.status() != "zombie"] == []
        assert "Siyu has stopped." in (tmp_path / "siyu.log").read_text()
        stopped = siyu.cli("status", check=False)
        assert (stopped.returncode, "siyu up" in stopped.stderr) == (1, True)

        # A key that is none of this folder's: one sentence, and nothing that runs on.
        environment = os.environ | {"SIYU_DATA_FOLDER": str(tmp_path), "SIYU_HTTP_PORT": str(port)}
        done = subprocess.run(
            [sys.executable, "-m", "siyu.app.cli", "up"],
            env=environment | {"SIYU_VAULT_KEY": base64.b64encode(b"x" * 32).decode()},
            capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        assert "The vault key does not fit" in done.stderr
        assert "Traceback" not in done.stderr
        assert not [
            one for one in psutil.process_iter(["cmdline"]) if str(tmp_path) in " ".join(one.info["cmdline"] or ())
        ]
    finally:
        end(siyu)


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        environment = os.environ | {"SIYU_DATA_FOLDER": str(tmp_path), "SIYU_HTTP_PORT": port}
        done = subprocess.run(
            [sys.executable, "-m", "siyu.app.cli", "up"],
            env=environment, capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert port in done.stderr
    assert "SIYU_HTTP_PORT" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "postgres").exists()  # nothing was begun


@pytest.mark.parametrize(
    ("variable", "scheme", "engine"),
    [("SIYU_POSTGRES_URL", "postgresql", "PostgreSQL"), ("SIYU_CLICKHOUSE_URL", "http", "ClickHouse")],
)
def test_an_engine_that_does_not_answer_is_said(tmp_path: Path, variable: str, scheme: str, engine: str) -> None:
    environment = os.environ | {
        "SIYU_DATA_FOLDER": str(tmp_path),
        "SIYU_HTTP_PORT": str(free_port()),
        variable: f"{scheme}://siyu:hidden@127.0.0.1:{free_port()}/siyu",
    }
    done = subprocess.run(
        [sys.executable, "-m", "siyu.app.cli", "up"],
        env=environment, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert engine in done.stderr
    assert variable in done.stderr
    assert "urllib3" not in done.stderr
    assert "Traceback" not in done.stderr
    assert "hidden" not in done.stderr


def test_a_setting_that_is_wrong_is_said(tmp_path: Path) -> None:
    environment = os.environ | {"SIYU_DATA_FOLDER": str(tmp_path), "SIYU_HTTP_PORT": "many"}
    done = subprocess.run(
        [sys.executable, "-m", "siyu.app.cli", "up"],
        env=environment, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "SIYU_HTTP_PORT" in done.stderr
    assert "Traceback" not in done.stderr
