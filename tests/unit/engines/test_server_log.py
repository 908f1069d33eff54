"""The log of an embedded engine: appended to, put aside when it is large, quoted when the engine does not start."""

from pathlib import Path

import pytest

from siyu.engines import server_log
from siyu.engines.server_log import last_lines, open_log


def said(folder: Path, line: str) -> None:
    with open_log(folder) as log:
        log.write(line.encode() + b"\n")


def test_is_appended_to_and_put_aside_when_it_is_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_log, "_LARGE", 8)
    for line in ("one", "two", "three", "four"):
        said(tmp_path, line)
    assert (tmp_path / "server.log").read_text() == "three\nfour\n"
    assert (tmp_path / "server.log.1").read_text() == "one\ntwo\n"
    said(tmp_path, "five")
    assert (tmp_path / "server.log.1").read_text() == "three\nfour\n"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["server.log", "server.log.1"]


def test_how_it_ends(tmp_path: Path) -> None:
    said(tmp_path, "\n".join(f"line {number} 行" for number in range(9)))
    assert last_lines(tmp_path) == "line 4 行 | line 5 行 | line 6 行 | line 7 行 | line 8 行"
    said(tmp_path, "x" * 20_000)  # of which only the end is looked at
    assert last_lines(tmp_path) == "x" * (16 * 1024 - 1)
