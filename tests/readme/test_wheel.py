"""The wheel in an environment of its own, on a machine without node: it serves the console."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.running import free_port

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
NODE = {"node", "nodejs", "npm", "npx", "corepack"}

pytestmark = [pytest.mark.registry, pytest.mark.slow, pytest.mark.timeout(400)]


def call(*command: str | Path, cwd: Path = ROOT) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as a release is: an sdist from the checkout, and the wheel from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    call(UV, "build", "--quiet", "--out-dir", folder)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def path_without_node(tmp_path_factory: pytest.TempPathFactory) -> str:
    """All programs of this machine but node and its own."""
    folder = tmp_path_factory.mktemp("bin")
    for place in os.environ["PATH"].split(os.pathsep):
        if ".venv" in place or not Path(place).is_dir():
            continue
        for program in Path(place).iterdir():
            link = folder / program.name
            if program.name not in NODE and not link.is_symlink():
                link.symlink_to(program)
    return str(folder)


@pytest.fixture(scope="module")
def installed(wheel: Path, path_without_node: str, on_disk: Path) -> Iterator[str]:
    """The address of a Siyu that was installed from the wheel, and nothing besides it."""
    call(UV, "venv", "--quiet", "--python", sys.executable, on_disk / "env")
    python = on_disk / "env" / "bin" / "python"
    call(UV, "pip", "install", "--quiet", "--python", python, "--constraint", ROOT / "requirements.lock", wheel)
    path = f"{python.parent}{os.pathsep}{path_without_node}"
    assert not any(shutil.which(name, path=path) for name in NODE)
    port = free_port()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("SIYU_", "PYTHON", "VIRTUAL"))
    }
    environment |= {
        "PATH": path,
        "SIYU_HTTP_PORT": str(port),
        "SIYU_DATA_FOLDER": str(on_disk / "data"),
        "SIYU_MINIMUM_FREE_BYTES": str(64 << 20),
    }
    log = on_disk / "siyu.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [python.with_name("siyu"), "up"], cwd=on_disk, env=environment, stdout=out, stderr=out
        )
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            assert process.poll() is None, log.read_text("utf-8", "replace")
            try:
                if httpx.get(f"{url}/health/ready", timeout=5, trust_env=False).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        yield url
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0, log.read_text("utf-8", "replace")


def test_the_wheel_carries_the_console(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "siyu/webui/console/index.html" in names
    assert any(name.startswith("siyu/webui/console/") and name.endswith(".js") for name in names)
    assert not any("node_modules" in name or name.startswith(("tests/", "web/")) for name in names)


def test_the_wheel_carries_the_plugins(wheel: Path) -> None:
    """What a plugin reads lies beside it, and an entry point names it."""
    with zipfile.ZipFile(wheel) as content:
        assert len(content.read("siyu/channels/wecom/errcodes.tsv").splitlines()) > 700
        (points,) = [name for name in content.namelist() if name.endswith(".dist-info/entry_points.txt")]
        named = content.read(points).decode().partition("[siyu.channels]")[2].split("[")[0].split("\n")
        assert {line.partition(" = ")[0] for line in named if line} == {"mini_program", "official_account", "wecom"}


def test_it_serves_the_console_without_node(installed: str) -> None:
    with httpx.Client(base_url=installed, timeout=30, trust_env=False) as browser:
        page = browser.get("/", follow_redirects=True)
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        named = re.findall(r'(?:src|href)="(/[^"]+\.(?:js|css))"', page.text)
        assert named
        for address in named:
            answer = browser.get(address)
            kind = "javascript" if address.endswith(".js") else "css"
            assert (answer.status_code, kind in answer.headers["content-type"]) == (200, True), address
            assert "immutable" in answer.headers["cache-control"]
        # An address of a page gives the page; one of the API does not.
        assert browser.get("/customers/17/graph").text == page.text
        refused = browser.get("/api/v1/no-such-route")
        assert refused.status_code in {401, 404}
        assert refused.headers["content-type"].startswith("application/json")
