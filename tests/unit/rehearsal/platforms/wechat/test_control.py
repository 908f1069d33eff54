"""The door for who plays the people, and the command that opens it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from siyu.rehearsal.platforms.serving import serving
from siyu.rehearsal.platforms.wechat.account import Account
from siyu.rehearsal.platforms.wechat.app import create_app


@pytest.fixture
def web(account: Account) -> Iterator[httpx.Client]:
    with serving(create_app(account)) as url, httpx.Client(base_url=f"{url}/_control", trust_env=False) as client:
        yield client


class TestControl:
    def test_people_act(self, account: Account, web: httpx.Client) -> None:
        open_id = web.post("/acts/new_person", json={"name": "张三"}).json()["result"]
        assert web.post("/acts/follows", json={"args": [open_id], "scene_str": "a"}).status_code == 200
        assert web.post("/acts/follows", json={"open_id": open_id}).json()["code"] == "Conflict"
        assert web.get("/truth").json()[open_id]["scene_str"] == "a"
        assert web.get("/state").json()["followers"] == 1

    def test_faults_are_switched(self, account: Account, web: httpx.Client) -> None:
        assert web.put("/faults", json={"lost": 0.5}).json()["lost"] == 0.5
        assert account.faults.lost == 0.5
        assert web.put("/faults", json={"lost": "often"}).json()["code"] == "BadInput"

    def test_people_act_by_themselves(self, account: Account, web: httpx.Client) -> None:
        assert web.post("/life", json={"follow": 3}).json() == {"follow": 3}
        assert len(web.get("/people", params={"limit": "2"}).json()) == 2
        assert web.put("/pace", json={"acts_per_minute": 6}).json() == {"acts_per_minute": 6.0}
        assert web.get("/state").json()["acts_per_minute"] == account.acts_per_minute == 6
        assert web.put("/pace", json={"acts_per_minute": 61}).json()["code"] == "BadInput"
        assert web.get("/callbacks").json() == {"counts": {}, "waiting": 0, "sent": []}

    @pytest.mark.parametrize(
        ("path", "body", "code"),
        [
            ("life", {"fly": 1}, "BadInput"),
            ("life", {"follow": 1001}, "BadInput"),
            ("acts/hang_up", {}, "NotFound"),
            ("acts/follows", {}, "BadInput"),
            ("acts/follows", {"open_id": "nobody"}, "NotFound"),
            ("what", {}, "NotFound"),
        ],
    )
    def test_what_cannot_be(self, web: httpx.Client, path: str, body: dict[str, str], code: str) -> None:
        assert web.post(f"/{path}", json=body).json()["code"] == code

    @pytest.mark.parametrize(
        "body",
        [
            {"url": "ftp://a", "token": "t", "aes_key": "a" * 43},
            {"url": "http://a", "token": "", "mode": "plain"},
            {"url": "http://a", "token": "t", "mode": "safe"},
            {"url": "http://a", "token": "t", "mode": "secret"},
        ],
    )
    def test_a_callback_that_cannot_be(self, web: httpx.Client, body: dict[str, str]) -> None:
        assert web.put("/callback", json=body).json()["code"] == "BadInput"


class TestCommand:
    @pytest.mark.parametrize("kind", ["official-account", "mini-program"])
    def test_it_serves_until_it_is_interrupted(self, kind: str) -> None:
        command = [sys.executable, "-m", "siyu.app.cli", "fake", kind, "--port", "0", "--people", "12"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "200"}
        ) as running:
            try:
                assert running.stdout is not None
                address = running.stdout.readline().split()[-1]
                told = httpx.get(f"{address}/_control/state", trust_env=False).json()
                assert (told["people"], told["kind"]) == (12, kind.replace("-", "_"))
            finally:
                running.send_signal(signal.SIGINT)
                running.wait(30)
        assert running.returncode == 130

    def test_both_of_a_brand_in_one_file(self, tmp_path: Path) -> None:
        file = tmp_path / "accounts.json"
        command = [sys.executable, "-m", "siyu.app.cli", "fake", "wechat", "--port", "0", "--mini-port", "0"]
        command += ["--people", "12", "--file", str(file)]
        for people in (12, 13):  # who came is there again
            with subprocess.Popen(
                command, stdout=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "200"}
            ) as running:
                try:
                    assert running.stdout is not None
                    said = [running.stdout.readline() for _ in range(9)]
                    official, program = (line.split()[-1] for line in said if line.startswith("API"))
                    assert "Ctrl-C" in said[-1]
                    told = httpx.get(f"{official}/_control/state", trust_env=False).json()
                    assert (told["people"], told["kind"]) == (people, "official_account")
                    assert httpx.get(f"{program}/_control/state", trust_env=False).json()["people"] == 6
                    httpx.post(f"{official}/_control/acts/new_person", json={}, trust_env=False)
                finally:
                    running.terminate()
                    running.wait(30)
        assert file.exists()
