"""The data folder: one holder, found by those who ask."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from siyu.app.place import FolderHeld, NotRunning, Place


class TestHold:
    def test_a_second_one_is_told_who_has_it(self, tmp_path: Path) -> None:
        with Place(tmp_path), pytest.raises(FolderHeld) as refused:
            Place(tmp_path).hold()
        assert refused.value.details["pid"] == os.getpid()
        assert str(tmp_path) in refused.value.message
        assert str(tmp_path) in refused.value.message_zh

    def test_it_is_free_again_afterwards(self, tmp_path: Path) -> None:
        for _ in range(2):
            with Place(tmp_path) as place:
                assert place.folder == tmp_path

    def test_a_killed_holder_leaves_no_lock(self, tmp_path: Path) -> None:
        code = f"""
import os, signal
from pathlib import Path
from siyu.app.place import Place
place = Place(Path({str(tmp_path)!r})).hold()
place.announce("http://x", "p", "c")
os.kill(os.getpid(), signal.SIGKILL)
"""
        subprocess.run([sys.executable, "-c", code], check=False)
        with pytest.raises(NotRunning):
            Place(tmp_path).running()
        with Place(tmp_path):
            pass


class TestRunning:
    def test_says_where_everything_answers_to_its_owner_alone(self, tmp_path: Path) -> None:
        with Place(tmp_path) as place:
            place.announce("http://x", "postgresql://p", "http://c")
            found = Place(tmp_path).running()
            assert (found.http_url, found.postgres_url, found.clickhouse_url) == (
                "http://x",
                "postgresql://p",
                "http://c",
            )
            assert (tmp_path / "running.json").stat().st_mode & 0o077 == 0
        with pytest.raises(NotRunning):
            Place(tmp_path).running()

    def test_an_empty_folder_says_how_to_start(self, tmp_path: Path) -> None:
        with pytest.raises(NotRunning) as refused:
            Place(tmp_path).running()
        assert "siyu up" in refused.value.message
