"""Every action that the code puts into the audit, every job and every kind of fact has words in both languages of the console."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import procrastinate
import pytest
from procrastinate.testing import InMemoryConnector

from siyu.app import jobs
from siyu.app.context import Context
from siyu.insight.types import KINDS

ROOT = Path(__file__).parents[3]
WORDS = ROOT / "web/console/src/words"
_ACTION = re.compile(r"[a-z_]+\.[a-z_]+")


@cache
def actions() -> set[str]:
    """Whatever is handed over as ``action``: by name, or in its place to a function that hands it on."""
    texts = (path.read_text("utf-8") for path in (ROOT / "src/siyu").rglob("*.py"))
    trees = (ast.parse(text) for text in texts if "action" in text)
    return {action for tree in trees for action in _in(tree)}


def _in(tree: ast.Module) -> Iterator[str]:
    places = {
        made.name: [argument.arg for argument in made.args.args].index("action")
        for made in ast.walk(tree)
        if isinstance(made, ast.FunctionDef) and any(argument.arg == "action" for argument in made.args.args)
    }
    for node in ast.walk(tree):
        told: list[ast.expr] = []
        if isinstance(node, ast.Call):
            told += [keyword.value for keyword in node.keywords if keyword.arg == "action"]
            if isinstance(node.func, ast.Name) and node.func.id in places:
                told += node.args[places[node.func.id] : places[node.func.id] + 1]
        elif isinstance(node, ast.Assign) and any(
            isinstance(to, ast.Name) and to.id == "action" for to in node.targets
        ):
            told.append(node.value)
        for value in told:
            for part in ast.walk(value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and _ACTION.fullmatch(part.value):
                    yield part.value


def words(language: str, file: str, table: str) -> set[str]:
    text = (WORDS / language / f"{file}.ts").read_text("utf-8")
    found = re.search(rf"^  {table}: \{{\n(.*?)^  \}},", text, re.MULTILINE | re.DOTALL)
    assert found, table
    return set(re.findall(r'^    "?([a-z_]+\.[a-z_]+)"?:', found[1], re.MULTILINE))


def test_the_search_finds_actions_however_they_are_handed_over() -> None:
    assert {"customer.split", "export.requested", "funnel.saved", "session.opened", "source.created"} <= actions()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_action_has_words(language: str) -> None:
    text = (WORDS / language / "audits.ts").read_text("utf-8")
    assert set(re.findall(r'^  "?([a-z_]+\.[a-z_]+)"?:', text, re.MULTILINE)) == actions()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_job_has_words(language: str, web_context: Context) -> None:
    app = procrastinate.App(connector=InMemoryConnector())
    jobs.register(app, web_context)
    assert words(language, "system", "jobNames") == {
        name for name in app.tasks if not name.startswith(("builtin", "procrastinate."))
    }


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_fact_has_words(language: str) -> None:
    text = (WORDS / language / "facts.ts").read_text("utf-8")
    (table,) = re.findall(r"^export const kind\b.*?\{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    found = {
        f"{noun}.{verb}"
        for noun, verbs in re.findall(r"^  ([a-z_]+): \{(.*?)\},$", table, re.MULTILINE)
        for verb in re.findall(r"([a-z_]+): \"", verbs)
    }
    assert found == set(KINDS)
