"""The README's commands, as written, where nothing is prepared: a fresh clone, an empty home, a bare environment."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from tests.fixtures.exports import make
from tests.running import free_port

ROOT = Path(__file__).parents[2]
UV = Path(sys.executable).with_name("uv")
BLOCKS = re.findall(r"^```(sh|python)\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
# Where packages come from is the machine's affair, and with a proxy or a mirror it is said in these.
PASSED_ON = (
    "PIP_",
    "UV_",
    "NPM_CONFIG_",
    "NODE_EXTRA_CA",
    "SSL_",
    "REQUESTS_CA",
    "CURL_CA",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
)

pytestmark = [pytest.mark.registry, pytest.mark.slow, pytest.mark.timeout(540)]


def block(beginning: str) -> str:
    """The block of the README that begins so."""
    (found,) = [text for _, text in BLOCKS if text.startswith(beginning)]
    return found


class Newcomer:
    """Somebody who has just cloned the repository."""

    def __init__(self, folder: Path) -> None:
        self.clone, self.home = folder / "siyu", folder / "home"
        self.home.mkdir()
        self.port = free_port()
        self.environment = {name: value for name, value in os.environ.items() if name.upper().startswith(PASSED_ON)}
        self.environment |= {
            "PATH": os.pathsep.join(entry for entry in os.environ["PATH"].split(os.pathsep) if ".venv" not in entry),
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "SIYU_HTTP_PORT": str(self.port),  # the usual one may be taken on the machine that tests
            "SIYU_MINIMUM_FREE_BYTES": str(64 << 20),
            "DEMO": "--people 300 --days 60",
            # What the machine has fetched before need not come over the network again; nothing else of its home is seen.
            "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR")
            or subprocess.check_output([UV, "cache", "dir"], text=True).strip(),
            "NPM_CONFIG_CACHE": os.environ.get("NPM_CONFIG_CACHE", str(Path.home() / ".npm")),
        }
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(self.clone)], check=True, timeout=60)

    def run(self, script: str, *, seconds: float = 120) -> str:
        """Type these lines into a shell."""
        done = subprocess.run(
            ["bash", "-ec", f"shopt -s expand_aliases\n{script}"],
            cwd=self.clone, env=self.environment, capture_output=True, text=True, timeout=seconds, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    @contextmanager
    def running(self, script: str) -> Iterator[Path]:
        """Have these lines run in a terminal of their own until the block ends, then press Ctrl-C."""
        log = self.clone.with_name("terminal.log")
        with log.open("wb") as out:
            process = subprocess.Popen(
                ["bash", "-ec", script],
                cwd=self.clone,
                env=self.environment,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        try:
            self._wait(process, log)
            yield log
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            process.wait(60)

    def _wait(self, process: subprocess.Popen[bytes], log: Path) -> None:
        deadline = time.monotonic() + 400
        while time.monotonic() < deadline:
            assert process.poll() is None, log.read_text("utf-8", "replace")
            try:
                if (
                    httpx.get(f"http://127.0.0.1:{self.port}/health/ready", timeout=5, trust_env=False).status_code
                    == 200
                ):
                    return
            except httpx.TransportError:
                time.sleep(0.2)
        raise TimeoutError(log.read_text("utf-8", "replace"))


@pytest.fixture(scope="module")
def newcomer(on_disk: Path) -> Newcomer:
    return Newcomer(on_disk)


def test_make_demo_and_the_tour(newcomer: Newcomer, tmp_path: Path) -> None:
    with newcomer.running(block("make demo")) as log:
        opening = block("alias siyu=")
        assert f":{newcomer.port}" in newcomer.run(opening)  # siyu status
        export = newcomer.home / "Downloads" / "ExportOrderList.csv"
        export.parent.mkdir()
        export.write_bytes(make.content("taobao_orders"))
        imported = newcomer.run(opening + block("siyu import orders"))
        assert "would import" in imported
        assert "ExportOrderList.csv: 13 rows read as" in imported
        added = newcomer.run(opening + block("siyu sources add"))
        key = re.search(r"Write key: (\S+)", added)
        assert key, added
        script = block("import segment.analytics").replace("the write key", key[1]).replace("8020", str(newcomer.port))
        (tmp_path / "send.py").write_text(script)
        newcomer.run(f".venv/bin/python {tmp_path / 'send.py'}")
        find = block("siyu find").splitlines()[0]
        for _ in range(20):
            try:
                found = newcomer.run(f"{opening}\n{find}")
                break
            except AssertionError:
                time.sleep(0.5)
        number = re.search(r"Customer (\d+)", found)
        assert number, found
        timeline = block("siyu find").splitlines()[1].replace("1024", number[1])
        shown = newcomer.run(f"{opening}\n{timeline}")
        assert "Product Viewed" in shown
        assert "order.paid" in shown, "the imported orders of the same phone are not beside the events"
        assert "first-owner#token=" in log.read_text("utf-8", "replace")
    assert "Siyu has stopped." in log.read_text("utf-8", "replace")


def test_make_test_finds_all_it_needs(newcomer: Newcomer) -> None:
    """That the environment is made, and that pytest runs in it."""
    # The block as written is the run that this test is part of: within itself it would begin this test again, without end,
    # and without this test it would still take as long as everything together may.
    newcomer.run("make setup", seconds=400)
    assert newcomer.run(".venv/bin/siyu version").strip()
    # The stories are collected as well, with all that they import.
    ran = newcomer.run(
        ".venv/bin/python -m pytest -q -p no:cacheprovider -k test_settings.py tests/unit/engines tests/stories"
    )
    assert re.search(r"^\d+ passed, \d+ deselected", ran, re.MULTILINE), ran
