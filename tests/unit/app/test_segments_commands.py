"""``siyu segments``, over both engines of the test's own."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.unit.app.conftest import NOW, Told, order
from typer.testing import CliRunner, Result

from siyu.app.cli import segments as commands
from siyu.app.cli.everything import app
from siyu.app.context import Context
from siyu.kernel.errors import BadInput, SiyuError
from siyu.timeline import service as timeline

BOUGHT = {"condition": "bought", "measure": "sum", "comparison": "ge", "value": 1000}


@pytest.fixture(autouse=True)
def _engines(commanding: Callable[..., None], reporting_context: Context) -> None:
    commanding(reporting_context, commands)


def run(*words: str) -> Result:
    result = CliRunner().invoke(app, ["segments", *words])
    if isinstance(result.exception, SiyuError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def test_from_a_file_to_its_people(tell: Told, reporting_context: Context, tmp_path: Path) -> None:
    tell(order("a", "1", NOW, 5_000), order("b", "2", NOW, 500))
    exporter = timeline.Exporter(reporting_context.database, reporting_context.clickhouse)
    while exporter.export_once():
        pass
    rule = tmp_path / "rule.json"
    rule.write_text(json.dumps({"version": 1, "rule": BOUGHT}), "utf-8")
    assert "1 of 2 customers" in run("preview", str(rule)).output
    said = run("create", "buyers", str(rule), "--json").output
    made: dict[str, Any] = json.loads(said[said.index("{") :])  # a line of the log before it: no engines set it up here
    assert made["people"] == 1
    number = str(made["id"])
    assert "buyers" in run("list").output
    assert json.loads(run("evaluate", number, "--json").output)["entered"] == 0
    people = json.loads(run("people", number, "--json").output)
    assert len(people) == 1
    (tmp_path / "list.txt").write_text(f"{people[0]}\n77\n", "utf-8")
    assert "1 people of 2 lines; 1 name nobody" in run("upload-list", str(tmp_path / "list.txt")).output
    run("delete", number)
    assert json.loads(run("list", "--json").output) == []


@pytest.mark.parametrize("text", ["{", '{"rule": {"condition": "tag"}}', '{"rule": {"condition": "nonsense"}}'])
def test_a_file_that_is_no_rule_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "rule.json").write_text(text, "utf-8")
    with pytest.raises(BadInput) as caught:
        run("preview", str(tmp_path / "rule.json"))
    assert "rule.json" in caught.value.message
