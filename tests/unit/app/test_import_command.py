"""``siyu import``: where the rows go that were rejected."""

import csv
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
from tests.unit.app.till import MAPPING, TILL
from typer.testing import CliRunner, Result

from siyu.app.cli import imports as commands
from siyu.app.cli.everything import app
from siyu.app.context import Context
from siyu.kernel.errors import BadInput

BAD = "A3,yesterday,1.00,M9,\n"


@pytest.fixture(autouse=True)
def _engines(commanding: Callable[..., None], web_context: Context) -> None:
    commanding(web_context, commands)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Two exports with a bad row each, and the mapping."""
    mapping = tmp_path / "till.json"
    mapping.write_bytes(orjson.dumps({**MAPPING, "name": "till"}))
    paths = [tmp_path / f"{name}.csv" for name in ("monday", "tuesday")]
    for number, path in enumerate(paths):
        path.write_text(TILL.replace("A", f"{number}A") + BAD * (number + 1), "utf-8")
    return ["--mapping", str(mapping), "--no-wait", *map(str, paths)]


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["import", "orders", *words])


def test_each_file_has_its_own(files: list[str]) -> None:
    said = run(*files)
    assert said.exit_code == 0, said.output
    for path, count in zip(files[-2:], (1, 2), strict=True):
        with Path(f"{path}.rejects.csv").open(encoding="utf-8-sig", newline="") as found:
            assert len(list(csv.reader(found))) == 1 + count


def test_one_place_is_for_one_file(files: list[str], tmp_path: Path) -> None:
    said = run(*files, "--rejects", str(tmp_path / "all.csv"))
    assert isinstance(said.exception, BadInput)
    assert "分别写在其旁边" in said.exception.message_zh
    assert run(*files[:-1], "--rejects", str(tmp_path / "all.csv")).exit_code == 0
    assert (tmp_path / "all.csv").exists()


def test_a_place_that_cannot_be_written_to(files: list[str], tmp_path: Path) -> None:
    """The import is done, and so is that of other files: what is said is how to get at the rows."""
    Path(f"{files[-2]}.rejects.csv").mkdir()
    said = run(*files)
    assert said.exit_code == 1
    assert "Is a directory. The import is done. To get its 1 rejected rows" in said.stderr
    assert "tuesday.csv: 4 rows read" in said.stdout
    assert Path(f"{files[-1]}.rejects.csv").is_file()
    again = run(*files[:-1], "--rejects", str(tmp_path / "all.csv"))
    assert again.exit_code == 0, again.output
    assert (tmp_path / "all.csv").exists()
