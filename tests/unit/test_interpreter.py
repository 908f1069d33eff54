"""Which Python ``.venv`` is made with: of stand-ins that say what they are told to say, and of the real one."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from scripts import interpreter


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "PathOfPythons":
    return PathOfPythons(tmp_path, monkeypatch)


class PathOfPythons:
    """PATH, and what the interpreters on it say of themselves."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._folder, self._patch, self._places = folder, patch, list[str]()

    def add(self, name: str, **said: Any) -> None:
        """One behind the others; what is not ``said`` is as of any other."""
        usual = {"path": name, "base": name, "version": [3, 11, 7], "seconds": 0.010, "parts": ["pip", "_ssl"]}
        self.install(f"echo '{json.dumps(usual | said)}'")

    def install(self, script: str) -> None:
        program = self._folder / str(len(self._places)) / "python3"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        self.append(program.parent)

    def append(self, place: Path) -> None:
        self._places.append(str(place))
        self._patch.setenv("PATH", os.pathsep.join([*self._places, "", str(self._folder / "nothing here")]))


@pytest.fixture
def chosen(path: PathOfPythons, capsys: pytest.CaptureFixture[str]) -> Any:
    def choose() -> tuple[int, str, str]:
        status = interpreter.main()
        said = capsys.readouterr()
        return status, said.out.strip(), said.err

    return choose


def test_the_first_is_taken(path: PathOfPythons, chosen: Any) -> None:
    path.add("/managed/python3")
    path.add("/usr/bin/python3", seconds=0.0095)  # a little faster says nothing
    assert chosen() == (0, "/managed/python3", "")


def test_unless_another_build_is_much_faster(path: PathOfPythons, chosen: Any) -> None:
    path.add("/managed/python3")
    path.add("/other/python3", seconds=0.008, version=[3, 11, 4])
    path.add("/usr/bin/python3", seconds=0.005, version=[3, 11, 2], parts=["pip", "_ssl", "_lzma"])
    status, python, why = chosen()
    assert (status, python) == (0, "/usr/bin/python3")
    assert "/usr/bin/python3 (3.11.2), 2.0 times as fast as /managed/python3 (3.11.7)" in why
    assert "make PYTHON=" in why


@pytest.mark.parametrize(
    "other",
    [{"version": [3, 12, 1]}, {"version": [3, 9, 2]}, {"parts": ["_ssl"]}],
    ids=["another version", "too old", "without pip"],
)
def test_what_is_not_the_same_is_not_taken_however_fast(
    path: PathOfPythons, chosen: Any, other: dict[str, Any]
) -> None:
    path.add("/managed/python3")
    path.add("/usr/bin/python3", seconds=0.001, **other)
    assert chosen() == (0, "/managed/python3", "")


def test_what_is_too_old_or_ends_is_passed_over(path: PathOfPythons, chosen: Any) -> None:
    path.add("/old/python3", version=[3, 8, 10])
    path.install("echo no such version is installed >&2; exit 127")
    path.add("/usr/bin/python3", version=[3, 13, 1])
    assert chosen() == (0, "/usr/bin/python3", "")


def test_none_is_new_enough(path: PathOfPythons, chosen: Any) -> None:
    path.add("/old/python3", version=[3, 8, 10])
    status, python, why = chosen()
    assert (status, python) == (1, "")
    assert "No python3 on PATH is 3.11 or newer" in why
    assert "make PYTHON=python3.12" in why


def test_the_real_one_under_two_names(path: PathOfPythons, tmp_path: Path) -> None:
    for place in (tmp_path / "a", tmp_path / "b"):
        place.mkdir()
        (place / "python3").symlink_to(sys.executable)
        path.append(place)
    (said,) = interpreter.builds(os.environ["PATH"])
    assert tuple(said["version"]) == sys.version_info[:3]
    assert {"_ssl", "zlib"} <= set(said["parts"])
    assert 0 < said["seconds"] < 1
