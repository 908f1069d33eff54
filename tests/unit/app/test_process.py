"""A process that a supervisor starts waits for the word that the engines are ready."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


class TestWaiting:
    @pytest.mark.parametrize("role", ["web", "worker", "relief"])
    def test_it_ends_when_the_word_never_comes(self, role: str, tmp_path: Path) -> None:
        nowhere = {"SIYU_POSTGRES_URL": "postgresql://127.0.0.1:1/x", "SIYU_CLICKHOUSE_URL": "http://127.0.0.1:1/x"}
        ended = subprocess.run(
            [sys.executable, "-m", "siyu.app.process", role, str(os.getpid())],
            env=os.environ | nowhere | {"SIYU_DATA_FOLDER": str(tmp_path)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "")
