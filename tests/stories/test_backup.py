"""A backup of a running Siyu, restored into another folder: docs/howto/back-up-and-restore.md, as written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from tests.running import begin, end, free_port

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "back-up-and-restore.md"
pytestmark = [pytest.mark.slow]


def block(beginning: str, **names: str) -> str:
    """The block of the page that begins so, with the reader's own places in it."""
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (found,) = [text for text in blocks if text.startswith(beginning)]
    return re.sub("|".join(map(re.escape, names)), lambda match: names[match[0]], str(found))


def test_backed_up_while_it_runs_and_restored_elsewhere(tmp_path: Path) -> None:
    old, new, safe = tmp_path / "old", tmp_path / "new", tmp_path / "safe"
    for folder in (old, new, safe):
        folder.mkdir()
    places = {
        "~/.local/share/siyu": str(old), "/safe/place": str(safe), "/new/folder": str(new),
        ".venv/bin/python": sys.executable,
    }  # fmt: skip

    def type_in(script: str) -> None:
        environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            ["bash", "-ec", script],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    siyu = begin(old, free_port())
    try:
        event = {"writeKey": siyu.new_source("web"), "event": "Before", "userId": "u"}
        phone = {"writeKey": event["writeKey"], "userId": "u", "traits": {"phone": "13800138000"}}
        httpx.post(f"{siyu.url}/v1/track", json=event, trust_env=False).raise_for_status()
        httpx.post(f"{siyu.url}/v1/identify", json=phone, trust_env=False).raise_for_status()
        siyu.drain()
        type_in(block("BIN=", **places))
    finally:
        end(siyu)
    shutil.rmtree(old)
    type_in(block("mkdir -p /new/folder", **places))
    siyu = begin(new, free_port())
    try:
        siyu.cli("rebuild-timeline", "--yes")
        siyu.drain()
        assert [row[1] for row in siyu.facts("kind = 'event.tracked'")] == ["Before"]
        with siyu.client(siyu.api_key("customers.read", "personal.reveal")) as client:
            (customer,) = client.get("/api/v1/customers/find", params={"value": "138 0013 8000"}).json()["customers"]
            shown = client.post(f"/api/v1/customers/{customer}/reveal", json={"reason": "does the key fit"}).json()
        assert shown["phone"] == ["+8613800138000"]
    finally:
        end(siyu)
